"""What each kind of timetable asks for next.

``AIRFLOW`` holds the answers of the real Airflow 2.10.5 and 3.3.2 (where they agree; the kinds
that only 3.x has: of 3.3.2), asked on 2024-03-10T10:17:30Z. Columns: timetable, last interval,
start date, end date, catchup, next interval. All in UTC and in 2024.
"""

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from narae.core.timetables.schedule import manual_interval, next_slot, slots_between
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
    Step,
    TimetableSpec,
)

NOW = datetime(2024, 3, 10, 10, 17, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOMENTS = tuple(datetime(2024, month, 1, tzinfo=UTC) for month in (1, 3, 6))

KINDS: dict[str, TimetableSpec] = {
    "hourly": CronInterval(expression="0 * * * *"),
    "seoul_0230": CronInterval(expression="30 2 * * *", timezone="Asia/Seoul"),
    "each_day": DeltaInterval(step=Step(seconds=86400)),
    "each_90_min": DeltaInterval(step=Step(seconds=5400)),
    "each_month": DeltaInterval(step=Step(months=1)),
    "at_hours": CronTrigger(expressions=("0 * * * *",)),
    "at_2_for_3_hours": CronTrigger(expressions=("0 2 * * *",), interval=Step(seconds=10800)),
    "at_hours_at_once": CronTrigger(expressions=("0 * * * *",), run_immediately=True),
    "at_hours_5_min": CronTrigger(expressions=("0 * * * *",), run_immediately=300.0),
    "trigger_day": DeltaTrigger(step=Step(seconds=86400)),
    "trigger_90_min": DeltaTrigger(step=Step(seconds=5400)),
    "once": Once(),
    "continuous": Continuous(),
    "events": Events(moments=MOMENTS),
}

AIRFLOW = """
hourly          |                       |           |           |no |03-10T09:00/03-10T10:00
hourly          |                       |01-03T06:10|           |yes|01-03T07:00/01-03T08:00
hourly          |                       |01-03T06:10|           |no |03-10T09:00/03-10T10:00
hourly          |01-05T00:00/01-06T00:00|01-03T06:10|           |yes|01-06T00:00/01-06T01:00
hourly          |01-05T00:00/01-06T00:00|01-03T06:10|           |no |03-10T09:00/03-10T10:00
hourly          |03-10T08:00/03-10T09:00|01-03T06:10|           |yes|03-10T09:00/03-10T10:00
hourly          |03-10T08:00/03-10T09:00|01-03T06:10|           |no |03-10T09:00/03-10T10:00
hourly          |                       |04-01T00:10|           |yes|04-01T01:00/04-01T02:00
hourly          |                       |04-01T00:10|           |no |04-01T01:00/04-01T02:00
hourly          |                       |01-03T06:10|01-04T00:00|yes|01-03T07:00/01-03T08:00
hourly          |                       |01-03T06:10|01-04T00:00|no |
seoul_0230      |                       |           |           |no |03-08T17:30/03-09T17:30
seoul_0230      |                       |01-03T06:10|           |yes|01-03T17:30/01-04T17:30
seoul_0230      |                       |01-03T06:10|           |no |03-08T17:30/03-09T17:30
seoul_0230      |01-05T00:00/01-06T00:00|01-03T06:10|           |yes|01-05T17:30/01-06T17:30
seoul_0230      |01-05T00:00/01-06T00:00|01-03T06:10|           |no |03-08T17:30/03-09T17:30
seoul_0230      |                       |04-01T00:10|           |yes|04-01T17:30/04-02T17:30
seoul_0230      |                       |04-01T00:10|           |no |04-01T17:30/04-02T17:30
seoul_0230      |                       |01-03T06:10|01-04T00:00|yes|01-03T17:30/01-04T17:30
seoul_0230      |                       |01-03T06:10|01-04T00:00|no |
each_day        |                       |           |           |no |03-09T00:00/03-10T00:00
each_day        |                       |01-03T06:10|           |yes|01-03T06:10/01-04T06:10
each_day        |01-05T00:00/01-06T00:00|01-03T06:10|           |yes|01-06T00:00/01-07T00:00
each_day        |01-05T00:00/01-06T00:00|01-03T06:10|           |no |03-09T00:00/03-10T00:00
each_day        |03-10T08:00/03-10T09:00|01-03T06:10|           |yes|03-10T09:00/03-11T09:00
each_day        |03-10T08:00/03-10T09:00|01-03T06:10|           |no |03-10T09:00/03-11T09:00
each_day        |                       |04-01T00:10|           |yes|04-01T00:10/04-02T00:10
each_day        |                       |04-01T00:10|           |no |04-01T00:10/04-02T00:10
each_day        |                       |01-03T06:10|01-04T00:00|yes|01-03T06:10/01-04T06:10
each_day        |                       |01-03T06:10|01-04T00:00|no |
each_90_min     |                       |           |           |no |03-10T07:30/03-10T09:00
each_90_min     |                       |01-03T06:10|           |yes|01-03T06:10/01-03T07:40
each_90_min     |01-05T00:00/01-06T00:00|01-03T06:10|           |yes|01-06T00:00/01-06T01:30
each_90_min     |01-05T00:00/01-06T00:00|01-03T06:10|           |no |03-10T07:30/03-10T09:00
each_90_min     |03-10T08:00/03-10T09:00|01-03T06:10|           |yes|03-10T09:00/03-10T10:30
each_90_min     |03-10T08:00/03-10T09:00|01-03T06:10|           |no |03-10T09:00/03-10T10:30
each_90_min     |                       |04-01T00:10|           |yes|04-01T00:10/04-01T01:40
each_90_min     |                       |04-01T00:10|           |no |04-01T00:10/04-01T01:40
each_90_min     |                       |01-03T06:10|01-04T00:00|yes|01-03T06:10/01-03T07:40
each_90_min     |                       |01-03T06:10|01-04T00:00|no |
each_month      |                       |01-03T06:10|           |yes|01-03T06:10/02-03T06:10
each_month      |01-05T00:00/01-06T00:00|01-03T06:10|           |yes|01-06T00:00/02-06T00:00
each_month      |03-10T08:00/03-10T09:00|01-03T06:10|           |yes|03-10T09:00/04-10T09:00
each_month      |03-10T08:00/03-10T09:00|01-03T06:10|           |no |03-10T09:00/04-10T09:00
each_month      |                       |04-01T00:10|           |yes|04-01T00:10/05-01T00:10
each_month      |                       |04-01T00:10|           |no |04-01T00:10/05-01T00:10
each_month      |                       |01-03T06:10|01-04T00:00|yes|01-03T06:10/02-03T06:10
each_month      |                       |01-03T06:10|01-04T00:00|no |
at_hours        |                       |01-03T06:10|           |yes|01-03T07:00/01-03T07:00
at_hours        |                       |01-03T06:10|           |no |03-10T10:00/03-10T10:00
at_hours        |01-05T00:00/01-06T00:00|01-03T06:10|           |yes|01-06T01:00/01-06T01:00
at_hours        |01-05T00:00/01-06T00:00|01-03T06:10|           |no |03-10T10:00/03-10T10:00
at_hours        |03-10T08:00/03-10T09:00|01-03T06:10|           |yes|03-10T10:00/03-10T10:00
at_hours        |03-10T08:00/03-10T09:00|01-03T06:10|           |no |03-10T10:00/03-10T10:00
at_hours        |                       |04-01T00:10|           |yes|04-01T01:00/04-01T01:00
at_hours        |                       |04-01T00:10|           |no |04-01T01:00/04-01T01:00
at_hours        |                       |01-03T06:10|01-04T00:00|yes|01-03T07:00/01-03T07:00
at_hours        |                       |01-03T06:10|01-04T00:00|no |
at_2_for_3_hours|                       |01-03T06:10|           |yes|01-03T23:00/01-04T02:00
at_2_for_3_hours|                       |01-03T06:10|           |no |03-09T23:00/03-10T02:00
at_2_for_3_hours|01-05T00:00/01-06T00:00|01-03T06:10|           |yes|01-05T23:00/01-06T02:00
at_2_for_3_hours|01-05T00:00/01-06T00:00|01-03T06:10|           |no |03-09T23:00/03-10T02:00
at_2_for_3_hours|03-10T08:00/03-10T09:00|01-03T06:10|           |yes|03-10T23:00/03-11T02:00
at_2_for_3_hours|03-10T08:00/03-10T09:00|01-03T06:10|           |no |03-10T23:00/03-11T02:00
at_2_for_3_hours|                       |04-01T00:10|           |yes|03-31T23:00/04-01T02:00
at_2_for_3_hours|                       |04-01T00:10|           |no |03-31T23:00/04-01T02:00
at_2_for_3_hours|                       |01-03T06:10|01-04T00:00|yes|
at_2_for_3_hours|                       |01-03T06:10|01-04T00:00|no |
once            |                       |01-03T06:10|           |yes|01-03T06:10/01-03T06:10
once            |                       |01-03T06:10|           |no |01-03T06:10/01-03T06:10
once            |01-05T00:00/01-06T00:00|01-03T06:10|           |yes|
once            |01-05T00:00/01-06T00:00|01-03T06:10|           |no |
once            |03-10T08:00/03-10T09:00|01-03T06:10|           |yes|
once            |03-10T08:00/03-10T09:00|01-03T06:10|           |no |
once            |                       |04-01T00:10|           |yes|04-01T00:10/04-01T00:10
once            |                       |04-01T00:10|           |no |04-01T00:10/04-01T00:10
once            |                       |01-03T06:10|01-04T00:00|yes|01-03T06:10/01-03T06:10
once            |                       |01-03T06:10|01-04T00:00|no |01-03T06:10/01-03T06:10
continuous      |                       |01-03T06:10|           |yes|01-03T06:10/03-10T10:17:30
continuous      |                       |01-03T06:10|           |no |01-03T06:10/03-10T10:17:30
continuous      |01-05T00:00/01-06T00:00|01-03T06:10|           |yes|01-06T00:00/03-10T10:17:30
continuous      |01-05T00:00/01-06T00:00|01-03T06:10|           |no |01-06T00:00/03-10T10:17:30
continuous      |03-10T08:00/03-10T09:00|01-03T06:10|           |yes|03-10T09:00/03-10T10:17:30
continuous      |03-10T08:00/03-10T09:00|01-03T06:10|           |no |03-10T09:00/03-10T10:17:30
continuous      |                       |04-01T00:10|           |yes|04-01T00:10/04-01T00:10
continuous      |                       |04-01T00:10|           |no |04-01T00:10/04-01T00:10
continuous      |                       |01-03T06:10|01-04T00:00|yes|
continuous      |                       |01-03T06:10|01-04T00:00|no |
events          |                       |           |           |yes|01-01T00:00/01-01T00:00
events          |                       |           |           |no |06-01T00:00/06-01T00:00
events          |                       |01-03T06:10|           |yes|03-01T00:00/03-01T00:00
events          |                       |01-03T06:10|           |no |06-01T00:00/06-01T00:00
events          |01-05T00:00/01-06T00:00|01-03T06:10|           |yes|03-01T00:00/03-01T00:00
events          |01-05T00:00/01-06T00:00|01-03T06:10|           |no |06-01T00:00/06-01T00:00
events          |03-10T08:00/03-10T09:00|01-03T06:10|           |yes|06-01T00:00/06-01T00:00
events          |03-10T08:00/03-10T09:00|01-03T06:10|           |no |06-01T00:00/06-01T00:00
events          |                       |04-01T00:10|           |yes|06-01T00:00/06-01T00:00
events          |                       |04-01T00:10|           |no |06-01T00:00/06-01T00:00
events          |                       |01-03T06:10|01-04T00:00|yes|
events          |                       |01-03T06:10|01-04T00:00|no |
trigger_day     |                       |           |           |yes|03-10T10:17:30/03-10T10:17:30
trigger_day     |                       |           |           |no |03-10T10:17:30/03-10T10:17:30
trigger_90_min  |                       |           |           |yes|03-10T10:17:30/03-10T10:17:30
trigger_90_min  |                       |           |           |no |03-10T10:17:30/03-10T10:17:30
trigger_90_min  |                       |01-03T06:10|           |yes|01-03T06:10/01-03T06:10
trigger_90_min  |01-05T00:00/01-06T00:00|01-03T06:10|           |yes|01-06T01:30/01-06T01:30
trigger_90_min  |03-10T08:00/03-10T09:00|01-03T06:10|           |yes|03-10T10:30/03-10T10:30
trigger_90_min  |03-10T08:00/03-10T09:00|01-03T06:10|           |no |03-10T10:30/03-10T10:30
trigger_90_min  |                       |04-01T00:10|           |yes|04-01T00:10/04-01T00:10
trigger_90_min  |                       |04-01T00:10|           |no |04-01T00:10/04-01T00:10
trigger_90_min  |                       |01-03T06:10|01-04T00:00|yes|01-03T06:10/01-03T06:10
trigger_90_min  |                       |01-03T06:10|01-04T00:00|no |
at_hours_at_once|                       |           |           |yes|03-10T10:00/03-10T10:00
at_hours_at_once|                       |           |           |no |03-10T10:00/03-10T10:00
at_hours_5_min  |                       |           |           |yes|03-10T11:00/03-10T11:00
at_hours_5_min  |                       |           |           |no |03-10T11:00/03-10T11:00
"""


def _at(text: str) -> datetime | None:
    return datetime.fromisoformat(f"2024-{text}+00:00") if text else None


def _interval(text: str) -> DataInterval | None:
    start, _, end = text.partition("/")
    first, last = _at(start), _at(end)
    return DataInterval(start=first, end=last) if first and last else None


@pytest.mark.parametrize("row", AIRFLOW.strip().splitlines())
def test_the_next_run_is_airflows(row: str) -> None:
    kind, last, earliest, latest, catchup, expected = (cell.strip() for cell in row.split("|"))
    slot = next_slot(
        KINDS[kind],
        last=_interval(last),
        earliest=_at(earliest),
        latest=_at(latest),
        catchup=catchup == "yes",
        now=NOW,
    )
    assert (slot and slot.interval) == _interval(expected)
    assert slot is None or slot.run_after == slot.interval.end


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("hourly", "03-10T09:00/03-10T10:00"),
        ("seoul_0230", "03-08T17:30/03-09T17:30"),
        ("each_day", "03-09T10:17:30/03-10T10:17:30"),
        ("each_month", "02-10T10:17:30/03-10T10:17:30"),
        ("at_hours", "03-10T10:17:30/03-10T10:17:30"),
        ("at_2_for_3_hours", "03-10T07:17:30/03-10T10:17:30"),
        ("trigger_day", "03-10T10:17:30/03-10T10:17:30"),
        ("once", "03-10T10:17:30/03-10T10:17:30"),
        ("continuous", "03-10T10:17:30/03-10T10:17:30"),
        ("events", "03-10T10:17:30/03-10T10:17:30"),
    ],
)
def test_a_manual_run_covers_what_airflows_does(kind: str, expected: str) -> None:
    assert manual_interval(KINDS[kind], NOW) == _interval(expected)


