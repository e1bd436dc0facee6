"""Task instances by ``/api/v1``: listed, changed, their logs and XComs."""

import ast
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.api.conftest import Api

from narae.core.ids import TaskRef
from narae.core.log_paths import log_path
from narae.core.spec import DagSpec, Expansion, LiteralInput, TaskSpec
from narae.core.timetables.spec import Never
from narae.engine.actions import xcoms
from narae.logs.lines import encode_line

DAG = "/api/v1/dags/sales"
RUNS = f"{DAG}/dagRuns"
MINE = f"{RUNS}/mine/taskInstances"
MARCH = "2024-03-01T00:00:00Z"
MARCH_TOLD = "2024-03-01T00:00:00+00:00"
MAPPED = DagSpec(
    dag_id="many",
    timetable=Never(),
    tasks=(
        TaskSpec(
            task_id="each",
            operator="X",
            expansion=Expansion(inputs={"x": LiteralInput(length=3)}),
        ),
    ),
)
EACH = "/api/v1/dags/many/dagRuns/mine/taskInstances/each"


@pytest.fixture
def played(api: Api) -> Api:
    """A run ``mine`` of ``sales`` that has succeeded."""
    api.good("POST", RUNS, {"dag_run_id": "mine", "logical_date": MARCH})
    api.stage.play(timedelta(minutes=5))
    return api


@pytest.fixture
def mapped(api: Api) -> Api:
    """A run ``mine`` of ``many``, whose task has three instances."""
    api.stage.add_dag(MAPPED, file="many.py")
    api.good("POST", "/api/v1/dags/many/dagRuns", {"dag_run_id": "mine"})
    api.stage.play(timedelta(minutes=5))
    return api


def tasks(page: dict[str, Any]) -> list[str]:
    return [row["task_id"] for row in page["task_instances"]]


def test_instances_tell_where_and_how_they_ran(played: Api) -> None:
    page = played.good("GET", MINE)
    assert (tasks(page), page["total_entries"]) == (["extract", "load"], 2)
    one = played.good("GET", f"{MINE}/extract")
    assert (one["state"], one["duration"], one["try_number"]) == ("success", 30.0, 1)
    assert (one["operator"], one["execution_date"]) == ("BashOperator", MARCH_TOLD)
    assert (one["sla_miss"], one["trigger"], one["executor_config"]) == (None, None, "{}")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("limit=1", ["extract"]),
        ("state=success", ["extract", "load"]),
        ("state=none", []),
        ("pool=default_pool,other", ["extract", "load"]),
        ("queue=nope", []),
        ("duration_gte=31", []),
        ("duration_lte=30", ["extract", "load"]),
        ("execution_date_gte=2024-03-01T00:00:00Z", ["extract", "load"]),
        ("start_date_gte=2100-01-01T00:00:00Z", []),
    ],
)
def test_instances_are_narrowed(played: Api, query: str, found: list[str]) -> None:
    assert tasks(played.good("GET", f"{MINE}?{query}")) == found


def test_a_tilde_stands_for_any_dag_or_run(played: Api) -> None:
    played.good("POST", "/api/v1/dags/other/dagRuns", {"dag_run_id": "other"})
    everywhere = played.good("GET", "/api/v1/dags/~/dagRuns/~/taskInstances")
    assert sorted(tasks(everywhere)) == ["a", "extract", "load"]
    of_dag = tasks(played.good("GET", f"{RUNS}/~/taskInstances"))
    assert sorted(of_dag) == ["extract", "load"]


def test_the_batch_list_takes_null_for_no_state(played: Api) -> None:
    played.good("POST", "/api/v1/dags/other/dagRuns", {"dag_run_id": "other"})
    path = "/api/v1/dags/~/dagRuns/~/taskInstances/list"
    assert tasks(played.good("POST", path, {"state": [None]})) == ["a"]
    assert sorted(tasks(played.good("POST", path, {"dag_run_ids": ["mine"]}))) == [
        "extract",
        "load",
    ]
    assert tasks(played.good("POST", path, {"task_ids": ["load"]})) == ["load"]
    played.bad(400, "POST", path, {"state": ["fish"]})


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (f"{RUNS}/nothing/taskInstances/load", "'nothing'"),
        (f"{MINE}/lod", "did you mean 'load'"),
        (f"{MINE}/load/7", "no instance 7"),
        (f"{MINE}/load/listMapped", "not mapped"),
        (f"{MINE}/load/tries/2", "no try 2"),
        (f"{MINE}/load/xcomEntries/fish", "fish"),
    ],
)
def test_what_is_not_there_is_said(played: Api, path: str, words: str) -> None:
    assert words in played.bad(404, "GET", path)


def test_rendered_fields_are_shown_without_secrets(api: Api) -> None:
    api.good("POST", RUNS, {"dag_run_id": "mine"})
    api.stage.turn()
    [attempt] = api.store.open_attempts()
    api.store.put_rendered(attempt.id, {"cmd": "echo 1", "env": {"password": "fish"}}, None)
    shown = {"cmd": "echo 1", "env": {"password": "***"}}
    assert api.good("GET", f"{MINE}/extract")["rendered_fields"] == shown
    rows = api.good("GET", MINE)["task_instances"]
    assert [row["rendered_fields"] for row in rows] == [shown, {}]


