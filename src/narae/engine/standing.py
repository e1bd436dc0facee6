"""How things stand in the scheduler's memory, as numbers; read every few seconds."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from narae.core.decide.admit import PoolLine
from narae.core.holds import HoldCode
from narae.core.spec import Value
from narae.core.states import TaskState
from narae.engine.state import State

_WAITS_AS: Mapping[TaskState, HoldCode] = MappingProxyType(
    {
        TaskState.UP_FOR_RETRY: HoldCode.RETRY_DELAY,
        TaskState.UP_FOR_RESCHEDULE: HoldCode.RESCHEDULED,
        TaskState.DEFERRED: HoldCode.DEFERRED,
    }
)


class Standing(Value, frozen=True, kw_only=True):
    """What runs and what waits for what."""

    runs: int
    attempts: int
    states: Mapping[TaskState, int]
    """Of the instances of active runs."""
    holds: Mapping[HoldCode, int]
    """Instances of active runs that wait, by the first thing in their way."""
    oldest_waiting_seconds: float
    pools: Mapping[str, PoolLine]
    executors: Mapping[str, tuple[int, int]]
    """Slots in all, slots free."""


def standing(state: State, now: datetime) -> Standing:
    """Costs a step for each active run and each candidate for a slot."""
    states: dict[TaskState, int] = dict.fromkeys(TaskState, 0)
    held_back = 0
    for view in state.active:
        held_back += len(view.held_back)
        for each, count in view.counts.items():
            states[each] += count
    line = state.book.line()
    holds = dict(line.codes)
    for each, code in _WAITS_AS.items():
        holds[code] = holds.get(code, 0) + states[each]
    holds[HoldCode.DEPENDS_ON_PAST] = held_back
    holds[HoldCode.UPSTREAM] = max(0, states[TaskState.NONE] - held_back)
    since = line.oldest
    facts = state.fleet.facts()
    return Standing(
        runs=sum(1 for _ in state.active),
        attempts=len(state.fleet.open),
        states={each: count for each, count in states.items() if count},
        holds={code: count for code, count in holds.items() if count},
        oldest_waiting_seconds=max(0.0, (now - since).total_seconds()) if since else 0.0,
        pools=line.pools,
        executors={name: (one["slots"], one["free"]) for name, one in facts.items()},
    )
