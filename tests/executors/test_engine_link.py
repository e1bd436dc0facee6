"""Supervisor and engine: a connection that comes and goes, and nothing on it gets lost."""

import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

import psutil
import pytest

from narae.core.reports import Failed, Succeeded
from narae.core.run import CauseKind
from narae.core.wire import Ask, Beat, Reports
from narae.executors.local.sweep import Record, sweep

if TYPE_CHECKING:
    from tests.executors.conftest import Deployment

pytestmark = pytest.mark.process

Deploy = Callable[..., "Deployment"]
TEXT = (
    "import pathlib, subprocess, sys, time\n"
    "from narae.core.requests import GetVariable\n"
    "def quiet(hands): pass\n"
    "def waits(hands):\n"
    "    while not pathlib.Path('go').exists(): time.sleep(0.005)\n"
    "def asks(hands): hands.ask(GetVariable(key='k'))\n"
    "def sleeps(hands):\n"
    "    child = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
    "    sys.stdout.write(f'{child.pid}\\n')\n"
    "    time.sleep(600)\n"
)


def lives(process: psutil.Process) -> bool:
    """A zombie is dead: only its new parent has not looked yet."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_hello_says_what_there_is(deploy: Deploy) -> None:
    deployment = deploy(TEXT, slots=1, queues=("default", "big"))
    assert deployment.link is not None
    assert deployment.link.slots == 1
    assert deployment.link.queues == frozenset({"default", "big"})
    running, waiting = deployment.workload("sleeps"), deployment.workload("sleeps")
    deployment.submit(running, waiting)
    started = deployment.started(running)
    deployment.hang_up()
    hello = deployment.accept()
    assert [(live.attempt, live.pid) for live in hello.live] == [(running.attempt, started.pid)]
    assert hello.live[0].started_at == started.at
    assert hello.waiting == (waiting.attempt,)


def test_tasks_go_on_without_an_engine_and_their_results_are_kept(deploy: Deploy) -> None:
    deployment = deploy(TEXT)
    workload = deployment.workload("waits")
    deployment.submit(workload)
    started = deployment.started(workload)
    holder = deployment.link.holder if deployment.link else ""
    deployment.hang_up()
    (deployment.home / "go").touch()
    psutil.Process(started.pid).wait(10)
    hello = deployment.accept()
    assert hello.holder == holder
    report = deployment.ended(workload)
    assert isinstance(report, Succeeded)
    assert report in (*hello.unacknowledged, *deployment.reports)


def test_reports_come_again_until_they_are_acknowledged(deploy: Deploy) -> None:
    deployment = deploy(TEXT)
    deployment.acknowledging = False
    workload, first = deployment.run("quiet")
    deployment.hang_up()
    deployment.reports.clear()
    deployment.acknowledging = True
    hello = deployment.accept()
    assert first in hello.unacknowledged
    assert deployment.ended(workload) == first
    deployment.run("quiet")  # its reports come after the acknowledgement was read
    deployment.hang_up()
    assert deployment.accept().unacknowledged == ()


def test_sequence_numbers_grow_by_one(deploy: Deploy) -> None:
    deployment = deploy(TEXT)
    for _ in range(3):
        deployment.run("quiet")
    seqs = [message.seq for message in deployment.seen if isinstance(message, Reports)]
    assert seqs == list(range(1, len(seqs) + 1))


def test_an_ask_in_flight_is_asked_again(deploy: Deploy) -> None:
    deployment = deploy(TEXT)
    asked: list[Ask] = []

    workload = deployment.workload("asks")
    deployment.submit(workload)
    assert deployment.link is not None
    while not asked:
        messages = deployment.link.receive() or ()
        asked += [message for message in messages if isinstance(message, Ask)]  # unanswered
    deployment.hang_up()
    deployment.desk = asked.append
    deployment.accept()
    assert isinstance(deployment.ended(workload), Succeeded)
    assert asked[0] == asked[1]


def test_beats_name_what_is_held(deploy: Deploy) -> None:
    deployment = deploy(TEXT, beat_seconds=0.05, slots=1)
    running, waiting = deployment.workload("sleeps"), deployment.workload("quiet")
    deployment.submit(running, waiting)
    both = {running.attempt, waiting.attempt}
    deployment.wait_until(
        lambda: any(isinstance(m, Beat) and set(m.live) == both for m in deployment.seen)
    )


# -- the supervisor's own end ---------------------------------------------------------------


def test_a_stopped_supervisor_lets_tasks_finish(deploy: Deploy) -> None:
    deployment = deploy(TEXT, stop_grace_seconds=10)
    workload = deployment.workload("waits")
    deployment.submit(workload)
    deployment.started(workload)
    assert deployment.process is not None
    deployment.process.send_signal(signal.SIGTERM)
    (deployment.home / "go").touch()
    assert isinstance(deployment.ended(workload), Succeeded)
    assert deployment.process.wait(10) == 0


def test_a_stopped_supervisor_ends_tasks_after_its_grace(deploy: Deploy) -> None:
    deployment = deploy(TEXT)
    workload = deployment.workload("sleeps")
    deployment.submit(workload)
    deployment.started(workload)
    family = deployment.processes()
    assert deployment.process is not None
    deployment.process.send_signal(signal.SIGTERM)
    report = deployment.ended(workload)
    assert isinstance(report, Failed)
    assert report.cause.kind is CauseKind.SUPERVISOR_LOST
    assert deployment.process.wait(10) == 0
    assert [process for process in family if process.is_running()] == []
    assert list(deployment.settings.run_folder.iterdir()) == []


def test_a_stopped_supervisor_without_an_engine_goes_too(deploy: Deploy) -> None:
    deployment = deploy(TEXT, flush_seconds=0.1)
    deployment.acknowledging = False
    deployment.run("quiet")
    deployment.hang_up()
    deployment.listener.close()
    assert deployment.process is not None
    deployment.process.send_signal(signal.SIGTERM)
    assert deployment.process.wait(10) == 0


def test_nothing_is_left_of_a_supervisor_that_was_killed(deploy: Deploy) -> None:
    deployment = deploy(TEXT)
    workload = deployment.workload("sleeps")
    deployment.submit(workload)
    (text,) = deployment.wait_until(lambda: deployment.events(workload, "stdout"))
    family = deployment.processes()
    assert int(text) in {process.pid for process in family}
    assert deployment.process is not None
    deployment.process.kill()
    deployment.process.wait()
    deployment.start()  # the next one sweeps before it says hello
    deployment.accept()
    assert [process for process in family if lives(process)] == []
    assert isinstance(deployment.run("quiet")[1], Succeeded)


def test_a_sweep_leaves_a_living_supervisor_alone(deploy: Deploy) -> None:
    deployment = deploy(TEXT)
    family = deployment.processes()
    assert sweep(deployment.settings.run_folder) == 0
    assert all(process.is_running() for process in family)
    assert len(list(deployment.settings.run_folder.glob("*.json"))) == 1


def test_a_sweep_does_not_mistake_a_reused_pid(tmp_path: os.PathLike[str]) -> None:
    from pathlib import Path

    from narae.core.codec import encode_json

    folder = Path(tmp_path)
    record = Record(holder="h", pid=os.getpid(), start_time=2**62)
    (folder / "h.json").write_bytes(encode_json(record))
    (folder / "h.pids").write_bytes(b"%d\n" % os.getsid(0))
    assert sweep(folder) == 0  # everything that lives began before it
    assert list(folder.iterdir()) == []
