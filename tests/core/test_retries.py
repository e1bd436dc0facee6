from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from narae.core.retries import retry_delay
from narae.core.spec import RetryPolicy

DAY = timedelta(hours=24)
SALT = "d#t#2026-03-02T00:00:00+00:00"


def _seconds(policy: RetryPolicy, try_number: int, delay_max: timedelta = DAY) -> float:
    delay = retry_delay(policy, try_number=try_number, salt=SALT, delay_max=delay_max)
    return delay.total_seconds()


@pytest.mark.parametrize("try_number", [1, 2, 9])
def test_a_plain_delay_is_always_the_same_and_not_capped(try_number: int) -> None:
    policy = RetryPolicy(retries=9, delay=timedelta(days=2))
    assert _seconds(policy, try_number) == 2 * 86400


# Delay in seconds, try, and between which seconds the answer lies.
BACKOFF = [
    (10, 1, 10, 20),
    (10, 2, 20, 40),
    (10, 3, 40, 80),
    (0.3, 1, 1, 2),
    (0.3, 3, 2, 4),
    (300, 8, 38400, 76800),
    (300, 9, 76800, 86400.1),
    (300, 200, 86400, 86400.1),
]


@pytest.mark.parametrize(("delay", "try_number", "low", "high"), BACKOFF)
def test_back_off_doubles_and_is_spread(
    delay: float, try_number: int, low: float, high: float
) -> None:
    policy = RetryPolicy(delay=timedelta(seconds=delay), exponential_backoff=True)
    assert low <= _seconds(policy, try_number) < high


def test_the_same_task_and_try_has_the_same_delay_and_another_task_another() -> None:
    policy = RetryPolicy(delay=timedelta(seconds=1000), exponential_backoff=True)
    found = {
        retry_delay(policy, try_number=1, salt=f"d#t{number}#x", delay_max=DAY)
        for number in range(20)
    }
    assert len(found) > 15
    assert _seconds(policy, 1) == _seconds(policy, 1)


@given(seconds=st.floats(0, 10**6), maximum=st.integers(1, 10**5), tries=st.integers(1, 60))
def test_no_cap_is_exceeded(seconds: float, maximum: int, tries: int) -> None:
    policy = RetryPolicy(
        delay=timedelta(seconds=seconds),
        exponential_backoff=True,
        delay_max=timedelta(seconds=maximum),
    )
    delays = [_seconds(policy, number) for number in range(1, tries + 1)]
    assert max(delays) <= min(maximum, 86400)
    assert all(later >= earlier / 2 for earlier, later in pairwise(delays))
