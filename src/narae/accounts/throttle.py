"""How long whoever has failed to log in has to wait before the next try."""

from datetime import datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import NamedTuple

from narae.accounts.ports import Failures

_DOUBLINGS_MAX = 16


class Patience(NamedTuple):
    """So many failures are free; then the wait doubles, from a second up to a most."""

    free: int
    wait_max: timedelta


PATIENCE: MappingProxyType[str, Patience] = MappingProxyType(
    {
        # Nobody can be locked out for long by somebody else's guesses at their name.
        "user": Patience(free=5, wait_max=timedelta(minutes=1)),
        # An office may share one address.
        "address": Patience(free=20, wait_max=timedelta(minutes=15)),
    }
)
"""Kind of subject -> how patient we are with it."""


def subjects(username: str, address: str | None) -> tuple[str, ...]:
    """What a failure counts against.

    The name only as a hash: people type their password into the wrong field.
    """
    of_user = f"user:{sha256(username.encode()).hexdigest()[:32]}"
    return (of_user, f"address:{address}") if address else (of_user,)


def wait(failures: Failures, *, now: datetime) -> timedelta:
    """How long its subject still has to wait; zero or less when not at all."""
    patience = PATIENCE[failures.subject.partition(":")[0]]
    over = failures.count - patience.free
    if over < 0:
        return timedelta()
    delay = min(timedelta(seconds=2 ** min(over, _DOUBLINGS_MAX)), patience.wait_max)
    return failures.last_at + delay - now
