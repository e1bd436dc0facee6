"""A whole attempt in a process of its own, as a fork server makes it."""

import json
import os
import signal
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from narae.core.codec import Frames, frame, pack, unpack
from narae.core.reports import CallbackDone, Failed, Succeeded
from narae.core.requests import GetVariable, Refused
from narae.core.run import CauseKind
from narae.core.wire import ChildAnswer, ChildAsk, ChildEnded, ChildStarted, FromChild
from narae.core.workload import AnyWorkload, CallbackWorkload, CodeRef, Workload
from narae.runtime.entry import run_child
from narae.runtime.load import load_file
from narae.testing.attempts import workload_of

pytestmark = pytest.mark.process

FILE = """
import logging, os, sys, time
from airflow import DAG
from airflow.models import Variable
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
import pendulum

def hello():
    print("printed hush-hush-hush" if Variable.get("my_password") else "")
    logging.getLogger("mine").warning("logged %s", Variable.get("my_password"))
    sys.stderr.write("to stderr\\n")
    os.system("echo from a child")
    return 5

def waits(**context):
    print("ready")
    time.sleep(30)

def killed(context):
    if isinstance(context["exception"], BaseException):
        os.kill(os.getpid(), 15)  # a second SIGTERM must not cut the callback off
    print("killed", context["exception"])

def dies():
    os._exit(3)

def forks():
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
    from multiprocessing import get_context
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
        found = list(pool.map(Variable.get, ["v"] * 40))
    with ThreadPoolExecutor(4) as pool:
        found += pool.map(Variable.get, ["v"] * 40)
    return sorted(set(found)) + [len(found)]

with DAG("d", start_date=pendulum.datetime(2024, 1, 1), schedule=None,
         on_failure_callback=lambda context: print("dag failed:", context["reason"])) as dag:
    PythonOperator(task_id="hello", python_callable=hello)
    PythonOperator(task_id="waits", python_callable=waits, on_failure_callback=killed)
    PythonOperator(task_id="dies", python_callable=dies)
    PythonOperator(task_id="forks", python_callable=forks)
    BashOperator(task_id="bash", bash_command="sleep 60 & echo $!; wait")
"""


@pytest.fixture
def module(tmp_path: Path) -> ModuleType:
    (tmp_path / "d.py").write_text(FILE)
    return load_file(tmp_path / "d.py", tmp_path)


