"""Every way to die, by real processes: the attempt says which it was, in CLI and API."""

import contextlib
import json
import os
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.e2e.conftest import Deployment, until

from narae.bootstrap.deployment import open_deployment
from narae.core.requests import GetXCom
from narae.core.states import TaskState
from narae.engine.actions import Selection, TaskMark, clear, mark_tasks

pytestmark = [pytest.mark.e2e, pytest.mark.process]

DAGS = Path(__file__).parent / "deaths" / "dags"
LEASE_SECONDS = 2.0
MEGABYTE = 1024 * 1024

Row = dict[str, Any]
MakeMortal = Callable[..., Deployment]


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[MakeMortal]:
    made: list[Deployment] = []

    def make(**settings: str) -> Deployment:
        deployment = Deployment(tmp_path / "h", DAGS)
        deployment.environ |= {
            "DEATHS_FOLDER": str(tmp_path),
            "NARAE__CORE__KILLED_TASK_CLEANUP_TIME": "0.5",
            "NARAE__SCHEDULER__HEARTBEAT_SECONDS": "0.3",
            **settings,
        }
        deployment.start()
        made.append(deployment)
        until(lambda: len(deployment.api("GET", "/api/v2/dags?limit=100")["dags"]) == 4)
        return deployment

    yield make
    (tmp_path / "over").touch()
    for deployment in made:
        assert deployment.stop() == 0


def attempts(on: Deployment, dag_id: str, run_id: str, task_id: str, index: int = -1) -> list[Row]:
    where = f"{task_id}/attempts" if index < 0 else f"{task_id}/{index}/attempts"
    path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{where}"
    found: list[Row] = on.api("GET", path)["attempts"]
    return found


def causes(on: Deployment, dag_id: str, run_id: str, task_id: str) -> list[str | None]:
    return [row["cause"] for row in attempts(on, dag_id, run_id, task_id)]


def runs(on: Deployment, dag_id: str, task_id: str) -> str:
    """A new run, once its task runs."""
    run_id = on.trigger(dag_id)
    until(lambda: on.states(dag_id, run_id)[task_id] == "running")
    return run_id


def test_every_death_of_a_task_is_named(mortal: MakeMortal) -> None:
    deployment = mortal(NARAE__CORE__TASK_MEMORY_MAX=str(512 * MEGABYTE))
    run_id = deployment.trigger("deaths")
    assert deployment.finished("deaths", run_id) == "failed"
    found = {
        task_id: attempts(deployment, "deaths", run_id, task_id)[-1]
        for task_id in ("exits", "crashes", "is_killed", "eats", "is_slow", "raises", "gives_up")
    }
    assert {task_id: row["cause"] for task_id, row in found.items()} == {
        "exits": "exit_code",
        "crashes": "signal",
        "is_killed": "signal",
        "eats": "out_of_memory",
        "is_slow": "execution_timeout",
        "raises": "user_error",
        "gives_up": "user_fail",
    }
    assert found["exits"]["exit_code"] == 7
    assert found["crashes"]["signal"] == signal.SIGSEGV
    assert found["is_killed"]["signal"] == signal.SIGKILL
    assert "512 MB" in found["eats"]["words"]
    assert "took longer than 0:00:00.3" in found["is_slow"]["words"]
    assert found["raises"]["words"] == "ValueError: no rows"
    codes = [attempts(deployment, "deaths", run_id, "number", n)[-1]["exit_code"] for n in (0, 1)]
    assert codes == [3, 4]
    said = deployment.cli("tasks", "attempts", "deaths", "exits", run_id, "-o", "json")
    (row,) = json.loads(said.stdout)
    assert (row["cause"], row["exit_code"], row["fence"]) == ("exit_code", 7, 1)


def test_what_others_end_says_who_and_why(mortal: MakeMortal, tmp_path: Path) -> None:
    deployment = mortal()
    (late,) = _run_ids(deployment, "run_too_slow")
    fast = runs(deployment, "fails_fast", "other")
    (tmp_path / "other").touch()
    marked, again = runs(deployment, "waits", "first"), runs(deployment, "waits", "first")
    with open_deployment(deployment.environ) as opened:
        mark = TaskMark(task_id="first", state=TaskState.FAILED)
        mark_tasks(opened.act("ada"), "waits", marked, mark)
        clear(opened.act("ada"), "waits", Selection(run_ids=(again,)))
    until(lambda: len(attempts(deployment, "waits", again, "first")) == 2)
    until(lambda: None not in causes(deployment, "waits", marked, "first"))
    assert causes(deployment, "waits", marked, "first") == ["marked"]
    assert causes(deployment, "waits", again, "first")[0] == "cleared"
    deployment.finished("run_too_slow", late)
    until(lambda: causes(deployment, "run_too_slow", late, "waits") == ["run_timeout"])
    assert deployment.finished("fails_fast", fast) == "failed"
    assert causes(deployment, "fails_fast", fast, "other") == ["fail_fast"]


