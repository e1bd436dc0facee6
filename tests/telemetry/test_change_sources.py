"""Changes on their way from an engine's loop, over its real socket, to who listens."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import pytest

from narae.api.change_sources import EngineSource, NoticeSource
from narae.core.changes import Change, Changed, ChangeKind
from narae.core.spec import ImportFailure, ParsedFile
from narae.core.wire import LoaderHello, Parsed, Wake
from narae.engine.catalog import Catalog
from narae.engine.changes import ChangeLog
from narae.engine.desk import Desk
from narae.engine.listeners import BEHIND_BYTES_MAX, ListenerPeer, Listeners
from narae.engine.loop import EngineLoop, dags_changed
from narae.engine.ports import RunQuery
from narae.engine.scheduler import Scheduler
from narae.engine.witness import Witnesses
from narae.executors.local.link import SupervisorLink
from narae.framed import FramedConnection, listen, listen_for_datagrams, send_datagram
from narae.testing.memory_store import MemoryStore
from narae.testing.samples import parsed, spec

TIMEOUT_SECONDS = 5.0


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class Datagrams:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock

    def fileno(self) -> int:
        return self.sock.fileno()

    def receive(self) -> list[Wake]:
        try:
            self.sock.recv(65536)
        except BlockingIOError:
            return []
        return [Wake(pools=True)]


class Engine:
    """An engine's loop in a thread, on sockets in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = MemoryStore()
        clock = RealClock()
        self.listeners = Listeners()
        changes = ChangeLog(
            self.listeners, runs=lambda uids: self.store.runs(RunQuery(uids=tuple(uids)))
        )
        scheduler = Scheduler(
            store=self.store, clock=clock, chance=Random(1), witness=Witnesses(changes)
        )
        self.listener = listen(folder / "e")
        self.datagrams = listen_for_datagrams(folder / "w")
        self.loop = EngineLoop(
            scheduler=scheduler,
            desk=Desk(
                store=self.store,
                notifier=self,
                clock=clock,
                chance=Random(2),
                current=scheduler.current,
            ),
            catalog=Catalog(store=self.store, clock=clock, changed=dags_changed(scheduler)),
            listener=self.listener,
            wakes=Datagrams(self.datagrams),
            clock=clock,
            supervisor=lambda connection, hello: SupervisorLink(connection, hello=hello),
            changes=changes,
            listeners=self.listeners,
        )
        self.thread = Thread(target=self.loop.run)
        self.thread.start()

    def wake(self, message: Wake) -> None:
        send_datagram(self.folder / "w", message)

    def stop(self) -> None:
        self.loop.stop()
        self.thread.join(TIMEOUT_SECONDS)
        self.listener.close()
        self.datagrams.close()
        assert not self.thread.is_alive()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = Engine(tmp_path)
    yield made
    made.stop()


class Ear:
    """What a source has published."""

    def __init__(self) -> None:
        self.line: asyncio.Queue[Changed] = asyncio.Queue()

    def publish(self, changed: Changed) -> None:
        self.line.put_nowait(changed)

    async def until(self, fits: Callable[[Changed], bool]) -> Changed:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while True:
                changed = await self.line.get()
                if fits(changed):
                    return changed


def has(kind: ChangeKind) -> Callable[[Changed], bool]:
    return lambda changed: any(c.kind is kind for c in changed.changes)


