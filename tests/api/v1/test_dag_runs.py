"""Runs by ``/api/v1``: asked for, listed, changed."""

from datetime import timedelta
from typing import Any

import pytest
from tests.api.conftest import Api

RUNS = "/api/v1/dags/sales/dagRuns"
MARCH = "2024-03-01T00:00:00+00:00"


def ids(page: dict[str, Any]) -> list[str]:
    return [run["dag_run_id"] for run in page["dag_runs"]]


@pytest.mark.parametrize("name", ["logical_date", "execution_date"])
def test_a_run_is_asked_for_by_its_date_under_either_name(api: Api, name: str) -> None:
    body = {"dag_run_id": "m1", "conf": {"shop": "x"}, name: MARCH, "note": "n"}
    made = api.good("POST", RUNS, body)
    assert made["execution_date"] == made["logical_date"] == MARCH
    assert (made["state"], made["run_type"], made["external_trigger"]) == (
        "queued",
        "manual",
        True,
    )
    assert (made["conf"], made["note"], made["start_date"]) == ({"shop": "x"}, "n", None)


def test_a_run_without_any_word_gets_a_name(api: Api) -> None:
    made = api.good("POST", RUNS, {})
    assert made["dag_run_id"].startswith("manual__")
    api.stage.play(timedelta(minutes=5))
    assert api.good("GET", f"{RUNS}/{made['dag_run_id']}")["state"] == "success"
    assert api.good("GET", f"{RUNS}/{made['dag_run_id']}?fields=state") == {"state": "success"}


def test_a_data_interval_is_given_whole(api: Api) -> None:
    body = {"data_interval_start": MARCH, "data_interval_end": "2024-03-02T00:00:00Z"}
    made = api.good("POST", RUNS, body)
    assert made["data_interval_end"] == "2024-03-02T00:00:00+00:00"
    assert "data_interval_end" in api.bad(400, "POST", RUNS, {"data_interval_start": MARCH})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"nope": 1}, "nope"),
        ({"execution_date": "2024-04-01T00:00:00"}, "execution_date"),
        ({"execution_date": MARCH, "logical_date": "2024-04-01T00:00:00Z"}, "logical_date"),
        ({"state": "queued"}, "state"),
        ({"conf": None}, "conf"),
        ({"conf": {"shop": 3}}, "shop"),
        ({"dag_run_id": None}, "dag_run_id"),
        ({"dag_run_id": "has space"}, "run_id"),
    ],
)
def test_a_wrong_wish_is_refused_with_400(api: Api, body: dict[str, Any], words: str) -> None:
    assert words in api.bad(400, "POST", RUNS, body)


@pytest.mark.parametrize("body", [{"dag_run_id": "m1"}, {"logical_date": MARCH}])
def test_a_run_that_exists_is_a_conflict(api: Api, body: dict[str, Any]) -> None:
    api.good("POST", RUNS, {"dag_run_id": "m1", "logical_date": MARCH})
    answer = api("POST", RUNS, body)
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/AlreadyExists")


def test_runs_are_narrowed_ordered_and_cut(api: Api) -> None:
    for name, month in (("one", "01"), ("two", "02"), ("three", "03")):
        date = f"2024-{month}-01T00:00:00Z"
        api.good("POST", RUNS, {"dag_run_id": name, "logical_date": date})
    api.good("PATCH", f"{RUNS}/two", {"state": "failed"})
    assert sorted(ids(api.good("GET", RUNS))) == ["one", "three", "two"]
    for query, found in (
        ("order_by=execution_date", ["one", "two", "three"]),
        ("order_by=-execution_date&limit=2", ["three", "two"]),
        ("state=failed", ["two"]),
        ("state=failed,queued&order_by=dag_run_id", ["one", "three", "two"]),
        ("execution_date_gte=2024-02-01T00:00:00Z&order_by=execution_date", ["two", "three"]),
        ("execution_date_lte=2024-01-01T00:00:00Z", ["one"]),
        ("updated_at_gte=2100-01-01T00:00:00Z", []),
    ):
        assert ids(api.good("GET", f"{RUNS}?{query}")) == found, query
    one = api.good("GET", f"{RUNS}?fields=state&limit=1&state=failed")
    assert one == {"dag_runs": [{"state": "failed"}], "total_entries": 1}


@pytest.mark.parametrize(
    "query", ["order_by=nope", "start_date_gte=2024-01-01T00:00:00", "state=nope", "nope=1"]
)
def test_a_list_that_makes_no_sense_is_refused(api: Api, query: str) -> None:
    assert query.partition("=")[0] in api.bad(400, "GET", f"{RUNS}?{query}")


def test_the_batch_list_goes_over_all_dags(api: Api) -> None:
    api.good("POST", RUNS, {"dag_run_id": "mine", "logical_date": MARCH})
    api.good("POST", "/api/v1/dags/other/dagRuns", {"dag_run_id": "other"})
    path = "/api/v1/dags/~/dagRuns/list"
    assert ids(api.good("POST", path, {"order_by": "-dag_run_id"})) == ["other", "mine"]
    assert ids(api.good("POST", path, {"dag_ids": ["other"], "page_limit": 1})) == ["other"]
    assert ids(api.good("POST", path, {"states": ["running"]})) == []
    assert ids(api.good("POST", path, {"execution_date_lte": MARCH})) == ["mine"]
    api.bad(400, "POST", path, {"page_limit": 0})
    assert sorted(ids(api.good("GET", "/api/v1/dags/~/dagRuns"))) == ["mine", "other"]


def test_a_run_is_ended_annotated_and_queued_again(api: Api) -> None:
    api.good("POST", RUNS, {"dag_run_id": "m1"})
    assert api.good("PATCH", f"{RUNS}/m1", {"state": "failed"})["state"] == "failed"
    assert api.good("PATCH", f"{RUNS}/m1/setNote", {"note": "hi"})["note"] == "hi"
    assert api.good("PATCH", f"{RUNS}/m1", {"state": "queued"})["state"] == "queued"
    api.bad(400, "PATCH", f"{RUNS}/m1", {"state": "running"})
    api.bad(404, "PATCH", f"{RUNS}/m2", {"state": "failed"})


def test_clearing_a_run_is_dry_unless_said_otherwise(api: Api) -> None:
    api.good("POST", RUNS, {"dag_run_id": "m1", "logical_date": MARCH})
    api.stage.play(timedelta(minutes=5))
    found = api.good("POST", f"{RUNS}/m1/clear", {})
    assert found["task_instances"][0] == {
        "dag_id": "sales",
        "dag_run_id": "m1",
        "execution_date": MARCH,
        "task_id": "extract",
    }
    assert api.good("GET", f"{RUNS}/m1")["state"] == "success"
    assert api.good("POST", f"{RUNS}/m1/clear", {"dry_run": False})["state"] == "queued"


def test_a_run_is_deleted(api: Api) -> None:
    api.good("POST", RUNS, {"dag_run_id": "m1"})
    assert api("DELETE", f"{RUNS}/m1").status_code == 204
    assert "'m1'" in api.bad(404, "DELETE", f"{RUNS}/m1")


def test_a_run_has_no_dataset_events(api: Api) -> None:
    api.good("POST", RUNS, {"dag_run_id": "m1"})
    found = api.good("GET", f"{RUNS}/m1/upstreamDatasetEvents")
    assert found == {"dataset_events": [], "total_entries": 0}
    api.bad(404, "GET", f"{RUNS}/m2/upstreamDatasetEvents")
