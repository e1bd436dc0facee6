"""A supervisor and the processes it watches over, as far as the engine can tell."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Protocol

from narae.core.ids import AttemptId, uuid7
from narae.core.reports import CallbackDone, Ended, Failed, Report, Started
from narae.core.requests import CountInstances, GetFirstStart, PushXCom, PutRendered, Request
from narae.core.run import Cause, CauseKind
from narae.core.wire import (
    Acknowledge,
    Answer,
    Ask,
    Beat,
    Kill,
    LiveAttempt,
    Reports,
    StoredChanged,
    Submit,
    SupervisorHello,
    ToSupervisor,
)
from narae.core.workload import AnyWorkload, CallbackWorkload, Workload
from narae.engine.desk import NO_TOKEN
from narae.testing.simulator.agenda import Agenda, Skewed
from narae.testing.simulator.entries import BrokenInvariant
from narae.testing.simulator.network import Connection
from narae.testing.strategies import Story, dated, xcom_of

BEAT_SECONDS = 3.0
_GRACE_SECONDS = (0.0, 0.5, 4.0)


class Surroundings(Protocol):
    """What a supervisor needs of the world."""

    agenda: Agenda

    def connect(self, supervisor: "_Talking") -> Connection | None:
        """A connection to whichever engine listens; None when none does."""
        ...

    def story(self, workload: Workload) -> Story:
        """What the user code of an attempt does."""
        ...

    def began(self, workload: AnyWorkload, holder: str) -> None:
        """User code runs now."""
        ...

    def note(self, words: str) -> None:
        """Something happened."""
        ...


@dataclass
class Child:
    """One process of user code."""

    workload: AnyWorkload
    story: Story | None = None
    pid: int = 0
    started_at: datetime | None = None
    asked_to_end: Cause | None = None
    gone: bool = False


class _Talking:
    """Its process and its connection: it keeps what it has to say over any number of engines."""

    def __init__(
        self,
        world: Surroundings,
        *,
        host: str,
        clock: Skewed,
        slots: int,
        queues: tuple[str, ...],
        chance: Random,
    ) -> None:
        self._world = world
        self.host = host
        self.clock = clock
        self.slots = slots
        self.queues = queues
        self._chance = chance
        self.holder = uuid7(unix_ms=0, chance=chance)
        self.is_dead = False
        self._stopped = False
        self._backlog: list[tuple[str, Callable[[], None]]] = []
        self.waiting: dict[str, AnyWorkload] = {}
        self.children: dict[str, Child] = {}
        self._ended: set[str] = set()
        self._fresh: list[Report | CallbackDone] = []
        self._sent: dict[int, Reports] = {}
        self._seq = 0
        self._asks: dict[int, Ask] = {}
        self._ask_number = 0
        self.connection: Connection | None = None
        self.steady_since = world.agenda.now
        """Since when it has been awake, connected and beating."""

    # -- life -------------------------------------------------------------------------------

    def start(self) -> None:
        """Begins to live."""
        self._connect()
        self._beat()

    def _do(self, name: str, deed: Callable[[], None]) -> None:
        """What happens to the supervisor's own process; it waits while that is stopped."""
        if self.is_dead:
            return
        if self._stopped:
            self._backlog.append((name, deed))
            return
        deed()
        self._flush()

    def stop(self) -> None:
        """SIGSTOP: its children go on."""
        self._stopped = True

    def go_on(self) -> None:
        """SIGCONT."""
        if self.is_dead or not self._stopped:
            return
        self._stopped = False
        self.steady_since = self._world.agenda.now
        backlog, self._backlog = self._backlog, []
        for name, deed in backlog:
            self._do(name, deed)

    def die(self) -> None:
        """SIGKILL: its children die with it."""
        self.is_dead = True
        for child in self.children.values():
            child.gone = True
        if self.connection is not None:
            self.connection.end(by="here")

    @property
    def is_idle(self) -> bool:
        """Whether it has nothing to run and nothing to say."""
        return not (self.waiting or self.children or self._fresh or self._sent)

    @property
    def held(self) -> tuple[AttemptId, ...]:
        """All attempts that it has."""
        both = (*(c.workload for c in self.children.values()), *self.waiting.values())
        return tuple(each.attempt for each in both if isinstance(each, Workload))

    # -- the connection ---------------------------------------------------------------------

    def _connect(self) -> None:
        self.connection = self._world.connect(self)
        if self.connection is None:
            self._later(self._chance.uniform(0.02, 1.0), "connect", self._connect)
            return
        self.steady_since = self._world.agenda.now
        told = [report for batch in self._sent.values() for report in batch.reports]
        self._tell(self._hello((*told, *self._fresh)))
        for ask in self._asks.values():
            self._tell(ask)
        for batch in self._sent.values():
            self._tell(batch)

    def _hello(self, unacknowledged: tuple[Report | CallbackDone, ...]) -> SupervisorHello:
        live = [c for c in self.children.values() if isinstance(c.workload, Workload)]
        callbacks = [name for name, c in self.children.items() if c not in live]
        return SupervisorHello(
            holder=self.holder,
            host=self.host,
            pid=1,
            slots=self.slots,
            queues=self.queues,
            live=tuple(
                LiveAttempt(
                    attempt=child.workload.attempt,
                    pid=child.pid,
                    started_at=child.started_at or self.clock.now(),
                )
                for child in live
                if isinstance(child.workload, Workload)
            ),
            waiting=(*callbacks, *self.waiting),
            unacknowledged=unacknowledged,
        )

    def lost(self, connection: Connection) -> None:
        """The connection has ended."""

        def gone() -> None:
            if self.connection is connection:
                self.connection = None
                self._later(self._chance.uniform(0.02, 1.0), "connect", self._connect)

        self._do("lost", gone)

    def heard(self, connection: Connection, message: ToSupervisor) -> None:
        """A message has come."""
        self._do("hear", lambda: self._take(connection, message))

    def _tell(self, message: object) -> None:
        if self.connection is not None and self.connection.is_open:
            self.connection.to_engine.send(message)

    def _flush(self) -> None:
        if self._fresh:
            self._seq += 1
            batch = Reports(seq=self._seq, reports=tuple(self._fresh))
            self._fresh.clear()
            self._sent[batch.seq] = batch
            self._tell(batch)

    def _beat(self) -> None:
        self._tell(Beat(at=self.clock.now(), live=self.held))
        self._later(BEAT_SECONDS, "beat", self._beat)

    def _later(self, seconds: float, name: str, deed: Callable[[], None]) -> None:
        title = f"{self.host} {name}"
        self._world.agenda.after(seconds, title, lambda: self._do(name, deed))

    def _take(self, connection: Connection, message: ToSupervisor) -> None:
        raise NotImplementedError


