"""W3C trace ids that anybody can work out from the ids of a run and its attempts."""

from hashlib import sha256
from uuid import UUID


def trace_id(run_uid: str) -> int:
    """The trace of a run: the 128 bits of its uid.

    >>> f"{trace_id('0192f0c1-2345-7abc-8def-0123456789ab'):032x}"
    '0192f0c123457abc8def0123456789ab'
    """
    try:
        return UUID(run_uid).int or 1
    except ValueError:
        return int.from_bytes(sha256(run_uid.encode()).digest()[:16])


def span_id(name: str) -> int:
    """The span of what ``name`` names: an attempt's id, a run's uid with something behind it."""
    return int.from_bytes(sha256(name.encode()).digest()[:8]) or 1


def traceparent(run_uid: str, attempt: str) -> str:
    """The ``TRACEPARENT`` of an attempt's process: its spans become children of the attempt's."""
    return f"00-{trace_id(run_uid):032x}-{span_id(attempt):016x}-01"
