"""The parse server: a warm process that forks a child for each file that is to be parsed.

It has what DAG files import (authoring, operators) loaded, is single-threaded, and never runs
user code itself. Its loader speaks to it over a socket pair: :class:`ParseJob` in,
:class:`ParseDone` out. What a file asks for on the way goes out as :class:`ParseAsk` and comes
back as :class:`ParseAnswer`.
"""

import contextlib
import ctypes
import gc
import importlib
import os
import selectors
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path

import msgspec

import narae.airflow
from narae.authoring.compile import compile_dag
from narae.authoring.parsing import begin_file
from narae.core.codec import pack, unpack
from narae.core.requests import GetConnection, GetVariable
from narae.core.spec import ImportFailure, ParsedFile
from narae.framed import FramedConnection
from narae.loader.child import (
    STACK_GRACE_SECONDS,
    STACK_SIGNAL,
    Child,
    death_words,
    late_words,
    no_answer,
    spawn,
)
from narae.loader.values import READY, ParseAnswer, ParseAsk, ParseDone, ParseJob, ToParseServer
from narae.runtime.load import dags_of, load_file

WARM_MODULES = (
    "narae.operators.bash",
    "narae.operators.python",
    "narae.operators.empty",
    "narae.operators.decorated",
    "narae.sensors.base",
    "narae.loader.parse",
    "zoneinfo",
    "json",
)
REHEARSAL = """
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("rehearsal", start_date=datetime(2026, 1, 1), schedule="@daily", catchup=False):
    BashOperator(task_id="a", bash_command="true") >> BashOperator(task_id="b", bash_command="true")
"""
_PR_SET_CHILD_SUBREAPER = 36


class ParseServer:
    """Parses up to ``slots`` files at once."""

    def __init__(self, connection: FramedConnection[ToParseServer], *, slots: int) -> None:
        self._connection = connection
        self._slots = slots
        self._waiting: list[ParseJob] = []
        self._children: dict[int, Child] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(connection, selectors.EVENT_READ, None)
        self._wake = _wake_on_child_end()
        self._selector.register(self._wake, selectors.EVENT_READ, None)

    def run(self) -> None:
        """Until the loader is gone."""
        self._connection.send(
            ParseDone(id=READY, parsed=ParsedFile(file="", code_version="", file_hash=""))
        )
        while True:
            for key, _ in self._selector.select(self._timeout()):
                if isinstance(key.data, Child):
                    self._read(key.data, key.fd)
            with contextlib.suppress(BlockingIOError):
                self._wake.recv(4096)
            orders = self._connection.receive()
            if orders is None:
                self._end_all()
                return
            for order in orders:
                self._take(order)
            self._reap()
            self._end_late()
            self._start()
            self._watch_writes()

    def _take(self, order: ToParseServer) -> None:
        match order:
            case ParseJob():
                self._waiting.append(order)
            case ParseAnswer(job=job, answer=answer):
                for child in self._children.values():
                    if child.job.id == job:
                        child.asks.send(answer)

    def _timeout(self) -> float | None:
        due = [child.deadline for child in self._children.values()]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _watch_writes(self) -> None:
        writing = selectors.EVENT_WRITE if self._connection.wants_write else 0
        self._selector.modify(self._connection, selectors.EVENT_READ | writing, None)
        self._connection.flush()
        for child in self._children.values():
            if child.asks.wants_write and not child.asks.flush():
                with contextlib.suppress(KeyError):
                    both = selectors.EVENT_READ | selectors.EVENT_WRITE
                    self._selector.modify(child.asks, both, child)

    def _start(self) -> None:
        while self._waiting and len(self._children) < self._slots:
            job = self._waiting.pop(0)
            try:
                child = spawn(job, started=time.monotonic())
            except OSError as error:
                self._waiting.insert(0, job)
                if not self._children:
                    self._refuse(self._waiting.pop(0), error)
                return
            self._children[child.pid] = child
            for descriptor in (*child.buffers(), child.asks.fileno()):
                self._selector.register(descriptor, selectors.EVENT_READ, child)

    def _refuse(self, job: ParseJob, error: OSError) -> None:
        failure = ImportFailure(
            file=job.file, message=f"no process could be made to parse it: {error.strerror}"
        )
        self._connection.send(no_answer(job, failure))

    def _read(self, child: Child, descriptor: int) -> None:
        more = self._ask(child) if descriptor == child.asks.fileno() else child.take(descriptor)
        if not more:
            with contextlib.suppress(KeyError):
                self._selector.unregister(descriptor)

    def _ask(self, child: Child) -> bool:
        """Passes on what the file asks; False when it will ask no more."""
        if child.asks.flush():
            self._selector.modify(child.asks, selectors.EVENT_READ, child)
        asks = child.asked()
        for ask in asks or ():
            if isinstance(ask.request, GetVariable | GetConnection):
                job = child.job
                self._connection.send(
                    ParseAsk(job=job.id, id=ask.id, file=job.file, request=ask.request)
                )
        return asks is not None

    def _reap(self) -> None:
        for child in list(self._children.values()):
            pid, status, _ = os.wait4(child.pid, os.WNOHANG)
            if pid:
                self._finish(child, status)
        self._end_strays()

    def _finish(self, child: Child, status: int) -> None:
        del self._children[child.pid]
        _kill_group(child.pid)
        child.drain()
        for descriptor in (*child.buffers(), child.asks.fileno()):
            with contextlib.suppress(KeyError):
                self._selector.unregister(descriptor)
        for descriptor in child.buffers():
            os.close(descriptor)
        child.asks.close()
        self._connection.send(_outcome(child, status))

    def _end_late(self) -> None:
        now = time.monotonic()
        for child in self._children.values():
            if child.deadline > now:
                continue
            if child.late:
                _kill_group(child.pid)
                child.deadline = now + 60.0  # its end is on its way
            else:
                child.late = True
                child.deadline = now + STACK_GRACE_SECONDS
                os.kill(child.pid, STACK_SIGNAL)

    def _end_strays(self) -> None:
        """Ends what files started at import and left to us (we are the subreaper)."""
        try:
            listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
        except OSError:
            return
        for pid in (int(p) for p in listed.split()):
            if pid not in self._children:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)

    def _end_all(self) -> None:
        for pid in list(self._children):
            _kill_group(pid)
            os.waitpid(pid, 0)
        self._children.clear()
        self._end_strays()


