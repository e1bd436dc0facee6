"""What a supervisor does for one attempt: real processes, one deployment for all tests."""

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from narae.core.codec import pack
from narae.core.reports import CallbackDone, Failed, Succeeded
from narae.core.requests import GetVariable
from narae.core.run import Cause, CauseKind
from narae.core.workload import CallbackWorkload, CodeRef, Workload

if TYPE_CHECKING:
    from tests.executors.conftest import Deployment

pytestmark = pytest.mark.process

BY_USER = Cause(kind=CauseKind.KILLED_BY_USER, words="killed by ada", by="ada")


def cause_of(report: object) -> Cause:
    assert isinstance(report, Failed), report
    return report.cause


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def test_a_task_runs_and_its_output_is_in_its_log(shared: "Deployment") -> None:
    workload, report = shared.run("hello")
    assert isinstance(report, Succeeded)
    assert shared.events(workload, "stdout") == ["나래 says hello"]
    started = shared.started(workload)
    assert started.pid > 0
    assert started.holder == shared.link.hello.holder  # type: ignore[union-attr] # connected
    assert started.at <= report.at


def test_a_log_is_complete_and_in_order_when_the_end_is_reported(shared: "Deployment") -> None:
    workload, _ = shared.run("lines")
    assert shared.events(workload, "stdout") == [f"line {number}" for number in range(20_000)]
    assert shared.events(workload, "stderr") == ["no line break at the end"]
    assert shared.events(workload, "task") == ["ready-made"]


def test_a_line_without_end_is_cut(shared: "Deployment") -> None:
    workload, _ = shared.run("long_line")
    events = shared.events(workload, "stdout")
    assert "".join(events) == "x" * 200_000
    assert len(events) == 4


def test_what_a_child_says_of_its_failure_is_reported(shared: "Deployment") -> None:
    _, report = shared.run("raises")
    assert cause_of(report).kind is CauseKind.USER_ERROR
    assert cause_of(report).words == "LookupError: no rows"


@pytest.mark.parametrize(
    ("task", "kind", "words"),
    [
        ("exits", CauseKind.EXIT_CODE, "exit code 7"),
        ("exits_well", CauseKind.EXIT_CODE, "exit code 0"),
        ("kills_itself", CauseKind.SIGNAL, "SIGKILL"),
        ("segfault", CauseKind.SIGNAL, "SIGSEGV: a library crashed"),
    ],
)
def test_a_death_is_explained(shared: "Deployment", task: str, kind: CauseKind, words: str) -> None:
    workload, report = shared.run(task)
    assert cause_of(report).kind is kind
    assert words in cause_of(report).words
    assert shared.events(workload, "supervisor")[-1] == cause_of(report).words


def test_an_attempt_asks_and_gets_its_answer(shared: "Deployment") -> None:
    shared.desk = lambda ask: "v" if ask.request == GetVariable(key="k") else "v" * 5_000_000
    workload, _ = shared.run("asks")
    assert shared.events(workload, "stdout") == [f"answer {pack('v')!r}"]
    workload, _ = shared.run("big_ask")
    assert shared.events(workload, "stdout") == [f"length {5_000_005}"]


def test_a_large_workload_arrives(shared: "Deployment") -> None:
    workload = shared.workload("quiet")
    run = workload.run.__class__(
        **{f: getattr(workload.run, f) for f in workload.run.__struct_fields__ if f != "conf"},
        conf={"text": "x" * 3_000_000},
    )
    _, report = shared.run("quiet", run=run)
    assert isinstance(report, Succeeded)


def test_a_child_starts_clean(shared: "Deployment") -> None:
    workload, _ = shared.run("facts")
    assert shared.events(workload, "stdout") == [
        "session True",
        "stdin True",
        "forked True",
        f"cwd {shared.home}",
        "sigterm True",
        "streams ['/dev/null', 'pipe']",
        "descriptors 6",  # the three, log, socket, and the folder that is being listed
    ]


def test_siblings_do_not_share_their_chance(shared: "Deployment") -> None:
    first, _ = shared.run("chance")
    second, _ = shared.run("chance")
    assert shared.events(first, "stdout") != shared.events(second, "stdout")


def test_what_an_attempt_used_is_measured(shared: "Deployment") -> None:
    _, report = shared.run("used")
    assert report.figures is not None
    assert report.figures.cpu_seconds >= 0.2
    assert report.figures.wall_seconds >= 0.2
    assert 80 * 1024**2 < report.figures.memory_peak_bytes < 400 * 1024**2


# -- kill and time-outs ---------------------------------------------------------------------


def start(deployment: "Deployment", task: str) -> Workload:
    workload = deployment.workload(task)
    deployment.submit(workload)
    deployment.wait_until(lambda: deployment.events(workload, "stdout"))
    return workload


@pytest.mark.parametrize(("task", "signal"), [("sleeps", 15), ("stubborn", 9)])
def test_a_kill_is_asked_for_and_then_enforced(
    shared: "Deployment", task: str, signal: int
) -> None:
    workload = start(shared, task)
    assert shared.link is not None
    shared.link.kill(workload.attempt, BY_USER)
    cause = cause_of(shared.ended(workload))
    assert (cause.kind, cause.words, cause.by) == (BY_USER.kind, BY_USER.words, "ada")
    assert cause.signal == signal


