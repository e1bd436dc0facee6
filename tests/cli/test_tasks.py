"""``narae tasks``."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Narae

RUN = "manual__2026-01-01T12:00:00+00:00"


def test_tasks_are_listed_by_name_or_as_a_tree(narae: "Narae") -> None:
    assert narae.good("tasks", "list", "sales").split() == ["double", "extract", "report.write"]
    lines = narae.good("tasks", "list", "sales", "--tree").splitlines()
    assert [line.index("<") for line in lines] == [0, 4, 8]


def test_an_unknown_dag_or_task_gets_the_nearest(narae: "Narae") -> None:
    assert "did you mean 'sales'" in narae.bad("tasks", "list", "salse")
    assert "did you mean 'extract'" in narae.bad("tasks", "state", "sales", "extrat", RUN)
    words = narae.bad("tasks", "state", "sales", "double", RUN, "--map-index", "7")
    assert "it has [0, 1, 2]" in words


def test_the_state_of_a_task_is_printed(narae: "Narae") -> None:
    assert narae.good("tasks", "state", "flaky", "second", RUN) == "failed\n"
    assert narae.good("tasks", "state", "sales", "double", RUN, "--map-index", "2") == "success\n"


def test_the_states_of_a_run_are_listed_in_the_order_of_the_dag(narae: "Narae") -> None:
    rows = narae.rows("tasks", "states-for-dag-run", "sales", RUN)
    assert [(row["task_id"], row["map_index"]) for row in rows] == [
        ("extract", -1),
        ("double", 0),
        ("double", 1),
        ("double", 2),
        ("report.write", -1),
    ]
    assert "map_index" not in narae.rows("tasks", "states-for-dag-run", "flaky", RUN)[0]


def test_why_names_every_hold(narae: "Narae") -> None:
    narae.good("dags", "trigger", "sales", "--run-id", "waits")
    rows = narae.rows("tasks", "why", "sales", "waits", "report.write")
    assert {"no_scheduler", "run_queued"} & {row["code"] for row in rows}
    assert all(row["words"] for row in rows)
    text = narae.good("tasks", "why", "sales", "waits", "report.write")
    assert text.startswith("report.write is not started:\n")
    assert rows[0]["words"] in text


def test_nothing_holds_a_task_that_is_done(narae: "Narae") -> None:
    text = narae.good("tasks", "why", "sales", RUN, "double", "--map-index", "1")
    assert text.startswith("double[1] is success")


def test_failed_deps_is_why_by_airflow_s_name(narae: "Narae") -> None:
    narae.good("dags", "trigger", "sales", "--run-id", "waits")
    text = narae.good("tasks", "failed-deps", "sales", "extract", "waits")
    assert text.startswith("Task instance dependencies not met:\n")
    assert "no_scheduler" in text


def test_attempts_are_listed_with_how_they_ended(narae: "Narae") -> None:
    (row,) = narae.rows("tasks", "attempts", "flaky", "second", RUN)
    assert (row["try"], row["cause"], row["words"]) == (1, "user_error", "ValueError: no rows")


def test_a_task_that_rendered_nothing_says_so(narae: "Narae") -> None:
    assert "has rendered nothing yet" in narae.bad("tasks", "render", "flaky", "first", RUN)


def test_cleared_tasks_are_as_if_they_had_never_run(narae: "Narae") -> None:
    assert narae("tasks", "clear", "flaky", typed="n\n").code == 1
    assert narae.good("tasks", "state", "flaky", "second", RUN) == "failed\n"
    said = narae.good("tasks", "clear", "flaky", "--only-failed", typed="y\n")
    assert "1 task instances cleared" in said
    assert narae.good("tasks", "state", "flaky", "second", RUN) != "failed\n"
    assert narae.good("tasks", "state", "flaky", "first", RUN) == "success\n"


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("-t", "^double$"), 3),
        (("-t", "^double$", "-d"), 4),
        (("-t", "^double$", "-u"), 4),
        (("-r", RUN), 5),
        (("-s", "2026-01-01", "-e", "2026-01-02"), 5),
    ],
)
def test_what_to_clear_can_be_chosen(narae: "Narae", options: tuple[str, ...], count: int) -> None:
    assert f"{count} task instances cleared" in narae.good(
        "tasks", "clear", "sales", "-y", *options
    )


@pytest.mark.parametrize("options", [("-s", "2026-01-02"), ("--only-running",), ("-f",)])
def test_there_may_be_nothing_to_clear(narae: "Narae", options: tuple[str, ...]) -> None:
    assert narae.good("tasks", "clear", "sales", *options) == "Nothing to clear.\n"


def test_a_bad_pattern_of_tasks_is_an_error(narae: "Narae") -> None:
    assert "no regular expression" in narae.bad("tasks", "clear", "sales", "-t", "(")
    assert "no task of 'sales' matches" in narae.bad("tasks", "clear", "sales", "-t", "zzz")


@pytest.mark.process
def test_one_task_is_tested_whatever_it_depends_on(narae: "Narae") -> None:
    arguments = ("-t", '{"what": "fish"}', "--env-vars", '{"EXTRA": "chips"}')
    text = narae.good("tasks", "test", "flaky", "first", "2026-01-05", *arguments)
    assert "fish chips" in text
    assert "second" not in text


@pytest.mark.process
def test_a_task_that_can_t_be_tested_says_why(narae: "Narae") -> None:
    assert "did you mean 'first'" in narae.bad("tasks", "test", "flaky", "frist")
    assert "is mapped: test the whole DAG" in narae.bad("tasks", "test", "sales", "double")
