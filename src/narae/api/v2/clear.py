"""Task instances and runs are run again."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import MapIndex, Moment, Name
from narae.api.operation import V2, Body, Needs
from narae.api.problems import invalid
from narae.api.routes import Routes
from narae.api.v2.bulk_bodies import ITEMS_MAX
from narae.api.v2.dag_runs import BulkRunBody, Note, run_name
from narae.api.v2.instance_views import InstancePage
from narae.api.v2.run_lists import view_of, views_of
from narae.api.v2.run_views import RunPage, RunView
from narae.api.v2.task_instances import page_of
from narae.api.view import View
from narae.core.run import Instance, Run
from narae.engine.actions import Selection, clear, find_run, runs
from narae.engine.errors import NotBuilt

routes = Routes(V2, tag="DagRun")

EDIT_INSTANCE = Needs(Resource.TASK_INSTANCE, Action.EDIT)
EDIT_RUN = Needs(Resource.DAG_RUN, Action.EDIT)

_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


class ClearBody(Body, frozen=True, kw_only=True):
    """``ClearTaskInstancesBody``. Without ``dag_run_id`` and dates, all runs are meant."""

    dry_run: bool = True
    start_date: Moment | None = None
    end_date: Moment | None = None
    only_failed: bool = True
    only_running: bool = False
    reset_dag_runs: bool = True
    # A bounded text beside a pair crashes msgspec 0.22, so the ids have no bounds here.
    task_ids: Annotated[tuple[tuple[str, MapIndex] | str, ...], Meta(min_length=1)] | None = None
    # A str with a length beside the pair would make msgspec 0.22 crash at the next collection.
    """Ids of tasks, or pairs of an id and a map index. Left out: all tasks."""
    dag_run_id: Name | None = None
    include_upstream: bool = False
    include_downstream: bool = False
    include_future: bool = False
    include_past: bool = False
    run_on_latest_version: bool | None = None
    prevent_running_task: bool = False
    note: Note | msgspec.UnsetType | None = msgspec.UNSET


class ClearRunBody(Body, frozen=True, kw_only=True):
    """``DAGRunClearBody``."""

    dry_run: bool = True
    only_failed: bool = False
    only_new: bool = False
    """Run only what the latest code has and the run lacks."""
    run_on_latest_version: bool | None = None
    note: Note | msgspec.UnsetType | None = msgspec.UNSET


class ClearRunsBody(ClearRunBody, frozen=True, kw_only=True):
    """``BulkDAGRunClearBody``."""

    dag_runs: Annotated[tuple[BulkRunBody, ...], Meta(max_length=ITEMS_MAX)] | None = None
    partition_key: str | None = None
    partition_date_start: Moment | None = None
    partition_date_end: Moment | None = None


class ClearPartitionsBody(Body, frozen=True, kw_only=True):
    """``ClearPartitionsBody``."""

    dry_run: bool = True
    clear_task_instances: bool = False
    partition_key: str | None = None
    partition_date_start: Moment | None = None
    partition_date_end: Moment | None = None
    run_id: str | None = None


class ClearedPartitions(View, frozen=True, kw_only=True):
    """``ClearPartitionsResponse``."""

    dag_runs_cleared: int
    task_instances_cleared: int
    dry_run: bool


@routes.post("/dags/{dag_id}/clearTaskInstances", needs=EDIT_INSTANCE, errors=(409,))
def post_clear_task_instances(call: Call, dag_id: str, body: ClearBody) -> InstancePage:
    """Runs tasks again; a dry run (the default) says which, and changes nothing."""
    _check(body)
    named = body.dag_run_id
    dated = body.start_date is not None or body.end_date is not None
    found = clear(
        call.act(),
        dag_id,
        Selection(
            run_ids=None if named is None else (named,),
            start=body.start_date if dated or named else _LONG_AGO,
            end=body.end_date,
            tasks=_tasks(body),
            upstream=body.include_upstream,
            downstream=body.include_downstream,
            past=body.include_past,
            future=body.include_future,
            only_failed=body.only_failed and not body.only_running,
            only_running=body.only_running,
            restart_runs=body.reset_dag_runs,
            prevent_running=body.prevent_running_task,
            note=body.note,
        ),
        dry_run=body.dry_run,
        latest_code=bool(body.run_on_latest_version),
    )
    return page_of(call, found if body.dry_run else as_they_are(call, found))


def _check(body: ClearBody) -> None:
    dated = body.start_date is not None or body.end_date is not None
    if body.dag_run_id is not None and dated:
        raise invalid(V2, "dag_run_id", "name a run, or dates between which runs are, not both")
    if body.dag_run_id is None and (body.include_past or body.include_future):
        field = "include_past" if body.include_past else "include_future"
        raise invalid(V2, field, "it says past and future of what: name a run by dag_run_id")
    if body.start_date and body.end_date and body.end_date <= body.start_date:
        raise invalid(V2, "end_date", "it has to be after start_date")


def _tasks(body: ClearBody) -> tuple[tuple[str, int | None], ...] | None:
    if body.task_ids is None:
        return None
    return tuple((each, None) if isinstance(each, str) else each for each in body.task_ids)


def as_they_are(call: Call, found: Sequence[tuple[Run, Instance]]) -> list[tuple[Run, Instance]]:
    """The same instances, and their runs, as the store has them now."""
    answer: list[tuple[Run, Instance]] = []
    for run in {run.uid: run for run, _ in found}.values():
        now = {instance.ref: instance for instance in call.store.instances(run.uid)}
        renewed = find_run(call.store, run.dag_id, run.run_id)
        refs = [instance.ref for of, instance in found if of.uid == run.uid]
        answer += [(renewed, now[ref]) for ref in refs if ref in now]
    return answer


@routes.post("/dags/{dag_id}/dagRuns/{dag_run_id}/clear", needs=EDIT_RUN, errors=(409,))
def clear_dag_run(
    call: Call, dag_id: str, dag_run_id: str, body: ClearRunBody
) -> InstancePage | RunView:
    """Runs a whole run again, or what failed of it; a dry run (the default) says what."""
    found = _clear(call, dag_id, dag_run_id, body)
    if body.dry_run:
        return page_of(call, found)
    return view_of(call, find_run(call.store, dag_id, dag_run_id))


@routes.post("/dags/{dag_id}/clearDagRuns", needs=EDIT_RUN, errors=(409, 501))
def clear_dag_runs(call: Call, dag_id: str, body: ClearRunsBody) -> InstancePage | RunPage:
    """The same for several runs. They are looked at before the first is changed."""
    if body.partition_key or body.partition_date_start or body.partition_date_end:
        raise NotBuilt("partition_key", "Narae's runs have no partitions yet")
    if not body.dag_runs:
        raise invalid(V2, "dag_runs", "say which runs")
    names = [run_name(dag_id, each) for each in body.dag_runs]
    for of, _ in names:
        call.must(Action.EDIT, Resource.DAG_RUN, of)
    for of, run_id in names:
        find_run(call.store, of, run_id)
    found = [each for name in names for each in _clear(call, *name, body)]
    if body.dry_run:
        return page_of(call, found)
    cleared = [find_run(call.store, *name) for name in names]
    named = [(run, call.spec(run.spec_id).display_name) for run in cleared]
    return RunPage(dag_runs=views_of(call, named), total_entries=len(cleared))


def _clear(call: Call, dag_id: str, run_id: str, body: ClearRunBody) -> list[tuple[Run, Instance]]:
    return runs.clear(
        call.act(),
        dag_id,
        run_id,
        only_failed=body.only_failed,
        only_new=body.only_new,
        latest_code=bool(body.run_on_latest_version),
        note=body.note,
        dry_run=body.dry_run,
    )


@routes.post("/dags/{dag_id}/clearPartitions", needs=EDIT_RUN, errors=(501,))
def clear_dag_run_partitions(
    call: Call, dag_id: str, body: ClearPartitionsBody
) -> ClearedPartitions:
    """Partitions of runs: Narae has none yet."""
    del call, dag_id, body
    raise NotBuilt("partitions", "Narae's runs have no partitions yet")
