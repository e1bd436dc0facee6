"""Where the feed's changes come from: the engine's socket, or PostgreSQL's notifications."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from narae.core.changes import Changed, ListenerHello
from narae.core.codec import FrameError
from narae.framed import FramedConnection

RETRY_SECONDS = 0.5

Publish = Callable[[Changed], None]


class EngineSource:
    """Listens on a connection to the engine's socket; finds it again for ever.

    While there is no connection, what changes is missed: the feed is told so.
    """

    def __init__(self, path: Path, *, name: str = "api") -> None:
        self._path = path
        self._name = name
        self._connection: FramedConnection[Changed] | None = None
        self._publish: Publish | None = None
        self._retry: asyncio.TimerHandle | None = None

    def open(self, publish: Publish) -> None:
        """Connects, now or as soon as there is an engine."""
        self._publish = publish
        self._connect()

    def close(self) -> None:
        """Ends the connection."""
        self._publish = None
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        self._disconnect()

    def _connect(self) -> None:
        self._retry = None
        loop = asyncio.get_running_loop()
        try:
            connection = FramedConnection[Changed].connect(self._path, Changed)
        except OSError:
            self._retry = loop.call_later(RETRY_SECONDS, self._connect)
            return
        self._connection = connection
        connection.send(ListenerHello(name=self._name))
        loop.add_reader(connection.fileno(), self._readable)

    def _disconnect(self) -> None:
        if self._connection is not None:
            asyncio.get_running_loop().remove_reader(self._connection.fileno())
            self._connection.close()
            self._connection = None

    def _readable(self) -> None:
        if self._connection is None or self._publish is None:
            return
        try:
            messages = self._connection.receive()
        except FrameError:
            messages = None
        if messages is None:
            self._disconnect()
            self._publish(Changed(everything=True))
            loop = asyncio.get_running_loop()
            self._retry = loop.call_later(RETRY_SECONDS, self._connect)
            return
        for message in messages:
            self._publish(message)


class Receiver(Protocol):
    """A :class:`narae.storage.change_notices.PostgresChangeReceiver`."""

    def connect(self) -> None:
        """Connects; may take two seconds. OSError or the driver's own error when it fails."""
        ...

    def fileno(self) -> int:
        """For the event loop."""
        ...

    def receive(self) -> list[Changed] | None:
        """What has come; None once the connection is lost."""
        ...

    def close(self) -> None:
        """Ends the connection."""
        ...


class NoticeSource:
    """Listens to the database; connects in a thread, for that takes its time."""

    def __init__(self, make: Callable[[], Receiver]) -> None:
        self._make = make
        self._publish: Publish | None = None
        self._task: asyncio.Task[None] | None = None

    def open(self, publish: Publish) -> None:
        """Connects, now or as soon as there is a database."""
        self._publish = publish
        self._task = asyncio.get_running_loop().create_task(self._listen(publish))

    def close(self) -> None:
        """Ends the connection."""
        self._publish = None
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _listen(self, publish: Publish) -> None:
        while True:
            receiver = self._make()
            try:
                await asyncio.to_thread(receiver.connect)
            except Exception:  # noqa: BLE001 - whatever the driver raises: it is away
                await asyncio.sleep(RETRY_SECONDS)
                continue
            try:
                await self._until_lost(receiver, publish)
            finally:
                receiver.close()
            publish(Changed(everything=True))
            await asyncio.sleep(RETRY_SECONDS)

    async def _until_lost(self, receiver: Receiver, publish: Publish) -> None:
        loop, lost = asyncio.get_running_loop(), asyncio.Event()
        descriptor = receiver.fileno()

        def readable() -> None:
            found = receiver.receive()
            for changed in found or ():
                publish(changed)
            if found is None:
                loop.remove_reader(descriptor)
                lost.set()

        loop.add_reader(descriptor, readable)
        try:
            await lost.wait()
        finally:
            loop.remove_reader(descriptor)
