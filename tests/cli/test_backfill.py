"""``narae backfill`` and ``narae dags backfill``."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Narae

RANGE = ("--from-date", "2025-03-01", "--to-date", "2025-03-03")


def test_a_dry_run_says_which_runs_there_would_be(narae: "Narae") -> None:
    rows = narae.rows("backfill", "create", "--dag-id", "sales", *RANGE, "--dry-run")
    assert [row["logical_date"][:10] for row in rows] == ["2025-03-01", "2025-03-02", "2025-03-03"]
    assert all(row["runs"] for row in rows)
    assert narae.rows("backfill", "list", "--all") == []


def test_a_backfill_is_made_paused_resumed_and_cancelled(narae: "Narae") -> None:
    options = ("--max-active-runs", "2", "--run-backwards", "--dag-run-conf", '{"a": 1}')
    said = narae("backfill", "create", "--dag-id", "sales", *RANGE, *options, "-o", "json")
    assert said.code == 0
    (row,) = said.rows
    assert (row["dag_id"], row["state"], row["runs"], row["started"]) == ("sales", "running", 3, 0)
    number = str(row["id"])
    assert [each["id"] for each in narae.rows("backfill", "list")] == [row["id"]]
    assert narae("backfill", "pause", number, "-o", "json").rows[0]["state"] == "paused"
    assert narae("backfill", "unpause", number, "-o", "json").rows[0]["state"] == "running"
    assert narae("backfill", "cancel", number, "-o", "json").rows[0]["state"] == "cancelled"
    assert narae.rows("backfill", "list") == []
    assert len(narae.rows("backfill", "list", "--all")) == 1


def test_airflow_2_s_way_makes_one_too(narae: "Narae") -> None:
    arguments = ("dags", "backfill", "sales", "-s", "2025-03-01", "-e", "2025-03-02")
    assert len(narae.rows(*arguments, "--dry-run")) == 2
    said = narae(*arguments, "-y", "-B", "--rerun-failed-tasks", "-c", '{"a": 1}', "-o", "json")
    assert said.rows[0]["runs"] == 2
    assert len(narae.rows(*arguments, "--reset-dagruns", "-n")) == 2


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        (("create", "--dag-id", "salse", *RANGE), "did you mean 'sales'", 1),
        (("create", "--dag-id", "flaky", *RANGE), "schedule", 1),
        (("create", "--dag-id", "sales", *RANGE, "--max-active-runs", "0"), "0 is not in", 2),
        (("create", "--dag-id", "sales", *RANGE, "--reprocess-behavior", "x"), "not one of", 2),
        (("create", "--dag-id", "sales", "--from-date", "x", "--to-date", "y"), "no date", 2),
        (("create", "--dag-id", "sales", *RANGE[2:], "--from-date", "2025-04-01"), "", 1),
        (("pause", "7"), "7", 1),
        (("unpause", "7"), "7", 1),
        (("cancel", "7"), "7", 1),
    ],
)
def test_a_bad_backfill_is_refused_in_words(
    narae: "Narae", arguments: tuple[str, ...], words: str, code: int
) -> None:
    said = narae.bad("backfill", *arguments, code=code)
    assert words in said
    assert "Error: " in said
