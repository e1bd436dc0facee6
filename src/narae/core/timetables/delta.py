"""A run every so often: with data intervals back to back, or as a trigger."""

from datetime import datetime, tzinfo

from narae.core.timetables.spec import DataInterval, DeltaInterval, DeltaTrigger, RunSlot, Step
from narae.core.timetables.steps import latest_on_grid, shift
from narae.core.timetables.window import Window, between, end_of, newest
from narae.core.timetables.zones import in_utc, zone

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - midnight in whichever zone


def next_slot(
    timetable: DeltaInterval, last: DataInterval | None, window: Window
) -> RunSlot | None:
    """The interval after ``last``; without catchup the latest one that is over.

    Intervals stand back to back from the last one, or the start date, or 1970 on.
    """
    step, where = timetable.step, zone(timetable.timezone)
    start = newest(end_of(last), window.earliest)
    if not window.catchup or start is None:
        start = start or _EPOCH.replace(tzinfo=where)
        over = latest_on_grid(start, step, where, window.now)
        start = max(in_utc(start), shift(over, step, where, times=-1))
    if window.closed(start):
        return None
    return between(start, shift(start, step, where))


def next_trigger(
    timetable: DeltaTrigger, last: DataInterval | None, window: Window
) -> RunSlot | None:
    """One step after ``last``, or the start date; without catchup the latest such moment."""
    step, where = timetable.step, zone(timetable.timezone)
    moment = newest(None if last is None else shift(last.end, step, where), window.earliest)
    moment = moment or min(window.promised or window.now, window.now)
    if not window.catchup:
        moment = latest_on_grid(moment, step, where, window.now)
    if window.closed(moment):
        return None
    return between(_start(timetable, where, moment), moment)


def manual_interval(timetable: DeltaInterval, run_after: datetime) -> DataInterval:
    """One step up to ``run_after``."""
    return _back(timetable.step, zone(timetable.timezone), run_after)


def manual_trigger(timetable: DeltaTrigger, run_after: datetime) -> DataInterval:
    """As long as those of scheduled runs, up to ``run_after``."""
    start = _start(timetable, zone(timetable.timezone), run_after)
    return DataInterval(start=start, end=in_utc(run_after))


def _start(timetable: DeltaTrigger, where: tzinfo, moment: datetime) -> datetime:
    if timetable.interval is None:
        return in_utc(moment)
    return shift(moment, timetable.interval, where, times=-1)


def _back(step: Step, where: tzinfo, end: datetime) -> DataInterval:
    return DataInterval(start=shift(end, step, where, times=-1), end=in_utc(end))
