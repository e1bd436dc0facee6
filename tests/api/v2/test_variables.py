"""Variables by ``/api/v2``."""

import json
from typing import Any

import pytest
from tests.api.conftest import Api

from narae.accounts.permissions import Action, Permission, Principal, PrincipalKind, Resource

VARIABLES = "/api/v2/variables"


@pytest.fixture
def filled(api: Api) -> Api:
    """Three variables, one of them secret by its name."""
    for key, value, words in (("color", "blue", None), ("db_password", "hunter2", "of db")):
        api.good("POST", VARIABLES, {"key": key, "value": value, "description": words})
    api.good("POST", VARIABLES, {"key": "a/b", "value": {"x": 1, "token": "t0ps3cret"}})
    return api


def keys(api: Api, query: str = "") -> list[str]:
    return [each["key"] for each in api.good("GET", f"{VARIABLES}?{query}")["variables"]]


def stored(api: Api, key: str) -> str | None:
    value: str | None = api.store.variable(key)
    return value


def test_a_variable_is_made_changed_and_deleted(api: Api) -> None:
    made = api("POST", VARIABLES, {"key": "color", "value": "blue"})
    assert made.status_code == 201
    assert made.json() == {
        "key": "color",
        "value": "blue",
        "description": None,
        "is_encrypted": True,
        "team_name": None,
    }
    assert "already" in api.bad(409, "POST", VARIABLES, {"key": "color", "value": "x"})
    body = {"key": "color", "value": "red", "description": "of the sky"}
    changed = api.good("PATCH", f"{VARIABLES}/color", body)
    assert (changed["value"], changed["description"]) == ("red", "of the sky")
    assert api.good("GET", f"{VARIABLES}/color") == changed
    assert api("DELETE", f"{VARIABLES}/color").status_code == 204
    for method in ("GET", "DELETE"):
        assert "color" in api.bad(404, method, f"{VARIABLES}/color")
    api.bad(404, "PATCH", f"{VARIABLES}/color", {"key": "color", "value": "x"})


def test_a_value_that_is_no_text_is_kept_as_json(api: Api) -> None:
    for value in ([1, 2], {"a": None}, 7, True):
        api.good("POST", VARIABLES, {"key": "it", "value": value})
        assert json.loads(api.good("GET", f"{VARIABLES}/it")["value"]) == value
        api("DELETE", f"{VARIABLES}/it")


def test_secrets_are_shown_as_stars_and_come_back_as_they_were(filled: Api) -> None:
    secret = filled.good("GET", f"{VARIABLES}/db_password")
    assert secret["value"] == "***"
    body = {"key": "db_password", "value": secret["value"], "description": "new words"}
    assert filled.good("PATCH", f"{VARIABLES}/db_password", body)["description"] == "new words"
    assert stored(filled, "db_password") == "hunter2"
    nested = json.loads(filled.good("GET", f"{VARIABLES}/a/b")["value"])
    assert nested == {"x": 1, "token": "***"}
    body = {"key": "a/b", "value": json.dumps(nested | {"x": 2})}
    filled.good("PATCH", f"{VARIABLES}/a/b", body)
    assert json.loads(stored(filled, "a/b") or "") == {"x": 2, "token": "t0ps3cret"}
    filled.good("PATCH", f"{VARIABLES}/db_password", {"key": "db_password", "value": "new"})
    assert stored(filled, "db_password") == "new"


def test_a_mask_says_what_is_changed(filled: Api) -> None:
    body = {"key": "color", "value": "red", "description": "words"}
    changed = filled.good("PATCH", f"{VARIABLES}/color?update_mask=description", body)
    assert (changed["value"], changed["description"]) == ("blue", "words")
    wrong = f"{VARIABLES}/color?update_mask=colour"
    assert "colour" in filled.bad(422, "PATCH", wrong, body)
    less = {"key": "color", "value": "red"}
    assert "not in the body" in filled.bad(
        422, "PATCH", f"{VARIABLES}/color?update_mask=description", less
    )
    assert "can't be changed" in filled.bad(422, "PATCH", f"{VARIABLES}/db_password", body)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", ["a/b", "color", "db_password"]),
        ("order_by=-key", ["db_password", "color", "a/b"]),
        ("limit=1&offset=1", ["color"]),
        ("variable_key_pattern=%25o%25", ["color", "db_password"]),
        ("variable_key_prefix_pattern=db_", ["db_password"]),
        ("variable_key_prefix_pattern=a|c", ["a/b", "color"]),
    ],
)
def test_variables_are_listed(filled: Api, query: str, wanted: list[str]) -> None:
    assert keys(filled, query) == wanted


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"key": "", "value": 1}, "key"),
        ({"key": "x" * 251, "value": 1}, "key"),
        ({"key": "x"}, "value"),
        ({"value": 1}, "key"),
        ({"key": "x", "value": 1, "colour": 1}, "colour"),
        ({"key": "x", "value": 1, "description": "d" * 5001}, "description"),
        ({"key": "x", "value": 1, "team_name": "red"}, "team_name"),
    ],
)
def test_what_can_not_be_is_refused(api: Api, body: Any, field: str) -> None:
    assert field in api.bad(422, "POST", VARIABLES, body)
    assert keys(api) == []


