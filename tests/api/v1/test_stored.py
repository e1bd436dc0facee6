"""Variables, connections and pools by ``/api/v1``."""

from typing import Any

import pytest
from tests.api.conftest import Api

VARIABLES = "/api/v1/variables"
CONNECTIONS = "/api/v1/connections"
POOLS = "/api/v1/pools"


def test_a_variable_is_made_replaced_changed_and_deleted(api: Api) -> None:
    first = api.good("POST", VARIABLES, {"key": "a", "value": "1", "description": "d"})
    assert first == {"key": "a", "value": "1", "description": "d"}
    api.good("POST", VARIABLES, {"key": "a", "value": "2"})
    assert api.good("GET", f"{VARIABLES}/a")["value"] == "2"
    body = {"key": "a", "value": "3", "description": "e"}
    masked = api.good("PATCH", f"{VARIABLES}/a?update_mask=description", body)
    assert (masked["value"], masked["description"]) == ("2", "e")
    assert api.good("PATCH", f"{VARIABLES}/a", body)["value"] == "3"
    assert api("DELETE", f"{VARIABLES}/a").status_code == 204
    api.bad(404, "DELETE", f"{VARIABLES}/a")
    api.bad(404, "GET", f"{VARIABLES}/a")
    api.bad(404, "PATCH", f"{VARIABLES}/a", body)


def test_variables_are_listed_in_order_and_secrets_are_hidden(api: Api) -> None:
    for key, value in (("b", "1"), ("a", '{"password": "p", "x": 1}'), ("api_token", "s3cr3t")):
        api.good("POST", VARIABLES, {"key": key, "value": value})
    page = api.good("GET", f"{VARIABLES}?order_by=-key&limit=2")
    assert [row["key"] for row in page["variables"]] == ["b", "api_token"]
    assert page["total_entries"] == 3
    assert "s3cr3t" not in api("GET", VARIABLES).text
    assert api.good("GET", f"{VARIABLES}/a")["value"] == '{"password": "***", "x": 1}'


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", VARIABLES, {"key": "a"}, "value"),
        ("POST", VARIABLES, {"key": "a", "value": 3}, "value"),
        ("PATCH", f"{VARIABLES}/a", {"key": "b", "value": "3"}, "can't be changed"),
        ("PATCH", f"{VARIABLES}/a?update_mask=fish", {"value": "3"}, "update_mask"),
        ("GET", f"{VARIABLES}?order_by=fish", None, "order_by"),
        ("POST", CONNECTIONS, {"connection_id": "y"}, "conn_type"),
        ("POST", CONNECTIONS, {"connection_id": "bad id!", "conn_type": "x"}, "connection_id"),
        ("POST", CONNECTIONS, {"connection_id": "y", "conn_type": "x", "port": "1"}, "port"),
        ("POST", POOLS, {"name": "p"}, "slots"),
        ("POST", POOLS, {"name": "p", "slots": -2}, "slots"),
        ("POST", POOLS, {"name": "p", "slots": 1, "occupied_slots": 1}, "occupied_slots"),
        ("PATCH", f"{POOLS}/default_pool", {"name": "x"}, "default_pool"),
        ("DELETE", f"{POOLS}/default_pool", None, "default_pool"),
    ],
)
def test_what_can_not_be_is_refused_with_400(
    api: Api, method: str, path: str, body: Any, words: str
) -> None:
    api.good("POST", VARIABLES, {"key": "a", "value": "1"})
    assert words in api.bad(400, method, path, body)


def test_a_connection_never_shows_its_password(api: Api) -> None:
    made = api.good(
        "POST",
        CONNECTIONS,
        {
            "connection_id": "x",
            "conn_type": "http",
            "host": "h",
            "login": "l",
            "password": "fish-p4ss",
            "port": 1,
            "schema": "s",
            "extra": '{"password": "fish-3xtra", "a": 2}',
        },
    )
    assert "password" not in made
    assert made["extra"] == '{"password": "***", "a": 2}'
    assert "extra" not in api.good("GET", CONNECTIONS)["connections"][0]
    assert "fish-" not in api("GET", f"{CONNECTIONS}/x").text
    assert api.store.connection("x").password == "fish-p4ss"  # type: ignore[union-attr]


