"""Connections by ``/api/v2``: what they hide, and how they are changed nevertheless."""

import json
from typing import Any

import pytest
from tests.api.conftest import Api

CONNECTIONS = "/api/v2/connections"
EXTRA = {"host": "eu", "api_key": "k3y", "deep": {"token": "t0k", "list": [{"secret": "s"}, 1]}}
SHOP = {
    "connection_id": "shop",
    "conn_type": "postgres",
    "host": "db",
    "login": "ann",
    "password": "hunter2",
    "schema": "public",
    "port": 5432,
    "extra": json.dumps(EXTRA),
    "description": "the shop's",
}


@pytest.fixture
def shop(api: Api) -> Api:
    """One connection with secrets, and one without."""
    api.good("POST", CONNECTIONS, SHOP)
    api.good("POST", CONNECTIONS, {"connection_id": "a/b", "conn_type": "http"})
    return api


def stored(api: Api, conn_id: str = "shop") -> Any:
    found = api.store.connection(conn_id)
    assert found is not None
    return found


def ids(api: Api, query: str = "") -> list[str]:
    found = api.good("GET", f"{CONNECTIONS}?{query}")["connections"]
    return [each["connection_id"] for each in found]


def test_a_connection_shows_no_secret(shop: Api) -> None:
    found = shop.good("GET", f"{CONNECTIONS}/shop")
    shown = {name: found[name] for name in SHOP if name not in {"password", "extra"}}
    assert shown == {name: SHOP[name] for name in shown}
    assert found["password"] == "***"
    assert json.loads(found["extra"]) == {
        "host": "eu",
        "api_key": "***",
        "deep": {"token": "***", "list": [{"secret": "***"}, 1]},
    }
    plain = shop.good("GET", f"{CONNECTIONS}/a/b")
    assert (plain["password"], plain["extra"], plain["port"]) == (None, None, None)
    assert "hunter2" not in shop("GET", CONNECTIONS).text


@pytest.mark.parametrize("extra", ["plain words", '"words"', "17", "{broken"])
def test_an_extra_without_names_is_hidden_wholly(api: Api, extra: str) -> None:
    made = api.good("POST", CONNECTIONS, {**SHOP, "extra": extra})
    assert made["extra"] == "***"
    api.good("PATCH", f"{CONNECTIONS}/shop", {**SHOP, "password": "***", "extra": "***"})
    assert (stored(api).extra, stored(api).password) == (extra, "hunter2")


def test_what_was_hidden_comes_back_as_it_was(shop: Api) -> None:
    found = shop.good("GET", f"{CONNECTIONS}/shop")
    found["host"] = "db2"
    found["extra"] = found["extra"].replace('"eu"', '"us"')
    changed = shop.good("PATCH", f"{CONNECTIONS}/shop", _body(found))
    assert changed["host"] == "db2"
    assert stored(shop).password == "hunter2"
    assert json.loads(stored(shop).extra) == {**EXTRA, "host": "us"}


def _body(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != "team_name"}


def test_secrets_are_replaced_and_taken_away(shop: Api) -> None:
    body = {**SHOP, "password": "new", "extra": '{"api_key": "other", "added": "***"}'}
    shop.good("PATCH", f"{CONNECTIONS}/shop", body)
    assert stored(shop).password == "new"
    assert json.loads(stored(shop).extra) == {"api_key": "other", "added": "***"}
    gone = {**SHOP, "password": None, "extra": None}
    found = shop.good("PATCH", f"{CONNECTIONS}/shop", gone)
    assert (found["password"], found["extra"]) == (None, None)
    assert (stored(shop).password, stored(shop).extra) == (None, None)


def test_a_mask_says_what_is_changed(shop: Api) -> None:
    body = {**SHOP, "host": "db3", "password": "new", "login": "bob"}
    changed = shop.good("PATCH", f"{CONNECTIONS}/shop?update_mask=host,login", body)
    assert (changed["host"], changed["login"]) == ("db3", "bob")
    assert stored(shop).password == "hunter2"
    shop.bad(422, "PATCH", f"{CONNECTIONS}/shop?update_mask=hoost", body)
    assert "can't be changed" in shop.bad(422, "PATCH", f"{CONNECTIONS}/a/b", body)
    none = {**SHOP, "connection_id": "none"}
    shop.bad(404, "PATCH", f"{CONNECTIONS}/none", none)


