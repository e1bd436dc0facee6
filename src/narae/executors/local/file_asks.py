"""What DAG files ask for while fork servers import them: on its way to the engine and back."""

import socket
from typing import Protocol

from narae.core.codec import FrameError
from narae.core.requests import GetConnection, GetVariable, Refused
from narae.core.wire import Answer, ChildAnswer, ChildSecrets, FromImport, StoredChanged
from narae.executors.local.loop import Loop
from narae.framed import FramedConnection

READ_ONLY = Refused(words="while a DAG file is imported only variables and connections can be read")


class FileDesk(Protocol):
    """The link to the engine."""

    def ask_for_file(self, file: str, request: GetVariable | GetConnection) -> int:
        """Passes an ask on; the number of its answer."""
        ...


class FileTalk:
    """One import's end with us, and what it has read."""

    def __init__(self, sock: socket.socket, *, file: str, asks: "FileAsks", loop: Loop) -> None:
        self.file = file
        self.variables: set[str] = set()
        self.connections: set[str] = set()
        self._connection = FramedConnection[FromImport](sock, FromImport)
        self._asks = asks
        self._loop = loop
        loop.watch(sock.fileno(), self._readable)

    def has_read(self, changed: StoredChanged) -> bool:
        """Whether what changed makes the import out of date."""
        if changed.everything:
            return bool(self.variables or self.connections)
        return not (
            self.variables.isdisjoint(changed.variables)
            and self.connections.isdisjoint(changed.connections)
        )

    def send(self, answer: ChildAnswer) -> None:
        """Answers; nothing once it is closed."""
        self._connection.send(answer)
        if self._connection.wants_write:
            self._loop.watch_writes(self._connection.fileno(), self._flush)

    def _flush(self) -> None:
        if self._connection.flush():
            self._loop.watch_writes(self._connection.fileno(), None)

    def _readable(self) -> None:
        try:
            messages = self._connection.receive()
        except FrameError:
            messages = None
        for message in messages or ():
            if isinstance(message, ChildSecrets):
                continue  # what a file prints while a fork server imports it is not kept
            match message.request:
                case GetVariable(key=key):
                    self.variables.add(key)
                    self._asks.ask(self, message.id, message.request)
                case GetConnection(conn_id=conn_id):
                    self.connections.add(conn_id)
                    self._asks.ask(self, message.id, message.request)
                case _:
                    self.send(ChildAnswer(id=message.id, refused=READ_ONLY))
        if messages is None:
            self.close()

    def close(self) -> None:
        """The import is over; what it has read stays known. Harmless when closed already."""
        if self._connection.fileno() >= 0:
            self._loop.forget(self._connection.fileno())
            self._connection.close()


class FileAsks:
    """One for all fork servers of a supervisor."""

    def __init__(self, loop: Loop, desk: FileDesk) -> None:
        self._loop = loop
        self._desk = desk
        self._waiting: dict[int, tuple[FileTalk, int]] = {}
        """Number of an ask -> who asked, and its own number for it."""

    def open(self, file: str) -> tuple[FileTalk, socket.socket]:
        """A way to ask for one import: our end, and the importer's."""
        ours, theirs = socket.socketpair()
        return FileTalk(ours, file=file, asks=self, loop=self._loop), theirs

    def ask(self, talk: FileTalk, own: int, request: GetVariable | GetConnection) -> None:
        """Passes an ask on to the engine."""
        self._waiting[self._desk.ask_for_file(talk.file, request)] = (talk, own)

    def answer(self, answer: Answer) -> bool:
        """Passes an answer on; whether it was for an import."""
        if answer.id not in self._waiting:
            return False
        talk, own = self._waiting.pop(answer.id)
        talk.send(ChildAnswer(id=own, value=answer.value, refused=answer.refused))
        return True
