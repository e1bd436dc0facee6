"""DAGs as Airflow 2 shows them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import UNSET

from narae.api.v1.paging import Maybe
from narae.api.view import View
from narae.core.run import DagRow
from narae.core.spec import DagSpec, ParamSpec
from narae.core.timetables.spec import (
    Assets,
    DeltaInterval,
    DeltaTrigger,
    Never,
    Step,
    TimetableSpec,
)
from narae.core.timetables.words import describe
from narae.storage.queries import DagListRow

_GENERATION_OF_DATES = 2
_HOUR, _MINUTE = 3600, 60


class TagView(View, frozen=True, kw_only=True):
    """One tag of a DAG."""

    name: str


class TimeDeltaView(View, tag_field="__type", tag="TimeDelta", frozen=True, kw_only=True):
    """A length of time."""

    days: int
    seconds: int
    microseconds: int


class RelativeDeltaView(View, tag_field="__type", tag="RelativeDelta", frozen=True, kw_only=True):
    """A distance on the calendar, as dateutil has it."""

    years: int
    months: int
    days: int
    leapdays: int = 0
    hours: int
    minutes: int
    seconds: int
    microseconds: int
    year: int | None
    month: int | None
    day: int | None
    hour: int | None
    minute: int | None
    second: int | None
    microsecond: int | None


class CronView(View, tag_field="__type", tag="CronExpression", frozen=True, kw_only=True):
    """A schedule in the words of its author."""

    value: str


Schedule = TimeDeltaView | RelativeDeltaView | CronView

DagField = Literal[
    "dag_id", "dag_display_name", "root_dag_id", "is_paused", "is_active", "is_subdag",
    "last_parsed_time", "last_pickled", "last_expired", "scheduler_lock", "pickle_id",
    "default_view", "fileloc", "file_token", "owners", "description", "schedule_interval",
    "timetable_description", "tags", "max_active_tasks", "max_active_runs",
    "max_consecutive_failed_dag_runs", "has_task_concurrency_limits", "has_import_errors",
    "next_dagrun", "next_dagrun_data_interval_start", "next_dagrun_data_interval_end",
    "next_dagrun_create_after",
]  # fmt: skip
DetailField = Literal[
    DagField, "timezone", "catchup", "orientation", "concurrency", "start_date",
    "dag_run_timeout", "dataset_expression", "doc_md", "params", "end_date",
    "is_paused_upon_creation", "last_parsed", "template_search_path", "template_searchpath",
    "render_template_as_native_obj",
]  # fmt: skip


class DagView(View, frozen=True, kw_only=True):
    """``DAG``. What Narae has nothing of (subdags, pickles, locks) is null or false."""

    dag_id: Maybe[str] = UNSET
    dag_display_name: Maybe[str] = UNSET
    root_dag_id: Maybe[str | None] = UNSET
    is_paused: Maybe[bool] = UNSET
    is_active: Maybe[bool] = UNSET
    is_subdag: Maybe[bool] = UNSET
    last_parsed_time: Maybe[datetime | None] = UNSET
    last_pickled: Maybe[datetime | None] = UNSET
    last_expired: Maybe[datetime | None] = UNSET
    scheduler_lock: Maybe[bool | None] = UNSET
    pickle_id: Maybe[str | None] = UNSET
    default_view: Maybe[str | None] = UNSET
    fileloc: Maybe[str] = UNSET
    file_token: Maybe[str] = UNSET
    owners: Maybe[tuple[str, ...]] = UNSET
    description: Maybe[str | None] = UNSET
    schedule_interval: Maybe[Schedule | None] = UNSET
    timetable_description: Maybe[str | None] = UNSET
    tags: Maybe[list[TagView]] = UNSET
    max_active_tasks: Maybe[int] = UNSET
    max_active_runs: Maybe[int] = UNSET
    max_consecutive_failed_dag_runs: Maybe[int] = UNSET
    has_task_concurrency_limits: Maybe[bool] = UNSET
    has_import_errors: Maybe[bool] = UNSET
    next_dagrun: Maybe[datetime | None] = UNSET
    next_dagrun_data_interval_start: Maybe[datetime | None] = UNSET
    next_dagrun_data_interval_end: Maybe[datetime | None] = UNSET
    next_dagrun_create_after: Maybe[datetime | None] = UNSET


class DagPage(View, frozen=True, kw_only=True):
    """``DAGCollection``."""

    dags: list[DagView]
    total_entries: int


class DagDetailView(DagView, frozen=True, kw_only=True):
    """``DAGDetail``."""

    timezone: Maybe[str] = UNSET
    catchup: Maybe[bool] = UNSET
    orientation: Maybe[str] = UNSET
    concurrency: Maybe[float] = UNSET
    start_date: Maybe[datetime | None] = UNSET
    dag_run_timeout: Maybe[TimeDeltaView | None] = UNSET
    dataset_expression: Maybe[dict[str, Any] | None] = UNSET
    doc_md: Maybe[str | None] = UNSET
    params: Maybe[dict[str, Any]] = UNSET
    end_date: Maybe[datetime | None] = UNSET
    is_paused_upon_creation: Maybe[bool | None] = UNSET
    last_parsed: Maybe[datetime | None] = UNSET
    template_search_path: Maybe[list[str] | None] = UNSET
    """As Airflow's document calls it."""
    template_searchpath: Maybe[list[str] | None] = UNSET
    """As its server did."""
    render_template_as_native_obj: Maybe[bool] = UNSET


