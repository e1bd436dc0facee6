"""When a failed try is repeated (Airflow's ``retry_delay`` and ``retry_exponential_backoff``)."""

import hashlib
from datetime import datetime, timedelta
from math import ceil

from narae.core.spec import RetryPolicy

_DOUBLINGS_MAX = 40
"""2**40 seconds are above any cap; more would only cost big numbers."""


def retry_delay(
    policy: RetryPolicy, *, try_number: int, salt: str, delay_max: timedelta
) -> timedelta:
    """How long to wait after try ``try_number`` failed.

    With exponential back-off the delay doubles with every try. ``salt`` names the task
    instance; a number between 0 and the delay that follows from it and from the try is added,
    so that what failed together does not come back together. ``delay_max`` caps back-off
    alone, ``policy.delay_max`` as well.

    >>> policy = RetryPolicy(retries=3, delay=timedelta(seconds=10))
    >>> retry_delay(policy, try_number=2, salt="d#t#x", delay_max=timedelta(hours=24)).seconds
    10
    """
    if not policy.exponential_backoff:
        return policy.delay
    doublings = min(max(try_number - 1, 0), _DOUBLINGS_MAX)
    base = max(1, ceil(policy.delay.total_seconds() * 2**doublings))
    mark = hashlib.sha1(f"{salt}#{try_number}".encode(), usedforsecurity=False)
    seconds = base + int(mark.hexdigest(), 16) % base
    caps = [delay_max] if policy.delay_max is None else [delay_max, policy.delay_max]
    cap = min(caps)
    return cap if seconds > cap.total_seconds() else timedelta(seconds=seconds)


def retry_salt(*, dag_id: str, task_id: str, when: datetime) -> str:
    """The name of a task instance that its delays are spread by; ``when``: its run's date."""
    return f"{dag_id}#{task_id}#{when.isoformat()}"
