"""The engine process's loop: one thread, one selector.

Accepts supervisors and loaders, turns what they send into events, ticks, and sends what the
tick allows. Whoever sends nonsense is disconnected; the others go on.
"""

import contextlib
import logging
import selectors
import socket
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from narae.core.changes import ListenerHello
from narae.core.codec import FrameError
from narae.core.requests import Refused
from narae.core.wire import (
    Ask,
    Beat,
    FileAsk,
    FromLoader,
    FromSupervisor,
    LoaderHello,
    Reparse,
    Reports,
    StoredChanged,
    SupervisorHello,
    Wake,
)
from narae.engine.aside import Answerer, Aside, answered_now
from narae.engine.catalog import Catalog
from narae.engine.changes import ChangeLog, NoSink
from narae.engine.desk import Desk, answer_file
from narae.engine.events import (
    BeatCame,
    DagsChanged,
    ReportsCame,
    SupervisorJoined,
    SupervisorLeft,
    Woken,
)
from narae.engine.listeners import ListenerPeer, Listeners
from narae.engine.loader_peer import LoaderPeer
from narae.engine.ports import Clock, Executor
from narae.engine.scheduler import Scheduler
from narae.framed import FramedConnection

log = logging.getLogger(__name__)

STORE_RETRY = timedelta(seconds=1)
"""How long to wait after the store failed before it is tried again."""
_IDLE_SECONDS_MAX = 60.0

Connection = FramedConnection[Any]


class SupervisorPort(Executor, Protocol):
    """An executor behind a connection, as ``executors.local.link`` makes it."""

    def fileno(self) -> int:
        """For the selector."""
        ...

    def receive(self) -> list[FromSupervisor] | None:
        """What it says; None once it is gone."""
        ...

    def acknowledge(self, seq: int) -> None:
        """All its reports up to ``seq`` are committed."""
        ...

    def answer(
        self, ask: Ask | FileAsk, value: object = None, *, refused: Refused | None = None
    ) -> None:
        """Answers what an attempt, or a file that is imported, has asked."""
        ...

    def tell(self, changed: StoredChanged) -> None:
        """Variables or connections are no longer what its servers may have read."""
        ...

    @property
    def wants_write(self) -> bool:
        """Whether :meth:`flush` has something to do."""
        ...

    def flush(self) -> bool:
        """Writes what the socket takes."""
        ...

    def close(self) -> None:
        """Closes the connection."""
        ...


SupervisorFactory = Callable[[Connection, SupervisorHello], SupervisorPort]
"""Makes the link of a supervisor that has said hello."""


class WakeSource(Protocol):
    """The engine's end of the wake-ups of other processes."""

    def fileno(self) -> int:
        """For the selector."""
        ...

    def receive(self) -> list[Wake]:
        """What has come, without waiting."""
        ...


class Peer(Protocol):
    """Somebody on a connection of ours."""

    def fileno(self) -> int:
        """For the selector."""
        ...

    def receive(self) -> bool:
        """Takes what has come; False once the peer is gone."""
        ...

    @property
    def wants_write(self) -> bool:
        """Whether :meth:`flush` has something to do."""
        ...

    def flush(self) -> bool:
        """Writes what the socket takes."""
        ...

    def close(self) -> None:
        """Ends the connection."""
        ...


class Newcomer:
    """A connection that has not said who it is."""

    def __init__(self, connection: Connection, welcome: Callable[["Newcomer", Any], None]) -> None:
        self.connection = connection
        self._welcome = welcome
        self.wants_write = False

    def fileno(self) -> int:
        """For the selector."""
        return self.connection.fileno()

    def receive(self) -> bool:
        """Waits for the hello; hands the connection over with it."""
        messages = self.connection.receive()
        if messages:
            self._welcome(self, messages)
        return messages is not None

    def flush(self) -> bool:
        """Nothing is ever sent to it."""
        return True

    def close(self) -> None:
        """Ends the connection."""
        self.connection.close()


