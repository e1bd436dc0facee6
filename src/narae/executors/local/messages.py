"""What a supervisor and its servers say to each other, over SOCK_SEQPACKET socket pairs.

Descriptors travel with the message that names them (SCM_RIGHTS).
"""

import array
import contextlib
import os
import socket
from collections.abc import Sequence
from typing import Any

from narae.core.codec import decoder_of, pack
from narae.core.spec import Value

MESSAGE_BYTES_MAX = 160 * 1024
"""A packet has to fit into a socket's buffer (212,992 bytes by default on Linux)."""
DESCRIPTORS_MAX = 8


class StartServer(Value, tag="start_server", frozen=True, kw_only=True):
    """To the base server: fork a server for one file. With it: [its control socket, its asks].

    On ``asks``, a stream, the file asks (``ChildAsk``) while it is imported.
    """

    child: int
    """Its number; servers and children are numbered together."""
    folder: str
    """The folder that holds the code: a materialised tree or the DAG folder itself."""
    file: str
    title: str


class StartChild(Value, tag="start_child", frozen=True, kw_only=True):
    """Run one workload. With it: [socket, stdout, stderr, log], all the child's ends.

    The workload itself is the first frame on the socket.
    """

    child: int
    folder: str = ""
    """Only to the base server, which runs it in a fresh Python."""
    file: str = ""


ToServer = StartServer | StartChild


class Ready(Value, tag="ready", frozen=True, kw_only=True):
    """The file is imported and children may be asked for; of the base server: it serves."""

    pid: int
    threads: int = 0
    """Threads that the import left behind; more than 0 means that a fork is not safe."""
    files: tuple[tuple[str, int], ...] = ()
    """Path and mtime (ns) of the file and of the local modules that it imported."""
    private_bytes: int = 0


class NotImported(Value, tag="not_imported", frozen=True, kw_only=True):
    """The file raised while it was imported; the server ends."""

    words: str
    traceback: str


class Forked(Value, tag="forked", frozen=True, kw_only=True):
    """A child or server exists."""

    child: int
    pid: int


class NotForked(Value, tag="not_forked", frozen=True, kw_only=True):
    """No child or server could be made."""

    child: int
    words: str


class Exited(Value, tag="exited", frozen=True, kw_only=True):
    """A child or server is dead and reaped, and so is everything that it started."""

    child: int
    status: int
    """As of wait(2)."""
    cpu_seconds: float
    memory_peak_bytes: int


FromServer = Ready | NotImported | Forked | NotForked | Exited


class Packets:
    """One end of a pair. ``type_`` is the union of what the other end sends."""

    def __init__(self, sock: socket.socket, type_: Any) -> None:
        self.sock = sock
        self._decoder = decoder_of(type_)
        self._waiting: list[tuple[bytes, list[int]]] = []

    def fileno(self) -> int:
        """For a poller."""
        return self.sock.fileno()

    def send(self, message: object, descriptors: Sequence[int] = ()) -> None:
        """Sends now, or with the next :meth:`flush` on a non-blocking socket that is full.

        ``descriptors`` may be closed by the caller at once. OSError when the peer is gone.
        """
        data = pack(message)
        if not self._waiting and self._sent(data, descriptors):
            return
        self._waiting.append((data, [os.dup(number) for number in descriptors]))

    def _sent(self, data: bytes, descriptors: Sequence[int]) -> bool:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        try:
            self.sock.sendmsg([data], rights if descriptors else [])
        except BlockingIOError:
            return False
        return True

    def flush(self) -> bool:
        """Sends what waits; whether all of it is out."""
        while self._waiting:
            data, descriptors = self._waiting[0]
            if not self._sent(data, descriptors):
                return False
            del self._waiting[0]
            close_all(descriptors)
        return True

    @property
    def wants_write(self) -> bool:
        """Whether something waits for :meth:`flush`."""
        return bool(self._waiting)

    def receive(self) -> tuple[Any, list[int]] | None:
        """One message and its descriptors; None once the peer is gone.

        BlockingIOError when nothing is there on a non-blocking socket.
        """
        room = socket.CMSG_SPACE(DESCRIPTORS_MAX * array.array("i").itemsize)
        try:
            data, ancillary, _, _ = self.sock.recvmsg(
                MESSAGE_BYTES_MAX, room, socket.MSG_CMSG_CLOEXEC
            )
        except ConnectionError:
            return None
        descriptors = array.array("i")
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                whole = len(content) - len(content) % descriptors.itemsize
                descriptors.frombytes(content[:whole])
        if not data:
            close_all(descriptors)
            return None
        return self._decoder.decode(data), list(descriptors)

    def close(self) -> None:
        """Closes the socket and drops what waits."""
        for _, descriptors in self._waiting:
            close_all(descriptors)
        self._waiting.clear()
        self.sock.close()


def close_all(descriptors: Sequence[int]) -> None:
    """Closes each; one that is closed already is no error."""
    for number in descriptors:
        with contextlib.suppress(OSError):
            os.close(number)


def pair() -> tuple[socket.socket, socket.socket]:
    """Two connected ends; the first is ours and non-blocking."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    return ours, theirs
