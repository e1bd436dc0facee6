import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from select import select
from threading import Thread
from typing import Any

import pytest

from narae.core.codec import pack, unpack
from narae.core.ids import AttemptId
from narae.core.reports import Report, Started, Succeeded
from narae.core.requests import (
    ConnectionValue,
    GetConnection,
    GetVariable,
    PutVariable,
    Request,
)
from narae.core.states import RunState
from narae.core.wire import (
    Acknowledge,
    Answer,
    Ask,
    CodeInUse,
    FileAsk,
    FromLoader,
    Kill,
    LiveAttempt,
    LoaderBeat,
    LoaderHello,
    Parsed,
    Reparse,
    Reports,
    StoredChanged,
    Submit,
    SupervisorHello,
    ToLoader,
    ToSupervisor,
    Wake,
)
from narae.core.workload import Workload
from narae.engine import actions
from narae.engine.actions import Act
from narae.engine.catalog import Catalog
from narae.engine.desk import Desk
from narae.engine.loop import EngineLoop, dags_changed
from narae.engine.ports import RunQuery, Store, VariableRow
from narae.engine.scheduler import Scheduler
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
            data = self.sock.recv(65536)
        except BlockingIOError:
            return []
        return [unpack(data, Wake)]


class Engine:
    """The loop in a thread of its own, on sockets in ``folder``."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder = folder
        self.store = store
        clock = RealClock()
        self.scheduler = Scheduler(store=store, clock=clock, chance=Random(1))
        self.listener = listen(folder / "e")
        self.datagrams = listen_for_datagrams(folder / "w")
        self.loop = EngineLoop(
            scheduler=self.scheduler,
            desk=Desk(
                store=store,
                notifier=self,
                clock=clock,
                chance=Random(2),
                current=self.scheduler.current,
            ),
            catalog=Catalog(
                store=store,
                clock=clock,
                changed=dags_changed(self.scheduler),
                paused_at_creation=False,
            ),
            listener=self.listener,
            wakes=Datagrams(self.datagrams),
            clock=clock,
            supervisor=lambda connection, hello: SupervisorLink(connection, hello=hello),
        )
        self.thread = Thread(target=self.loop.run)
        self.supervisors: list[Supervisor] = []

    def supervisor(self, *live: LiveAttempt) -> "Supervisor":
        self.supervisors.append(Supervisor(self.folder, *live))
        return self.supervisors[-1]

    def wake(self, message: Wake) -> None:
        send_datagram(self.folder / "w", message)

    def act(self) -> Act:
        now = datetime.now(UTC)
        return Act(store=self.store, notifier=self, now=now, chance=Random(3), who="ann")


@contextmanager
def engine_on(folder: Path, store: Store) -> Iterator[Engine]:
    engine = Engine(folder, store)
    engine.thread.start()
    try:
        yield engine
    finally:
        engine.loop.stop()
        engine.thread.join(TIMEOUT_SECONDS)
        for supervisor in engine.supervisors:
            supervisor.close()
        engine.listener.close()
        engine.datagrams.close()
        assert not engine.thread.is_alive()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with engine_on(tmp_path, MemoryStore()) as engine:
        yield engine


class Inbox:
    """Messages one by one, as they come."""

    def __init__(self, connection: FramedConnection[Any]) -> None:
        self.connection = connection
        self.waiting: list[Any] = []

    def next(self) -> Any:
        """None once the engine has hung up."""
        while not self.waiting:
            ready, _, _ = select([self.connection], [], [], TIMEOUT_SECONDS)
            assert ready, "the engine says nothing"
            messages = self.connection.receive()
            if messages is None:
                return None
            self.waiting += messages
        return self.waiting.pop(0)


class Supervisor:
    """A peer that speaks as a supervisor does."""

    def __init__(self, folder: Path, *live: LiveAttempt) -> None:
        self.link = FramedConnection[ToSupervisor].connect(folder / "e", ToSupervisor)
        self.link.send_blocking(SupervisorHello(holder="h1", host="box", pid=1, slots=4, live=live))
        self.inbox = Inbox(self.link)
        self.seq = 0

    def expect(self, type_: type[Any]) -> Any:
        """The next message of that type; others are kept."""
        kept: list[Any] = []
        while True:
            message = self.inbox.next()
            assert message is not None, "the engine hung up"
            if isinstance(message, type_):
                self.inbox.waiting[:0] = kept
                return message
            kept.append(message)

    def work(self) -> Workload:
        submit = self.expect(Submit)
        (workload,) = submit.workloads
        assert isinstance(workload, Workload)
        return workload

    def report(self, *reports: Report) -> None:
        self.seq += 1
        self.link.send_blocking(Reports(seq=self.seq, reports=reports))
        while self.expect(Acknowledge).seq < self.seq:
            pass

    def close(self) -> None:
        self.link.close()


def load_dags(engine: Engine) -> None:
    loader = FramedConnection[ToLoader].connect(engine.folder / "e", ToLoader)
    loader.send_blocking(LoaderHello(host="box", pid=2, folders=("/dags",)))
    files = (parsed(spec("sales")),)
    message: FromLoader = Parsed(seq=1, folder="/dags", files=files)
    loader.send_blocking(message)
    assert Inbox(loader).next() == Acknowledge(seq=1)
    loader.close()


def started(workload: Workload) -> Started:
    return Started(attempt=workload.attempt, at=datetime.now(UTC), holder="h1", host="box", pid=7)


def succeeded(workload: Workload) -> Succeeded:
    return Succeeded(attempt=workload.attempt, at=datetime.now(UTC))


def test_a_run_goes_through_over_sockets(engine: Engine) -> None:
    load_dags(engine)
    supervisor = engine.supervisor()
    run = actions.trigger(engine.act(), "sales")
    first = supervisor.work()
    supervisor.report(started(first))
    supervisor.report(succeeded(first))
    second = supervisor.work()
    supervisor.report(started(second), succeeded(second))
    assert [first.task_id, second.task_id] == ["extract", "load"]
    (stored,) = engine.store.runs(RunQuery(uids=(run.uid,)))
    assert stored.state is RunState.SUCCESS


def test_an_attempt_gets_its_answers(engine: Engine) -> None:
    load_dags(engine)
    supervisor = engine.supervisor()
    actions.trigger(engine.act(), "sales")
    attempt = supervisor.work().attempt
    requests: list[Request] = [PutVariable(key="k", value="v"), GetVariable(key="k")]
    for number, request in enumerate(requests):
        supervisor.link.send_blocking(Ask(id=number, attempt=attempt, request=request))
    supervisor.expect(Answer)
    assert supervisor.expect(Answer) == Answer(id=1, value=b"\xa1v")
    stale = AttemptId("00000000-0000-7000-8000-000000000000")
    supervisor.link.send_blocking(Ask(id=2, attempt=stale, request=GetVariable(key="k")))
    answer = supervisor.expect(Answer)
    assert answer.refused is not None
    assert answer.refused.stop


def test_a_supervisor_may_come_back_with_what_it_has(engine: Engine) -> None:
    load_dags(engine)
    supervisor = engine.supervisor()
    run = actions.trigger(engine.act(), "sales")
    workload = supervisor.work()
    supervisor.report(started(workload))
    supervisor.close()
    live = LiveAttempt(attempt=workload.attempt, pid=7, started_at=datetime.now(UTC))
    again = engine.supervisor(live)
    again.report(succeeded(workload))
    assert again.work().task_id == "load"
    assert len(engine.store.attempts(run.uid, engine.store.instances(run.uid)[0].ref)) == 1


def test_a_new_engine_goes_on_where_the_old_one_died(tmp_path: Path) -> None:
    store = MemoryStore()
    with engine_on(tmp_path, store) as engine:
        load_dags(engine)
        supervisor = engine.supervisor()
        actions.trigger(engine.act(), "sales")
        workload = supervisor.work()
        supervisor.report(started(workload))
    with engine_on(tmp_path, store) as engine:
        live = LiveAttempt(attempt=workload.attempt, pid=7, started_at=datetime.now(UTC))
        again = engine.supervisor(live)
        again.report(succeeded(workload))
        assert again.work().task_id == "load"


def test_what_is_not_current_any_more_is_killed(engine: Engine) -> None:
    stale = AttemptId("00000000-0000-7000-8000-000000000000")
    live = LiveAttempt(attempt=stale, pid=7, started_at=datetime.now(UTC))
    supervisor = engine.supervisor(live)
    assert supervisor.expect(Kill).attempt == stale


def test_nonsense_ends_its_own_connection_only(engine: Engine) -> None:
    load_dags(engine)
    supervisor = engine.supervisor()
    for data in (b"GET / HTTP/1.1\r\n\r\n", b"\x00\x00\x00\x01\xc0", b"\xff\xff\xff\xff"):
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(TIMEOUT_SECONDS)
            peer.connect(str(engine.folder / "e"))
            peer.sendall(data)
            assert peer.recv(1) == b""
    actions.trigger(engine.act(), "sales")
    assert supervisor.work().task_id == "extract"


def test_a_store_that_fails_for_a_moment_stops_nothing_for_good(tmp_path: Path) -> None:
    class Flaky:
        """Fails the first commit of an attempt's start."""

        def __init__(self) -> None:
            self.inner = MemoryStore()
            self.failures = 1

        def __getattr__(self, name: str) -> Any:
            return getattr(self.inner, name)

        def apply(self, commands: Any, *, now: datetime) -> list[bool]:
            if self.failures and any(type(c).__name__ == "StartAttempt" for c in commands):
                self.failures -= 1
                raise OSError("disk full")
            return self.inner.apply(commands, now=now)

    store: Any = Flaky()
    with engine_on(tmp_path, store) as engine:
        load_dags(engine)
        supervisor = engine.supervisor()
        actions.trigger(engine.act(), "sales")
        with pytest.raises(AssertionError, match="hung up"):
            supervisor.work()
        supervisor = engine.supervisor()
        assert supervisor.work().task_id == "extract"


