"""The main job, through the real process tree."""

import os
import signal
from collections import defaultdict
from pathlib import Path

import pytest
from tests.e2e.conftest import Deployment, Until

pytestmark = [pytest.mark.e2e, pytest.mark.process]


def _listed(deployment: Deployment, dag_id: str) -> bool:
    dags = deployment.api("GET", "/api/v2/dags?limit=100")["dags"]
    return dag_id in {d["dag_id"] for d in dags}


def test_every_kind_of_dag_ends_in_the_right_states(
    deployment: Deployment, until: Until, tmp_path: Path
) -> None:
    until(lambda: _listed(deployment, "wide") and _listed(deployment, "with_sensor"))
    _check_schedule(deployment, until)
    runs = {
        "with_conf": deployment.trigger("with_conf", {"who": "나래", "n": 41}),
        "with_retries": deployment.trigger("with_retries"),
        "with_branch": deployment.trigger("with_branch"),
        "with_mapped_group": deployment.trigger("with_mapped_group"),
        "with_sensor": deployment.trigger("with_sensor", {"path": str(tmp_path / "flag")}),
    }
    ends = {dag_id: deployment.finished(dag_id, run_id) for dag_id, run_id in runs.items()}
    assert ends == dict.fromkeys(runs, "success") | {"with_retries": "failed"}
    assert deployment.states("with_retries", runs["with_retries"]) == {
        "third_time_lucky": "success",
        "never_lucky": "failed",
        "after": "upstream_failed",
    }
    assert deployment.states("with_branch", runs["with_branch"]) == {
        "choose": "success",
        "left": "success",
        "right": "skipped",
        "join": "success",
    }
    assert deployment.states("with_mapped_group", runs["with_mapped_group"]) == {
        "numbers": "success",
        **{f"each.{t}[{i}]": "success" for t in ("double", "add_one") for i in range(3)},
        "total": "success",
    }
    tries = deployment.cli("tasks", "states-for-dag-run", "with_retries", runs["with_retries"])
    assert tries.returncode == 0, tries.stderr
    log = _log(deployment, "with_retries", runs["with_retries"], "third_time_lucky", 2)
    assert "try 2 is not enough" in log


def _check_schedule(deployment: Deployment, until: Until) -> None:
    """Midnight in Seoul, two days back and one: each run covers one Seoul day."""
    listing = "/api/v2/dags/seoul_cron/dagRuns"

    def both_done() -> bool:
        runs = deployment.api("GET", listing)["dag_runs"]
        return [r["state"] for r in runs] == ["success", "success"]

    until(both_done)
    for run in deployment.api("GET", listing)["dag_runs"]:
        assert run["run_type"] == "scheduled"
        assert run["data_interval_start"].endswith("T15:00:00Z")
        assert run["logical_date"] == run["data_interval_start"]


def _log(deployment: Deployment, dag_id: str, run_id: str, task_id: str, number: int) -> str:
    found = list(
        (deployment.home / "logs").glob(f"dag_id={dag_id}/run_id=*/task_id={task_id}/*.log")
    )
    text = [p.read_text() for p in found if p.name == f"attempt={number}.log"]
    assert text, (run_id, found)
    return text[0]


@pytest.mark.parametrize("victim", ["engine", "supervisor"])
def test_killing_a_component_loses_no_task_and_doubles_none(
    deployment: Deployment, until: Until, tmp_path: Path, victim: str
) -> None:
    until(lambda: _listed(deployment, "wide"))
    trace = tmp_path / "trace"
    run_id = deployment.trigger("wide", {"trace": str(trace)})
    until(lambda: trace.exists() and trace.read_text().count("end ") >= 40)
    os.kill(deployment.component_pid(victim), signal.SIGKILL)
    assert deployment.finished("wide", run_id, 90) == "success"
    assert set(deployment.states("wide", run_id).values()) == {"success"}
    assert _overlaps(trace) == []
    ended = {line.split()[1] for line in trace.read_text().splitlines() if line[:3] == "end"}
    assert ended == {str(n) for n in range(200)}


def _overlaps(trace: Path) -> list[str]:
    """Tasks of which two processes ran user code at the same time."""
    spans: dict[str, list[tuple[float, float]]] = defaultdict(list)
    started: dict[tuple[str, str], float] = {}
    for line in trace.read_text().splitlines():
        what, index, pid, at = line.split()
        if what == "start":
            started[index, pid] = float(at)
        else:
            spans[index].append((started.pop((index, pid)), float(at)))
    return [
        index
        for index, found in spans.items()
        for (_, end), (begin, _) in zip(sorted(found), sorted(found)[1:], strict=False)
        if begin < end
    ]


def test_it_says_when_it_is_ready_and_stops_cleanly(stopped_deployment: Deployment) -> None:
    line = stopped_deployment.start()
    assert f"http://127.0.0.1:{stopped_deployment.port}" in line
    health = stopped_deployment.api("GET", "/health")
    assert health["metadatabase"]["status"] == "healthy"
    assert health["scheduler"]["status"] == "healthy"
    pids = [stopped_deployment.component_pid(n) for n in ("engine", "api", "loader", "supervisor")]
    assert stopped_deployment.stop() == 0
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []


def test_a_second_scheduler_on_the_same_home_is_turned_away(deployment: Deployment) -> None:
    second = deployment.cli("standalone", "--home", str(deployment.home), "--port", "0")
    assert second.returncode == 1
    assert "already" in second.stderr + second.stdout
    assert deployment.api("GET", "/health")["scheduler"]["status"] == "healthy"


def test_the_main_job_on_postgresql(
    stopped_deployment: Deployment, until: Until, empty_postgres: str, tmp_path: Path
) -> None:
    stopped_deployment.environ["NARAE__DATABASE__URL"] = empty_postgres
    stopped_deployment.start()
    until(lambda: _listed(stopped_deployment, "wide"))
    trace = tmp_path / "trace"
    run_id = stopped_deployment.trigger("wide", {"trace": str(trace), "seconds": 0})
    mapped = stopped_deployment.trigger("with_mapped_group")
    assert stopped_deployment.finished("wide", run_id, 90) == "success"
    assert stopped_deployment.finished("with_mapped_group", mapped) == "success"
    assert trace.read_text().count("end ") == 200
    assert not (stopped_deployment.home / "narae.db").exists()
    assert stopped_deployment.stop() == 0
