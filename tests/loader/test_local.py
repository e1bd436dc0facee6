from pathlib import Path

import pytest

from narae.errors import NaraeError
from narae.loader.local import parse_folder
from narae.loader.parse_pool import ParsePool
from narae.loader.values import LoaderSettings

pytestmark = pytest.mark.process

DAG = """
from datetime import datetime
from airflow import DAG
dag = DAG("{id}", start_date=datetime(2026, 1, 1))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "dags"
    made.mkdir()
    (made / "b.py").write_text(DAG.format(id="b"))
    (made / "a.py").write_text(DAG.format(id="a"))
    (made / "lib.py").write_text("")
    return made


def test_a_folder_is_parsed_in_the_order_of_its_paths(folder: Path) -> None:
    parsed = parse_folder(folder)
    assert [(f.file, f.dags[0].dag_id) for f in parsed] == [("a.py", "a"), ("b.py", "b")]
    assert {f.code_version for f in parsed} == {""}


def test_one_file_of_a_folder_is_parsed_alone(folder: Path) -> None:
    assert [f.file for f in parse_folder(folder, files=["b.py"])] == ["b.py"]


def test_a_home_keeps_the_code_version(folder: Path, tmp_path: Path) -> None:
    (version,) = {f.code_version for f in parse_folder(folder, home=tmp_path / "home")}
    assert (tmp_path / "home" / "code" / "trees" / version / "lib.py").exists()


def test_without_safe_mode_every_file_is_imported(folder: Path) -> None:
    parsed = parse_folder(folder, settings=LoaderSettings(safe_mode=False))
    assert [f.file for f in parsed] == ["a.py", "b.py", "lib.py"]


def test_a_naive_date_takes_the_zone_of_the_environment(folder: Path) -> None:
    environ = {"NARAE__CORE__DEFAULT_TIMEZONE": "Asia/Seoul"}
    (parsed,) = parse_folder(folder, files=["a.py"], environ=environ)
    assert parsed.dags[0].timezone == "Asia/Seoul"


def test_a_server_that_cannot_start_is_an_error_and_not_a_loop(folder: Path) -> None:
    with pytest.raises(NaraeError, match="does not start"):
        parse_folder(folder, environ={"PYTHONHOME": "/nowhere"})


def test_a_closed_pool_leaves_no_process() -> None:
    pool = ParsePool(slots=1)
    pid = pool.pid
    pool.close()
    assert not Path(f"/proc/{pid}").exists()
