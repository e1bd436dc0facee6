"""``narae dags``."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from narae.bootstrap.deployment import open_deployment
from narae.core.workload import Workload
from narae.testing.fake_executor import Play, fails, succeeds
from narae.testing.stage import Stage
from narae.testing.virtual_clock import VirtualClock

if TYPE_CHECKING:
    from tests.cli.conftest import Narae

RUN = "manual__2026-01-01T12:00:00+00:00"


def test_all_dags_are_listed_in_each_format(narae: "Narae") -> None:
    rows = narae.rows("dags", "list")
    assert [row["dag_id"] for row in rows] == ["flaky", "sales"]
    assert rows[1]["owners"] == ["ada"]
    assert yaml.safe_load(narae.good("dags", "list", "-o", "yaml")) == rows
    plain = narae.good("dags", "list", "-o", "plain").splitlines()
    assert [cell.strip() for cell in plain[0].split("|")] == list(rows[0])
    table = narae.good("dags", "list")
    assert "sales" in table
    assert table != "\n".join(plain)


def test_a_list_says_that_files_could_not_be_imported(narae: "Narae") -> None:
    said = narae("dags", "list", "-o", "json")
    assert "1 file(s) could not be imported" in said.err


def test_columns_can_be_chosen(narae: "Narae") -> None:
    rows = narae.rows("dags", "list", "--columns", "schedule, dag_id,tags")
    assert rows[1] == {"schedule": "@daily", "dag_id": "sales", "tags": ["daily", "shop"]}
    assert "no column 'nope'" in narae.bad("dags", "list", "--columns", "nope")


def test_an_unknown_format_is_wrong_usage(narae: "Narae") -> None:
    assert "'xml' is not one of" in narae.bad("dags", "list", "-o", "xml", code=2)


def test_details_show_one_dag(narae: "Narae") -> None:
    (row,) = narae.rows("dags", "details", "sales")
    assert (row["schedule"], row["tasks"], row["catchup"]) == ("@daily", 3, False)
    assert "property_name" in narae.good("dags", "details", "sales")
    assert "property_name" in narae.good("dags", "details", "sales", "-o", "plain")


@pytest.mark.parametrize(
    "command",
    ["details", "pause", "unpause", "trigger", "next-execution", "show", "list-runs"],
)
def test_an_unknown_dag_gets_the_nearest(narae: "Narae", command: str) -> None:
    assert "did you mean 'sales'" in narae.bad("dags", command, "salse")


def test_an_unknown_dag_of_a_run_gets_the_nearest(narae: "Narae") -> None:
    assert "did you mean 'sales'" in narae.bad("dags", "state", "salse", RUN)
    assert "did you mean 'sales'" in narae.bad("dags", "delete", "salse", "-y")


def test_import_errors_are_listed_and_exit_with_one(narae: "Narae") -> None:
    said = narae("dags", "list-import-errors", "-o", "json")
    assert said.code == 1
    (row,) = said.rows
    assert row["filepath"].endswith("broken.py")
    assert row["line"] == 1
    assert "BashOperator" in row["error"]
    assert "BashOperator" in narae("dags", "list-import-errors").out


def test_no_import_errors_exit_with_zero(bare: "Narae") -> None:
    assert bare.good("dags", "list-import-errors").strip() == "No import errors"


def test_runs_are_listed_and_can_be_chosen(narae: "Narae") -> None:
    (row,) = narae.rows("dags", "list-runs", "--dag-id", "flaky")
    assert (row["run_id"], row["state"]) == (RUN, "failed")
    assert narae.rows("dags", "list-runs", "flaky", "--state", "success") == []
    assert narae.rows("dags", "list-runs", "flaky", "--no-backfill") != []
    assert narae.rows("dags", "list-runs", "flaky", "-s", "2026-01-02") == []
    assert narae.rows("dags", "list-runs", "flaky", "-e", "2026-01-02", "-s", "2026-01-01") != []
    assert narae.good("dags", "list-runs", "flaky", "--state", "queued").strip() == "No data found"


def test_list_runs_wants_a_dag(narae: "Narae") -> None:
    assert "which DAG?" in narae.bad("dags", "list-runs", code=2)


@pytest.mark.parametrize("run", [RUN, "2026-01-01T12:00:00+00:00", "2026-01-01T12:00:00"])
def test_a_run_is_named_by_its_id_or_its_date(narae: "Narae", run: str) -> None:
    assert narae.good("dags", "state", "sales", run) == "success\n"


def test_a_run_that_is_not_there_is_an_error(narae: "Narae") -> None:
    assert "no run with the logical date" in narae.bad("dags", "state", "sales", "2026-01-02")
    assert f"did you mean '{RUN}'" in narae.bad("dags", "state", "sales", RUN[:-1])


def test_the_next_runs_are_a_day_apart(narae: "Narae") -> None:
    first, second = narae.good("dags", "next-execution", "sales", "-n", "2").split()
    assert first.endswith("T00:00:00+00:00")
    assert first < second


def test_a_dag_without_a_schedule_has_no_next_run(narae: "Narae") -> None:
    said = narae("dags", "next-execution", "flaky")
    assert (said.code, said.out) == (0, "None\n")
    assert "has no next run" in said.err


def test_a_dag_is_paused_and_unpaused(narae: "Narae") -> None:
    assert narae.rows("dags", "pause", "sales") == [{"dag_id": "sales", "is_paused": True}]
    assert narae.rows("dags", "list")[1]["is_paused"] is True
    assert "sales is paused" in narae("dags", "next-execution", "sales").err
    assert narae.rows("dags", "unpause", "sales") == [{"dag_id": "sales", "is_paused": False}]


def test_many_dags_are_paused_by_a_pattern(narae: "Narae") -> None:
    assert narae("dags", "pause", ".*", "--treat-dag-id-as-regex", typed="n\n").code == 1
    assert narae.rows("dags", "list")[0]["is_paused"] is False
    narae.good("dags", "pause", "^s|y$", "--treat-dag-id-as-regex", typed="y\n")
    assert [row["is_paused"] for row in narae.rows("dags", "list")] == [True, True]
    narae.good("dags", "unpause", "sal", "--treat-dag-id-as-regex", "--yes")
    assert [row["is_paused"] for row in narae.rows("dags", "list")] == [True, False]


def test_a_bad_pattern_is_an_error(narae: "Narae") -> None:
    arguments = ("--treat-dag-id-as-regex", "-y")
    assert "no regular expression" in narae.bad("dags", "pause", "(", *arguments)
    assert "no DAG id matches" in narae.bad("dags", "pause", "zzz", *arguments)


def test_a_run_is_triggered(narae: "Narae") -> None:
    arguments = (
        "--conf",
        '{"what": "금액"}',
        "-e",
        "2026-02-03",
        "--run-id",
        "mine",
        "--note",
        "n",
    )
    said = narae("dags", "trigger", "flaky", *arguments, "-o", "json")
    assert said.code == 0
    (row,) = said.rows
    assert (row["dag_run_id"], row["conf"], row["state"]) == ("mine", {"what": "금액"}, "queued")
    assert row["logical_date"] == "2026-02-03T00:00:00+00:00"
    assert narae.good("dags", "state", "flaky", "mine") == "queued, {'what': '금액'}\n"
    assert "already" in narae.bad("dags", "trigger", "flaky", "--run-id", "mine")


def test_a_date_without_a_zone_is_in_the_default_zone(
    narae: "Narae", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NARAE__CORE__DEFAULT_TIMEZONE", "Asia/Seoul")
    said = narae("dags", "trigger", "flaky", "--exec-date", "2026-02-03T09:00:00", "-o", "json")
    assert said.rows[0]["logical_date"] in {
        "2026-02-03T00:00:00+00:00",
        "2026-02-03T09:00:00+09:00",
    }


def test_a_paused_dag_s_run_waits_and_says_so(narae: "Narae") -> None:
    narae.good("dags", "pause", "sales")
    assert "the run waits until it is unpaused" in narae("dags", "trigger", "sales").err


def _run_what_is_queued(_seconds: float) -> None:
    """A scheduler in passing, while the command waits: runs all there is on virtual time."""
    with open_deployment() as deployment:
        clock = VirtualClock(datetime.now(UTC) + timedelta(minutes=1))
        Stage(store=deployment.store, clock=clock, script=_script).play()


def _script(workload: Workload) -> Play:
    return fails() if workload.run.run_id == "bad" else succeeds(lengths={"return_value": 1})


@pytest.mark.parametrize(
    ("run_id", "code", "state"), [("good", 0, "success"), ("bad", 1, "failed")]
)
def test_a_run_can_be_waited_for(
    narae: "Narae", monkeypatch: pytest.MonkeyPatch, run_id: str, code: int, state: str
) -> None:
    monkeypatch.setattr("narae.cli.dags.sleep", _run_what_is_queued)
    said = narae("dags", "trigger", "flaky", "--run-id", run_id, "--wait", "-o", "json")
    assert (said.code, said.rows[0]["state"]) == (code, state)
    assert "no scheduler gives signs of life" in said.err


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        (("--conf", "{"), "it is not JSON", 2),
        (("--conf", "[1]"), "it must be an object", 2),
        (("-e", "yesterday"), "'yesterday' is no date such as 2026-03-02", 2),
        (("--conf", '{"what": 5}'), "conf['what']", 1),
        (("--run-id", "a/../b"), "run_id", 1),
    ],
)
def test_a_bad_wish_is_refused_in_words(
    narae: "Narae", arguments: tuple[str, ...], words: str, code: int
) -> None:
    assert words in narae.bad("dags", "trigger", "flaky", *arguments, code=code)


def test_a_dag_is_drawn(narae: "Narae") -> None:
    text = narae.good("dags", "show", "sales")
    assert text.startswith('digraph "sales" {')
    assert '"extract" -> "double"' in text
    assert 'subgraph "cluster_report"' in text


def test_a_report_says_which_file_gave_what(narae: "Narae") -> None:
    rows = narae.rows("dags", "report")
    assert [(row["dag_num"], row["task_num"], row["dags"]) for row in rows] == [
        (1, 2, ["flaky"]),
        (1, 3, ["sales"]),
    ]


def test_a_dag_is_deleted_when_the_user_says_yes(narae: "Narae") -> None:
    assert narae("dags", "delete", "sales", typed="n\n").code == 1
    assert "sales deleted" in narae.good("dags", "delete", "sales", typed="y\n")
    assert [row["dag_id"] for row in narae.rows("dags", "list")] == ["flaky"]


@pytest.mark.process
def test_a_dag_is_tested_without_a_server(narae: "Narae") -> None:
    text = narae.good("dags", "test", "sales", "2026-01-05")
    assert "total 12" in text
    assert re.search(r"sales \S+2026-01-05\S+: success", text)
    assert len(narae.rows("dags", "list-runs", "sales")) == 1


@pytest.mark.process
def test_a_dag_of_another_folder_is_tested(narae: "Narae", tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from airflow.models.dag import DAG\n"
        "from airflow.operators.empty import EmptyOperator\n"
        "with DAG('mine', schedule=None):\n    EmptyOperator(task_id='only')\n"
    )
    text = narae.good("dags", "test", "mine", "-S", tmp_path, "--quiet", "--no-fork")
    assert "mine manual__" in text
    error = narae.bad("dags", "test", "mien", "--subdir", tmp_path)
    assert "did you mean 'mine'" in error
