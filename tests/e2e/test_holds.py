"""More than a hundred task instances that wait, in every way there is, each with the right hold."""

import dataclasses
import shutil
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.conftest import Deployment, until

from narae.bootstrap.deployment import open_deployment
from narae.core.holds import HoldCode
from narae.engine.actions import Selection, clear, why_all

pytestmark = [pytest.mark.e2e, pytest.mark.process]

DAGS = Path(__file__).parent / "holds" / "dags"
MANY = 5
PARALLELISM = 30
AT_ONCE_SECONDS = 1.0
FAR = "2099-01-01T00:00:00Z"

Wish = dict[str, Any]

PLAIN: dict[str, tuple[HoldCode, Wish]] = {
    "upstream": (HoldCode.UPSTREAM, {}),
    "not_expanded": (HoldCode.UPSTREAM_NOT_EXPANDED, {}),
    "expansion": (HoldCode.EXPANSION, {}),
    "retry_delay": (HoldCode.RETRY_DELAY, {}),
    "rescheduled": (HoldCode.RESCHEDULED, {}),
    "deferred": (HoldCode.DEFERRED, {}),
    "start_date": (HoldCode.START_DATE, {"logical_date": FAR}),
    "paused": (HoldCode.DAG_PAUSED, {}),
    "not_due": (HoldCode.RUN_NOT_DUE, {"run_after": FAR}),
    "pool_full": (HoldCode.POOL_FULL, {}),
    "pool_small": (HoldCode.POOL_TOO_SMALL, {}),
    "pool_missing": (HoldCode.POOL_MISSING, {}),
    "active_tasks": (HoldCode.MAX_ACTIVE_TASKS, {}),
    "per_dag": (HoldCode.MAX_ACTIVE_TIS_PER_DAG, {}),
    "per_run": (HoldCode.MAX_ACTIVE_TIS_PER_DAGRUN, {}),
    "no_worker": (HoldCode.NO_WORKER, {}),
}
"""DAG -> the hold of its waiting tasks, and what to ask for."""

AFTER_A_FIRST: dict[str, HoldCode] = {
    "past": HoldCode.DEPENDS_ON_PAST,
    "past_downstream": HoldCode.WAIT_FOR_DOWNSTREAM,
    "run_queued": HoldCode.RUN_QUEUED,
}
"""The same for a second run."""

GOING = frozenset({"queued", "running", "success"})

NEVER_SEEN = frozenset({HoldCode.RUN_FINISHED, HoldCode.NEXT_TICK})
"""What ends a run ends its instances with it; a tick is over before anybody can ask."""


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[Deployment]:
    dags = tmp_path / "dags"
    shutil.copytree(DAGS, dags)
    over = tmp_path / "over"
    made = Deployment(tmp_path / "h", dags)
    made.environ |= {
        "HOLDS_OVER": str(over),
        "NARAE__CORE__PARALLELISM": str(PARALLELISM),
        "NARAE__SCHEDULER__HEARTBEAT_SECONDS": "0.3",
        "NARAE__CORE__KILLED_TASK_CLEANUP_TIME": "20",
    }
    made.cli("pools", "set", "one", "1", "one at a time")
    made.start()
    until(lambda: len(made.api("GET", "/api/v2/dags?limit=100")["dags"]) == 22)
    yield made
    over.touch()
    assert made.stop() == 0


class Asker:
    """Asks for runs, and for the holds of those of their tasks that wait."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.seen: Counter[HoldCode] = Counter()
        self.lasted: list[float] = []

    def begin(self, dag_id: str, **wish: Any) -> str:
        answer = self.deployment.api("POST", f"/api/v2/dags/{dag_id}/dagRuns", wish)
        return str(answer["dag_run_id"])

    def instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100"
        rows: list[dict[str, Any]] = self.deployment.api("GET", path)["task_instances"]
        return [row for row in rows if row["task_id"].rpartition(".")[2][:1] == "t"]

    def codes(self, row: dict[str, Any]) -> set[str]:
        run, index = row["dag_run_id"], row["map_index"]
        path = f"/api/v2/dags/{row['dag_id']}/dagRuns/{run}/taskInstances/{row['task_id']}"
        found = self.deployment.api("GET", f"{path}/holds?map_index={index}")["holds"]
        return {hold["code"] for hold in found}

    def expect(self, dag_id: str, run_id: str, code: HoldCode, count: int = MANY) -> None:
        """From now on, at once."""
        began, lasted, found = time.monotonic(), 0.0, 0
        while found < count:
            waiting = [r for r in self.instances(dag_id, run_id) if r["state"] not in GOING]
            found = sum(code in self.codes(row) for row in waiting[:count])
            lasted = time.monotonic() - began
            assert lasted < 10, f"{dag_id}: {found} of {count} report {code}"
        self.lasted.append(lasted)
        self.seen[code] += count

    def running(self, dag_id: str, run_id: str, task_id: str) -> Callable[[], bool]:
        return lambda: self.deployment.states(dag_id, run_id).get(task_id) == "running"


def test_a_hundred_instances_that_wait_each_say_why_at_once(waiting: Deployment) -> None:
    asker = Asker(waiting)
    _stale(asker)
    for dag_id, (code, wish) in PLAIN.items():
        asker.expect(dag_id, asker.begin(dag_id, **wish), code)
    for dag_id, code in AFTER_A_FIRST.items():
        _after_a_first(asker, dag_id, code)
    _restarting(asker)
    _full(asker)
    # The kinds one by one on a quiet machine; their median where others share it.
    assert statistics.median(asker.lasted) <= AT_ONCE_SECONDS
    assert sum(asker.seen.values()) >= 100
    assert set(asker.seen) == set(HoldCode) - NEVER_SEEN


def _stale(asker: Asker) -> None:
    run_id = asker.begin("stale")
    until(asker.running("stale", run_id, "blocker"))
    (asker.deployment.dags / "gone.py").unlink()
    asker.expect("stale", run_id, HoldCode.DAG_STALE)


def _after_a_first(asker: Asker, dag_id: str, code: HoldCode) -> None:
    first = asker.begin(dag_id, conf={"first": True}, logical_date="2024-02-01T00:00:00Z")
    if code is HoldCode.RUN_QUEUED:
        until(asker.running(dag_id, first, "first"))
    else:
        assert asker.deployment.finished(dag_id, first) == "failed"
    second = asker.begin(dag_id, logical_date="2024-02-02T00:00:00Z")
    asker.expect(dag_id, second, code)


def _restarting(asker: Asker) -> None:
    run_id = asker.begin("restarting")
    until(lambda: set(asker.deployment.states("restarting", run_id).values()) == {"running"})
    with open_deployment(asker.deployment.environ) as opened:
        clear(opened.act(), "restarting", Selection(run_ids=(run_id,)))
    asker.expect("restarting", run_id, HoldCode.RESTARTING)


def _full(asker: Asker) -> None:
    run_id = asker.begin("everything")
    until(lambda: "running" in asker.deployment.states("everything", run_id).values())
    asker.expect("everything", run_id, HoldCode.PARALLELISM)
    asker.expect("everything", run_id, HoldCode.NO_SLOT)
    with open_deployment(asker.deployment.environ) as opened:
        later = dataclasses.replace(opened.act(), now=opened.act().now + timedelta(minutes=1))
        found = why_all(later, "everything", run_id).values()
    silent = sum(HoldCode.NO_SCHEDULER in {hold.code for hold in holds} for holds in found)
    assert silent >= MANY
    asker.seen[HoldCode.NO_SCHEDULER] += silent