class SimSupervisor(_Talking):
    """Runs what it was given, each piece in a process of its own."""

    def _take(self, connection: Connection, message: ToSupervisor) -> None:
        if connection is not self.connection:
            return
        match message:
            case Submit():
                for workload in message.workloads:
                    self._accept(workload)
            case Kill():
                self._kill(message.attempt, message.cause)
            case Acknowledge():
                for seq in [seq for seq in self._sent if seq <= message.seq]:
                    del self._sent[seq]
            case StoredChanged():
                pass  # what it keeps of variables and connections is no business of ours
            case Answer():
                self._hear(message)

    def _hear(self, answer: Answer) -> None:
        self._asks.pop(answer.id, None)
        if answer.refused == NO_TOKEN:
            words = f"{self.host}: {answer.refused.words}"
            raise BrokenInvariant("who has an attempt's token is heard", words)
        if answer.refused is not None and answer.refused.stop:
            self._world.note(f"{self.host}: an attempt was told to stop")

    def _accept(self, workload: AnyWorkload) -> None:
        name = _name(workload)
        if name in self.waiting or name in self.children or name in self._ended:
            return
        self.waiting[name] = workload
        self._fill()

    def _fill(self) -> None:
        for name in list(self.waiting):
            callback = isinstance(self.waiting[name], CallbackWorkload)
            running = [
                c
                for c in self.children.values()
                if isinstance(c.workload, CallbackWorkload) == callback
            ]
            if len(running) < (1 if callback else self.slots):
                self._begin(self.waiting.pop(name))

    def _begin(self, workload: AnyWorkload) -> None:
        child = Child(workload=workload, pid=1000 + self._chance.randrange(9000))
        self.children[_name(workload)] = child
        if isinstance(workload, CallbackWorkload):
            self._world.began(workload, self.holder)
            self._of_child(child, 0.1, "callback done", lambda: self._finish(child, None))
            return
        child.story = self._world.story(workload)
        self._of_child(child, child.story.starts_after, "child starts", lambda: self._runs(child))

    def _of_child(self, child: Child, seconds: float, name: str, deed: Callable[[], None]) -> None:
        """What a child does, and its supervisor hears of once it is awake."""

        def now() -> None:
            if not child.gone:
                self._do(name, lambda: None if child.gone else deed())

        self._world.agenda.after(seconds, f"{self.host} {name}", now)

    def _runs(self, child: Child) -> None:
        workload, story = child.workload, child.story
        if not isinstance(workload, Workload) or story is None:
            return
        if isinstance(story.ending, Failed) and story.ending.cause.kind is CauseKind.START_FAILED:
            self._finish(child, story.ending)
            return
        self._world.began(workload, self.holder)
        child.started_at = self.clock.now()
        self._fresh.append(
            Started(
                attempt=workload.attempt,
                at=child.started_at,
                holder=self.holder,
                host=self.host,
                pid=child.pid,
            )
        )
        for number in range(story.asks):
            when = story.lasts * number / story.asks
            self._of_child(child, when, "child asks", lambda n=number: self._ask(workload, n))  # type: ignore[misc] # mypy can't infer a lambda's default
        limit = workload.execution_timeout
        if limit is not None and limit.total_seconds() < story.lasts:
            cause = Cause(kind=CauseKind.EXECUTION_TIMEOUT, words="too long", by="supervisor")
            ending: Ended = Failed(attempt=workload.attempt, at=child.started_at, cause=cause)
            self._of_child(
                child, limit.total_seconds(), "child times out", lambda: self._finish(child, ending)
            )
            return
        self._of_child(child, story.lasts, "child ends", lambda: self._finish(child, story.ending))

    def _ask(self, workload: Workload, number: int) -> None:
        asked: list[Request] = [
            PushXCom(xcom=xcom_of(workload, 1, key=f"key{number}")),
            PutRendered(fields={"by": workload.attempt}),
            CountInstances(task_id=workload.task_id),
            GetFirstStart(),
        ]
        self._ask_number += 1
        ask = Ask(
            id=self._ask_number,
            attempt=workload.attempt,
            request=asked[number % len(asked)],
            token=workload.token,
        )
        self._asks[ask.id] = ask
        self._tell(ask)

    def _kill(self, name: str, cause: Cause) -> None:
        child = self.children.get(name)
        if child is not None and child.asked_to_end is None:
            child.asked_to_end = cause
            grace = self._chance.choice(_GRACE_SECONDS)
            self._of_child(child, grace, "child is killed", lambda: self._finish(child, None))
        elif child is None and isinstance(self.waiting.get(name), Workload):
            workload = self.waiting.pop(name)
            if isinstance(workload, Workload):
                self._ended.add(name)
                report = Failed(attempt=workload.attempt, at=self.clock.now(), cause=cause)
                self._fresh.append(report)

    def _finish(self, child: Child, said: Ended | None) -> None:
        """The one way out of a child."""
        workload, now = child.workload, self.clock.now()
        child.gone = True
        del self.children[_name(workload)]
        if isinstance(workload, CallbackWorkload):
            self._fresh.append(CallbackDone(callback=workload.id, at=now))
        else:
            self._ended.add(workload.attempt)
            cause = child.asked_to_end or Cause(kind=CauseKind.SIGNAL, words="killed")
            report = said or Failed(attempt=workload.attempt, at=now, cause=cause)
            self._fresh.append(dated(report, now))
        self._fill()

    @property
    def said(self) -> dict[int, Reports]:
        """What it has said and nobody has acknowledged."""
        return self._sent


def _name(workload: AnyWorkload) -> str:
    return workload.attempt if isinstance(workload, Workload) else workload.id
