"""``narae dags versions``, ``code`` and ``diff``; ``tasks clear --latest-code``."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from narae.bootstrap.deployment import open_deployment
from narae.loader.local import parse_folder
from narae.testing.stage import Stage

if TYPE_CHECKING:
    from tests.cli.conftest import Narae

MODULE = "HOW_MANY = {n}\n"
FILE = """
from datetime import datetime
from airflow import DAG
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import PythonOperator
from lib.numbers import HOW_MANY

with DAG("d", start_date=datetime(2026, 1, 1), schedule=None):
    for number in range(HOW_MANY):
        PythonOperator(task_id=f"t{number}", python_callable=print, op_args=["{words}"])
"""


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose DAG has three versions with a run each, and a fourth without."""
    home = tmp_path_factory.mktemp("edited")
    folder = home / "dags"
    (folder / "lib").mkdir(parents=True)
    saves = [(2, "one", ""), (2, "two", ""), (2, "two", "note"), (3, "two", "note")]
    with open_deployment({"NARAE_HOME": str(home)}) as deployment:
        stage = Stage(store=deployment.store)
        for number, (count, words, note) in enumerate(saves):
            (folder / "lib" / "numbers.py").write_text(MODULE.format(n=count))
            (folder / "d.py").write_text(FILE.replace("{words}", words))
            (folder / "notes.txt").write_text(note)
            stage.catalog.record(parse_folder(folder, home=home), folder=str(folder))
            if number < 3:
                stage.trigger("d", run_id=f"run{number}")
                stage.play(timedelta(minutes=5))
    return home


@pytest.fixture
def own(edited: Path, tmp_path: Path, narae: "Narae", monkeypatch: pytest.MonkeyPatch) -> "Narae":
    shutil.copytree(edited, tmp_path / "edited")
    monkeypatch.setenv("NARAE_HOME", str(tmp_path / "edited"))
    return narae


def test_versions_say_what_changed_and_who_uses_them(own: "Narae") -> None:
    rows = own.rows("dags", "versions", "d")
    assert [(row["version"], row["what"], row["runs"]) for row in rows] == [
        (1, "spec changed", 1),
        (2, "only code", 1),
        (3, "other files of the folder", 1),
        (4, "spec changed", 0),
    ]
    assert len({row["code_version"] for row in rows}) == 4


def test_the_code_of_now_of_a_version_and_of_a_run_is_printed(own: "Narae") -> None:
    assert own.good("dags", "code", "d") == FILE.replace("{words}", "two")
    assert own.good("dags", "code", "d", "--version", "1") == FILE.replace("{words}", "one")
    hashed = own.rows("dags", "versions", "d")[0]["code_version"]
    assert own.good("dags", "code", "d", "--version", hashed[:6]) == FILE.replace("{words}", "one")
    assert own.good("dags", "code", "d", "--run", "run0") == FILE.replace("{words}", "one")
    assert own.good("dags", "code", "d", "--run", "run1") == FILE.replace("{words}", "two")


def test_a_difference_covers_the_modules_that_a_dag_imports(own: "Narae") -> None:
    lines = own("dags", "diff", "d", "1", "4").out.splitlines()
    assert "--- d.py (version 1)" in lines
    assert "+++ lib/numbers.py (version 4)" in lines
    assert {"-HOW_MANY = 2", "+HOW_MANY = 3"} <= set(lines)
    assert not any("notes.txt" in line for line in lines)
    assert own.good("dags", "diff", "d", "2", "3") == ""


def test_a_tree_that_is_gone_is_read_from_what_is_kept(own: "Narae", tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "edited" / "code" / "trees")
    assert own.good("dags", "code", "d", "--version", "1") == FILE.replace("{words}", "one")
    shutil.rmtree(tmp_path / "edited" / "code" / "objects")
    assert "is not kept on this machine" in own.bad("dags", "code", "d", "--version", "1")


def test_an_unknown_version_or_run_is_named(own: "Narae") -> None:
    assert "there are 1 to 4" in own.bad("dags", "diff", "d", "1", "9")
    assert "or 'run0'?" in own.bad("dags", "code", "d", "--run", "runO")
    both = ("--version", "1", "--run", "run0")
    assert "not both" in own.bad("dags", "code", "d", *both, code=2)


def test_a_run_is_cleared_with_the_latest_code(own: "Narae") -> None:
    own.good("tasks", "clear", "d", "--run-id", "run0", "--yes")
    assert own.rows("dags", "versions", "d")[0]["runs"] == 1
    own.good("tasks", "clear", "d", "--run-id", "run0", "--yes", "--latest-code")
    rows = own.rows("dags", "versions", "d")
    assert [row["runs"] for row in rows] == [0, 1, 1, 1]
    states = own.rows("tasks", "states-for-dag-run", "d", "run0")
    assert [row["task_id"] for row in states] == ["t0", "t1", "t2"]
