"""Variables and connections as both APIs show them: without what their names give away.

What came back from such a view with ``***`` in it, as forms send it, stays as it was.
"""

import json
from typing import Any

from narae.core.masking import MASK, Masker
from narae.core.requests import ConnectionValue


def shown_variable(masker: Masker, key: str, value: str) -> str:
    """The value; hidden under a sensitive key, and in part where it is JSON with such keys."""
    if masker.looks_secret(key):
        return MASK
    found = _members(value)
    if found is None:
        return value
    hidden = masker.mask_value(found)
    return value if hidden == found else json.dumps(hidden, ensure_ascii=False)


def shown_extra(masker: Masker, value: ConnectionValue) -> str | None:
    """The extra, hidden under sensitive keys, or wholly when it is no JSON with keys."""
    if not value.extra or _members(value.extra) is None:
        return MASK if value.extra else value.extra
    return masker.mask_json(value.extra)


def shown_password(value: ConnectionValue) -> str | None:
    """Whether there is one."""
    return MASK if value.password else None


def unmasked(after: str | None, before: str | None) -> str | None:
    """The text with every ``***`` that ``before`` has something for replaced by that.

    >>> unmasked('{"a": {"token": "***"}, "b": 2}', '{"a": {"token": "x"}, "b": 1}')
    '{"a": {"token": "x"}, "b": 2}'
    >>> unmasked("***", "x"), unmasked("***", None)
    ('x', '***')
    """
    if after is None or MASK not in after or before is None:
        return after
    if after == MASK:
        return before
    new, old = _members(after), _members(before)
    return after if new is None or old is None else json.dumps(_kept(new, old), ensure_ascii=False)


def _kept(after: Any, before: Any) -> Any:
    if after == MASK:
        return before
    if isinstance(after, dict) and isinstance(before, dict):
        return {
            name: _kept(part, before[name]) if name in before else part
            for name, part in after.items()
        }
    if isinstance(after, list) and isinstance(before, list) and len(after) == len(before):
        return [_kept(new, old) for new, old in zip(after, before, strict=True)]
    return after


def _members(text: str) -> dict[str, Any] | list[Any] | None:
    """A JSON object or array, else None."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None
