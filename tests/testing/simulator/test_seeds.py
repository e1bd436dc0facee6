"""Fixed seeds of the simulator; ``make sim-many`` plays thousands."""

import pytest

from narae.testing.simulator import Options, simulate
from narae.testing.simulator.options import ACTIONS, FAULTS

SEEDS = range(25)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_invariant_holds(seed: int) -> None:
    history = simulate(seed)
    assert history.broken is None, Options.of(seed).arguments(seed)
    assert history.commits > 0


@pytest.mark.parametrize("fault", FAULTS)
def test_every_kind_of_fault_is_survived_alone(fault: str) -> None:
    options = Options(dags=2, steps=200, faults=(fault,), fault_seconds=3.0)
    history = simulate(1, options)
    assert history.broken is None, options.arguments(1)
    assert any(f"fault {fault}" in line for line in history.lines)


@pytest.mark.parametrize("action", ACTIONS)
def test_every_kind_of_action_is_tried_and_harms_nothing(action: str) -> None:
    options = Options(dags=2, steps=150, faults=(), actions=("trigger", action), action_seconds=0.5)
    history = simulate(2, options)
    assert history.broken is None, options.arguments(2)
    assert any(f"user {action} " in line for line in history.lines)
