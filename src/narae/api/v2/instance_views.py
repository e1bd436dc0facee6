"""Task instances as answers: ``TaskInstanceResponse`` of Airflow 3, made by pure functions."""

from datetime import datetime
from typing import Any

from narae.api.v2.run_views import seconds_between
from narae.api.v2.version_views import VersionView, stable_uuid
from narae.api.view import View
from narae.core.spec import TaskSpec
from narae.core.states import TaskState
from narae.storage.queries import InstanceListRow


class InstanceView(View, frozen=True, kw_only=True):
    """``TaskInstanceResponse``."""

    id: str
    task_id: str
    dag_id: str
    dag_run_id: str
    map_index: int
    map_path: tuple[int, ...]
    """Of nested mappings: one index for each level; Narae's own."""
    logical_date: datetime | None
    run_after: datetime
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    state: str | None
    try_number: int
    max_tries: int
    task_display_name: str
    dag_display_name: str
    hostname: str | None
    unixname: str | None = None
    pool: str
    pool_slots: int
    queue: str | None
    priority_weight: int | None
    operator: str | None
    operator_name: str | None
    queued_when: datetime | None
    scheduled_when: datetime | None
    pid: int | None
    executor: str | None
    executor_config: str = "{}"
    note: str | None
    rendered_map_index: str | None
    rendered_fields: dict[str, Any] = {}
    """Only of a single instance: in lists they would weigh more than all the rest."""
    trigger: None = None
    triggerer_job: None = None
    dag_version: VersionView | None


class InstancePage(View, frozen=True, kw_only=True):
    """``TaskInstanceCollectionResponse``."""

    task_instances: list[InstanceView]
    total_entries: int | None
    """None of a page that a cursor gave."""
    next_cursor: str | None = None
    previous_cursor: str | None = None


class TryView(View, frozen=True, kw_only=True):
    """``TaskInstanceHistoryResponse``."""

    task_id: str
    dag_id: str
    dag_run_id: str
    map_index: int
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    state: str | None
    try_number: int
    max_tries: int
    task_display_name: str
    dag_display_name: str
    hostname: str | None
    unixname: str | None = None
    pool: str
    pool_slots: int
    queue: str | None
    priority_weight: int | None
    operator: str | None
    operator_name: str | None
    queued_when: datetime | None
    scheduled_when: datetime | None
    pid: int | None
    executor: str | None
    executor_config: str = "{}"
    dag_version: VersionView | None


class TryPage(View, frozen=True, kw_only=True):
    """``TaskInstanceHistoryCollectionResponse``."""

    task_instances: list[TryView]
    total_entries: int


def state_text(state: TaskState) -> str | None:
    """Airflow's APIs say null where the state is none."""
    return None if state is TaskState.NONE else state.value


def instance_view(
    row: InstanceListRow,
    *,
    task: TaskSpec | None,
    version: VersionView | None,
    rendered: dict[str, Any] | None = None,
) -> InstanceView:
    """A task instance as lists and pages show it."""
    one = row.instance
    return InstanceView(
        id=stable_uuid(one.run, one.task_id, one.map_index),
        task_id=one.task_id,
        dag_id=row.dag_id,
        dag_run_id=row.run_id,
        map_index=one.map_index,
        map_path=one.path,
        logical_date=row.logical_date,
        run_after=row.run_after,
        start_date=one.started_at,
        end_date=one.ended_at,
        duration=seconds_between(one.started_at, one.ended_at),
        state=state_text(one.state),
        try_number=one.try_number,
        max_tries=one.max_tries,
        task_display_name=(task.display_name if task else "") or one.task_id,
        dag_display_name=row.dag_display_name,
        hostname=row.host,
        pool=one.pool,
        pool_slots=one.pool_slots,
        queue=one.queue,
        priority_weight=one.priority,
        operator=task.operator if task else None,
        operator_name=task.operator if task else None,
        queued_when=one.queued_at,
        scheduled_when=one.scheduled_at,
        pid=row.pid,
        executor=row.executor,
        note=one.note,
        rendered_map_index=one.label,
        rendered_fields=rendered or {},
        dag_version=version,
    )