def _outcome(child: Child, status: int) -> ParseDone:
    if child.late:
        return no_answer(child.job, late_words(child))
    try:
        done: ParseDone = unpack(bytes(child.answer), ParseDone)
    except msgspec.DecodeError:
        return no_answer(child.job, death_words(child, status))
    if not child.output or not done.parsed.failures:
        return done
    words = child.masker.mask(child.output.decode("utf-8", "replace"))[-8192:]
    first, *others = done.parsed.failures
    told = msgspec.structs.replace(
        first, traceback=f"{first.traceback}\nOutput of the file:\n{words}"
    )
    parsed = msgspec.structs.replace(done.parsed, failures=(told, *others))
    return msgspec.structs.replace(done, parsed=parsed)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)


def _wake_on_child_end() -> socket.socket:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    signal.set_wakeup_fd(theirs.detach(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return ours


def warm() -> None:
    """Loads what nearly every DAG file needs, once, and keeps it out of the children's way."""
    narae.airflow.install()
    for name in WARM_MODULES:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)
    with tempfile.TemporaryDirectory(prefix="narae-") as folder:
        _rehearse(Path(folder))
    gc.collect()
    gc.freeze()


def _rehearse(folder: Path) -> None:
    """Reads one small DAG file, so that what is made at first use is not made in every child."""
    path, modules = list(sys.path), set(sys.modules)
    file = folder / "rehearsal.py"
    file.write_text(REHEARSAL, encoding="utf-8")
    for dag in dags_of(load_file(file, folder)):
        pack(compile_dag(dag, file=file.name))
    sys.path[:] = path
    sys.path_importer_cache.pop(str(folder), None)
    for name in sys.modules.keys() - modules:
        if name.startswith("_narae_dag_"):
            del sys.modules[name]
    begin_file()


def main(arguments: list[str]) -> None:
    """``python -m narae.loader.parse_server FD SLOTS``; FD is one end of a socket pair."""
    descriptor, slots = (int(a) for a in arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    warm()
    connection = FramedConnection[ToParseServer](socket.socket(fileno=descriptor), ToParseServer)
    ParseServer(connection, slots=slots).run()


if __name__ == "__main__":
    main(sys.argv[1:])
