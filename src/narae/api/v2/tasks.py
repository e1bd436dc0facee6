"""``/api/v2/dags/{dag_id}/tasks``: the tasks of a DAG's latest version."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.view import View
from narae.core.masking import Masker
from narae.core.spec import DagSpec, TaskSpec
from narae.engine import actions
from narae.engine.errors import NotFound

routes = Routes(V2, tag="Task")

READ = Needs(Resource.TASK_INSTANCE, Action.READ)
_BACKOFF_FACTOR = 2.0
"""What each wait is multiplied with when a task backs off exponentially."""

Order = Literal[
    "task_id", "-task_id", "task_display_name", "-task_display_name", "owner", "-owner",
    "start_date", "-start_date", "end_date", "-end_date", "trigger_rule", "-trigger_rule",
    "depends_on_past", "-depends_on_past", "wait_for_downstream", "-wait_for_downstream",
    "retries", "-retries", "queue", "-queue", "pool", "-pool", "pool_slots", "-pool_slots",
    "priority_weight", "-priority_weight", "weight_rule", "-weight_rule", "operator_name",
    "-operator_name",
]  # fmt: skip


class TaskQuery(Query, frozen=True, kw_only=True):
    """In which order."""

    order_by: Order = "task_id"


class DeltaView(View, frozen=True, kw_only=True):
    """A stretch of time (Airflow's ``TimeDelta``)."""

    type: str = msgspec.field(default="TimeDelta", name="__type")
    days: int
    seconds: int
    microseconds: int


class ClassView(View, frozen=True, kw_only=True):
    """Which operator a task is of."""

    module_path: str
    class_name: str


class ParamView(View, frozen=True, kw_only=True):
    """A param: its value, what it may be, and what it is for."""

    value: Any
    """``***`` under a name that tells of a secret."""
    schema: dict[str, Any]
    description: str | None


class TaskView(View, frozen=True, kw_only=True):
    """A task as its file says it (Airflow 3's ``TaskResponse``)."""

    task_id: str
    task_display_name: str
    owner: str
    start_date: datetime | None
    end_date: datetime | None
    trigger_rule: str
    depends_on_past: bool
    wait_for_downstream: bool
    retries: int
    queue: str
    pool: str
    pool_slots: int
    execution_timeout: DeltaView | None
    retry_delay: DeltaView
    retry_exponential_backoff: float
    """By what each wait is multiplied; 0: not at all."""
    priority_weight: int
    weight_rule: str
    ui_color: str
    ui_fgcolor: str
    template_fields: tuple[str, ...]
    downstream_task_ids: list[str]
    doc_md: str | None
    operator_name: str
    params: dict[str, ParamView]
    class_ref: ClassView
    is_mapped: bool
    extra_links: tuple[str, ...]


class TaskPage(View, frozen=True, kw_only=True):
    """All tasks of a DAG."""

    tasks: list[TaskView]
    total_entries: int


@routes.get("/dags/{dag_id}/tasks", needs=READ, etag=True)
def get_tasks(call: Call, dag_id: str, query: TaskQuery) -> TaskPage:
    """The tasks of a DAG, by id unless ordered otherwise."""
    spec = latest_spec(call, dag_id)
    downstream = downstream_of(spec)
    masker = call.masker
    views = [task_view(task, downstream, masker) for task in spec.tasks]
    views.sort(key=lambda view: view.task_id)
    field = query.order_by.removeprefix("-")
    known = [view for view in views if getattr(view, field) is not None]
    known.sort(key=lambda view: getattr(view, field), reverse=query.order_by != field)
    rest = [view for view in views if getattr(view, field) is None]
    return TaskPage(tasks=known + rest, total_entries=len(views))


@routes.get("/dags/{dag_id}/tasks/{task_id}", needs=READ)
def get_task(call: Call, dag_id: str, task_id: str) -> TaskView:
    """One task of a DAG."""
    spec = latest_spec(call, dag_id)
    task = next((task for task in spec.tasks if task.task_id == task_id), None)
    if task is None:
        raise NotFound(f"task of {dag_id}", task_id, among=[task.task_id for task in spec.tasks])
    return task_view(task, downstream_of(spec), call.masker)


def latest_spec(call: Call, dag_id: str) -> DagSpec:
    """What the DAG's file says now; NotFound names the nearest DAG."""
    return call.spec(actions.find_dag(call.store, dag_id).spec_id)


def downstream_of(spec: DagSpec) -> dict[str, list[str]]:
    """Task id -> ids of the tasks right after it, sorted."""
    found: dict[str, list[str]] = {}
    for task in sorted(spec.tasks, key=lambda task: task.task_id):
        for upstream in task.upstream:
            found.setdefault(upstream, []).append(task.task_id)
    return found


def task_view(task: TaskSpec, downstream: Mapping[str, list[str]], masker: Masker) -> TaskView:
    """A task with those right after it."""
    timeout = task.execution_timeout
    return TaskView(
        task_id=task.task_id,
        task_display_name=task.display_name or task.task_id,
        owner=task.owner,
        start_date=task.start_date,
        end_date=task.end_date,
        trigger_rule=task.trigger_rule,
        depends_on_past=task.depends_on_past,
        wait_for_downstream=task.wait_for_downstream,
        retries=task.retry.retries,
        queue=task.queue,
        pool=task.pool,
        pool_slots=task.pool_slots,
        execution_timeout=delta_view(timeout) if timeout is not None else None,
        retry_delay=delta_view(task.retry.delay),
        retry_exponential_backoff=_BACKOFF_FACTOR if task.retry.exponential_backoff else 0.0,
        priority_weight=task.priority_weight,
        weight_rule=task.weight_rule,
        ui_color=task.ui_color,
        ui_fgcolor=task.ui_fgcolor,
        template_fields=task.template_fields,
        downstream_task_ids=downstream.get(task.task_id, []),
        doc_md=task.doc if task.doc_format == "md" else None,
        operator_name=task.operator,
        params=dict(_params(task.params, masker)),
        class_ref=ClassView(module_path=task.operator_module, class_name=task.operator),
        is_mapped=task.expansion is not None,
        extra_links=task.extra_links,
    )


def delta_view(delta: timedelta) -> DeltaView:
    """A stretch of time in its parts."""
    return DeltaView(days=delta.days, seconds=delta.seconds, microseconds=delta.microseconds)


def _params(params: Mapping[str, Any], masker: Masker) -> Iterable[tuple[str, ParamView]]:
    for name, value in params.items():
        shown = masker.mask_value(value, name)
        yield name, ParamView(value=shown, schema={}, description=None)
