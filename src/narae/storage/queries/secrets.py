"""Variables and connections, as lists show them; decrypted only for the rows of the page."""

from typing import Any

import sqlalchemy as sa

from narae.core.requests import ConnectionValue
from narae.engine.ports import VariableRow
from narae.storage import tables as t
from narae.storage.queries.conditions import Matching, among, matching
from narae.storage.queries.page import Listing, Orders, Page, Slice, columns, cut
from narae.storage.queries.reading import Reading


class VariableFilter(Matching, frozen=True, kw_only=True):
    """Variables that match everything that is given. Patterns and prefixes: ``key``."""

    keys: tuple[str, ...] | None = None


class ConnectionFilter(Matching, frozen=True, kw_only=True):
    """Connections that match everything that is given.

    Patterns and prefixes: ``conn_id``, ``conn_type``, ``host``.
    """

    conn_ids: tuple[str, ...] | None = None


_V, _C = t.variable.c, t.connection.c
_VARIABLE_ORDERS: Orders = columns(t.variable, "key", "description")
_CONNECTION_ORDERS: Orders = columns(
    t.connection, "conn_id", "conn_type", "description", "host", "port", "login", "schema"
)
_CONNECTION_TEXTS = {name: _C[name] for name in ("conn_id", "conn_type", "host")}


class SecretQueries(Reading):
    """Each method is one read transaction."""

    def variables(self, wanted: VariableFilter, part: Slice) -> Page[VariableRow]:
        """By key unless ordered otherwise."""
        listing = Listing(
            name="variables",
            found=sa.select(_V.key, _V.value, _V.description).where(
                *among(_V.key, wanted.keys),
                *matching(wanted, texts={"key": _V.key}, measures={}),
            ),
            orders=_VARIABLE_ORDERS,
            default=("key",),
            ties=(_V.key,),
            wanted=wanted,
        )
        with self._database.reading() as connection:
            return cut(connection, listing, part, self._variable)

    def connections(self, wanted: ConnectionFilter, part: Slice) -> Page[ConnectionValue]:
        """By id unless ordered otherwise."""
        listing = Listing(
            name="connections",
            found=sa.select(t.connection).where(
                *among(_C.conn_id, wanted.conn_ids),
                *matching(wanted, texts=_CONNECTION_TEXTS, measures={}),
            ),
            orders=_CONNECTION_ORDERS,
            default=("conn_id",),
            ties=(_C.conn_id,),
            wanted=wanted,
        )
        with self._database.reading() as connection:
            return cut(connection, listing, part, self._connection)

    def _variable(self, row: Any) -> VariableRow:
        key, sealed, description = row[:3]
        value = self._vault.unseal(sealed, name=f"variable {key!r}")
        return VariableRow(key=key, value=value or "", description=description)

    def _connection(self, row: Any) -> ConnectionValue:
        name = f"connection {row.conn_id!r}"
        return ConnectionValue(
            conn_id=row.conn_id,
            conn_type=row.conn_type,
            description=row.description,
            host=row.host,
            login=row.login,
            password=self._vault.unseal(row.password, name=f"the password of {name}"),
            schema=row.schema,
            port=row.port,
            extra=self._vault.unseal(row.extra, name=f"the extra of {name}"),
        )
