"""When DAGs would run between two moments, from their real timetables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from narae.core.decide.plan_runs import dates, logical_date
from narae.core.spec import DagSpec
from narae.core.timetables.schedule import innermost, next_slot
from narae.core.timetables.spec import (
    Assets,
    Continuous,
    Custom,
    Never,
    PlannedRun,
    RunSlot,
    TimetableSpec,
)

_NOTES: dict[type, str] = {
    Never: "runs only when triggered",
    Assets: "runs only when its assets are updated",
    Continuous: "runs again as soon as it has ended, which depends on how long it takes",
}
_CUSTOM = "its timetable is code: only the runs that parsing its file worked out are here"


@dataclass(frozen=True, kw_only=True)
class ForecastDag:
    """One DAG of a forecast."""

    spec: DagSpec
    planned: Sequence[PlannedRun] = ()
    """Of a custom timetable: the runs that its code gave when the file was parsed."""


def note_on(timetable: TimetableSpec) -> str | None:
    """Why a forecast says less of such a DAG, if it does."""
    inner = innermost(timetable)
    return _CUSTOM if isinstance(inner, Custom) else _NOTES.get(type(inner))


def slots_of(dag: ForecastDag, *, start: datetime, end: datetime) -> Iterator[RunSlot]:
    """Scheduled runs with ``start <= run_after < end``, of a DAG that has missed none before."""
    spec = dag.spec
    if isinstance(innermost(spec.timetable), Continuous):
        return
    earliest, latest = dates(spec)
    last = None
    catchup = False
    while slot := next_slot(
        spec.timetable,
        last=last,
        earliest=earliest,
        latest=latest,
        catchup=catchup,
        now=start,
        planned=dag.planned,
    ):
        if slot.run_after >= end:
            return
        if slot.run_after >= start:
            yield slot
        last = slot.interval
        catchup = True


def takes_part(spec: DagSpec, slot: RunSlot) -> tuple[bool, ...]:
    """Which tasks are in the run, as far as their own dates say; () when none has any."""
    if all(task.start_date in {None, spec.start_date} and not task.end_date for task in spec.tasks):
        return ()
    date = logical_date(slot)
    return tuple(
        (task.end_date is None or date <= task.end_date)
        and (task.start_date in {None, spec.start_date} or date >= task.start_date)
        for task in spec.tasks
    )
