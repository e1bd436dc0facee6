"""Connections; passwords and extras are encrypted at rest."""

from typing import Any

import sqlalchemy as sa

from narae.core.requests import ConnectionValue
from narae.storage.part import Part
from narae.storage.tables import connection as table
from narae.storage.upsert import upsert


class Connections(Part):
    """How to reach other systems."""

    def connection(self, conn_id: str) -> ConnectionValue | None:
        """A connection, decrypted."""
        with self._database.reading() as connection:
            found = connection.execute(sa.select(table).where(table.c.conn_id == conn_id))
            row = found.mappings().one_or_none()
        return None if row is None else self._value(row)

    def put_connection(self, value: ConnectionValue) -> None:
        """Creates or replaces."""
        values = {
            "conn_id": value.conn_id,
            "conn_type": value.conn_type,
            "description": value.description,
            "host": value.host,
            "login": value.login,
            "password": self._vault.seal(value.password),
            "schema": value.schema,
            "port": value.port,
            "extra": self._vault.seal(value.extra),
        }
        with self._database.writing() as connection:
            connection.execute(upsert(connection, table, values))

    def delete_connection(self, conn_id: str) -> bool:
        """Whether there was one."""
        with self._database.writing() as connection:
            gone = connection.execute(table.delete().where(table.c.conn_id == conn_id))
            return gone.rowcount > 0

    def connections(self) -> list[ConnectionValue]:
        """All of them, by id."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(table).order_by(table.c.conn_id)).mappings().all()
        return [self._value(row) for row in rows]

    def _value(self, row: Any) -> ConnectionValue:
        name = f"connection {row['conn_id']!r}"
        return ConnectionValue(
            conn_id=row["conn_id"],
            conn_type=row["conn_type"],
            description=row["description"],
            host=row["host"],
            login=row["login"],
            password=self._vault.unseal(row["password"], name=f"the password of {name}"),
            schema=row["schema"],
            port=row["port"],
            extra=self._vault.unseal(row["extra"], name=f"the extra of {name}"),
        )