def test_a_manual_run_of_restricted_events_takes_the_event_before() -> None:
    timetable = Events(moments=MOMENTS, restrict_to_events=True)
    assert manual_interval(timetable, NOW) == _interval("03-01T00:00/03-01T00:00")
    early = datetime(2023, 1, 1, tzinfo=UTC)
    assert manual_interval(timetable, early) == _interval("01-01T00:00/01-01T00:00")


# -- where Narae decides otherwise (docs/adr/0007) ------------------------------------------


def _next(
    timetable: TimetableSpec,
    *,
    last: str = "",
    earliest: str = "",
    catchup: bool = False,
    now: datetime = NOW,
    promised: datetime | None = None,
) -> RunSlot | None:
    return next_slot(
        timetable,
        last=_interval(last),
        earliest=_at(earliest),
        latest=None,
        catchup=catchup,
        now=now,
        promised=promised,
    )


@pytest.mark.parametrize(
    ("kind", "last", "earliest", "expected"),
    [
        ("each_day", "", "01-03T06:10", "03-09T06:10/03-10T06:10"),
        ("each_90_min", "", "01-03T06:10", "03-10T07:40/03-10T09:10"),
        ("each_month", "", "01-03T06:10", "02-03T06:10/03-03T06:10"),
        ("each_month", "01-05T00:00/01-06T00:00", "", "02-06T00:00/03-06T00:00"),
        ("trigger_day", "", "01-03T06:10", "03-10T06:10/03-10T06:10"),
        ("trigger_90_min", "03-10T06:00/03-10T07:00", "", "03-10T10:00/03-10T10:00"),
    ],
)
def test_a_distance_keeps_the_rhythm_of_its_last_run_or_start_date(
    kind: str, last: str, earliest: str, expected: str
) -> None:
    slot = _next(KINDS[kind], last=last, earliest=earliest)
    assert slot
    assert slot.interval == _interval(expected)


