"""Rendered template fields as the page of a task instance shows them."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from narae.authoring.xcom_arg import Deferred
from narae.runtime.secrets import Masker
from narae.runtime.text import sendable, shortened

FIELD_MAX = 4096
"""Characters of one rendered field that are kept."""

ITEMS_MAX = 200
_DEPTH_MAX = 8
_INT_MAX = 2**63
"""Larger ones don't fit into a message."""


def shown_fields(task: Any, masker: Masker) -> dict[str, Any]:
    """Template field -> JSON-able value, masked and cut to size; empty ones are left out."""
    fields: dict[str, Any] = {}
    for name in task.template_fields:
        value = task.__dict__.get(name)
        if value is None or value in ((), [], {}, ""):
            continue
        shown = masker.mask_value(readable(value), name)
        fields[name] = cut(shown)
    return fields


def readable(value: Any, depth: int = 0) -> Any:
    """``value`` as JSON-able data; what JSON lacks is shown as text."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int) and abs(value) < _INT_MAX:
        return value
    if depth < _DEPTH_MAX and isinstance(value, Mapping):
        items = islice(value.items(), ITEMS_MAX)
        return {sendable(str(key)): readable(part, depth + 1) for key, part in items}
    if depth < _DEPTH_MAX and isinstance(value, list | tuple | set | frozenset):
        return [readable(part, depth + 1) for part in islice(value, ITEMS_MAX)]
    return _as_text(value)


def _as_text(value: Any) -> str:
    try:
        return sendable(repr(value) if isinstance(value, Deferred) else str(value))
    except Exception as error:  # noqa: BLE001 - a broken __str__ must not fail the task
        return f"<{type(value).__name__}: {error}>"


def cut(value: Any) -> Any:
    """``value``, or the beginning of its text where it is too long."""
    text = value if isinstance(value, str) else repr(value)
    return value if len(text) <= FIELD_MAX else shortened(text, FIELD_MAX)