def test_a_kill_at_once_after_the_submit_is_not_missed(shared: "Deployment") -> None:
    workload = shared.workload("sleeps")
    assert shared.link is not None
    shared.link.submit([workload])
    shared.link.kill(workload.attempt, BY_USER)
    assert cause_of(shared.ended(workload)).kind is CauseKind.KILLED_BY_USER


def test_a_kill_of_an_unknown_attempt_is_ignored(shared: "Deployment") -> None:
    assert shared.link is not None
    shared.link.kill(shared.workload("quiet").attempt, BY_USER)
    _, report = shared.run("quiet")
    assert isinstance(report, Succeeded)


def test_a_task_that_can_not_end_its_own_time_out_is_ended(
    deploy: Callable[..., "Deployment"],
) -> None:
    deployment = deploy(
        "import time\ndef sleeps(hands): time.sleep(600)", timeout_grace_seconds=0.1
    )
    _, report = deployment.run("sleeps", execution_timeout=timedelta(seconds=0.2))
    assert cause_of(report).kind is CauseKind.EXECUTION_TIMEOUT
    assert "0.2 seconds" in cause_of(report).words


def test_a_process_that_has_said_its_last_word_but_stays_is_ended(shared: "Deployment") -> None:
    before = time.monotonic()
    _, report = shared.run("wont_go")
    assert isinstance(report, Succeeded)
    assert time.monotonic() - before < 5


def test_nonsense_on_the_socket_ends_the_task(shared: "Deployment") -> None:
    _, report = shared.run("nonsense")
    assert "nonsense" in cause_of(report).words


# -- what is left behind --------------------------------------------------------------------


def test_nothing_that_a_task_started_outlives_it(shared: "Deployment") -> None:
    workload, report = shared.run("leaves_orphans")
    assert isinstance(report, Succeeded)
    pids = [int(pid) for pid in shared.events(workload, "stdout")[0].split()]
    assert [is_gone(pid) for pid in pids] == [True, True]


def test_a_killed_task_takes_along_what_it_started_in_another_session(
    shared: "Deployment",
) -> None:
    workload = start(shared, "sleeps_with_orphan")
    (pid,) = [int(text) for text in shared.events(workload, "stdout")]
    assert shared.link is not None
    shared.link.kill(workload.attempt, BY_USER)
    shared.ended(workload)
    assert is_gone(pid)


def test_no_descriptor_and_no_process_is_left_over(shared: "Deployment") -> None:
    shared.run("quiet")
    before = {process.pid: process.num_fds() for process in shared.processes()}
    workloads = [shared.workload("hello") for _ in range(50)]
    shared.submit(*workloads)
    for workload in workloads:
        shared.ended(workload)
    assert {process.pid: process.num_fds() for process in shared.processes()} == before


# -- many -----------------------------------------------------------------------------------


def test_two_hundred_at_once_all_end_and_none_runs_twice(shared: "Deployment") -> None:
    workloads = [shared.workload("hello") for _ in range(200)]
    shared.submit(*workloads)
    shared.submit(*workloads[:50])  # known already
    for workload in workloads:
        assert isinstance(shared.ended(workload), Succeeded)
    shared.submit(*workloads[:5])  # over already
    shared.run("quiet")
    for workload in workloads:
        assert shared.events(workload, "stdout") == ["나래 says hello"]


def test_slots_are_never_exceeded(deploy: Callable[..., "Deployment"]) -> None:
    text = (
        "import os, time\n"
        "def count(hands):\n"
        "    open(f'busy/{os.getpid()}', 'w').close()\n"
        "    print(len(os.listdir('busy')))\n"
        "    time.sleep(0.02)\n"
        "    os.unlink(f'busy/{os.getpid()}')\n"
    )
    deployment = deploy(text, slots=3)
    (deployment.home / "busy").mkdir()
    workloads = [deployment.workload("count") for _ in range(30)]
    deployment.submit(*workloads)
    seen = set()
    for workload in workloads:
        assert isinstance(deployment.ended(workload), Succeeded)
        seen.add(int(deployment.events(workload, "stdout")[0]))
    assert max(seen) == 3


def test_a_waiting_attempt_can_be_killed_before_it_starts(
    deploy: Callable[..., "Deployment"],
) -> None:
    deployment = deploy("import time\ndef sleeps(hands): time.sleep(600)", slots=1)
    running, waiting = deployment.workload("sleeps"), deployment.workload("sleeps")
    deployment.submit(running, waiting)
    deployment.started(running)
    assert deployment.link is not None
    deployment.link.kill(waiting.attempt, BY_USER)
    assert cause_of(deployment.ended(waiting)).kind is CauseKind.KILLED_BY_USER


# -- callbacks ------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "error"), [("on_call", None), ("bad_call", "exit code 3")])
def test_a_callback_runs_and_says_so(shared: "Deployment", kind: str, error: str | None) -> None:
    workload = shared.workload("quiet")
    callback = CallbackWorkload(
        id=str(uuid.uuid4()),
        code=CodeRef(folder=str(shared.dags), version="", file="d.py"),
        run=workload.run,
        kind=kind,
        log_path=f"{kind}.log",
        queued_at=datetime.now(UTC),
    )
    shared.submit(callback)

    def done() -> list[CallbackDone]:
        return [
            report
            for report in shared.reports
            if isinstance(report, CallbackDone) and report.callback == callback.id
        ]

    (report,) = shared.wait_until(done)
    assert report.error is None if error is None else error in (report.error or "")
