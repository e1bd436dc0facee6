"""``.../tries``: the tries of a task instance, Airflow's view of its attempts."""

from types import MappingProxyType
from typing import Literal

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Limit, MapIndex, Natural, Offset
from narae.api.operation import V2, Needs, Query
from narae.api.problems import Problem
from narae.api.routes import Routes
from narae.api.v2.instance_views import TryPage, TryView, state_text
from narae.api.v2.run_views import seconds_between
from narae.api.v2.task_instances import IndexQuery, find_instance
from narae.api.v2.version_views import versions_by_spec
from narae.core.ids import UNMAPPED, TaskRef
from narae.core.run import CauseKind, Instance
from narae.core.states import TaskState
from narae.storage.queries import InstanceListRow, Try

routes = Routes(V2, tag="TaskInstance")

READ = Needs(Resource.TASK_INSTANCE, Action.READ)
_ONE = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}"
_MAPPED = f"{_ONE}/{{map_index}}"

_STATES = MappingProxyType(
    {
        CauseKind.SUCCEEDED: TaskState.SUCCESS,
        CauseKind.SKIPPED: TaskState.SKIPPED,
        CauseKind.RESCHEDULED: TaskState.UP_FOR_RESCHEDULE,
        CauseKind.DEFERRED: TaskState.DEFERRED,
        CauseKind.REMOVED: TaskState.REMOVED,
    }
)
"""What a try that is over was in the end, by its last attempt's cause; else it failed."""


class TriesQuery(Query, frozen=True, kw_only=True):
    """Which tries."""

    limit: Limit = 50
    offset: Offset = 0
    order_by: tuple[Literal["try_number", "-try_number"], ...] = ()


class TriesOfOneQuery(TriesQuery, frozen=True, kw_only=True):
    """And of which instance of a mapped task."""

    map_index: MapIndex = UNMAPPED


@routes.get(f"{_ONE}/tries", needs=READ)
def get_task_instance_tries(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: TriesOfOneQuery
) -> TryPage:
    """Every try, oldest first."""
    return _page(call, dag_id, dag_run_id, TaskRef(task_id, query.map_index), query)


@routes.get(f"{_MAPPED}/tries", needs=READ)
def get_mapped_task_instance_tries(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, map_index: MapIndex, query: TriesQuery
) -> TryPage:
    """The same for one instance of a mapped task."""
    return _page(call, dag_id, dag_run_id, TaskRef(task_id, map_index), query)


@routes.get(f"{_ONE}/tries/{{task_try_number}}", needs=READ)
def get_task_instance_try_details(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    task_try_number: Natural,
    query: IndexQuery,
) -> TryView:
    """One try."""
    return _one(call, dag_id, dag_run_id, TaskRef(task_id, query.map_index), task_try_number)


@routes.get(f"{_MAPPED}/tries/{{task_try_number}}", needs=READ)
def get_mapped_task_instance_try_details(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    map_index: MapIndex,
    task_try_number: Natural,
) -> TryView:
    """The same for one instance of a mapped task."""
    return _one(call, dag_id, dag_run_id, TaskRef(task_id, map_index), task_try_number)


def _page(call: Call, dag_id: str, dag_run_id: str, ref: TaskRef, query: TriesQuery) -> TryPage:
    found = _views(call, dag_id, dag_run_id, ref)
    if query.order_by[:1] == ("-try_number",):
        found.reverse()
    part = found[query.offset : query.offset + query.limit]
    return TryPage(task_instances=part, total_entries=len(found))


def _one(call: Call, dag_id: str, dag_run_id: str, ref: TaskRef, number: int) -> TryView:
    for found in _views(call, dag_id, dag_run_id, ref):
        if found.try_number == number:
            return found
    raise Problem(404, f"task {ref.task_id!r} has no try {number}")


def _views(call: Call, dag_id: str, dag_run_id: str, ref: TaskRef) -> list[TryView]:
    run, row = find_instance(call, dag_id, dag_run_id, ref)
    tries = call.queries.tries(run.uid, ref.task_id, map_index=ref.map_index)
    return [_view(call, row, each) for each in tries]


def _view(call: Call, row: InstanceListRow, one: Try) -> TryView:
    instance, last = row.instance, one.last
    spec = call.spec(row.spec_id)
    task = next((task for task in spec.tasks if task.task_id == one.task_id), None)
    return TryView(
        task_id=one.task_id,
        dag_id=row.dag_id,
        dag_run_id=row.run_id,
        map_index=one.map_index,
        start_date=one.started_at,
        end_date=one.ended_at,
        duration=seconds_between(one.started_at, one.ended_at),
        state=_state(instance, one),
        try_number=one.try_number,
        max_tries=instance.max_tries,
        task_display_name=(task.display_name if task else "") or one.task_id,
        dag_display_name=row.dag_display_name,
        hostname=last.host,
        pool=instance.pool,
        pool_slots=instance.pool_slots,
        queue=instance.queue,
        priority_weight=instance.priority,
        operator=task.operator if task else None,
        operator_name=task.operator if task else None,
        queued_when=one.queued_at,
        scheduled_when=last.scheduled_at,
        pid=last.pid,
        executor=last.executor,
        dag_version=versions_by_spec(call, [row.spec_id]).get(row.spec_id),
    )


def _state(instance: Instance, one: Try) -> str | None:
    """The instance's own state while the try is its latest and nobody has cleared it."""
    latest = one.try_number == instance.try_number and one.last.fence == instance.fence
    if latest and instance.state is not TaskState.NONE:
        return state_text(instance.state)
    if one.last.cause is None:
        return TaskState.RUNNING.value
    return _STATES.get(one.last.cause.kind, TaskState.FAILED).value