def test_a_list_that_has_not_changed_is_not_sent_again(filled: Api) -> None:
    first = filled("GET", VARIABLES)
    again = {"If-None-Match": first.headers["etag"]}
    same = filled("GET", VARIABLES, headers=again)
    assert (same.status_code, same.content) == (304, b"")
    assert filled("GET", f"{VARIABLES}?limit=1", headers=again).status_code == 200
    filled("DELETE", f"{VARIABLES}/color")
    assert filled("GET", VARIABLES, headers=again).status_code == 200


def test_many_are_changed_each_for_itself(filled: Api) -> None:
    def entity(key: str, value: str = "v") -> dict[str, str]:
        return {"key": key, "value": value}

    actions = [
        {"action": "create", "entities": [entity("new"), entity("color")]},
        {"action": "create", "entities": [entity("color", "over")], "action_on_existence": "skip"},
        {
            "action": "update",
            "entities": [entity("db_password", "***"), entity("none")],
            "update_mask": ["value"],
        },
        {"action": "delete", "entities": ["a/b", "none"], "action_on_non_existence": "skip"},
    ]
    done = filled.good("PATCH", VARIABLES, {"actions": actions})
    assert done["create"]["success"] == ["new"]
    (refused,) = done["create"]["errors"]
    assert (refused["name"], refused["status_code"]) == ("color", 409)
    assert done["update"]["success"] == ["db_password"]
    assert [each["status_code"] for each in done["update"]["errors"]] == [404]
    assert done["delete"] == {"success": ["a/b"], "errors": []}
    assert keys(filled) == ["color", "db_password", "new"]
    assert (stored(filled, "db_password"), stored(filled, "color")) == ("hunter2", "blue")
    over = {"action": "create", "entities": [entity("color")], "action_on_existence": "overwrite"}
    filled.good("PATCH", VARIABLES, {"actions": [over]})
    assert stored(filled, "color") == "v"
    hidden = {**over, "entities": [{"key": "db_password", "value": "***"}]}
    filled.good("PATCH", VARIABLES, {"actions": [hidden]})
    assert stored(filled, "db_password") == "hunter2"
    wrong = {"actions": [{"action": "paint", "entities": []}]}
    assert "paint" in filled.bad(422, "PATCH", VARIABLES, wrong)


def test_many_take_the_rights_of_each_action(filled: Api) -> None:
    edit = Permission(Action.EDIT, Resource.VARIABLE)
    filled.principal = Principal(
        username="min", kind=PrincipalKind.USER, permissions=frozenset({edit})
    )
    for action in (
        {"action": "create", "entities": [{"key": "new", "value": "v"}]},
        {"action": "delete", "entities": ["color"]},
    ):
        words = filled.bad(403, "PATCH", VARIABLES, {"actions": [action]})
        assert f"can_{action['action']}" in words
    assert stored(filled, "color") == "blue"


def test_the_same_key_does_the_same_once(api: Api) -> None:
    body, key = {"key": "color", "value": "blue"}, {"Idempotency-Key": "k-1"}
    first = api("POST", VARIABLES, body, headers=key)
    again = api("POST", VARIABLES, body, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    words = api.bad(422, "POST", VARIABLES, {"key": "other", "value": 1}, headers=key)
    assert "another request" in words
    assert keys(api) == ["color"]
    refused = {"Idempotency-Key": "k-2"}
    api.bad(409, "POST", VARIABLES, body, headers=refused)
    api("DELETE", f"{VARIABLES}/color")
    assert api("POST", VARIABLES, body, headers=refused).status_code == 201
    wrong = {"Idempotency-Key": "a b"}
    assert "Idempotency-Key" in api.bad(422, "POST", VARIABLES, body, headers=wrong)
