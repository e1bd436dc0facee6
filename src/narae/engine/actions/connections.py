"""Connections, as users write them. Audit rows show neither passwords nor extras."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn

import msgspec
from msgspec import UNSET, UnsetType

from narae.core.commands import Audit, ChangeConnection, Command
from narae.core.requests import ConnectionValue
from narae.core.spec import Value
from narae.core.wire import Wake
from narae.engine.actions.act import Act
from narae.engine.actions.bulk import BulkResult, OnExisting, OnMissing, change_each, create_each
from narae.engine.actions.checks import check_text
from narae.engine.errors import AlreadyExists, Invalid, NotBuilt, NotFound

ID_PATTERN = r"[\w.#!():/\\-]{1,250}"
PORT_MAX = 65_535
TEXT_LENGTH_MAX = 10_000
SECRET_LENGTH_MAX = 1024 * 1024
_SECRET = ("password", "extra")

_Decided = tuple[Sequence[Command], Audit, ConnectionValue]


class ConnectionPatch(Value, frozen=True, kw_only=True):
    """What is to change; what is unset stays."""

    conn_type: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    host: str | UnsetType | None = UNSET
    login: str | UnsetType | None = UNSET
    password: str | UnsetType | None = UNSET
    schema: str | UnsetType | None = UNSET
    port: int | UnsetType | None = UNSET
    extra: str | UnsetType | None = UNSET


def create(act: Act, value: ConnectionValue) -> ConnectionValue:
    """A new connection. Raises AlreadyExists or Invalid."""
    check(value)

    def decide() -> _Decided:
        if act.store.public_connection(value.conn_id) is not None:
            words = f"there is a connection {value.conn_id!r} already"
            raise AlreadyExists("connection", value.conn_id, words)
        return _written(act, value, None, changed=_SECRET)

    return act.write(decide, wake=_wake(value.conn_id))


def put(act: Act, value: ConnectionValue) -> ConnectionValue:
    """Creates or replaces it. Files that read it while imported are parsed again."""
    check(value)

    def decide() -> _Decided:
        before = act.store.public_connection(value.conn_id)
        return _written(act, value, before, changed=_SECRET)

    return act.write(decide, wake=_wake(value.conn_id))


def put_all(act: Act, values: Sequence[ConnectionValue]) -> None:
    """Creates or replaces them, in as few transactions as it takes."""
    wanted = {value.conn_id: value for value in values}

    def decide() -> list[tuple[Command, Audit]]:
        pairs: list[tuple[Command, Audit]] = []
        for value in wanted.values():
            before = act.store.public_connection(value.conn_id)
            commands, audit, _ = _written(act, value, before, changed=_SECRET)
            pairs += [(command, audit) for command in commands]
        return pairs

    act.write_each(decide, wake=_wake(*wanted))


def update(act: Act, conn_id: str, patch: ConnectionPatch) -> ConnectionValue:
    """Changes some of its fields. Raises NotFound or Invalid."""

    def decide() -> _Decided:
        public = _public(act, conn_id)
        before = act.store.connection(conn_id) or ConnectionValue(conn_id=conn_id)
        fields = msgspec.structs.asdict(patch)
        changes = {name: value for name, value in fields.items() if value is not UNSET}
        after = msgspec.structs.replace(before, **changes)
        check(after)
        changed = [name for name in _SECRET if getattr(before, name) != getattr(after, name)]
        if before == after:
            return (), _audit(act, "patch_connection", public, public), after
        return _written(act, after, public, changed=changed)

    return act.write(decide, wake=_wake(conn_id))


def delete(act: Act, conn_id: str) -> None:
    """Takes it away. Raises NotFound, which names the nearest."""

    def decide() -> tuple[Sequence[Command], Audit, None]:
        before = _public(act, conn_id)
        command = ChangeConnection(conn_id=conn_id, existed=True, after=None)
        return [command], _audit(act, "delete_connection", before, None), None

    act.write(decide, wake=_wake(conn_id))


def bulk_create(
    act: Act, values: Sequence[ConnectionValue], on_existing: OnExisting = OnExisting.FAIL
) -> BulkResult:
    """Creates each."""
    make, replace = partial(create, act), partial(put, act)
    return create_each(values, name=_id, create=make, put=replace, on_existing=on_existing)


def bulk_update(
    act: Act,
    patches: Sequence[tuple[str, ConnectionPatch]],
    on_missing: OnMissing = OnMissing.FAIL,
) -> BulkResult:
    """Changes each; (connection id, patch)."""

    def change(item: tuple[str, ConnectionPatch]) -> ConnectionValue:
        return update(act, *item)

    return change_each(patches, name=lambda each: each[0], do=change, on_missing=on_missing)


def bulk_delete(
    act: Act, conn_ids: Sequence[str], on_missing: OnMissing = OnMissing.FAIL
) -> BulkResult:
    """Deletes each."""
    remove: Callable[[str], None] = partial(delete, act)
    return change_each(conn_ids, name=str, do=remove, on_missing=on_missing)


def test(act: Act, value: ConnectionValue) -> NoReturn:
    """NotBuilt: a test takes the provider's hook, which is user code, and no server runs that."""
    del act
    raise NotBuilt(
        f"a test of {value.conn_id!r}",
        "the server runs no hooks; test the connection from a task, or with the command line",
    )


def check(value: ConnectionValue) -> None:
    """Invalid unless there may be such a connection."""
    if not re.fullmatch(ID_PATTERN, value.conn_id):
        words = "has to be 1 to 250 letters, digits and the signs _ . - # ! ( ) : / \\"
        raise Invalid("connection_id", words)
    for name in ("conn_type", "description", "host", "login", "schema"):
        check_text(name, getattr(value, name), length_max=TEXT_LENGTH_MAX)
    for name in _SECRET:  # encrypted, so any character will do
        text = getattr(value, name) or ""
        check_text(name, text.replace("\x00", ""), length_max=SECRET_LENGTH_MAX)
    if value.port is not None and not 0 <= value.port <= PORT_MAX:
        raise Invalid("port", f"{value.port} is not from 0 to {PORT_MAX}")


def _id(value: ConnectionValue) -> str:
    return value.conn_id


def _wake(*conn_ids: str) -> Wake:
    return Wake(connections=conn_ids)


def _public(act: Act, conn_id: str) -> dict[str, Any]:
    found = act.store.public_connection(conn_id)
    if found is None:
        raise NotFound("connection", conn_id, among=act.store.connection_ids())
    return found


def _written(
    act: Act, value: ConnectionValue, before: dict[str, Any] | None, *, changed: Sequence[str]
) -> _Decided:
    """``changed``: the secret fields that are others now, or may be."""
    command = ChangeConnection(conn_id=value.conn_id, existed=before is not None, after=value)
    fields = msgspec.structs.asdict(value)
    after = {name: fields[name] for name in fields if name not in _SECRET}
    what = "post_connection" if before is None else "patch_connection"
    return [command], _audit(act, what, before, after, secrets_changed=list(changed)), value


def _audit(
    act: Act,
    what: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    **detail: Any,
) -> Audit:
    conn_id = (before or after or {}).get("conn_id")
    return act.audit(
        what, before=before, after=after, of_previous=True, connection=conn_id, **detail
    )
