"""What the UI's frame, home, list of DAGs and cluster activity read."""

import gzip
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.api.conftest import Api

from narae.accounts.permissions import Action, Permission, Principal, PrincipalKind, Resource
from narae.config import load
from narae.core.spec import DagSpec, ImportFailure, ParsedFile, TaskSpec
from narae.core.timetables.spec import Assets, CronInterval, Never
from narae.engine.ports import Heartbeat
from narae.testing import samples as s

UI = "/api/v2/ui"


def guest(*resources: Resource, dag_id: str = "sales") -> Principal:
    allowed = frozenset(Permission(Action.READ, each, dag_id) for each in resources)
    return Principal(username="guest", kind=PrincipalKind.USER, permissions=allowed)


def play(api: Api, dag_id: str, run_id: str, **wish: Any) -> None:
    api.stage.trigger(dag_id, run_id=run_id, **wish)
    api.stage.play(timedelta(minutes=5))


# -- the frame ------------------------------------------------------------------------------


def test_the_frame_knows_the_deployment(api: Api) -> None:
    found = api.good("GET", f"{UI}/config")
    assert (found["default_timezone"], found["database"]) == ("UTC", "sqlite")
    assert (found["executors"], found["is_for_development"]) == (["LocalExecutor"], True)
    assert (found["page_size"], found["expose_config"]) == (100, False)


@pytest.mark.parametrize(
    ("more", "zone"),
    [
        ({"NARAE__CORE__DEFAULT_TIMEZONE": "Asia/Seoul"}, "Asia/Seoul"),
        ({"AIRFLOW__WEBSERVER__DEFAULT_UI_TIMEZONE": "Europe/Berlin"}, "Europe/Berlin"),
    ],
)
def test_times_are_shown_in_the_zone_that_is_set(
    tmp_path: Path, more: dict[str, str], zone: str
) -> None:
    api = Api(tmp_path, load({"NARAE_HOME": str(tmp_path), **more}))
    with api.client:
        assert api.good("GET", f"{UI}/config")["default_timezone"] == zone
    api.store.close()


def test_strangers_learn_nothing(tmp_path: Path) -> None:
    api = Api(tmp_path, load({"NARAE_HOME": str(tmp_path)}), with_accounts=True)
    with api.client:
        for path in ("config", "home", "dags", "search?q=a"):
            api.bad(401, "GET", f"{UI}/{path}")
    api.store.close()


# -- home -----------------------------------------------------------------------------------


def test_home_says_how_things_stand(api: Api) -> None:
    play(api, "sales", "well")
    api.failing = {"load"}
    play(api, "sales", "badly")
    api.stage.trigger("other", run_id="going")
    failure = ImportFailure(file="b.py", line=3, message="no fish", traceback="a\nb")
    broken = ParsedFile(file="b.py", code_version="v", file_hash="2", failures=(failure,))
    api.stage.catalog.record([broken], folder="/dags")
    found = api.good("GET", f"{UI}/home")
    assert found["runs"] == {"queued": 1, "running": 0, "success": 1, "failed": 1}
    assert found["dags"] == {"total": 2, "active": 2, "paused": 0, "broken": 0, "running": 0}
    (one,) = found["failures"]
    assert (one["dag_run_id"], one["task_id"], one["map_index"]) == ("badly", "load", -1)
    assert (one["cause"], one["words"]) == ("user_error", "ValueError: no fish")
    assert found["failures_total"] == 1
    assert [pool["name"] for pool in found["pools"]] == ["default_pool"]
    assert [each["message"] for each in found["import_errors"]] == ["no fish"]
    assert found["import_errors_total"] == 1


def test_yesterdays_failures_are_not_todays(api: Api) -> None:
    api.failing = {"load"}
    play(api, "sales", "badly")
    api.stage.clock.advance_to(api.stage.clock.now() + timedelta(hours=25))
    found = api.good("GET", f"{UI}/home")
    assert (found["failures"], found["runs"]["failed"]) == ([], 0)


def test_home_knows_who_is_alive(api: Api) -> None:
    now = api.stage.clock.now() + timedelta(hours=1)
    api.stage.clock.advance_to(now)
    api.store.beat(
        [
            Heartbeat(component="scheduler", name="a", at=now),
            Heartbeat(component="loader", name="a", at=now - timedelta(minutes=5)),
        ]
    )
    found = api.good("GET", f"{UI}/home")["components"]
    health = {each["component"]: each["is_healthy"] for each in found}
    assert health == {"scheduler": True, "loader": False, "supervisor": False}


def test_home_tells_what_comes_next(api: Api) -> None:
    daily = CronInterval(expression="0 3 * * *", timezone="Asia/Seoul")
    spec = msgspec.structs.replace(
        s.spec("daily", schedule_text="0 3 * * *", timezone="Asia/Seoul", catchup=False),
        timetable=daily,
        start_date=datetime.fromisoformat("2025-12-30T00:00:00+00:00"),
    )
    api.stage.add_dag(spec, file="daily.py")
    api.stage.play()
    (found,) = api.good("GET", f"{UI}/home")["coming"]
    assert (found["dag_id"], found["timezone"]) == ("daily", "Asia/Seoul")
    assert found["run_after"] == "2026-01-01T18:00:00Z"


