"""Runs workloads one by one under the calling process: for ``narae dags test``, no server.

With ``fork=True`` each runs in a child of a small fork server that has imported its file, as
isolated as with a supervisor. With ``fork=False`` it runs in this very process, so that a
debugger works.
"""

import logging
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, assert_never

from narae.core.ids import AttemptId
from narae.core.reports import CallbackDone, Report, Started
from narae.core.requests import Request
from narae.core.run import Cause, CauseKind
from narae.core.spec import Value
from narae.core.wire import ChildAsk, ChildEnded, ChildSecrets, ChildStarted, FromChild, answered
from narae.core.workload import AnyWorkload, CodeRef, Workload
from narae.executors.local import child, fork_server, linux, spawned
from narae.executors.local.causes import Death, cause_of, last_report, server_words
from narae.executors.local.child import RunChild, ServerSettings
from narae.executors.local.messages import (
    Exited,
    Forked,
    NotForked,
    NotImported,
    Packets,
    close_all,
)
from narae.executors.local.running import Running
from narae.executors.solo_servers import CHILD, NoServerError, SoloServers, SoloSettings

LOOK_MS = 1000
_BORROWED_SIGNALS = (signal.SIGTERM, signal.SIGALRM)


class InProcessSettings(Value, frozen=True, kw_only=True):
    """How to run: names as in ``SupervisorSettings``."""

    fork: bool = True
    code_folder: str = ""
    run: str = "narae.runtime.entry:run_child"
    load: str = "narae.runtime.load:load_file"
    asking: str = "narae.runtime.asking:asking"
    mask: str = "narae.runtime.asking:masked"
    host: str = "localhost"
    name: str = "InProcessExecutor"


