"""``/api/v1/dags/{dag_id}/dagRuns``."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Moment, Natural
from narae.api.operation import V1, Body, Needs, Query
from narae.api.problems import invalid
from narae.api.routes import Routes
from narae.api.v1.datasets import EventPage
from narae.api.v1.instance_views import ReferencePage, reference_page
from narae.api.v1.paging import Paged, limit_of, only, order_of, ranges_of, slice_of
from narae.api.v1.run_views import RunField, RunPage, RunView, run_view
from narae.core.run import Run
from narae.core.states import RunState
from narae.core.timetables.spec import DataInterval
from narae.engine.actions import RunWish, find_dag, find_run, runs, trigger
from narae.storage.queries import RunFilter, RunListRow, Slice

routes = Routes(V1, tag="DAGRun")

READ = Needs(Resource.DAG_RUN, Action.READ)
CREATE = Needs(Resource.DAG_RUN, Action.CREATE)
EDIT = Needs(Resource.DAG_RUN, Action.EDIT)
DELETE = Needs(Resource.DAG_RUN, Action.DELETE)

EVERY = "~"
_RUN = "/dags/{dag_id}/dagRuns/{dag_run_id}"
_ORDERS = {
    "id": "id",
    "state": "state",
    "dag_id": "dag_id",
    "execution_date": "logical_date",
    "dag_run_id": "run_id",
    "start_date": "started_at",
    "end_date": "ended_at",
    "updated_at": "updated_at",
    "external_trigger": "run_type",
    "conf": "conf",
}
Order = Literal[
    "id", "-id", "state", "-state", "dag_id", "-dag_id", "execution_date", "-execution_date",
    "dag_run_id", "-dag_run_id", "start_date", "-start_date", "end_date", "-end_date",
    "updated_at", "-updated_at", "external_trigger", "-external_trigger", "conf", "-conf",
]  # fmt: skip
MOMENTS = {
    "execution_date": "logical_date",
    "start_date": "started_at",
    "end_date": "ended_at",
    "updated_at": "updated_at",
}
"""Names in requests -> the store's, of what lists can be narrowed to a stretch of."""
States = Annotated[tuple[RunState, ...], Meta(extra={"csv": True})]
RunFields = Annotated[
    tuple[RunField, ...], Meta(extra={"csv": True}, description="The fields of the answer.")
]
Note = Annotated[str, Meta(max_length=1000)]


class RunsQuery(Paged, frozen=True, kw_only=True):
    """Which runs."""

    execution_date_gte: Moment | None = None
    execution_date_lte: Moment | None = None
    start_date_gte: Moment | None = None
    start_date_lte: Moment | None = None
    end_date_gte: Moment | None = None
    end_date_lte: Moment | None = None
    updated_at_gte: Moment | None = None
    updated_at_lte: Moment | None = None
    state: States = ()
    order_by: Order = "id"
    fields: RunFields = ()


class RunFieldsQuery(Query, frozen=True, kw_only=True):
    """Which fields are answered."""

    fields: RunFields = ()


class TriggerBody(Body, frozen=True, kw_only=True):
    """``DAGRun``, as far as it can be said of a new one."""

    dag_run_id: Annotated[str, Meta(min_length=1, max_length=250)] | UnsetType = UNSET
    logical_date: Moment | UnsetType | None = UNSET
    execution_date: Moment | UnsetType | None = UNSET
    """The old name of ``logical_date``."""
    data_interval_start: Moment | UnsetType | None = UNSET
    data_interval_end: Moment | UnsetType | None = UNSET
    conf: dict[str, Any] = {}
    note: Note | UnsetType | None = UNSET


class StateBody(Body, frozen=True, kw_only=True):
    """``UpdateDagRunState``."""

    state: Literal["success", "failed", "queued"]


class NoteBody(Body, frozen=True, kw_only=True):
    """``SetDagRunNote``."""

    note: Note | None


class ClearBody(Body, frozen=True, kw_only=True):
    """``ClearDagRun``."""

    dry_run: bool = True


class RunsBody(Body, frozen=True, kw_only=True):
    """``ListDagRunsForm``."""

    order_by: Order = "id"
    page_offset: Natural = 0
    page_limit: Annotated[int, Meta(ge=1, le=2**31 - 1)] = 100
    dag_ids: tuple[str, ...] = ()
    states: tuple[RunState, ...] = ()
    execution_date_gte: Moment | None = None
    execution_date_lte: Moment | None = None
    start_date_gte: Moment | None = None
    start_date_lte: Moment | None = None
    end_date_gte: Moment | None = None
    end_date_lte: Moment | None = None


def _view(call: Call, row: RunListRow) -> RunView:
    conf = call.masker.mask_value(row.run.conf)
    return run_view(row.run, conf=conf, updated_at=row.updated_at)


def _one(call: Call, run: Run) -> RunView:
    wanted = RunFilter(uids=(run.uid,))
    rows = call.queries.runs(wanted, Slice(limit=1)).rows
    return _view(call, rows[0]) if rows else run_view(run, conf=call.masker.mask_value(run.conf))


