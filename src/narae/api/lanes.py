"""Threads for requests: who triggers a run does not queue up behind those who look.

Python runs one thread at a time, so reads side by side are no faster than one after the other;
each of them only holds up the event loop and whoever changes something. So reads take turns,
no read begins while a change is under way unless it has waited for long, and their threads
step back when the machine is busy. A read that takes long no longer counts: others go by.

Measured with 64 connections that read, on two cores (``make load``): docs/performance.md.
"""

import asyncio
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from enum import Enum, auto
from itertools import count
from types import MappingProxyType
from typing import NamedTuple, TypeVar, assert_never

from narae.accounts.permissions import Action
from narae.api.operation import Needs, Open, Operation

T = TypeVar("T")


class Lane(Enum):
    """A queue with threads of its own."""

    READ = auto()
    CHANGE = auto()
    LOGIN = auto()
    """A password's hash takes its time and its memory."""
    PROBE = auto()
    """What anybody may ask: how well the server is, for one."""


THREADS: Mapping[Lane, int] = MappingProxyType({Lane.CHANGE: 8, Lane.LOGIN: 2, Lane.PROBE: 1})
"""Of each lane; for reads it is an option, and :data:`LONG_READS` more."""
LONG_READS = 3
LONG_SECONDS = 0.1
"""A read that has lasted for so long holds no other back."""
NICENESS = 5
"""Of the threads that read, over that of the others."""
PATIENCE_SECONDS = 0.2
"""A read that has waited for so long begins beside changes."""


def lane_of(operation: Operation) -> Lane:
    """Where an operation waits: a list that is asked for by POST is read, too."""
    if isinstance(operation.needs, Needs) and operation.needs.action is Action.READ:
        return Lane.READ
    if operation.method != "GET":
        return Lane.LOGIN if operation.needs is Open.ANYBODY else Lane.CHANGE
    return Lane.PROBE if operation.needs is Open.ANYBODY else Lane.READ


class _Waiting(NamedTuple):
    """A read whose turn has not come."""

    number: int
    since: float
    turn: asyncio.Future[None]


class Turns:
    """Whose turn it is: so many reads side by side, and changes first. Used on one event loop."""

    def __init__(self, side_by_side: int, *, at_most: int) -> None:
        """``at_most`` with those that last long."""
        self._side_by_side = side_by_side
        self._at_most = at_most
        self._numbers = count()
        self._waiting: deque[_Waiting] = deque()
        self._reads: dict[int, float] = {}
        """Those that go on, by number, and when they began."""
        self._changes = 0
        self._look: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[None]:
        """Waits for its turn, and has it for the block."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(next(self._numbers), loop.time(), loop.create_future())
        self._waiting.append(waiting)
        try:
            self._admit()
            await waiting.turn
            yield
        finally:
            self._reads.pop(waiting.number, None)
            self._admit()

    @contextmanager
    def change(self) -> Iterator[None]:
        """Keeps reads back for the block."""
        self._changes += 1
        try:
            yield
        finally:
            self._changes -= 1
            self._admit()

    def _admit(self) -> None:
        """Lets those in who need not wait any longer; looks again while some still wait."""
        loop = asyncio.get_running_loop()
        while self._waiting and self._has_room(loop.time()):
            next_ = self._waiting.popleft()
            if not next_.turn.done():  # it has not gone away meanwhile
                self._reads[next_.number] = loop.time()
                next_.turn.set_result(None)
        if self._waiting and self._look is None:
            self._look = loop.call_later(LONG_SECONDS, self._look_again)

    def _look_again(self) -> None:
        self._look = None
        self._admit()

    def _has_room(self, now: float) -> bool:
        if self._changes and now < self._waiting[0].since + PATIENCE_SECONDS:
            return False
        short = sum(now < began + LONG_SECONDS for began in self._reads.values())
        return short < self._side_by_side and len(self._reads) < self._at_most


class Lanes:
    """The threads of one server. Used on one event loop."""

    def __init__(self, *, reads: int = 1) -> None:
        """So many ``reads`` side by side, those that last long left out."""
        threads = {**THREADS, Lane.READ: reads + LONG_READS}
        self._turns = Turns(reads, at_most=threads[Lane.READ])
        self._pools = {
            lane: ThreadPoolExecutor(
                number,
                f"narae-{lane.name.lower()}",
                initializer=_step_back if lane is Lane.READ else None,
            )
            for lane, number in threads.items()
        }

    async def run(self, lane: Lane, work: Callable[[], T]) -> T:
        """What ``work`` gives, done in one of the lane's threads when its turn has come."""
        pool, loop = self._pools[lane], asyncio.get_running_loop()
        match lane:
            case Lane.READ:
                async with self._turns.read():
                    return await loop.run_in_executor(pool, work)
            case Lane.CHANGE:
                with self._turns.change():
                    return await loop.run_in_executor(pool, work)
            case Lane.LOGIN | Lane.PROBE:
                return await loop.run_in_executor(pool, work)
            case _:
                assert_never(lane)


def _step_back() -> None:
    """This thread of all the server's leaves the cores to others when they are short."""
    if sys.platform == "linux":  # where a thread has a niceness of its own
        os.nice(NICENESS)
