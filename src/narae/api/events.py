"""The feed of changes for live pages: Server-Sent Events, without the route.

A change says where to look again, never what is there. Changes at one place within a tenth of
a second are one event. Who comes back with the id of the last event it had is told what came
since, as far as that is kept; else, and whenever somebody missed something, it is told to look
at everything again: ``event: reset``.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import NamedTuple, Protocol

import msgspec

from narae.core.changes import Change, Changed, Place, place
from narae.telemetry.registry import Registry

WINDOW_SECONDS = 0.1
HEARTBEAT_SECONDS = 15.0
KEPT_EVENTS = 4_096
BEHIND_MAX = 1_024
"""A listener that has not taken so many events is dropped."""
LINGER_SECONDS = 60.0
"""How long after the last listener left the feed goes on, for one that comes back."""
HELLO = b"retry: 2000\n: narae\n\n"
HEARTBEAT = b":\n\n"


class Event(NamedTuple):
    """A change as it is sent."""

    number: int
    change: Change
    data: bytes


class Source(Protocol):
    """Where changes come from: :mod:`narae.api.change_sources`."""

    def open(self, publish: Callable[[Changed], None]) -> None:
        """Gives changes to ``publish`` from now on, in the running event loop."""
        ...

    def close(self) -> None:
        """Gives no more; may be opened again."""
        ...


class Wanted(NamedTuple):
    """What a listener wants, and may see."""

    may_see: Callable[[Change], bool]
    """Asked for each event anew: rights change while people listen."""
    dag_ids: frozenset[str] | None = None
    run_ids: frozenset[str] | None = None
    kinds: frozenset[str] | None = None

    def takes(self, change: Change) -> bool:
        """Whether the listener is to be told of it."""
        return (
            (self.kinds is None or change.kind in self.kinds)
            and (self.dag_ids is None or change.dag_id in self.dag_ids)
            and (self.run_ids is None or change.run_id is None or change.run_id in self.run_ids)
            and self.may_see(change)
        )


class _Listener:
    """Somebody on the other end of :func:`stream`."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.waiting: deque[Event | None] = deque()
        """None: everything may have changed."""
        self.dropped = False
        self.ended = False
        """The server stops."""
        self.rung = asyncio.Event()

    def offer(self, events: Iterable[Event]) -> bool:
        """Puts in line what it wants; False once it is too far behind."""
        self.waiting += [event for event in events if self.wanted.takes(event.change)]
        if len(self.waiting) > BEHIND_MAX:
            self.waiting.clear()
            self.dropped = True
        if self.waiting or self.dropped:
            self.rung.set()
        return not self.dropped

    def reset(self) -> None:
        """Everything may have changed."""
        self.waiting.clear()
        self.waiting.append(None)
        self.rung.set()