def _page(call: Call, wanted: RunFilter, part: Slice) -> RunPage:
    visible = call.readable_dags(Resource.DAG_RUN)
    page = call.queries.runs(wanted, part, visible=visible)
    return RunPage(dag_runs=[_view(call, row) for row in page.rows], total_entries=page.total)


@routes.get("/dags/{dag_id}/dagRuns", needs=READ)
def get_dag_runs(call: Call, dag_id: str, query: RunsQuery) -> RunPage:
    """Runs of a DAG, or with ``~`` of all."""
    wanted = RunFilter(
        dag_ids=None if dag_id == EVERY else (dag_id,),
        states=query.state or None,
        ranges=ranges_of(query, MOMENTS),
    )
    page = _page(call, wanted, slice_of(call, query, order_of(query.order_by, _ORDERS)))
    views = [only(view, query.fields) for view in page.dag_runs]
    return RunPage(dag_runs=views, total_entries=page.total_entries)


@routes.post("/dags/~/dagRuns/list", needs=READ)
def get_dag_runs_batch(call: Call, body: RunsBody) -> RunPage:
    """Runs of any DAGs, by a long list of conditions."""
    wanted = RunFilter(
        dag_ids=body.dag_ids or None,
        states=body.states or None,
        ranges=ranges_of(body, MOMENTS),
    )
    part = Slice(
        limit=limit_of(call, body.page_limit),
        offset=body.page_offset,
        order=order_of(body.order_by, _ORDERS),
    )
    return _page(call, wanted, part)


@routes.post("/dags/{dag_id}/dagRuns", needs=CREATE, errors=(409,))
def post_dag_run(call: Call, dag_id: str, body: TriggerBody) -> RunView:
    """A new run by hand."""
    date, old = body.logical_date or None, body.execution_date or None
    if date and old and date != old:
        words = f"{date.isoformat()} is not the execution_date {old.isoformat()}"
        raise invalid(V1, "logical_date", words)
    wish = RunWish(
        run_id=body.dag_run_id or None,
        logical_date=date or old,
        interval=_interval(body),
        conf=body.conf,
        note=body.note or None,
        triggered_by="rest_api",
        triggering_user=call.principal.username,
    )
    return _one(call, trigger(call.act(), dag_id, wish))


def _interval(body: TriggerBody) -> DataInterval | None:
    start, end = body.data_interval_start or None, body.data_interval_end or None
    if start is None and end is None:
        return None
    if start is None or end is None:
        missing = "data_interval_end" if end is None else "data_interval_start"
        raise invalid(V1, missing, "the start and the end of a data interval go together")
    if end < start:
        raise invalid(V1, "data_interval_end", "it is before data_interval_start")
    return DataInterval(start=start, end=end)


@routes.get(_RUN, needs=READ)
def get_dag_run(call: Call, dag_id: str, dag_run_id: str, query: RunFieldsQuery) -> RunView:
    """One run."""
    return only(_one(call, find_run(call.store, dag_id, dag_run_id)), query.fields)


@routes.patch(_RUN, needs=EDIT)
def update_dag_run_state(call: Call, dag_id: str, dag_run_id: str, body: StateBody) -> RunView:
    """End a run, or queue it again."""
    wish = runs.RunPatch(state=RunState(body.state))
    return _one(call, runs.patch(call.act(), dag_id, dag_run_id, wish))


@routes.delete(_RUN, needs=DELETE, errors=(409,))
def delete_dag_run(call: Call, dag_id: str, dag_run_id: str) -> None:
    """Delete a run that is not running, its logs too."""
    runs.delete(call.act(), dag_id, dag_run_id)


@routes.post(f"{_RUN}/clear", needs=EDIT, errors=(409,))
def clear_dag_run(
    call: Call, dag_id: str, dag_run_id: str, body: ClearBody
) -> RunView | ReferencePage:
    """Run a whole run again; a dry run says which task instances that would be."""
    found = runs.clear(call.act(), dag_id, dag_run_id, dry_run=body.dry_run)
    if body.dry_run:
        return reference_page(found)
    return _one(call, find_run(call.store, dag_id, dag_run_id))


@routes.patch(f"{_RUN}/setNote", needs=EDIT)
def set_dag_run_note(call: Call, dag_id: str, dag_run_id: str, body: NoteBody) -> RunView:
    """Write a run's note."""
    wish = runs.RunPatch(note=body.note)
    return _one(call, runs.patch(call.act(), dag_id, dag_run_id, wish))


@routes.get(f"{_RUN}/upstreamDatasetEvents", needs=READ)
def get_upstream_dataset_events(call: Call, dag_id: str, dag_run_id: str) -> EventPage:
    """The dataset events that made a run: none yet."""
    call.must(Action.READ, Resource.ASSET)
    find_dag(call.store, dag_id)
    find_run(call.store, dag_id, dag_run_id)
    return EventPage(dataset_events=[], total_entries=0)
