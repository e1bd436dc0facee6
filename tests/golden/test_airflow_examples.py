"""Airflow 2.10.5's own example DAGs end in the states that Airflow itself gave them.

The files are downloaded for the test and never kept; the states (``airflow_2_10_5_examples.json``)
were read off the real ``dag.test()`` at 2024-01-15T06:00Z. Left out: examples that need the
network or packages of their own, and those that choose at random or by the time of the day or
the week at which they run.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import zipfile
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


@pytest.mark.parametrize("dag_id", sorted(GOLDEN))
def test_an_example_ends_as_it_does_in_airflow(
    dag_id: str, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    expected = GOLDEN[dag_id]
    lines: list[bytes] = []
    environ = {"HOME": str(tmp_path), "NARAE_HOME": str(tmp_path / "home")}
    outcome = run_locally(
        load(environ),
        LocalRun(
            folder=examples,
            file=expected["file"],
            dag_id=dag_id,
            conf={},
            logical_date=AT,
            log=lines.append,
        ),
    )
    states = {
        row.task_id + (f"[{row.map_index}]" if row.map_index >= 0 else ""): row.state.value
        for row in outcome.instances
    }
    log = b"".join(lines[-30:]).decode()
    assert states == expected["states"], log
    assert outcome.run.state.value == expected["state"]
