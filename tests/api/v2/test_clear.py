"""Clearing by ``/api/v2``: what a dry run says is what happens."""

from datetime import timedelta
from typing import Any

import pytest
from tests.api.conftest import Api

RUNS = "/api/v2/dags/shop/dagRuns"
CLEAR = "/api/v2/dags/shop/clearTaskInstances"


@pytest.fixture
def done(shop: Api) -> Api:
    """One run that succeeded and one of which ``tidy.sweep`` failed."""
    shop.stage.trigger("shop", run_id="good")
    shop.stage.play(timedelta(minutes=10))
    shop.failing.add("tidy.sweep")
    shop.stage.trigger("shop", run_id="bad")
    shop.stage.play(timedelta(minutes=10))
    return shop


def cleared(api: Api, body: Any) -> list[tuple[str, str, int, str | None]]:
    found = api.good("POST", CLEAR, body)
    assert found["total_entries"] == len(found["task_instances"])
    return [
        (each["dag_run_id"], each["task_id"], each["map_index"], each["state"])
        for each in found["task_instances"]
    ]


def test_a_dry_run_is_the_default_and_names_what_failed(done: Api) -> None:
    assert cleared(done, {"dag_run_id": "bad"}) == [
        ("bad", "tidy.sweep", -1, "failed"),
        ("bad", "tidy.close", -1, "upstream_failed"),
    ]
    assert done.good("GET", f"{RUNS}/bad")["state"] == "failed"


def test_what_is_cleared_runs_again(done: Api) -> None:
    done.failing.clear()
    body = {"dag_run_id": "bad", "dry_run": False, "note": "again"}
    assert cleared(done, body)[0] == ("bad", "tidy.sweep", -1, None)
    done.stage.play(timedelta(minutes=10))
    run = done.good("GET", f"{RUNS}/bad")
    assert run["state"] == "success"
    one = done.good("GET", f"{RUNS}/bad/taskInstances/tidy.sweep")
    assert (one["try_number"], one["note"]) == (2, "again")


def test_tasks_are_chosen_by_id_index_and_neighbourhood(done: Api) -> None:
    base = {"dag_run_id": "good", "only_failed": False}
    assert cleared(done, base | {"task_ids": [["sell", 1]]}) == [("good", "sell", 1, "success")]
    found = cleared(done, base | {"task_ids": ["tidy.sweep"], "include_downstream": True})
    assert [task for _, task, _, _ in found] == ["tidy.sweep", "tidy.close"]
    found = cleared(done, base | {"task_ids": ["sell"], "include_upstream": True})
    assert [(task, index) for _, task, index, _ in found] == [
        *(("buy", -1), ("sell", 0), ("sell", 1), ("sell", 2)),
    ]


def test_without_a_run_all_runs_are_meant_or_those_between_dates(done: Api) -> None:
    body: dict[str, Any] = {"only_failed": False, "task_ids": ["buy"]}
    assert [run for run, *_ in cleared(done, body)] == ["good", "bad"]
    first = done.good("GET", f"{RUNS}/good")["logical_date"]
    until = body | {"start_date": "2000-01-01T00:00:00Z", "end_date": first}
    assert [run for run, *_ in cleared(done, until)] == ["good"]
    past = {"dag_run_id": "bad", "include_past": True} | body
    assert {run for run, *_ in cleared(done, past)} == {"good", "bad"}


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"dag_run_id": "bad", "start_date": "2026-01-01T00:00:00Z"}, 422, "dag_run_id"),
        ({"include_future": True}, 422, "include_future"),
        (
            {"start_date": "2026-01-02T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"},
            422,
            "end_date",
        ),
        ({"task_ids": []}, 422, "task_ids"),
        ({"task_ids": [["buy", "x"]]}, 422, "task_ids"),
        ({"start_date": "2026-01-02T00:00:00"}, 422, "start_date"),
        ({"dag_run_id": "nothing"}, 404, "'nothing'"),
        ({"dag_run_id": "good", "task_ids": ["bye"]}, 404, "did you mean 'buy'"),
        ({"colour": "red"}, 422, "colour"),
    ],
)
def test_a_wrong_body_names_its_field(done: Api, body: Any, status: int, words: str) -> None:
    assert words in done.bad(status, "POST", CLEAR, body)


def test_a_running_task_can_be_spared(shop: Api) -> None:
    shop.stage.trigger("shop", run_id="now")
    shop.stage.play(timedelta(seconds=5))
    body = {"dag_run_id": "now", "only_failed": False, "dry_run": False}
    assert "buy" in shop.bad(409, "POST", CLEAR, body | {"prevent_running_task": True})


def test_a_whole_run_is_cleared(done: Api) -> None:
    path = f"{RUNS}/bad/clear"
    assert done.good("POST", path, {})["total_entries"] == 6
    assert done.good("POST", path, {"only_failed": True})["total_entries"] == 2
    run = done.good("POST", path, {"dry_run": False, "note": "once more"})
    assert (run["state"], run["note"]) == ("queued", "once more")
    both = {"only_failed": True, "only_new": True}
    assert "only_new" in done.bad(422, "POST", path, both)
    done.bad(404, "POST", f"{RUNS}/nothing/clear", {})


def test_several_runs_are_cleared_or_none(done: Api) -> None:
    path = "/api/v2/dags/shop/clearDagRuns"
    two = [{"dag_run_id": "good"}, {"dag_run_id": "bad"}]
    assert done.good("POST", path, {"dag_runs": two})["total_entries"] == 12
    missing = {"dag_runs": [*two, {"dag_run_id": "nine"}], "dry_run": False}
    done.bad(404, "POST", path, missing)
    assert done.good("GET", f"{RUNS}/good")["state"] == "success"
    found = done.good("POST", path, {"dag_runs": two, "dry_run": False})
    assert [run["state"] for run in found["dag_runs"]] == ["queued", "queued"]
    assert "dag_runs" in done.bad(422, "POST", path, {})


def test_partitions_are_not_built(done: Api) -> None:
    assert "partitions" in done.bad(501, "POST", "/api/v2/dags/shop/clearPartitions", {})
    body = {"partition_key": "x"}
    assert "partition" in done.bad(501, "POST", "/api/v2/dags/shop/clearDagRuns", body)