@pytest.mark.parametrize("kind", ["hourly", "each_day", "at_hours", "trigger_day", "once"])
def test_without_a_start_date_there_is_nothing_to_catch_up_with(kind: str) -> None:
    with_catchup = _next(KINDS[kind], catchup=True)
    assert with_catchup is not None
    assert with_catchup == _next(KINDS[kind], catchup=False)


@pytest.mark.parametrize("kind", ["at_hours", "trigger_day", "once", "events"])
@pytest.mark.parametrize("late", [timedelta(milliseconds=50), timedelta(minutes=40)])
def test_a_first_run_that_was_shown_is_late_and_not_missed(kind: str, late: timedelta) -> None:
    shown = _next(KINDS[kind])
    assert shown
    looked = shown.run_after + late
    assert _next(KINDS[kind], now=looked, promised=shown.run_after) == shown


def test_of_several_first_runs_that_are_late_only_the_latest_is_left() -> None:
    shown = _next(KINDS["at_hours"])
    assert shown
    slot = _next(KINDS["at_hours"], now=NOW + 5 * HOUR, promised=shown.run_after)
    assert slot
    assert slot.run_after == datetime(2024, 3, 10, 15, tzinfo=UTC)


# -- the other kinds ------------------------------------------------------------------------


@pytest.mark.parametrize("timetable", [Never(), Assets(), Custom(classpath="a.B")])
def test_some_kinds_ask_for_no_run(timetable: TimetableSpec) -> None:
    assert _next(timetable, earliest="01-01T00:00", catchup=True) is None
    assert list(slots_between(timetable, MOMENTS[0], NOW)) == []
    assert manual_interval(timetable, NOW) == DataInterval(start=NOW, end=NOW)