def test_home_shows_a_guest_only_their_dag(api: Api) -> None:
    play(api, "sales", "well")
    play(api, "other", "theirs")
    api.principal = guest(Resource.DAG, Resource.DAG_RUN)
    found = api.good("GET", f"{UI}/home")
    assert (found["dags"]["total"], found["runs"]["success"]) == (1, 1)
    assert (found["tasks"], found["pools"], found["import_errors_total"]) == ({}, [], 0)


# -- the list of DAGs -----------------------------------------------------------------------


def test_all_dags_come_in_rows(api: Api) -> None:
    play(api, "sales", "well")
    api("POST", "/api/v2/dags/sales/favorite")
    other, sales = api.good("GET", f"{UI}/dags")["rows"]
    assert (other[0], other[12:14]) == ("other", [None, None])
    assert sales[:8] == ["sales", "sales", None, ["ann", "bob"], ["money"], 0, 0, 1]
    assert (sales[9], sales[12:14]) == ({"type": "never"}, ["well", "success"])


def test_all_dags_are_asked_for_again_only_when_they_have_changed(api: Api) -> None:
    first = api("GET", f"{UI}/dags")
    same = {"If-None-Match": first.headers["etag"]}
    assert api("GET", f"{UI}/dags", headers=same).status_code == 304
    api.good("PATCH", "/api/v2/dags/sales", {"is_paused": True})
    assert api("GET", f"{UI}/dags", headers=same).status_code == 200


def test_a_guest_gets_their_dag_alone(api: Api) -> None:
    api.principal = guest(Resource.DAG)
    assert [row[0] for row in api.good("GET", f"{UI}/dags")["rows"]] == ["sales"]
    api.principal = guest(Resource.DAG, dag_id="none")
    assert api.good("GET", f"{UI}/dags")["rows"] == []


