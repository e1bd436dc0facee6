"""Rows as arrays: what the document says of them."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

from msgspec import Meta

from narae.core.states import RunState, RunType, TaskState

Column = Mapping[str, Any]


def _kinds(*names: str) -> Column:
    return MappingProxyType({"type": list(names) if len(names) > 1 else names[0]})


def _named(kind: type[Enum]) -> Column:
    """A kind that the document describes elsewhere: fields of other answers are of it."""
    return MappingProxyType({"$ref": f"#/components/schemas/{kind.__name__}"})


TEXT = _kinds("string")
TEXT_OR_NULL = _kinds("string", "null")
COUNT = _kinds("integer")
MOMENT = _kinds("integer")
"""Milliseconds since 1970 UTC."""
MOMENT_OR_NULL = _kinds("integer", "null")
FLAG: Column = MappingProxyType({"type": "integer", "enum": [0, 1]})
TASK_STATE = _named(TaskState)
RUN_STATE = _named(RunState)
RUN_STATE_OR_NULL: Column = MappingProxyType({"anyOf": [dict(RUN_STATE), {"type": "null"}]})
RUN_TYPE = _named(RunType)
TEXTS: Column = MappingProxyType({"type": "array", "items": {"type": "string"}})
OBJECT: Column = MappingProxyType({"type": "object"})


def rows(*columns: Column, words: str) -> Meta:
    """Says in the document what the rows are made of."""
    row = {
        "type": "array",
        "prefixItems": [dict(column) for column in columns],
        "minItems": len(columns),
        "maxItems": len(columns),
    }
    return Meta(description=words, extra_json_schema={"type": "array", "items": row})


def rows_of(*columns: Column) -> Column:
    """A column that holds rows itself."""
    found = rows(*columns, words="").extra_json_schema
    return MappingProxyType(dict(found or {}))
