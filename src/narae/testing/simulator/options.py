"""What a simulation is made of. A seed and its options give one history, always the same."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from random import Random
from types import MappingProxyType

FAULTS: Mapping[str, float] = MappingProxyType(
    {
        "engine_crash": 3.0,
        "engine_pause": 2.0,
        "engine_pause_in_tick": 2.0,
        "second_engine": 1.0,
        "store_failure": 3.0,
        "interruption": 4.0,
        "supervisor_death": 2.0,
        "supervisor_pause": 2.0,
        "connection_break": 4.0,
        "slow_network": 2.0,
        "lossy_network": 2.0,
        "clock_jump": 1.5,
        "lost_wake": 2.0,
    }
)
"""Kinds of faults, with how often each comes in proportion to the others."""

ACTIONS: Mapping[str, float] = MappingProxyType(
    {
        "trigger": 5.0,
        "clear": 4.0,
        "mark_tasks": 3.0,
        "mark_run": 1.0,
        "pause": 1.5,
        "unpause": 3.0,
        "delete_dag": 0.5,
        "backfill": 1.5,
        "move_backfill": 1.0,
        "pool": 1.5,
        "note": 1.0,
        "new_version": 2.0,
    }
)
"""Kinds of things that users do, with how often."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """The size of a simulation and what may happen in it."""

    dags: int = 3
    steps: int = 500
    """How many events the storm lasts."""
    faults: tuple[str, ...] = tuple(FAULTS)
    actions: tuple[str, ...] = tuple(ACTIONS)
    fault_seconds: float = 12.0
    """Time between two faults, on average."""
    action_seconds: float = 8.0
    """Time between two actions, on average."""

    @classmethod
    def of(cls, seed: int) -> "Options":
        """The options that a seed stands for: some seeds are calm, some have one fault only."""
        chance = Random(f"{seed}/options")  # noqa: S311 - no secret
        kinds = list(FAULTS)
        some = chance.choice(
            [(), (chance.choice(kinds),), tuple(chance.sample(kinds, 3)), tuple(kinds)]
        )
        faults = tuple(kind for kind in kinds if kind in some)
        return cls(
            dags=chance.choice([1, 2, 3]),
            steps=chance.choice([150, 500, 1500]),
            faults=faults,
            fault_seconds=chance.choice([3.0, 12.0, 30.0]),
            action_seconds=chance.choice([2.0, 8.0, 20.0]),
        )

    def arguments(self, seed: int) -> str:
        """The command line of this very simulation; only what differs from the seed's own."""
        own = Options.of(seed)
        words = [f"--seed {seed}"]
        for field in fields(self):
            mine = getattr(self, field.name)
            if mine != getattr(own, field.name):
                text = (",".join(mine) or "none") if isinstance(mine, tuple) else f"{mine:g}"
                words.append(f"--{field.name.replace('_', '-')} {text}")
        return " ".join(words)
