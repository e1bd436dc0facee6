"""DAGs as ``/api/v2`` shows them: Airflow 3's names, made from the rows of lists."""

from datetime import datetime

from narae.api.view import View
from narae.core.states import RunType
from narae.core.timetables.spec import (
    Assets,
    AssetsOrTime,
    Continuous,
    Custom,
    Never,
    Once,
    TimetableSpec,
)
from narae.core.timetables.words import describe
from narae.storage.queries import DagListRow

BUNDLE = "dags-folder"
"""Airflow 3 names where DAG files come from; Narae has the DAG folder alone."""


class TagView(View, frozen=True, kw_only=True):
    """One tag of a DAG."""

    name: str
    dag_id: str
    dag_display_name: str


class DagView(View, frozen=True, kw_only=True):
    """A DAG as lists show it (Airflow 3's ``DAGResponse``)."""

    dag_id: str
    dag_display_name: str
    is_paused: bool
    is_stale: bool
    last_parsed_time: datetime
    last_parse_duration: float | None
    """Seconds."""
    last_expired: datetime | None = None
    bundle_name: str = BUNDLE
    bundle_version: str | None
    """The code version of its latest parse."""
    relative_fileloc: str
    fileloc: str
    description: str | None
    timetable_summary: str | None
    timetable_description: str
    timetable_partitioned: bool = False
    timetable_periodic: bool
    timezone: str
    tags: list[TagView]
    max_active_tasks: int
    max_active_runs: int
    max_consecutive_failed_dag_runs: int
    has_task_concurrency_limits: bool
    has_import_errors: bool
    next_dagrun_logical_date: datetime | None
    next_dagrun_data_interval_start: datetime | None
    next_dagrun_data_interval_end: datetime | None
    next_dagrun_run_after: datetime | None
    allowed_run_types: list[RunType] | None = None
    """None: all."""
    owners: tuple[str, ...]
    is_backfillable: bool
    file_token: str


class DagPage(View, frozen=True, kw_only=True):
    """DAGs."""

    dags: list[DagView]
    total_entries: int


def dag_view(found: DagListRow, *, file_token: str) -> DagView:
    """A DAG as lists and pages show it."""
    row, interval, timetable = found.dag, found.dag.next_interval, found.timetable
    periodic = is_periodic(timetable)
    name = found.display_name or row.dag_id
    return DagView(
        dag_id=row.dag_id,
        dag_display_name=name,
        is_paused=row.is_paused,
        is_stale=row.is_stale,
        last_parsed_time=row.parsed_at,
        last_parse_duration=found.parse_seconds,
        bundle_version=row.code_version or None,
        relative_fileloc=row.file,
        fileloc=f"{row.folder}/{row.file}",
        description=found.description,
        timetable_summary=None if isinstance(timetable, Never) else found.schedule_text,
        timetable_description=describe(timetable),
        timetable_periodic=periodic,
        timezone=found.timezone,
        tags=[TagView(name=tag, dag_id=row.dag_id, dag_display_name=name) for tag in found.tags],
        max_active_tasks=found.max_active_tasks,
        max_active_runs=found.max_active_runs,
        max_consecutive_failed_dag_runs=found.max_consecutive_failed_runs,
        has_task_concurrency_limits=found.has_task_limits,
        has_import_errors=found.has_import_errors,
        next_dagrun_logical_date=interval.start if interval else None,
        next_dagrun_data_interval_start=interval.start if interval else None,
        next_dagrun_data_interval_end=interval.end if interval else None,
        next_dagrun_run_after=row.next_run_after,
        owners=found.owners,
        is_backfillable=periodic,
        file_token=file_token,
    )


def is_periodic(timetable: TimetableSpec) -> bool:
    """Whether runs come again and again, each in its time: what can be filled in later."""
    match timetable:
        case Never() | Once() | Continuous() | Assets():
            return False
        case AssetsOrTime():
            return is_periodic(timetable.timetable)
        case Custom():
            return timetable.periodic
        case _:
            return True
