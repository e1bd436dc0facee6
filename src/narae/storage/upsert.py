"""Insert or replace, by primary key."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def upsert(connection: sa.Connection, table: sa.Table, values: Mapping[str, Any]) -> sa.Insert:
    """A statement that creates the row of ``values`` or replaces it."""
    keys = [column.name for column in table.primary_key]
    rest = {name: value for name, value in values.items() if name not in keys}
    if connection.dialect.name == "postgresql":
        return (
            postgresql.insert(table)
            .values(**values)
            .on_conflict_do_update(index_elements=keys, set_=rest)
        )
    return (
        sqlite.insert(table).values(**values).on_conflict_do_update(index_elements=keys, set_=rest)
    )
