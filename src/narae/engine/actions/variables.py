"""Variables, as users write them. Audit rows show keys and descriptions, never a value."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from msgspec import UNSET, UnsetType

from narae.core.commands import Audit, ChangeVariable, Command
from narae.core.spec import Value
from narae.core.wire import Wake
from narae.engine.actions.act import Act
from narae.engine.actions.bulk import BulkResult, OnExisting, OnMissing, change_each, create_each
from narae.engine.actions.checks import check_text
from narae.engine.errors import AlreadyExists, NotFound
from narae.engine.ports import VariableRow

KEY_LENGTH_MAX = 250
DESCRIPTION_LENGTH_MAX = 10_000
VALUE_LENGTH_MAX = 16 * 1024 * 1024

_Decided = tuple[Sequence[Command], Audit, VariableRow]


class VariablePatch(Value, frozen=True, kw_only=True):
    """What is to change; what is unset stays."""

    value: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET


def create(act: Act, row: VariableRow) -> VariableRow:
    """A new variable. Raises AlreadyExists or Invalid."""
    check(row)

    def decide() -> _Decided:
        if act.store.public_variable(row.key) is not None:
            words = f"there is a variable {row.key!r} already"
            raise AlreadyExists("variable", row.key, words)
        return _written(act, row, None)

    return act.write(decide, wake=_wake(row.key))


def put(act: Act, row: VariableRow) -> VariableRow:
    """Creates or replaces it. Files that read it while imported are parsed again."""
    check(row)

    def decide() -> _Decided:
        return _written(act, row, act.store.public_variable(row.key))

    return act.write(decide, wake=_wake(row.key))


def put_all(act: Act, rows: Sequence[VariableRow]) -> None:
    """Creates or replaces them, in as few transactions as it takes."""
    for row in rows:
        check(row)
    wanted = {row.key: row for row in rows}

    def decide() -> list[tuple[Command, Audit]]:
        pairs: list[tuple[Command, Audit]] = []
        for row in wanted.values():
            commands, audit, _ = _written(act, row, act.store.public_variable(row.key))
            pairs += [(command, audit) for command in commands]
        return pairs

    act.write_each(decide, wake=_wake(*wanted))


def update(act: Act, key: str, patch: VariablePatch) -> VariableRow:
    """Changes its value, its description, or both. Raises NotFound or Invalid."""

    def decide() -> _Decided:
        before = _public(act, key)
        value, description = patch.value, patch.description
        row = VariableRow(
            key=key,
            value=(act.store.variable(key) or "") if value is UNSET else value,
            description=before["description"] if description is UNSET else description,
        )
        check(row)
        if value is UNSET and row.description == before["description"]:
            return (), _audit(act, "patch_variable", before, before), row
        return _written(act, row, before, value_changed=value is not UNSET)

    return act.write(decide, wake=_wake(key))


def delete(act: Act, key: str) -> None:
    """Takes it away. Raises NotFound, which names the nearest."""

    def decide() -> tuple[Sequence[Command], Audit, None]:
        before = _public(act, key)
        command = ChangeVariable(key=key, existed=True, after=None)
        return [command], _audit(act, "delete_variable", before, None), None

    act.write(decide, wake=_wake(key))


def bulk_create(
    act: Act, rows: Sequence[VariableRow], on_existing: OnExisting = OnExisting.FAIL
) -> BulkResult:
    """Creates each."""
    make, replace = partial(create, act), partial(put, act)
    return create_each(rows, name=_key, create=make, put=replace, on_existing=on_existing)


def bulk_update(
    act: Act, patches: Sequence[tuple[str, VariablePatch]], on_missing: OnMissing = OnMissing.FAIL
) -> BulkResult:
    """Changes each; (key, patch)."""

    def change(item: tuple[str, VariablePatch]) -> VariableRow:
        return update(act, *item)

    return change_each(patches, name=lambda each: each[0], do=change, on_missing=on_missing)


def bulk_delete(
    act: Act, keys: Sequence[str], on_missing: OnMissing = OnMissing.FAIL
) -> BulkResult:
    """Deletes each."""
    remove: Callable[[str], None] = partial(delete, act)
    return change_each(keys, name=str, do=remove, on_missing=on_missing)


def check(row: VariableRow) -> None:
    """Invalid unless there may be such a variable."""
    check_text("key", row.key, length_min=1, length_max=KEY_LENGTH_MAX)
    check_text("description", row.description, length_max=DESCRIPTION_LENGTH_MAX)
    check_text("value", row.value.replace("\x00", ""), length_max=VALUE_LENGTH_MAX)


def _key(row: VariableRow) -> str:
    return row.key


def _wake(*keys: str) -> Wake:
    return Wake(variables=keys)


def _public(act: Act, key: str) -> dict[str, Any]:
    found = act.store.public_variable(key)
    if found is None:
        raise NotFound("variable", key, among=act.store.variable_keys())
    return found


def _written(
    act: Act, row: VariableRow, before: dict[str, Any] | None, *, value_changed: bool = True
) -> _Decided:
    command = ChangeVariable(key=row.key, existed=before is not None, after=row)
    after = {"key": row.key, "description": row.description}
    what = "post_variable" if before is None else "patch_variable"
    return [command], _audit(act, what, before, after, value_changed=value_changed), row


def _audit(
    act: Act,
    what: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    **detail: Any,
) -> Audit:
    key = (before or after or {}).get("key")
    return act.audit(what, before=before, after=after, of_previous=True, variable=key, **detail)
