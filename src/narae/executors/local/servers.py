"""The fork servers of a supervisor: which there are, which to use, which to let go."""

import itertools
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from narae.core.wire import StoredChanged
from narae.core.workload import AnyWorkload, CodeRef
from narae.executors.local import eviction
from narae.executors.local.base_link import BaseLink
from narae.executors.local.causes import server_words
from narae.executors.local.eviction import ServerFacts, ServerLimits
from narae.executors.local.file_asks import FileAsks
from narae.executors.local.loop import Loop, Timer
from narae.executors.local.messages import (
    Exited,
    Forked,
    FromServer,
    NotForked,
    NotImported,
    Packets,
    Ready,
    StartChild,
    StartServer,
    close_all,
    pair,
)
from narae.executors.local.server_link import Key, ServerLink
from narae.executors.local.settings import SupervisorSettings


class ServerEvents(Protocol):
    """What the supervisor is told of the children that it has asked for."""

    def base_ready(self, waiting: Sequence[int]) -> None:
        """The base server serves; these waited for it."""
        ...

    def may_start(self, numbers: Sequence[int]) -> None:
        """These waited for a server: try again."""
        ...

    def forked(self, number: int, pid: int) -> None:
        """The process exists."""
        ...

    def not_forked(self, number: int, words: str) -> None:
        """There will be no process."""
        ...

    def not_imported(self, number: int, failure: NotImported) -> None:
        """There will be no process: its file can't be imported."""
        ...

    def exited(self, ended: Exited) -> None:
        """The process is gone, with everything it had started."""
        ...

    def lost(self, number: int, words: str) -> None:
        """The process is gone together with its fork server."""
        ...


