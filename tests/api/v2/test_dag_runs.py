"""Runs by ``/api/v2``: asked for, listed, looked at."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import anyio
import pytest
from tests.api.conftest import Api

from narae.accounts.permissions import Principal, PrincipalKind, parse_permission

RUNS = "/api/v2/dags/sales/dagRuns"


def test_a_triggered_run_can_be_followed_to_its_end(api: Api) -> None:
    made = api.good("POST", RUNS, {"dag_run_id": "mine", "conf": {"shop": "seoul"}, "note": "hi"})
    assert (made["state"], made["note"], made["triggered_by"]) == ("queued", "hi", "rest_api")
    api.stage.play(timedelta(minutes=5))
    run = api.good("GET", f"{RUNS}/mine")
    assert (run["state"], run["conf"], run["run_type"]) == ("success", {"shop": "seoul"}, "manual")
    assert (run["duration"], run["dag_versions"][0]["version_number"]) == (60.0, 1)


def test_runs_are_filtered_by_state_and_ordered(api: Api) -> None:
    for name in ("one", "two"):
        api.good("POST", RUNS, {"dag_run_id": name})
    api.stage.play(timedelta(minutes=5))
    api.good("POST", "/api/v2/dags/other/dagRuns", {"dag_run_id": "three"})
    everywhere = api.good("GET", "/api/v2/dags/~/dagRuns?order_by=-logical_date")
    assert [run["dag_run_id"] for run in everywhere["dag_runs"]] == ["three", "two", "one"]
    assert api.good("GET", f"{RUNS}?state=queued")["total_entries"] == 0
    assert api.good("GET", f"{RUNS}?state=success")["total_entries"] == 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"conf": {"shop": 3}}, "conf['shop']"),
        ({"dag_run_id": "has space"}, "run_id"),
        ({"logical_date": "2026-01-01T00:00:00"}, "logical_date"),
        ({"logical_date": "yesterday"}, "logical_date"),
        ({"conf": []}, "conf"),
        ({"config": {}}, "config"),
        ({"partition_key": "p"}, "partition_key"),
        ({"data_interval_start": "2026-01-01T00:00:00Z"}, "data_interval_end"),
    ],
)
def test_a_wrong_body_names_its_field(api: Api, body: dict[str, Any], words: str) -> None:
    assert words in api.bad(422, "POST", RUNS, body)


def test_a_run_that_exists_is_a_conflict(api: Api) -> None:
    api.good("POST", RUNS, {"dag_run_id": "mine"})
    assert "'mine'" in api.bad(409, "POST", RUNS, {"dag_run_id": "mine"})


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/api/v2/dags/sale/dagRuns", "did you mean 'sales'"),
        (f"{RUNS}/nothing", "'nothing'"),
        (f"{RUNS}/mine/taskInstances/lod", "did you mean 'load'"),
        (f"{RUNS}/mine/taskInstances/load/7", "no instance 7"),
        (f"{RUNS}/mine/taskInstances/load/x", "map_index"),
        (f"{RUNS}/nothing/timeline", "'nothing'"),
    ],
)
def test_what_is_not_there_is_named_with_the_nearest(api: Api, path: str, words: str) -> None:
    api.good("POST", RUNS, {"dag_run_id": "mine"})
    assert words in api.bad(404, "GET", path)


def test_a_timeline_adds_up(api: Api) -> None:
    run = api.stage.trigger("sales")
    api.stage.play(timedelta(minutes=5))
    found = api.good("GET", f"{RUNS}/{run.run_id}/timeline")
    assert found["ended"]
    assert sum(each["seconds"] for each in found["stretches"]) == pytest.approx(found["seconds"])
    assert sum(each["seconds"] for each in found["totals"]) == pytest.approx(found["seconds"])
    tasks = {each["task_id"] for each in found["stretches"] if each["phase"] == "running"}
    assert tasks == {"extract", "load"}


def test_a_run_may_have_no_logical_date_where_its_code_is_airflow_3s(shop: Api) -> None:
    path = "/api/v2/dags/shop/dagRuns"
    made = shop.good("POST", path, {"logical_date": None, "dag_run_id": "free"})
    assert (made["logical_date"], made["dag_display_name"]) == (None, "The shop")
    assert made["triggering_user_name"] == "anyone"
    assert shop.good("POST", path, {"dag_run_id": "dated"})["logical_date"] is not None


def test_a_run_is_marked_and_annotated(api: Api) -> None:
    run = api.stage.trigger("sales")
    path = f"{RUNS}/{run.run_id}"
    assert api.good("PATCH", path, {"note": "see ticket 7"})["note"] == "see ticket 7"
    marked = api.good("PATCH", f"{path}?update_mask=state", {"state": "failed", "note": "other"})
    assert (marked["state"], marked["note"]) == ("failed", "see ticket 7")
    assert api.good("PATCH", path, {"state": "queued"})["state"] == "queued"
    assert api.good("PATCH", path, {"note": None})["note"] is None
    assert "state" in api.bad(422, "PATCH", path, {"state": "running"})
    assert "note" in api.bad(422, "PATCH", path, {"note": "x" * 1001})
    assert "update_mask" in api.bad(422, "PATCH", f"{path}?update_mask=colour", {"note": "x"})
    assert "'nothing'" in api.bad(404, "PATCH", f"{RUNS}/nothing", {"note": "x"})


def test_a_run_is_deleted_once_it_has_ended(api: Api) -> None:
    run = api.stage.trigger("sales")
    api.stage.turn()
    assert "running" in api.bad(409, "DELETE", f"{RUNS}/{run.run_id}")
    api.stage.play(timedelta(minutes=5))
    assert api("DELETE", f"{RUNS}/{run.run_id}").status_code == 204
    api.bad(404, "GET", f"{RUNS}/{run.run_id}")
    api.bad(404, "DELETE", f"{RUNS}/{run.run_id}")


def test_runs_are_changed_in_bulk_each_for_itself(api: Api) -> None:
    for name in ("one", "two"):
        api.stage.trigger("sales", run_id=name)
    api.stage.play(timedelta(minutes=5))
    entities = [{"dag_run_id": "one", "note": "hi"}, {"dag_run_id": "nine", "note": "hi"}]
    actions = [
        {"action": "update", "entities": entities},
        {"action": "delete", "entities": ["two", {"dag_run_id": "one", "dag_id": "sales"}]},
        {"action": "create", "entities": [{"dag_run_id": "new"}]},
    ]
    done = api.good("PATCH", RUNS, {"actions": actions})
    assert done["update"]["success"] == ["sales.one"]
    assert [each["status_code"] for each in done["update"]["errors"]] == [404]
    assert done["delete"]["success"] == ["sales.two", "sales.one"]
    assert [each["status_code"] for each in done["create"]["errors"]] == [405]
    skipping = {"action": "delete", "entities": ["one"], "action_on_non_existence": "skip"}
    assert api.good("PATCH", RUNS, {"actions": [skipping]})["delete"]["errors"] == []


def test_bulk_needs_to_know_whose_run_and_may_not_reach_further_than_its_caller(api: Api) -> None:
    everywhere = "/api/v2/dags/~/dagRuns"
    nobodys = {"actions": [{"action": "delete", "entities": ["one"]}]}
    assert "dag_id" in api.bad(422, "PATCH", everywhere, nobodys)
    foreign = {"action": "delete", "entities": [{"dag_run_id": "one", "dag_id": "other"}]}
    assert "dag_id" in api.bad(422, "PATCH", RUNS, {"actions": [foreign]})
    api.stage.trigger("other", run_id="one")
    permissions = map(parse_permission, ("can_edit:DAG Runs", "can_edit:DAG:sales"))
    api.principal = Principal(
        username="ann", kind=PrincipalKind.USER, permissions=frozenset(permissions)
    )
    assert "other" in api.bad(403, "PATCH", everywhere, {"actions": [foreign]})


def test_no_asset_has_made_a_run(api: Api) -> None:
    run = api.stage.trigger("sales")
    found = api.good("GET", f"{RUNS}/{run.run_id}/upstreamAssetEvents")
    assert found == {"asset_events": [], "total_entries": 0}
    api.bad(404, "GET", f"{RUNS}/nothing/upstreamAssetEvents")


def test_whoever_waits_gets_lines_until_the_run_has_ended(shop: Api) -> None:
    run = shop.stage.trigger("shop")
    path = f"/api/v2/dags/shop/dagRuns/{run.run_id}/wait?interval=0.01"
    shop.stage.play(timedelta(minutes=10))
    answer = shop("GET", f"{path}&result=buy&result=sell&result=none")
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["state"] for line in lines] == ["success"]
    results = lines[0]["results"]
    assert results["buy"]["rows"] == 3
    assert results["buy"]["password"] == "***"
    assert (len(results["sell"]), results["none"]) == (3, None)
    assert "interval" in shop.bad(422, "GET", path.replace("0.01", "0"))
    assert "interval" in shop.bad(422, "GET", path.partition("?")[0])


def test_a_line_comes_at_each_interval(shop: Api) -> None:
    run = shop.stage.trigger("shop")
    path = f"/api/v2/dags/shop/dagRuns/{run.run_id}/wait?interval=0.001"
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(shop, "GET", path)
        shop.stage.play(timedelta(minutes=10))
        lines = [json.loads(line) for line in waiting.result(30).text.splitlines()]
    assert lines[-1]["state"] == "success"


def test_nobody_waits_for_a_client_that_has_gone_away(shop: Api) -> None:
    run = shop.stage.trigger("shop")
    sent: list[Any] = []

    async def ask() -> None:
        enough = anyio.Event()

        async def receive() -> dict[str, Any]:
            await enough.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)
            if len(sent) > 3:
                enough.set()

        scope = {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "path": f"/api/v2/dags/shop/dagRuns/{run.run_id}/wait",
            "query_string": b"interval=0.001",
            "headers": [(b"host", b"localhost")],
            "app": shop.client.app,
            "client": None,
        }
        with anyio.fail_after(20):
            await shop.client.app(scope, receive, send)

    anyio.run(ask)
    lines = [json.loads(each["body"]) for each in sent if each.get("body")]
    assert {line["state"] for line in lines} == {"queued"}


def test_nobody_waits_for_a_server_that_stops(shop: Api) -> None:
    run = shop.stage.trigger("shop")
    app: Any = shop.client.app
    app.state.surroundings.feed.end()
    path = f"/api/v2/dags/shop/dagRuns/{run.run_id}/wait?interval=3600"
    lines = [json.loads(line) for line in shop("GET", path).text.splitlines()]
    assert lines == [{"state": "queued"}]