@dataclass
class Child:
    """A forked attempt, with our ends of its socket and pipes."""

    pid: int
    sock: socket.socket
    log: int
    out: int

    def messages(self, password: str | None = "hush-hush-hush") -> Iterator[FromChild]:
        """What it says; variables are answered, or refused when there is no password."""
        frames = Frames()
        while data := self.sock.recv(65536):
            for raw in frames.feed(data):
                message = unpack(raw, FromChild)
                if isinstance(message, ChildAsk) and isinstance(message.request, GetVariable):
                    refused = None if password else Refused(words="stale", stop=True)
                    self.sock.sendall(
                        frame(ChildAnswer(id=message.id, value=pack(password), refused=refused))
                    )
                yield message

    def ended(self) -> Any:
        """The last message's report."""
        *_, last = self.messages()
        assert isinstance(last, ChildEnded)
        return last.report

    def code(self) -> int:
        """Its exit code."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def output(self) -> str:
        """All that it printed."""
        return _all(self.out)

    def lines(self) -> list[dict[str, Any]]:
        """All that it logged."""
        return [json.loads(line) for line in _all(self.log).splitlines()]


Start = Callable[[AnyWorkload, ModuleType | None], Child]


def _all(fd: int) -> str:
    parts = []
    while part := os.read(fd, 65536):
        parts.append(part)
    return b"".join(parts).decode()


@pytest.fixture
def start() -> Iterator[Callable[..., Child]]:
    """Forks attempts; at the end every descriptor is closed."""
    children: list[Child] = []

    def forked(workload: AnyWorkload, module: ModuleType | None) -> Child:
        children.append(started(workload, module))
        return children[-1]

    yield forked
    for child in children:
        child.sock.close()
        os.close(child.log)
        os.close(child.out)
        with suppress(ChildProcessError):
            os.waitpid(child.pid, 0)


def started(workload: AnyWorkload, module: ModuleType | None) -> Child:
    ours, theirs = socket.socketpair()
    log_read, log_write = os.pipe()
    out_read, out_write = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            ours.close()
            signal.setitimer(signal.ITIMER_REAL, 0)
            os.dup2(out_write, 1)
            os.dup2(out_write, 2)
            code = run_child(workload, sock=theirs, log_fd=log_write, module=module)
        except BaseException:  # noqa: BLE001 - the child must not come back into pytest
            traceback.print_exc()
        finally:
            os._exit(code)
    theirs.close()
    os.close(log_write)
    os.close(out_write)
    return Child(pid, ours, log_read, out_read)


def workload(module: ModuleType, task_id: str) -> Workload:
    return workload_of(module.dag, task_id)


def test_an_attempt_reports_logs_and_masks(module: ModuleType, start: Start) -> None:
    child = start(workload(module, "hello"), module)
    first, *_, last = child.messages()
    assert isinstance(first, ChildStarted)
    assert isinstance(last, ChildEnded)
    assert isinstance(last.report, Succeeded)
    assert last.report.xcoms[0].value == b"5"
    assert child.code() == 0
    assert child.output() == "printed ***\nto stderr\nfrom a child\n"
    lines = child.lines()
    logged = next(line for line in lines if line["logger"] == "mine")
    assert (logged["event"], logged["level"], logged["source"]) == ("logged ***", "warning", "task")
    assert logged["timestamp"].endswith("+00:00")
    assert any("SUCCESS" in line["event"] for line in lines)


def test_sigterm_ends_user_code_and_runs_its_callback(module: ModuleType, start: Start) -> None:
    child = start(workload(module, "waits"), module)
    assert os.read(child.out, 6) == b"ready\n"
    began = time.monotonic()
    os.kill(child.pid, signal.SIGTERM)
    report = child.ended()
    assert isinstance(report, Failed)
    assert (report.cause.kind, report.cause.signal) == (CauseKind.SIGNAL, signal.SIGTERM)
    assert child.code() == 143
    assert time.monotonic() - began < 5
    assert child.output() == "killed Task received SIGTERM signal\n"


def test_sigterm_ends_what_a_command_started(module: ModuleType, start: Start) -> None:
    child = start(workload(module, "bash"), module)
    pid = 0
    with os.fdopen(os.dup(child.log), "rb") as log:
        while not pid:
            event = json.loads(log.readline())["event"]
            pid = int(event) if event.isdigit() else 0
    os.kill(child.pid, signal.SIGTERM)
    assert child.code() == 143
    assert _is_gone(pid)


def _is_gone(pid: int) -> bool:
    """Ended, or a zombie that nobody has waited for yet."""
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True


def test_threads_and_forked_processes_of_a_task_may_ask(module: ModuleType, start: Start) -> None:
    child = start(workload(module, "forks"), module)
    report = child.ended()
    assert isinstance(report, Succeeded)
    assert json.loads(report.xcoms[0].value) == ["hush-hush-hush", 80]


def test_a_stale_attempt_ends_by_itself(module: ModuleType, start: Start) -> None:
    child = start(workload(module, "hello"), module)
    *_, last = child.messages(password=None)
    assert isinstance(last, ChildEnded)
    assert isinstance(last.report, Failed)
    assert last.report.cause.kind is CauseKind.LEASE_LOST
    assert child.code() == 1


def test_a_process_that_leaves_without_a_word_says_nothing(
    module: ModuleType, start: Start
) -> None:
    child = start(workload(module, "dies"), module)
    assert [type(message) for message in child.messages()] == [ChildStarted]
    assert child.code() == 3


def test_a_supervisor_that_is_gone_ends_the_attempt(module: ModuleType, start: Start) -> None:
    child = start(workload(module, "hello"), module)
    child.sock.close()
    assert child.code() == 1


def test_the_file_is_imported_when_nobody_has_done_so(
    module: ModuleType, tmp_path: Path, start: Start
) -> None:
    code = CodeRef(folder=str(tmp_path), version="", file="d.py")
    child = start(msgspec.structs.replace(workload(module, "hello"), code=code), None)
    assert isinstance(child.ended(), Succeeded)


@pytest.mark.parametrize(
    ("file", "text", "cause"),
    [
        ("bad.py", "import no_such_module", "import_error no_such_module"),
        ("bad.py", "raise SystemExit(1)", "import_error SystemExit"),
        ("bad.py", "", "import_error defines no DAG 'd'"),
        ("gone.py", "", "code_missing gone.py"),
    ],
)
def test_a_file_that_cannot_be_used_is_the_cause(
    module: ModuleType, tmp_path: Path, start: Start, file: str, text: str, cause: str
) -> None:
    (tmp_path / "bad.py").write_text(text)
    code = CodeRef(folder=str(tmp_path), version="", file=file)
    child = start(msgspec.structs.replace(workload(module, "hello"), code=code), None)
    report = child.ended()
    assert isinstance(report, Failed)
    kind, _, words = cause.partition(" ")
    assert report.cause.kind == kind
    assert words in report.cause.words
    assert child.code() == 1


def test_a_dags_own_callback_runs_and_is_reported(module: ModuleType, start: Start) -> None:
    task = workload(module, "hello")
    callback = CallbackWorkload(
        id="c1",
        code=task.code,
        run=task.run,
        kind="dag_failure",
        reason="task_failure",
        queued_at=task.queued_at,
    )
    child = start(callback, module)
    report = child.ended()
    assert isinstance(report, CallbackDone)
    assert (report.callback, report.error) == ("c1", None)
    assert child.code() == 0
    assert child.output() == "dag failed: task_failure\n"


def test_a_callback_of_a_task_whose_process_is_gone_runs_too(
    module: ModuleType, start: Start
) -> None:
    task = workload(module, "waits")
    callback = CallbackWorkload(
        id="c2",
        code=task.code,
        run=task.run,
        kind="task_failure",
        task_id="waits",
        try_number=1,
        reason="killed by SIGKILL",
        queued_at=task.queued_at,
    )
    child = start(callback, module)
    assert child.ended().error is None
    assert child.output() == "killed killed by SIGKILL\n"
