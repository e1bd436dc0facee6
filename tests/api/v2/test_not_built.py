"""What Narae does not have yet, by ``/api/v2``: empty lists, and writes that say so."""

from typing import Any

import pytest
from tests.api.conftest import Api


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("plugins?limit=3", "plugins"),
        ("plugins/importErrors", "import_errors"),
        ("providers?offset=1", "providers"),
        ("assets?name_pattern=x&only_active=false&dag_ids=a&dag_ids=b", "assets"),
        ("assets/aliases?order_by=-name", "asset_aliases"),
        ("assets/events?timestamp_gte=2026-01-01T00:00:00Z&asset_id=3", "asset_events"),
        ("dags/sales/assets/queuedEvents", "queued_events"),
    ],
)
def test_lists_are_empty(api: Api, path: str, name: str) -> None:
    assert api.good("GET", f"/api/v2/{path}") == {name: [], "total_entries": 0}


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("assets?order_by=colour", "order_by"),
        ("assets?limit=x", "limit"),
        ("assets/events?timestamp_gt=2026-01-01", "timestamp_gt"),
        ("plugins?colour=red", "colour"),
        ("dags/sales/assets/queuedEvents?before=now", "before"),
    ],
)
def test_a_wrong_question_is_refused_nevertheless(api: Api, path: str, field: str) -> None:
    assert field in api.bad(422, "GET", f"/api/v2/{path}")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "assets/events", {"asset_id": 1, "extra": {"a": 1}}),
        ("POST", "assets/1/materialize", {"dag_run_id": "one"}),
        ("POST", "assets/1/materialize", None),
        ("PUT", "assets/1/state-store/a/b", {"value": [1]}),
    ],
)
def test_writes_say_that_it_is_not_built(api: Api, method: str, path: str, body: Any) -> None:
    assert "asset" in api.bad(501, method, f"/api/v2/{path}", body)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", f"assets/{tail}") for tail in ("1", "aliases/1", "1/queuedEvents", "x")),
        *((method, "assets/1/state-store") for method in ("GET", "DELETE")),
        *((method, "assets/1/state-store/key") for method in ("GET", "DELETE")),
        ("DELETE", "assets/1/queuedEvents"),
        *((method, "dags/sales/assets/1/queuedEvents") for method in ("GET", "DELETE")),
        *((method, "dags/none/assets/queuedEvents") for method in ("GET", "DELETE")),
    ],
)
def test_single_things_are_not_there(api: Api, method: str, path: str) -> None:
    api.bad(404, method, f"/api/v2/{path}")


def test_there_is_nothing_to_forget(api: Api) -> None:
    assert api("DELETE", "/api/v2/dags/sales/assets/queuedEvents").status_code == 204


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("assets/events", {"asset_id": "x"}, "asset_id"),
        ("assets/events", {}, "asset_id"),
        ("assets/1/materialize", {"logical_date": "2026-01-01"}, "logical_date"),
        ("assets/1/materialize", {"conf": []}, "conf"),
    ],
)
def test_a_wrong_body_is_said_first(api: Api, path: str, body: Any, field: str) -> None:
    assert field in api.bad(422, "POST", f"/api/v2/{path}", body)
