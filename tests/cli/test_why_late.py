"""``narae dags why-late``."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Narae

RUN = "manual__2026-01-01T12:00:00+00:00"


def test_every_second_of_a_run_is_told(narae: "Narae") -> None:
    rows = narae.rows("dags", "why-late", "sales", RUN)
    assert sum(row["seconds"] for row in rows) == pytest.approx(90, abs=1)
    running = [row for row in rows if row["phase"] == "running"]
    assert [row["task_id"] for row in running] == ["extract", "double", "report.write"]
    assert [row["until"] for row in rows[:-1]] == [row["since"] for row in rows[1:]]
    text = narae.good("dags", "why-late", "sales", RUN)
    assert text.startswith(f"{RUN}: 90.")
    assert "running" in text


def test_a_run_that_waits_says_for_what(narae: "Narae") -> None:
    narae.good("dags", "trigger", "sales", "--run-id", "waits")
    (row,) = narae.rows("dags", "why-late", "sales", "waits")
    assert (row["phase"], row["reason"]) == ("waiting", "run_queued")
    assert "so far" in narae.good("dags", "why-late", "sales", "waits")


def test_an_unknown_run_gets_the_nearest(narae: "Narae") -> None:
    assert "did you mean" in narae.bad("dags", "why-late", "sales", RUN[:-1])


def test_attempts_say_how_they_ended_and_what_they_waited_for(narae: "Narae") -> None:
    (row,) = narae.rows("tasks", "attempts", "flaky", "second", RUN)
    assert (row["cause"], row["words"]) == ("user_error", "ValueError: no rows")
    assert row["waited"] == ["upstream 30.000 s"]
