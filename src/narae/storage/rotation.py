"""All secrets written anew with the newest key, in chunks: one transaction each.

May be interrupted and repeated, and runs beside everything else: a value that somebody changes
meanwhile is left as they wrote it, and looked at again by the next pass.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from narae.storage import tables as t
from narae.storage.database import Database
from narae.storage.secrets import Vault

CHUNK_ROWS = 200
SEALED: tuple[sa.Column[Any], ...] = (
    t.variable.c.value,
    t.connection.c.password,
    t.connection.c.extra,
    t.xcom.c.sealed,
    t.idempotency.c.body,
)
"""Every column that the vault writes."""


def rewrite(url: str, vault: Vault, *, chunk_rows: int = CHUNK_ROWS) -> dict[str, int]:
    """``table.column`` -> how many values were not encrypted with the newest key, and now are."""
    database = Database(url)
    try:
        return {
            f"{column.table.name}.{column.name}": sum(
                _pass(database, vault, column, chunk_rows=chunk_rows)
            )
            for column in SEALED
        }
    finally:
        database.close()


def _pass(
    database: Database, vault: Vault, column: sa.Column[Any], *, chunk_rows: int
) -> Iterator[int]:
    table = column.table
    keys = list(table.primary_key.columns)
    ordered = sa.select(*keys, column).where(column.is_not(None)).order_by(*keys).limit(chunk_rows)
    chunk = ordered
    while True:
        with database.reading() as connection:
            rows = connection.execute(chunk).all()
        if not rows:
            return
        old = [row for row in rows if not vault.is_newest(row[-1])]
        if old:
            yield _write(database, vault, column, old)
        last = [sa.literal(value, key.type) for value, key in zip(rows[-1], keys, strict=False)]
        chunk = ordered.where(sa.tuple_(*keys) > sa.tuple_(*last))


def _write(
    database: Database, vault: Vault, column: sa.Column[Any], rows: Sequence[Sequence[Any]]
) -> int:
    keys = list(column.table.primary_key.columns)
    changes = []
    for row in rows:
        place, token = list(row[:-1]), row[-1]
        name = f"{column.table.name}.{column.name} of {', '.join(map(str, place))}"
        changes.append((place, token, vault.seal(vault.unseal(token, name=name))))
    count = 0
    with database.writing() as connection:
        for place, token, sealed in changes:
            same = [key == value for key, value in zip(keys, place, strict=True)]
            change = column.table.update().where(*same, column == token)
            count += connection.execute(change.values({column.name: sealed})).rowcount
    return count
