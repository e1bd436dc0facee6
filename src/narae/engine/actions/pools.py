"""Pools: named numbers of slots, as users make and change them."""

from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from msgspec import UNSET, UnsetType

from narae.core.commands import Audit, ChangePool, Command
from narae.core.run import Pool
from narae.core.spec import Value
from narae.core.wire import Wake
from narae.engine.actions.act import Act
from narae.engine.actions.bulk import BulkResult, OnExisting, OnMissing, change_each, create_each
from narae.engine.actions.checks import check_text
from narae.engine.errors import AlreadyExists, Invalid, NotFound

DEFAULT = "default_pool"
UNLIMITED = -1
NAME_LENGTH_MAX = 256
DESCRIPTION_LENGTH_MAX = 10_000
SLOTS_MAX = 2**31 - 1

_WAKE = Wake(pools=True)
_Decided = tuple[Sequence[Command], Audit, Pool]


class PoolPatch(Value, frozen=True, kw_only=True):
    """What is to change; what is unset stays."""

    name: str | UnsetType = UNSET
    slots: int | UnsetType = UNSET
    description: str | UnsetType = UNSET
    include_deferred: bool | UnsetType = UNSET


def find(act: Act, name: str) -> Pool:
    """The pool; NotFound names the nearest."""
    known = _known(act)
    if name not in known:
        raise NotFound("pool", name, among=known)
    return known[name]


def create(act: Act, pool: Pool) -> Pool:
    """A new pool. Raises AlreadyExists or Invalid."""
    _check(pool)

    def decide() -> _Decided:
        if pool.name in _known(act):
            raise _already(pool.name)
        return _changed(act, "post_pool", None, pool)

    return act.write(decide, wake=_WAKE)


def put(act: Act, pool: Pool) -> Pool:
    """Creates or replaces it."""
    _check(pool)

    def decide() -> _Decided:
        before = _known(act).get(pool.name)
        if before == pool:
            return (), _audit(act, "patch_pool", before, pool), pool
        return _changed(act, "patch_pool" if before else "post_pool", before, pool)

    return act.write(decide, wake=_WAKE)


def update(act: Act, name: str, patch: PoolPatch) -> Pool:
    """Changes some of its fields. Raises NotFound, Invalid, or AlreadyExists (a new name)."""

    def decide() -> _Decided:
        before = find(act, name)
        after = patched(before, patch)
        _check(after)
        _check_default(before, after)
        if before == after:
            return (), _audit(act, "patch_pool", before, after), after
        if before.name == after.name:
            return _changed(act, "patch_pool", before, after)
        if after.name in _known(act):
            raise _already(after.name)
        renames = [ChangePool(before=None, after=after), ChangePool(before=before, after=None)]
        return renames, _audit(act, "patch_pool", before, after), after

    return act.write(decide, wake=_WAKE)


def delete(act: Act, name: str) -> None:
    """Takes it away; tasks that name it wait until there is one again.

    Raises NotFound, or Invalid for ``default_pool``.
    """

    def decide() -> _Decided:
        before = find(act, name)
        if name == DEFAULT:
            raise Invalid("name", f"{DEFAULT} can't be deleted: tasks without a pool use it")
        return _changed(act, "delete_pool", before, None)

    act.write(decide, wake=_WAKE)


def bulk_create(
    act: Act, pools: Sequence[Pool], on_existing: OnExisting = OnExisting.FAIL
) -> BulkResult:
    """Creates each."""
    make, replace = partial(create, act), partial(put, act)
    return create_each(pools, name=_name, create=make, put=replace, on_existing=on_existing)


def bulk_update(
    act: Act, patches: Sequence[tuple[str, PoolPatch]], on_missing: OnMissing = OnMissing.FAIL
) -> BulkResult:
    """Changes each; (name, patch)."""

    def change(item: tuple[str, PoolPatch]) -> Pool:
        return update(act, *item)

    return change_each(patches, name=lambda each: each[0], do=change, on_missing=on_missing)


def bulk_delete(
    act: Act, names: Sequence[str], on_missing: OnMissing = OnMissing.FAIL
) -> BulkResult:
    """Deletes each."""
    remove: Callable[[str], None] = partial(delete, act)
    return change_each(names, name=str, do=remove, on_missing=on_missing)


def patched(before: Pool, patch: PoolPatch) -> Pool:
    """The pool as the patch makes it."""
    fields = msgspec.structs.asdict(patch)
    changes = {name: value for name, value in fields.items() if value is not UNSET}
    return msgspec.structs.replace(before, **changes)


def _known(act: Act) -> dict[str, Pool]:
    return {pool.name: pool for pool in act.store.pools()}


def _name(pool: Pool) -> str:
    return pool.name


def _already(name: str) -> AlreadyExists:
    return AlreadyExists("pool", name, f"there is a pool {name!r} already")


def _check(pool: Pool) -> None:
    check_text("name", pool.name, length_min=1, length_max=NAME_LENGTH_MAX)
    check_text("description", pool.description, length_max=DESCRIPTION_LENGTH_MAX)
    if not UNLIMITED <= pool.slots <= SLOTS_MAX:
        words = f"{pool.slots} is not from {UNLIMITED} (without limit) to {SLOTS_MAX}"
        raise Invalid("slots", words)


def _check_default(before: Pool, after: Pool) -> None:
    """Airflow's rule: of ``default_pool`` only the numbers may change."""
    if before.name != DEFAULT:
        return
    for field in ("name", "description"):
        if getattr(before, field) != getattr(after, field):
            raise Invalid(field, f"of {DEFAULT} only slots and include_deferred may change")


def _changed(act: Act, what: str, before: Pool | None, after: Pool | None) -> _Decided:
    either = after or before
    if either is None:
        raise AssertionError("a change is from something or to something")
    command = ChangePool(before=before, after=after)
    return [command], _audit(act, what, before, after), either


def _audit(act: Act, what: str, before: Pool | None, after: Pool | None) -> Audit:
    return act.audit(
        what,
        before=None if before is None else msgspec.structs.asdict(before),
        after=None if after is None else msgspec.structs.asdict(after),
        of_previous=True,
        pool=(before or after or Pool(name="", slots=0)).name,
    )
