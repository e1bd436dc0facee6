"""Golden tables over changes of the clocks. Local times with offsets, worked out by hand."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from narae.core.timetables.cron import parse, tick_after, tick_before, tick_from, tick_until
from narae.core.timetables.schedule import slots_between
from narae.core.timetables.spec import CronInterval, CronTrigger
from narae.core.timetables.zones import zone

BERLIN, NEW_YORK, SEOUL = "Europe/Berlin", "America/New_York", "Asia/Seoul"
LORD_HOWE, APIA = "Australia/Lord_Howe", "Pacific/Apia"

# zone, expression, then every tick from the first to the last one listed
GOLDEN = [
    # Seoul, 1988: 8 May 02:00 -> 03:00, 9 October 03:00 -> 02:00
    (SEOUL, "0 0 * * *", "1988-05-07T00:00+09:00 1988-05-08T00:00+09:00 1988-05-09T00:00+10:00"),
    (SEOUL, "30 2 * * *", "1988-05-07T02:30+09:00 1988-05-08T03:00+10:00 1988-05-09T02:30+10:00"),
    (SEOUL, "0 * * * *", "1988-05-08T01:00+09:00 1988-05-08T03:00+10:00 1988-05-08T04:00+10:00"),
    (
        SEOUL,
        "*/30 * * * *",
        "1988-05-08T01:30+09:00 1988-05-08T03:00+10:00 1988-05-08T03:30+10:00",
    ),
    (SEOUL, "0 0 * * *", "1988-10-09T00:00+10:00 1988-10-10T00:00+09:00 1988-10-11T00:00+09:00"),
    (SEOUL, "30 2 * * *", "1988-10-08T02:30+10:00 1988-10-09T02:30+10:00 1988-10-10T02:30+09:00"),
    (
        SEOUL,
        "0 * * * *",
        (
            "1988-10-09T01:00+10:00 1988-10-09T02:00+10:00 1988-10-09T02:00+09:00"
            " 1988-10-09T03:00+09:00"
        ),
    ),
    # Berlin, 2026: 29 March 02:00 -> 03:00, 25 October 03:00 -> 02:00
    (BERLIN, "0 0 * * *", "2026-03-28T00:00+01:00 2026-03-29T00:00+01:00 2026-03-30T00:00+02:00"),
    (BERLIN, "30 2 * * *", "2026-03-28T02:30+01:00 2026-03-29T03:00+02:00 2026-03-30T02:30+02:00"),
    (
        BERLIN,
        "*/30 2 * * *",
        "2026-03-28T02:30+01:00 2026-03-29T03:00+02:00 2026-03-30T02:00+02:00",
    ),
    (BERLIN, "0 2,3 * * *", "2026-03-28T03:00+01:00 2026-03-29T03:00+02:00 2026-03-30T02:00+02:00"),
    (BERLIN, "0 */2 * * *", "2026-03-29T00:00+01:00 2026-03-29T03:00+02:00 2026-03-29T04:00+02:00"),
    (BERLIN, "0 * * * *", "2026-03-29T01:00+01:00 2026-03-29T03:00+02:00 2026-03-29T04:00+02:00"),
    (BERLIN, "15 * * * *", "2026-03-29T01:15+01:00 2026-03-29T03:15+02:00 2026-03-29T04:15+02:00"),
    (
        BERLIN,
        "*/30 * * * *",
        "2026-03-29T01:30+01:00 2026-03-29T03:00+02:00 2026-03-29T03:30+02:00",
    ),
    (BERLIN, "30 2 * * *", "2026-10-24T02:30+02:00 2026-10-25T02:30+02:00 2026-10-26T02:30+01:00"),
    (BERLIN, "0 3 * * *", "2026-10-24T03:00+02:00 2026-10-25T03:00+01:00 2026-10-26T03:00+01:00"),
    (BERLIN, "0 */2 * * *", "2026-10-25T00:00+02:00 2026-10-25T02:00+02:00 2026-10-25T04:00+01:00"),
    (
        BERLIN,
        "*/30 * * * *",
        (
            "2026-10-25T01:30+02:00 2026-10-25T02:00+02:00 2026-10-25T02:30+02:00"
            " 2026-10-25T02:00+01:00 2026-10-25T02:30+01:00 2026-10-25T03:00+01:00"
        ),
    ),
    # New York, 2026: 8 March 02:00 -> 03:00, 1 November 02:00 -> 01:00
    (NEW_YORK, "0 0 * * *", "2026-03-08T00:00-05:00 2026-03-09T00:00-04:00"),
    (
        NEW_YORK,
        "30 2 * * *",
        "2026-03-07T02:30-05:00 2026-03-08T03:00-04:00 2026-03-09T02:30-04:00",
    ),
    (NEW_YORK, "0 * * * *", "2026-03-08T01:00-05:00 2026-03-08T03:00-04:00"),
    (
        NEW_YORK,
        "30 1 * * *",
        "2026-10-31T01:30-04:00 2026-11-01T01:30-04:00 2026-11-02T01:30-05:00",
    ),
    (
        NEW_YORK,
        "0 * * * *",
        (
            "2026-11-01T00:00-04:00 2026-11-01T01:00-04:00 2026-11-01T01:00-05:00"
            " 2026-11-01T02:00-05:00"
        ),
    ),
    # Lord Howe, 2026: 5 April 02:00 -> 01:30, 4 October 02:00 -> 02:30
    (
        LORD_HOWE,
        "0 * * * *",
        "2026-04-05T01:00+11:00 2026-04-05T02:00+10:30 2026-04-05T03:00+10:30",
    ),
    (
        LORD_HOWE,
        "45 1 * * *",
        "2026-04-04T01:45+11:00 2026-04-05T01:45+11:00 2026-04-06T01:45+10:30",
    ),
    (
        LORD_HOWE,
        "*/30 * * * *",
        (
            "2026-04-05T01:00+11:00 2026-04-05T01:30+11:00 2026-04-05T01:30+10:30"
            " 2026-04-05T02:00+10:30"
        ),
    ),
    (
        LORD_HOWE,
        "30 2 * * *",
        "2026-10-03T02:30+10:30 2026-10-04T02:30+11:00 2026-10-05T02:30+11:00",
    ),
    (
        LORD_HOWE,
        "15 2 * * *",
        "2026-10-03T02:15+10:30 2026-10-04T02:30+11:00 2026-10-05T02:15+11:00",
    ),
    (
        LORD_HOWE,
        "0 * * * *",
        "2026-10-04T01:00+10:30 2026-10-04T02:30+11:00 2026-10-04T03:00+11:00",
    ),
    (
        LORD_HOWE,
        "*/30 * * * *",
        "2026-10-04T01:30+10:30 2026-10-04T02:30+11:00 2026-10-04T03:00+11:00",
    ),
    # Apia had no 30 December 2011 at all
    (APIA, "0 0 * * *", "2011-12-29T00:00-10:00 2011-12-31T00:00+14:00 2012-01-01T00:00+14:00"),
    (APIA, "0 12 * * *", "2011-12-29T12:00-10:00 2011-12-31T00:00+14:00 2011-12-31T12:00+14:00"),
]


def _moments(listed: str) -> list[datetime]:
    return [datetime.fromisoformat(each).astimezone(UTC) for each in listed.split()]


@pytest.mark.parametrize(("where", "expression", "listed"), GOLDEN)
def test_each_tick_of_a_cron_trigger_is_a_run(where: str, expression: str, listed: str) -> None:
    expected = _moments(listed)
    timetable = CronTrigger(expressions=(expression,), timezone=where)
    slots = list(slots_between(timetable, expected[0], expected[-1]))
    assert [slot.run_after for slot in slots] == expected
    assert all(slot.interval.start == slot.interval.end == slot.run_after for slot in slots)


@pytest.mark.parametrize(("where", "expression", "listed"), GOLDEN)
def test_data_intervals_lie_back_to_back_between_ticks(
    where: str, expression: str, listed: str
) -> None:
    expected = _moments(listed)
    timetable = CronInterval(expression=expression, timezone=where)
    slots = list(slots_between(timetable, expected[0], expected[-2]))
    assert [(s.interval.start, s.interval.end) for s in slots] == list(pairwise(expected))
    assert all(slot.run_after == slot.interval.end for slot in slots)


@pytest.mark.parametrize(("where", "expression", "listed"), GOLDEN)
def test_walking_back_meets_the_same_ticks(where: str, expression: str, listed: str) -> None:
    expected = _moments(listed)
    cron, moment = parse(expression), expected[-1]
    for before in reversed(expected[:-1]):
        moment = tick_before(cron, zone(where), moment)
        assert moment == before


def test_midnight_in_seoul_is_midnight_in_seoul() -> None:
    at = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    assert tick_from(parse("@daily"), zone(SEOUL), at) == at
    assert at.astimezone(zone(SEOUL)).hour == 0


EXPRESSIONS = st.sampled_from(
    [
        "0 * * * *",
        "*/7 * * * *",
        "45 * * * *",
        "0 0 * * *",
        "30 2 * * *",
        "15 1 * * *",
        "*/20 1-3 * * *",
        "0 */3 * * *",
        "5 2 * * SUN",
        "0 2 L * *",
        "10,40 0-23 * * 0,1",
        "59 23 * 3,4,10,11 *",
    ]
)
NEAR_A_CHANGE = st.sampled_from(
    [
        datetime(1988, 5, 7, 17, tzinfo=UTC),
        datetime(1988, 10, 8, 17, tzinfo=UTC),
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
        datetime(2026, 3, 8, 7, tzinfo=UTC),
        datetime(2026, 11, 1, 6, tzinfo=UTC),
        datetime(2026, 4, 4, 15, tzinfo=UTC),
        datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    ]
)
ZONES = st.sampled_from([BERLIN, NEW_YORK, SEOUL, LORD_HOWE, "UTC", "Asia/Kathmandu"])


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS, ZONES, NEAR_A_CHANGE, st.integers(-10 * 60, 10 * 60), st.integers(0, 59))
def test_forward_and_backward_agree(
    expression: str, where: str, change: datetime, minutes: int, seconds: int
) -> None:
    cron, there = parse(expression), zone(where)
    moment = change + timedelta(minutes=minutes, seconds=seconds)
    after, before = tick_after(cron, there, moment), tick_before(cron, there, moment)
    assert before < moment < after
    # Nothing lies between them but, perhaps, the moment itself.
    assert tick_before(cron, there, after) == tick_until(cron, there, moment)
    assert tick_after(cron, there, before) == tick_from(cron, there, moment)
    assert tick_from(cron, there, after) == after == tick_until(cron, there, after)


@settings(max_examples=100, deadline=None)
@given(ZONES, NEAR_A_CHANGE, st.integers(-10 * 60, 10 * 60), st.integers(0, 59))
def test_no_hour_is_without_a_run_of_an_hourly_cron(
    where: str, change: datetime, minutes: int, minute: int
) -> None:
    cron, there = parse(f"{minute} * * * *"), zone(where)
    tick = tick_after(cron, there, change + timedelta(minutes=minutes))
    following = tick_after(cron, there, tick)
    # Ninety minutes: Lord Howe's clocks go back by thirty.
    longest = timedelta(minutes=90 if where == LORD_HOWE else 60)
    assert timedelta(0) < following - tick <= longest
