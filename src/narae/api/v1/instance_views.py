"""Task instances as Airflow 2 shows them."""

import getpass
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from narae.api.v1.run_views import execution_date
from narae.api.view import View
from narae.core.run import Instance, Run
from narae.core.spec import TaskSpec
from narae.core.states import TaskState
from narae.storage.queries import InstanceListRow

_SECOND = timedelta(seconds=1)


class InstanceView(View, frozen=True, kw_only=True):
    """``TaskInstance``. Narae has no SLAs and no triggerer: what is of them is null."""

    task_id: str
    task_display_name: str
    dag_id: str
    dag_run_id: str
    execution_date: datetime
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
    sla_miss: None = None
    rendered_map_index: str | None
    rendered_fields: dict[str, Any]
    trigger: None = None
    triggerer_job: None = None
    note: str | None


class InstancePage(View, frozen=True, kw_only=True):
    """``TaskInstanceCollection``."""

    task_instances: list[InstanceView]
    total_entries: int


class ReferenceView(View, frozen=True, kw_only=True):
    """``TaskInstanceReference``."""

    task_id: str
    dag_id: str
    execution_date: datetime
    dag_run_id: str


class ReferencePage(View, frozen=True, kw_only=True):
    """``TaskInstanceReferenceCollection``."""

    task_instances: list[ReferenceView]


def instance_view(
    row: InstanceListRow, *, task: TaskSpec | None, rendered: Mapping[str, Any]
) -> InstanceView:
    """A task instance as lists and pages show it."""
    one = row.instance
    return InstanceView(
        task_id=one.task_id,
        task_display_name=(task.display_name if task else "") or one.task_id,
        dag_id=row.dag_id,
        dag_run_id=row.run_id,
        execution_date=execution_date(row.logical_date, row.run_after),
        start_date=one.started_at,
        end_date=one.ended_at,
        duration=seconds_between(one.started_at, one.ended_at),
        state=state_text(one.state),
        try_number=one.try_number,
        map_index=one.map_index,
        max_tries=one.max_tries,
        hostname=row.host or "",
        unixname=unix_name(),
        pool=one.pool,
        pool_slots=one.pool_slots,
        queue=one.queue,
        priority_weight=one.priority,
        operator=task.operator if task else None,
        queued_when=one.queued_at,
        pid=row.pid,
        executor=row.executor,
        rendered_map_index=one.label,
        rendered_fields=dict(rendered),
        note=one.note,
    )


def reference_page(found: Sequence[tuple[Run, Instance]]) -> ReferencePage:
    """Which instances."""
    return ReferencePage(task_instances=[reference_view(run, one) for run, one in found])


def reference_view(run: Run, instance: Instance) -> ReferenceView:
    """Which instance."""
    return ReferenceView(
        task_id=instance.task_id,
        dag_id=run.dag_id,
        execution_date=execution_date(run.logical_date, run.run_after),
        dag_run_id=run.run_id,
    )


def state_text(state: TaskState) -> str | None:
    """Airflow says null where the state is none."""
    return None if state is TaskState.NONE else state.value


def seconds_between(start: datetime | None, end: datetime | None) -> float | None:
    """None while one of them is missing."""
    return None if start is None or end is None else (end - start) / _SECOND


@cache
def unix_name() -> str:
    """Tasks run as the user that runs the deployment."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
