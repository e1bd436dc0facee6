"""The supervisor's event loop: descriptors and timers, one thread, nothing on an interval."""

import heapq
import itertools
import select
from collections.abc import Callable
from typing import Protocol

READ = select.EPOLLIN
WRITE = select.EPOLLOUT
_READABLE = select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR


class Watched(Protocol):
    """Anything with a descriptor."""

    def fileno(self) -> int:
        """The descriptor."""
        ...


class Timer:
    """A call that is due at ``due`` on the monotonic clock, unless cancelled."""

    __slots__ = ("call", "due")

    def __init__(self, due: float, call: Callable[[], None]) -> None:
        self.due = due
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        """Does nothing when it has run already."""
        self.call = None


class Loop:
    """``monotonic`` gives seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.monotonic = monotonic
        self._epoll = select.epoll()
        self._readers: dict[int, Callable[[], None]] = {}
        self._writers: dict[int, Callable[[], None]] = {}
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()

    def watch(self, descriptor: int, on_readable: Callable[[], None]) -> None:
        """Calls whenever there is something to read, or the peer is gone."""
        self._readers[descriptor] = on_readable
        self._epoll.register(descriptor, READ)

    def watch_writes(self, descriptor: int, on_writable: Callable[[], None] | None) -> None:
        """Calls once there is room to write; None stops that. Only for a watched descriptor."""
        if on_writable is None:
            if self._writers.pop(descriptor, None) is not None:
                self._epoll.modify(descriptor, READ)
        elif descriptor in self._readers:
            if descriptor not in self._writers:
                self._epoll.modify(descriptor, READ | WRITE)
            self._writers[descriptor] = on_writable

    def forget(self, descriptor: int) -> None:
        """Before the descriptor is closed; does nothing when it is not watched."""
        self._writers.pop(descriptor, None)
        if self._readers.pop(descriptor, None) is not None:
            self._epoll.unregister(descriptor)

    def after(self, seconds: float, call: Callable[[], None]) -> Timer:
        """A timer that calls once."""
        timer = Timer(self.monotonic() + seconds, call)
        heapq.heappush(self._timers, (timer.due, next(self._order), timer))
        return timer

    def turn(self) -> None:
        """Waits for the next event or timer and makes every call that is due."""
        for descriptor, events in self._epoll.poll(self._until_next()):
            if events & WRITE and (writer := self._writers.get(descriptor)):
                writer()
            if events & _READABLE and (reader := self._readers.get(descriptor)):
                reader()
        self._run_timers()

    def _until_next(self) -> float | None:
        while self._timers and self._timers[0][2].call is None:
            heapq.heappop(self._timers)
        return max(0.0, self._timers[0][0] - self.monotonic()) if self._timers else None

    def _run_timers(self) -> None:
        now = self.monotonic() if self._timers else 0.0
        while self._timers and self._timers[0][0] <= now:
            timer = heapq.heappop(self._timers)[2]
            if timer.call is not None:
                call, timer.call = timer.call, None
                call()

    def close(self) -> None:
        """Closes the kernel's side of it."""
        self._epoll.close()
