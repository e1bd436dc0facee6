"""A runtime of few lines: a workload's task id names a function of the DAG file."""

import importlib.util
import io
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from narae.core.codec import Frames, frame, unpack
from narae.core.reports import CallbackDone, Failed, Succeeded
from narae.core.requests import Request
from narae.core.run import Cause, CauseKind
from narae.core.wire import ChildAnswer, ChildAsk, ChildEnded, ChildStarted
from narae.core.workload import AnyWorkload, CallbackWorkload


class Hands:
    """What a function of a stand-in DAG file may use."""

    def __init__(self, workload: AnyWorkload, sock: socket.socket, log_fd: int) -> None:
        self.workload = workload
        self.sock = sock
        self.log_fd = log_fd
        self._frames = Frames()

    def ask(self, request: Request) -> ChildAnswer:
        self.sock.sendall(frame(ChildAsk(id=1, request=request)))
        while True:
            for message in self._frames.feed(self.sock.recv(65536)):
                answer: ChildAnswer = unpack(message, ChildAnswer)
                return answer

    def end(self, report: Any) -> None:
        self.sock.sendall(frame(ChildEnded(report=report)))


def now() -> datetime:
    return datetime.now(UTC)


def stream(descriptor: int) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.FileIO(descriptor, "w", closefd=False),
        encoding="utf-8",
        write_through=True,
    )


def load(path: str, folder: str) -> ModuleType:
    if folder not in sys.path:
        sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_child(
    workload: AnyWorkload, *, sock: socket.socket, log_fd: int, module: ModuleType | None
) -> int:
    sys.stdout, sys.stderr = stream(1), stream(2)
    hands = Hands(workload, sock, log_fd)
    if isinstance(workload, CallbackWorkload):
        getattr(module, workload.kind)(hands)
        hands.end(CallbackDone(callback=workload.id, at=now()))
        return 0
    sock.sendall(frame(ChildStarted(at=now())))
    try:
        getattr(module, workload.task_id)(hands)
    except Exception as error:  # noqa: BLE001 - the task's own
        cause = Cause(kind=CauseKind.USER_ERROR, words=f"{type(error).__name__}: {error}")
        hands.end(Failed(attempt=workload.attempt, at=now(), cause=cause))
        return 1
    hands.end(Succeeded(attempt=workload.attempt, at=now()))
    return 0