def dag_view(found: DagListRow, timetable: TimetableSpec, *, file_token: str) -> DagView:
    """A DAG as lists and pages show it."""
    return DagView(**_fields(found, timetable, file_token))


def dag_detail_view(found: DagListRow, spec: DagSpec, *, file_token: str) -> DagDetailView:
    """A DAG with what its file says of it."""
    timeout = spec.dagrun_timeout
    return DagDetailView(
        **_fields(found, spec.timetable, file_token),
        timezone=spec.timezone,
        catchup=spec.catchup,
        orientation="LR",
        concurrency=spec.max_active_tasks,
        start_date=spec.start_date,
        dag_run_timeout=time_delta(timeout) if timeout else None,
        dataset_expression=None,
        doc_md=spec.doc_md,
        params=params_view(spec.params),
        end_date=spec.end_date,
        is_paused_upon_creation=spec.is_paused_upon_creation,
        last_parsed=found.dag.parsed_at,
        template_search_path=None,
        template_searchpath=None,
        render_template_as_native_obj=spec.render_native,
    )


def _fields(found: DagListRow, timetable: TimetableSpec, file_token: str) -> dict[str, Any]:
    row, interval = found.dag, found.dag.next_interval
    return {
        "dag_id": row.dag_id,
        "dag_display_name": found.display_name or row.dag_id,
        "root_dag_id": None,
        "is_paused": row.is_paused,
        "is_active": not row.is_stale,
        "is_subdag": False,
        "last_parsed_time": row.parsed_at,
        "last_pickled": None,
        "last_expired": None,
        "scheduler_lock": None,
        "pickle_id": None,
        "default_view": "grid",
        "fileloc": f"{row.folder}/{row.file}",
        "file_token": file_token,
        "owners": found.owners,
        "description": found.description,
        "schedule_interval": schedule_view(timetable, found.schedule_text),
        "timetable_description": describe(timetable),
        "tags": [TagView(name=tag) for tag in found.tags],
        "max_active_tasks": found.max_active_tasks,
        "max_active_runs": found.max_active_runs,
        "max_consecutive_failed_dag_runs": found.max_consecutive_failed_runs,
        "has_task_concurrency_limits": found.has_task_limits,
        "has_import_errors": found.has_import_errors,
        "next_dagrun": _next_date(row, found.generation),
        "next_dagrun_data_interval_start": interval.start if interval else None,
        "next_dagrun_data_interval_end": interval.end if interval else None,
        "next_dagrun_create_after": row.next_run_after,
    }


def _next_date(row: DagRow, generation: int) -> datetime | None:
    if row.next_interval is None:
        return None
    return row.next_interval.start if generation == _GENERATION_OF_DATES else row.next_run_after


def schedule_view(timetable: TimetableSpec, text: str) -> Schedule | None:
    """``ScheduleInterval``: None for a DAG without a schedule.

    >>> schedule_view(DeltaInterval(step=Step(seconds=90000)), "")
    TimeDeltaView(days=1, seconds=3600, microseconds=0)
    >>> schedule_view(Never(), "None") is None
    True
    """
    match timetable:
        case Never():
            return None
        case DeltaInterval() | DeltaTrigger():
            return _step_view(timetable.step)
        case Assets():
            return CronView(value="Dataset")
        case _:
            return CronView(value=text)


def _step_view(step: Step) -> Schedule:
    if not (step.years or step.months or step.days or step.absolute):
        return time_delta(timedelta(seconds=step.seconds))
    seconds, micros = divmod(round(step.seconds * 1_000_000), 1_000_000)
    return RelativeDeltaView(
        years=step.years,
        months=step.months,
        days=step.days,
        hours=seconds // _HOUR,
        minutes=seconds % _HOUR // _MINUTE,
        seconds=seconds % _MINUTE,
        microseconds=micros,
        year=step.absolute.get("year"),
        month=step.absolute.get("month"),
        day=step.absolute.get("day"),
        hour=step.absolute.get("hour"),
        minute=step.absolute.get("minute"),
        second=step.absolute.get("second"),
        microsecond=step.absolute.get("microsecond"),
    )


def time_delta(length: timedelta) -> TimeDeltaView:
    """A length of time in Python's own parts."""
    return TimeDeltaView(days=length.days, seconds=length.seconds, microseconds=length.microseconds)


def params_view(params: Mapping[str, ParamSpec]) -> dict[str, Any]:
    """Params as Airflow 2 dumps them."""
    return {
        name: {
            "__class": "airflow.models.param.Param",
            "value": param.default,
            "description": param.description,
            "schema": param.schema,
        }
        for name, param in params.items()
    }
