"""Runs as Airflow 2 shows them."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from msgspec import UNSET

from narae.api.v1.paging import Maybe
from narae.api.view import View
from narae.core.run import Run
from narae.core.states import RunState, RunType

_TYPES: Mapping[RunType, str] = MappingProxyType(
    {
        RunType.SCHEDULED: "scheduled",
        RunType.MANUAL: "manual",
        RunType.BACKFILL: "backfill",
        RunType.ASSET_TRIGGERED: "dataset_triggered",
        RunType.OPERATOR_TRIGGERED: "manual",
    }
)
"""Airflow 2's names of what makes a run."""
_BY_ITSELF = frozenset({RunType.SCHEDULED, RunType.BACKFILL, RunType.ASSET_TRIGGERED})

RunField = Literal[
    "dag_run_id", "dag_id", "logical_date", "execution_date", "start_date", "end_date",
    "data_interval_start", "data_interval_end", "last_scheduling_decision", "run_type", "state",
    "external_trigger", "conf", "note",
]  # fmt: skip


class RunView(View, frozen=True, kw_only=True):
    """``DAGRun``."""

    dag_run_id: Maybe[str] = UNSET
    dag_id: Maybe[str] = UNSET
    logical_date: Maybe[datetime] = UNSET
    execution_date: Maybe[datetime] = UNSET
    """The same as ``logical_date``."""
    start_date: Maybe[datetime | None] = UNSET
    end_date: Maybe[datetime | None] = UNSET
    data_interval_start: Maybe[datetime | None] = UNSET
    data_interval_end: Maybe[datetime | None] = UNSET
    last_scheduling_decision: Maybe[datetime | None] = UNSET
    run_type: Maybe[str] = UNSET
    state: Maybe[RunState] = UNSET
    external_trigger: Maybe[bool] = UNSET
    conf: Maybe[dict[str, Any]] = UNSET
    note: Maybe[str | None] = UNSET


class RunPage(View, frozen=True, kw_only=True):
    """``DAGRunCollection``."""

    dag_runs: list[RunView]
    total_entries: int


def execution_date(logical_date: datetime | None, run_after: datetime) -> datetime:
    """Airflow 2 knows no run without one; a run of Airflow 3's kind stands where it was asked for.

    It is never null, since clients compute with it.
    """
    return logical_date or run_after


def run_view(run: Run, *, conf: dict[str, Any], updated_at: datetime | None = None) -> RunView:
    """A run as lists and pages show it; ``conf`` is what may be shown of it."""
    date = execution_date(run.logical_date, run.run_after)
    return RunView(
        dag_run_id=run.run_id,
        dag_id=run.dag_id,
        logical_date=date,
        execution_date=date,
        start_date=run.started_at,
        end_date=run.ended_at,
        data_interval_start=run.interval.start if run.interval else None,
        data_interval_end=run.interval.end if run.interval else None,
        last_scheduling_decision=updated_at,
        run_type=_TYPES[run.run_type],
        state=run.state,
        external_trigger=run.run_type not in _BY_ITSELF,
        conf=conf,
        note=run.note,
    )
