"""What is done to a deployment, as a table."""

import heapq
import itertools
import signal
import time
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from tests.chaos.target import LEASE_SECONDS, Disk, Target, send

KILLED = {
    "kill engine": "engine",
    "kill supervisor": "supervisor",
    "kill base server": "base server",
    "kill fork server": "fork server",
    "kill task": "task",
    "kill loader": "loader",
    "kill api": "api",
}
"""Fault -> kind of process that gets SIGKILL."""

STOPPED = {
    "stop engine past its lease": "engine",
    "stop supervisor past its lease": "supervisor",
    "stop task past its lease": "task",
    "stop fork server past its lease": "fork server",
}
"""Fault -> kind of process that gets SIGSTOP, and SIGCONT once the lease is long over."""

CLEAR = "clear a run that goes on"
FULL = "fill the disk"
FULL_SECONDS = (1.0, 4.0)
WEIGHTS = {
    "kill engine": 3,
    "kill supervisor": 2,
    "kill base server": 2,
    "kill fork server": 3,
    "kill task": 6,
    "kill loader": 1,
    "kill api": 1,
    "stop engine past its lease": 1,
    "stop supervisor past its lease": 2,
    "stop task past its lease": 2,
    "stop fork server past its lease": 1,
    FULL: 1,
    CLEAR: 2,
}


class Due(NamedTuple):
    """Something to be undone at a moment."""

    at: float
    number: int
    undo: Callable[[], object]


class Faults:
    """Does one after the other, and undoes what does not end by itself."""

    def __init__(self, target: Target, disk: Disk, chance: Random, kinds: list[str]) -> None:
        self._target = target
        self._disk = disk
        self._chance = chance
        self._kinds = kinds
        self._due: list[Due] = []
        self._numbers = itertools.count()
        self._stopped: set[int] = set()
        self._is_full = False
        self.done: Counter[str] = Counter()

    def one(self) -> str | None:
        """One fault at random; None when nobody is there to suffer it."""
        weights = [WEIGHTS[kind] for kind in self._kinds]
        kind = self._chance.choices(self._kinds, weights)[0]
        if not self._do(kind):
            return None
        self.done[kind] += 1
        return kind

    def _do(self, kind: str) -> bool:
        if kind == FULL:
            return self._fill()
        if kind == CLEAR:
            return self._target.clear_one(self._chance)
        found = sorted(self._target.look().get(KILLED.get(kind) or STOPPED[kind], []))
        if not found:
            return False
        pid = self._chance.choice(found)
        if kind in KILLED:
            self._stopped.discard(pid)
            return send(pid, signal.SIGKILL)
        if pid in self._stopped:
            return False
        self._stopped.add(pid)
        self._later(LEASE_SECONDS * self._chance.uniform(1.2, 2.5), lambda: self._resume(pid))
        return send(pid, signal.SIGSTOP)

    def _resume(self, pid: int) -> None:
        if pid in self._stopped:
            self._stopped.discard(pid)
            send(pid, signal.SIGCONT)

    def _fill(self) -> bool:
        if self._is_full:
            return False
        self._is_full = True
        everybody = [pid for pids in self._target.look().values() for pid in pids]
        self._disk.fill(everybody)

        def empty() -> None:
            self._disk.empty(everybody)
            self._is_full = False

        self._later(self._chance.uniform(*FULL_SECONDS), empty)
        return True

    def _later(self, seconds: float, undo: Callable[[], object]) -> None:
        heapq.heappush(self._due, Due(time.monotonic() + seconds, next(self._numbers), undo))

    def undo_due(self) -> None:
        """Undoes what has lasted long enough."""
        while self._due and self._due[0].at <= time.monotonic():
            heapq.heappop(self._due).undo()

    def undo_all(self) -> None:
        """Undoes everything: no more faults."""
        while self._due:
            heapq.heappop(self._due).undo()