def test_a_long_answer_goes_out_compressed(api: Api) -> None:
    many = [DagSpec(dag_id=f"d{n}", timetable=Never()) for n in range(50)]
    api.stage.add_dag(*many, file="many.py")
    zipped = api("GET", f"{UI}/dags", headers={"Accept-Encoding": "br, gzip"})
    plain = api("GET", f"{UI}/dags", headers={"Accept-Encoding": "identity"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert zipped.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert zipped.json() == plain.json()
    assert int(zipped.headers["content-length"]) < len(plain.content) / 5
    assert zipped.headers["etag"] == f"W/{plain.headers['etag']}"
    for each in (zipped, plain):
        again = api("GET", f"{UI}/dags", headers={"If-None-Match": each.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_what_is_compressed_is_what_was_asked_for(api: Api) -> None:
    with api.client.stream(
        "GET", "/api/v2/dags/sales/details", headers={"Accept-Encoding": "gzip"}
    ) as answer:
        raw = b"".join(answer.iter_raw())
    assert msgspec.json.decode(gzip.decompress(raw))["dag_id"] == "sales"
    short = api("GET", "/api/v2/version", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in short.headers


def test_activity_is_that_of_the_latest_runs(api: Api) -> None:
    play(api, "sales", "well")
    api.failing = {"load"}
    play(api, "sales", "badly")
    found = api.good("GET", f"{UI}/dagActivity?dag_ids=sales&dag_ids=other&dag_ids=none")
    (sales,) = found["dags"]
    assert [run[:3] for run in sales["runs"]] == [
        ["badly", "failed", "manual"],
        ["well", "success", "manual"],
    ]
    assert sales["tasks"] == {"failed": 1, "success": 1}
    assert api.good("GET", f"{UI}/dagActivity") == {"dags": []}
    asked = "&".join(f"dag_ids=d{n}" for n in range(101))
    api.bad(422, "GET", f"{UI}/dagActivity?{asked}")


def test_activity_counts_the_tasks_of_all_runs_that_go_on(api: Api) -> None:
    for number in range(2):
        api.stage.trigger("sales", run_id=f"r{number}")
    api.stage.play(timedelta(seconds=40))
    (sales,) = api.good("GET", f"{UI}/dagActivity?dag_ids=sales")["dags"]
    assert sum(sales["tasks"].values()) == 4


def test_a_guest_sees_no_activity_of_others(api: Api) -> None:
    play(api, "sales", "well")
    play(api, "other", "well")
    api.principal = guest(Resource.DAG, Resource.DAG_RUN)
    (sales,) = api.good("GET", f"{UI}/dagActivity?dag_ids=other&dag_ids=sales")["dags"]
    assert (sales["dag_id"], sales["tasks"]) == ("sales", {})


# -- the cluster ----------------------------------------------------------------------------


def test_the_cluster_is_counted_in_a_stretch_of_time(api: Api) -> None:
    play(api, "sales", "well")
    api.stage.trigger("other")
    found = api.good(
        "GET", f"{UI}/activity?end_date=2026-02-01T00:00:00Z&start_date=2025-01-01T00:00:00Z"
    )
    assert found["runs_by_state"] == {"success": 1, "queued": 1}
    assert found["runs_by_type"] == {"manual": 2}
    assert found["tasks"]["success"] == 2
    assert (found["complete"], found["unpaused_dags"], found["active_runs"]) == (
        True,
        2,
        {"queued": 1},
    )
    early = api.good("GET", f"{UI}/activity?end_date=2020-01-01T00:00:00Z")
    assert (early["runs_by_state"], early["tasks"]) == ({}, {})
    assert early["start"] == "2019-12-31T00:00:00Z"
    api.good("GET", f"{UI}/activity?end_date=0001-01-01T00:00:00Z")


# -- search ---------------------------------------------------------------------------------


def test_a_few_letters_find_what_they_may_mean(api: Api) -> None:
    play(api, "sales", "mondays_run")
    found = api.good("GET", f"{UI}/search?q=%20SAL")
    assert [(each["dag_id"], each["match"]) for each in found["dags"]] == [("sales", "id")]
    assert [each["match"] for each in api.good("GET", f"{UI}/search?q=mone")["dags"]] == ["tag"]
    (run,) = api.good("GET", f"{UI}/search?q=monday")["runs"]
    assert (run["dag_id"], run["dag_run_id"], run["state"]) == ("sales", "mondays_run", "success")
    (task,) = api.good("GET", f"{UI}/search?q=xtrac")["tasks"]
    assert (task["dag_id"], task["task_id"], task["operator"]) == (
        "sales",
        "extract",
        "BashOperator",
    )
    nothing: dict[str, list[Any]] = {"dags": [], "runs": [], "tasks": []}
    for letters in ("", "%20", "zz"):
        assert api.good("GET", f"{UI}/search?q={letters}") == nothing
    api.bad(422, "GET", f"{UI}/search?q=a&limit=21")


def test_a_search_keeps_to_what_one_may_see(api: Api) -> None:
    play(api, "other", "secret")
    api.principal = guest(Resource.DAG, Resource.DAG_RUN)
    found = api.good("GET", f"{UI}/search?q=s")
    assert ([each["dag_id"] for each in found["dags"]], found["runs"]) == (["sales"], [])
    assert found["tasks"] == []


# -- dependencies ---------------------------------------------------------------------------


def names(dag_id: str, **facts: Any) -> DagSpec:
    outlets = facts.pop("outlets", ())
    task = TaskSpec(task_id="t", operator="X", operator_facts=facts, outlets=outlets)
    return DagSpec(dag_id=dag_id, timetable=Never(), tasks=(task,))


def test_dags_that_name_others_make_a_graph(api: Api) -> None:
    api.stage.add_dag(
        names("first", trigger_dag_id="second"),
        names("second", external_dag_id="nowhere", external_task_ids=["a"]),
        file="names.py",
    )
    found = api.good("GET", f"{UI}/dependencies")
    edges = [
        (each["source"], each["target"], each["kind"], each["task_id"], each["other_task_id"])
        for each in found["edges"]
    ]
    assert edges == [
        ("first", "second", "triggers", "t", None),
        ("nowhere", "second", "waits", "t", "a"),
    ]
    assert {each["dag_id"]: each["is_known"] for each in found["nodes"]} == {
        "first": True,
        "second": True,
        "nowhere": False,
    }


def test_a_graph_around_one_dag_has_what_is_connected_with_it(api: Api) -> None:
    api.stage.add_dag(
        names("first", trigger_dag_id="second"),
        names("second"),
        names("third", trigger_dag_id="second"),
        names("far", trigger_dag_id="away"),
        file="names.py",
    )
    found = api.good("GET", f"{UI}/dependencies?dag_id=third")
    assert [each["dag_id"] for each in found["nodes"]] == ["first", "second", "third"]
    alone = api.good("GET", f"{UI}/dependencies?dag_id=sales")
    assert ([each["dag_id"] for each in alone["nodes"]], alone["edges"]) == (["sales"], [])
    assert "'sales'" in api.bad(404, "GET", f"{UI}/dependencies?dag_id=sale")


def test_a_graph_follows_the_files(api: Api) -> None:
    api.stage.add_dag(names("first", trigger_dag_id="sales"), file="names.py")
    assert len(api.good("GET", f"{UI}/dependencies")["edges"]) == 1
    api.stage.add_dag(names("first", trigger_dag_id="other"), file="names.py")
    (edge,) = api.good("GET", f"{UI}/dependencies")["edges"]
    assert edge["target"] == "other"


def test_assets_lead_from_dag_to_dag(api: Api) -> None:
    fish = {"asset": {"name": "fish", "uri": "s3://fish", "group": "asset"}}
    eater = DagSpec(
        dag_id="eater",
        timetable=Assets(condition={"any": [fish]}),
        tasks=(TaskSpec(task_id="eat", operator="X"),),
    )
    api.stage.add_dag(names("catcher", outlets=(fish,)), eater, file="names.py")
    (edge,) = api.good("GET", f"{UI}/dependencies")["edges"]
    assert (edge["source"], edge["target"], edge["kind"], edge["label"]) == (
        "catcher",
        "eater",
        "asset",
        "fish",
    )
