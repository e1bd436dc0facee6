"""Task instances by ``/api/v2``: listed, looked at, explained."""

from datetime import timedelta
from typing import Any

import pytest
from tests.api.conftest import Api

from narae.accounts.permissions import Principal, PrincipalKind, parse_permission

RUNS = "/api/v2/dags/shop/dagRuns"
EVERY = "/api/v2/dags/~/dagRuns/~/taskInstances"
ONE = f"{RUNS}/one/taskInstances"


@pytest.fixture
def two(shop: Api) -> Api:
    """Run ``one`` of shop succeeded, ``two`` failed at the group's first task."""
    shop.stage.trigger("shop", run_id="one")
    shop.stage.play(timedelta(minutes=10))
    shop.failing.add("tidy.sweep")
    shop.stage.trigger("shop", run_id="two")
    shop.stage.play(timedelta(minutes=10))
    return shop


def names(api: Api, path: str, **more: Any) -> list[str]:
    return [
        each["task_id"] + (f"[{each['map_index']}]" if each["map_index"] >= 0 else "")
        for each in api.good("GET", path, **more)["task_instances"]
    ]


def test_a_run_lists_its_tasks_and_each_has_a_page(two: Api) -> None:
    assert names(two, ONE) == [
        *("buy", "sell[0]", "sell[1]", "sell[2]", "tidy.close", "tidy.sweep"),
    ]
    one = two.good("GET", f"{ONE}/buy")
    assert (one["try_number"], one["operator"], one["executor"], one["duration"]) == (
        *(1, "BashOperator", two.stage.executor.name, 30.0),
    )
    assert (one["dag_display_name"], one["dag_version"]["version_number"]) == ("The shop", 1)
    assert two.good("GET", f"{ONE}/sell/2")["map_index"] == 2
    assert "say which instance, 0 to 2" in two.bad(404, "GET", f"{ONE}/sell")
    listed = two.good("GET", ONE)["task_instances"]
    assert len({each["id"] for each in listed}) == len(listed)
    assert one["id"] == listed[0]["id"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=failed", ["tidy.sweep"]),
        ("state=failed&state=upstream_failed&order_by=task_id", ["tidy.close", "tidy.sweep"]),
        ("state=no_status", []),
        ("state=awaiting_input", []),
        ("task_id=sell&map_index=1&run_id_pattern=ONE", ["sell[1]"]),
        ("task_id=buy&version_number=1&limit=1", ["buy"]),
        ("operator=Broom&state=success", ["tidy.sweep"]),
        ("operator_name_pattern=thon&run_id_prefix_pattern=tw&order_by=-map_index&limit=1",
         ["sell[2]"]),
        ("task_display_name_pattern=sweep&try_number=1&state=failed", ["tidy.sweep"]),
        ("pool=default_pool&queue=default&executor=LocalExecutor&task_id=buy&limit=1", ["buy"]),
        ("pool=other", []),
        ("executor=Other", []),
        ("dag_id_pattern=sales", []),
        ("duration_lt=10&duration_gt=1", ["tidy.sweep"]),
        ("start_date_lt=2000-01-01T00:00:00Z", []),
        ("run_after_gte=2000-01-01T00:00:00Z&task_id=buy&limit=1", ["buy"]),
    ],
)  # fmt: skip
def test_instances_are_filtered(two: Api, query: str, found: list[str]) -> None:
    assert names(two, f"{EVERY}?{query}") == found


def test_a_group_and_a_mapped_task_are_listed(two: Api) -> None:
    assert names(two, f"{ONE}?task_group_id=tidy&order_by=-start_date") == [
        *("tidy.close", "tidy.sweep"),
    ]
    assert names(two, f"{ONE}?task_group_id=tidy&task_id=buy") == []
    assert names(two, f"{ONE}?task_group_id=nothing") == []
    assert "task_group_id" in two.bad(422, "GET", f"{EVERY}?task_group_id=tidy")
    mapped = f"{ONE}/sell/listMapped"
    assert names(two, mapped) == ["sell[0]", "sell[1]", "sell[2]"]
    assert names(two, f"{mapped}?state=failed") == []
    assert "not mapped" in two.bad(404, "GET", f"{ONE}/buy/listMapped")
    assert "'sell'" in two.bad(404, "GET", f"{ONE}/sel/listMapped")


def test_a_cursor_walks_through_the_instances_of_all_runs(two: Api) -> None:
    cursor: str | None = ""
    seen: list[str] = []
    while cursor is not None:
        page = two.good("GET", EVERY, params={"cursor": cursor, "limit": 5})
        seen += [each["id"] for each in page["task_instances"]]
        cursor = page["next_cursor"]
    assert (len(seen), len(set(seen))) == (12, 12)
    assert two.good("GET", f"{EVERY}?limit=1")["total_entries"] == 12


