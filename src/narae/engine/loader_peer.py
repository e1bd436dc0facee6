"""The engine's end of the connection to a loader."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from narae.core.codec import pack
from narae.core.requests import Refused
from narae.core.wire import (
    Acknowledge,
    Answer,
    FileAsk,
    FromLoader,
    LoaderBeat,
    LoaderHello,
    Reparse,
)
from narae.engine.aside import Answerer, answered_now
from narae.engine.catalog import Catalog
from narae.engine.changes import ChangeLog, NoSink
from narae.engine.desk import Desk, answer_file
from narae.engine.events import LoaderBeatCame
from narae.engine.scheduler import Scheduler
from narae.framed import FramedConnection

TIDY_FIRST, TIDY_EVERY = timedelta(minutes=10), timedelta(hours=1)
"""When a loader is told which code versions are in use: after it came, and then again."""


class LoaderPeer:
    """A loader: its messages go to the catalog, and are acknowledged once recorded."""

    def __init__(  # noqa: PLR0913 - its surroundings, one by one
        self,
        connection: FramedConnection[Any],
        hello: LoaderHello,
        scheduler: Scheduler,
        catalog: Catalog,
        desk: Desk,
        changes: ChangeLog | None = None,
        *,
        answer: Answerer = answered_now,
    ) -> None:
        """``answer`` sees to what takes time."""
        self._answers = answer
        self.connection = connection
        self._name = f"{hello.host}:{hello.pid}"
        self._scheduler = scheduler
        self._catalog = catalog
        self._desk = desk
        self._changes = changes or ChangeLog(NoSink())
        self._tidy_at: datetime | None = None

    def fileno(self) -> int:
        """For the selector."""
        return self.connection.fileno()

    @property
    def wants_write(self) -> bool:
        """Whether :meth:`flush` has something to do."""
        return self.connection.wants_write

    def flush(self) -> bool:
        """Writes what the socket takes."""
        return self.connection.flush()

    def receive(self) -> bool:
        """Takes what has come; False once it is gone."""
        messages = self.connection.receive()
        if messages is None:
            return False
        self.take(messages)
        return True

    def take(self, messages: Sequence[FromLoader]) -> None:
        """Takes messages in their order."""
        for message in messages:
            if isinstance(message, FileAsk):
                self._answers(answer_file(self._desk, message), partial(self._send, message.id))
                continue
            if isinstance(message, LoaderBeat):
                self._scheduler.handle(
                    LoaderBeatCame(name=self._name, at=message.at, facts=message.facts)
                )
                self._tidy(message.at)
            seq = self._catalog.take(message)
            self._changes.loader_said(message)
            if seq is not None:
                self.connection.send(Acknowledge(seq=seq))
            for file in self._catalog.take_again():
                self.connection.send(Reparse(file=file))

    def _send(self, number: int, value: object) -> None:
        refused = value if isinstance(value, Refused) else None
        packed = b"" if refused else pack(value)
        self.connection.send(Answer(id=number, value=packed, refused=refused))

    def _tidy(self, now: datetime) -> None:
        """Now and then the loader is told which code has to stay."""
        if self._tidy_at is None:
            self._tidy_at = now + TIDY_FIRST
        elif now >= self._tidy_at:
            self._tidy_at = now + TIDY_EVERY
            self.connection.send(self._catalog.code_in_use())

    def close(self) -> None:
        """Ends the connection."""
        self.connection.close()
