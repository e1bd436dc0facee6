"""The event log by ``/api/v2``."""

from typing import Any

import pytest
from tests.api.conftest import Api

from narae.accounts.permissions import Action, Permission, Principal, PrincipalKind, Resource

LOGS = "/api/v2/eventLogs"


@pytest.fixture
def told(api: Api) -> Api:
    """What a few people did: to a pool, and to two DAGs."""
    api.good("POST", "/api/v2/pools", {"name": "lake", "slots": 3})
    api.good("PATCH", "/api/v2/pools/lake", {"slots": 4})
    api.stage.clock.advance_to(api.stage.clock.now().replace(hour=13))
    api.principal = Principal(
        username="ann", kind=PrincipalKind.USER, permissions=api.principal.permissions
    )
    for dag_id in ("sales", "other"):
        api.good("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": True})
    api.good("POST", "/api/v2/dags/sales/dagRuns", {"dag_run_id": "one", "logical_date": None})
    return api


def found(api: Api, query: str = "") -> list[tuple[str, str | None]]:
    return [(e["event"], e["dag_id"]) for e in _entries(api, query)]


def _entries(api: Api, query: str = "") -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = api.good("GET", f"{LOGS}?{query}")["event_logs"]
    return entries


def test_entries_say_who_did_what_to_what_and_from_where(told: Api) -> None:
    events = _entries(told)
    by = {(each["event"], each["dag_id"]): each for each in events}
    pool = by["patch_pool", None]
    assert (pool["before"]["slots"], pool["after"]["slots"]) == (3, 4)
    assert (pool["owner"], pool["origin"]) == ("anyone", "testclient")
    dag = next(each for each in events if each["dag_id"] == "sales")
    assert dag["owner"] == "ann"
    assert dag["when"].startswith("2026-01-01T13:")
    assert told.good("GET", f"{LOGS}/{dag['event_log_id']}") == dag


@pytest.mark.parametrize("wrong", ["0", "99999", "-1", "x", "99999999999999999999"])
def test_an_entry_that_is_not_there(told: Api, wrong: str) -> None:
    told.bad(404, "GET", f"{LOGS}/{wrong}")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 5),
        ("dag_id=sales", 2),
        ("dag_id=none", 0),
        ("run_id=one", 1),
        ("owner=ann", 3),
        ("event=post_pool", 1),
        ("included_events=post_pool&included_events=patch_pool", 2),
        ("excluded_events=post_pool", 4),
        ("before=2026-01-01T12:30:00Z", 2),
        ("after=2026-01-01T12:30:00%2B00:00", 3),
        ("dag_id_pattern=al", 2),
        ("dag_id_prefix_pattern=o", 1),
        ("owner_prefix_pattern=an", 5),
        ("event_pattern=pool", 2),
        ("task_id=load", 0),
        ("map_index=3", 0),
        ("limit=2&offset=4", 1),
    ],
)
def test_entries_are_filtered(told: Api, query: str, count: int) -> None:
    assert len(found(told, query)) == count


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("before=2026-01-01", "before"),
        ("after=2026-01-01T00:00:00", "after"),
        ("order_by=colour", "order_by"),
        ("limit=-1", "limit"),
        ("map_index=-2", "map_index"),
        ("cursor=nonsense", "cursor"),
        ("colour=red", "colour"),
        ("owner=a&owner=b", "owner"),
    ],
)
def test_a_wrong_question_is_refused(told: Api, query: str, field: str) -> None:
    assert field in told.bad(422, "GET", f"{LOGS}?{query}")


def test_the_latest_come_first_when_asked_for(told: Api) -> None:
    first, last = _entries(told), _entries(told, "order_by=-when")
    assert [e["event_log_id"] for e in last] == [e["event_log_id"] for e in reversed(first)]
    by_event = _entries(told, "order_by=-event")
    assert [each["event"] for each in by_event] == sorted(
        (each["event"] for each in by_event), reverse=True
    )


def test_a_cursor_goes_on_where_a_page_ended_whatever_comes_in_between(told: Api) -> None:
    everything = [each["event_log_id"] for each in _entries(told)]
    page = told.good("GET", f"{LOGS}?limit=2&cursor=")
    seen = [each["event_log_id"] for each in page["event_logs"]]
    assert page["previous_cursor"] is None
    told.good("PATCH", "/api/v2/pools/lake", {"slots": 5})
    for _ in range(9):
        if page["next_cursor"] is None:
            break
        page = told.good("GET", LOGS, params={"limit": 2, "cursor": page["next_cursor"]})
        seen += [each["event_log_id"] for each in page["event_logs"]]
    assert page["next_cursor"] is None
    assert seen[:-1] == everything
    assert len(seen) == len(everything) + 1


def test_who_may_read_one_dag_sees_its_entries_and_those_of_none(told: Api) -> None:
    entry = next(e for e in _entries(told) if e["dag_id"] == "other")
    told.principal = Principal(
        username="min",
        kind=PrincipalKind.USER,
        permissions=frozenset(
            {
                Permission(Action.READ, Resource.AUDIT_LOG),
                Permission(Action.READ, Resource.DAG, "sales"),
            }
        ),
    )
    assert {dag_id for _, dag_id in found(told)} == {None, "sales"}
    told.bad(404, "GET", f"{LOGS}/{entry['event_log_id']}")