class Feed:
    """All listeners of one API process. Lives in one event loop and one thread.

    ``epoch`` tells this process's events from another's: make a new one for each process.
    """

    def __init__(
        self,
        source: Source,
        *,
        epoch: str,
        registry: Registry | None = None,
        window_seconds: float = WINDOW_SECONDS,
        linger_seconds: float = LINGER_SECONDS,
    ) -> None:
        self._source = source
        self.epoch = epoch
        self._window_seconds = window_seconds
        self._linger_seconds = linger_seconds
        self._listeners: dict[_Listener, None] = {}
        self._gathered: dict[Place, Change] = {}
        self._kept: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self._number = 0
        self._first_kept = 1
        """From here on nothing was missed."""
        self._is_open = False
        self._closing: asyncio.TimerHandle | None = None
        self._flushing: asyncio.TimerHandle | None = None
        self._registry = registry
        self.has_ended = False
        """The server stops: nobody should wait for anything any longer."""

    # -- changes ----------------------------------------------------------------------------

    def publish(self, changed: Changed) -> None:
        """Takes changes; they go out together a moment later."""
        if changed.everything:
            self._forget()
            for listener in self._listeners:
                listener.reset()
        for change in changed.changes:
            self._gathered[place(change)] = change
        if self._gathered and self._flushing is None:
            loop = asyncio.get_running_loop()
            self._flushing = loop.call_later(self._window_seconds, self._flush)

    def _flush(self) -> None:
        self._flushing = None
        gathered, self._gathered = self._gathered, {}
        events = []
        for change in gathered.values():
            self._number += 1
            events.append(Event(self._number, change, msgspec.json.encode(change)))
        self._kept += events
        self._first_kept = max(self._first_kept, self._number - KEPT_EVENTS + 1)
        self._count("narae_events_total", len(events))
        for listener in list(self._listeners):
            if not listener.offer(events):
                self._count("narae_event_listeners_dropped_total")
                self._leave(listener)

    def _forget(self) -> None:
        """What came before does not lead up to now."""
        self._kept.clear()
        self._gathered.clear()
        self._number += 1
        self._first_kept = self._number + 1

    # -- listeners --------------------------------------------------------------------------

    @property
    def listeners(self) -> int:
        """How many there are."""
        return len(self._listeners)

    def enter(self, wanted: Wanted, last_event_id: str | None) -> _Listener:
        """A new listener, told at once what it missed."""
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        if not self._is_open:
            self._is_open = True
            self._source.open(self.publish)
        listener = _Listener(wanted)
        if last_event_id:
            number = self._number_of(last_event_id)
            if number is None or not self._first_kept - 1 <= number <= self._number:
                listener.reset()
            else:
                listener.offer(event for event in self._kept if event.number > number)
        self._listeners[listener] = None
        self._show_listeners()
        return listener

    def leave(self, listener: _Listener) -> None:
        """The listener is gone."""
        self._leave(listener)
        if not self._listeners and self._is_open and self._closing is None:
            loop = asyncio.get_running_loop()
            self._closing = loop.call_later(self._linger_seconds, self.close)

    def _leave(self, listener: _Listener) -> None:
        self._listeners.pop(listener, None)
        self._show_listeners()

    def end(self) -> None:
        """The server stops: every stream ends. Its listeners come back to the next server."""
        self.has_ended = True
        for listener in self._listeners:
            listener.ended = True
            listener.rung.set()

    def close(self) -> None:
        """Nobody listens any more. The next listener opens it again."""
        for timer in (self._closing, self._flushing):
            if timer is not None:
                timer.cancel()
        self._closing = self._flushing = None
        if self._is_open:
            self._is_open = False
            self._source.close()
        self._forget()

    def _number_of(self, event_id: str) -> int | None:
        epoch, _, number = event_id.rpartition("-")
        return int(number) if epoch == self.epoch and number.isdecimal() else None

    # -- figures ----------------------------------------------------------------------------

    def _show_listeners(self) -> None:
        if self._registry is not None:
            self._registry.gauge("narae_event_listeners").set(len(self._listeners))

    def _count(self, name: str, amount: int = 1) -> None:
        if self._registry is not None and amount:
            self._registry.counter(name).add((), amount)

    def encoded(self, event: Event) -> bytes:
        """An event as it goes over the wire."""
        return b"id: %s-%d\ndata: %s\n\n" % (self.epoch.encode(), event.number, event.data)

    def reset_event(self) -> bytes:
        """Look at everything again; events after this one count from here."""
        return b"id: %s-%d\nevent: reset\ndata: {}\n\n" % (self.epoch.encode(), self._number)


async def stream(
    feed: Feed,
    wanted: Wanted,
    last_event_id: str | None = None,
    *,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
) -> AsyncGenerator[bytes, None]:
    """The body of an answer of type ``text/event-stream``; ends when the listener is too slow.

    ``last_event_id`` is the request's ``Last-Event-ID`` header.
    """
    listener = feed.enter(wanted, last_event_id)
    try:
        yield HELLO
        while not listener.dropped:
            try:
                await asyncio.wait_for(listener.rung.wait(), heartbeat_seconds)
            except TimeoutError:
                yield HEARTBEAT
                continue
            listener.rung.clear()
            if listener.ended:
                return
            parts = [
                feed.reset_event() if event is None else feed.encoded(event)
                for event in listener.waiting
            ]
            listener.waiting.clear()
            if parts:
                yield b"".join(parts)
        yield feed.reset_event()
    finally:
        feed.leave(listener)
