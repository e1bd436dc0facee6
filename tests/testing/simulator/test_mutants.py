"""Planted bugs are caught; the quick ones here, all of them by ``make sim-mutants``."""

import pytest

from narae.testing.simulator import simulate
from narae.testing.simulator.mutants import MUTANTS, hunt, planted
from narae.testing.simulator.shrink import shrink

SEEDS = range(12)
QUICK = {
    "lost_wake_up": "everything that waits has a reason",
    "slot_leak_in_store": "slots match",
    "double_dispatch": "an attempt runs once",
    "wrong_trigger_rule": "order is respected",
    "retry_beyond_limit": "retries within limits",
    "limit_off_by_one": "limits are never exceeded",
    "dispatch_before_commit": "nothing is dispatched before it is committed",
    "callback_not_owed": "callbacks are delivered",
}


@pytest.mark.parametrize("name", QUICK)
def test_a_planted_bug_is_caught_by_its_invariant(name: str) -> None:
    assert hunt(name, SEEDS).rule == QUICK[name]


def test_a_bug_is_taken_out_again() -> None:
    with planted("limit_off_by_one"):
        assert simulate(0).broken is not None
    assert simulate(0).broken is None


def test_there_are_bugs_of_many_kinds() -> None:
    assert len(MUTANTS) >= 12


def test_a_history_that_breaks_is_made_shorter() -> None:
    with planted("double_dispatch"):
        found = simulate(3)
        best = shrink(found, trials=20)
    assert found.broken is not None
    assert best.broken is not None
    assert best.broken.rule == found.broken.rule
    assert best.options.steps <= found.options.steps
    assert len(best.options.faults) <= len(found.options.faults)
    assert f"--seed {best.seed}" in best.options.arguments(best.seed)
