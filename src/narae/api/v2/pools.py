"""``/api/v2/pools``."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import INT32_MAX, Limit, Names, Offset
from narae.api.listing import Pattern, Prefix, given, ordered
from narae.api.operation import V2, Body, Needs, Query
from narae.api.reading import chosen
from narae.api.routes import Routes
from narae.api.v2.bulk_bodies import (
    BulkResponse,
    CreateMany,
    DeleteMany,
    UpdateMany,
    bulk_response,
)
from narae.core.run import Pool
from narae.engine.actions import pools
from narae.engine.actions.pools import PoolPatch
from narae.storage.queries import PoolFilter, PoolRow, Slice

routes = Routes(V2, tag="Pools")

READ = Needs(Resource.POOL, Action.READ)
EDIT = Needs(Resource.POOL, Action.EDIT)
ORDERS = {name: name for name in ("name", "slots", "description", "include_deferred")} | {
    "id": "name",
    "pool": "name",
}

PoolName = Annotated[str, Meta(min_length=1, max_length=256)]
Slots = Annotated[int, Meta(ge=-1, le=INT32_MAX, description="How many; -1: no limit.")]
Order = Literal[
    "id", "-id", "name", "-name", "pool", "-pool", "slots", "-slots", "description",
    "-description", "include_deferred", "-include_deferred",
]  # fmt: skip


class PoolQuery(Query, frozen=True, kw_only=True):
    """Which pools."""

    limit: Limit = 50
    offset: Offset = 0
    order_by: tuple[Order, ...] = ("name",)
    pool_name_pattern: Pattern | None = None
    pool_name_prefix_pattern: Prefix | None = None


class MaskQuery(Query, frozen=True, kw_only=True):
    """Which fields of the body count."""

    update_mask: Names = ()


class PoolBody(Body, frozen=True, kw_only=True):
    """``PoolBody``."""

    name: PoolName
    slots: Slots
    description: str | None = None
    include_deferred: bool = False
    team_name: None = None


class PoolPatchBody(Body, frozen=True, kw_only=True):
    """``PoolPatchBody``. Either name may be given for the pool."""

    pool: PoolName | UnsetType | None = UNSET
    name: PoolName | UnsetType | None = UNSET
    slots: Slots | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET
    include_deferred: bool | UnsetType | None = UNSET
    team_name: UnsetType | None = UNSET


class PoolResponse(msgspec.Struct, frozen=True, kw_only=True):
    """One pool and what its slots are used for."""

    name: str
    slots: int
    description: str | None
    include_deferred: bool
    occupied_slots: int
    running_slots: int
    queued_slots: int
    scheduled_slots: int
    deferred_slots: int
    open_slots: int
    """-1: no limit."""
    team_name: str | None = None


class PoolCollection(msgspec.Struct, frozen=True, kw_only=True):
    """Pools."""

    pools: tuple[PoolResponse, ...]
    total_entries: int


class BulkPools(Body, frozen=True, kw_only=True):
    """``BulkBody``: actions in their order."""

    actions: tuple[CreateMany[PoolBody] | UpdateMany[PoolBody] | DeleteMany[PoolBody], ...]


@routes.get("/pools", needs=READ)
def get_pools(call: Call, query: PoolQuery) -> PoolCollection:
    """Pools, by name unless ordered otherwise."""
    wanted = PoolFilter(
        patterns=given(name=query.pool_name_pattern),
        prefixes=given(name=query.pool_name_prefix_pattern),
    )
    part = Slice(limit=query.limit, offset=query.offset, order=ordered(query.order_by, ORDERS))
    page = call.queries.pools(wanted, part)
    return PoolCollection(pools=tuple(map(_view, page.rows)), total_entries=page.total)


@routes.post("/pools", needs=Needs(Resource.POOL, Action.CREATE), status=201, errors=(409,))
def post_pool(call: Call, body: PoolBody) -> PoolResponse:
    """A new pool."""
    return _one(call, pools.create(call.act(), _pool(body)).name)


@routes.patch("/pools", needs=EDIT)
def bulk_pools(call: Call, body: BulkPools) -> BulkResponse:
    """Many at once; what is refused is said of each."""
    results = []
    for each in body.actions:
        match each:
            case CreateMany():
                call.must(Action.CREATE, Resource.POOL)
                rows = [_pool(entity) for entity in each.entities]
                results.append(("create", pools.bulk_create(call.act(), rows, each.on_existing)))
            case UpdateMany():
                mask = tuple(each.update_mask or ())
                patches = [(e.name, _whole_patch(call, e, mask)) for e in each.entities]
                results.append(("update", pools.bulk_update(call.act(), patches, each.on_missing)))
            case DeleteMany():
                call.must(Action.DELETE, Resource.POOL)
                names = [e if isinstance(e, str) else e.name for e in each.entities]
                results.append(("delete", pools.bulk_delete(call.act(), names, each.on_missing)))
    return bulk_response(results)


@routes.get("/pools/{pool_name:path}", needs=READ)
def get_pool(call: Call, pool_name: str) -> PoolResponse:
    """One pool."""
    return _one(call, pools.find(call.act(), pool_name).name)


@routes.patch("/pools/{pool_name:path}", needs=EDIT, errors=(409,))
def patch_pool(call: Call, pool_name: str, query: MaskQuery, body: PoolPatchBody) -> PoolResponse:
    """Changes a pool's name, size, description, and whether deferred tasks count."""
    changes = chosen(body, query.update_mask, call.flavour)
    named = changes.get("pool") or changes.get("name") or UNSET
    slots, deferred = changes.get("slots"), changes.get("include_deferred")
    patch = PoolPatch(
        name=named,
        slots=UNSET if slots is None else slots,
        description=(changes["description"] or "") if "description" in changes else UNSET,
        include_deferred=UNSET if deferred is None else deferred,
    )
    return _one(call, pools.update(call.act(), pool_name, patch).name)


@routes.delete("/pools/{pool_name:path}", needs=Needs(Resource.POOL, Action.DELETE))
def delete_pool(call: Call, pool_name: str) -> None:
    """Deletes a pool; the default pool stays."""
    pools.delete(call.act(), pool_name)


def _pool(body: PoolBody) -> Pool:
    return Pool(
        name=body.name,
        slots=body.slots,
        description=body.description or "",
        include_deferred=body.include_deferred,
    )


def _whole_patch(call: Call, body: PoolBody, mask: tuple[str, ...]) -> PoolPatch:
    changes = chosen(body, mask, call.flavour)
    pool = _pool(body)
    names = ("slots", "description", "include_deferred")
    return PoolPatch(**{name: getattr(pool, name) for name in names if name in changes})


def _one(call: Call, name: str) -> PoolResponse:
    return _view(call.queries.pools(PoolFilter(names=(name,)), Slice(limit=1)).rows[0])


def _view(row: PoolRow) -> PoolResponse:
    pool = row.pool
    return PoolResponse(
        name=pool.name,
        slots=pool.slots,
        description=pool.description or None,
        include_deferred=pool.include_deferred,
        occupied_slots=row.occupied,
        running_slots=row.running,
        queued_slots=row.queued,
        scheduled_slots=row.scheduled,
        deferred_slots=row.deferred,
        open_slots=row.open,
    )
