"""One engine process: the real scheduler, desk, catalog and peers, without selectors."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol

from narae.core.ids import AttemptId
from narae.core.reports import CallbackDone, Started
from narae.core.requests import Refused
from narae.core.run import Cause, Limits
from narae.core.states import TaskState
from narae.core.wire import (
    Acknowledge,
    Answer,
    Ask,
    FileAsk,
    Kill,
    LoaderHello,
    Submit,
    SupervisorHello,
    ToSupervisor,
    Wake,
)
from narae.core.workload import AnyWorkload, Workload
from narae.engine.catalog import Catalog
from narae.engine.desk import Desk
from narae.engine.events import Woken
from narae.engine.loader_peer import LoaderPeer
from narae.engine.loop import STORE_RETRY, SupervisorPeer, dags_changed
from narae.engine.ports import Notifier
from narae.engine.scheduler import Scheduler
from narae.engine.state import SchedulerSettings
from narae.engine.tokens import Tokens
from narae.testing.memory_store import MemoryStore
from narae.testing.simulator.agenda import Agenda, Skewed
from narae.testing.simulator.disk import Crash, Disk, StoreDown
from narae.testing.simulator.entries import BrokenInvariant
from narae.testing.simulator.ledger import Ledger
from narae.testing.simulator.network import Connection

LEASE = timedelta(seconds=20)
TURNS_AT_ONCE_MAX = 500
_IDLE_SECONDS_MAX = 60.0
TOKENS = Tokens(b"the simulator's own key of tokens")
SETTINGS = SchedulerSettings(
    lease=LEASE,
    lease_check=timedelta(seconds=2),
    beat=timedelta(seconds=4),
    resync=timedelta(seconds=15),
    reconcile=timedelta(seconds=20),
    fault_rest=timedelta(seconds=10),
)


class Surroundings(Protocol):
    """What an engine needs of the world."""

    agenda: Agenda
    store: MemoryStore
    ledger: Ledger
    limits: Limits

    def note(self, words: str, *values: object) -> None:
        """Something happened."""
        ...

    def broke(self, broken: BrokenInvariant) -> None:
        """An invariant does not hold."""
        ...

    def engine_died(self, engine: "SimEngine") -> None:
        """It has to be started again."""
        ...


class SimLink:
    """The engine's end of a supervisor's connection. Implements ``engine.loop.SupervisorPort``."""

    name = "LocalExecutor"
    wants_write = False

    def __init__(self, engine: "SimEngine", connection: Connection, hello: SupervisorHello) -> None:
        self._engine = engine
        self.connection = connection
        self._hello = hello
        self._is_open = True

    @property
    def slots(self) -> int:
        """How many attempts it runs at once."""
        return self._hello.slots if self._is_open else 0

    @property
    def queues(self) -> frozenset[str]:
        """The queues that it serves."""
        return frozenset(self._hello.queues if self._is_open else ())

    def fileno(self) -> int:
        """There is none."""
        return -1

    def receive(self) -> None:
        """Messages are pushed here."""

    def flush(self) -> bool:
        """Everything is out at once."""
        return True

    def submit(self, workloads: Sequence[AnyWorkload]) -> None:
        """Every one of them has to be in the store by now."""
        self._engine.disk.burn()
        for workload in workloads:
            name = workload.attempt if isinstance(workload, Workload) else workload.id
            if name not in self._engine.world.ledger.committed:
                words = f"{name} was sent out, and nothing of it is in the store"
                self._broke("nothing is dispatched before it is committed", words)
            if name in self._engine.world.ledger.too_many:
                words = (
                    f"{name} was sent out: {self._engine.world.ledger.too_many[AttemptId(name)]}"
                )
                self._broke("limits are never exceeded", words)
        if workloads:
            self._send(Submit(workloads=tuple(workloads)))

    def kill(self, attempt: AttemptId, cause: Cause) -> None:
        """Asks for an attempt's end."""
        self._engine.disk.burn()
        self._send(Kill(attempt=attempt, cause=cause))

    def acknowledge(self, seq: int) -> None:
        """What was said up to ``seq`` has to be in the store by now."""
        self._engine.disk.burn()
        for message in self.connection.unacknowledged(seq):
            for report in message.reports:
                words = unsettled(self._engine.world.ledger, self._engine.world.store, report)
                if words:
                    self._broke("nothing acknowledged is lost", words)
        self._send(Acknowledge(seq=seq))

    def answer(
        self, ask: Ask | FileAsk, value: object = None, *, refused: Refused | None = None
    ) -> None:
        """Answers what an attempt has asked."""
        del value
        self._engine.disk.burn()
        self._send(Answer(id=ask.id, refused=refused))

    def tell(self, message: ToSupervisor) -> None:
        """Sends anything else."""
        self._engine.disk.burn()
        self._send(message)

    def _send(self, message: object) -> None:
        if self._is_open:
            self.connection.from_engine.send(message)

    def close(self) -> None:
        """Closes the connection."""
        self._is_open = False
        self.connection.end(by="there")

    def _broke(self, rule: str, words: str) -> None:
        self._engine.world.broke(BrokenInvariant(rule, words))


