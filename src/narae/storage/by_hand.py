"""Commands that only people give, on the driver's own cursor: deletes, and rows without revision.

A row without a revision takes when it is there, or not, just as the command says.
"""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import msgspec

from narae.core.commands import (
    ChangeConnection,
    ChangeFavorite,
    ChangePool,
    ChangeVariable,
    ChangeXCom,
    DeleteInstance,
    DeleteRun,
)
from narae.core.requests import ConnectionValue, VariableRow
from narae.storage import statements as sql
from narae.storage.dialects import Raw
from narae.storage.rows import instance_key
from narae.storage.sealed import xcom_parts
from narae.storage.secrets import Vault

_DELETE_RUN = "DELETE FROM dag_run WHERE uid = ? AND revision = ?"
_DELETE_ATTEMPTS = "DELETE FROM attempt WHERE run = ? AND task_id = ? AND map_index = ?"
_FREE_INSTANCE = (
    "SELECT 1 FROM task_instance WHERE run = ? AND task_id = ? AND map_index = ?"
    " AND attempt IS NULL"
)
_XCOM = 'run = ? AND task_id = ? AND map_index = ? AND "key" = ?'
_XCOM_EXISTS = f"SELECT 1 FROM xcom WHERE {_XCOM}"  # noqa: S608 - all of it stands above
_DELETE_XCOM = f"DELETE FROM xcom WHERE {_XCOM}"  # noqa: S608 - the same
_ADD_FAVORITE = (
    'INSERT INTO dag_favorite ("user", dag_id) SELECT CAST(? AS TEXT), dag_id FROM dag'
    " WHERE dag_id = ? ON CONFLICT DO NOTHING"
)
_REMOVE_FAVORITE = 'DELETE FROM dag_favorite WHERE "user" = ? AND dag_id = ?'


def _delete_run(raw: Raw, _vault: Vault, c: DeleteRun) -> bool:
    return bool(raw.one(_DELETE_RUN, (c.before.uid, c.before.revision)))


def _delete_instance(raw: Raw, _vault: Vault, c: DeleteInstance) -> bool:
    key = instance_key(c.before)
    if not raw.one(sql.DELETE_INSTANCE, (*key, c.before.revision)):
        return False
    for forget in (sql.DELETE_XCOMS, sql.DELETE_RENDERED, _DELETE_ATTEMPTS):
        raw.one(forget, key)
    return True


def _change_xcom(raw: Raw, vault: Vault, c: ChangeXCom) -> bool:
    if not raw.rows(_FREE_INSTANCE, tuple(c.of)):
        return False
    place = (*c.of, c.key)
    if bool(raw.rows(_XCOM_EXISTS, place)) is not c.existed:
        return False
    if c.after is None:
        return bool(raw.one(_DELETE_XCOM, place))
    values = (*c.of, *xcom_parts(c.after, vault), raw.moment(c.at))
    return bool(raw.one(sql.PUT_XCOM, values))


def _change_pool(raw: Raw, _vault: Vault, c: ChangePool) -> bool:
    name = c.before.name if c.before else c.after.name if c.after else ""
    values = None if c.after is None else msgspec.structs.asdict(c.after)
    return _change(raw, ("pool", "name"), name, values, existed=c.before is not None)


def _change_variable(raw: Raw, vault: Vault, c: ChangeVariable) -> bool:
    values = None if c.after is None else variable_values(c.after, vault)
    return _change(raw, ("variable", "key"), c.key, values, existed=c.existed)


def variable_values(row: VariableRow, vault: Vault) -> dict[str, Any]:
    """By column, encrypted."""
    return {"key": row.key, "value": vault.seal(row.value), "description": row.description}


def _change_connection(raw: Raw, vault: Vault, c: ChangeConnection) -> bool:
    values = None if c.after is None else connection_values(c.after, vault)
    return _change(raw, ("connection", "conn_id"), c.conn_id, values, existed=c.existed)


def connection_values(value: ConnectionValue, vault: Vault) -> dict[str, Any]:
    """By column, encrypted."""
    sealed = {"password": vault.seal(value.password), "extra": vault.seal(value.extra)}
    return msgspec.structs.asdict(value) | sealed


def _change_favorite(raw: Raw, _vault: Vault, c: ChangeFavorite) -> bool:
    return bool(raw.one(_ADD_FAVORITE if c.favorite else _REMOVE_FAVORITE, (c.user, c.dag_id)))


def _change(
    raw: Raw, of: tuple[str, str], name: str, after: dict[str, Any] | None, *, existed: bool
) -> bool:
    """Inserts, updates or deletes one row. ``of``: its table and the table's key."""
    table, key = of
    if after is None:
        if not existed:
            return False
        return bool(raw.one(f'DELETE FROM {table} WHERE "{key}" = ?', (name,)))  # noqa: S608 - names of ours
    values = tuple(after.values())
    if existed:
        changes = ", ".join(f'"{column}" = ?' for column in after)
        return bool(raw.one(f'UPDATE {table} SET {changes} WHERE "{key}" = ?', (*values, name)))  # noqa: S608 - the same
    columns = ", ".join(f'"{column}"' for column in after)
    marks = ", ".join("?" for _ in after)
    insert = f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608 - the same
    return bool(raw.one(insert, values))


HOW: MappingProxyType[type[Any], Callable[[Raw, Vault, Any], bool]] = MappingProxyType(
    {
        DeleteRun: _delete_run,
        DeleteInstance: _delete_instance,
        ChangeXCom: _change_xcom,
        ChangePool: _change_pool,
        ChangeVariable: _change_variable,
        ChangeConnection: _change_connection,
        ChangeFavorite: _change_favorite,
    }
)
"""Command -> what it does; whether it took."""
