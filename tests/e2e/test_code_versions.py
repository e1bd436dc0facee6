"""DAG files that change while they run, and what they read from the deployment."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.conftest import Deployment, Until

from narae.bootstrap.deployment import open_deployment
from narae.core.requests import GetXCom
from narae.storage.store import SqlStore

pytestmark = [pytest.mark.e2e, pytest.mark.process]

COUNTED = """
from datetime import datetime
from airflow import DAG
from airflow.models import Variable
from airflow.operators.python import PythonOperator

with DAG("counted", start_date=datetime(2026, 1, 1), schedule=None):
    for number in range(int(Variable.get("count"))):
        PythonOperator(task_id=f"t{number}", python_callable=print, op_args=[number])
"""
SLOW = """
import time
from datetime import datetime
from pathlib import Path
from airflow import DAG
from airflow.operators.python import PythonOperator

def first():
    Path("{place}", "started").touch()
    while not Path("{place}", "go").exists():
        time.sleep(0.01)

def says():
    from words import WORD
    return WORD

with DAG("slow", start_date=datetime(2026, 1, 1), schedule=None):
    one = PythonOperator(task_id="one", python_callable=first)
    one >> PythonOperator(task_id="two", python_callable=says)
"""


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Deployment]:
    """A deployment with a DAG folder of its own."""
    (tmp_path / "dags").mkdir()
    made = Deployment(tmp_path / "h", tmp_path / "dags")
    yield made
    if made.process is not None and made.process.poll() is None:
        assert made.stop() == 0


@pytest.fixture
def store(own: Deployment) -> Iterator[SqlStore]:
    """The store of that deployment, once it has been started."""
    own.start()
    with open_deployment(own.environ) as opened:
        yield opened.store


def tasks_of(store: SqlStore, dag_id: str) -> list[str]:
    """Task ids of the DAG's latest version; [] when there is no such DAG."""
    rows = store.dags([dag_id])
    return [task.task_id for task in store.spec(rows[0].spec_id).tasks] if rows else []


def test_a_variable_decides_how_many_tasks_a_dag_has(
    own: Deployment, store: SqlStore, until: Until
) -> None:
    (own.dags / "counted.py").write_text(COUNTED)
    until(lambda: [f.file for _, f, _ in store.import_failures()] == ["counted.py"])
    assert tasks_of(store, "counted") == []
    assert own.cli("variables", "set", "count", "2").returncode == 0
    until(lambda: len(tasks_of(store, "counted")) == 2, 5)
    first = own.trigger("counted")
    assert own.finished("counted", first) == "success"
    assert own.states("counted", first) == {"t0": "success", "t1": "success"}
    assert own.cli("variables", "set", "count", "3").returncode == 0
    changed = time.monotonic()
    until(lambda: len(tasks_of(store, "counted")) == 3, 5)
    assert time.monotonic() - changed < 1.0
    second = own.trigger("counted")
    assert own.finished("counted", second) == "success"
    assert own.states("counted", second) == dict.fromkeys(("t0", "t1", "t2"), "success")
    tested = own.cli("dags", "test", "counted")
    assert tested.returncode == 0, tested.stderr
    assert "t2" in tested.stdout + tested.stderr


def test_a_run_keeps_its_code_whatever_happens_to_the_folder(
    own: Deployment, store: SqlStore, until: Until, tmp_path: Path
) -> None:
    place = tmp_path / "signs"
    place.mkdir()
    slow, words = own.dags / "slow.py", own.dags / "words.py"
    words.write_text("WORD = 'one'\n")
    slow.write_text(SLOW.format(place=place))
    until(lambda: tasks_of(store, "slow") == ["one", "two"])
    run_id = own.trigger("slow")
    until((place / "started").exists)
    pinned = store.dags(["slow"])[0].code_version

    slow.write_text("import airflow, dag(\n")  # a broken save beside a run that is under way
    until(lambda: [f.file for _, f, _ in store.import_failures()] == ["slow.py"])
    assert tasks_of(store, "slow") == ["one", "two"]
    words.write_text("WORD = 'two'\n")
    (place / "go").touch()
    assert own.finished("slow", run_id) == "success"
    assert result_of(store, run_id) == b'"one"'
    last_good = own.trigger("slow")
    assert own.finished("slow", last_good) == "success"
    assert result_of(store, last_good) == b'"one"'

    text = SLOW.format(place=place).replace('task_id="one"', 'task_id="new"')
    slow.write_text(text)
    until(lambda: tasks_of(store, "slow") == ["new", "two"])
    assert store.import_failures() == []
    shutil.rmtree(own.home / "code" / "trees" / pinned)  # made again from its contents
    clear(own, run_id)
    assert own.finished("slow", run_id) == "success"
    assert result_of(store, run_id) == b'"one"'
    clear(own, run_id, "--latest-code")
    assert own.finished("slow", run_id) == "success"
    assert result_of(store, run_id) == b'"two"'
    assert own.states("slow", run_id) == {"one": "removed", "new": "success", "two": "success"}

    shutil.rmtree(own.home / "code" / "trees" / pinned)
    (own.home / "code" / "manifests" / pinned).unlink()
    clear(own, last_good)
    assert own.finished("slow", last_good) == "failed"
    log = next((own.home / "logs").glob(f"dag_id=slow/run_id={last_good}/task_id=one/*=2.log"))
    assert "can't be made again; run it with the latest code: narae tasks clear" in log.read_text()


def clear(deployment: Deployment, run_id: str, *options: str) -> None:
    said = deployment.cli("tasks", "clear", "slow", "--run-id", run_id, "--yes", *options)
    assert said.returncode == 0, said.stderr


def result_of(store: SqlStore, run_id: str) -> bytes:
    """What the task ``two`` returned."""
    (row,) = store.xcoms(GetXCom(dag_id="slow", run_id=run_id, task_ids=("two",)))
    return row.value


def test_a_renamed_file_keeps_its_dag(
    stopped_deployment: Deployment, until: Until, tmp_path: Path
) -> None:
    dags = tmp_path / "dags"
    dags.mkdir()
    text = (
        "from airflow import DAG\nfrom airflow.operators.empty import EmptyOperator\n"
        "with DAG('moves', schedule=None):\n    EmptyOperator(task_id='a')\n"
    )
    (dags / "before.py").write_text(text)
    stopped_deployment.dags = dags
    stopped_deployment.start()

    def file_of() -> str:
        listed = stopped_deployment.api("GET", "/api/v2/dags")["dags"]
        return str(listed[0]["relative_fileloc"]) if listed else ""

    until(lambda: file_of() == "before.py")
    (dags / "before.py").rename(dags / "after.py")
    until(lambda: file_of() == "after.py")
    run_id = stopped_deployment.trigger("moves")
    assert stopped_deployment.finished("moves", run_id) == "success"
