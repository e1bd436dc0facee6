from datetime import UTC, datetime, timedelta

import pytest
from croniter import croniter
from hypothesis import given, settings
from hypothesis import strategies as st

from narae.core.timetables.cron import CronError, parse, tick_after, tick_before
from narae.core.timetables.zones import zone

START = datetime(2024, 1, 1, tzinfo=UTC)


def _ticks(expression: str, count: int, start: datetime = START) -> list[datetime]:
    cron, found = parse(expression), [start]
    for _ in range(count):
        found.append(tick_after(cron, UTC, found[-1]))
    return found[1:]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("@hourly", "01-01T01:00:00 01-01T02:00:00"),
        ("@daily", "01-02T00:00:00 01-03T00:00:00"),
        ("@midnight", "01-02T00:00:00 01-03T00:00:00"),
        (" @Weekly ", "01-07T00:00:00 01-14T00:00:00"),
        ("@monthly", "02-01T00:00:00 03-01T00:00:00"),
        ("@quarterly", "04-01T00:00:00 07-01T00:00:00"),
        ("@yearly", "01-01T00:00:00"),
        ("@annually", "01-01T00:00:00"),
        ("* * * * * */15", "01-01T00:00:15 01-01T00:00:30"),
        ("0 6 * * * 30", "01-01T06:00:30 01-02T06:00:30"),
        ("0 0 L * *", "01-31T00:00:00 02-29T00:00:00 03-31T00:00:00"),
        ("0 0 1,L * *", "01-31T00:00:00 02-01T00:00:00"),
        ("0 0 LW * *", "01-31T00:00:00 02-29T00:00:00 03-29T00:00:00"),
        ("0 0 * * L5", "01-26T00:00:00 02-23T00:00:00"),
        ("0 0 * * FRIL", "01-26T00:00:00 02-23T00:00:00"),
        ("0 0 * * MON#1", "02-05T00:00:00 03-04T00:00:00"),
        ("0 0 * * 1#1,3#2", "01-10T00:00:00 02-05T00:00:00"),
        ("0 0 ? * 1", "01-08T00:00:00 01-15T00:00:00"),
        ("0 0 * * 7", "01-07T00:00:00 01-14T00:00:00"),
        ("0 22-1 * * *", "01-01T01:00:00 01-01T22:00:00 01-01T23:00:00 01-02T00:00:00"),
        ("0 0 * * FRI-MON", "01-05T00:00:00 01-06T00:00:00 01-07T00:00:00 01-08T00:00:00"),
        ("5/20 * * * *", "01-01T00:05:00 01-01T00:25:00 01-01T00:45:00 01-01T01:05:00"),
        # Both day fields given: either is enough, and */2 is given, as Airflow has it.
        ("0 0 1 * MON", "01-08T00:00:00 01-15T00:00:00 01-22T00:00:00 01-29T00:00:00"),
        ("0 0 */2 * 1", "01-03T00:00:00 01-05T00:00:00 01-07T00:00:00 01-08T00:00:00"),
    ],
)
def test_an_expression_means_these_ticks(expression: str, expected: str) -> None:
    found = _ticks(expression, len(expected.split()))
    assert [f"{tick:%m-%dT%H:%M:%S}" for tick in found] == expected.split()


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("0 25 * * *", "'25' is no hour; 0 to 23"),
        ("60 * * * *", "'60' is no minute; 0 to 59"),
        ("0 0 0 * *", "'0' is no day of month; 1 to 31"),
        ("0 0 * 13 *", "'13' is no month; 1 to 12 or JAN to DEC"),
        ("0 0 * * MOM", "did you mean MON?"),
        ("0 0 * JAM *", "did you mean JAN?"),
        ("* * * * * 61", "'61' is no second"),
        ("*/0 * * * *", "the part after / is a whole number from 1"),
        ("0 0 * * MON#6", "the part after # is 1 to 5"),
        ("0 0 15W * *", "LW is"),
        ("0 0 * * ,", "'' is no day of week"),
        ("? * * * *", "'?' is no minute"),
        ("-5 * * * *", "is no minute"),
        ("0 0 * *", "has 4 fields: write minute, hour"),
        ("0 0 * * * * 2026", "a year field is not supported"),
        ("", "has 0 fields"),
        ("@dayly", "did you mean '@daily'?"),
        ("@reboot", "unknown schedule '@reboot'"),
        ("0 0 30 2 *", "names a date that never comes"),
    ],
)
def test_a_bad_expression_is_told_with_its_field(expression: str, message: str) -> None:
    with pytest.raises(CronError) as caught:
        parse(expression)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def _field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    return st.one_of(
        st.just("*"),
        number.map(str),
        st.lists(number, min_size=2, max_size=4).map(lambda n: ",".join(map(str, n))),
        # croniter takes 3-3 for the whole week, so only of real ranges.
        st.tuples(number, number).filter(lambda p: p[0] < p[1]).map(lambda p: f"{p[0]}-{p[1]}"),
        st.integers(2, 12).map(lambda step: f"*/{step}"),
    )


CRONS = st.tuples(_field(0, 59), _field(0, 23), _field(1, 28), _field(1, 12), _field(0, 6))


@settings(max_examples=150, deadline=None)
@given(CRONS.map(" ".join), st.integers(0, 2 * 365 * 24 * 60))
def test_ticks_are_those_of_croniter_where_no_clock_changes(expression: str, minutes: int) -> None:
    start = START + timedelta(minutes=minutes)
    oracle = croniter(expression, start)
    expected = [oracle.get_next(datetime) for _ in range(5)]
    assert _ticks(expression, 5, start) == expected
    back = croniter(expression, start)
    assert tick_before(parse(expression), UTC, start) == back.get_prev(datetime)


def test_ticks_are_in_utc_and_later_than_a_moment_with_microseconds() -> None:
    cron, seoul = parse("0 * * * *"), zone("Asia/Seoul")
    almost = datetime(2026, 3, 2, 8, 59, 59, 999_999, tzinfo=seoul)
    assert tick_after(cron, seoul, almost).isoformat() == "2026-03-02T00:00:00+00:00"
    just = datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=seoul)
    assert tick_before(cron, seoul, just).isoformat() == "2026-03-02T00:00:00+00:00"


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        tick_after(parse("@daily"), UTC, datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point
