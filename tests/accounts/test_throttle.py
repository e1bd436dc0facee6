"""How long failed logins have to wait."""

from datetime import timedelta

import pytest

from narae.accounts.ports import Failures
from narae.accounts.throttle import subjects, wait
from narae.testing.samples import NOON


@pytest.mark.parametrize(
    ("subject", "count", "seconds"),
    [
        ("user:ann", 0, 0),
        ("user:ann", 4, 0),
        ("user:ann", 5, 1),
        ("user:ann", 6, 2),
        ("user:ann", 8, 8),
        ("user:ann", 11, 60),
        ("user:ann", 10**9, 60),
        ("address:10.0.0.7", 19, 0),
        ("address:10.0.0.7", 20, 1),
        ("address:10.0.0.7", 29, 512),
        ("address:10.0.0.7", 30, 900),
    ],
)
def test_the_wait_doubles_up_to_a_most(subject: str, count: int, seconds: float) -> None:
    failures = Failures(subject=subject, count=count, last_at=NOON)
    assert wait(failures, now=NOON) == timedelta(seconds=seconds)
    assert wait(failures, now=NOON + timedelta(seconds=seconds)) <= timedelta()


def test_a_failure_counts_against_the_name_and_the_address() -> None:
    of_user, of_address = subjects("a:b", "::1")
    assert of_address == "address:::1"
    assert subjects("a:b", None) == (of_user,)
    assert subjects("a:c", None) != (of_user,)
    assert "a:b" not in of_user.removeprefix("user:")