def test_a_run_that_is_not_there_has_an_empty_list(played: Api) -> None:
    found = played.good("GET", f"{RUNS}/nothing/taskInstances")
    assert found == {"task_instances": [], "total_entries": 0}
    assert played.good("GET", f"{RUNS}/x/taskInstances/y/xcomEntries")["total_entries"] == 0


def test_mapped_instances_have_paths_of_their_own(mapped: Api) -> None:
    assert "mapped" in mapped.bad(404, "GET", EACH)
    assert mapped.good("GET", f"{EACH}/1")["map_index"] == 1
    page = mapped.good("GET", f"{EACH}/listMapped?order_by=-map_index&limit=2")
    assert [row["map_index"] for row in page["task_instances"]] == [2, 1]
    assert page["total_entries"] == 3
    assert mapped.good("PATCH", f"{EACH}/1/setNote", {"note": "x"})["note"] == "x"
    assert mapped.good("GET", f"{EACH}/0")["note"] is None
    assert mapped.good("GET", f"{EACH}/1/tries")["total_entries"] == 1
    assert mapped.good("GET", f"{EACH}/1/tries/1")["map_index"] == 1
    assert mapped.good("GET", f"{EACH}/1/dependencies") == {"dependencies": []}
    mapped.good("PATCH", f"{EACH}/2", {"dry_run": False, "new_state": "failed"})
    states = [mapped.good("GET", f"{EACH}/{n}")["state"] for n in range(3)]
    assert states == ["success", "success", "failed"]


def test_tries_are_listed_under_both_of_airflows_names(api: Api) -> None:
    api.failing.add("extract")
    api.good("POST", RUNS, {"dag_run_id": "mine"})
    api.stage.play(timedelta(minutes=5))
    api.failing.clear()
    api.good("POST", f"{DAG}/clearTaskInstances", {"dry_run": False, "dag_run_id": "mine"})
    api.good("PATCH", f"{RUNS}/mine", {"state": "queued"})
    api.stage.play(timedelta(minutes=5))
    page = api.good("GET", f"{MINE}/extract/tries")
    assert [row["state"] for row in page["task_instances"]] == ["failed", "success"]
    assert page["task_instances_history"] == page["task_instances"]
    assert api.good("GET", f"{MINE}/extract/tries/1")["state"] == "failed"
    backwards = api.good("GET", f"{MINE}/extract/tries?order_by=-try_number&limit=1")
    assert [row["try_number"] for row in backwards["task_instances"]] == [2]


def test_dependencies_say_why_a_task_waits(api: Api) -> None:
    api.good("POST", RUNS, {"dag_run_id": "mine"})
    api.stage.turn()
    found = api.good("GET", f"{MINE}/load/dependencies")["dependencies"]
    assert ("upstream", True) in [(d["name"], "extract" in d["reason"]) for d in found]


def test_clearing_is_dry_and_of_failures_unless_said_otherwise(played: Api) -> None:
    path = f"{DAG}/clearTaskInstances"
    assert played.good("POST", path, {"dag_run_id": "mine"}) == {"task_instances": []}
    body: dict[str, Any] = {"dag_run_id": "mine", "only_failed": False, "task_ids": ["load"]}
    assert tasks(played.good("POST", path, body)) == ["load"]
    everything = played.good("POST", path, {"only_failed": False})
    assert sorted(tasks(everything)) == ["extract", "load"]
    between = {"only_failed": False, "start_date": MARCH, "end_date": MARCH}
    assert len(tasks(played.good("POST", path, between))) == 2
    played.good("POST", path, {**body, "dry_run": False})
    assert played.good("GET", f"{RUNS}/mine")["state"] == "success"
    body |= {"task_ids": ["extract"], "dry_run": False, "reset_dag_runs": True}
    assert tasks(played.good("POST", path, body)) == ["extract"]
    assert played.good("GET", f"{RUNS}/mine")["state"] == "queued"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"only_failed": True, "only_running": True}),
        (400, {"start_date": "2024-02-02T00:00:00Z", "end_date": "2024-02-01T00:00:00Z"}),
        (400, {"dag_run_id": "mine", "start_date": MARCH}),
        (400, {"task_ids": []}),
        (404, {"dag_run_id": "nope"}),
    ],
)
def test_a_clear_that_makes_no_sense_is_refused(
    played: Api, status: int, body: dict[str, Any]
) -> None:
    played.bad(status, "POST", f"{DAG}/clearTaskInstances", body)


