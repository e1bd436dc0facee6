"""The command line in this process, on a home folder of its own."""

import io
import json
import os
import shutil
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from narae.bootstrap.deployment import open_deployment
from narae.cli import main
from narae.core.workload import Workload
from narae.loader.local import parse_folder
from narae.testing.fake_executor import Play, fails, succeeds
from narae.testing.stage import Stage

DAGS = Path(__file__).parent / "dags"
RUN = "manual__2026-01-01T12:00:00+00:00"
"""The run of every DAG that has run; see :func:`_history`."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Of ``-o json``."""
        found: list[dict[str, Any]] = json.loads(self.out)
        return found


class Narae:
    """Calls commands on one home folder."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = home
        self._patch = monkeypatch

    def __call__(self, *arguments: str | Path, typed: str = "") -> Said:
        """One command; ``typed`` is what the user types at it."""
        out, err = io.StringIO(), io.StringIO()
        self._patch.setattr("sys.stdin", io.StringIO(typed))
        code: Any = 0
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main([str(each) for each in arguments])
            except SystemExit as ended:
                code = ended.code or 0
        assert isinstance(code, int), code
        return Said(code=code, out=out.getvalue(), err=err.getvalue())

    def good(self, *arguments: str | Path, typed: str = "") -> str:
        """A command that has to succeed; its output."""
        said = self(*arguments, typed=typed)
        assert said.code == 0, said
        return said.out

    def bad(self, *arguments: str | Path, code: int = 1) -> str:
        """A command that has to fail; what it says on standard error, in one line."""
        said = self(*arguments)
        assert said.code == code, said
        assert "Traceback" not in said.err
        return " ".join(said.err.replace("│", " ").split())

    def rows(self, *arguments: str | Path) -> list[dict[str, Any]]:
        """The rows that a command prints with ``-o json``."""
        self.good(*arguments)
        return self(*arguments, "-o", "json").rows


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("NARAE", "AIRFLOW")):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with DAGs that the loader has found and runs that the scheduler has run."""
    home = tmp_path_factory.mktemp("template")
    environ = {"NARAE_HOME": str(home), "NARAE__CORE__DAGS_FOLDER": str(DAGS)}
    with open_deployment(environ) as deployment:
        stage = Stage(store=deployment.store, script=_script)
        stage.catalog.record(parse_folder(DAGS), folder=str(DAGS))
        stage.scheduler.tick()
        for dag_id in ("sales", "flaky"):
            stage.trigger(dag_id)
        stage.play(timedelta(minutes=5))
    return home


def _script(workload: Workload) -> Play:
    if workload.task_id == "second":
        return fails("ValueError: no rows")
    return succeeds(lasts=timedelta(seconds=30), lengths={"return_value": 3})


@pytest.fixture
def narae(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Narae:
    """Commands on a copy of the template."""
    shutil.copytree(template, tmp_path / "home")
    monkeypatch.setenv("NARAE__CORE__DAGS_FOLDER", str(DAGS))
    return _at(tmp_path / "home", monkeypatch)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Narae:
    """Commands on a home that is not there yet."""
    return _at(tmp_path / "new", monkeypatch)


def _at(home: Path, monkeypatch: pytest.MonkeyPatch) -> Narae:
    monkeypatch.setenv("NARAE_HOME", str(home))
    return Narae(home, monkeypatch)
