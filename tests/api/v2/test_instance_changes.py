"""Task instances by ``/api/v2``: marked, annotated, deleted, one or many."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.api.conftest import Api
from tests.api.v2.conftest import SHOP

RUN = "/api/v2/dags/shop/dagRuns/one"
ONE = f"{RUN}/taskInstances"


@pytest.fixture
def failed(shop: Api) -> Api:
    """A run that failed at the group's first task."""
    shop.failing.add("tidy.sweep")
    shop.stage.trigger("shop", run_id="one")
    shop.stage.play(timedelta(minutes=10))
    return shop


def changed(answer: Any) -> list[tuple[str, int, str | None, str | None]]:
    return [
        (each["task_id"], each["map_index"], each["state"], each["note"])
        for each in answer["task_instances"]
    ]


def test_a_dry_run_says_what_marking_would_change(failed: Api) -> None:
    body = {"new_state": "success", "include_downstream": True}
    planned = failed.good("PATCH", f"{ONE}/tidy.sweep/dry_run", body)
    assert changed(planned) == [
        *(("tidy.sweep", -1, "failed", None), ("tidy.close", -1, "upstream_failed", None)),
    ]
    assert failed.good("GET", f"{ONE}/tidy.sweep")["state"] == "failed"
    done = failed.good("PATCH", f"{ONE}/tidy.sweep", body)
    assert changed(done) == [
        *(("tidy.sweep", -1, "success", None), ("tidy.close", -1, "success", None)),
    ]


def test_notes_are_written_with_and_without_a_state(failed: Api) -> None:
    done = failed.good("PATCH", f"{ONE}/tidy.sweep", {"note": "broom broke"})
    assert changed(done) == [("tidy.sweep", -1, "failed", "broom broke")]
    masked = f"{ONE}/tidy.sweep?update_mask=note"
    done = failed.good("PATCH", masked, {"note": None, "new_state": "success"})
    assert changed(done) == [("tidy.sweep", -1, "failed", None)]


def test_instances_of_a_mapped_task_are_marked_one_by_one_or_all(failed: Api) -> None:
    body = {"new_state": "failed"}
    assert changed(failed.good("PATCH", f"{ONE}/sell/1/dry_run", body)) == [
        ("sell", 1, "success", None)
    ]
    assert changed(failed.good("PATCH", f"{ONE}/sell/1", body)) == [("sell", 1, "failed", None)]
    assert changed(failed.good("PATCH", f"{ONE}/sell?map_index=2", body)) == [
        ("sell", 2, "failed", None)
    ]
    everything = changed(failed.good("PATCH", f"{ONE}/sell", {"new_state": "skipped"}))
    assert [(index, state) for task, index, state, _ in everything if task == "sell"] == [
        *((0, "skipped"), (1, "skipped"), (2, "skipped")),
    ]


def test_a_group_is_marked_at_once(failed: Api) -> None:
    group = f"{RUN}/taskGroupInstances/tidy"
    planned = failed.good("PATCH", f"{group}/dry_run", {"new_state": "success"})
    assert [task for task, *_ in changed(planned)] == ["tidy.sweep", "tidy.close"]
    done = failed.good("PATCH", group, {"new_state": "success", "note": "by hand"})
    assert {(state, note) for _, _, state, note in changed(done)} == {("success", "by hand")}
    assert "'tidy'" in failed.bad(404, "PATCH", f"{RUN}/taskGroupInstances/tid", {"note": "x"})


def test_an_instance_runs_now_whatever_it_depends_on(failed: Api) -> None:
    last = f"{ONE}/tidy.close"
    assert failed.good("GET", last)["state"] == "upstream_failed"
    assert failed.good("POST", f"{last}/runNow")["state"] == "scheduled"
    failed.stage.play(timedelta(minutes=1))
    assert failed.good("GET", last)["state"] == "success"
    assert failed.good("GET", f"{ONE}/tidy.sweep")["state"] == "failed"
    assert failed.good("POST", f"{ONE}/sell/runNow?map_index=1")["map_index"] == 1
    failed.bad(404, "POST", f"{ONE}/sell/runNow?map_index=9")
    failed.bad(404, "POST", f"{ONE}/bye/runNow")


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("buy", {}, 422, "new_state"),
        ("buy", {"new_state": "running"}, 422, "new_state"),
        ("buy", {"new_state": "odd"}, 422, "new_state"),
        ("buy", {"note": "x" * 1001}, 422, "note"),
        ("buy?update_mask=pool", {"note": "x"}, 422, "update_mask"),
        ("buy?map_index=4", {"note": "x"}, 404, "4"),
        ("bye", {"note": "x"}, 404, "'buy'"),
        ("sell/9", {"note": "x"}, 404, "9"),
    ],
)
def test_a_wrong_change_is_refused(
    failed: Api, path: str, body: Any, status: int, words: str
) -> None:
    assert words in failed.bad(status, "PATCH", f"{ONE}/{path}", body)