def test_states_are_set_by_run_or_by_date(played: Api) -> None:
    path = f"{DAG}/updateTaskInstancesState"
    body: dict[str, Any] = {"task_id": "extract", "new_state": "failed"}
    dry = played.good("POST", path, {**body, "execution_date": MARCH, "dry_run": True})
    assert tasks(dry) == ["extract"]
    assert played.good("GET", f"{MINE}/extract")["state"] == "success"
    body |= {"dag_run_id": "mine", "dry_run": False, "include_downstream": True}
    assert tasks(played.good("POST", path, body)) == ["extract", "load"]
    assert played.good("GET", f"{MINE}/load")["state"] == "failed"
    played.bad(400, "POST", path, {"task_id": "extract", "new_state": "failed"})
    played.bad(400, "POST", path, {**body, "execution_date": MARCH})
    played.bad(400, "POST", path, {**body, "new_state": "running"})
    played.bad(404, "POST", path, {**body, "task_id": "nope"})


def test_one_instance_is_marked_and_annotated(played: Api) -> None:
    found = played.good("PATCH", f"{MINE}/load", {"new_state": "failed"})
    assert (found["task_id"], found["dag_run_id"]) == ("load", "mine")
    assert played.good("GET", f"{MINE}/load")["state"] == "success"
    played.good("PATCH", f"{MINE}/load", {"new_state": "failed", "dry_run": False})
    assert played.good("GET", f"{MINE}/load")["state"] == "failed"
    assert played.good("PATCH", f"{MINE}/load/setNote", {"note": "x"})["note"] == "x"
    played.bad(400, "PATCH", f"{MINE}/load/setNote", {})
    played.bad(404, "PATCH", f"{MINE}/nope/setNote", {"note": "x"})


def write_log(api: Api, *events: str) -> None:
    file = Path(api.settings.logging.base_log_folder) / log_path("sales", "mine", "load", -1, 1)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as opened:
        for event in events:
            opened.write(encode_line(event, at=api.stage.clock.now(), source="task"))


def test_a_log_is_pythons_text_of_pairs_and_goes_on_with_its_token(played: Api) -> None:
    write_log(played, "one fish", "two 'fish'")
    found = played.good("GET", f"{MINE}/load/logs/1")
    [(host, text)] = ast.literal_eval(found["content"])
    assert host == played.good("GET", f"{MINE}/load")["hostname"]
    assert [line.partition(" - ")[2] for line in text.splitlines()] == ["one fish", "two 'fish'"]
    write_log(played, "red fish")
    rest = played.good("GET", f"{MINE}/load/logs/1?token={found['continuation_token']}")
    assert "red fish" in rest["content"]
    assert "one fish" not in rest["content"]
    whole = played.good(
        "GET", f"{MINE}/load/logs/1?full_content=true&token={rest['continuation_token']}"
    )
    assert "one fish" in whole["content"]


def test_a_log_is_text_for_those_who_ask_for_it(played: Api) -> None:
    write_log(played, "one fish")
    answer = played("GET", f"{MINE}/load/logs/1", headers={"Accept": "text/plain"})
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.splitlines()[1].endswith("one fish")


def test_a_log_takes_its_own_tokens_only(played: Api) -> None:
    assert "token" in played.bad(400, "GET", f"{MINE}/load/logs/1?token=fish")
    other = played.good("GET", f"{MINE}/extract/logs/1")["continuation_token"]
    played.bad(400, "GET", f"{MINE}/load/logs/1?token={other}")
    played.bad(404, "GET", f"{MINE}/nope/logs/1")
    assert played.good("GET", f"{MINE}/load/logs/7")["content"] == "[]"


def test_xcoms_are_text_unless_asked_for_as_they_are(played: Api) -> None:
    act = played.stage.act()
    for key, value in (("rows", {"a": 1}), ("token", "s3cr3t-fish")):
        xcoms.create(act, "sales", "mine", TaskRef("load"), key, value)
    path = f"{MINE}/load/xcomEntries"
    page = played.good("GET", f"{path}?xcom_key=rows")
    [entry] = page["xcom_entries"]
    assert (entry["key"], entry["execution_date"], entry["map_index"]) == ("rows", MARCH_TOLD, -1)
    assert played.good("GET", f"{path}/rows")["value"] == "{'a': 1}"
    assert played.good("GET", f"{path}/rows?stringify=false")["value"] == {"a": 1}
    assert played.good("GET", f"{path}/token")["value"] == "***"
    assert "deserialize" in played.bad(400, "GET", f"{path}/rows?deserialize=true")
    everywhere = played.good("GET", "/api/v1/dags/~/dagRuns/~/taskInstances/~/xcomEntries")
    assert {"rows", "token"} <= {each["key"] for each in everywhere["xcom_entries"]}


def test_links_are_named_without_an_address(api: Api) -> None:
    task = TaskSpec(task_id="a", operator="X", extra_links=("Console",))
    api.stage.add_dag(DagSpec(dag_id="linked", timetable=Never(), tasks=(task,)), file="l.py")
    api.good("POST", "/api/v1/dags/linked/dagRuns", {"dag_run_id": "mine"})
    path = "/api/v1/dags/linked/dagRuns/mine/taskInstances/a/links"
    assert api.good("GET", path) == {"Console": None}
