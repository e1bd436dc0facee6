"""Backfills by ``/api/v2``: from the dry run to the end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.api.conftest import Api

from narae.accounts.permissions import Action, Permission, Principal, PrincipalKind, Resource
from narae.core.spec import DagSpec, TaskSpec
from narae.core.timetables.spec import CronInterval

BACKFILLS = "/api/v2/backfills"
DAILY = DagSpec(
    dag_id="daily",
    timetable=CronInterval(expression="0 0 * * *"),
    start_date=datetime(2025, 12, 1, tzinfo=UTC),
    catchup=False,
    tasks=(TaskSpec(task_id="a", operator="X"),),
)
WISH = {
    "dag_id": "daily",
    "from_date": "2025-12-10T00:00:00Z",
    "to_date": "2025-12-13T00:00:00Z",
    "max_active_runs": 1,
}


@pytest.fixture
def daily(api: Api) -> Api:
    """A DAG with a past, whose latest run is over."""
    api.stage.add_dag(DAILY, file="daily.py")
    api.stage.play()
    return api


def dates(listed: Any) -> list[str]:
    return [each["logical_date"][:10] for each in listed["backfills"]]


def test_a_dry_run_says_which_runs_it_would_make_and_makes_none(daily: Api) -> None:
    planned = daily.good("POST", f"{BACKFILLS}/dry_run", WISH)
    assert planned["total_entries"] == len(planned["backfills"])
    assert dates(planned)[0] == "2025-12-10"
    assert all(each["left_out"] is None for each in planned["backfills"])
    back = daily.good("POST", f"{BACKFILLS}/dry_run", WISH | {"run_backwards": True})
    assert dates(back) == list(reversed(dates(planned)))
    assert daily.good("GET", BACKFILLS) == {"backfills": [], "total_entries": 0}


def test_a_backfill_lives_until_its_runs_are_over(daily: Api) -> None:
    planned = daily.good("POST", f"{BACKFILLS}/dry_run", WISH)
    backfill = daily.good("POST", BACKFILLS, WISH)
    one = f"{BACKFILLS}/{backfill['id']}"
    assert (backfill["state"], backfill["is_paused"], backfill["completed_at"]) == (
        *("running", False, None),
    )
    assert (backfill["runs"], backfill["runs_left_out"]) == (planned["total_entries"], 0)
    assert "number" in daily.bad(409, "POST", BACKFILLS, WISH)
    daily.stage.play(timedelta(minutes=10))
    ended = daily.good("GET", one)
    assert ended["completed_at"] is not None
    assert ended["runs_started"] == ended["runs"] > 2
    for step in ("cancel", "pause"):
        assert "backfill" in daily.bad(409, "PUT", f"{one}/{step}")
    runs = daily.good("GET", "/api/v2/dags/daily/dagRuns?run_type=backfill")["dag_runs"]
    assert {run["state"] for run in runs} == {"success"}
    assert len(runs) == ended["runs"]
    again = daily.good("POST", BACKFILLS, WISH | {"max_active_runs": 5})
    assert (again["runs"], again["runs_left_out"]) == (0, ended["runs"])


def test_a_held_backfill_starts_no_run_and_a_cancelled_one_ends(daily: Api) -> None:
    backfill = daily.good("POST", BACKFILLS, WISH)
    one = f"{BACKFILLS}/{backfill['id']}"
    held = daily.good("PUT", f"{one}/pause")
    assert (held["is_paused"], held["state"]) == (True, "paused")
    assert daily.good("PUT", f"{one}/pause") == held
    daily.stage.play(timedelta(minutes=10))
    assert daily.good("GET", one)["runs_started"] <= 1
    going = daily.good("PUT", f"{one}/unpause")
    assert (going["is_paused"], going["state"]) == (False, "running")
    ended = daily.good("PUT", f"{one}/cancel")
    assert ended["state"] == "cancelled"
    assert ended["completed_at"] is not None
    assert daily.good("GET", f"{BACKFILLS}?active=true")["backfills"] == []


def test_backfills_are_listed(daily: Api) -> None:
    first = daily.good("POST", BACKFILLS, WISH)["id"]
    daily.good("PUT", f"{BACKFILLS}/{first}/cancel")
    second = daily.good("POST", BACKFILLS, WISH)["id"]
    for query, wanted in (
        ("", [first, second]),
        ("order_by=-id", [second, first]),
        ("active=true", [second]),
        ("active=false", [first]),
        ("dag_id=daily&limit=1", [first]),
        ("dag_id=sales", []),
        ("offset=1", [second]),
    ):
        listed = daily.good("GET", f"{BACKFILLS}?{query}")
        assert [each["id"] for each in listed["backfills"]] == wanted, query


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"dag_id": "none"}, 404, "none"),
        ({"dag_id": "sales"}, 422, "backfill"),
        ({"from_date": "2025-12-10"}, 422, "from_date"),
        ({"to_date": "2025-12-01T00:00:00"}, 422, "to_date"),
        ({"to_date": "2025-12-01T00:00:00Z"}, 422, "to_date: 2025-12-01T00:00:00+00:00 is before"),
        ({"max_active_runs": 0}, 422, "max_active_runs"),
        ({"reprocess_behavior": "all"}, 422, "reprocess_behavior"),
        ({"dag_run_conf": [1]}, 422, "dag_run_conf"),
        ({"colour": "red"}, 422, "colour"),
    ],
)
def test_a_wrong_wish_is_refused(daily: Api, change: Any, status: int, words: str) -> None:
    for path in (BACKFILLS, f"{BACKFILLS}/dry_run"):
        assert words in daily.bad(status, "POST", path, WISH | change)
    assert daily.good("GET", BACKFILLS)["backfills"] == []


@pytest.mark.parametrize("wrong", ["0", "7", "x", "99999999999999999999"])
def test_a_backfill_that_is_not_there(daily: Api, wrong: str) -> None:
    daily.bad(404, "GET", f"{BACKFILLS}/{wrong}")
    for step in ("pause", "unpause", "cancel"):
        daily.bad(404, "PUT", f"{BACKFILLS}/{wrong}/{step}")


def test_a_backfill_of_a_foreign_dag_is_not_there(daily: Api) -> None:
    made = daily.good("POST", BACKFILLS, WISH)["id"]
    daily.principal = Principal(
        username="min",
        kind=PrincipalKind.USER,
        permissions=frozenset(
            {
                *(Permission(action, Resource.BACKFILL) for action in Action),
                *(Permission(action, Resource.DAG, "sales") for action in Action),
            }
        ),
    )
    assert daily.good("GET", BACKFILLS) == {"backfills": [], "total_entries": 0}
    daily.bad(404, "GET", f"{BACKFILLS}/{made}")
    daily.bad(404, "PUT", f"{BACKFILLS}/{made}/cancel")
    assert "daily" in daily.bad(403, "POST", BACKFILLS, WISH)
    assert "daily" in daily.bad(403, "POST", f"{BACKFILLS}/dry_run", WISH)
