"""Fork servers for a caller that waits for each task: one base server, one server a file.

The caller's own process, however big, is not what tasks are forked from, and a DAG file is
imported once however many tasks it has.
"""

import contextlib
import itertools
import os
import select
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from narae.core.codec import encode_json
from narae.core.requests import GetConnection, GetVariable
from narae.core.spec import Value
from narae.core.wire import ChildSecrets, FromImport, answered
from narae.executors.local import base_server
from narae.executors.local.causes import server_words
from narae.executors.local.child import ServerSettings
from narae.executors.local.messages import (
    Forked,
    FromServer,
    NotForked,
    NotImported,
    Packets,
    Ready,
    StartChild,
    StartServer,
    pair,
)
from narae.executors.local.settings import PRELOAD
from narae.framed import FramedConnection

CHILD = 1
"""The number of every task's process: there is one at a time."""


class SoloSettings(Value, frozen=True, kw_only=True):
    """Names as in ``SupervisorSettings``."""

    preload: tuple[str, ...] = PRELOAD
    run: str = "narae.runtime.entry:run_child"
    load: str = "narae.runtime.load:load_file"
    asking: str = "narae.runtime.asking:asking"
    mask: str = "narae.runtime.asking:masked"
    import_timeout_seconds: float = 30.0


class NoServerError(Exception):
    """The fork servers are gone, or can't be started; the words say how."""


@dataclass
class _Server:
    link: Packets
    spawns: bool = False
    """The file leaves threads behind: the base server has to run its tasks."""


class SoloServers:
    """At most one base server; :meth:`close` ends it and all that descends from it."""

    def __init__(
        self,
        settings: SoloSettings,
        *,
        answer: Callable[[GetVariable | GetConnection], Any] = lambda _: None,
    ) -> None:
        """``answer`` gives the variables and connections that files ask for at their import."""
        self._settings = settings
        self._answer_file = answer
        self._base: Packets | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._servers: dict[tuple[str, str], _Server] = {}
        self._numbers = itertools.count(CHILD + 1)

    def start(self) -> None:
        """Starts the base server, and does not wait for it: it imports meanwhile."""
        if self._base is not None:
            return
        ours, theirs = pair()
        with theirs:
            settings = ServerSettings(
                parent=os.getpid(),
                control=theirs.fileno(),
                preload=self._settings.preload,
                run=self._settings.run,
                load=self._settings.load,
                asking=self._settings.asking,
                mask=self._settings.mask,
            )
            self._process = subprocess.Popen(  # noqa: S603 - our own Python, no shell
                [sys.executable, "-P", "-m", base_server.__name__, encode_json(settings).decode()],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._base = self._patient(ours)

    def _patient(self, sock: socket.socket) -> Packets:
        link = Packets(sock, FromServer)
        link.sock.settimeout(self._settings.import_timeout_seconds)
        return link

    def begin(
        self, folder: str, file: str, descriptors: Sequence[int], *, spawn: bool
    ) -> Packets | NotImported:
        """Asks for a process with these ends; gives who says ``Forked``, then ``Exited``.

        :class:`NoServerError` when there is nobody who could start one.
        """
        try:
            return self._asked(folder, file, descriptors, spawn=spawn)
        except OSError:  # its server has died since; the next one is new
            self._forget(folder, file)
        try:
            return self._asked(folder, file, descriptors, spawn=spawn)
        except OSError as error:
            raise NoServerError(f"the fork server of {file} can't be reached: {error}") from error

    def _asked(
        self, folder: str, file: str, descriptors: Sequence[int], *, spawn: bool
    ) -> Packets | NotImported:
        base = self._started()
        server = None if spawn else self._server_of(folder, file, base)
        if isinstance(server, NotImported):
            return server
        if server is None or server.spawns:
            base.send(StartChild(child=CHILD, folder=folder, file=file), descriptors)
            return base
        server.link.send(StartChild(child=CHILD), descriptors)
        return server.link

    def _forget(self, folder: str, file: str) -> None:
        server = self._servers.pop((folder, file), None)
        if server is not None:
            server.link.close()

    def _started(self) -> Packets:
        if self._base is None or self._process is None or self._process.poll() is not None:
            self.close()
            self.start()
        if self._base is None:  # start() makes it
            raise NoServerError("there is no base server")
        return self._base

    def _server_of(self, folder: str, file: str, base: Packets) -> _Server | NotImported:
        known = self._servers.get((folder, file))
        if known is not None:
            return known
        ours, theirs = pair()
        asks, asks_in = socket.socketpair()
        link = self._patient(ours)
        with theirs, asks_in:
            title = f"narae fork server: {file}"
            number = next(self._numbers)
            start = StartServer(child=number, folder=folder, file=file, title=title)
            base.send(start, [theirs.fileno(), asks_in.fileno()])
        with asks:
            self._await_fork(base, number)
            self._serve_asks(FramedConnection[FromImport](asks, FromImport), link)
        answer = self._answer(link, file)
        if isinstance(answer, NotImported):
            link.close()
            return answer
        server = _Server(link, spawns=answer.threads > 0)
        self._servers[folder, file] = server
        return server

    def _serve_asks(self, asks: FramedConnection[FromImport], link: Packets) -> None:
        """Answers the file that is imported, until it says how that went, or is silent."""
        poller = select.poll()
        poller.register(asks, select.POLLIN)
        poller.register(link, select.POLLIN)
        seconds = self._settings.import_timeout_seconds
        while ready := dict(poller.poll(seconds * 1000)):
            messages = asks.receive() if asks.fileno() in ready else []
            for message in messages or ():
                if isinstance(message, ChildSecrets):
                    continue
                value = self._answer_file(message.request)  # type: ignore[arg-type]  # an import asks for nothing else
                asks.send_blocking(answered(message.id, value))
            if messages is None or link.fileno() in ready:
                return

    def _answer(self, link: Packets, file: str) -> Ready | NotImported:
        try:
            received = link.receive()
        except TimeoutError:
            seconds = self._settings.import_timeout_seconds
            words = f"importing {file} took longer than {seconds:g} seconds"
            return NotImported(words=words, traceback="")
        if received is None:
            raise NoServerError(server_words(file, None))
        answer = received[0]
        if not isinstance(answer, Ready | NotImported):
            raise NoServerError(f"the fork server of {file} said {answer}")
        return answer

    def _await_fork(self, base: Packets, number: int) -> None:
        while True:
            received = base.receive()
            if received is None:
                raise NoServerError("the base server is gone")
            match received[0]:
                case Forked(child=child) if child == number:
                    return
                case NotForked(child=child, words=words) if child == number:
                    raise NoServerError(words)
                case _:  # that it is ready, or that an older server has ended
                    pass

    def close(self) -> None:
        """Ends all of them; nothing is left when this returns."""
        for server in self._servers.values():
            server.link.close()
        self._servers.clear()
        if self._base is not None:
            self._base.close()
            self._base = None
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self._settings.import_timeout_seconds)
            self._process.kill()
            self._process.wait()
            self._process = None
