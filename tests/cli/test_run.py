"""``narae run``."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Narae

DAGS = Path(__file__).parent / "dags"
TWO = """\
from airflow.decorators import dag, task

@dag(schedule=None)
def {0}():
    @task
    def only(params=None):
        print("{0} runs with", params)
    only()

{0}()
"""

pytestmark = pytest.mark.process


@pytest.fixture
def two(tmp_path: Path) -> Path:
    file = tmp_path / "two.py"
    file.write_text(TWO.format("first") + TWO.format("second"))
    return file


def test_a_file_runs_on_a_home_that_is_not_there(bare: "Narae") -> None:
    text = bare.good("run", DAGS / "sales.py", "2026-01-05")
    assert "total 12" in text
    assert "double[2]" in text
    assert "2026-01-05" in text.splitlines()[-1]
    assert not (bare.home / "narae.db").exists()


def test_a_run_that_fails_exits_with_one_and_shows_the_traceback(bare: "Narae") -> None:
    said = bare("run", DAGS / "flaky.py", "--conf", '{"what": "fish"}')
    assert said.code == 1
    assert "ValueError: no fish" in said.out
    assert "failed (task_failure)" in said.out


def test_a_quiet_run_only_prints_states(bare: "Narae") -> None:
    lines = bare.good("run", "-q", DAGS / "sales.py").strip().splitlines()
    assert [line.split()[0] for line in lines[:-1]] == ["success"] * 5


def test_a_run_without_forks_is_in_this_process(
    bare: "Narae", capfd: pytest.CaptureFixture[str]
) -> None:
    said = bare("run", "--no-fork", DAGS / "sales.py")
    log = capfd.readouterr().out
    assert said.code == 0, log
    assert "success         extract" in said.out
    assert "total 12" in log


def test_one_of_two_dags_has_to_be_chosen(bare: "Narae", two: Path) -> None:
    assert "It has: first, second (--dag-id)" in bare.bad("run", two)
    assert "did you mean 'second'" in bare.bad("run", two, "--dag-id", "secnd")
    assert "second runs with" in bare.good("run", two, "--dag-id", "second")


def test_a_broken_file_says_where(bare: "Narae") -> None:
    said = bare("run", DAGS / "broken.py")
    assert said.code == 1
    assert "broken.py:1:" in said.err
    assert "BashOperator" in said.err
    assert "there is no file" in bare.bad("run", DAGS / "nothing.py")


def test_a_run_takes_the_variables_of_the_deployment(narae: "Narae", tmp_path: Path) -> None:
    file = tmp_path / "variables.py"
    file.write_text(
        TWO.format("asks").replace(
            'print("asks runs with", params)',
            'from airflow.models import Variable; print("it is", Variable.get("answer"))',
        )
    )
    narae.good("variables", "set", "answer", "42")
    assert "it is 42" in narae.good("run", file)


def test_a_run_leaves_no_process_behind(bare: "Narae", tmp_path: Path) -> None:
    file = tmp_path / "parents.py"
    said = 'import os; print("pids", os.getpid(), os.getppid())'
    file.write_text(TWO.format("parents").replace('print("parents runs with", params)', said))
    text = bare.good("run", file)
    pids = text.split("pids ")[1].split()[:2]
    assert not any(Path("/proc", pid).exists() for pid in pids)


def test_the_command_itself_runs_a_file(bare: "Narae") -> None:
    done = subprocess.run(
        [sys.executable, "-m", "narae", "run", "-q", DAGS / "flaky.py"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.strip().endswith("failed (task_failure)")