def test_a_connection_is_made_once_and_deleted(shop: Api) -> None:
    assert "already" in shop.bad(409, "POST", CONNECTIONS, SHOP)
    assert shop("DELETE", f"{CONNECTIONS}/a/b").status_code == 204
    shop.bad(404, "DELETE", f"{CONNECTIONS}/a/b")
    shop.bad(404, "GET", f"{CONNECTIONS}/a/b")
    assert ids(shop) == ["shop"]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", ["a/b", "shop"]),
        ("order_by=-connection_id", ["shop", "a/b"]),
        ("order_by=conn_type", ["a/b", "shop"]),
        ("limit=1&offset=1", ["shop"]),
        ("connection_id_pattern=sh", ["shop"]),
        ("connection_id_prefix_pattern=a/", ["a/b"]),
    ],
)
def test_connections_are_listed(shop: Api, query: str, wanted: list[str]) -> None:
    assert ids(shop, query) == wanted


def test_a_list_that_has_not_changed_is_not_sent_again(shop: Api) -> None:
    tag = shop("GET", CONNECTIONS).headers["etag"]
    assert shop("GET", CONNECTIONS, headers={"If-None-Match": tag}).status_code == 304
    shop.good("PATCH", f"{CONNECTIONS}/shop", {**SHOP, "host": "elsewhere"})
    assert shop("GET", CONNECTIONS, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"connection_id": "a b"}, "connection_id"),
        ({"connection_id": ""}, "connection_id"),
        ({"conn_type": ""}, "conn_type"),
        ({"port": 65536}, "port"),
        ({"port": "5432"}, "port"),
        ({"extra": {"a": 1}}, "extra"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_can_not_be_is_refused(api: Api, change: Any, field: str) -> None:
    words = api.bad(422, "POST", CONNECTIONS, SHOP | change)
    assert field in words
    assert "hunter2" not in words
    assert ids(api) == []


def test_many_are_changed_each_for_itself(shop: Api) -> None:
    new, other = {**SHOP, "connection_id": "new"}, {**SHOP, "connection_id": "none"}
    actions = [
        {"action": "create", "entities": [new, SHOP]},
        {"action": "update", "entities": [{**SHOP, "host": "db9", "password": "***"}, other]},
        {"action": "delete", "entities": ["a/b", "none"]},
    ]
    done = shop.good("PATCH", CONNECTIONS, {"actions": actions})
    for action, success, (name, status) in (
        ("create", ["new"], ("shop", 409)),
        ("update", ["shop"], ("none", 404)),
        ("delete", ["a/b"], ("none", 404)),
    ):
        assert done[action]["success"] == success
        (refused,) = done[action]["errors"]
        assert (refused["name"], refused["status_code"]) == (name, status)
        assert "hunter2" not in refused["error"]
    assert ids(shop) == ["new", "shop"]
    assert (stored(shop).host, stored(shop).password) == ("db9", "hunter2")


def test_the_server_runs_no_hooks_to_test_a_connection(shop: Api) -> None:
    for path in ("test", "enqueue-test"):
        words = shop.bad(501, "POST", f"{CONNECTIONS}/{path}", SHOP)
        assert "hunter2" not in words
    shop.bad(404, "GET", f"{CONNECTIONS}/enqueue-test")
    assert "comes with none" in shop.bad(501, "POST", f"{CONNECTIONS}/defaults")


def test_the_event_log_tells_of_changes_without_secrets(shop: Api) -> None:
    shop.good("PATCH", f"{CONNECTIONS}/shop", {**SHOP, "password": "n3wer"})
    shop("DELETE", f"{CONNECTIONS}/shop")
    answer = shop("GET", "/api/v2/eventLogs")
    told = [(each["event"], json.loads(each["extra"])) for each in answer.json()["event_logs"]]
    events = [(event, more.get("connection")) for event, more in told if "connection" in more]
    assert events == [
        ("post_connection", "shop"),
        ("post_connection", "a/b"),
        ("patch_connection", "shop"),
        ("delete_connection", "shop"),
    ]
    assert ["password"] in [more.get("secrets_changed") for _, more in told]
    for secret in ("hunter2", "n3wer", "k3y", "t0k"):
        assert secret not in answer.text