def test_only_what_has_been_removed_can_be_deleted(failed: Api) -> None:
    assert "takes part" in failed.bad(409, "DELETE", f"{ONE}/buy")
    smaller = msgspec.structs.replace(SHOP, tasks=SHOP.tasks[:-1])
    failed.stage.add_dag(smaller, file="shop.py", code_version="v2")
    body = {"dry_run": False, "run_on_latest_version": True}
    failed.good("POST", f"{RUN}/clear", body)
    assert failed.good("GET", f"{ONE}/tidy.close")["state"] == "removed"
    assert failed("DELETE", f"{ONE}/tidy.close").status_code == 204
    failed.bad(404, "GET", f"{ONE}/tidy.close")


def test_many_are_changed_each_for_itself(failed: Api) -> None:
    actions = [
        {
            "action": "update",
            "entities": [
                {"task_id": "tidy.sweep", "new_state": "success"},
                {"task_id": "sell", "map_index": 1, "note": "hi"},
                {"task_id": "bye", "note": "hi"},
            ],
        },
        {"action": "delete", "entities": ["buy", {"task_id": "sell", "map_index": 0}]},
        {"action": "create", "entities": [{"task_id": "new"}]},
    ]
    done = failed.good("PATCH", ONE, {"actions": actions})
    assert len(done["update"]["success"]) == 2
    assert [each["status_code"] for each in done["update"]["errors"]] == [404]
    assert [each["status_code"] for each in done["delete"]["errors"]] == [409, 409]
    assert [each["status_code"] for each in done["create"]["errors"]] == [405]
    assert failed.good("GET", f"{ONE}/sell/1")["note"] == "hi"


def test_bulk_over_all_runs_names_each_run(failed: Api) -> None:
    every = "/api/v2/dags/~/dagRuns/~/taskInstances"
    item = {"task_id": "buy", "note": "hi", "dag_id": "shop", "dag_run_id": "one"}
    done = failed.good("PATCH", every, {"actions": [{"action": "update", "entities": [item]}]})
    assert len(done["update"]["success"]) == 1
    nameless = {"actions": [{"action": "update", "entities": [{"task_id": "buy", "note": "x"}]}]}
    assert "dag_id" in failed.bad(422, "PATCH", every, nameless)
    foreign = {"actions": [{"action": "update", "entities": [item | {"dag_run_id": "two"}]}]}
    assert "dag_run_id" in failed.bad(422, "PATCH", ONE, foreign)


def test_what_is_not_built_says_so(failed: Api) -> None:
    assert failed.good("GET", f"{ONE}/buy/links") == {"extra_links": {}, "total_entries": 0}
    assert failed.good("GET", f"{ONE}/buy/state-store")["task_state_store"] == []
    failed.bad(404, "GET", f"{ONE}/buy/state-store/k")
    assert "state store" in failed.bad(501, "PUT", f"{ONE}/buy/state-store/k", {"value": 1})
    assert "state store" in failed.bad(501, "PATCH", f"{ONE}/buy/state-store/k", {"value": 1})
    failed.bad(404, "DELETE", f"{ONE}/buy/state-store/k")
    assert failed("DELETE", f"{ONE}/buy/state-store").status_code == 204
    assert failed.good("GET", f"{RUN}/hitlDetails")["hitl_details"] == []
    everywhere = "/api/v2/dags/~/dagRuns/~/hitlDetails"
    assert failed.good("GET", everywhere)["total_entries"] == 0
    failed.bad(404, "GET", f"{ONE}/sell/0/hitlDetails")
    failed.bad(404, "GET", f"{ONE}/sell/0/hitlDetails/tries/1")
    body = {"chosen_options": ["yes"]}
    assert "approvals" in failed.bad(501, "PATCH", f"{ONE}/sell/0/hitlDetails", body)
    failed.bad(404, "GET", f"{ONE}/bye/state-store")
