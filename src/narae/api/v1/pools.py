"""``/api/v1/pools``."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import INT32_MAX
from narae.api.operation import V1, Body, Needs, Query
from narae.api.reading import chosen
from narae.api.routes import Routes
from narae.api.v1.paging import Paged, order_of, slice_of
from narae.api.view import View
from narae.core.run import Pool
from narae.engine.actions import pools
from narae.engine.actions.pools import PoolPatch
from narae.storage.queries import PoolFilter, PoolRow, Slice

routes = Routes(V1, tag="Pool")

READ = Needs(Resource.POOL, Action.READ)
CREATE = Needs(Resource.POOL, Action.CREATE)
EDIT = Needs(Resource.POOL, Action.EDIT)
DELETE = Needs(Resource.POOL, Action.DELETE)

_ONE = "/pools/{pool_name:path}"
_ORDERS = {"name": "name", "id": "name", "slots": "slots"}
PoolName = Annotated[str, Meta(min_length=1, max_length=256)]
Slots = Annotated[int, Meta(ge=-1, le=INT32_MAX, description="How many; -1: no limit.")]


class PoolsQuery(Paged, frozen=True, kw_only=True):
    """Which part, in which order."""

    order_by: Literal["name", "-name", "id", "-id", "slots", "-slots"] = "id"


class MaskQuery(Query, frozen=True, kw_only=True):
    """Which fields of the body count."""

    update_mask: Annotated[
        tuple[Literal["name", "slots", "description", "include_deferred"], ...],
        Meta(extra={"csv": True}),
    ] = ()


class PoolBody(Body, frozen=True, kw_only=True):
    """``Pool``."""

    name: PoolName
    slots: Slots
    description: str | None = None
    include_deferred: bool = False


class PoolPatchBody(Body, frozen=True, kw_only=True):
    """``Pool``, as far as it changes."""

    name: PoolName | UnsetType = UNSET
    slots: Slots | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    include_deferred: bool | UnsetType = UNSET


class PoolView(View, frozen=True, kw_only=True):
    """``Pool``."""

    name: str
    slots: int
    occupied_slots: int
    running_slots: int
    queued_slots: int
    open_slots: int
    """-1: no limit."""
    scheduled_slots: int
    deferred_slots: int
    description: str | None
    include_deferred: bool


class PoolPage(View, frozen=True, kw_only=True):
    """``PoolCollection``."""

    pools: list[PoolView]
    total_entries: int


@routes.get("/pools", needs=READ)
def get_pools(call: Call, query: PoolsQuery) -> PoolPage:
    """Pools, and what their slots are used for."""
    part = slice_of(call, query, order_of(query.order_by, _ORDERS))
    page = call.queries.pools(PoolFilter(), part)
    return PoolPage(pools=[_view(row) for row in page.rows], total_entries=page.total)


@routes.post("/pools", needs=CREATE, errors=(409,))
def post_pool(call: Call, body: PoolBody) -> PoolView:
    """A new pool."""
    pool = Pool(
        name=body.name,
        slots=body.slots,
        description=body.description or "",
        include_deferred=body.include_deferred,
    )
    return _one(call, pools.create(call.act(), pool).name)


@routes.get(_ONE, needs=READ)
def get_pool(call: Call, pool_name: str) -> PoolView:
    """One pool."""
    return _one(call, pools.find(call.act(), pool_name).name)


@routes.patch(_ONE, needs=EDIT, errors=(409,))
def patch_pool(call: Call, pool_name: str, query: MaskQuery, body: PoolPatchBody) -> PoolView:
    """Change a pool."""
    changes = chosen(body, query.update_mask, V1)
    if "description" in changes:
        changes["description"] = changes["description"] or ""
    return _one(call, pools.update(call.act(), pool_name, PoolPatch(**changes)).name)


@routes.delete(_ONE, needs=DELETE)
def delete_pool(call: Call, pool_name: str) -> None:
    """Delete a pool; the default pool stays."""
    pools.delete(call.act(), pool_name)


def _one(call: Call, name: str) -> PoolView:
    return _view(call.queries.pools(PoolFilter(names=(name,)), Slice(limit=1)).rows[0])


def _view(row: PoolRow) -> PoolView:
    return PoolView(
        name=row.pool.name,
        slots=row.pool.slots,
        occupied_slots=row.occupied,
        running_slots=row.running,
        queued_slots=row.queued,
        open_slots=row.open,
        scheduled_slots=row.scheduled,
        deferred_slots=row.deferred,
        description=row.pool.description or None,
        include_deferred=row.pool.include_deferred,
    )
