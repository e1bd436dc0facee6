"""Which scheduled runs are due, and when the next one is."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from msgspec.structs import replace

from narae.core.run import DagRow
from narae.core.spec import DagSpec, Value
from narae.core.timetables.schedule import innermost, next_slot
from narae.core.timetables.spec import Continuous, Custom, DataInterval, PlannedRun, RunSlot


class Plan(Value, frozen=True, kw_only=True):
    """What a look at a DAG's schedule gave."""

    due: tuple[RunSlot, ...] = ()
    """Scheduled runs to make now, oldest first. Their logical date is ``logical_date(slot)``."""
    dag: DagRow
    """The DAG's row once they are made: cursor, next run. The very same when nothing changed."""
    again_at: datetime | None = None
    """When to look again: at the next run, or at once when ``limit`` cut this plan short; None:
    when a run of the DAG has ended, or its row or spec has changed."""


def logical_date(slot: RunSlot) -> datetime:
    """The logical date of a scheduled run: where its interval starts, in both generations."""
    return slot.interval.start


def plan_runs(
    *,
    dag: DagRow,
    spec: DagSpec,
    active: int,
    planned: Sequence[PlannedRun] = (),
    now: datetime,
    limit: int,
) -> Plan:
    """The scheduled runs of one DAG that are due at ``now``, at most ``limit``.

    ``active`` counts its queued and running runs (without those of backfills): no more runs
    are made than ``max_active_runs`` leaves room for, of ``@continuous`` one at a time. A
    paused DAG gets no runs and keeps its cursor, but still shows its next run; a stale one
    has none.
    """
    if dag.is_stale:
        return _plan(dag, (), None, None)
    room = 0 if dag.is_paused else max(0, active_runs_max(spec) - active)
    due: list[RunSlot] = []
    cursor = dag.cursor
    slot = _next(spec, dag, cursor, now, planned)
    while slot and slot.run_after <= now and len(due) < min(room, limit):
        due.append(slot)
        cursor = slot.interval
        slot = _next(spec, dag, cursor, now, planned)
    if slot is None or (_is_continuous(spec) and slot.run_after <= now):
        # The next continuous run comes with the end of this one, which nobody knows.
        return _plan(dag, due, cursor, None)
    plan = _plan(dag, due, cursor, slot)
    if dag.is_paused or (slot.run_after <= now and len(due) >= room):
        return plan
    return replace(plan, again_at=max(slot.run_after, now))


def next_runs(
    spec: DagSpec,
    dag: DagRow,
    n: int,
    *,
    now: datetime,
    planned: Sequence[PlannedRun] = (),
) -> list[RunSlot]:
    """The next ``n`` scheduled runs, for display; those that are due already come first."""
    return list(islice(upcoming(spec, dag, now=now, planned=planned), n))


def upcoming(
    spec: DagSpec, dag: DagRow, *, now: datetime, planned: Sequence[PlannedRun] = ()
) -> Iterator[RunSlot]:
    """All scheduled runs to come, for display; there may be no end of them.

    None of a continuous DAG: each comes with the end of the one before.
    """
    cursor = dag.cursor
    while not _is_continuous(spec) and (slot := _next(spec, dag, cursor, now, planned)):
        yield slot
        cursor = slot.interval


def active_runs_max(spec: DagSpec) -> int:
    """How many scheduled runs may be queued and running at a time."""
    timetable = innermost(spec.timetable)
    if isinstance(timetable, Continuous):
        return min(1, spec.max_active_runs)
    if isinstance(timetable, Custom) and timetable.active_runs_limit is not None:
        return min(timetable.active_runs_limit, spec.max_active_runs)
    return spec.max_active_runs


def dates(spec: DagSpec) -> tuple[datetime | None, datetime | None]:
    """Between which moments runs may be: the DAG's start and end date, else its tasks'."""
    starts = [task.start_date for task in spec.tasks if task.start_date]
    ends = [task.end_date for task in spec.tasks if task.end_date]
    start = spec.start_date or min(starts, default=None)
    all_end = len(ends) == len(spec.tasks)
    return start, spec.end_date or (max(ends, default=None) if all_end else None)


def _is_continuous(spec: DagSpec) -> bool:
    return isinstance(innermost(spec.timetable), Continuous)


def _next(
    spec: DagSpec,
    dag: DagRow,
    cursor: DataInterval | None,
    now: datetime,
    planned: Sequence[PlannedRun],
) -> RunSlot | None:
    earliest, latest = dates(spec)
    return next_slot(
        spec.timetable,
        last=cursor,
        earliest=earliest,
        latest=latest,
        catchup=spec.catchup,
        now=now,
        promised=dag.next_run_after,
        planned=planned,
    )


def _plan(
    dag: DagRow, due: Sequence[RunSlot], cursor: DataInterval | None, slot: RunSlot | None
) -> Plan:
    after = replace(
        dag,
        cursor=cursor if due else dag.cursor,
        next_run_after=slot.run_after if slot else None,
        next_interval=slot.interval if slot else None,
    )
    if after == dag:
        return Plan(due=tuple(due), dag=dag)
    return Plan(due=tuple(due), dag=replace(after, revision=dag.revision + 1))
