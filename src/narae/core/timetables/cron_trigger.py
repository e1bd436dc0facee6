"""Cron as a trigger: each tick is a run."""

from datetime import datetime, timedelta, tzinfo

from narae.core.timetables.cron import parse, tick_after, tick_from, tick_until
from narae.core.timetables.spec import CronTrigger, DataInterval, RunSlot
from narae.core.timetables.steps import shift
from narae.core.timetables.window import Window, between, newest
from narae.core.timetables.zones import in_utc, zone


def next_slot(timetable: CronTrigger, last: DataInterval | None, window: Window) -> RunSlot | None:
    """The first tick after ``last``; without catchup not before the latest tick that is past."""
    where = zone(timetable.timezone)
    if last is None and window.earliest is None:
        tick: datetime | None = _first(timetable, where, window)
    else:
        earliest = window.earliest and _from(timetable, where, window.earliest)
        past = None if window.catchup else _until(timetable, where, window.now)
        tick = newest(earliest, None if last is None else _after(timetable, where, last.end), past)
    if tick is None or window.closed(tick):
        return None
    return between(_start(timetable, where, tick), tick)


def manual_interval(timetable: CronTrigger, run_after: datetime) -> DataInterval:
    """As long as those of scheduled runs, up to ``run_after``."""
    where = zone(timetable.timezone)
    return between(_start(timetable, where, run_after), run_after).interval


def _first(timetable: CronTrigger, where: tzinfo, window: Window) -> datetime:
    """The first tick of a DAG without a start date: the latest past one, or the next."""
    past = _until(timetable, where, window.now)
    if window.promised and _from(timetable, where, window.promised) == window.promised:
        return max(past, window.promised)
    late = timetable.run_immediately
    # bool is an int: False makes up for nothing, a number for so many seconds.
    made_up = late is True or window.now - past <= timedelta(seconds=late)
    return past if made_up else _after(timetable, where, window.now)


def _start(timetable: CronTrigger, where: tzinfo, tick: datetime) -> datetime:
    return shift(tick, timetable.interval, where, times=-1) if timetable.interval else in_utc(tick)


def _after(timetable: CronTrigger, where: tzinfo, moment: datetime) -> datetime:
    return min(tick_after(parse(each), where, moment) for each in timetable.expressions)


def _from(timetable: CronTrigger, where: tzinfo, moment: datetime) -> datetime:
    return min(tick_from(parse(each), where, moment) for each in timetable.expressions)


def _until(timetable: CronTrigger, where: tzinfo, moment: datetime) -> datetime:
    return max(tick_until(parse(each), where, moment) for each in timetable.expressions)
