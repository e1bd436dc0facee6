"""``python -m narae.testing.simulator``: one seed, or many; what breaks, and how to repeat it."""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import chain
from time import monotonic
from typing import Any

from narae.testing.simulator.mutants import MUTANTS, Catch, hunt
from narae.testing.simulator.options import ACTIONS, FAULTS, Options
from narae.testing.simulator.shrink import shrink
from narae.testing.simulator.story import History, simulate

LINES_SHOWN = 40
_BATCH = 20
COMMAND = "python -m narae.testing.simulator"


def main(arguments: Sequence[str] | None = None) -> int:
    """Zero when nothing broke."""
    chosen = _parser().parse_args(arguments)
    if chosen.mutants is not None:
        return _mutants(chosen)
    if chosen.many is not None:
        return _many(chosen)
    history = simulate(chosen.seed, _options(chosen))
    if chosen.trace:
        _say(*history.lines)
    return _tell(history, shown=chosen.lines, smaller=not chosen.no_shrink)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--many", type=int, metavar="N", help="this many seeds")
    parser.add_argument("--start", type=int, default=0, help="the first seed of --many")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--budget-seconds", type=float, help="begin nothing after so long")
    parser.add_argument("--mutants", nargs="*", metavar="NAME", help="plant bugs: all or these")
    parser.add_argument("--seeds", type=int, default=200, help="of --mutants: how many to try")
    parser.add_argument("--dags", type=int)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--faults", help=f"of {','.join(FAULTS)}; none")
    parser.add_argument("--actions", help=f"of {','.join(ACTIONS)}; none")
    parser.add_argument("--fault-seconds", type=float)
    parser.add_argument("--action-seconds", type=float)
    parser.add_argument("--lines", type=int, default=LINES_SHOWN, help="of the history's end")
    parser.add_argument("--no-shrink", action="store_true")
    parser.add_argument("--trace", action="store_true", help="print the history's latest lines")
    return parser


def _options(chosen: argparse.Namespace) -> Options:
    options = Options.of(chosen.seed)
    changes: dict[str, Any] = {}
    for name in ("dags", "steps", "fault_seconds", "action_seconds"):
        if getattr(chosen, name) is not None:
            changes[name] = getattr(chosen, name)
    for name, known in (("faults", FAULTS), ("actions", ACTIONS)):
        text = getattr(chosen, name)
        if text is not None:
            kinds = () if text == "none" else tuple(text.split(","))
            unknown = [kind for kind in kinds if kind not in known]
            if unknown:
                sys.exit(f"--{name}: there is no {unknown[0]!r}; there are {', '.join(known)}")
            changes[name] = kinds
    return replace(options, **changes)


def _tell(history: History, *, shown: int, smaller: bool = True) -> int:
    if history.broken is None:
        _say(
            f"seed {history.seed}: all invariants hold after {history.steps} steps, "
            f"{history.commits} commits, {history.runs} runs; digest {history.digest[:16]}"
        )
        return 0
    best = shrink(history) if smaller else history
    _say(*(f"    {line}" for line in best.lines[-shown:]))
    _say(
        f"seed {history.seed}, step {history.steps}: {history.broken}",
        f"shortest history found: {best.steps} steps: {best.broken}",
        f"repeat it: {COMMAND} {best.options.arguments(best.seed)}",
    )
    return 1


def _many(chosen: argparse.Namespace) -> int:
    began = monotonic()
    seeds = range(chosen.start, chosen.start + chosen.many)
    batches = [seeds[place : place + _BATCH] for place in range(0, len(seeds), _BATCH)]
    broken: list[History] = []
    done = steps = 0
    with ProcessPoolExecutor(max_workers=chosen.jobs) as pool:
        for first in range(0, len(batches), chosen.jobs * 4):
            if chosen.budget_seconds and monotonic() - began > chosen.budget_seconds:
                break
            some = batches[first : first + chosen.jobs * 4]
            for history in chain.from_iterable(pool.map(_play, some)):
                done += 1
                steps += history.steps
                if history.broken is not None:
                    broken.append(history)
                    _say(f"seed {history.seed}, step {history.steps}: {history.broken}")
    _say(
        f"{done} seeds, {steps} steps in {monotonic() - began:.0f} s: "
        f"{len(broken)} broke an invariant"
    )
    for history in broken[:1]:
        _tell(history, shown=chosen.lines)
    return 1 if broken else 0


def _play(seeds: Sequence[int]) -> list[History]:
    """In a worker process; a history that went well needs no lines."""
    found = []
    for seed in seeds:
        history = simulate(seed)
        found.append(history if history.broken else history._replace(lines=()))
    return found


def _mutants(chosen: argparse.Namespace) -> int:
    names = chosen.mutants or list(MUTANTS)
    seeds = range(chosen.start, chosen.start + chosen.seeds)
    missed = 0
    with ProcessPoolExecutor(max_workers=chosen.jobs) as pool:
        for catch in pool.map(_hunt, [(name, seeds) for name in names]):
            missed += catch.rule is None
            _say(_words(catch))
    _say(f"{len(names) - missed} of {len(names)} planted bugs were caught")
    return 1 if missed else 0


def _hunt(what: tuple[str, range]) -> Catch:
    return hunt(what[0], what[1])


def _words(catch: Catch) -> str:
    if catch.rule is None:
        return f"{catch.name}: NOT CAUGHT within {catch.seeds} seeds"
    return f"{catch.name}: after {catch.seeds} seeds by '{catch.rule}': {catch.words}"


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