def _run_ids(on: Deployment, dag_id: str) -> list[str]:
    path = f"/api/v2/dags/{dag_id}/dagRuns"
    until(lambda: on.api("GET", path)["total_entries"] > 0)
    return [run["dag_run_id"] for run in on.api("GET", path)["dag_runs"]]


def test_what_keeps_a_process_from_starting_is_named(mortal: MakeMortal, tmp_path: Path) -> None:
    deployment = mortal()
    runs(deployment, "waits", "first")  # a fork server is there now
    code = deployment.home / "code"
    code.rename(code.with_name("gone"))  # a tree alone would be made again from its objects
    run_id = deployment.trigger("waits")
    assert deployment.finished("waits", run_id) == "failed"
    assert causes(deployment, "waits", run_id, "first") == ["code_missing"]
    shutil.rmtree(code, ignore_errors=True)
    code.with_name("gone").rename(code)

    (tmp_path / "broken").touch()
    supervisor = psutil.Process(deployment.component_pid("supervisor"))
    for process in supervisor.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # a task's, which has ended meanwhile
            if " ".join(process.cmdline()).startswith("narae fork server: deaths.py"):
                process.kill()
    run_id = deployment.trigger("waits")
    assert deployment.finished("waits", run_id) == "failed"
    (row,) = attempts(deployment, "waits", run_id, "first")
    assert (row["cause"], row["words"]) == ("import_error", "ImportError: the library went away")
    assert "deaths.py" in row["traceback"]
    (tmp_path / "broken").unlink()

    _, hard = resource.prlimit(supervisor.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(supervisor.pid, resource.RLIMIT_NOFILE, (supervisor.num_fds(), hard))
    run_id = deployment.trigger("waits")
    assert deployment.finished("waits", run_id) == "failed"
    assert set(causes(deployment, "waits", run_id, "first")) == {"start_failed"}
    assert len(causes(deployment, "waits", run_id, "first")) == 6  # lost_attempts_max, and one
    resource.prlimit(supervisor.pid, resource.RLIMIT_NOFILE, (hard, hard))


def test_a_supervisor_that_wakes_up_late_is_refused_and_ends_its_tasks(
    mortal: MakeMortal, tmp_path: Path
) -> None:
    deployment = mortal(NARAE__SCHEDULER__LEASE_SECONDS=str(LEASE_SECONDS))
    run_id = runs(deployment, "waits", "first")
    supervisor = deployment.component_pid("supervisor")
    _, pid = (tmp_path / "lives").read_text().split()
    os.kill(supervisor, signal.SIGSTOP)
    try:
        until(lambda: causes(deployment, "waits", run_id, "first")[0] == "lease_lost")
        assert Path(f"/proc/{pid}").exists()
        waiting = deployment.trigger("waits")
        path = f"/api/v2/dags/waits/dagRuns/{waiting}/taskInstances/first/holds"
        until(lambda: "no_worker" in str(deployment.api("GET", path)))
    finally:
        os.kill(supervisor, signal.SIGCONT)
    until(lambda: not Path(f"/proc/{pid}").exists())
    until(lambda: len((tmp_path / "lives").read_text().split()) == 6)
    (tmp_path / "over").touch()
    assert deployment.finished("waits", run_id) == "success"
    rows = attempts(deployment, "waits", run_id, "first")
    assert [row["fence"] for row in rows] == [1, 2]
    assert [row["cause"] for row in rows] == ["lease_lost", "succeeded"]
    with open_deployment(deployment.environ) as opened:
        query = GetXCom(dag_id="waits", run_id=run_id, task_ids=("first",), key="mark")
        (mark,) = opened.store.xcoms(query)
    assert mark.value == b"2"


def test_the_end_of_a_supervisor_is_the_cause_of_its_tasks_ends(mortal: MakeMortal) -> None:
    deployment = mortal(NARAE__SCHEDULER__LEASE_SECONDS=str(LEASE_SECONDS))
    run_id = runs(deployment, "waits", "first")
    supervisor = deployment.component_pid("supervisor")
    os.kill(supervisor, signal.SIGKILL)
    until(lambda: causes(deployment, "waits", run_id, "first")[0] == "supervisor_lost")
    until(lambda: deployment.states("waits", run_id)["first"] == "running")
    os.kill(deployment.component_pid("supervisor"), signal.SIGSTOP)
    try:
        other = deployment.trigger("waits")
        until(lambda: causes(deployment, "waits", other, "first")[:1] == ["never_started"])
    finally:
        os.kill(deployment.component_pid("supervisor"), signal.SIGCONT)
