"""A home with a real supervisor process, and the engine's end of its connection."""

import contextlib
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from narae.core.codec import encode_json
from narae.core.ids import AttemptId, RunUid
from narae.core.log_paths import log_path
from narae.core.reports import CallbackDone, Ended, Report, Started
from narae.core.states import RunType
from narae.core.wire import Ask, FileAsk, FromSupervisor, Reports, SupervisorHello
from narae.core.workload import CodeRef, RunFacts, Workload
from narae.executors.local.link import SupervisorLink
from narae.executors.local.settings import SupervisorSettings
from narae.framed import FramedConnection, listen
from narae.logs.file_store import FileLogStore

HERE = Path(__file__).parent
PATIENCE_SECONDS = 20.0


class Deployment:
    """``dags/`` holds stand-in DAG files; see stand_in.py."""

    here = HERE

    def __init__(self, **settings: Any) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="narae-"))
        self.dags = self.home / "dags"
        self.dags.mkdir()
        self.logs = FileLogStore(self.home / "logs")
        self.settings = SupervisorSettings(
            **{
                "home": str(self.home),
                "engine_socket": str(self.home / "run" / "engine.sock"),
                "log_folder": str(self.home / "logs"),
                "code_folder": str(self.home / "code"),
                "preload": ("stand_in",),
                "rehearse": "",
                "run": "stand_in:run_child",
                "load": "stand_in:load",
                "kill_grace_seconds": 0.5,
                "stop_grace_seconds": 0.2,
                "end_grace_seconds": 0.5,
                "base_restart_seconds": 0.05,
                **settings,
            }
        )
        self.process: subprocess.Popen[bytes] | None = None
        self.seen: list[FromSupervisor] = []
        self.reports: list[Report | CallbackDone] = []
        self.acknowledging = True
        self.desk: Callable[[Ask], object] = lambda ask: None
        self.stored: dict[object, object] = {}
        """Request of a file that is imported -> its answer."""
        self.listener = listen(self.settings.engine_socket)
        self.link: SupervisorLink | None = None

    # -- processes --------------------------------------------------------------------------

    def start(self) -> None:
        path = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "supervisor_main.py"), encode_json(self.settings).decode()],
            env={**os.environ, "PYTHONPATH": path},
        )

    def accept(self) -> SupervisorHello:
        poller = select.poll()
        poller.register(self.listener, select.POLLIN)
        assert poller.poll(PATIENCE_SECONDS * 1000), "no supervisor came"
        if self.link is not None:
            self.link.close()
        sock, _ = self.listener.accept()
        connection = FramedConnection[FromSupervisor](sock, FromSupervisor)
        hello = connection.receive_blocking(idle_seconds=PATIENCE_SECONDS)
        assert isinstance(hello, SupervisorHello)
        self.link = SupervisorLink(connection, hello=hello)
        return hello

    def hang_up(self) -> None:
        assert self.link is not None
        self.link.close()
        self.link = None

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        if self.link is not None:
            self.link.close()
        self.listener.close()
        shutil.rmtree(self.home, ignore_errors=True)

    # -- what the engine does ---------------------------------------------------------------

    def pump(self, seconds: float) -> bool:
        """Takes what comes within ``seconds``; False when nothing came or nobody is there."""
        assert self.link is not None
        poller = select.poll()
        poller.register(self.link, select.POLLIN)
        if not poller.poll(seconds * 1000):
            return False
        messages = self.link.receive()
        if messages is None:
            return False
        for message in messages:
            self.seen.append(message)
            if isinstance(message, Reports):
                self.reports.extend(message.reports)
                if self.acknowledging:
                    self.link.acknowledge(message.seq)
            if isinstance(message, Ask):
                self.link.answer(message, self.desk(message))
            if isinstance(message, FileAsk):
                self.link.answer(message, self.stored.get(message.request))
        self.flush()
        return True

    def wait_until(self, condition: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (value := condition()):
            left = deadline - time.monotonic()
            assert left > 0, f"in vain; last reports: {self.reports[-2:]}"
            self.pump(min(left, 0.2))
        return value

    def started(self, workload: Workload) -> Started:
        report: Started = self.wait_until(lambda: self._report(workload, Started))
        return report

    def ended(self, workload: Workload) -> Ended:
        report: Ended = self.wait_until(lambda: self._report(workload, Ended))
        return report

    def _report(self, workload: Workload, kind: Any) -> Any:
        found = [r for r in self.reports if isinstance(r, kind) and r.attempt == workload.attempt]
        return found[0] if found else None

    def submit(self, *workloads: Any) -> None:
        assert self.link is not None
        self.link.submit(workloads)
        self.flush()

    def flush(self) -> None:
        assert self.link is not None
        poller = select.poll()
        poller.register(self.link, select.POLLOUT)
        while not self.link.flush():
            poller.poll(PATIENCE_SECONDS * 1000)

    # -- material ---------------------------------------------------------------------------

    def write(self, file: str, text: str) -> None:
        (self.dags / file).write_text(text)

    def processes(self) -> list[psutil.Process]:
        assert self.process is not None
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def titled(self, title: str) -> psutil.Process:
        def find() -> psutil.Process | None:
            for process in self.processes():
                with contextlib.suppress(psutil.Error):
                    if title in " ".join(process.cmdline()):
                        return process
            return None

        found: psutil.Process = self.wait_until(find)
        return found

    def workload(self, task_id: str, *, file: str = "d.py", **fields: Any) -> Workload:
        now = datetime.now(UTC)
        attempt = AttemptId(str(uuid.uuid4()))
        return Workload(
            **{
                "attempt": attempt,
                "fence": 1,
                "code": CodeRef(folder=str(self.dags), version="", file=file),
                "run": run_facts(now),
                "task_id": task_id,
                "log_path": log_path("d", attempt, task_id, -1, 1),
                "queued_at": now,
                **fields,
            }
        )

    def run(self, task_id: str, **fields: Any) -> tuple[Workload, Ended]:
        workload = self.workload(task_id, **fields)
        self.submit(workload)
        return workload, self.ended(workload)

    def lines(self, workload: Workload) -> list[dict[str, Any]]:
        return list(self.logs.read(workload.log_path, limit=1_000_000).lines)

    def events(self, workload: Workload, source: str) -> list[str]:
        return [line["event"] for line in self.lines(workload) if line["source"] == source]


def run_facts(now: datetime) -> RunFacts:
    return RunFacts(
        uid=RunUid("00000000-0000-7000-8000-000000000000"),
        dag_id="d",
        run_id="manual__1",
        run_type=RunType.MANUAL,
        logical_date=now,
        interval=None,
        run_after=now,
        queued_at=now,
        started_at=now,
    )


@pytest.fixture
def deploy() -> Iterator[Callable[..., Deployment]]:
    """Makes deployments with settings of the test's choice, started and connected."""
    made: list[Deployment] = []

    def make(text: str, **settings: Any) -> Deployment:
        deployment = Deployment(**settings)
        made.append(deployment)
        deployment.write("d.py", text)
        deployment.start()
        deployment.accept()
        return deployment

    yield make
    for deployment in made:
        deployment.close()


@pytest.fixture(scope="module")
def shared() -> Iterator[Deployment]:
    """One for the tests that do it no harm; its DAG file is shared_dag.py."""
    deployment = Deployment(slots=8)
    deployment.write("d.py", (HERE / "shared_dag.py").read_text())
    deployment.start()
    deployment.accept()
    yield deployment
    deployment.close()


@pytest.fixture
def bare() -> Iterator[Deployment]:
    """Folders only, no supervisor."""
    deployment = Deployment()
    yield deployment
    deployment.close()


@pytest.fixture(scope="module")
def make_deployment() -> type[Deployment]:
    """For a test that starts and closes its own."""
    return Deployment