def test_a_connection_is_changed_by_its_fields_or_its_mask(api: Api) -> None:
    api.good("POST", CONNECTIONS, {"connection_id": "x", "conn_type": "http", "host": "h"})
    api.bad(409, "POST", CONNECTIONS, {"connection_id": "x", "conn_type": "http"})
    body = {"connection_id": "x", "conn_type": "ftp", "host": "q"}
    masked = api.good("PATCH", f"{CONNECTIONS}/x?update_mask=host", body)
    assert (masked["conn_type"], masked["host"]) == ("http", "q")
    assert api.good("PATCH", f"{CONNECTIONS}/x", {"conn_type": "ftp"})["host"] == "q"
    api.bad(400, "PATCH", f"{CONNECTIONS}/x", {"connection_id": "z"})
    api.bad(404, "PATCH", f"{CONNECTIONS}/y", {"host": "q"})
    ordered = api.good("GET", f"{CONNECTIONS}?order_by=-connection_id")
    assert [row["connection_id"] for row in ordered["connections"]] == ["x"]
    assert api("DELETE", f"{CONNECTIONS}/x").status_code == 204
    api.bad(404, "DELETE", f"{CONNECTIONS}/x")


def test_what_was_hidden_comes_back_as_it_is(api: Api) -> None:
    extra = '{"token": "fish-3xtra", "a": 1}'
    body = {"connection_id": "x", "conn_type": "http", "password": "fish-p4ss", "extra": extra}
    api.good("POST", CONNECTIONS, body)
    shown = api.good("GET", f"{CONNECTIONS}/x")["extra"]
    changed = {"password": "***", "extra": shown.replace("1", "2")}
    api.good("PATCH", f"{CONNECTIONS}/x", changed)
    stored = api.store.connection("x")
    assert stored is not None
    assert (stored.password, stored.extra) == ("fish-p4ss", '{"token": "fish-3xtra", "a": 2}')
    api.good("POST", VARIABLES, {"key": "api_token", "value": "s3cr3t"})
    api.good("PATCH", f"{VARIABLES}/api_token", {"value": "***", "description": "d"})
    assert api.store.variable("api_token") == "s3cr3t"


def test_a_test_of_a_connection_is_not_built(api: Api) -> None:
    body = {"connection_id": "x", "conn_type": "http"}
    api.bad(501, "POST", f"{CONNECTIONS}/test", body)


def test_a_pool_is_made_changed_and_deleted(api: Api) -> None:
    made = api.good("POST", POOLS, {"name": "p", "slots": 3})
    assert (made["open_slots"], made["occupied_slots"], made["description"]) == (3, 0, None)
    api.bad(409, "POST", POOLS, {"name": "p", "slots": 3})
    assert api.good("PATCH", f"{POOLS}/p", {"name": "q", "slots": 4})["name"] == "q"
    masked = api.good(
        "PATCH",
        f"{POOLS}/q?update_mask=slots,include_deferred",
        {"slots": 5, "description": "d"} | {"include_deferred": True},
    )
    assert (masked["slots"], masked["description"], masked["include_deferred"]) == (5, None, True)
    page = api.good("GET", f"{POOLS}?order_by=-slots")
    assert [row["name"] for row in page["pools"]] == ["default_pool", "q"]
    assert api("DELETE", f"{POOLS}/q").status_code == 204
    api.bad(404, "GET", f"{POOLS}/q")


def test_a_pool_counts_what_runs_in_it(api: Api) -> None:
    api.stage.trigger("sales")
    api.stage.turn()
    found = api.good("GET", f"{POOLS}/default_pool")
    assert found["occupied_slots"] == found["running_slots"] + found["queued_slots"] == 1
    assert found["open_slots"] == 127
