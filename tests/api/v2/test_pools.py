"""Pools by ``/api/v2``."""

from datetime import timedelta
from typing import Any

import pytest
from tests.api.conftest import Api

POOLS = "/api/v2/pools"


@pytest.fixture
def filled(api: Api) -> Api:
    """Two pools beside the default one."""
    for name, slots in (("lake", 3), ("a/b", -1)):
        api.good("POST", POOLS, {"name": name, "slots": slots, "description": f"the {name}"})
    return api


def names(api: Api, query: str = "") -> list[str]:
    return [each["name"] for each in api.good("GET", f"{POOLS}?{query}")["pools"]]


def test_a_pool_is_made_changed_renamed_and_deleted(api: Api) -> None:
    made = api("POST", POOLS, {"name": "lake", "slots": 3})
    assert (made.status_code, made.json()["open_slots"]) == (201, 3)
    assert "already" in api.bad(409, "POST", POOLS, {"name": "lake", "slots": 3})
    changed = api.good("PATCH", f"{POOLS}/lake", {"slots": 5, "include_deferred": True})
    assert (changed["slots"], changed["include_deferred"]) == (5, True)
    worded = api.good("PATCH", f"{POOLS}/lake", {"description": "deep"})
    assert (worded["slots"], worded["description"]) == (5, "deep")
    sea = api.good("PATCH", f"{POOLS}/lake", {"pool": "sea"})
    assert (sea["name"], sea["slots"], sea["description"]) == ("sea", 5, "deep")
    api.bad(404, "GET", f"{POOLS}/lake")
    assert api("DELETE", f"{POOLS}/sea").status_code == 204
    api.bad(404, "DELETE", f"{POOLS}/sea")
    api.bad(404, "PATCH", f"{POOLS}/sea", {"slots": 1})


def test_a_pool_can_not_take_the_name_of_another(filled: Api) -> None:
    assert "already" in filled.bad(409, "PATCH", f"{POOLS}/lake", {"name": "a/b"})
    assert filled.good("GET", f"{POOLS}/a/b")["slots"] == -1


def test_of_the_default_pool_only_the_numbers_change(api: Api) -> None:
    found = api.good("PATCH", f"{POOLS}/default_pool", {"slots": 7})
    assert found["slots"] == 7
    for wrong in ({"name": "other"}, {"description": "mine"}):
        assert "default_pool" in api.bad(422, "PATCH", f"{POOLS}/default_pool", wrong)
    assert "default_pool" in api.bad(422, "DELETE", f"{POOLS}/default_pool")


def test_a_mask_says_what_is_changed(filled: Api) -> None:
    body = {"slots": 9, "description": "new"}
    found = filled.good("PATCH", f"{POOLS}/lake?update_mask=slots", body)
    assert (found["slots"], found["description"]) == (9, "the lake")
    filled.bad(422, "PATCH", f"{POOLS}/lake?update_mask=depth", body)


def test_a_pool_counts_what_its_slots_are_used_for(api: Api) -> None:
    api.stage.trigger("sales")
    api.stage.play(timedelta(seconds=5))
    found = api.good("GET", f"{POOLS}/default_pool")
    assert (found["running_slots"], found["occupied_slots"], found["queued_slots"]) == (1, 1, 0)
    assert found["open_slots"] == found["slots"] - 1
    unlimited = api.good("PATCH", f"{POOLS}/default_pool", {"slots": -1})
    assert unlimited["open_slots"] == -1


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", ["a/b", "default_pool", "lake"]),
        ("order_by=-name", ["lake", "default_pool", "a/b"]),
        ("order_by=slots", ["a/b", "lake", "default_pool"]),
        ("limit=1&offset=1", ["default_pool"]),
        ("pool_name_pattern=l", ["default_pool", "lake"]),
        ("pool_name_prefix_pattern=l", ["lake"]),
    ],
)
def test_pools_are_listed(filled: Api, query: str, wanted: list[str]) -> None:
    assert names(filled, query) == wanted


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"slots": 1}, "name"),
        ({"name": "", "slots": 1}, "name"),
        ({"name": "x" * 257, "slots": 1}, "name"),
        ({"name": "x"}, "slots"),
        ({"name": "x", "slots": -2}, "slots"),
        ({"name": "x", "slots": 2**31}, "slots"),
        ({"name": "x", "slots": 1.5}, "slots"),
        ({"name": "x", "slots": 1, "include_deferred": None}, "include_deferred"),
    ],
)
def test_what_can_not_be_is_refused(api: Api, body: Any, field: str) -> None:
    assert field in api.bad(422, "POST", POOLS, body)
    assert names(api) == ["default_pool"]


def test_many_are_changed_each_for_itself(filled: Api) -> None:
    actions = [
        {
            "action": "create",
            "action_on_existence": "overwrite",
            "entities": [{"name": "sea", "slots": 1}, {"name": "lake", "slots": 4}],
        },
        {
            "action": "update",
            "update_mask": ["slots"],
            "entities": [{"name": "a/b", "slots": 8}, {"name": "none", "slots": 1}],
        },
        {"action": "delete", "entities": ["default_pool", "none"]},
    ]
    done = filled.good("PATCH", POOLS, {"actions": actions})
    assert done["create"] == {"success": ["sea", "lake"], "errors": []}
    assert done["update"]["success"] == ["a/b"]
    assert [each["status_code"] for each in done["update"]["errors"]] == [404]
    refused = [(each["name"], each["status_code"]) for each in done["delete"]["errors"]]
    assert [name for name, _ in refused] == ["default_pool", "none"]
    found = filled.good("GET", f"{POOLS}/a/b")
    assert (found["slots"], found["description"]) == (8, "the a/b")
    assert filled.good("GET", f"{POOLS}/lake")["slots"] == 4
