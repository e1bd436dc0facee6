"""XComs by ``/api/v2``: listed, read, written by hand."""

from datetime import timedelta
from typing import Any

import pytest
from tests.api.conftest import Api

RUNS = "/api/v2/dags/shop/dagRuns"
BUY = f"{RUNS}/one/taskInstances/buy/xcomEntries"


@pytest.fixture
def done(shop: Api) -> Api:
    """Two runs that are over; the second's ``buy`` failed and left nothing."""
    shop.stage.trigger("shop", run_id="one")
    shop.stage.play(timedelta(minutes=10))
    shop.failing.add("buy")
    shop.stage.trigger("shop", run_id="two")
    shop.stage.play(timedelta(minutes=10))
    return shop


def listed(api: Api, path: str) -> list[tuple[str, int, str]]:
    return [
        (each["task_id"], each["map_index"], each["key"])
        for each in api.good("GET", path)["xcom_entries"]
    ]


def test_entries_are_listed_without_their_values(done: Api) -> None:
    (entry,) = done.good("GET", BUY)["xcom_entries"]
    assert (entry["key"], entry["run_id"], entry["dag_display_name"]) == (
        *("return_value", "one", "The shop"),
    )
    assert "value" not in entry
    sell = f"{RUNS}/one/taskInstances/sell/xcomEntries"
    assert [index for _, index, _ in listed(done, sell)] == [0, 1, 2]
    assert listed(done, f"{sell}?map_index=1") == [("sell", 1, "return_value")]
    assert listed(done, f"{sell}?xcom_key=other") == []
    assert len(listed(done, f"{sell}?xcom_key=~")) == 3
    every = "/api/v2/dags/~/dagRuns/~/taskInstances/~/xcomEntries"
    assert len(listed(done, every)) == 6
    assert len(listed(done, f"{every}?task_id_pattern=tidy&dag_display_name_pattern=SHOP")) == 2
    page = done.good("GET", f"{every}?limit=4&cursor=")
    rest = done.good("GET", every, params={"limit": 4, "cursor": page["next_cursor"]})
    assert (len(page["xcom_entries"]), len(rest["xcom_entries"])) == (4, 2)


def test_a_value_comes_native_or_as_text_with_secrets_masked(done: Api) -> None:
    value = done.good("GET", f"{BUY}/return_value")["value"]
    assert (value["rows"], value["password"]) == (3, "***")
    assert value["at"] == {"__type__": "date", "value": "2026-01-02"}
    opened = done.good("GET", f"{BUY}/return_value?deserialize=true")["value"]
    assert opened["at"] == "2026-01-02"
    text = done.good("GET", f"{BUY}/return_value?stringify=true&deserialize=true")["value"]
    assert text == '{"rows":3,"password":"***","at":"2026-01-02"}'


def test_an_entry_of_an_earlier_run_is_found_when_asked_for(done: Api) -> None:
    path = f"{RUNS}/two/taskInstances/buy/xcomEntries/return_value"
    assert "return_value" in done.bad(404, "GET", path)
    assert done.good("GET", f"{path}?include_prior_dates=true")["run_id"] == "one"


def test_people_may_write_entries(done: Api) -> None:
    made = done("POST", BUY, {"key": "by/hand", "value": [1, {"a": None}]})
    assert (made.status_code, made.json()["value"]) == (201, [1, {"a": None}])
    assert "by/hand" in done.bad(409, "POST", BUY, {"key": "by/hand", "value": 1})
    changed = done.good("PATCH", f"{BUY}/by/hand", {"value": "x"})
    assert changed["value"] == "x"
    assert done("DELETE", f"{BUY}/by/hand").status_code == 204
    done.bad(404, "DELETE", f"{BUY}/by/hand")
    done.bad(404, "PATCH", f"{BUY}/by/hand", {"value": 1})
    mapped = f"{RUNS}/one/taskInstances/sell/xcomEntries"
    made = done.good("POST", mapped, {"key": "k", "value": 1, "map_index": 2})
    assert made["map_index"] == 2


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"key": "k"}, 422, "value"),
        ({"value": 1}, 422, "key"),
        ({"key": "", "value": 1}, 422, "key"),
        ({"key": "k", "value": {"__type__": "date", "value": "x"}}, 422, "value"),
        ({"key": "k", "value": 1, "map_index": 7}, 404, "no instance 7"),
        ({"key": "k", "value": 1, "colour": "red"}, 422, "colour"),
    ],
)
def test_a_wrong_entry_is_refused(done: Api, body: Any, status: int, words: str) -> None:
    assert words in done.bad(status, "POST", BUY, body)


def test_a_running_task_writes_its_own_entries(shop: Api) -> None:
    shop.stage.trigger("shop", run_id="one")
    shop.stage.play(timedelta(seconds=5))
    assert "running" in shop.bad(409, "POST", BUY, {"key": "k", "value": 1})


def test_what_is_not_there_is_named(done: Api) -> None:
    done.bad(404, "GET", f"{BUY}/nothing")
    done.bad(404, "GET", f"{RUNS}/nothing/taskInstances/buy/xcomEntries")
    assert "'buy'" in done.bad(404, "GET", f"{RUNS}/one/taskInstances/bye/xcomEntries")
    assert "order_by" in done.bad(422, "GET", f"{BUY}?order_by=colour")
