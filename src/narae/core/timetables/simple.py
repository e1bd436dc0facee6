"""Schedules without a rhythm: once, continuously, at listed moments, worked out by user code."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from narae.core.timetables.spec import DataInterval, Events, PlannedRun, RunSlot
from narae.core.timetables.window import Window, between, end_of, exactly
from narae.core.timetables.zones import in_utc


def once(last: DataInterval | None, window: Window) -> RunSlot | None:
    """One run at the start date, or now when there is none."""
    moment = window.earliest or min(window.promised or window.now, window.now)
    if last is not None or window.closed(moment):
        return None
    return between(moment, moment)


def continuous(last: DataInterval | None, window: Window) -> RunSlot | None:
    """A run from the end of the last one until now. Its caller waits until that one is over."""
    start = end_of(last) or window.earliest or window.now
    end = max(start, window.now)
    return None if window.closed(end) else between(start, end)


def events(timetable: Events, last: DataInterval | None, window: Window) -> RunSlot | None:
    """The first listed moment that is allowed; without catchup none that is past.

    Past is what came before the DAG did, or before a later one came due.
    """
    listed = sorted({in_utc(each) for each in timetable.moments})
    if window.earliest:
        listed = [each for each in listed if each >= window.earliest]
    if not window.catchup:
        due = [each for each in listed if each <= window.now]
        late = due and window.promised is not None and due[-1] >= window.promised
        listed = listed[len(due) - 1 if late else len(due) :]
    if last:
        listed = listed[bisect_right(listed, last.end) :]
    if not listed or window.closed(listed[0]):
        return None
    return between(listed[0], listed[0])


def manual_event(timetable: Events, run_after: datetime) -> DataInterval:
    """``run_after`` itself, or the listed moment before it (else the first) when restricted."""
    if not timetable.restrict_to_events or not timetable.moments:
        return exactly(run_after)
    listed = sorted(in_utc(each) for each in timetable.moments)
    return exactly(listed[max(0, bisect_right(listed, in_utc(run_after)) - 1)])


def planned_slot(
    planned: Sequence[PlannedRun], last: DataInterval | None, window: Window
) -> RunSlot | None:
    """The first planned run after ``last``; without catchup the latest that is due, or the next."""
    left = sorted(planned, key=lambda run: (run.run_after, run.start))
    if window.earliest:
        left = [run for run in left if run.start >= window.earliest]
    if last:
        left = [run for run in left if (run.end, run.start) > (last.end, last.start)]
    if not window.catchup:
        due = [run for run in left if run.run_after <= window.now]
        left = left[max(0, len(due) - 1) :]
    if not left or window.closed(left[0].start):
        return None
    interval = DataInterval(start=in_utc(left[0].start), end=in_utc(left[0].end))
    return RunSlot(run_after=in_utc(left[0].run_after), interval=interval)


def planned_manual(planned: Sequence[PlannedRun], run_after: datetime) -> DataInterval:
    """The interval of the latest planned run that is due at ``run_after``; else that moment."""
    due = [run for run in planned if run.run_after <= run_after]
    if not due:
        return exactly(run_after)
    run = max(due, key=lambda each: each.run_after)
    return DataInterval(start=in_utc(run.start), end=in_utc(run.end))
