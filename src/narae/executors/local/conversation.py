"""What children and their supervisor say to each other, and what of it goes to the engine."""

from datetime import datetime
from typing import Protocol, assert_never

from narae.core.codec import FrameError
from narae.core.ids import AttemptId
from narae.core.reports import CallbackDone, Report, Started
from narae.core.requests import GetConnection, GetVariable, Request
from narae.core.run import Cause, CauseKind
from narae.core.spec import Value
from narae.core.wire import (
    Answer,
    ChildAnswer,
    ChildAsk,
    ChildEnded,
    ChildSecrets,
    ChildStarted,
    FromChild,
)
from narae.core.workload import Workload
from narae.executors.local.ending import Ending
from narae.executors.local.loop import Loop
from narae.executors.local.roster import Roster
from narae.executors.local.running import Running


class Desk(Protocol):
    """Where reports and asks go: the link to the engine."""

    def report(self, report: Report | CallbackDone) -> None:
        """Passes a report on."""
        ...

    def ask(self, attempt: AttemptId, request: Request, *, token: str) -> int:
        """Passes an ask on, with the token that came with it; the number of its answer."""
        ...

    def ask_for_file(
        self, file: str, request: GetVariable | GetConnection, *, dag_id: str | None = None
    ) -> int:
        """The same for what is no attempt: it may read variables and connections.

        ``dag_id`` is a callback's.
        """
        ...


class Identity(Value, frozen=True, kw_only=True):
    """Which supervisor this is."""

    holder: str
    host: str


class Conversation:
    """One for all children of a supervisor."""

    def __init__(
        self, loop: Loop, roster: Roster, desk: Desk, ending: Ending, identity: Identity
    ) -> None:
        self._loop = loop
        self._roster = roster
        self._desk = desk
        self._ending = ending
        self._identity = identity
        self._asks: dict[int, tuple[int, int]] = {}
        """Number of an ask -> number of the child that asked, and its own number for it."""

    def begin(self, running: Running) -> None:
        """Listens to a child."""
        self._loop.watch(running.connection.fileno(), lambda: self._heard(running))
        self._send_rest(running)

    def forked(self, running: Running) -> None:
        """Its pid is known now. A quick child may have spoken before its fork server did."""
        if running.started_at is not None:
            self._report_start(running, running.started_at, running.pid)

    def end(self, running: Running) -> None:
        """Stops listening."""
        self._loop.forget(running.connection.fileno())

    def answer(self, answer: Answer) -> None:
        """Passes an answer on to the child that asked, if it still runs."""
        number, own = self._asks.pop(answer.id, (0, 0))
        running = self._roster.running(number)
        if running is None:
            return
        answered = ChildAnswer(id=own, value=answer.value, refused=answer.refused)
        running.connection.send(answered)
        self._send_rest(running)

    def _send_rest(self, running: Running) -> None:
        """What does not fit into the socket goes out as the child reads."""
        connection = running.connection
        if not connection.wants_write:
            return

        def flush() -> None:
            if connection.flush():
                self._loop.watch_writes(connection.fileno(), None)

        self._loop.watch_writes(connection.fileno(), flush)

    def hear(self, running: Running) -> None:
        """What it has said by now: before its output is shown, its secrets are known."""
        if running.connection.fileno() >= 0:
            self._heard(running)

    def hear_rest(self, running: Running) -> None:
        """What it said before it died and nobody has read yet."""
        try:
            while messages := running.connection.receive():
                for message in messages:
                    self._take(running, message)
        except FrameError:
            return

    def _heard(self, running: Running) -> None:
        try:
            messages = running.connection.receive()
        except FrameError as error:
            self.end(running)
            words = f"its process wrote nonsense to Narae's own socket: {error}"
            self._ending.ask(running, Cause(kind=CauseKind.USER_ERROR, words=words))
            return
        if messages is None:
            self.end(running)
            return
        for message in messages:
            self._take(running, message)

    def _take(self, running: Running, message: FromChild) -> None:
        match message:
            case ChildAsk(id=own):
                self._asks[self._ask(running, message)] = (running.number, own)
            case ChildSecrets(values=values):
                for value in values:
                    running.masker.add(value)
            case ChildStarted(at=at):
                running.started_at = at
                self._ending.started(running)
                self._report_start(running, at, running.pid)
            case ChildEnded(report=report):
                running.said = report
                self._ending.said(running)
            case _:
                assert_never(message)

    def _ask(self, running: Running, ask: ChildAsk) -> int:
        workload, request = running.workload, ask.request
        if running.is_callback and isinstance(request, GetVariable | GetConnection):
            file, dag_id = workload.code.file, workload.run.dag_id
            return self._desk.ask_for_file(file, request, dag_id=dag_id)
        return self._desk.ask(AttemptId(running.id), request, token=ask.token)

    def _report_start(self, running: Running, at: datetime, pid: int | None) -> None:
        if isinstance(running.workload, Workload) and pid is not None:
            started = Started(
                attempt=running.workload.attempt,
                at=at,
                holder=self._identity.holder,
                host=self._identity.host,
                pid=pid,
            )
            self._desk.report(started)
