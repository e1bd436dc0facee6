"""The loader's connection to the engine: found again for ever, and told everything anew."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from narae.core.codec import FrameError
from narae.core.wire import (
    Acknowledge,
    Answer,
    CodeInUse,
    FileAsk,
    Gone,
    LoaderBeat,
    LoaderHello,
    Parsed,
    PlanMore,
    Reparse,
    Scanned,
    StoredChanged,
    ToLoader,
)
from narae.framed import FramedConnection

Asked = Reparse | PlanMore | Answer | StoredChanged | CodeInUse

DELAYS_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


class EngineLink:
    """Connects to ``path`` when :meth:`attempt` is called at or after ``due``.

    What was sent while connected and has not been acknowledged need not be kept: after a
    reconnect the loader says everything again.
    """

    def __init__(self, path: Path, *, hello: LoaderHello, now: Callable[[], float]) -> None:
        self._path = path
        self._hello = hello
        self._now = now
        self._connection: FramedConnection[ToLoader] | None = None
        self._failures = 0
        self._seq = 0
        self.acknowledged = 0
        self.times = 0
        """How often a connection has come about."""
        self.due = 0.0

    @property
    def connection(self) -> FramedConnection[ToLoader] | None:
        """For a selector; None while there is no engine."""
        return self._connection

    @property
    def seq(self) -> int:
        """Number of the latest message."""
        return self._seq

    def attempt(self) -> bool:
        """Tries to connect; whether it has just come about."""
        if self._connection is not None or self._now() < self.due:
            return False
        try:
            self._connection = FramedConnection.connect(self._path, ToLoader)
        except OSError:
            self._back_off()
            return False
        self._failures = 0
        self.times += 1
        self._connection.send(self._hello)
        return True

    def send(self, make: type[Parsed | Gone | Scanned], **fields: Any) -> None:
        """Sends a numbered message, unless there is no engine."""
        if self._connection is not None:
            self._seq += 1
            self._connection.send(make(seq=self._seq, **fields))

    def tell(self, message: LoaderBeat | FileAsk) -> None:
        """Sends what needs no acknowledgement, unless there is no engine."""
        if self._connection is not None:
            self._connection.send(message)

    def receive(self) -> list[Asked]:
        """What the engine asks for, tells and answers."""
        if self._connection is None:
            return []
        try:
            messages = self._connection.receive()
        except FrameError:
            messages = None
        if messages is None:
            self.close()
            self._back_off()
            return []
        self._connection.flush()
        asked: list[Asked] = []
        for message in messages:
            if isinstance(message, Acknowledge):
                self.acknowledged = message.seq
            else:
                asked.append(message)
        return asked

    def close(self) -> None:
        """Gives the connection up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _back_off(self) -> None:
        delay = DELAYS_SECONDS[min(self._failures, len(DELAYS_SECONDS) - 1)]
        self._failures += 1
        self.due = self._now() + delay