class Servers:
    """Starts, through the base server, a fork server for each file."""

    def __init__(
        self,
        loop: Loop,
        settings: SupervisorSettings,
        events: ServerEvents,
        *,
        files: FileAsks,
        holder: str,
    ) -> None:
        self._loop = loop
        self._settings = settings
        self._events = events
        self._files = files
        self._numbers = itertools.count(1)
        self._by_number: dict[int, ServerLink] = {}
        self._by_key: dict[Key, ServerLink] = {}
        self._unsafe: set[Key] = set()
        """Files that leave threads behind."""
        self._idle_timer: Timer | None = None
        self._limits = ServerLimits(
            servers_max=settings.servers_max,
            idle_seconds=settings.servers_idle_seconds,
            memory_max_bytes=settings.servers_memory_max_bytes,
        )
        self.base = BaseLink(
            loop, settings, holder=holder, on_message=self._take, on_lost=self._base_lost
        )

    def next_number(self) -> int:
        """Servers and children are numbered together."""
        return next(self._numbers)

    # -- which server -----------------------------------------------------------------------

    def folder_of(self, code: CodeRef) -> str:
        """Where the code is: the tree of its version, or the DAG folder itself."""
        if not code.version:
            return code.folder
        return str(Path(self._settings.code_folder) / "trees" / code.version)

    def server_for(self, workload: AnyWorkload) -> ServerLink | None:
        """Which server to ask; it may still be importing. None while the base server is gone.

        The base server itself for what a fork would break: the DAG says so, or the loader, or
        the file has left threads behind.
        """
        if self.base.link is None:
            return None
        code = workload.code
        key = (self.folder_of(code), code.file)
        execution = workload.execution or self._settings.execution
        if code.must_spawn or execution == "spawn" or key in self._unsafe:
            return self.base.link
        server = self._by_key.get(key)
        if server is not None and not server.is_current(pinned=bool(code.version)):
            self._retire(server)
            server = None
        return server or self._start_server(key, self.base.link)

    def _start_server(self, key: Key, base: ServerLink) -> ServerLink:
        for number in eviction.to_make_room(self._facts(), self._limits):
            self._retire(self._by_number[number])
        folder, file = key
        talk, asks = self._files.open(file)
        ours, theirs = pair()
        server = ServerLink(
            self.next_number(),
            Packets(ours, FromServer),
            key=key,
            loop=self._loop,
            on_message=self._take,
            on_silent=self._silent,
        )
        server.talk = talk
        self._by_number[server.number] = self._by_key[key] = server
        server.import_timer = self._loop.after(
            self._settings.import_timeout_seconds, lambda: self._import_too_long(server)
        )
        title = f"narae fork server: {file}"
        order = StartServer(child=server.number, folder=folder, file=file, title=title)
        with theirs, asks:
            base.send(order, [theirs.fileno(), asks.fileno()])
        return server

    def start(self, number: int, server: ServerLink, descriptors: list[int], code: CodeRef) -> None:
        """Asks for a child, and closes ``descriptors``, which are its ends."""
        server.children.add(number)
        order = StartChild(child=number)
        if server is self.base.link:
            order = StartChild(child=number, folder=self.folder_of(code), file=code.file)
        try:
            server.send(order, descriptors)
        finally:
            close_all(descriptors)

    # -- what servers say -------------------------------------------------------------------

    def _take(self, server: ServerLink, message: FromServer) -> None:
        match message:
            case Ready():
                self._is_ready(server, message)
            case NotImported():
                self._import_failed(server, message)
            case Forked(child=number, pid=pid):
                if number in self._by_number:
                    self._by_number[number].pid = pid
                else:
                    self._events.forked(number, pid)
            case NotForked(child=number, words=words):
                self._not_forked(server, number, words)
            case Exited(child=number):
                self._exited(server, message, self._by_number.pop(number, None))

    def _is_ready(self, server: ServerLink, ready: Ready) -> None:
        server.ready = ready
        waiting, server.waiting = server.waiting, []
        if server is self.base.link:
            self._events.base_ready(waiting)
            return
        if server.import_timer:
            server.import_timer.cancel()
        if ready.threads:
            self._unsafe.add(server.key)
            self._retire(server)
        self._events.may_start(waiting)
        self._may_be_idle(server)

    def _import_failed(self, server: ServerLink, failure: NotImported) -> None:
        waiting, server.waiting = server.waiting, []
        self._retire(server)
        for number in waiting:
            self._events.not_imported(number, failure)

    def _import_too_long(self, server: ServerLink) -> None:
        seconds = self._settings.import_timeout_seconds
        words = f"importing {server.file} took longer than {seconds:g} seconds"
        self._import_failed(server, NotImported(words=words, traceback=""))
        if server.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(server.pid, signal.SIGKILL)

    def _not_forked(self, server: ServerLink, number: int, words: str) -> None:
        failed = self._by_number.pop(number, None)
        if failed is None:
            server.children.discard(number)
            self._events.not_forked(number, words)
            self._may_be_idle(server)
            return
        waiting, failed.waiting = failed.waiting, []
        self._retire(failed)
        failed.close()
        for child in waiting:
            self._events.not_forked(child, words)

    def _exited(self, server: ServerLink, ended: Exited, gone: ServerLink | None) -> None:
        if gone is None:
            server.children.discard(ended.child)
            self._events.exited(ended)
            self._may_be_idle(server)
            return
        while gone.receive():
            pass  # what it said before it died and nobody has read yet
        gone.close()
        words = server_words(gone.file, ended.status)
        lost, gone.children = gone.children, set()
        if os.WIFSIGNALED(ended.status) and os.WTERMSIG(ended.status) == signal.SIGKILL:
            lost.update(gone.waiting)  # nothing that the file did itself
            gone.waiting = []
        self._import_failed(gone, NotImported(words=f"{words}, importing it", traceback=""))
        for number in lost:
            self._events.lost(number, words)

    def _silent(self, server: ServerLink) -> None:
        """Its socket is closed: the base server will say how it died."""
        self._retire(server)
        server.close()

    def _base_lost(self, base: ServerLink) -> None:
        gone = [base, *self._by_number.values()]
        self._by_number.clear()
        self._by_key.clear()
        for server in gone:
            while server.receive():
                pass
            server.close()
        for server in gone:
            for number in server.children:
                self._events.lost(number, server_words(server.file, None))
        for server in gone:
            self._events.may_start(server.waiting)

    def __len__(self) -> int:
        """How many there are, the base server apart."""
        return len(self._by_number)

    # -- letting go -------------------------------------------------------------------------

    def outdate(self, changed: StoredChanged) -> None:
        """Lets go of servers whose file was told, at its import, what is no longer so."""
        for server in list(self._by_key.values()):
            if server.talk is not None and server.talk.has_read(changed):
                self._retire(server)

    def _facts(self) -> list[ServerFacts]:
        return [
            ServerFacts(
                number=server.number,
                is_idle=server.is_idle,
                idle_since=server.idle_since,
                private_bytes=server.ready.private_bytes if server.ready else 0,
            )
            for server in self._by_key.values()
        ]

    def _retire(self, server: ServerLink) -> None:
        """Nobody new comes to it; it ends with its last child."""
        server.closing = True
        if self._by_key.get(server.key) is server:
            del self._by_key[server.key]
        if server.is_idle:
            server.close()

    def _may_be_idle(self, server: ServerLink) -> None:
        if not server.is_idle or server is self.base.link:
            return
        server.idle_since = self._loop.monotonic()
        if server.closing:
            server.close()
        elif self._idle_timer is None:
            self._idle_timer = self._loop.after(self._limits.idle_seconds, self._close_idle)

    def _close_idle(self) -> None:
        """Lets go of those that have been idle for long, and looks again when the next is due."""
        now = self._loop.monotonic()
        for number in eviction.idle_too_long(self._facts(), now=now, limits=self._limits):
            self._retire(self._by_number[number])
        seconds = eviction.next_look(self._facts(), now=now, limits=self._limits)
        self._idle_timer = None if seconds is None else self._loop.after(seconds, self._close_idle)


def is_there(folder: str, file: str) -> bool:
    """Whether the code can be read; a file in a zip is there when its zip is."""
    path = Path(folder) / file
    return path.is_file() or any(part.is_file() for part in path.parents)
