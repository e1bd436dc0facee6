"""The supervisor's end of one fork server, or of the base server."""

from collections.abc import Callable, Sequence

from narae.executors.local.file_asks import FileTalk
from narae.executors.local.fork_server import mtime_of
from narae.executors.local.loop import Loop, Timer
from narae.executors.local.messages import FromServer, Packets, Ready, ToServer

RECEIVED_MAX = 64
"""Messages in a row from one server; then the others have their turn."""

Key = tuple[str, str]
"""Folder of the code, and file in it."""


class ServerLink:
    """Its socket, what it runs, and whether it may be used."""

    def __init__(
        self,
        number: int,
        packets: Packets,
        *,
        key: Key,
        loop: Loop,
        on_message: Callable[["ServerLink", FromServer], None],
        on_silent: Callable[["ServerLink"], None],
    ) -> None:
        self.number = number
        self.key = key
        self.talk: FileTalk | None = None
        """What the file asks for and has read; None of the base server."""
        self.pid: int | None = None
        self.ready: Ready | None = None
        self.closing = False
        """No more children: evicted, out of date, or failed."""
        self.waiting: list[int] = []
        """Numbers of children that wait for the import."""
        self.children: set[int] = set()
        self.import_timer: Timer | None = None
        self.idle_since = 0.0
        self._packets = packets
        self._loop = loop
        self._on_message = on_message
        self._on_silent = on_silent
        loop.watch(packets.fileno(), self._readable)

    @property
    def file(self) -> str:
        """The file as people call it."""
        return self.key[1]

    @property
    def is_idle(self) -> bool:
        """Whether it could go."""
        return self.ready is not None and not self.children and not self.waiting

    def is_current(self, *, pinned: bool) -> bool:
        """Whether the files that it has imported are still the same.

        When its code is ``pinned``, that of its own folder is: a code version never changes.
        """
        inside = f"{self.key[0]}/"
        return self.ready is None or all(
            (pinned and path.startswith(inside)) or mtime_of(path) == mtime
            for path, mtime in self.ready.files
        )

    @property
    def is_open(self) -> bool:
        """Whether we still listen to it."""
        return self._packets.fileno() >= 0

    def send(self, message: ToServer, descriptors: Sequence[int]) -> None:
        """Now or when there is room; a server that is dying is found out elsewhere."""
        if not self.is_open:
            return
        try:
            self._packets.send(message, descriptors)
        except OSError:
            return
        if self._packets.wants_write:
            self._loop.watch_writes(self._packets.fileno(), self._flush)

    def _flush(self) -> None:
        try:
            done = self._packets.flush()
        except OSError:
            done = True
        if done:
            self._loop.watch_writes(self._packets.fileno(), None)

    def _readable(self) -> None:
        self.receive()

    def receive(self) -> bool:
        """Takes what it says; whether there may be more."""
        for _ in range(RECEIVED_MAX):
            if not self.is_open:
                return False
            try:
                received = self._packets.receive()
            except BlockingIOError:
                return False
            if received is None:
                self._on_silent(self)
                return False
            self._on_message(self, received[0])
        return True

    def close(self) -> None:
        """Ends a server that runs; harmless when it is closed already."""
        if self.import_timer:
            self.import_timer.cancel()
        if self.talk:
            self.talk.close()
        if self.is_open:
            self._loop.forget(self._packets.fileno())
            self._packets.close()
