"""Importing DAG files."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from narae.authoring.compile import compile_dag
from narae.errors import DagNotFound
from narae.runtime.load import (
    CodeMissingError,
    dags_of,
    find_dag,
    load_file,
    module_name,
    settings_from,
)

DAG_FILE = "from airflow import DAG\nwith DAG('d{n}', schedule=None):\n    pass\n"


@pytest.fixture(autouse=True)
def _path_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))


def test_dags_are_found_though_no_global_holds_them(tmp_path: Path) -> None:
    (tmp_path / "f.py").write_text(DAG_FILE.format(n=1) + "x = DAG('d2', schedule=None)\n")
    module = load_file(tmp_path / "f.py", tmp_path)
    assert sorted(dag.dag_id for dag in dags_of(module)) == ["d1", "d2"]
    assert find_dag(module, "d1").fileloc == str(tmp_path / "f.py")
    with pytest.raises(DagNotFound, match="did you mean 'd2'"):
        find_dag(module, "dd2")


def test_helpers_and_plugins_of_the_folder_can_be_imported(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "plugged_in_h4.py").write_text("A = 1\n")
    (tmp_path / "beside_h4.py").write_text("B = 2\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "f.py").write_text("from plugged_in_h4 import A\nfrom beside_h4 import B\n")
    module: Any = load_file(tmp_path / "sub" / "f.py", tmp_path)
    assert (module.A, module.B) == (1, 2)


def test_a_file_inside_a_zip_is_imported(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("f.py", "from in_zip_h4 import N\n" + DAG_FILE.format(n=3))
        archive.writestr("in_zip_h4.py", "N = 3\n")
    module = load_file(tmp_path / "a.zip" / "f.py", tmp_path)
    assert find_dag(module, "d3").dag_id == "d3"


def test_two_files_of_one_name_do_not_meet(tmp_path: Path) -> None:
    for n in (1, 2):
        (tmp_path / str(n)).mkdir()
        (tmp_path / str(n) / "f.py").write_text(DAG_FILE.format(n=n))
    one, two = (load_file(tmp_path / str(n) / "f.py", tmp_path) for n in (1, 2))
    assert one.__name__ != two.__name__
    assert [dag.dag_id for dag in (*dags_of(one), *dags_of(two))] == ["d1", "d2"]


def test_a_broken_file_leaves_no_half_made_module(tmp_path: Path) -> None:
    (tmp_path / "f.py").write_text("def broken(:\n")
    with pytest.raises(SyntaxError) as caught:
        load_file(tmp_path / "f.py", tmp_path)
    assert caught.value.lineno == 1
    assert module_name(tmp_path / "f.py") not in sys.modules


def test_what_is_no_python_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f.txt").write_text("x")
    with pytest.raises(CodeMissingError, match="not a Python file"):
        load_file(tmp_path / "f.txt", tmp_path)


def test_a_file_of_airflow_3_is_of_generation_3(tmp_path: Path) -> None:
    (tmp_path / "f.py").write_text("from airflow.sdk import DAG\nwith DAG('d'):\n    pass\n")
    (tmp_path / "g.py").write_text(DAG_FILE.format(n=1))
    assert load_file(tmp_path / "f.py", tmp_path).__dict__["DAG"]
    three = dags_of(load_file(tmp_path / "f.py", tmp_path))[0]
    two = dags_of(load_file(tmp_path / "g.py", tmp_path))[0]
    assert (three.generation, two.generation) == (3, 2)


def test_the_deployments_defaults_reach_every_operator(tmp_path: Path) -> None:
    file = tmp_path / "plain.py"
    file.write_text(
        "from airflow import DAG\n"
        "from airflow.operators.empty import EmptyOperator\n"
        "with DAG('plain', schedule=None):\n"
        "    EmptyOperator(task_id='a')\n"
        "    EmptyOperator(task_id='b', retries=0, owner='me')\n"
    )
    environ = {
        "NARAE__CORE__DEFAULT_TASK_RETRIES": "2",
        "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "1.5",
        "NARAE__OPERATORS__DEFAULT_OWNER": "data-team",
        "NARAE__CORE__DEFAULT_TASK_EXECUTION_TIMEOUT": "60",
    }
    (dag,) = dags_of(load_file(file, tmp_path, settings=settings_from(environ)))
    spec = {task.task_id: task for task in compile_dag(dag, file="plain.py").tasks}
    assert (spec["a"].retry.retries, spec["b"].retry.retries) == (2, 0)
    assert spec["a"].retry.delay == timedelta(seconds=1.5)
    assert (spec["a"].owner, spec["b"].owner) == ("data-team", "me")
    assert spec["a"].execution_timeout == timedelta(seconds=60)
