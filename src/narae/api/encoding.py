"""Answers as JSON, as the clients of either API have always seen it."""

import json
from datetime import datetime
from typing import Any

import msgspec

from narae.api.operation import V1, Flavour


def encoded(value: Any, flavour: Flavour) -> bytes:
    """The JSON of an answer.

    Airflow 2 wrote moments with ``+00:00``, and what Python before 3.11 reads takes no ``Z``.

    >>> from datetime import UTC
    >>> from narae.api.operation import V2
    >>> noon = datetime(2024, 3, 1, 12, tzinfo=UTC)
    >>> encoded([noon], V1), encoded([noon], V2)
    (b'["2024-03-01T12:00:00+00:00"]', b'["2024-03-01T12:00:00Z"]')
    """
    if flavour is not V1:
        return msgspec.json.encode(value)
    plain = msgspec.to_builtins(value, builtin_types=(datetime,), str_keys=True)
    return json.dumps(plain, default=datetime.isoformat, separators=(",", ":")).encode()
