"""Backfills: which runs of a DAG's past are to be run, and which of them may start now."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from msgspec.structs import replace

from narae.core.run import Backfill, BackfillRun, BackfillState, DagRow, Reprocess, Run
from narae.core.spec import DagSpec
from narae.core.states import FINISHED_RUN, RunState
from narae.core.timetables.schedule import innermost, slots_between
from narae.core.timetables.spec import Assets, Continuous, Never, Once, PlannedRun, RunSlot
from narae.core.timetables.words import describe
from narae.core.timetables.zones import in_utc

RUNS_MAX = 10_000
"""How many runs one backfill may have. A larger range is better run in pieces."""

_RERUN = {
    Reprocess.NONE: frozenset[RunState](),
    Reprocess.FAILED: frozenset({RunState.FAILED}),
    Reprocess.COMPLETED: FINISHED_RUN,
}


def plan_backfill(  # noqa: PLR0913 - what users may say of a backfill, by name only
    *,
    id: int,  # noqa: A002 - the field's name
    spec: DagSpec,
    dag: DagRow,
    start: datetime,
    end: datetime,
    existing: Sequence[Run] = (),
    reprocess: Reprocess = Reprocess.NONE,
    backwards: bool = False,
    conf: dict[str, Any] | None = None,
    max_active_runs: int = 10,
    latest_code: bool = False,
    now: datetime,
    planned: Sequence[PlannedRun] = (),
) -> Backfill:
    """Every scheduled run with a logical date in ``[start, end]``, and why some are left out.

    The value is the dry run; nothing happens until it is stored. ``existing`` are the DAG's
    runs in the range, of any type. What is not over at ``now`` is left out, with one entry
    that says so.

    :raises ValueError: an empty range, a DAG without a schedule, ``backwards`` for a DAG that
        depends on its past, a limit below 1, more than ``RUNS_MAX`` runs.
    """
    _check(spec, start, end, backwards=backwards, max_active_runs=max_active_runs)
    by_date = {run.logical_date: run for run in existing if run.dag_id == dag.dag_id}
    slots = slots_between(spec.timetable, start, end, planned=planned)
    runs = [
        _entry(slot, by_date.get(slot.interval.start), reprocess)
        for slot in _over(slots, in_utc(now))
    ]
    if len(runs) > RUNS_MAX:
        raise ValueError(
            f"{_range(start, end)} has more than {RUNS_MAX} runs of {dag.dag_id!r} "
            f"({describe(spec.timetable)}); backfill a shorter range"
        )
    # The one run that is not over ends the list, whichever way the others go.
    late = [replace(each, skip_reason=_not_over(each)) for each in runs if each.run_after > now]
    runs = [each for each in runs if each.run_after <= now]
    return Backfill(
        id=id,
        dag_id=dag.dag_id,
        start=in_utc(start),
        end=in_utc(end),
        conf=conf or {},
        reprocess=reprocess,
        backwards=backwards,
        max_active_runs=max_active_runs,
        latest_code=latest_code,
        created_at=now,
        planned=(*(reversed(runs) if backwards else runs), *late),
    )


def _check(
    spec: DagSpec, start: datetime, end: datetime, *, backwards: bool, max_active_runs: int
) -> None:
    if in_utc(start) > in_utc(end):
        raise ValueError(f"the range {_range(start, end)} ends before it starts")
    if max_active_runs < 1:
        raise ValueError(f"max_active_runs of a backfill is at least 1, not {max_active_runs}")
    unscheduled = isinstance(innermost(spec.timetable), Never | Once | Continuous | Assets)
    if unscheduled:
        raise ValueError(
            f"DAG {spec.dag_id!r} has no schedule that a backfill could follow "
            f"(it runs: {describe(spec.timetable).lower()})"
        )
    past = [task.task_id for task in spec.tasks if task.depends_on_past]
    if backwards and past:
        raise ValueError(
            f"DAG {spec.dag_id!r} can't be run backwards: {past[0]!r} depends on its past"
        )


def _range(start: datetime, end: datetime) -> str:
    return f"{start.isoformat()} to {end.isoformat()}"


def _over(slots: Iterable[RunSlot], now: datetime) -> Iterable[RunSlot]:
    """What is over at ``now``, and one more; one run more than are allowed at most."""
    for slot in islice(slots, RUNS_MAX + 1):
        yield slot
        if slot.run_after > now:
            return


def _not_over(run: BackfillRun) -> str:
    return f"not due before {run.run_after.isoformat()}; nor are later ones"


def _entry(slot: RunSlot, run: Run | None, reprocess: Reprocess) -> BackfillRun:
    return BackfillRun(
        interval=slot.interval,
        logical_date=slot.interval.start,
        run_after=slot.run_after,
        existing=run.uid if run else None,
        skip_reason=_skip_reason(run, reprocess) if run else None,
    )


def _skip_reason(run: Run, reprocess: Reprocess) -> str | None:
    if run.state not in FINISHED_RUN:
        return f"in progress: {run.state}"
    return None if run.state in _RERUN[reprocess] else f"already ran: {run.state}"


# -- while it runs --------------------------------------------------------------------------


def next_backfill_runs(backfill: Backfill, active: int) -> list[BackfillRun]:
    """The runs to start now, ``active`` of the backfill's runs being queued or running.

    A run with ``existing`` is cleared and run again, the others are made. The engine stores
    :func:`with_started` in the same transaction.
    """
    if backfill.state is not BackfillState.RUNNING:
        return []
    room = max(0, backfill.max_active_runs - active)
    return list(islice((each for each in backfill.planned if _waits(each)), room))


def with_started(backfill: Backfill, runs: Sequence[BackfillRun]) -> Backfill:
    """The backfill once these runs have been started."""
    dates = {run.logical_date for run in runs}
    planned = tuple(
        replace(each, started=True) if each.logical_date in dates and _waits(each) else each
        for each in backfill.planned
    )
    return replace(backfill, planned=planned)


def ended(backfill: Backfill, *, active: int, now: datetime) -> Backfill | None:
    """The backfill as done, once nothing is left to start and nothing runs; None before."""
    if backfill.state is not BackfillState.RUNNING or active or any(map(_waits, backfill.planned)):
        return None
    return replace(backfill, state=BackfillState.DONE, ended_at=now)


def _waits(run: BackfillRun) -> bool:
    return run.skip_reason is None and not run.started
