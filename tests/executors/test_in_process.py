"""The executor without a server, with the stand-in runtime and with real tasks."""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from narae.core.ids import AttemptId
from narae.core.reports import CallbackDone, Failed, Report, Started, Succeeded
from narae.core.requests import GetVariable, Refused, Request
from narae.core.run import CauseKind
from narae.executors.in_process import InProcessExecutor, InProcessSettings
from narae.executors.local.settings import SupervisorSettings
from narae.executors.sequential import sequential
from narae.executors.solo_servers import SoloServers, SoloSettings

if TYPE_CHECKING:
    from tests.executors.conftest import Deployment

TEXT = (
    "import os, sys\n"
    "from narae.core.requests import GetVariable\n"
    "def says(hands):\n"
    '    os.write(hands.log_fd, b\'{"event": "hello"}\\n\')\n'
    "def asks(hands):\n"
    "    answer = hands.ask(GetVariable(key='k'))\n"
    "    text = answer.refused.words if answer.refused else answer.value.decode(errors='ignore')\n"
    '    os.write(hands.log_fd, b\'{"event": "%s"}\\n\' % text[-2:].encode())\n'
    "def pid(hands):\n"
    '    os.write(hands.log_fd, b\'{"event": "%d"}\\n\' % os.getpid())\n'
    "def exits(hands): os._exit(4)\n"
    "def prints(hands): sys.stdout.write('printed\\n')\n"
)


class Desk:
    """Takes everything that an in-process executor gives."""

    def __init__(self, deployment: "Deployment", **settings: Any) -> None:
        self.deployment = deployment
        self.reports: list[Report | CallbackDone] = []
        self.lines: list[bytes] = []
        self.answer: object = "ab"
        self.executor = InProcessExecutor(
            InProcessSettings(**{"run": "stand_in:run_child", "load": "stand_in:load", **settings}),
            inbox=self.reports.append,
            desk=self.asked,
            log=self.lines.append,
            now=lambda: datetime.now(UTC),
            servers=SoloServers(
                SoloSettings(preload=(), run="stand_in:run_child", load="stand_in:load")
            ),
        )

    def asked(self, attempt: AttemptId, request: Request, token: str) -> object:
        assert request == GetVariable(key="k")
        return self.answer

    def run(self, task: str, **fields: Any) -> Report | CallbackDone:
        self.executor.submit([self.deployment.workload(task, **fields)])
        return self.reports[-1]

    def events(self) -> list[str]:
        return [msgspec.json.decode(line)["event"] for line in self.lines]


@pytest.fixture
def desk(bare: "Deployment", monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Desk]]:
    monkeypatch.syspath_prepend(str(bare.here))
    monkeypatch.setenv("PYTHONPATH", str(bare.here))
    bare.write("d.py", TEXT)
    made: list[Desk] = []

    def make(**settings: Any) -> Desk:
        made.append(Desk(bare, **settings))
        return made[-1]

    yield make
    for each in made:
        each.executor.close()
    sys.modules.pop("stand_in", None)


@pytest.mark.parametrize("fork", [True, False])
def test_a_task_runs_and_its_lines_come(desk: Callable[..., Desk], fork: bool) -> None:
    made = desk(fork=fork)
    assert isinstance(made.run("says"), Succeeded)
    assert isinstance(made.reports[0], Started)
    assert made.events() == ["hello"]


@pytest.mark.parametrize("fork", [True, False])
def test_an_ask_is_answered_or_refused(desk: Callable[..., Desk], fork: bool) -> None:
    made = desk(fork=fork)
    made.run("asks")
    made.answer = Refused(words="no")
    made.run("asks")
    assert made.events() == ["ab", "no"]


@pytest.mark.parametrize("fork", [True, False])
def test_an_import_error_is_reported(desk: Callable[..., Desk], fork: bool) -> None:
    made = desk(fork=fork)
    made.deployment.write("bad.py", "1 / 0\n")
    report = made.run("says", file="bad.py")
    assert isinstance(report, Failed)
    assert report.cause.kind is CauseKind.IMPORT_ERROR


def test_a_fork_is_a_process_of_its_own(desk: Callable[..., Desk]) -> None:
    import os

    made = desk(fork=True)
    made.run("pid")
    report = made.run("exits")
    assert isinstance(report, Failed)
    assert report.cause.exit_code == 4
    made.run("prints")
    assert made.events()[0] != str(os.getpid())
    assert made.events()[-1] == "printed"
    here = desk(fork=False)
    here.run("pid")
    assert here.events() == [str(os.getpid())]


def test_a_file_is_imported_once_for_all_of_its_tasks(
    desk: Callable[..., Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = desk(fork=True)
    made.deployment.write("counted.py", TEXT + "open('counted.n', 'a').write('x')\n")
    for _ in range(3):
        assert isinstance(made.run("says", file="counted.py"), Succeeded)
    assert (tmp_path / "counted.n").read_text() == "x"


def test_a_file_that_leaves_a_thread_behind_runs_in_a_fresh_python(
    desk: Callable[..., Desk],
) -> None:
    made = desk(fork=True)
    thread = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\n"
    made.deployment.write("threads.py", TEXT + thread)
    assert isinstance(made.run("says", file="threads.py"), Succeeded)


def test_a_server_that_dies_fails_its_task_and_the_next_one_gets_another(
    desk: Callable[..., Desk],
) -> None:
    made = desk(fork=True)
    kill = "def kills(hands): os.kill(os.getppid(), 9); import time; time.sleep(60)\n"
    made.deployment.write("kills.py", TEXT + kill)
    report = made.run("kills", file="kills.py")
    assert isinstance(report, Failed)
    assert report.cause.kind is CauseKind.SUPERVISOR_LOST
    assert isinstance(made.run("says", file="kills.py"), Succeeded)


def test_streams_are_given_back(desk: Callable[..., Desk]) -> None:
    before = sys.stdout
    desk(fork=False).run("says")
    assert sys.stdout is before


def test_the_sequential_executor_has_one_slot() -> None:
    settings = SupervisorSettings(home="/h", engine_socket="s", log_folder="l", code_folder="c")
    assert sequential(settings).slots == 1