def unsettled(ledger: Ledger, store: MemoryStore, report: Any) -> str:
    """What is wrong with acknowledging a report now; "" when the store has it."""
    if isinstance(report, CallbackDone):
        there = any(each.id == report.callback for each in store.callbacks())
        return f"callback {report.callback} is done, and still in the outbox" if there else ""
    key = ledger.current.get(report.attempt)
    if key is None:
        return ""
    if isinstance(report, Started):
        state = ledger.rows.instances[key.run][key.ref].state
        late = state is TaskState.QUEUED
        return f"{report.attempt} has started, and is still queued" if late else ""
    return f"the end of {report.attempt} was acknowledged, and it is still current"


class SimEngine:
    """Lives until :meth:`die`; a new one begins on the same store."""

    def __init__(
        self, world: Surroundings, *, name: str, clock: Skewed, chance: Random, notifier: Notifier
    ) -> None:
        self.world = world
        self.name = name
        self._clock = clock
        self.is_dead = False
        self.is_stopped = False
        self._stopped_at = world.agenda.now
        self._busy = False
        self._late = False
        self._turns_at: tuple[datetime, int] = (world.agenda.now, 0)
        self._alarm = 0
        self._away_until: datetime | None = None
        self._pending: list[Callable[[], None]] = []
        self.connections: list[Connection] = []
        """All that were ever made to it."""
        self.supervisors: dict[Connection, SupervisorPeer] = {}
        self._loaders: dict[Connection, LoaderPeer] = {}
        self.disk = Disk(
            world.store, world.ledger, by_user=False, note=world.note, report=world.broke
        )
        store: Any = self.disk
        self.scheduler = Scheduler(
            store=store,
            clock=clock,
            chance=chance,
            limits=world.limits,
            settings=SETTINGS,
            tokens=TOKENS,
        )
        self._desk = Desk(
            store=store,
            notifier=notifier,
            clock=clock,
            chance=chance,
            current=self.scheduler.current,
            tokens=TOKENS,
        )
        self._catalog = Catalog(
            store=store,
            clock=clock,
            changed=dags_changed(self.scheduler),
            paused_at_creation=False,
        )
        self._wake_at(0.0)

    # -- life -------------------------------------------------------------------------------

    def die(self) -> None:
        """SIGKILL."""
        if self.is_dead:
            return
        self.is_dead = True
        self.world.ledger.too_many.clear()  # the next one finds them started, and can't know
        self.world.note(f"{self.name} dies")
        for connection in self.connections:
            connection.end(by="there")
        self.world.engine_died(self)

    def stop(self) -> None:
        """SIGSTOP."""
        self.is_stopped = True
        self._stopped_at = self.world.agenda.now

    def go_on(self) -> None:
        """SIGCONT."""
        if self.is_stopped:
            self.world.ledger.stalled += self.world.agenda.now - self._stopped_at
        self.is_stopped = False
        self._wake_at(0.0)

    def busy(self, meanwhile: Callable[[], None]) -> None:
        """Stands still in the middle of what it does, while others go on."""
        if self._busy:
            return
        self._busy = True
        try:
            meanwhile()
        finally:
            self._busy = False
        if self._late:
            self._late = False
            self._wake_at(0.0)
        if self.is_dead:
            raise Crash

    # -- what comes in ----------------------------------------------------------------------

    def heard(self, connection: Connection, message: Any) -> None:
        """A message has come on a connection."""
        self._comes(lambda: self._take(connection, message))

    def lost(self, connection: Connection) -> None:
        """A connection has ended."""
        self._comes(lambda: self._drop(connection))

    def wake(self, message: Wake) -> None:
        """A datagram has come."""
        self._comes(lambda: self.scheduler.handle(Woken(wake=message)))

    def _comes(self, deed: Callable[[], None]) -> None:
        if not self.is_dead:
            self._pending.append(deed)
            self._wake_at(0.0)

    def _take(self, connection: Connection, message: Any) -> None:
        if connection in self.supervisors:
            self.supervisors[connection].take([message])
        elif connection in self._loaders:
            self._loaders[connection].take([message])
        elif isinstance(message, SupervisorHello) and connection.is_open:
            link = SimLink(self, connection, message)
            self.supervisors[connection] = SupervisorPeer(link, message, self.scheduler, self._desk)
        elif isinstance(message, LoaderHello) and connection.is_open:
            there: Any = _LoaderEnd(connection)
            self._loaders[connection] = LoaderPeer(
                there, message, self.scheduler, self._catalog, self._desk
            )

    def _drop(self, connection: Connection) -> None:
        peer = self.supervisors.pop(connection, None) or self._loaders.pop(connection, None)
        if peer is not None:
            peer.close()

    # -- turns ------------------------------------------------------------------------------

    def _wake_at(self, seconds: float) -> None:
        self._alarm += 1
        alarm = self._alarm

        def ring() -> None:
            if alarm == self._alarm and not self.is_dead:
                self._turn()

        self.world.agenda.after(seconds, f"{self.name} turn", ring)

    def _turn(self) -> None:
        if self._busy or self.is_stopped:
            self._late = True
            return
        self._count_turn()
        try:
            pending, self._pending = self._pending, []
            for deed in pending:
                deed()
            moment = self._tick()
        except (Crash, StoreDown):
            # Of the real loop's parts, too, only the tick outlives a store that is away.
            self.die()
            return
        seconds = _IDLE_SECONDS_MAX
        if moment is not None:
            seconds = min(seconds, (moment - self._clock.now()).total_seconds())
        self._wake_at(0.0 if self._pending else max(0.0, seconds))

    def _count_turn(self) -> None:
        at, turns = self._turns_at
        now = self.world.agenda.now
        self._turns_at = (now, turns + 1 if at == now else 1)
        if turns > TURNS_AT_ONCE_MAX:
            words = f"{self.name} ticked {turns} times in one moment"
            self.world.broke(BrokenInvariant("the scheduler comes to rest", words))

    def _tick(self) -> datetime | None:
        away, now = self._away_until, self._clock.now()
        if away is not None and now < away <= now + STORE_RETRY:
            return away
        self._away_until = None
        try:
            moment = self.scheduler.tick()
        except Exception as error:  # noqa: BLE001 - as the real loop does
            if not isinstance(error, StoreDown):
                words = f"a tick failed with {type(error).__name__}: {error}"
                self.world.broke(BrokenInvariant("the engine meets no defect", words))
            for connection in list(self.supervisors):
                self._drop(connection)
            self._away_until = self._clock.now() + STORE_RETRY
            return self._away_until
        for done in self.scheduler.take_acknowledgements():
            for peer in list(self.supervisors.values()):
                if peer.holder == done.holder:
                    peer.link.acknowledge(done.seq)
        self.scheduler.take_plan_more()
        return moment


class _LoaderEnd:
    """The engine's end of the loader's connection."""

    wants_write = False

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def send(self, message: object) -> None:
        """Sends at once."""
        self._connection.from_engine.send(message)

    def close(self) -> None:
        """Closes the connection."""
        self._connection.end(by="there")
