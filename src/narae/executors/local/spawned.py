"""One attempt in a fresh Python, for DAG files that a fork would break.

Started by the base server as ``python -m narae.executors.local.spawned ORDER`` (JSON), with
session, streams and parent already as they should be.
"""

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from types import FrameType
from typing import NoReturn

from narae.core.codec import decode_json, frame
from narae.core.ids import AttemptId
from narae.core.reports import CallbackDone, Failed
from narae.core.run import Cause, CauseKind
from narae.core.spec import Value
from narae.core.wire import ChildEnded
from narae.core.workload import AnyWorkload, Workload
from narae.executors.local import child, fork_server
from narae.executors.local.child import RunChild, ServerSettings
from narae.executors.local.messages import NotImported


class Order(Value, frozen=True, kw_only=True):
    """What is to be run: the code, and descriptors that are open already."""

    sock: int
    log: int
    folder: str
    file: str
    settings: ServerSettings


def main(arguments: list[str]) -> NoReturn:
    """The whole life of the process."""
    order = decode_json(arguments[0], Order)
    os.set_inheritable(order.sock, False)
    os.set_inheritable(order.log, False)
    entry = RunChild(order.settings.run)
    sock = socket.socket(fileno=order.sock)
    workload = child.receive_workload(sock)
    with _alarm(order.settings.import_timeout_seconds, order.file):
        imported = fork_server.import_file(order.folder, order.file, order.settings, sock)
    if isinstance(imported, NotImported):
        _report(sock, workload, imported)
    child.default_signals()
    child.run(
        sock=sock.detach(),
        log=order.log,
        settings=order.settings,
        module=imported,
        entry=entry,
        workload=workload,
    )


@contextlib.contextmanager
def _alarm(seconds: float, file: str) -> Iterator[None]:
    """An import without end becomes an import error."""

    def too_long(_number: int, _frame: FrameType | None) -> NoReturn:
        raise TimeoutError(f"importing {file} took longer than {seconds:g} seconds")

    signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _report(sock: socket.socket, workload: AnyWorkload, failure: NotImported) -> NoReturn:
    with contextlib.suppress(OSError):
        sock.sendall(frame(ChildEnded(report=import_failed(workload, failure, datetime.now(UTC)))))
    os._exit(1)


def import_failed(
    workload: AnyWorkload, failure: NotImported, now: datetime
) -> Failed | CallbackDone:
    """The end of a workload whose file can't be imported."""
    if isinstance(workload, Workload):
        cause = Cause(kind=CauseKind.IMPORT_ERROR, words=failure.words, traceback=failure.traceback)
        return Failed(attempt=AttemptId(workload.attempt), at=now, cause=cause)
    return CallbackDone(callback=workload.id, at=now, error=f"import failed: {failure.words}")


if __name__ == "__main__":
    main(sys.argv[1:])
