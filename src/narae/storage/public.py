"""What may be told of variables and connections: nothing secret, and no key is needed for it."""

from typing import Any

import sqlalchemy as sa

from narae.storage.part import Part
from narae.storage.tables import connection, variable

_PUBLIC = ("conn_id", "conn_type", "description", "host", "login", "schema", "port")


class Public(Part):
    """As audit rows show them."""

    def public_variable(self, key: str) -> dict[str, Any] | None:
        """``key`` and ``description``; None when there is no such variable."""
        c = variable.c
        return self._one(sa.select(c.key, c.description).where(c.key == key))

    def public_connection(self, conn_id: str) -> dict[str, Any] | None:
        """All but ``password`` and ``extra``; None when there is no such connection."""
        columns = [connection.c[name] for name in _PUBLIC]
        return self._one(sa.select(*columns).where(connection.c.conn_id == conn_id))

    def variable_keys(self) -> list[str]:
        """Sorted."""
        return self._names(variable.c.key)

    def connection_ids(self) -> list[str]:
        """Sorted."""
        return self._names(connection.c.conn_id)

    def _names(self, column: sa.Column[Any]) -> list[str]:
        with self._database.reading() as connected:
            return list(connected.execute(sa.select(column).order_by(column)).scalars())

    def _one(self, found: sa.Select[Any]) -> dict[str, Any] | None:
        with self._database.reading() as connected:
            row = connected.execute(found).mappings().one_or_none()
        return None if row is None else dict(row)
