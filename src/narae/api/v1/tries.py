"""``.../tries`` and ``.../dependencies``: what has become of a task instance, and why it waits."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import MapIndex, Natural
from narae.api.operation import V1, Needs
from narae.api.problems import Problem
from narae.api.routes import Routes
from narae.api.v1.instance_views import seconds_between, state_text, unix_name
from narae.api.v1.paging import Paged, cut
from narae.api.v1.task_instances import find_instance
from narae.api.view import View
from narae.core.ids import TaskRef
from narae.core.run import CauseKind
from narae.core.spec import TaskSpec
from narae.core.states import TaskState
from narae.engine.actions import why
from narae.storage.queries import InstanceListRow, Try

routes = Routes(V1, tag="TaskInstance")

READ = Needs(Resource.TASK_INSTANCE, Action.READ)

_INSTANCE = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}"
_STATES: Mapping[CauseKind, TaskState] = MappingProxyType(
    {
        CauseKind.SUCCEEDED: TaskState.SUCCESS,
        CauseKind.SKIPPED: TaskState.SKIPPED,
        CauseKind.RESCHEDULED: TaskState.UP_FOR_RESCHEDULE,
        CauseKind.DEFERRED: TaskState.DEFERRED,
        CauseKind.REMOVED: TaskState.REMOVED,
    }
)
"""How an attempt ended -> what its try counts as; all else is a failure."""


class TriesQuery(Paged, frozen=True, kw_only=True):
    """Which part, in which order."""

    order_by: Literal["try_number", "-try_number"] = "try_number"


class TryView(View, frozen=True, kw_only=True):
    """``TaskInstanceHistory``."""

    task_id: str
    task_display_name: str
    dag_id: str
    dag_run_id: str
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    state: str | None
    try_number: int
    map_index: int
    max_tries: int
    hostname: str
    unixname: str
    pool: str
    pool_slots: int
    queue: str | None
    priority_weight: int | None
    operator: str | None
    queued_when: datetime | None
    pid: int | None
    executor: str | None
    executor_config: str = "{}"


class TryPage(View, frozen=True, kw_only=True):
    """``TaskInstanceHistoryCollection``, under the name that its document has and that it sent."""

    task_instances_history: list[TryView]
    task_instances: list[TryView]
    total_entries: int


class DependencyView(View, frozen=True, kw_only=True):
    """``TaskFailedDependency``."""

    name: str
    reason: str


class DependenciesView(View, frozen=True, kw_only=True):
    """``TaskInstanceDependencyCollection``."""

    dependencies: list[DependencyView]


@routes.get(f"{_INSTANCE}/tries", needs=READ)
def get_task_instance_tries(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: TriesQuery
) -> TryPage:
    """The tries of a task instance."""
    return _page(call, find_instance(call, dag_id, dag_run_id, TaskRef(task_id)), query)


@routes.get(f"{_INSTANCE}/{{map_index}}/tries", needs=READ)
def get_mapped_task_instance_tries(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    map_index: MapIndex,
    query: TriesQuery,
) -> TryPage:
    """The tries of one instance of a mapped task."""
    ref = TaskRef(task_id, map_index)
    return _page(call, find_instance(call, dag_id, dag_run_id, ref), query)


@routes.get(f"{_INSTANCE}/tries/{{task_try_number}}", needs=READ)
def get_task_instance_try_details(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, task_try_number: Natural
) -> TryView:
    """One try of a task instance."""
    row = find_instance(call, dag_id, dag_run_id, TaskRef(task_id))
    return _one(call, row, task_try_number)


@routes.get(f"{_INSTANCE}/{{map_index}}/tries/{{task_try_number}}", needs=READ)
def get_mapped_task_instance_try_details(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    map_index: MapIndex,
    task_try_number: Natural,
) -> TryView:
    """One try of one instance of a mapped task."""
    row = find_instance(call, dag_id, dag_run_id, TaskRef(task_id, map_index))
    return _one(call, row, task_try_number)


def _views(call: Call, row: InstanceListRow) -> list[TryView]:
    one = row.instance
    tasks = {task.task_id: task for task in call.spec(row.spec_id).tasks}
    tries = call.queries.tries(one.run, one.task_id, map_index=one.map_index)
    return [_view(row, each, tasks.get(one.task_id)) for each in tries]


def _page(call: Call, row: InstanceListRow, query: TriesQuery) -> TryPage:
    views = _views(call, row)
    if query.order_by.startswith("-"):
        views.reverse()
    part = cut(call, views, query)
    return TryPage(task_instances_history=part, task_instances=part, total_entries=len(views))


def _one(call: Call, row: InstanceListRow, number: int) -> TryView:
    views = _views(call, row)
    for view in views:
        if view.try_number == number:
            return view
    raise Problem(404, f"task {row.instance.task_id!r} has no try {number}, but {len(views)}")


def _view(row: InstanceListRow, found: Try, task: TaskSpec | None) -> TryView:
    one, last = row.instance, found.last
    return TryView(
        task_id=one.task_id,
        task_display_name=(task.display_name if task else "") or one.task_id,
        dag_id=row.dag_id,
        dag_run_id=row.run_id,
        start_date=found.started_at,
        end_date=found.ended_at,
        duration=seconds_between(found.started_at, found.ended_at),
        state=_state(row, found),
        try_number=found.try_number,
        map_index=one.map_index,
        max_tries=one.max_tries,
        hostname=last.host or "",
        unixname=unix_name(),
        pool=one.pool,
        pool_slots=one.pool_slots,
        queue=one.queue,
        priority_weight=one.priority,
        operator=task.operator if task else None,
        queued_when=found.queued_at,
        pid=last.pid,
        executor=last.executor,
    )


def _state(row: InstanceListRow, found: Try) -> str | None:
    if found.try_number == row.instance.try_number or found.last.cause is None:
        return state_text(row.instance.state)
    return _STATES.get(found.last.cause.kind, TaskState.FAILED).value


@routes.get(f"{_INSTANCE}/dependencies", needs=READ)
def get_task_instance_dependencies(
    call: Call, dag_id: str, dag_run_id: str, task_id: str
) -> DependenciesView:
    """What keeps a task instance from running."""
    return _dependencies(call, dag_id, dag_run_id, TaskRef(task_id))


@routes.get(f"{_INSTANCE}/{{map_index}}/dependencies", needs=READ)
def get_mapped_task_instance_dependencies(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, map_index: MapIndex
) -> DependenciesView:
    """What keeps one instance of a mapped task from running."""
    return _dependencies(call, dag_id, dag_run_id, TaskRef(task_id, map_index))


def _dependencies(call: Call, dag_id: str, dag_run_id: str, ref: TaskRef) -> DependenciesView:
    find_instance(call, dag_id, dag_run_id, ref)
    holds = why(call.act(), dag_id, dag_run_id, ref.task_id, map_index=ref.map_index)
    return DependenciesView(
        dependencies=[DependencyView(name=hold.code.value, reason=hold.words) for hold in holds]
    )
