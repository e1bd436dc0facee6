"""Wake-ups between processes: datagrams beside SQLite, NOTIFY on PostgreSQL.

Losing one costs latency, never truth: the engine's slow poll makes up for it. Senders never
block for long and never raise; a message too long to send becomes ``Wake(everything=True)``.
"""

import contextlib
import os
import select
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from narae.core.codec import decode_json, encode_json
from narae.core.wire import Wake
from narae.storage.dialects import parse_url, psycopg_module

if TYPE_CHECKING:
    import psycopg

CHANNEL = "narae_wake"
EVERYTHING = Wake(everything=True)
_DATAGRAM_BYTES_MAX = 64 * 1024
_NOTIFY_BYTES_MAX = 7_900
"""PostgreSQL takes payloads of less than 8,000 bytes."""


class WakeSender(Protocol):
    """A :class:`narae.engine.ports.Notifier` that can be closed."""

    def wake(self, message: Wake) -> None:
        """Never raises."""
        ...

    def close(self) -> None:
        """Gives up what it holds."""
        ...


class WakeReceiver(Protocol):
    """The engine's end. Readable when there is something to :meth:`receive`."""

    def fileno(self) -> int:
        """For ``selectors``; the same for as long as the receiver lives."""
        ...

    def receive(self) -> list[Wake]:
        """What has come, without waiting. To be called at every slow poll as well: it repairs."""
        ...

    def close(self) -> None:
        """Gives up what it holds."""
        ...


def wake_sender(url: str, home: Path) -> WakeSender:
    """The sender that fits the database."""
    if parse_url(url).get_backend_name() == "sqlite":
        return SocketWakeSender(home)
    return PostgresWakeSender(url)


def wake_receiver(url: str, home: Path) -> WakeReceiver:
    """The receiver that fits the database; the engine's process makes one."""
    if parse_url(url).get_backend_name() == "sqlite":
        return SocketWakeReceiver(home)
    return PostgresWakeReceiver(url)


# -- datagrams ------------------------------------------------------------------------------


class _RunFolder:
    """``<home>/run`` by descriptor: a socket's path may not be longer than 107 bytes."""

    def __init__(self, home: Path) -> None:
        folder = home / "run"
        folder.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        self.address = f"/proc/self/fd/{self._descriptor}/wake.sock"
        self.missed = f"/proc/self/fd/{self._descriptor}/wake.missed"
        """A file that is there when a wake-up found the socket's queue full (ten, on Linux)."""

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class SocketWakeSender:
    """Sends to ``<home>/run/wake.sock``; nobody there is no error."""

    def __init__(self, home: Path) -> None:
        self._folder = _RunFolder(home)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def wake(self, message: Wake) -> None:
        """Never blocks and never raises.

        When the queue is full a file says so, then comes another try: either that one gets
        through, or the receiver, which has to empty the queue yet, will look for the file.
        """
        with contextlib.suppress(OSError):
            try:
                self._send(message)
            except BlockingIOError:
                os.close(os.open(self._folder.missed, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC))
                self._send(EVERYTHING)

    def _send(self, message: Wake) -> None:
        self._socket.sendto(_payload(message, _DATAGRAM_BYTES_MAX), self._folder.address)

    def close(self) -> None:
        """Closes the socket."""
        self._socket.close()
        self._folder.close()


class SocketWakeReceiver:
    """Listens on ``<home>/run/wake.sock``, in place of whoever did before."""

    def __init__(self, home: Path) -> None:
        self._folder = _RunFolder(home)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._folder.address)  # noqa: PTH108 - the path goes through a descriptor
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(self._folder.address)

    def fileno(self) -> int:
        """The socket's."""
        return self._socket.fileno()

    def receive(self) -> list[Wake]:
        """What has come, without waiting."""
        messages: list[Wake] = []
        while True:
            try:
                data = self._socket.recv(_DATAGRAM_BYTES_MAX)
            except BlockingIOError:
                return [*messages, EVERYTHING] if messages and self._has_missed() else messages
            messages.append(_message(data))

    def _has_missed(self) -> bool:
        try:
            os.unlink(self._folder.missed)  # noqa: PTH108 - the path goes through a descriptor
        except FileNotFoundError:
            return False
        return True

    def close(self) -> None:
        """Closes the socket and takes its file away."""
        self._socket.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._folder.address)  # noqa: PTH108 - the path goes through a descriptor
        self._folder.close()


def _payload(message: Wake, bytes_max: int) -> bytes:
    data = encode_json(message)
    return data if len(data) <= bytes_max else encode_json(EVERYTHING)


def _message(data: bytes | str) -> Wake:
    """What nobody can read still says that something happened."""
    try:
        return decode_json(data, Wake)
    except msgspec.DecodeError:
        return EVERYTHING


# -- PostgreSQL -----------------------------------------------------------------------------


class PostgresLink:
    """A connection of its own, outside the store's pool, made again after a loss."""

    def __init__(self, url: str, *, name: str = "narae wake") -> None:
        self._name = name
        self._psycopg = psycopg_module()
        self._conninfo = (
            parse_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        )
        self._connection: psycopg.Connection[Any] | None = None

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What a lost connection raises."""
        return (self._psycopg.Error, OSError)

    def get(self) -> "psycopg.Connection[Any]":
        """The connection; a lost one is made again."""
        if self._connection is None or self._connection.closed:
            self._connection = self._psycopg.connect(
                self._conninfo,
                autocommit=True,
                connect_timeout=2,
                application_name=self._name,
                options="-c statement_timeout=2000",
                tcp_user_timeout=2000,
            )
        return self._connection

    @property
    def lost(self) -> bool:
        """Whether the next :meth:`get` makes a new connection."""
        return self._connection is None or bool(self._connection.closed)

    def drop(self) -> None:
        """Forgets the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class PostgresWakeSender:
    """Sends by NOTIFY. Threads take turns."""

    def __init__(self, url: str) -> None:
        self._link = PostgresLink(url)
        self._turn = threading.Lock()

    def wake(self, message: Wake) -> None:
        """Never raises; waits two seconds at most."""
        text = _payload(message, _NOTIFY_BYTES_MAX).decode()
        with self._turn:
            for _ in range(2):  # a connection that was lost while idle shows only in use
                try:
                    self._link.get().execute("SELECT pg_notify(%s, %s)", (CHANNEL, text))
                except self._link.errors:
                    self._link.drop()
                else:
                    return

    def close(self) -> None:
        """Closes the connection."""
        self._link.drop()


class PostgresWakeReceiver:
    """Listens for NOTIFY. After a lost connection it says that anything may have happened."""

    def __init__(self, url: str) -> None:
        self._link = PostgresLink(url)
        self._poll = select.epoll()
        self._listen()

    def _listen(self) -> None:
        connection = self._link.get()
        connection.execute("LISTEN " + CHANNEL)
        self._poll.register(connection.fileno(), select.EPOLLIN)

    def fileno(self) -> int:
        """That of an epoll which holds whatever connection there is."""
        return self._poll.fileno()

    def receive(self) -> list[Wake]:
        """What has come, without waiting."""
        try:
            if self._link.lost:
                self._listen()
                return [EVERYTHING]
            found = list(self._link.get().notifies(timeout=0))
        except self._link.errors:
            self._link.drop()  # epoll forgets a descriptor that is closed
            return [EVERYTHING]
        return [_message(notice.payload) for notice in found]

    def close(self) -> None:
        """Closes the connection."""
        self._link.drop()
        self._poll.close()
