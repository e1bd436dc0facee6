"""An attempt at nobody's task, run where task processes are forked from.

What an attempt imports, caches and allocates is then there before the fork, once, instead of
after it, every time (``docs/performance.md`` has the figures).
"""

import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import ModuleType

from narae.authoring import parsing
from narae.authoring.dag import DAG
from narae.core.ids import AttemptId, RunUid
from narae.core.states import RunType
from narae.core.workload import CodeRef, RunFacts, Workload
from narae.operators.python import PythonOperator
from narae.runtime.entry import run_child

TIMES = 12
"""CPython specialises the bytecode of a function after eight calls."""
_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
_NAME = "rehearsal"


def rehearse() -> None:
    """Runs an attempt in this process and takes back what it set. It says nothing to anybody."""
    with _restored():
        module, workload = _module(), _workload()
        for _ in range(TIMES):
            here, there = socket.socketpair()
            log = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
            with here, there:
                run_child(workload, sock=here, log_fd=log, module=module)
            os.close(log)


def _module() -> ModuleType:
    parsing.begin_file()
    with DAG(_NAME, schedule=None, start_date=_MOMENT) as dag:
        PythonOperator(task_id=_NAME, python_callable=_nothing)
    parsing.begin_file()
    module = ModuleType(_NAME)
    module.__dict__["dag"] = dag
    return module


def _nothing() -> None:
    """What the task does."""


def _workload() -> Workload:
    run_id = f"{RunType.MANUAL}__{_MOMENT.isoformat()}"
    return Workload(
        attempt=AttemptId(_NAME),
        fence=1,
        code=CodeRef(folder="", version="", file=""),
        run=RunFacts(
            uid=RunUid(_NAME),
            dag_id=_NAME,
            run_id=run_id,
            run_type=RunType.MANUAL,
            logical_date=_MOMENT,
            interval=None,
            run_after=_MOMENT,
            queued_at=_MOMENT,
            started_at=_MOMENT,
        ),
        task_id=_NAME,
        queued_at=_MOMENT,
    )


@contextmanager
def _restored() -> Iterator[None]:
    """Streams, logging and SIGTERM are afterwards what they were."""
    streams = sys.stdout, sys.stderr
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    on_term = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(capture=False)
        signal.signal(signal.SIGTERM, on_term)