def test_assets_or_time_follows_its_timetable() -> None:
    wrapped = AssetsOrTime(timetable=KINDS["hourly"])
    assert _next(wrapped) == _next(KINDS["hourly"])
    assert manual_interval(wrapped, NOW) == manual_interval(KINDS["hourly"], NOW)


def test_several_crons_tick_at_each_of_them() -> None:
    timetable = CronTrigger(expressions=("0 6 * * *", "30 18 * * *", "0 6 * * 1"))
    slots = slots_between(timetable, MOMENTS[0], MOMENTS[0] + 2 * DAY)
    assert [f"{slot.run_after:%d %H:%M}" for slot in slots] == [
        "01 06:00",
        "01 18:30",
        "02 06:00",
        "02 18:30",
    ]


def test_the_range_of_slots_includes_both_ends() -> None:
    slots = list(slots_between(KINDS["hourly"], MOMENTS[0], MOMENTS[0] + 2 * HOUR))
    assert [slot.interval.start for slot in slots] == [MOMENTS[0] + n * HOUR for n in range(3)]


def test_an_endless_range_is_walked_lazily() -> None:
    forever = slots_between(KINDS["hourly"], MOMENTS[0], datetime(9000, 1, 1, tzinfo=UTC))
    assert len(list(islice(forever, 3))) == 3