def test_a_body_asks_for_the_same(two: Api) -> None:
    def asked(path: str, body: Any) -> list[str]:
        return [each["task_id"] for each in two.good("POST", path, body)["task_instances"]]

    everywhere = f"{EVERY}/list"
    assert asked(everywhere, {"state": ["failed", None]}) == ["tidy.sweep"]
    of_run = {"dag_ids": ["shop"], "dag_run_ids": ["one"], "order_by": "-task_id"}
    assert asked(everywhere, of_run | {"page_limit": 1}) == ["tidy.sweep"]
    ranges = {"task_ids": ["buy"], "duration_gte": 30, "pool": ["default_pool"], "page_limit": 1}
    assert asked(everywhere, ranges) == ["buy"]
    assert asked(f"{ONE}/list", {"order_by": "-start_date", "page_limit": 1}) == ["tidy.close"]
    assert "state" in two.bad(422, "POST", everywhere, {"state": ["odd"]})


@pytest.mark.parametrize(
    "query",
    ["limit=x", "state=odd", "order_by=colour", "map_index=-2", "start_date_gte=2026-01-01T00:00"],
)
def test_a_wrong_parameter_is_named(two: Api, query: str) -> None:
    assert two.bad(422, "GET", f"{ONE}?{query}").startswith(query.partition("=")[0])


def test_one_sees_the_instances_of_the_dags_that_one_may_see(two: Api) -> None:
    two.stage.trigger("other")
    two.stage.play()
    held = ("can_read:Task Instances", "can_read:DAG Runs", "can_read:DAG:other")
    two.principal = Principal(
        username="ann",
        kind=PrincipalKind.USER,
        permissions=frozenset(map(parse_permission, held)),
    )
    assert names(two, EVERY) == ["a"]
    two.bad(403, "GET", ONE)
    two.bad(403, "POST", f"{EVERY}/list", {"dag_ids": ["shop"]})


def test_a_waiting_task_says_why(shop: Api) -> None:
    shop.good("PATCH", "/api/v2/dags/shop", {"is_paused": True})
    shop.good("POST", RUNS, {"dag_run_id": "one"})
    found = shop.good("GET", f"{ONE}/buy/holds")
    assert found["state"] is None
    assert "dag_paused" in {hold["code"] for hold in found["holds"]}
    listed = shop.good("GET", f"{ONE}/buy/dependencies")["dependencies"]
    assert {each["name"] for each in listed} == {hold["code"] for hold in found["holds"]}
    assert all(each["reason"] for each in listed)
    assert "map_index" in shop.bad(422, "GET", f"{ONE}/buy/holds?map_index=x")
    assert shop.good("GET", f"{ONE}/sell/1/holds") == shop.good(
        "GET", f"{ONE}/sell/holds?map_index=1"
    )
    shop.bad(404, "GET", f"{ONE}/buy/7/dependencies")


def test_attempts_say_what_they_waited_for(two: Api) -> None:
    (attempt,) = two.good("GET", f"{ONE}/sell/0/attempts")["attempts"]
    assert (attempt["cause"], attempt["fence"]) == ("succeeded", 1)
    assert [wait["code"] for wait in attempt["waits"]] == ["upstream"]
    two.bad(404, "GET", f"{ONE}/sell/7/attempts")


def test_tries_are_numbered_and_each_has_a_page(shop: Api) -> None:
    shop.failing.add("buy")
    shop.stage.trigger("shop", run_id="one")
    shop.stage.play(timedelta(minutes=10))
    tries = shop.good("GET", f"{ONE}/buy/tries")
    assert [(t["try_number"], t["state"], t["duration"]) for t in tries["task_instances"]] == [
        *((1, "failed", 5.0), (2, "failed", 5.0)),
    ]
    backwards = shop.good("GET", f"{ONE}/buy/tries?order_by=-try_number&limit=1")
    assert [t["try_number"] for t in backwards["task_instances"]] == [2]
    assert shop.good("GET", f"{ONE}/buy/tries/2")["try_number"] == 2
    assert "no try 3" in shop.bad(404, "GET", f"{ONE}/buy/tries/3")
    shop.failing.clear()
    shop.good("POST", f"{RUNS}/one/clear", {"dry_run": False})
    shop.stage.play(timedelta(minutes=10))
    assert shop.good("GET", f"{ONE}/buy/tries/3")["state"] == "success"
    assert shop.good("GET", f"{ONE}/sell/1/tries")["total_entries"] == 1
    assert shop.good("GET", f"{ONE}/sell/tries?map_index=1")["total_entries"] == 1
    assert shop.good("GET", f"{ONE}/sell/1/tries/1")["state"] == "success"
