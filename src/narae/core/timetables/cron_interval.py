"""Cron with data intervals: a run covers the time from one tick to the next."""

from datetime import datetime

from narae.core.timetables.cron import parse, tick_after, tick_before, tick_from, tick_until
from narae.core.timetables.spec import CronInterval, DataInterval, RunSlot
from narae.core.timetables.window import Window, between, newest
from narae.core.timetables.zones import zone


def next_slot(timetable: CronInterval, last: DataInterval | None, window: Window) -> RunSlot | None:
    """The first whole interval after ``last``; without catchup the latest one that is over.

    Without a start date there is nothing to catch up with.
    """
    cron, where = parse(timetable.expression), zone(timetable.timezone)
    earliest = window.earliest and tick_from(cron, where, window.earliest)
    if not window.catchup or (earliest is None and last is None):
        over = tick_until(cron, where, window.now)
        earliest = newest(earliest, tick_before(cron, where, over))
    start = newest(earliest, None if last is None else tick_until(cron, where, last.end))
    if start is None or window.closed(start):
        return None
    return between(start, tick_after(cron, where, start))


def manual_interval(timetable: CronInterval, run_after: datetime) -> DataInterval:
    """The latest interval that is over at ``run_after``."""
    cron, where = parse(timetable.expression), zone(timetable.timezone)
    end = tick_until(cron, where, run_after)
    return DataInterval(start=tick_before(cron, where, end), end=end)
