"""``/api/v2/ui/details/{dag_id}``: a DAG with all that there is to say of it."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from narae.api.call import Call
from narae.api.operation import V2
from narae.api.routes import Routes
from narae.api.v2.dag_details import DagDetailsView, get_dag_details
from narae.api.v2.dags import READ
from narae.api.view import View
from narae.core.run import DagRow
from narae.core.spec import DagSpec, TaskSpec
from narae.engine import actions

routes = Routes(V2, tag="UI")

VALUES_SHOWN = 10


class SettingUse(View, frozen=True, kw_only=True):
    """A value that tasks of a DAG have for a setting."""

    value: Any
    tasks: int
    """How many have it."""


class TaskSetting(View, frozen=True, kw_only=True):
    """A setting of a DAG's tasks."""

    name: str
    """As operators call it, such as ``retries``; stretches of time are in seconds."""
    values: list[SettingUse]
    """The most frequent first, ten at most."""


class OperatorUse(View, frozen=True, kw_only=True):
    """An operator that a DAG has tasks of."""

    operator: str
    module: str
    tasks: int
    mapped: int
    """How many of them are mapped."""


class DagSheet(DagDetailsView, frozen=True, kw_only=True):
    """A DAG's details with what only its page shows."""

    generation: int
    """2: Airflow 2.10's defaults; 3: Airflow 3's and Narae's own."""
    timetable: dict[str, Any]
    """The schedule as a value, by ``type``."""
    callbacks: tuple[str, ...]
    """``success``, ``failure``: for which the file has code."""
    execution: str
    """``fork`` or ``spawn``: how its tasks get their processes."""
    execution_reason: str
    """``dag``: its file says so; ``threads``: its file left threads behind; ``deployment``: the
    deployment's own choice."""
    failed_in_a_row: int
    """Runs that failed since the last success."""
    parse_memory_peak_bytes: int | None
    imports: tuple[str, ...]
    """Files of the folder that its file imports."""
    operators: list[OperatorUse]
    """The most frequent first."""
    task_settings: list[TaskSetting]
    """What its tasks have in common, and where they differ."""
    version_total: int
    first_seen: datetime | None
    """When its first version came."""


@routes.get("/ui/details/{dag_id}", needs=READ)
def get_ui_details(call: Call, dag_id: str) -> DagSheet:
    """A DAG with all that there is to say of it."""
    details = get_dag_details(call, dag_id)
    row = actions.find_dag(call.store, dag_id)
    spec = call.spec(row.spec_id)
    execution, reason = _execution(call, row, spec)
    parsed = call.queries.file_facts(row.folder, row.file)
    versions, first_seen = call.queries.version_span(dag_id)
    return DagSheet(
        **{name: getattr(details, name) for name in details.__struct_fields__},
        generation=spec.generation,
        timetable=msgspec.to_builtins(spec.timetable),
        callbacks=spec.callbacks,
        execution=execution,
        execution_reason=reason,
        failed_in_a_row=row.failed_in_a_row,
        parse_memory_peak_bytes=parsed.memory_peak_bytes if parsed else None,
        imports=parsed.imports if parsed else (),
        operators=_operators(spec),
        task_settings=[_setting(name, read, spec) for name, read in _SETTINGS.items()],
        version_total=versions,
        first_seen=first_seen,
    )


def _execution(call: Call, row: DagRow, spec: DagSpec) -> tuple[str, str]:
    if row.must_spawn:
        return "spawn", "threads"
    if spec.execution is not None:
        return spec.execution, "dag"
    return call.settings.core.execution, "deployment"


def _operators(spec: DagSpec) -> list[OperatorUse]:
    tasks = Counter((task.operator, task.operator_module) for task in spec.tasks)
    mapped = Counter(
        (task.operator, task.operator_module) for task in spec.tasks if task.expansion is not None
    )
    return [
        OperatorUse(operator=name, module=module, tasks=count, mapped=mapped[name, module])
        for (name, module), count in tasks.most_common()
    ]


def _setting(name: str, read: Callable[[TaskSpec], Any], spec: DagSpec) -> TaskSetting:
    counts = Counter(read(task) for task in spec.tasks)
    return TaskSetting(
        name=name,
        values=[SettingUse(value=v, tasks=count) for v, count in counts.most_common(VALUES_SHOWN)],
    )


def _seconds(delta: timedelta | None) -> float | None:
    return None if delta is None else delta.total_seconds()


_SETTINGS: Mapping[str, Callable[[TaskSpec], Any]] = MappingProxyType(
    {
        "owner": lambda task: task.owner,
        "retries": lambda task: task.retry.retries,
        "retry_delay": lambda task: _seconds(task.retry.delay),
        "retry_exponential_backoff": lambda task: task.retry.exponential_backoff,
        "max_retry_delay": lambda task: _seconds(task.retry.delay_max),
        "execution_timeout": lambda task: _seconds(task.execution_timeout),
        "trigger_rule": lambda task: task.trigger_rule,
        "depends_on_past": lambda task: task.depends_on_past,
        "wait_for_downstream": lambda task: task.wait_for_downstream,
        "pool": lambda task: task.pool,
        "pool_slots": lambda task: task.pool_slots,
        "queue": lambda task: task.queue,
        "executor": lambda task: task.executor,
        "priority_weight": lambda task: task.priority_weight,
        "weight_rule": lambda task: task.weight_rule,
        "max_active_tis_per_dag": lambda task: task.max_active_tis_per_dag,
        "max_active_tis_per_dagrun": lambda task: task.max_active_tis_per_dagrun,
        "run_as_user": lambda task: task.run_as_user,
        "email": lambda task: ", ".join(task.email),
    }
)
"""Seconds where they are stretches of time."""
