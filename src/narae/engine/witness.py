"""Who looks on while the scheduler works: metrics, traces, the feed of changes.

A witness sees what was committed, after its work went out. It decides nothing, waits for
nothing, and what it gets wrong harms nobody.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from narae.core.ids import RunUid
from narae.core.run_view import RunView
from narae.engine.batch import Entry
from narae.engine.state import State

log = logging.getLogger(__name__)


class Tick(NamedTuple):
    """One turn of the scheduler, once it is committed and its work is sent."""

    at: datetime
    taken: Sequence[Entry]
    """What was written."""
    refused: int
    """How much was not, because somebody else was ahead."""
    view: Callable[[RunUid], RunView | None]
    """The runs in memory, those that have just ended among them."""
    seconds: float
    """From the beginning of the turn until its work was sent."""
    commit_seconds: float


class Witness(Protocol):
    """Somebody who looks on."""

    def saw(self, tick: Tick) -> None:
        """A turn is done."""
        ...

    def facts(self, state: State, now: datetime) -> dict[str, Any]:
        """What a heartbeat is to say besides; called every few seconds."""
        ...


class Witnesses:
    """Several as one. A witness that fails is told of in the log, and the others go on."""

    def __init__(self, *witnesses: Witness) -> None:
        self._all = witnesses

    def saw(self, tick: Tick) -> None:
        """Shows it to all."""
        for witness in self._all:
            try:
                witness.saw(tick)
            except Exception:
                log.exception("%s could not follow a turn", type(witness).__name__)

    def facts(self, state: State, now: datetime) -> dict[str, Any]:
        """What all of them have to say."""
        found: dict[str, Any] = {}
        for witness in self._all:
            try:
                found |= witness.facts(state, now)
            except Exception:
                log.exception("%s has nothing to say", type(witness).__name__)
        return found