class SupervisorPeer:
    """A supervisor: its messages become events, its asks are answered."""

    def __init__(
        self,
        link: SupervisorPort,
        hello: SupervisorHello,
        scheduler: Scheduler,
        desk: Desk,
        *,
        answer: Answerer = answered_now,
    ) -> None:
        """``answer`` sees to what takes time."""
        self._answers = answer
        self.link = link
        self.holder = hello.holder
        self._scheduler = scheduler
        self._desk = desk
        scheduler.handle(joined(link, hello))

    def fileno(self) -> int:
        """For the selector."""
        return self.link.fileno()

    @property
    def wants_write(self) -> bool:
        """Whether :meth:`flush` has something to do."""
        return self.link.wants_write

    def flush(self) -> bool:
        """Writes what the socket takes."""
        return self.link.flush()

    def receive(self) -> bool:
        """Takes what has come; False once it is gone."""
        messages = self.link.receive()
        if messages is None:
            return False
        self.take(messages)
        return True

    def take(self, messages: Sequence[FromSupervisor]) -> None:
        """Takes messages in their order."""
        for message in messages:
            match message:
                case Reports():
                    self._scheduler.handle(
                        ReportsCame(holder=self.holder, seq=message.seq, reports=message.reports)
                    )
                case Ask():
                    self._answer(message)
                case FileAsk():
                    self._reply(message, answer_file(self._desk, message))
                case Beat():
                    self._scheduler.handle(
                        BeatCame(holder=self.holder, live=message.live, facts=message.facts)
                    )
                case SupervisorHello():
                    self._scheduler.handle(joined(self.link, message))

    def _answer(self, ask: Ask) -> None:
        try:
            value = self._desk.answer(ask.attempt, ask.request, ask.token)
        except Exception as error:
            # The task has to hear something; its own retries deal with a store that is away.
            log.exception("no answer to %s", type(ask.request).__name__)
            value = Refused(words=f"the engine could not answer: {type(error).__name__}")
        self._reply(ask, value)

    def _reply(self, ask: Ask | FileAsk, value: object) -> None:
        self._answers(value, lambda found: self._send(ask, found))

    def _send(self, ask: Ask | FileAsk, value: object) -> None:
        if isinstance(value, Refused):
            self.link.answer(ask, refused=value)
        else:
            self.link.answer(ask, value)

    def close(self) -> None:
        """Ends the connection."""
        self._scheduler.handle(SupervisorLeft(holder=self.holder, executor=self.link))
        self.link.close()


def joined(link: Executor, hello: SupervisorHello) -> SupervisorJoined:
    """A hello as the scheduler's event."""
    reported = [getattr(report, "attempt", None) for report in hello.unacknowledged]
    has: set[Any] = {*hello.waiting, *(live.attempt for live in hello.live), *reported}
    done = {getattr(report, "callback", None) for report in hello.unacknowledged}
    return SupervisorJoined(
        executor=link,
        holder=hello.holder,
        host=hello.host,
        attempts=frozenset(each for each in has if each is not None),
        callbacks=frozenset(each for each in {*has, *done} if each is not None),
    )


