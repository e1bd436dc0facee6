"""Lists of runs by ``/api/v2``: filters, orders, pages, what one may see."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.api.conftest import Api

from narae.accounts.permissions import Permission, Principal, PrincipalKind, parse_permission

RUNS = "/api/v2/dags/sales/dagRuns"
EVERY = "/api/v2/dags/~/dagRuns"


def reader(*permissions: str) -> Principal:
    """Somebody with these permissions alone."""
    held: frozenset[Permission] = frozenset(map(parse_permission, permissions))
    return Principal(username="ann", kind=PrincipalKind.USER, permissions=held)


@pytest.fixture
def five(api: Api) -> Api:
    """Four runs of sales, one of which failed, and one of other."""
    for number in range(3):
        api.stage.trigger("sales", run_id=f"good_{number}", conf={"shop": f"s{number}"})
        api.stage.play(timedelta(minutes=2))
    api.failing.add("load")
    api.stage.trigger("sales", run_id="bad", triggered_by="cli")
    api.stage.play(timedelta(minutes=2))
    api.stage.trigger("other", run_id="elsewhere")
    api.stage.play(timedelta(minutes=2))
    return api


def names(api: Api, path: str, **more: Any) -> list[str]:
    return [run["dag_run_id"] for run in api.good("GET", path, **more)["dag_runs"]]


def test_runs_come_in_the_order_in_which_they_were_made(five: Api) -> None:
    assert names(five, RUNS) == ["good_0", "good_1", "good_2", "bad"]
    assert names(five, f"{RUNS}?order_by=-id&limit=2") == ["bad", "good_2"]
    assert names(five, f"{EVERY}?order_by=dag_id&order_by=-run_id&limit=3") == [
        *("elsewhere", "good_2", "good_1"),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=failed", ["bad"]),
        ("state=failed&state=success&limit=2", ["good_0", "good_1"]),
        ("run_type=scheduled", []),
        ("run_type=manual&run_id_pattern=AD", ["bad"]),
        ("run_id_prefix_pattern=good_", ["good_0", "good_1", "good_2"]),
        ("conf_contains=s1", ["good_1"]),
        ("duration_gt=1&duration_lt=59", ["bad"]),
        ("duration_gte=1000", []),
        ("dag_version=1&limit=1", ["good_0"]),
        ("dag_version=2", []),
        ("start_date_lt=2000-01-01T00:00:00Z", []),
        ("run_after_gte=2000-01-01T00:00:00Z&limit=1", ["good_0"]),
        ("partition_key_pattern=x", []),
        ("run_type=asset_materialization", []),
    ],
)
def test_runs_are_filtered(five: Api, query: str, found: list[str]) -> None:
    assert names(five, f"{RUNS}?{query}") == found


def test_a_cursor_walks_through_all_runs_and_back(five: Api) -> None:
    def pages() -> Iterator[dict[str, Any]]:
        cursor: str | None = ""
        while cursor is not None:
            page = five.good("GET", EVERY, params={"cursor": cursor, "limit": 2})
            yield page
            cursor = page["next_cursor"]

    found = list(pages())
    assert [run["dag_run_id"] for page in found for run in page["dag_runs"]] == [
        *("good_0", "good_1", "good_2", "bad", "elsewhere"),
    ]
    assert [page["total_entries"] for page in found] == [None] * 3
    back = {"cursor": found[2]["previous_cursor"], "limit": 2}
    assert names(five, EVERY, params=back) == ["good_2", "bad"]
    assert "cursor" in five.bad(422, "GET", f"{RUNS}?cursor={found[0]['next_cursor']}")
    assert "cursor" in five.bad(422, "GET", f"{EVERY}?cursor=nonsense")


@pytest.mark.parametrize(
    "query",
    [
        *("limit=x", "limit=-1", "limit=1001", "offset=1.5", "state=done", "order_by=colour"),
        *("start_date_gte=2026-01-01T00:00:00", "duration_gt=long", "colour=red", "run_type=odd"),
        "dag_version=-1",
    ],
)
def test_a_wrong_parameter_is_named(five: Api, query: str) -> None:
    assert five.bad(422, "GET", f"{RUNS}?{query}").startswith(query.partition("=")[0])


def test_a_body_asks_for_the_same(five: Api) -> None:
    def asked(path: str, body: Any) -> list[str]:
        return [run["dag_run_id"] for run in five.good("POST", path, body)["dag_runs"]]

    everywhere = f"{EVERY}/list"
    assert asked(everywhere, {"states": ["failed"]}) == ["bad"]
    assert asked(everywhere, {"dag_ids": ["other"]}) == ["elsewhere"]
    assert asked(everywhere, {"order_by": "-id", "page_limit": 1, "page_offset": 1}) == ["bad"]
    assert asked(f"{RUNS}/list", {"duration_gte": 31.0, "conf_contains": "s2"}) == ["good_2"]
    assert "page_limit" in five.bad(422, "POST", everywhere, {"page_limit": -1})
    assert "colour" in five.bad(422, "POST", everywhere, {"colour": "red"})


def test_one_sees_the_runs_of_the_dags_that_one_may_see(five: Api) -> None:
    five.principal = reader("can_read:DAG Runs", "can_read:DAG:other")
    assert names(five, EVERY) == ["elsewhere"]
    assert "lacks can_read" in five.bad(403, "GET", RUNS)
    assert "sales" in five.bad(403, "POST", f"{EVERY}/list", {"dag_ids": ["other", "sales"]})


def test_conf_that_looks_secret_is_masked(api: Api) -> None:
    api.good("POST", RUNS, {"dag_run_id": "mine", "conf": {"password": "hunter2", "n": 1}})
    assert api.good("GET", f"{RUNS}/mine")["conf"] == {"password": "***", "n": 1}
    (listed,) = api.good("GET", RUNS)["dag_runs"]
    assert listed["conf"] == {"password": "***", "n": 1}
