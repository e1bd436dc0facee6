"""An executor on virtual time whose attempts go as a script says; any number of them at once.

Other than ``fake_executor`` it has one life and nobody to reconnect to, and costs nothing for
attempts that are under way.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from narae.core.ids import AttemptId
from narae.core.reports import CallbackDone, Failed, Report, Started
from narae.core.run import Cause
from narae.core.workload import AnyWorkload, CallbackWorkload, Workload
from narae.engine.events import ReportsCame
from narae.engine.ports import Clock
from narae.testing.fake_executor import Play, Script

NAME = "ScriptedExecutor"


@dataclass(frozen=True, kw_only=True)
class Begun:
    """An attempt that was started, and how it will go."""

    workload: Workload
    play: Play
    at: datetime


class ScriptedExecutor:
    """Implements ``engine.ports.Executor``."""

    def __init__(self, *, clock: Clock, script: Script, slots: int) -> None:
        self.name = NAME
        self.slots = slots
        self.queues: frozenset[str] | None = None
        self.callbacks: list[CallbackWorkload] = []
        self.peak = 0
        """The most attempts that ran at one time."""
        self.on_start: Callable[[Begun], None] | None = None
        self._clock = clock
        self._script = script
        self._running: dict[AttemptId, Begun] = {}
        self._ends: list[tuple[datetime, int, AttemptId]] = []
        self._fresh: list[Report | CallbackDone] = []
        self._numbers = count(1)

    @property
    def running(self) -> int:
        """How many attempts run now."""
        return len(self._running)

    def submit(self, workloads: Sequence[AnyWorkload]) -> None:
        """Starts all of them at once."""
        now = self._clock.now()
        for workload in workloads:
            if isinstance(workload, CallbackWorkload):
                self.callbacks.append(workload)
                self._fresh.append(CallbackDone(callback=workload.id, at=now))
            else:
                self._start(workload, now)
        self.peak = max(self.peak, len(self._running))

    def _start(self, workload: Workload, now: datetime) -> None:
        play = self._script(workload)
        begun = Begun(workload=workload, play=play, at=now)
        self._running[workload.attempt] = begun
        if play.end is not None:
            heapq.heappush(self._ends, (now + play.lasts, next(self._numbers), workload.attempt))
        self._fresh.append(
            Started(attempt=workload.attempt, at=now, holder=NAME, host="virtual", pid=1)
        )
        if self.on_start is not None:
            self.on_start(begun)

    def kill(self, attempt: AttemptId, cause: Cause) -> None:
        """Ends it at once."""
        if self._running.pop(attempt, None) is not None:
            self._fresh.append(Failed(attempt=attempt, at=self._clock.now(), cause=cause))

    def next_end(self) -> datetime | None:
        """When the next attempt ends, unless it is killed before."""
        return self._ends[0][0] if self._ends else None

    def take_reports(self) -> ReportsCame | None:
        """What has come about by now; None when nothing has."""
        now = self._clock.now()
        while self._ends and self._ends[0][0] <= now:
            begun = self._running.pop(heapq.heappop(self._ends)[2], None)
            if begun is not None and begun.play.end is not None:
                self._fresh.append(begun.play.end(begun.workload, now))
        if not self._fresh:
            return None
        reports, self._fresh = tuple(self._fresh), []
        return ReportsCame(holder=NAME, seq=next(self._numbers), reports=reports)