class Lines:
    """Takes the lines of a log for a callable: one JSON object with its line break each."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def write(self, lines: bytes) -> None:
        """Whole lines."""
        for line in lines.splitlines(keepends=True):
            self._take(line)

    def close(self) -> None:
        """Nothing to close."""


class InProcessExecutor:
    """Implements ``engine.ports.Executor``; :meth:`submit` returns when all have ended.

    ``inbox`` takes each report as it comes, ``desk`` answers what attempts ask, with their token
    (a value, or a ``Refused``), ``log`` takes the lines. Without a fork, ``desk`` is called in a
    thread while the task's waits. ``servers`` that the caller has started save their start-up here.
    """

    def __init__(
        self,
        settings: InProcessSettings,
        *,
        inbox: Callable[[Report | CallbackDone], None],
        desk: Callable[[AttemptId, Request, str], Any],
        log: Callable[[bytes], None],
        now: Callable[[], datetime],
        servers: SoloServers | None = None,
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._inbox = inbox
        self._desk = desk
        self._log = log
        self._now = now
        self._servers = servers or SoloServers(SoloSettings(run=settings.run, load=settings.load))

    def close(self) -> None:
        """Ends what tasks are forked from."""
        self._servers.close()

    @property
    def slots(self) -> int:
        """One at a time."""
        return 1

    @property
    def queues(self) -> frozenset[str] | None:
        """Any."""
        return None

    def submit(self, workloads: Sequence[AnyWorkload]) -> None:
        """Runs them, in order."""
        for workload in workloads:
            running = Running(CHILD, workload, writer=Lines(self._log), begun=time.monotonic())
            descriptors = running.open(self._now, partial(self._hear, running))
            try:
                if self._settings.fork:
                    self._run_forked(running, descriptors)
                else:
                    self._run_here(running, descriptors)
            finally:
                running.close()

    def kill(self, attempt: AttemptId, cause: Cause) -> None:
        """Nothing runs when anybody can call this."""

    # -- in a child -------------------------------------------------------------------------

    def _run_forked(self, running: Running, descriptors: list[int]) -> None:
        try:
            link = self._begin(running, descriptors)
            if isinstance(link, NotImported):
                running.said = spawned.import_failed(running.workload, link, self._now())
                self._end(running, None)
                return
            while (ended := self._pump(running, link)) is None:
                pass
        except NoServerError as error:
            self._hear(running)
            kind = CauseKind.START_FAILED if running.pid is None else CauseKind.SUPERVISOR_LOST
            self._end(running, None, Cause(kind=kind, words=str(error)))
            return
        self._hear(running)
        self._end(running, ended)

    def _begin(self, running: Running, descriptors: list[int]) -> Packets | NotImported:
        code = running.workload.code
        spawn = code.must_spawn or running.workload.execution == "spawn"
        try:
            return self._servers.begin(self._folder_of(code), code.file, descriptors, spawn=spawn)
        finally:
            close_all(descriptors)

    def _import(self, workload: AnyWorkload, sock: socket.socket) -> Any:
        settings = ServerSettings(
            parent=0,
            control=-1,
            run=self._settings.run,
            load=self._settings.load,
            asking=self._settings.asking,
            mask=self._settings.mask,
        )
        folder = self._folder_of(workload.code)
        return fork_server.import_file(folder, workload.code.file, settings, sock)

    def _folder_of(self, code: CodeRef) -> str:
        if not code.version:
            return code.folder
        return str(Path(self._settings.code_folder) / "trees" / code.version)

    def _pump(self, running: Running, link: Packets) -> Exited | None:
        """Waits for something and sees to it; how the child ended, once it has."""
        poller = select.poll()
        poller.register(link, select.POLLIN)
        poller.register(running.connection, select.POLLIN)
        for stream in running.streams:
            if not stream.closed:
                poller.register(stream.descriptor, select.POLLIN)
        try:
            ready = {descriptor for descriptor, _ in poller.poll(LOOK_MS)}
        except KeyboardInterrupt:
            self._interrupt(running)
            return None
        for stream in running.streams:
            if stream.descriptor in ready and not stream.closed and not stream.read():
                stream.close()
        self._hear(running)
        return self._ended(running, link) if link.fileno() in ready else None

    def _ended(self, running: Running, link: Packets) -> Exited | None:
        received = link.receive()
        if received is None:
            raise NoServerError(server_words(running.workload.code.file, None))
        match received[0]:
            case Forked(child=number, pid=pid) if number == CHILD:
                running.pid = pid
            case NotForked(child=number, words=words) if number == CHILD:
                raise NoServerError(words)
            case Exited(child=number) if number == CHILD:
                return received[0]
            case _:  # of a server that ended before
                pass
        return None

    def _interrupt(self, running: Running) -> None:
        """Ctrl-C: once asks the task to end, twice ends it."""
        again = running.asked_to_end is not None
        words = "interrupted at the keyboard"
        running.asked_to_end = Cause(kind=CauseKind.KILLED_BY_USER, words=words)
        if running.pid is not None:
            linux.kill_group(running.pid, signal.SIGKILL if again else signal.SIGTERM)

    # -- in this process --------------------------------------------------------------------

    def _run_here(self, running: Running, descriptors: list[int]) -> None:
        sock, stdout, stderr, log = descriptors
        close_all([stdout, stderr])  # what is printed goes where this process prints
        listener = threading.Thread(target=self._listen, args=(running,), daemon=True)
        listener.start()
        begun = time.process_time()
        try:
            with socket.socket(fileno=sock) as connection, _borrowed():
                workload = child.receive_workload(connection)
                imported = self._import(workload, connection)
                if isinstance(imported, NotImported):
                    running.said = spawned.import_failed(workload, imported, self._now())
                else:
                    entry = RunChild(self._settings.run)
                    entry(workload, sock=connection, log_fd=log, module=imported)
        finally:
            close_all([log])
            listener.join()
        cpu_seconds = time.process_time() - begun
        self._end(
            running, Exited(child=CHILD, status=0, cpu_seconds=cpu_seconds, memory_peak_bytes=0)
        )

    def _listen(self, running: Running) -> None:
        """In a thread: answers, and passes lines on, until the task's ends are closed."""
        (log,) = running.streams[2:]
        poller = select.poll()
        poller.register(running.connection, select.POLLIN)
        poller.register(log.descriptor, select.POLLIN)
        left = {running.connection.fileno(), log.descriptor}
        while left:
            for descriptor, _ in poller.poll():
                over = not log.read() if descriptor == log.descriptor else not self._hear(running)
                if over:
                    poller.unregister(descriptor)
                    left.discard(descriptor)

    # -- both -------------------------------------------------------------------------------

    def _hear(self, running: Running) -> bool:
        """Takes what the task says; False once it says no more."""
        messages = running.connection.receive()
        for message in messages or ():
            self._take(running, message)
        return messages is not None

    def _take(self, running: Running, message: FromChild) -> None:
        match message:
            case ChildAsk(id=number, request=request, token=token):
                value = self._desk(AttemptId(running.id), request, token)
                with suppress(ConnectionError):
                    running.connection.send_blocking(answered(number, value))
            case ChildSecrets(values=values):
                for value in values:
                    running.masker.add(value)
            case ChildStarted(at=at):
                running.started_at = at
                self._report_start(running, at)
            case ChildEnded(report=report):
                running.said = report
            case _:
                assert_never(message)

    def _report_start(self, running: Running, at: datetime) -> None:
        if isinstance(running.workload, Workload):
            started = Started(
                attempt=running.workload.attempt,
                at=at,
                holder=self.name,
                host=self._settings.host,
                pid=running.pid or os.getpid(),
            )
            self._inbox(started)

    def _end(self, running: Running, ended: Exited | None, lost: Cause | None = None) -> None:
        for stream in running.streams:
            if not stream.closed:
                stream.drain()
        report = last_report(
            running.workload,
            said=running.said,
            asked_to_end=running.asked_to_end,
            death=lost or (cause_of(Death(status=ended.status)) if ended else None),
            at=self._now(),
            figures=running.figures(ended, now=time.monotonic()) if ended else None,
        )
        self._inbox(report)


@contextmanager
def _borrowed() -> Iterator[None]:
    """The runtime takes streams, logging and signals for its own; afterwards they are ours."""
    streams = sys.stdout, sys.stderr
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    signals = {number: signal.getsignal(number) for number in _BORROWED_SIGNALS}
    environ = dict(os.environ)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(capture=False)
        for number, handler in signals.items():
            signal.signal(number, handler)
        os.environ.clear()
        os.environ.update(environ)
