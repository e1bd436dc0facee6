"""Commands about all DAGs at once, and those that ask where time went."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from narae.bootstrap.deployment import open_deployment
from narae.engine.ports import Heartbeat

if TYPE_CHECKING:
    from tests.cli.conftest import Narae

RUN = "manual__2026-01-01T12:00:00+00:00"
LINKED = """\
from airflow.models import Variable
from airflow.models.dag import DAG
from airflow.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sensors.external_task import ExternalTaskSensor

with DAG(Variable.get("name", default_var="linked"), schedule=None) as dag:
    ExternalTaskSensor(task_id="wait", external_dag_id="upstream") >> TriggerDagRunOperator(
        task_id="go", trigger_dag_id="downstream"
    )
"""


@pytest.fixture
def linked(bare: "Narae", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Narae":
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "linked.py").write_text(LINKED)
    monkeypatch.setenv("NARAE__CORE__DAGS_FOLDER", str(tmp_path / "dags"))
    monkeypatch.setenv("NARAE__CORE__LOAD_EXAMPLES", "False")
    return bare


@pytest.mark.process
def test_reserialize_parses_now_and_dependencies_show_who_names_whom(linked: "Narae") -> None:
    assert linked.rows("dags", "show-dependencies") == []
    (row,) = linked.rows("dags", "reserialize")
    assert (row["dags"], row["errors"]) == (["linked"], [])
    assert linked.rows("dags", "show-dependencies") == [
        {"dag_id": "linked", "task_id": "wait", "how": "waits for", "other_dag_id": "upstream"},
        {"dag_id": "linked", "task_id": "go", "how": "triggers", "other_dag_id": "downstream"},
    ]


@pytest.mark.process
def test_a_file_may_ask_for_variables_while_it_is_parsed(linked: "Narae") -> None:
    linked.good("variables", "set", "name", "named_by_a_variable")
    assert linked.rows("dags", "reserialize")[0]["dags"] == ["named_by_a_variable"]


def test_components_are_listed_with_their_signs_of_life(narae: "Narae") -> None:
    with open_deployment() as deployment:
        beats = [
            Heartbeat(component="loader", name="box:1", at=datetime.now(UTC)),
            Heartbeat(component="api", name="box:2", at=datetime(2026, 1, 1, tzinfo=UTC)),
        ]
        deployment.store.beat(beats)
    states = {row["job_type"]: row["state"] for row in narae.rows("dags", "list-jobs")}
    assert (states["loader"], states["api"]) == ("running", "silent")


def test_why_late_accounts_for_every_second(narae: "Narae") -> None:
    rows = narae.rows("dags", "why-late", "sales", RUN)
    assert sum(row["seconds"] for row in rows) == pytest.approx(90)
    assert {row["task_id"] for row in rows if row["phase"] == "running"} == {
        "extract",
        "double",
        "report.write",
    }
    assert "90.000 s" in narae.good("dags", "why-late", "sales", RUN)
    assert "did you mean 'sales'" in narae.bad("dags", "why-late", "salse", RUN)


def test_a_task_may_be_run_now_whatever_it_depends_on(narae: "Narae") -> None:
    narae.good("dags", "trigger", "flaky", "--run-id", "waits")
    text = narae.good("tasks", "run", "flaky", "second", RUN)
    assert text == "second was failed; it goes out with the next free slot\n"
    assert "did you mean 'second'" in narae.bad("tasks", "run", "flaky", "secnd", RUN)
