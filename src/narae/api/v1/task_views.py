"""Tasks of DAGs as Airflow 2 shows them."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from narae.api.v1.dag_views import TimeDeltaView, params_view, time_delta
from narae.api.view import View
from narae.core.spec import DagSpec, ParamSpec, TaskSpec

_COLOR = re.compile(r"#[a-fA-F0-9]{3,6}")


class ClassView(View, frozen=True, kw_only=True):
    """``ClassReference``."""

    module_path: str
    class_name: str


class TaskLinkView(View, frozen=True, kw_only=True):
    """A link of an operator's."""

    class_ref: ClassView


class TaskView(View, frozen=True, kw_only=True):
    """``Task``."""

    class_ref: ClassView
    operator_name: str
    task_id: str
    task_display_name: str
    owner: str
    start_date: datetime | None
    end_date: datetime | None
    trigger_rule: str
    extra_links: list[TaskLinkView]
    depends_on_past: bool
    is_mapped: bool
    wait_for_downstream: bool
    retries: float
    queue: str | None
    executor: str | None
    pool: str
    pool_slots: float
    execution_timeout: TimeDeltaView | None
    retry_delay: TimeDeltaView
    retry_exponential_backoff: bool
    priority_weight: float
    weight_rule: str
    ui_color: str
    ui_fgcolor: str
    template_fields: tuple[str, ...]
    downstream_task_ids: list[str]
    doc_md: str | None
    params: dict[str, Any]


class TaskPage(View, frozen=True, kw_only=True):
    """``TaskCollection``."""

    tasks: list[TaskView]
    total_entries: int


def task_views(spec: DagSpec) -> list[TaskView]:
    """All tasks of a DAG, by id."""
    below: dict[str, list[str]] = {task.task_id: [] for task in spec.tasks}
    for task in spec.tasks:
        for upstream in task.upstream:
            below[upstream].append(task.task_id)
    tasks = sorted(spec.tasks, key=lambda task: task.task_id)
    return [task_view(spec, task, below=below[task.task_id]) for task in tasks]


def task_view(spec: DagSpec, task: TaskSpec, *, below: Iterable[str]) -> TaskView:
    """One task; ``below`` are the ids directly downstream."""
    timeout = task.execution_timeout
    own = {name: ParamSpec(default=value) for name, value in task.params.items()}
    return TaskView(
        class_ref=ClassView(module_path=task.operator_module, class_name=task.operator),
        operator_name=task.operator,
        task_id=task.task_id,
        task_display_name=task.display_name or task.task_id,
        owner=task.owner,
        start_date=task.start_date or spec.start_date,
        end_date=task.end_date or spec.end_date,
        trigger_rule=task.trigger_rule,
        extra_links=[],
        depends_on_past=task.depends_on_past,
        is_mapped=task.expansion is not None,
        wait_for_downstream=task.wait_for_downstream,
        retries=task.retry.retries,
        queue=task.queue,
        executor=task.executor,
        pool=task.pool,
        pool_slots=task.pool_slots,
        execution_timeout=time_delta(timeout) if timeout else None,
        retry_delay=time_delta(task.retry.delay),
        retry_exponential_backoff=task.retry.exponential_backoff,
        priority_weight=task.priority_weight,
        weight_rule=task.weight_rule,
        ui_color=_color(task.ui_color, "#fff"),
        ui_fgcolor=_color(task.ui_fgcolor, "#000"),
        template_fields=task.template_fields,
        downstream_task_ids=sorted(below),
        doc_md=task.doc,
        params=params_view(spec.params | own),
    )


def _color(text: str, otherwise: str) -> str:
    """Airflow 2 knows colours by number only."""
    return text if _COLOR.fullmatch(text) else otherwise
