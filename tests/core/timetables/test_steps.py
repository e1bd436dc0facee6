from datetime import UTC, datetime, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from narae.core.timetables.spec import Step
from narae.core.timetables.steps import check_step, latest_on_grid, shift, step_words
from narae.core.timetables.zones import zone

BERLIN = zone("Europe/Berlin")


def _berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("moment", "step", "expected"),
    [
        ("2026-03-28T12:00", Step(days=1), "2026-03-29T12:00+02:00"),
        ("2026-03-28T12:00", Step(seconds=86400), "2026-03-29T13:00+02:00"),
        ("2026-03-28T02:30", Step(days=1), "2026-03-29T03:00+02:00"),
        ("2026-10-24T02:30", Step(days=1), "2026-10-25T02:30+02:00"),
        ("2026-01-31T00:00", Step(months=1), "2026-02-28T00:00+01:00"),
        ("2024-02-29T00:00", Step(years=1), "2025-02-28T00:00+01:00"),
        ("2026-01-15T08:00", Step(months=1, absolute={"day": 31}), "2026-02-28T08:00+01:00"),
        ("2026-03-04T08:00", Step(absolute={"weekday": 0}), "2026-03-09T08:00+01:00"),
        ("2026-03-09T08:00", Step(days=1, absolute={"weekday": 0}), "2026-03-16T08:00+01:00"),
        ("2026-03-09T08:15", Step(days=1, absolute={"minute": 0}), "2026-03-10T08:00+01:00"),
        ("2026-03-28T12:00", Step(days=1, seconds=3600), "2026-03-29T13:00+02:00"),
    ],
)
def test_calendar_units_keep_the_wall_time_and_seconds_do_not(
    moment: str, step: Step, expected: str
) -> None:
    assert shift(_berlin(moment), step, BERLIN) == datetime.fromisoformat(expected)


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - made aware below
    st.integers(-5, 5),
    st.integers(-30, 30),
    st.integers(-400, 400),
)
def test_without_changing_clocks_a_step_is_dateutils(
    moment: datetime, years: int, months: int, days: int
) -> None:
    start = moment.replace(tzinfo=UTC)
    step = Step(years=years, months=months, days=days)
    assert shift(start, step, UTC) == start + relativedelta(years=years, months=months, days=days)
    back = relativedelta(years=-years, months=-months, days=-days)
    assert shift(start, step, UTC, times=-1) == start + back


@given(st.integers(1, 10**6), st.integers(0, 10**8))
def test_the_grid_ends_less_than_a_step_before_its_limit(seconds: int, ahead: int) -> None:
    anchor = datetime(2026, 1, 1, tzinfo=UTC)
    limit = anchor + timedelta(seconds=ahead)
    last = latest_on_grid(anchor, Step(seconds=seconds), UTC, limit)
    assert timedelta(0) <= limit - last < timedelta(seconds=seconds)
    assert (last - anchor) % timedelta(seconds=seconds) == timedelta(0)


def test_a_grid_that_begins_after_its_limit_is_at_its_anchor() -> None:
    anchor = datetime(2026, 1, 1, tzinfo=UTC)
    limit = anchor - timedelta(days=3)
    assert latest_on_grid(anchor, Step(days=1), UTC, limit) == anchor


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (Step(), "0 seconds does not"),
        (Step(seconds=-60), "-1 minute does not"),
        (Step(absolute={"day": 1}), r"\(day=1\) does not"),
        (Step(days=1, absolute={"weekdays": 1}), "did you mean 'weekday'"),
    ],
)
def test_a_step_that_leads_nowhere_is_refused(step: Step, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_step(step, UTC)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step(seconds=86400), "1 day"),
        (Step(seconds=14 * 86400), "2 weeks"),
        (Step(seconds=9000), "2 hours 30 minutes"),
        (Step(seconds=0.5), "0.5 seconds"),
        (Step(months=1, absolute={"day": 1}), "1 month (day=1)"),
    ],
)
def test_a_step_has_words(step: Step, words: str) -> None:
    assert step_words(step) == words
    check_step(step, UTC)
