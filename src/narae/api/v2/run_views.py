"""Runs as answers: ``DAGRunResponse`` of Airflow 3, made from rows by pure functions."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from narae.api.v2.version_views import VersionView
from narae.api.view import View
from narae.core.run import Run
from narae.core.states import RunType

SECOND = timedelta(seconds=1)

TRIGGERS = frozenset(
    {"cli", "operator", "rest_api", "ui", "test", "timetable", "asset", "backfill"}
)
"""What Airflow knows to trigger a run."""

_BY_TYPE: Mapping[RunType, str] = MappingProxyType(
    {
        RunType.SCHEDULED: "timetable",
        RunType.MANUAL: "rest_api",
        RunType.BACKFILL: "backfill",
        RunType.ASSET_TRIGGERED: "asset",
        RunType.OPERATOR_TRIGGERED: "operator",
    }
)


class RunView(View, frozen=True, kw_only=True):
    """``DAGRunResponse``."""

    dag_run_id: str
    dag_id: str
    logical_date: datetime | None
    queued_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    run_after: datetime
    last_scheduling_decision: datetime | None = None
    run_type: str
    state: str
    triggered_by: str
    triggering_user_name: str | None
    conf: dict[str, Any]
    note: str | None
    dag_versions: tuple[VersionView, ...]
    bundle_version: str | None
    dag_display_name: str
    partition_key: str | None = None
    partition_date: datetime | None = None
    reason: str | None
    """Why it ended as it did, such as ``task_failure``; Narae's own."""


class RunPage(View, frozen=True, kw_only=True):
    """``DAGRunCollectionResponse``."""

    dag_runs: list[RunView]
    total_entries: int | None
    """None of a page that a cursor gave."""
    next_cursor: str | None = None
    previous_cursor: str | None = None


def run_view(
    run: Run, *, display_name: str, version: VersionView | None, conf: dict[str, Any] | None = None
) -> RunView:
    """A run as lists and pages show it; ``conf`` is what may be shown of it."""
    interval = run.interval
    return RunView(
        dag_run_id=run.run_id,
        dag_id=run.dag_id,
        logical_date=run.logical_date,
        queued_at=run.queued_at,
        start_date=run.started_at,
        end_date=run.ended_at,
        duration=seconds_between(run.started_at, run.ended_at),
        data_interval_start=interval.start if interval else None,
        data_interval_end=interval.end if interval else None,
        run_after=run.run_after,
        run_type=run.run_type.value,
        state=run.state.value,
        triggered_by=trigger_of(run),
        triggering_user_name=run.triggered_by_user,
        conf=run.conf if conf is None else conf,
        note=run.note,
        dag_versions=() if version is None else (version,),
        bundle_version=run.code_version or None,
        dag_display_name=display_name or run.dag_id,
        reason=run.reason,
    )


def trigger_of(run: Run) -> str:
    """One of :data:`TRIGGERS`."""
    known = run.triggered_by
    return known if known in TRIGGERS else _BY_TYPE[run.run_type]


def seconds_between(start: datetime | None, end: datetime | None) -> float | None:
    """How long it took; None unless it began and ended."""
    return None if start is None or end is None else (end - start) / SECOND
