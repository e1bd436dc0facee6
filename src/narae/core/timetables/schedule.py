"""What every kind of timetable means: its next run, its runs in a range, its words.

>>> from datetime import UTC, datetime
>>> daily = CronInterval(expression="@daily", timezone="Asia/Seoul")
>>> at = datetime(2026, 3, 2, 1, tzinfo=UTC)
>>> next_slot(daily, last=None, earliest=at, latest=None, catchup=True, now=at).run_after
datetime.datetime(2026, 3, 3, 15, 0, tzinfo=datetime.timezone.utc)
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import assert_never

from narae.core.timetables import cron_interval, cron_trigger, delta, simple
from narae.core.timetables.spec import (
    Assets,
    AssetsOrTime,
    Continuous,
    CronInterval,
    CronTrigger,
    Custom,
    DataInterval,
    DeltaInterval,
    DeltaTrigger,
    Events,
    Never,
    Once,
    PlannedRun,
    RunSlot,
    TimetableSpec,
)
from narae.core.timetables.window import Window, exactly
from narae.core.timetables.zones import in_utc


def next_slot(  # noqa: PLR0913 - each is one fact of Airflow's TimeRestriction, by name only
    timetable: TimetableSpec,
    *,
    last: DataInterval | None,
    earliest: datetime | None,
    latest: datetime | None,
    catchup: bool,
    now: datetime,
    promised: datetime | None = None,
    planned: Sequence[PlannedRun] = (),
) -> RunSlot | None:
    """The run after the one that covered ``last``; None when there is none any more.

    ``earliest`` and ``latest`` are the start and end date. Without ``catchup`` whatever was
    missed is left out but for the latest (Airflow's ``next_dagrun_info``). The slot may be due
    or lie in the future. ``promised`` is ``run_after`` as worked out before, so that a first
    run that has come due since is not taken for one that was before the DAG. ``planned`` is
    for :class:`Custom` only. All moments are in UTC.
    """
    window = Window(
        earliest=earliest and in_utc(earliest),
        latest=latest and in_utc(latest),
        catchup=catchup,
        now=in_utc(now),
        promised=promised and in_utc(promised),
    )
    return _next(timetable, last, window, planned)


def _next(  # noqa: C901, PLR0911 - one return for each kind
    timetable: TimetableSpec,
    last: DataInterval | None,
    window: Window,
    planned: Sequence[PlannedRun],
) -> RunSlot | None:
    match timetable:
        case Never() | Assets():
            return None
        case Once():
            return simple.once(last, window)
        case Continuous():
            return simple.continuous(last, window)
        case CronInterval():
            return cron_interval.next_slot(timetable, last, window)
        case CronTrigger():
            return cron_trigger.next_slot(timetable, last, window)
        case DeltaInterval():
            return delta.next_slot(timetable, last, window)
        case DeltaTrigger():
            return delta.next_trigger(timetable, last, window)
        case Events():
            return simple.events(timetable, last, window)
        case AssetsOrTime():
            return _next(timetable.timetable, last, window, planned)
        case Custom():
            return simple.planned_slot(planned, last, window)
        case _:
            assert_never(timetable)


def slots_between(
    timetable: TimetableSpec,
    start: datetime,
    end: datetime,
    *,
    planned: Sequence[PlannedRun] = (),
) -> Iterator[RunSlot]:
    """All runs whose interval starts in ``[start, end]`` (of a trigger: whose tick is), in order.

    Nothing for schedules without a rhythm of their own (None, ``@continuous``, assets).
    """
    if isinstance(innermost(timetable), Continuous):
        return
    window = Window(earliest=in_utc(start), latest=in_utc(end), catchup=True, now=in_utc(end))
    last: DataInterval | None = None
    while slot := _next(timetable, last, window, planned):
        yield slot
        last = slot.interval


def manual_interval(  # noqa: PLR0911 - one return for each kind
    timetable: TimetableSpec, run_after: datetime, *, planned: Sequence[PlannedRun] = ()
) -> DataInterval:
    """What a run covers that somebody asks for at ``run_after``."""
    match timetable:
        case Never() | Assets() | Once() | Continuous():
            return exactly(run_after)
        case CronInterval():
            return cron_interval.manual_interval(timetable, run_after)
        case CronTrigger():
            return cron_trigger.manual_interval(timetable, run_after)
        case DeltaInterval():
            return delta.manual_interval(timetable, run_after)
        case DeltaTrigger():
            return delta.manual_trigger(timetable, run_after)
        case Events():
            return simple.manual_event(timetable, run_after)
        case AssetsOrTime():
            return manual_interval(timetable.timetable, run_after, planned=planned)
        case Custom():
            return simple.planned_manual(planned, run_after)
        case _:
            assert_never(timetable)


def innermost(timetable: TimetableSpec) -> TimetableSpec:
    """The timetable proper, where another kind wraps it."""
    return innermost(timetable.timetable) if isinstance(timetable, AssetsOrTime) else timetable
