"""Task instances cleared, marked and annotated, as Airflow 2 asks for it."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import MapIndex, Moment, Name
from narae.api.operation import V1, Body, Needs
from narae.api.problems import invalid
from narae.api.routes import Routes
from narae.api.v1.instance_views import (
    InstanceView,
    ReferencePage,
    ReferenceView,
    reference_page,
    reference_view,
)
from narae.api.v1.task_instances import find_instance, views_of
from narae.core.ids import UNMAPPED, TaskRef
from narae.core.states import TaskState
from narae.engine.actions import Selection, clear, find_dag, find_run, instances, runs
from narae.engine.actions.instances import InstancePatch

routes = Routes(V1, tag="TaskInstance")

EDIT = Needs(Resource.TASK_INSTANCE, Action.EDIT)

_INSTANCE = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}"
_BEGINNING = datetime(1000, 1, 1, tzinfo=UTC)
"""Before every run."""
NewState = Literal["success", "failed", "skipped"]
Note = Annotated[str, Meta(max_length=1000)]


class ClearBody(Body, frozen=True, kw_only=True):
    """``ClearTaskInstances``. Without a run and dates all runs of the DAG are meant."""

    dry_run: bool = True
    task_ids: Annotated[tuple[Name, ...], Meta(min_length=1)] | UnsetType = UNSET
    start_date: Moment | None = None
    end_date: Moment | None = None
    only_failed: bool = True
    only_running: bool = False
    include_subdags: bool = False
    """Taken and of no effect: there are no subdags."""
    include_parentdag: bool = False
    reset_dag_runs: bool = False
    dag_run_id: Name | None = None
    include_upstream: bool = False
    include_downstream: bool = False
    include_future: bool = False
    include_past: bool = False


class MarkBody(Body, frozen=True, kw_only=True):
    """``UpdateTaskInstancesState``. Either ``dag_run_id`` or ``execution_date`` names the run."""

    dry_run: bool = True
    task_id: Name
    execution_date: Moment | UnsetType = UNSET
    dag_run_id: Name | UnsetType = UNSET
    include_upstream: bool = False
    include_downstream: bool = False
    include_future: bool = False
    include_past: bool = False
    new_state: NewState


class StateBody(Body, frozen=True, kw_only=True):
    """``UpdateTaskInstance``."""

    dry_run: bool = True
    new_state: NewState


class NoteBody(Body, frozen=True, kw_only=True):
    """``SetTaskInstanceNote``."""

    note: Note | None


@routes.post("/dags/{dag_id}/clearTaskInstances", needs=EDIT, errors=(409,))
def clear_task_instances(call: Call, dag_id: str, body: ClearBody) -> ReferencePage:
    """Run task instances again; a dry run says which that would be."""
    find_dag(call.store, dag_id)
    _check_clear(body)
    dated = body.start_date is not None or body.end_date is not None
    tasks = None if body.task_ids is UNSET else tuple((name, None) for name in body.task_ids)
    selection = Selection(
        run_ids=None if body.dag_run_id is None else (body.dag_run_id,),
        start=body.start_date if dated or body.dag_run_id else _BEGINNING,
        end=body.end_date,
        tasks=tasks,
        upstream=body.include_upstream,
        downstream=body.include_downstream,
        past=body.include_past,
        future=body.include_future,
        only_failed=body.only_failed,
        only_running=body.only_running,
        restart_runs=body.reset_dag_runs,
    )
    return reference_page(clear(call.act(), dag_id, selection, dry_run=body.dry_run))


def _check_clear(body: ClearBody) -> None:
    start, end = body.start_date, body.end_date
    if body.only_failed and body.only_running:
        raise invalid(V1, "only_running", "only_failed is true already: one of them at most")
    if start is not None and end is not None and start > end:
        raise invalid(V1, "end_date", "it is before start_date")
    if body.dag_run_id is not None and (start is not None or end is not None):
        raise invalid(V1, "dag_run_id", "give a run or dates, not both")


@routes.post("/dags/{dag_id}/updateTaskInstancesState", needs=EDIT)
def update_task_instances_state(call: Call, dag_id: str, body: MarkBody) -> ReferencePage:
    """Say how task instances went; a dry run says which would change."""
    find_dag(call.store, dag_id)
    wish = InstancePatch(
        task_id=body.task_id,
        state=TaskState(body.new_state),
        upstream=body.include_upstream,
        downstream=body.include_downstream,
        past=body.include_past,
        future=body.include_future,
    )
    run_id = _run_of(call, dag_id, body)
    found = instances.patch(call.act(), dag_id, run_id, wish, dry_run=body.dry_run)
    return reference_page(found)


def _run_of(call: Call, dag_id: str, body: MarkBody) -> str:
    date, run_id = body.execution_date, body.dag_run_id
    if (date is UNSET) == (run_id is UNSET):
        raise invalid(V1, "dag_run_id", "give exactly one of dag_run_id and execution_date")
    if not isinstance(run_id, UnsetType):
        return run_id
    assert not isinstance(date, UnsetType)  # noqa: S101 - one of them is set
    return runs.find_at(call.act(), dag_id, date).run_id


@routes.patch(_INSTANCE, needs=EDIT)
def patch_task_instance(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, body: StateBody
) -> ReferenceView:
    """Say how a task instance went."""
    return _marked(call, dag_id, dag_run_id, TaskRef(task_id), body)


@routes.patch(f"{_INSTANCE}/{{map_index}}", needs=EDIT)
def patch_mapped_task_instance(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, map_index: MapIndex, body: StateBody
) -> ReferenceView:
    """Say how one instance of a mapped task went."""
    return _marked(call, dag_id, dag_run_id, TaskRef(task_id, map_index), body)


def _marked(
    call: Call, dag_id: str, dag_run_id: str, ref: TaskRef, body: StateBody
) -> ReferenceView:
    row = find_instance(call, dag_id, dag_run_id, ref)
    wish = InstancePatch(
        task_id=ref.task_id, map_indexes=(ref.map_index,), state=TaskState(body.new_state)
    )
    instances.patch(call.act(), dag_id, dag_run_id, wish, dry_run=body.dry_run)
    return reference_view(find_run(call.store, dag_id, dag_run_id), row.instance)


@routes.patch(f"{_INSTANCE}/setNote", needs=EDIT)
def set_task_instance_note(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, body: NoteBody
) -> InstanceView:
    """Write a task instance's note."""
    return _noted(call, dag_id, dag_run_id, TaskRef(task_id), body)


@routes.patch(f"{_INSTANCE}/{{map_index}}/setNote", needs=EDIT)
def set_mapped_task_instance_note(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, map_index: MapIndex, body: NoteBody
) -> InstanceView:
    """Write the note of one instance of a mapped task."""
    return _noted(call, dag_id, dag_run_id, TaskRef(task_id, map_index), body)


def _noted(call: Call, dag_id: str, dag_run_id: str, ref: TaskRef, body: NoteBody) -> InstanceView:
    find_instance(call, dag_id, dag_run_id, ref)
    indexes = None if ref.map_index == UNMAPPED else (ref.map_index,)
    wish = InstancePatch(task_id=ref.task_id, map_indexes=indexes, note=body.note)
    instances.patch(call.act(), dag_id, dag_run_id, wish)
    return views_of(call, [find_instance(call, dag_id, dag_run_id, ref)])[0]