class EngineLoop:
    """Runs until :meth:`stop`. Build it, then call :meth:`run`."""

    def __init__(  # noqa: PLR0913 - its surroundings, one by one
        self,
        *,
        scheduler: Scheduler,
        desk: Desk,
        catalog: Catalog,
        listener: socket.socket,
        wakes: WakeSource,
        clock: Clock,
        supervisor: SupervisorFactory,
        changes: ChangeLog | None = None,
        listeners: Listeners | None = None,
    ) -> None:
        self._scheduler = scheduler
        self._desk = desk
        self._catalog = catalog
        self._listener = listener
        self._wakes = wakes
        self._clock = clock
        self._supervisor = supervisor
        self._changes = changes or ChangeLog(NoSink())
        self._listeners = listeners or Listeners()
        self._selector = selectors.DefaultSelector()
        self._aside = Aside()
        self._peers: dict[int, Peer] = {}
        self._stopping = False
        self._store_away_until: datetime | None = None
        self._stop_in, self._stop_out = socket.socketpair()

    def stop(self) -> None:
        """Asks :meth:`run` to return after the tick it is in; may be called by a signal handler."""
        self._stopping = True
        with contextlib.suppress(OSError):  # it has stopped already
            self._stop_out.send(b"x")

    def run(self) -> None:
        """Blocks until asked to stop. What is committed by then is all there is to save."""
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self._wakes, selectors.EVENT_READ, self._wake)
        self._selector.register(self._stop_in, selectors.EVENT_READ, None)
        self._selector.register(self._aside, selectors.EVENT_READ, self._aside.take)
        try:
            while not self._stopping:
                self._wait(self._tick())
        finally:
            for peer in list(self._peers.values()):
                peer.flush()
                self._drop(peer)
            self._selector.close()
            self._aside.close()
            self._stop_in.close()
            self._stop_out.close()

    # -- a turn -----------------------------------------------------------------------------

    def _wait(self, moment: datetime | None) -> None:
        seconds = _IDLE_SECONDS_MAX
        if moment is not None:
            seconds = min(seconds, (moment - self._clock.now()).total_seconds())
        ready = self._selector.select(max(0.0, seconds))
        if not ready:
            self._wake()  # a receiver that lost its connection mends it when asked
        for key, events in ready:
            if key.data is None:
                continue
            if isinstance(key.data, SupervisorPeer | LoaderPeer | ListenerPeer | Newcomer):
                self._serve(key.data, events)
            else:
                key.data()

    def _tick(self) -> datetime | None:
        away, now = self._store_away_until, self._clock.now()
        if away is not None and now < away <= now + STORE_RETRY:  # else the clock was set back
            return away
        self._store_away_until = None
        try:
            moment = self._scheduler.tick()
        except Exception:
            # The store is away, or a decision is wrong: what is stored is still true.
            log.exception("a tick failed; the engine begins anew from what is stored")
            for supervisor in self._supervisors():
                self._drop(supervisor)  # it comes back by itself, with a true hello
            self._store_away_until = self._clock.now() + STORE_RETRY
            return self._store_away_until
        for done in self._scheduler.take_acknowledgements():
            for supervisor in self._supervisors():
                if supervisor.holder == done.holder:
                    supervisor.link.acknowledge(done.seq)
        for wish in self._scheduler.take_plan_more():
            for loader in self._loaders():
                loader.connection.send(wish)
        for peer in list(self._peers.values()):
            self._watch(peer)
        return moment

    def _supervisors(self) -> list[SupervisorPeer]:
        return [peer for peer in self._peers.values() if isinstance(peer, SupervisorPeer)]

    def _loaders(self) -> list[LoaderPeer]:
        return [peer for peer in self._peers.values() if isinstance(peer, LoaderPeer)]

    # -- peers ------------------------------------------------------------------------------

    def _accept(self) -> None:
        try:
            sock, _ = self._listener.accept()
        except BlockingIOError:
            return
        said = FromSupervisor | FromLoader | ListenerHello
        newcomer = Newcomer(FramedConnection(sock, said), self._welcome)
        self._enter(newcomer)

    def _welcome(self, newcomer: Newcomer, messages: Sequence[Any]) -> None:
        hello, *rest = messages
        self._leave(newcomer)
        peer: SupervisorPeer | LoaderPeer | ListenerPeer
        match hello:
            case SupervisorHello():
                link = self._supervisor(newcomer.connection, hello)
                peer = SupervisorPeer(
                    link, hello, self._scheduler, self._desk, answer=self._aside.answer
                )
            case LoaderHello():
                peer = LoaderPeer(
                    newcomer.connection,
                    hello,
                    self._scheduler,
                    self._catalog,
                    self._desk,
                    self._changes,
                    answer=self._aside.answer,
                )
            case ListenerHello():
                peer = ListenerPeer(newcomer.connection, self._listeners)
            case _:
                raise FrameError(f"the first message is no hello: {type(hello).__name__}")
        self._enter(peer)
        peer.take(rest)

    def _enter(self, peer: Peer) -> None:
        self._peers[peer.fileno()] = peer
        self._selector.register(peer, selectors.EVENT_READ, peer)

    def _leave(self, peer: Peer) -> None:
        self._selector.unregister(peer)
        del self._peers[peer.fileno()]

    def _serve(self, peer: Peer, events: int) -> None:
        if self._peers.get(peer.fileno()) is not peer:
            return
        alive = True
        try:
            if events & selectors.EVENT_WRITE:
                peer.flush()
            if events & selectors.EVENT_READ:
                alive = peer.receive()
        except FrameError as error:
            log.warning("a connection is closed: %s", error)
            alive = False
        if not alive:
            self._drop(peer)

    def _drop(self, peer: Peer) -> None:
        if self._peers.get(peer.fileno()) is peer:
            self._leave(peer)
        peer.close()

    def _watch(self, peer: Peer) -> None:
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if peer.wants_write else 0)
        self._selector.modify(peer, events, peer)

    def _wake(self) -> None:
        for wake in self._wakes.receive():
            self._scheduler.handle(Woken(wake=wake))
            self._changes.woken(wake)
            if wake.variables or wake.connections or wake.everything:
                self._tell_stored(wake)
            for loader in self._loaders() if wake.files else ():
                for file in wake.files:
                    loader.connection.send(Reparse(file=file))

    def _tell_stored(self, wake: Wake) -> None:
        changed = StoredChanged(
            variables=wake.variables, connections=wake.connections, everything=wake.everything
        )
        for loader in self._loaders():
            loader.connection.send(changed)
        for supervisor in self._supervisors():
            supervisor.link.tell(changed)


def dags_changed(scheduler: Scheduler) -> Callable[[tuple[str, ...]], None]:
    """What the catalog calls when it has written DAG rows."""
    return lambda dag_ids: scheduler.handle(DagsChanged(dag_ids=dag_ids))