def loader_of(engine: Engine) -> tuple[FramedConnection[ToLoader], Inbox]:
    loader = FramedConnection[ToLoader].connect(engine.folder / "e", ToLoader)
    loader.send_blocking(LoaderHello(host="box", pid=2, folders=("/dags",)))
    return loader, Inbox(loader)


def test_a_file_that_is_imported_gets_its_answers(engine: Engine) -> None:
    engine.store.put_variable(VariableRow(key="k", value="v"))
    engine.store.put_connection(ConnectionValue(conn_id="db", host="h"))
    loader, inbox = loader_of(engine)
    supervisor = engine.supervisor()
    for link in (loader, supervisor.link):
        link.send_blocking(FileAsk(id=1, file="a.py", request=GetVariable(key="k")))
        link.send_blocking(FileAsk(id=2, file="a.py", request=GetVariable(key="none")))
        link.send_blocking(FileAsk(id=3, file="a.py", request=GetConnection(conn_id="db")))
    for next_answer in (inbox.next, lambda: supervisor.expect(Answer)):
        assert next_answer() == Answer(id=1, value=pack("v"))
        assert next_answer() == Answer(id=2, value=pack(None))
        assert unpack(next_answer().value, ConnectionValue).host == "h"
    loader.close()


def test_a_file_hears_that_the_store_fails(engine: Engine) -> None:
    engine.store.variable = broken  # type: ignore[method-assign]  # a store that is away
    loader, inbox = loader_of(engine)
    loader.send_blocking(FileAsk(id=1, file="a.py", request=GetVariable(key="k")))
    answer = inbox.next()
    assert isinstance(answer, Answer)
    assert answer.refused is not None
    assert answer.refused.words == "the engine could not answer: OSError"
    loader.close()


