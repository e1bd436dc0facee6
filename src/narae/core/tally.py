"""Counts of upstream states, kept up to date one change at a time."""

from collections.abc import Mapping
from types import MappingProxyType

from narae.core.states import TaskState
from narae.core.trigger_rules import FORCED, SETUP_SHIFT

_KINDS = 5
KIND: Mapping[TaskState, int | None] = MappingProxyType(
    {
        state: {
            TaskState.SUCCESS: 1,
            TaskState.FAILED: 2,
            TaskState.UPSTREAM_FAILED: 3,
            TaskState.SKIPPED: 4,
            TaskState.REMOVED: None,
        }.get(state, 0)
        for state in TaskState
    }
)
"""Which counter a state goes to: its bit's place among ``trigger_rules``' bits; None: nowhere."""


class Tally:
    """How many upstream instances are pending, succeeded, failed, ...; and of setups the same.

    ``seen`` holds the bits of :mod:`narae.core.trigger_rules`: one for each counter that is
    not zero. All that a rule asks follows from it, so whoever waits looks again only when
    ``seen`` changes, which it does a few times at most, however many instances there are.
    """

    __slots__ = ("counts", "forced", "seen")

    def __init__(self) -> None:
        self.counts = [0] * (2 * _KINDS)
        self.forced = 0
        self.seen = 0

    def move(self, old: int | None, new: int | None, *, setup: bool = False) -> None:
        """One instance's counter changes from ``old`` to ``new``; None is no counter."""
        shift = SETUP_SHIFT if setup else 0
        if old is not None:
            place = old + shift
            self.counts[place] -= 1
            if not self.counts[place]:
                self.seen &= ~(1 << place)
        if new is not None:
            place = new + shift
            self.counts[place] += 1
            self.seen |= 1 << place

    def force(self, by: int) -> None:
        """``by`` more upstream instances than before chose to skip whoever looks here."""
        self.forced += by
        self.seen = self.seen | FORCED if self.forced else self.seen & ~FORCED
