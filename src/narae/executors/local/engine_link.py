"""The supervisor's connection to the engine: lost and found again, nothing on it gets lost."""

import itertools
from collections import deque
from collections.abc import Callable
from pathlib import Path
from random import Random

from narae.core.codec import FrameError
from narae.core.ids import AttemptId
from narae.core.reports import CallbackDone, Report
from narae.core.requests import GetConnection, GetVariable, Request
from narae.core.wire import Ask, FileAsk, Reports, SupervisorHello, ToSupervisor
from narae.executors.local.loop import Loop, Timer
from narae.framed import FramedConnection

RETRY_SECONDS_MIN = 0.02
RETRY_SECONDS_MAX = 1.0

HelloWith = Callable[[tuple[Report | CallbackDone, ...]], SupervisorHello]


class EngineLink:
    """Reports are kept until acknowledged, asks until answered; both are sent again."""

    def __init__(
        self,
        loop: Loop,
        path: Path | str,
        *,
        hello: HelloWith,
        take: Callable[[ToSupervisor], None],
        chance: Random,
        connected: Callable[[], None] = lambda: None,
    ) -> None:
        """``connected`` is called whenever there is an engine again, after the hello."""
        self._loop = loop
        self._path = path
        self._hello = hello
        self._take = take
        self._chance = chance
        self._connected = connected
        self._connection: FramedConnection[ToSupervisor] | None = None
        self._retry: Timer | None = None
        self._retry_seconds = RETRY_SECONDS_MIN
        self._seqs = itertools.count(1)
        self._fresh: list[Report | CallbackDone] = []
        self._sent: deque[Reports] = deque()
        self._asks: dict[int, Ask | FileAsk] = {}
        self._ask_ids = itertools.count(1)

    @property
    def is_connected(self) -> bool:
        """Whether an engine listens now."""
        return self._connection is not None

    @property
    def is_settled(self) -> bool:
        """Whether every report is acknowledged."""
        return not self._fresh and not self._sent

    def start(self) -> None:
        """Connects, now or as soon as there is an engine."""
        self._retry = None
        try:
            self._connection = FramedConnection[ToSupervisor].connect(self._path, ToSupervisor)
        except OSError:
            self._later()
            return
        self._retry_seconds = RETRY_SECONDS_MIN
        self._loop.watch(self._connection.fileno(), self._receive)
        unacknowledged = [report for batch in self._sent for report in batch.reports]
        self.tell(self._hello((*unacknowledged, *self._fresh)))
        for ask in self._asks.values():  # first: what has ended may ask for nothing any more
            self.tell(ask)
        for batch in self._sent:
            self.tell(batch)
        self._connected()

    def _later(self) -> None:
        wait = self._retry_seconds * self._chance.uniform(0.5, 1.0)
        self._retry_seconds = min(self._retry_seconds * 2, RETRY_SECONDS_MAX)
        self._retry = self._loop.after(wait, self.start)

    def _lost(self) -> None:
        if self._connection is not None:
            self._loop.forget(self._connection.fileno())
            self._connection.close()
            self._connection = None
            self._later()

    def _receive(self) -> None:
        if self._connection is None:
            return
        try:
            messages = self._connection.receive()
        except FrameError:
            messages = None
        if messages is None:
            self._lost()
            return
        for message in messages:
            self._take(message)

    def tell(self, message: object) -> None:
        """Sends when connected; drops it when not: only for what nobody misses (a beat)."""
        connection = self._connection
        if connection is None:
            return
        connection.send(message)
        if connection.wants_write:
            self._loop.watch_writes(connection.fileno(), self._flush_socket)

    def _flush_socket(self) -> None:
        if self._connection is not None and self._connection.flush():
            self._loop.watch_writes(self._connection.fileno(), None)

    # -- reports ----------------------------------------------------------------------------

    def report(self, report: Report | CallbackDone) -> None:
        """Goes out with the next :meth:`flush`."""
        self._fresh.append(report)

    def flush(self) -> None:
        """Sends the reports of this turn of the loop as one message."""
        if not self._fresh:
            return
        batch = Reports(seq=next(self._seqs), reports=tuple(self._fresh))
        self._fresh.clear()
        self._sent.append(batch)
        self.tell(batch)

    def acknowledged(self, seq: int) -> None:
        """All reports up to ``seq`` are safe."""
        while self._sent and self._sent[0].seq <= seq:
            self._sent.popleft()

    # -- asks -------------------------------------------------------------------------------

    def ask(self, attempt: AttemptId, request: Request, *, token: str) -> int:
        """Asks on behalf of an attempt; the number that its answer will carry."""
        number = next(self._ask_ids)
        self._asks[number] = Ask(id=number, attempt=attempt, request=request, token=token)
        self.tell(self._asks[number])
        return number

    def ask_for_file(
        self, file: str, request: GetVariable | GetConnection, *, dag_id: str | None = None
    ) -> int:
        """Asks on behalf of nobody's attempt; the number that its answer will carry."""
        number = next(self._ask_ids)
        self._asks[number] = FileAsk(id=number, file=file, request=request, dag_id=dag_id)
        self.tell(self._asks[number])
        return number

    def answered(self, number: int) -> None:
        """The answer is there."""
        self._asks.pop(number, None)

    def close(self) -> None:
        """Closes the connection for good."""
        if self._retry:
            self._retry.cancel()
        if self._connection is not None:
            self._connection.flush()
            self._loop.forget(self._connection.fileno())
            self._connection.close()
            self._connection = None
