import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from narae.core.ids import AttemptId, RunUid
from narae.core.reports import CallbackDone, Ended, Failed, Skipped, Succeeded
from narae.core.run import Cause, CauseKind, Figures
from narae.core.states import RunType
from narae.core.workload import CallbackWorkload, CodeRef, RunFacts, Workload
from narae.executors.local import linux
from narae.executors.local.causes import Death, cause_of, last_report, server_words
from narae.executors.local.eviction import (
    ServerFacts,
    ServerLimits,
    idle_too_long,
    next_look,
    to_make_room,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ATTEMPT = AttemptId("a")
RUN = RunFacts(
    uid=RunUid("r"),
    dag_id="d",
    run_id="r",
    run_type=RunType.MANUAL,
    logical_date=NOW,
    interval=None,
    run_after=NOW,
    queued_at=NOW,
    started_at=NOW,
)
CODE = CodeRef(folder="/dags", version="", file="d.py")
WORKLOAD = Workload(attempt=ATTEMPT, fence=1, code=CODE, run=RUN, task_id="t", queued_at=NOW)
FIGURES = Figures(wall_seconds=1, cpu_seconds=0.5, memory_peak_bytes=9)
SUCCEEDED = Succeeded(attempt=ATTEMPT, at=NOW)
SKIPPED = Skipped(attempt=ATTEMPT, at=NOW, cause=Cause(kind=CauseKind.SKIPPED))
TERMINATED = Failed(
    attempt=ATTEMPT,
    at=NOW,
    cause=Cause(kind=CauseKind.SIGNAL, words="SIGTERM", traceback="at line 7", signal=15),
    label="three",
)
BY_USER = Cause(kind=CauseKind.KILLED_BY_USER, words="killed by ada", by="ada")
DEATH = Cause(kind=CauseKind.SIGNAL, words="killed by SIGKILL", signal=9)


@pytest.mark.parametrize(
    ("death", "kind", "words"),
    [
        (Death(status=0), CauseKind.EXIT_CODE, "exit code 0"),
        (
            Death(status=9, out_of_memory=True, memory_peak_bytes=7 << 20),
            CauseKind.OUT_OF_MEMORY,
            "7 MB",
        ),
        (Death(status=9), CauseKind.SIGNAL, "outside of Narae"),
        (
            Death(status=signal.SIGABRT, memory_peak_bytes=95 << 20, memory_max_bytes=100 << 20),
            CauseKind.OUT_OF_MEMORY,
            "all of its 100 MB",
        ),
        (
            Death(status=signal.SIGABRT, memory_peak_bytes=50 << 20, memory_max_bytes=100 << 20),
            CauseKind.SIGNAL,
            "a library gave up",
        ),
        (Death(status=signal.SIGXCPU), CauseKind.SIGNAL, "CPU time"),
        (Death(status=signal.SIGTERM, out_of_memory=True), CauseKind.SIGNAL, "SIGTERM"),
        (Death(status=50), CauseKind.SIGNAL, "killed by signal 50"),
        (Death(status=None), CauseKind.SUPERVISOR_LOST, "nobody"),
        (Death(status=9, server_lost="it died"), CauseKind.SUPERVISOR_LOST, "it died"),
    ],
)
def test_every_death_has_a_cause_in_words(death: Death, kind: CauseKind, words: str) -> None:
    cause = cause_of(death)
    assert cause.kind is kind
    assert words in cause.words


@pytest.mark.parametrize("said", [SUCCEEDED, SKIPPED])
def test_who_finished_before_noticing_a_kill_has_finished(said: Ended) -> None:
    report = last_report(
        WORKLOAD, said=said, asked_to_end=BY_USER, death=DEATH, at=NOW, figures=FIGURES
    )
    assert type(report) is type(said)
    assert isinstance(report, Succeeded | Skipped)
    assert report.figures == FIGURES


def test_who_asked_for_the_end_is_its_cause_and_the_evidence_stays() -> None:
    report = last_report(
        WORKLOAD, said=TERMINATED, asked_to_end=BY_USER, death=DEATH, at=NOW, figures=None
    )
    assert isinstance(report, Failed)
    cause = report.cause
    assert (cause.kind, cause.by, cause.words) == (BY_USER.kind, "ada", BY_USER.words)
    assert (cause.traceback, cause.signal, report.label) == ("at line 7", 15, "three")


def test_a_child_that_says_nothing_has_died() -> None:
    report = last_report(
        WORKLOAD, said=None, asked_to_end=None, death=DEATH, at=NOW, figures=FIGURES
    )
    assert report == Failed(attempt=ATTEMPT, at=NOW, cause=DEATH, figures=FIGURES)


def test_a_callback_ends_in_words() -> None:
    callback = CallbackWorkload(id="c", code=CODE, run=RUN, kind="dag_success", queued_at=NOW)
    report = last_report(
        callback, said=None, asked_to_end=None, death=DEATH, at=NOW, figures=FIGURES
    )
    assert report == CallbackDone(callback="c", at=NOW, error="killed by SIGKILL")


def test_a_server_that_died_is_named_by_its_file() -> None:
    assert server_words("etl.py", 9) == "the fork server of etl.py was killed by SIGKILL"
    assert server_words("etl.py", 1 << 8) == "the fork server of etl.py ended with exit code 1"


# -- memory ---------------------------------------------------------------------------------


def test_an_out_of_memory_kill_is_seen_for_two_refreshes(tmp_path: Path) -> None:
    events = tmp_path / "memory.events"
    events.write_text("low 0\noom 5\noom_kill 2\noom_group_kill 0\n")
    watch = linux.OomWatch([events, tmp_path / "missing"])
    assert not watch.has_grown()
    events.write_text("low 0\noom 6\noom_kill 3\noom_group_kill 0\n")
    assert watch.has_grown()
    watch.refresh()
    assert watch.has_grown()
    watch.refresh()
    assert not watch.has_grown()


def test_both_generations_of_cgroups_are_known() -> None:
    mounts = Path("/m")
    sources = linux.oom_sources("4:memory,cpu:/a/b\n9:name=systemd:/\n0::/c\n", mounts)
    assert sources == [
        Path("/m/memory/a/b/memory.oom_control"),
        Path("/m/c/memory.events"),
        Path("/proc/vmstat"),
    ]


# -- eviction -------------------------------------------------------------------------------


def facts(number: int, *, idle_since: float | None, private_bytes: int = 10) -> ServerFacts:
    return ServerFacts(
        number=number,
        is_idle=idle_since is not None,
        idle_since=idle_since or 0.0,
        private_bytes=private_bytes,
    )


SERVERS = [
    facts(1, idle_since=30),
    facts(2, idle_since=None),
    facts(3, idle_since=10),
    facts(4, idle_since=20),
]


@pytest.mark.parametrize(
    ("servers_max", "memory_max_bytes", "going"),
    [
        (5, 100, []),
        (4, 100, [3]),
        (2, 100, [3, 4, 1]),
        (1, 100, [3, 4, 1]),  # a busy one never goes
        (5, 25, [3, 4]),
        (5, 0, [3, 4, 1]),
    ],
)
def test_the_longest_unused_go_first(
    servers_max: int, memory_max_bytes: int, going: list[int]
) -> None:
    limits = ServerLimits(
        servers_max=servers_max, idle_seconds=60, memory_max_bytes=memory_max_bytes
    )
    assert to_make_room(SERVERS, limits) == going


def test_the_next_look_is_when_the_next_one_is_due() -> None:
    limits = ServerLimits(servers_max=9, idle_seconds=60, memory_max_bytes=100)
    assert idle_too_long(SERVERS, now=80, limits=limits) == [3, 4]
    assert next_look(SERVERS, now=65, limits=limits) == 5
    assert next_look([facts(1, idle_since=None)], now=65, limits=limits) is None
