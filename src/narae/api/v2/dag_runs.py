"""``/dags/{dag_id}/dagRuns``: runs are asked for, looked at, changed and deleted."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Moment, Name, Text
from narae.api.operation import V2, Body, Needs, Query
from narae.api.problems import invalid
from narae.api.reading import chosen
from narae.api.routes import Routes
from narae.api.v2.bulk_bodies import (
    BulkResponse,
    CreateMany,
    DeleteMany,
    UpdateMany,
    bulk_response,
)
from narae.api.v2.run_lists import view_of
from narae.api.v2.run_views import RunView
from narae.api.view import View
from narae.core.states import RunState
from narae.core.timetables.spec import DataInterval
from narae.engine.actions import RunWish, find_dag, find_run, runs, trigger
from narae.engine.actions.bulk import BulkFault, BulkResult
from narae.engine.actions.runs import RunName, RunPatch

routes = Routes(V2, tag="DagRun")

READ = Needs(Resource.DAG_RUN, Action.READ)
CREATE = Needs(Resource.DAG_RUN, Action.CREATE)
EDIT = Needs(Resource.DAG_RUN, Action.EDIT)
DELETE = Needs(Resource.DAG_RUN, Action.DELETE)

Note = Annotated[str, Meta(max_length=1000)]
WITHOUT_DATES = 3
"""The first of Airflow's generations whose runs may have no logical date."""

_RUN = "/dags/{dag_id}/dagRuns/{dag_run_id}"


class TriggerBody(Body, frozen=True, kw_only=True):
    """``TriggerDAGRunPostBody``. A ``logical_date`` of null: a run without one, where it may."""

    dag_run_id: Name | None = None
    logical_date: Moment | msgspec.UnsetType | None = msgspec.UNSET
    data_interval_start: Moment | None = None
    data_interval_end: Moment | None = None
    run_after: Moment | None = None
    conf: dict[str, Any] | None = None
    note: Note | None = None
    partition_key: str | None = None


class RunPatchBody(Body, frozen=True, kw_only=True):
    """``DAGRunPatchBody``: queued runs it again, success and failed end it."""

    state: Literal["queued", "success", "failed"] | msgspec.UnsetType | None = msgspec.UNSET
    note: Note | msgspec.UnsetType | None = msgspec.UNSET


class MaskQuery(Query, frozen=True, kw_only=True):
    """Which fields of the body count."""

    update_mask: tuple[Text, ...] = ()


class BulkRunBody(RunPatchBody, frozen=True, kw_only=True):
    """``BulkDAGRunBody``. ``dag_id`` where the path says ``~``."""

    dag_run_id: str
    dag_id: str | None = None


class BulkRunsBody(Body, frozen=True, kw_only=True):
    """``BulkBody`` of runs."""

    actions: tuple[CreateMany[BulkRunBody] | UpdateMany[BulkRunBody] | DeleteMany[BulkRunBody], ...]


class EventsView(View, frozen=True, kw_only=True):
    """``AssetEventCollectionResponse``: always empty, until Narae keeps assets."""

    asset_events: tuple[dict[str, Any], ...] = ()
    total_entries: int = 0


@routes.post("/dags/{dag_id}/dagRuns", needs=CREATE, errors=(409,))
def trigger_dag_run(call: Call, dag_id: str, body: TriggerBody) -> RunView:
    """A new run by hand. 409 when its id or logical date exists."""
    if body.partition_key is not None:
        raise invalid(V2, "partition_key", "Narae's runs have no partitions yet: leave it out")
    generation = call.spec(find_dag(call.store, dag_id).spec_id).generation
    run = trigger(
        call.act(),
        dag_id,
        RunWish(
            run_id=body.dag_run_id,
            logical_date=body.logical_date or None,
            without_logical_date=body.logical_date is None and generation >= WITHOUT_DATES,
            run_after=body.run_after,
            interval=_interval(body),
            conf=body.conf or {},
            note=body.note,
            triggered_by="rest_api",
            triggering_user=call.principal.username,
        ),
    )
    return view_of(call, run)


