"""``/api/v2/backfills``: a DAG's past, run by intention."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Limit, Moment, Name, Offset
from narae.api.listing import ordered
from narae.api.operation import V2, Body, Needs, Query
from narae.api.routes import Routes
from narae.core.run import Backfill, BackfillState, Reprocess
from narae.engine.actions import backfills
from narae.engine.actions.backfills import BackfillWish
from narae.engine.errors import NotFound
from narae.storage.queries import BackfillFilter, Slice

routes = Routes(V2, tag="Backfills")

READ = Needs(Resource.BACKFILL, Action.READ)
CREATE = Needs(Resource.BACKFILL, Action.CREATE)
EDIT = Needs(Resource.BACKFILL, Action.EDIT)
ORDERS = {"id": "id", "created_at": "created_at", "dag_id": "dag_id"}

Number = Annotated[int, Meta(ge=1, le=2**31 - 1)]
RunsAtOnce = Annotated[int, Meta(ge=1, le=10_000)]


class BackfillQuery(Query, frozen=True, kw_only=True):
    """Which backfills."""

    dag_id: str | None = None
    active: bool | None = None
    limit: Limit = 50
    offset: Offset = 0
    order_by: tuple[Literal["id", "-id", "created_at", "-created_at", "dag_id", "-dag_id"], ...] = (
        "id",
    )


class BackfillBody(Body, frozen=True, kw_only=True):
    """``BackfillPostBody``."""

    dag_id: Name
    from_date: Moment
    to_date: Moment
    run_backwards: bool = False
    dag_run_conf: dict[str, Any] | None = None
    reprocess_behavior: Literal["none", "failed", "completed"] = "none"
    max_active_runs: RunsAtOnce = 10
    run_on_latest_version: bool = False


class BackfillResponse(msgspec.Struct, frozen=True, kw_only=True):
    """One backfill."""

    id: int
    dag_id: str
    dag_display_name: str
    from_date: datetime
    to_date: datetime
    dag_run_conf: dict[str, Any]
    is_paused: bool
    state: str
    reprocess_behavior: str
    max_active_runs: int
    created_at: datetime
    completed_at: datetime | None
    updated_at: datetime
    runs: int
    """How many runs it is about."""
    runs_started: int
    runs_left_out: int


class BackfillCollection(msgspec.Struct, frozen=True, kw_only=True):
    """Backfills."""

    backfills: tuple[BackfillResponse, ...]
    total_entries: int


class DryRunResponse(msgspec.Struct, frozen=True, kw_only=True):
    """One run that a backfill would make, or why it would not."""

    logical_date: datetime
    left_out: str | None = None
    partition_date: datetime | None = None
    partition_key: str | None = None


class DryRunCollection(msgspec.Struct, frozen=True, kw_only=True):
    """What a backfill would do."""

    backfills: tuple[DryRunResponse, ...]
    total_entries: int


@routes.get("/backfills", needs=READ)
def get_backfills(call: Call, query: BackfillQuery) -> BackfillCollection:
    """Backfills, oldest first unless ordered otherwise."""
    wanted = BackfillFilter(
        dag_ids=(query.dag_id,) if query.dag_id is not None else None, active=query.active
    )
    part = Slice(limit=query.limit, offset=query.offset, order=ordered(query.order_by, ORDERS))
    page = call.queries.backfills(wanted, part, visible=call.readable_dags(Resource.BACKFILL))
    return BackfillCollection(backfills=tuple(map(_view, page.rows)), total_entries=page.total)


@routes.post("/backfills", needs=CREATE, errors=(404, 409))
def create_backfill(call: Call, body: BackfillBody) -> BackfillResponse:
    """A new backfill. 409 while the DAG has one that is not done."""
    call.must(Action.CREATE, Resource.BACKFILL, body.dag_id)
    return _view(backfills.create(call.act(), body.dag_id, _wish(body)))


@routes.post("/backfills/dry_run", needs=CREATE, errors=(404,))
def create_backfill_dry_run(call: Call, body: BackfillBody) -> DryRunCollection:
    """What a backfill would do: each run, and why some are left out."""
    call.must(Action.CREATE, Resource.BACKFILL, body.dag_id)
    planned = backfills.plan(call.act(), body.dag_id, _wish(body)).planned
    rows = tuple(
        DryRunResponse(logical_date=each.logical_date, left_out=each.skip_reason)
        for each in planned
    )
    return DryRunCollection(backfills=rows, total_entries=len(rows))


@routes.get("/backfills/{backfill_id}", needs=READ)
def get_backfill(call: Call, backfill_id: Number) -> BackfillResponse:
    """One backfill."""
    return _view(_mine(call, backfill_id, Action.READ))


@routes.put("/backfills/{backfill_id}/pause", needs=EDIT, errors=(409,))
def pause_backfill(call: Call, backfill_id: Number) -> BackfillResponse:
    """Starts no further run of it; those that run go on."""
    _mine(call, backfill_id, Action.EDIT)
    return _view(backfills.pause(call.act(), backfill_id))


@routes.put("/backfills/{backfill_id}/unpause", needs=EDIT, errors=(409,))
def unpause_backfill(call: Call, backfill_id: Number) -> BackfillResponse:
    """Lets it go on."""
    _mine(call, backfill_id, Action.EDIT)
    return _view(backfills.unpause(call.act(), backfill_id))


@routes.put("/backfills/{backfill_id}/cancel", needs=EDIT, errors=(409,))
def cancel_backfill(call: Call, backfill_id: Number) -> BackfillResponse:
    """Ends it: its queued runs fail, those that run go on."""
    _mine(call, backfill_id, Action.EDIT)
    return _view(backfills.cancel(call.act(), backfill_id))


def _mine(call: Call, backfill_id: int, action: Action) -> Backfill:
    found = backfills.find(call.act(), backfill_id)
    if not call.may(Action.READ, Resource.BACKFILL, found.dag_id):
        raise NotFound("backfill", str(backfill_id))
    call.must(action, Resource.BACKFILL, found.dag_id)
    return found


def _wish(body: BackfillBody) -> BackfillWish:
    return BackfillWish(
        start=body.from_date,
        end=body.to_date,
        conf=body.dag_run_conf or {},
        reprocess=Reprocess(body.reprocess_behavior),
        backwards=body.run_backwards,
        max_active_runs=body.max_active_runs,
        latest_code=body.run_on_latest_version,
    )


def _view(row: Backfill) -> BackfillResponse:
    left_out = sum(each.skip_reason is not None for each in row.planned)
    return BackfillResponse(
        id=row.id,
        dag_id=row.dag_id,
        dag_display_name=row.dag_id,
        from_date=row.start,
        to_date=row.end,
        dag_run_conf=row.conf,
        is_paused=row.state is BackfillState.PAUSED,
        state=row.state,
        reprocess_behavior=row.reprocess,
        max_active_runs=row.max_active_runs,
        created_at=row.created_at,
        completed_at=row.ended_at,
        updated_at=row.ended_at or row.created_at,
        runs=len(row.planned) - left_out,
        runs_started=sum(each.started for each in row.planned),
        runs_left_out=left_out,
    )
