"""Framed messages over unix stream sockets: one connection class for every link.

A connection is non-blocking for a process with a selector (``receive``, ``send``, ``flush``,
``wants_write``) and has blocking twins for processes that talk to one peer only. Messages are
values of ``core.wire`` in the frames of ``core.codec``.
"""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import POLLIN, POLLOUT, poll
from typing import Any, Generic, Self, TypeVar

import msgspec

from narae.core.codec import FrameError, Frames, decoder_of, frame

T = TypeVar("T")

RECEIVE_BYTES = 256 * 1024
RECEIVE_ROUNDS = 8
"""A talkative peer gets this many reads in a row; then the others have their turn."""
ADDRESS_BYTES_MAX = 107
"""Longest unix socket path (``sun_path`` of unix(7), less its final zero)."""
PRIVATE = stat.S_IRUSR | stat.S_IWUSR


@contextmanager
def address_of(path: Path | str) -> Iterator[str]:
    """An address for ``bind`` or ``connect``: a path of any length, while the block lasts.

    A path that is too long for a unix socket is reached through its folder's descriptor.
    """
    text = os.fspath(path)
    if len(os.fsencode(text)) <= ADDRESS_BYTES_MAX:
        yield text
        return
    folder, name = os.path.split(text)
    descriptor = os.open(folder or ".", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{name}"
    finally:
        os.close(descriptor)


def listen(path: Path | str, *, backlog: int = 128) -> socket.socket:
    """A non-blocking stream listener at ``path``, for its own user only (mode 0600).

    What stands at ``path`` is taken away first: who may listen there is settled before.
    """
    return _bound(path, socket.SOCK_STREAM, backlog)


def listen_for_datagrams(path: Path | str) -> socket.socket:
    """A non-blocking datagram socket at ``path``, for its own user only (mode 0600)."""
    return _bound(path, socket.SOCK_DGRAM, None)


def _bound(path: Path | str, kind: socket.SocketKind, backlog: int | None) -> socket.socket:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, kind)
    try:
        os.fchmod(listener.fileno(), PRIVATE)  # Linux gives the file the mode of its socket
        with address_of(path) as address:
            listener.bind(address)
        if backlog is not None:
            listener.listen(backlog)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener


def send_datagram(path: Path | str, value: object) -> bool:
    """Sends one value, msgpack without a frame; False when nobody takes it just now."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        try:
            with address_of(path) as address:
                sender.sendto(msgspec.msgpack.encode(value), address)
        except OSError:
            return False
    return True


class FramedConnection(Generic[T]):
    """One peer that sends values of ``type_`` (which may be a tagged union).

    >>> here, there = socket.socketpair()
    >>> left, right = FramedConnection(here, int), FramedConnection(there, int)
    >>> left.send(7); left.send(8)
    >>> right.receive()
    [7, 8]
    >>> left.close(); right.receive() is None
    True
    >>> right.close()
    """

    def __init__(self, sock: socket.socket, type_: Any) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._frames = Frames()
        self._decoder = decoder_of(type_)
        self._outgoing = bytearray()
        self._broken = False

    @classmethod
    def connect(cls, path: Path | str, type_: Any) -> Self:
        """Connects to the listener at ``path``; OSError when there is none."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with address_of(path) as address:
                sock.connect(address)
            return cls(sock, type_)
        except BaseException:
            sock.close()
            raise

    def fileno(self) -> int:
        """For a selector; -1 once closed."""
        return self._sock.fileno()

    def close(self) -> None:
        """Closes the socket; what has not been sent is dropped."""
        self._broken = True
        self._outgoing.clear()
        self._sock.close()

    # -- non-blocking -----------------------------------------------------------------------

    def receive(self) -> list[T] | None:
        """The messages that are there, maybe none; None once the peer is gone.

        Raises :class:`FrameError` when the peer sends something that is no message.
        """
        messages: list[T] = []
        for _ in range(RECEIVE_ROUNDS):
            try:
                data = self._sock.recv(RECEIVE_BYTES)
            except BlockingIOError:
                break
            except OSError:
                return messages or None
            if not data:
                return messages or None
            messages.extend(self._decoded(data))
            if len(data) < RECEIVE_BYTES:
                break
        return messages

    def _decoded(self, data: bytes) -> Iterator[T]:
        for message in self._frames.feed(data):
            try:
                yield self._decoder.decode(message)
            except msgspec.DecodeError as error:
                raise FrameError(f"no message: {error}") from error

    def send(self, value: object) -> None:
        """Sends at once what the socket takes and keeps the rest for :meth:`flush`.

        A peer that is gone is no error here: :meth:`receive` says so.
        """
        if self._broken:
            return
        self._outgoing += frame(value)
        self.flush()

    def flush(self) -> bool:
        """Writes what the socket takes; whether everything is out."""
        while self._outgoing:
            try:
                sent = self._sock.send(self._outgoing)
            except BlockingIOError:
                return False
            except OSError:
                self._broken = True
                self._outgoing.clear()
                return True
            del self._outgoing[:sent]
        return True

    @property
    def wants_write(self) -> bool:
        """Whether the selector should watch for room to write."""
        return bool(self._outgoing)

    @property
    def pending_bytes(self) -> int:
        """How much waits to be written: a measure of how far behind the peer is."""
        return len(self._outgoing)

    # -- blocking ---------------------------------------------------------------------------

    def send_blocking(self, value: object, *, idle_seconds: float | None = None) -> None:
        """Sends all of it; ConnectionError when the peer is gone.

        TimeoutError when the peer takes nothing for ``idle_seconds``.
        """
        self.send(value)
        while not self._broken and not self.flush():
            self._wait(POLLOUT, idle_seconds)
        if self._broken:
            raise ConnectionError("the peer is gone")

    def receive_blocking(self, *, idle_seconds: float | None = None) -> T | None:
        """The next message; None once the peer is gone. What comes after it stays unread.

        TimeoutError when nothing comes for ``idle_seconds``.
        """
        while True:
            try:
                data = self._sock.recv(min(self._frames.missing, RECEIVE_BYTES))
            except BlockingIOError:
                self._wait(POLLIN, idle_seconds)
                continue
            except OSError:
                return None
            if not data:
                return None
            for message in self._decoded(data):
                return message

    def _wait(self, event: int, idle_seconds: float | None) -> None:
        poller = poll()
        poller.register(self._sock, event)
        if not poller.poll(None if idle_seconds is None else idle_seconds * 1000):
            raise TimeoutError(f"the peer was silent for {idle_seconds} seconds")
