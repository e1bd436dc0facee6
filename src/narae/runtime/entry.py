"""What a task's process does once it has its workload, its socket and its log pipe."""

import io
import logging
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, TextIO, cast

from narae.core.reports import CallbackDone, Failed
from narae.core.run import Cause, CauseKind
from narae.core.wire import ChildEnded, FromChild
from narae.core.workload import AnyWorkload, CallbackWorkload, CodeRef, Workload
from narae.errors import AirflowTaskTerminated, DagNotFound
from narae.runtime.ambient import remember_environment
from narae.runtime.attempt import run_attempt
from narae.runtime.callback import run_callback
from narae.runtime.client import SocketClient, SupervisorGone
from narae.runtime.load import CodeMissingError, find_dag, load_code
from narae.runtime.log_lines import flush_streams, log_to
from narae.runtime.secrets import MASKER, MaskedText

EXIT_FAILED = 1
EXIT_TERMINATED = 128 + signal.SIGTERM

log = logging.getLogger(__name__)


def run_child(
    workload: AnyWorkload,
    *,
    sock: socket.socket,
    log_fd: int,
    module: ModuleType | None,
    tree: str | None = None,
) -> int:
    """Runs one workload to its end and returns the exit code for the process.

    ``module`` is the DAG file where it is imported already, else it is imported here: from
    ``tree``, the folder that holds the workload's code version. The caller ends the process with
    ``os._exit(code)``: everything is flushed when this returns. Never raises.
    """
    remember_environment(os.environ)
    log_to(log_fd, level=level_of(os.environ))
    sys.stdout, sys.stderr = masked_stream(1), masked_stream(2)
    token = workload.token if isinstance(workload, Workload) else ""
    client = SocketClient(sock, token=token)
    MASKER.add_token(token)
    MASKER.told = client.tell_secrets
    try:
        if MASKER.values:
            client.tell_secrets(MASKER.values)
        sent = _run(workload, client, module, tree)
    except SupervisorGone:
        log.exception("the supervisor is gone, so nobody can be told how this ended")
        return EXIT_FAILED
    finally:
        flush_streams()
        MASKER.told = None
        client.close()
    return exit_code_of(sent)


def level_of(environ: Mapping[str, str]) -> int:
    """The level that tasks log at: ``logging.logging_level``, INFO unless set."""
    name = environ.get("NARAE__LOGGING__LOGGING_LEVEL") or environ.get(
        "AIRFLOW__LOGGING__LOGGING_LEVEL", "INFO"
    )
    level = logging.getLevelName(name.upper())
    return level if isinstance(level, int) else logging.INFO


def masked_stream(fd: int) -> TextIO:
    """A line-buffered text stream on ``fd`` that masks secrets."""
    file = io.FileIO(fd, "w", closefd=False)
    stream = io.TextIOWrapper(
        io.BufferedWriter(file), encoding="utf-8", errors="backslashreplace", line_buffering=True
    )
    return cast("TextIO", MaskedText(stream, MASKER))


def exit_code_of(sent: FromChild | None) -> int:
    """What the process exits with after its last message; nobody reads it but people."""
    if not isinstance(sent, ChildEnded):
        return EXIT_FAILED
    report = sent.report
    if isinstance(report, CallbackDone):
        return EXIT_FAILED if report.error else 0
    if not isinstance(report, Failed):
        return 0
    return EXIT_TERMINATED if report.cause.kind is CauseKind.SIGNAL else EXIT_FAILED


def _run(
    workload: AnyWorkload, client: SocketClient, module: ModuleType | None, tree: str | None
) -> FromChild | None:
    sent: list[FromChild] = []

    def send(message: FromChild) -> None:
        flush_streams()
        client.send(message)
        sent.append(message)

    try:
        loaded = (
            module
            if module is not None
            else load_code(workload.code, tree=_tree(workload.code, tree))
        )
        dag = find_dag(loaded, workload.run.dag_id)
    except BaseException as error:  # whatever a DAG file raises is reported, SystemExit too
        log.exception("the DAG file can't be used")
        send(ChildEnded(report=_import_failed(workload, error)))
        return sent[-1]
    if isinstance(workload, CallbackWorkload):
        run_callback(workload, dag, client, now=_now, send=send)
    else:
        run_attempt(workload, dag, client, now=_now, send=send, on_terminate=install_terminator)
    return sent[-1] if sent else None


def _tree(code: CodeRef, tree: str | None) -> str:
    """Where the code is: what the supervisor said, else the home's own place for versions."""
    home = os.environ.get("NARAE_HOME")
    if tree is None and code.version and home:
        return str(Path(home) / "code" / "trees" / code.version)
    return tree or code.folder


def _import_failed(workload: AnyWorkload, error: BaseException) -> Failed | CallbackDone:
    words = f"{type(error).__name__}: {error}"
    if isinstance(workload, CallbackWorkload):
        return CallbackDone(callback=workload.id, at=_now(), error=words)
    missing = isinstance(error, CodeMissingError)
    cause = Cause(
        kind=CauseKind.CODE_MISSING if missing else CauseKind.IMPORT_ERROR,
        words=words,
        traceback="" if isinstance(error, DagNotFound) else traceback.format_exc(),
    )
    return Failed(attempt=workload.attempt, at=_now(), cause=cause)


def install_terminator(on_kill: Callable[[], Any]) -> None:
    """SIGTERM from now on runs ``on_kill`` and raises :class:`AirflowTaskTerminated`.

    In a child that user code forked it just ends that child.
    """
    owner = os.getpid()

    def terminate(number: int, _frame: FrameType | None) -> None:
        if os.getpid() != owner:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        signal.signal(number, signal.SIG_IGN)
        log.error("asked to end (SIGTERM): stopping what the task started")
        try:
            on_kill()
        except Exception:
            log.exception("on_kill failed")
        raise AirflowTaskTerminated("Task received SIGTERM signal")

    signal.signal(signal.SIGTERM, terminate)


def _now() -> datetime:
    """The time of this process: the one place where the runtime reads it."""
    return datetime.now(UTC)


__all__ = ["AnyWorkload", "Workload", "install_terminator", "run_child"]
