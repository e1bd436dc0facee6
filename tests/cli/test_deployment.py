"""Commands about the deployment as a whole: db, config, info, version, help and the home folder."""

import sqlite3
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from narae.cli import COMMANDS, HIDDEN

if TYPE_CHECKING:
    from tests.cli.conftest import Narae


@pytest.mark.parametrize("command", ["migrate", "init", "upgrade"])
def test_the_database_is_made(bare: "Narae", command: str) -> None:
    assert "The database is at revision" in bare.good("db", command)
    assert "The database is at revision" in bare.good("db", command)
    assert "is at revision" in bare.good("db", "check-migrations", "-t", "0")


def test_a_database_that_can_be_reached_is_checked(bare: "Narae") -> None:
    assert bare.good("db", "check") == "Connection successful.\n"


def test_a_database_that_can_t_be_reached_fails_the_check(
    bare: "Narae", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NARAE__DATABASE__URL", "postgresql://postgres:hush@127.0.0.1:1/none")
    words = bare.bad("db", "check", "--retry", "0", "--retry-delay", "1")
    assert "can't be reached" in words
    assert "hush" not in words


def test_a_database_without_tables_fails_check_migrations(bare: "Narae") -> None:
    assert "run `narae db migrate`" in bare.bad("db", "check-migrations", "-t", "0")


def test_a_reset_forgets_everything(narae: "Narae") -> None:
    assert narae("db", "reset", typed="n\n").code == 1
    assert len(narae.rows("dags", "list")) == 2
    narae.good("db", "reset", "--yes")
    assert narae.rows("dags", "list") == []
    narae.good("db", "reset", "-y", "--skip-init")
    narae.bad("db", "check-migrations", "-t", "0")


def test_old_runs_are_cleaned(narae: "Narae") -> None:
    before = ("--clean-before-timestamp", "2026-06-01")
    counted = narae.rows("db", "clean", *before, "--dry-run")
    assert {row["table"]: row["rows"] for row in counted}["dag_run"] == 2
    assert narae("db", "clean", *before, typed="n\n").code == 1
    assert len(narae.rows("dags", "list-runs", "sales")) == 1
    narae.good("db", "clean", *before, typed="y\n")
    assert narae.rows("dags", "list-runs", "sales") == []
    narae.good("db", "clean", *before, "--yes", "--skip-archive")


def test_only_some_tables_are_cleaned(narae: "Narae") -> None:
    before = ("--clean-before-timestamp", "2026-06-01", "-y")
    rows = narae.rows("db", "clean", *before, "-t", "audit_log")
    assert [row["table"] for row in rows] == ["audit_log"]
    assert "audit_log" in narae.bad("db", "clean", *before, "-t", "audit_logg")


def test_the_shell_of_the_database_is_opened_or_missed(
    narae: "Narae", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = tmp_path / "sqlite3"
    shell.write_text("#!/bin/sh\nexit 7\n")
    shell.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert narae("db", "shell").code == 7
    shell.unlink()
    assert "'sqlite3' is not installed" in narae.bad("db", "shell")


def test_settings_are_listed_with_their_sources(
    bare: "Narae", monkeypatch: pytest.MonkeyPatch
) -> None:
    bare.home.mkdir()
    (bare.home / "narae.toml").write_text("[core]\nparallelism = 7\n")
    monkeypatch.setenv("AIRFLOW__CORE__MAX_ACTIVE_RUNS_PER_DAG", "3")
    rows = {row["key"]: row for row in bare.rows("config", "list", "--section", "core")}
    assert "narae.toml" in rows["parallelism"]["source"]
    assert "AIRFLOW__CORE__MAX_ACTIVE_RUNS_PER_DAG" in rows["max_active_runs_per_dag"]["source"]
    assert {row["section"] for row in rows.values()} == {"core"}
    described = bare.rows("config", "list", "-d", "--section", "core")
    assert all(row["description"] for row in described)
    assert bare.good("config", "get-value", "core", "parallelism") == "7\n"


def test_secrets_are_masked_in_the_list(bare: "Narae", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NARAE__CORE__FERNET_KEY", "hush-hush")
    monkeypatch.setenv("NARAE__DATABASE__URL", "postgresql://ada:hush-hush@h/d")
    assert "hush-hush" not in bare.good("config", "list", "-o", "json")


def test_an_unknown_option_gets_the_nearest(bare: "Narae") -> None:
    assert "did you mean" in bare.bad("config", "get-value", "core", "paralelism")
    assert "there is no section 'cor'" in bare.bad("config", "list", "--section", "cor")
    bare.home.mkdir()
    (bare.home / "narae.toml").write_text("[core]\nparalelism = 7\n")
    words = bare.bad("config", "list")
    assert "narae.toml" in words
    assert "parallelism" in words


def test_info_shows_the_deployment_without_secrets(
    bare: "Narae", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NARAE__DATABASE__URL", "postgresql://ada:hush@h/d")
    (row,) = bare.rows("info")
    assert (row["version"], row["home"]) == (version("narae"), str(bare.home))
    assert "hush" not in str(row)
    assert "python_location" in bare.good("info", "-o", "plain")


def test_the_version_is_printed(bare: "Narae") -> None:
    assert bare.good("version") == f"{version('narae')}\n"


def test_help_lists_every_command(bare: "Narae") -> None:
    text = bare.good("--help")
    for name in COMMANDS:
        assert (name in text.split()) is (name not in HIDDEN)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help(bare: "Narae", command: str) -> None:
    assert bare.good(command, "-h").startswith("Usage: narae ")


def test_an_unknown_command_gets_the_nearest(bare: "Narae") -> None:
    assert "Did you mean" in bare.bad("dag", code=2)
    assert "Did you mean 'trigger'" in bare.bad("dags", "triger", code=2)


def test_the_home_may_be_given_as_an_option(bare: "Narae", tmp_path: Path) -> None:
    bare.good("--home", tmp_path / "other", "db", "migrate")
    assert (tmp_path / "other" / "narae.db").exists()
    assert not bare.home.exists()


@pytest.mark.parametrize("command", [("dags", "list"), ("scheduler",), ("db", "migrate")])
def test_a_home_that_can_t_be_written_is_named(bare: "Narae", command: tuple[str, ...]) -> None:
    words = bare.bad("--home", "/proc/nowhere", *command)
    assert "the home folder /proc/nowhere can't be written" in words
    assert "Set NARAE_HOME or --home" in words


def test_the_servers_check_what_they_are_told(bare: "Narae", tmp_path: Path) -> None:
    options = ("--dags", tmp_path, "--host", "127.0.0.1", "--port", "0", "--no-examples")
    words = bare.bad("standalone", "--home", "/proc/nowhere", *options)
    assert "the home folder /proc/nowhere can't be written" in words
    assert "70000 is not in the range" in bare.bad("standalone", "--port", "70000", code=2)
    assert "70000 is not in the range" in bare.bad("api-server", "-p", "70000", code=2)
    assert "'engin' is not one of" in bare.bad("component", "engin", code=2)
    assert "No such option" in bare.bad("dag-processor", "--nope", code=2)


def test_a_database_of_a_newer_narae_is_refused(narae: "Narae") -> None:
    with sqlite3.connect(narae.home / "narae.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    words = narae.bad("dags", "list")
    assert "revision 9999" in words
