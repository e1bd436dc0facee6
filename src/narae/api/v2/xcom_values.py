"""Stored XComs as plain data. No class is ever imported for it."""

from typing import Any

from narae.engine.actions.xcoms import ENVELOPE

_VALUE = "value"


def opened(value: Any) -> Any:
    """Without the envelopes that say what JSON does not know; what is in them stays as text.

    >>> opened({"at": {"__type__": "date", "value": "2024-03-02"}, "rows": [1]})
    {'at': '2024-03-02', 'rows': [1]}
    """
    if isinstance(value, list):
        return [opened(part) for part in value]
    if not isinstance(value, dict):
        return value
    if ENVELOPE in value and _VALUE in value:
        return opened(value[_VALUE])
    return {key: opened(part) for key, part in value.items()}