async def listening(engine: Engine) -> None:
    """Returns once the engine knows of its listener: it tells of every wake-up."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not engine.listeners.heard:  # noqa: ASYNC110 - the engine is another thread
            await asyncio.sleep(0.005)


def test_the_engine_tells_who_is_connected(engine: Engine) -> None:
    async def play() -> None:
        ear, source = Ear(), EngineSource(engine.folder / "e")
        source.open(ear.publish)
        await listening(engine)
        engine.wake(Wake(pools=True))
        told = await ear.until(has(ChangeKind.POOLS))
        assert told.changes == (Change(kind=ChangeKind.POOLS),)
        source.close()

    asyncio.run(play())


def test_files_that_break_are_heard_of(engine: Engine) -> None:
    async def play() -> None:
        ear, source = Ear(), EngineSource(engine.folder / "e")
        source.open(ear.publish)
        await listening(engine)
        loader: FramedConnection[Any] = FramedConnection.connect(engine.folder / "e", Any)
        loader.send_blocking(LoaderHello(host="box", pid=2, folders=("/dags",)))
        loader.send_blocking(Parsed(seq=1, folder="/dags", files=(parsed(spec("sales")),)))
        broken = Parsed(seq=2, folder="/dags", files=(_broken(),))
        loader.send_blocking(broken)
        await ear.until(has(ChangeKind.IMPORT_ERRORS))
        loader.close()
        source.close()

    asyncio.run(play())


def _broken() -> ParsedFile:
    failure = ImportFailure(file="bad.py", message="SyntaxError")
    return ParsedFile(file="bad.py", code_version="1", file_hash="1", failures=(failure,))


def test_an_engine_that_comes_back_is_found_and_the_gap_is_told(tmp_path: Path) -> None:
    async def play() -> None:
        first = Engine(tmp_path)
        ear, source = Ear(), EngineSource(tmp_path / "e")
        source.open(ear.publish)
        await listening(first)
        await asyncio.to_thread(first.stop)
        await ear.until(lambda changed: changed.everything)
        second = Engine(tmp_path)
        await listening(second)
        second.wake(Wake(pools=True))
        await ear.until(has(ChangeKind.POOLS))
        source.close()
        await asyncio.to_thread(second.stop)

    asyncio.run(play())


def test_a_listener_that_reads_nothing_is_told_that_it_missed_some() -> None:
    here, there = socket.socketpair()
    listeners = Listeners()
    peer = ListenerPeer(FramedConnection(here, Any), listeners)
    ear: FramedConnection[Changed] = FramedConnection(there, Changed)
    big = Changed(
        changes=tuple(
            Change(kind=ChangeKind.RUN, dag_id="sales", run_id=f"r{n}" * 20) for n in range(500)
        )
    )
    for _ in range(300):
        listeners.tell(big)
    assert peer._connection.pending_bytes < 2 * BEHIND_BYTES_MAX
    heard: list[Changed] = []
    while not heard or not heard[-1].everything:
        peer.flush()
        heard += ear.receive() or []
    assert len(heard) < 300
    listeners.tell(big)
    assert ear.receive() == [big]
    peer.close()
    assert not listeners.heard
    ear.close()


class Notices:
    """A receiver that loses its connection when told to."""

    def __init__(self) -> None:
        self.here, self.there = socket.socketpair()
        self.closed = False

    def connect(self) -> None:
        """It is there at once."""

    def fileno(self) -> int:
        return self.here.fileno()

    def receive(self) -> list[Changed] | None:
        if self.here.recv(1) == b"x":
            return None
        return [Changed(changes=(Change(kind=ChangeKind.POOLS),))]

    def close(self) -> None:
        self.closed = True
        self.here.close()
        self.there.close()


def test_a_database_that_comes_back_is_listened_to_again() -> None:
    async def play() -> None:
        made: list[Notices] = []

        def make() -> Notices:
            made.append(Notices())
            return made[-1]

        ear, source = Ear(), NoticeSource(make)
        source.open(ear.publish)
        while not made:  # noqa: ASYNC110 - made by the task of the source
            await asyncio.sleep(0)
        made[0].there.send(b"1")
        await ear.until(has(ChangeKind.POOLS))
        made[0].there.send(b"x")
        await ear.until(lambda changed: changed.everything)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while len(made) < 2:  # noqa: ASYNC110 - the same
                await asyncio.sleep(0.01)
        made[1].there.send(b"1")
        await ear.until(has(ChangeKind.POOLS))
        source.close()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert [each.closed for each in made] == [True, True]

    asyncio.run(play())