def test_events_are_sorted_and_counted_once() -> None:
    timetable = Events(moments=(MOMENTS[2], MOMENTS[0], MOMENTS[0]))
    slots = slots_between(timetable, MOMENTS[0], MOMENTS[2])
    assert [slot.run_after for slot in slots] == [MOMENTS[0], MOMENTS[2]]


def _planned(day: int) -> PlannedRun:
    start = MOMENTS[1] + day * DAY
    return PlannedRun(run_after=start + DAY + HOUR, start=start, end=start + DAY)


PLANNED = [_planned(day) for day in (3, 0, 1, 12)]


@pytest.mark.parametrize(
    ("last", "catchup", "expected"),
    [
        ("", True, _planned(0)),
        ("03-01T00:00/03-02T00:00", True, _planned(1)),
        ("03-02T00:00/03-03T00:00", True, _planned(3)),
        ("", False, _planned(3)),
        ("03-04T00:00/03-05T00:00", False, _planned(12)),
        ("03-13T00:00/03-14T00:00", False, None),
    ],
)
def test_a_custom_timetable_follows_what_was_planned(
    last: str, catchup: bool, expected: PlannedRun | None
) -> None:
    slot = next_slot(
        Custom(classpath="a.B"),
        last=_interval(last),
        earliest=None,
        latest=None,
        catchup=catchup,
        now=NOW,
        planned=PLANNED,
    )
    assert (slot and slot.run_after) == (expected and expected.run_after)
    assert (slot and slot.interval.start) == (expected and expected.start)


def test_a_manual_run_of_a_custom_timetable_covers_the_latest_plan_that_is_due() -> None:
    interval = manual_interval(Custom(classpath="a.B"), NOW, planned=PLANNED)
    assert interval.start == _planned(3).start
