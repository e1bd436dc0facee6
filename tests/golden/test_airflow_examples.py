"""Airflow 2.10.5's own example DAGs end in the states that Airflow itself gave them.

The files are downloaded for the test and never kept; the states (``airflow_2_10_5_examples.json``)
were read off the real ``dag.test()`` at 2024-01-15T06:00Z. Left out: examples that need the
network or packages of their own, and those that choose at random. Two that look at the clock
have a test of their own.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from narae.bootstrap.local_run import LocalRun, run_locally
from narae.config import load

pytestmark = pytest.mark.process

AIRFLOW = "apache-airflow==2.10.5"
AT = datetime(2024, 1, 15, 6, tzinfo=UTC)
GOLDEN = json.loads((Path(__file__).parent / "airflow_2_10_5_examples.json").read_text())


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of example DAGs, downloaded once for all workers."""
    shared = tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else None
    root = (shared or tmp_path_factory.mktemp("airflow")) / "airflow-examples"
    root.mkdir(exist_ok=True)
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "dags").exists():
            _download(root)
    return root / "dags"


def _download(root: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "-q", "--no-deps", AIRFLOW, "-d", str(root)],
        check=True,
        capture_output=True,
    )
    wheel = next(root.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        members = [n for n in archive.namelist() if n.startswith("airflow/example_dags/")]
        archive.extractall(root / "unpacked", members)
    # Examples import one another by Airflow's package name; here they are a plain DAG folder.
    for file in (root / "unpacked").rglob("*.py"):
        text = file.read_text().replace("airflow.example_dags.", "")
        file.write_text(text)
    shutil.move(root / "unpacked" / "airflow" / "example_dags", root / "dags")


def ended(examples: Path, home: Path, dag_id: str, file: str) -> tuple[str, dict[str, str], str]:
    """State of the run, those of its tasks, and the end of its log."""
    lines: list[bytes] = []
    outcome = run_locally(
        load({"HOME": str(home), "NARAE_HOME": str(home / "home")}),
        LocalRun(
            folder=examples, file=file, dag_id=dag_id, conf={}, logical_date=AT, log=lines.append
        ),
    )
    states = {
        row.task_id + (f"[{row.map_index}]" if row.map_index >= 0 else ""): row.state.value
        for row in outcome.instances
    }
    return outcome.run.state.value, states, b"".join(lines[-30:]).decode()


@pytest.mark.parametrize("dag_id", sorted(GOLDEN))
def test_an_example_ends_as_it_does_in_airflow(
    dag_id: str, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    expected = GOLDEN[dag_id]
    state, states, log = ended(examples, tmp_path, dag_id, expected["file"])
    assert states == expected["states"], log
    assert state == expected["state"]


def of_the_day(now: datetime) -> dict[str, str]:
    """What the example with weekdays does: Monday, the weekend, or a day between."""
    monday, weekend = now.weekday() == 0, now.weekday() >= 5
    done = {
        "make_choice": True,
        "branch_true": monday,
        "branch_false": not monday,
        "make_weekend_choice": not monday,
        "branch_weekend": weekend,
        "branch_mid_week": not monday and not weekend,
    }
    return {task: "success" if each else "skipped" for task, each in done.items()}


def of_the_hour(now: datetime) -> dict[str, str]:
    """What the example with times of the day does: its range is from 15:00 to midnight UTC."""
    inside = now.hour >= 15
    done = {"datetime_branch": True, "date_in_range": inside, "date_outside_range": not inside}
    return {task: "success" if each else "skipped" for task, each in done.items()}


@pytest.mark.parametrize(
    ("dag_id", "file", "expected"),
    [
        ("example_weekday_branch_operator", "example_branch_day_of_week_operator.py", of_the_day),
        ("example_branch_datetime_operator_2", "example_branch_datetime_operator.py", of_the_hour),
    ],
)
def test_an_example_that_looks_at_the_clock_follows_it(
    dag_id: str,
    file: str,
    expected: Callable[[datetime], dict[str, str]],
    examples: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    before = datetime.now(UTC)
    state, states, log = ended(examples, tmp_path, dag_id, file)
    assert state == "success"
    assert states in (expected(before), expected(datetime.now(UTC))), log