def broken(key: str) -> str | None:
    raise OSError(key)


def test_loaders_and_supervisors_are_told_what_people_change(engine: Engine) -> None:
    loader, inbox = loader_of(engine)
    supervisor = engine.supervisor()
    loader.send_blocking(FileAsk(id=1, file="a.py", request=GetVariable(key="none")))
    supervisor.link.send_blocking(FileAsk(id=1, file="a.py", request=GetVariable(key="none")))
    assert isinstance(inbox.next(), Answer)  # both are known by now
    supervisor.expect(Answer)
    actions.put_variables(engine.act(), [VariableRow(key="k", value="v")])
    assert inbox.next() == StoredChanged(variables=("k",))
    actions.delete_variable(engine.act(), "k")
    assert inbox.next() == StoredChanged(variables=("k",))
    actions.put_connections(engine.act(), [ConnectionValue(conn_id="db")])
    assert inbox.next() == StoredChanged(connections=("db",))
    actions.delete_connection(engine.act(), "db")
    assert inbox.next() == StoredChanged(connections=("db",))
    told = [supervisor.expect(StoredChanged) for _ in range(4)]
    assert told[0] == StoredChanged(variables=("k",))
    loader.close()


def test_a_loader_is_told_which_file_to_parse_again(engine: Engine) -> None:
    load_dags(engine)
    loader, inbox = loader_of(engine)
    loader.send_blocking(FileAsk(id=1, file="", request=GetVariable(key="none")))
    assert isinstance(inbox.next(), Answer)  # it is known by now
    file = engine.store.dags()[0].file
    actions.dag_files.reparse(engine.act(), file)
    assert inbox.next() == Reparse(file=file)
    loader.close()


def test_a_loader_is_told_now_and_then_which_code_is_in_use(engine: Engine) -> None:
    load_dags(engine)
    loader, inbox = loader_of(engine)
    came = datetime.now(UTC)
    for minutes in (0, 9, 11, 50, 72):
        loader.send_blocking(LoaderBeat(at=came + timedelta(minutes=minutes)))
        loader.send_blocking(FileAsk(id=minutes, file="", request=GetVariable(key="none")))
    said = [inbox.next() for _ in range(7)]
    version = engine.store.dags()[0].code_version
    used = CodeInUse(trees=(version,), contents=(version,))
    assert [m.id if isinstance(m, Answer) else m for m in said] == [0, 9, used, 11, 50, used, 72]
    loader.close()
