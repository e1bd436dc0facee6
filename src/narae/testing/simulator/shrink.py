"""The shortest history found that breaks the same invariant."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from narae.testing.simulator.options import Options
from narae.testing.simulator.story import History, simulate

TRIALS_MAX = 120

Play = Callable[[int, Options], History]


def shrink(found: History, play: Play = simulate, *, trials: int = TRIALS_MAX) -> History:
    """Leaves out what the fault does not need: DAGs, kinds of faults and actions, steps."""
    best = found
    rule = found.broken.rule if found.broken else None
    left = trials
    improved = True
    while improved and left > 0:
        improved = False
        for options in _smaller(best):
            left -= 1
            tried = play(best.seed, options)
            if tried.broken is not None and tried.broken.rule == rule:
                best, improved = tried, True
                break
            if left <= 0:
                break
    return best


def _smaller(history: History) -> Iterator[Options]:
    options = history.options
    for dags in range(1, options.dags):
        yield replace(options, dags=dags)
    if options.actions:
        yield replace(options, actions=())
    for steps in (history.steps, options.steps // 2, options.steps * 3 // 4, options.steps - 10):
        if 0 < steps < options.steps:
            yield replace(options, steps=steps)
    for kind in options.faults:
        yield replace(options, faults=tuple(each for each in options.faults if each != kind))
    for kind in options.actions:
        yield replace(options, actions=tuple(each for each in options.actions if each != kind))