def _interval(body: TriggerBody) -> DataInterval | None:
    start, end = body.data_interval_start, body.data_interval_end
    if start is None and end is None:
        return None
    if start is None or end is None:
        missing = "data_interval_start" if start is None else "data_interval_end"
        raise invalid(V2, missing, "an interval has both ends, or is left out")
    if end < start:
        raise invalid(V2, "data_interval_end", "it is before data_interval_start")
    return DataInterval(start=start, end=end)


@routes.get(_RUN, needs=READ)
def get_dag_run(call: Call, dag_id: str, dag_run_id: str) -> RunView:
    """One run."""
    return view_of(call, find_run(call.store, dag_id, dag_run_id))


@routes.patch(_RUN, needs=EDIT)
def patch_dag_run(
    call: Call, dag_id: str, dag_run_id: str, query: MaskQuery, body: RunPatchBody
) -> RunView:
    """Ends a run, runs it again, or writes its note."""
    wish = _patch(chosen(body, query.update_mask, V2))
    return view_of(call, runs.patch(call.act(), dag_id, dag_run_id, wish))


def _patch(changes: dict[str, Any]) -> RunPatch:
    state = changes.get("state")
    return RunPatch(
        state=msgspec.UNSET if state is None else RunState(state),
        note=changes.get("note", msgspec.UNSET),
    )


@routes.delete(_RUN, needs=DELETE, errors=(409,))
def delete_dag_run(call: Call, dag_id: str, dag_run_id: str) -> None:
    """Deletes a run with all that belongs to it, its logs too. 409 while it runs."""
    runs.delete(call.act(), dag_id, dag_run_id)


@routes.get(f"{_RUN}/upstreamAssetEvents", needs=READ)
def get_upstream_asset_events(call: Call, dag_id: str, dag_run_id: str) -> EventsView:
    """The events of assets that made this run: none, Narae keeps no assets yet."""
    find_run(call.store, dag_id, dag_run_id)
    return EventsView()


# -- many at once ---------------------------------------------------------------------------


@routes.patch("/dags/{dag_id}/dagRuns", needs=EDIT)
def bulk_dag_runs(call: Call, dag_id: str, body: BulkRunsBody) -> BulkResponse:
    """Changes or deletes many runs, each for itself. Whoever may not do one of them does none."""
    for each in body.actions:
        action = Action.DELETE if isinstance(each, DeleteMany) else Action.EDIT
        for item in each.entities:
            call.must(action, Resource.DAG_RUN, run_name(dag_id, item)[0])
    results: list[tuple[str, BulkResult]] = []
    for each in body.actions:
        match each:
            case CreateMany():
                results.append(("create", _not_created(dag_id, each.entities)))
            case UpdateMany():
                mask = each.update_mask or ()
                patches = [
                    (run_name(dag_id, item), _patch(_changes(item, mask))) for item in each.entities
                ]
                done = runs.bulk_update(call.act(), patches, each.on_missing)
                results.append(("update", done))
            case DeleteMany():
                names = [run_name(dag_id, item) for item in each.entities]
                results.append(("delete", runs.bulk_delete(call.act(), names, each.on_missing)))
    return bulk_response(results)


def run_name(dag_id: str, item: BulkRunBody | str) -> RunName:
    """Which run. The path's DAG and the item's have to agree."""
    if isinstance(item, str):
        own, run_id = None, item
    else:
        own, run_id = item.dag_id, item.dag_run_id
    if dag_id != "~":
        if own not in {None, "~", dag_id}:
            raise invalid(V2, "dag_id", f"{own!r} is not the DAG of the path, {dag_id!r}")
        return dag_id, run_id
    if own in {None, "~"}:
        raise invalid(V2, "dag_id", f"say of which DAG {run_id!r} is: the path does not")
    return str(own), run_id


def _changes(item: BulkRunBody, mask: tuple[str, ...]) -> dict[str, Any]:
    """``dag_id`` and ``dag_run_id`` name the run; they are no changes."""
    return chosen(RunPatchBody(state=item.state, note=item.note), mask, V2)


def _not_created(dag_id: str, items: tuple[BulkRunBody, ...]) -> BulkResult:
    words = "runs are not made in bulk: POST each to its DAG's dagRuns"
    return BulkResult(
        errors=tuple(
            BulkFault(name=".".join(run_name(dag_id, item)), status=405, error=words)
            for item in items
        )
    )
