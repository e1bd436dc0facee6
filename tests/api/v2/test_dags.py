"""DAGs by ``/api/v2``: listed, looked at, paused, deleted, liked."""

from typing import Any

import msgspec
import pytest
from tests.api.conftest import Api

from narae.accounts.permissions import (
    Action,
    Permission,
    Principal,
    PrincipalKind,
    Resource,
)
from narae.core.spec import DagSpec, ImportFailure, ParamSpec, ParsedFile, RetryPolicy, TaskSpec
from narae.core.timetables.spec import Assets, CronInterval, Custom, Never, Once, TimetableSpec
from narae.testing import samples as s

DAGS = "/api/v2/dags"


def ids(listed: Any) -> list[str]:
    return [dag["dag_id"] for dag in listed["dags"]]


def who(*permissions: Permission, name: str = "min") -> Principal:
    return Principal(username=name, kind=PrincipalKind.USER, permissions=frozenset(permissions))


def in_sales(*pairs: tuple[Action, Resource]) -> Principal:
    return who(*(Permission(action, resource, "sales") for action, resource in pairs))


def broken(api: Api, file: str = "dags.py", **more: Any) -> None:
    failure = ImportFailure(file=file, line=3, message="no fish", traceback="a\nb")
    parsed = ParsedFile(file=file, code_version="v2", file_hash="2", failures=(failure,), **more)
    api.stage.catalog.record([parsed], folder="/dags")


def scheduled(api: Api, dag_id: str, timetable: TimetableSpec, **more: Any) -> None:
    spec = msgspec.structs.replace(s.spec(dag_id, **more), timetable=timetable)
    api.stage.add_dag(spec, file=f"{dag_id}.py")


def test_dags_are_listed_with_filters_and_pages(api: Api) -> None:
    listed = api.good("GET", DAGS)
    assert (ids(listed), listed["total_entries"]) == (["other", "sales"], 2)
    second = api.good("GET", f"{DAGS}?limit=1&offset=1")
    assert (ids(second), second["total_entries"]) == (["sales"], 2)
    assert ids(api.good("GET", f"{DAGS}?order_by=-dag_id")) == ["sales", "other"]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("tags=money", ["sales"]),
        ("tags=money&tags=none", ["sales"]),
        ("tags=money&tags=none&tags_match_mode=all", []),
        ("owners=bob&owners=eve", ["sales"]),
        ("dag_id_pattern=AL%25S", ["sales"]),
        ("dag_id_pattern=_", ["other", "sales"]),
        ("dag_id_pattern=~", ["other", "sales"]),
        ("dag_id_prefix_pattern=sal|x", ["sales"]),
        ("dag_display_name_pattern=ther", ["other"]),
        ("dag_display_name_prefix_pattern=her", []),
        ("paused=true", []),
        ("paused=false", ["other", "sales"]),
        ("has_import_errors=true", []),
        ("bundle_name=dags-folder", ["other", "sales"]),
        ("bundle_name=git", []),
        ("bundle_version=v1", ["other", "sales"]),
        ("bundle_version=v0", []),
        ("has_asset_schedule=true", []),
        ("has_asset_schedule=false", ["other", "sales"]),
        ("asset_dependency=fish", []),
        ("timetable_type=airflow.timetables.simple.NullTimetable", ["other", "sales"]),
        ("timetable_type=Never&has_asset_schedule=true", []),
        ("timetable_type=CronInterval", []),
        ("last_dag_run_state=success", ["sales"]),
        ("dag_run_state=failed&dag_run_state=success", ["sales"]),
        ("dag_run_start_date_gte=2026-01-01T00:00:00Z", ["sales"]),
        ("dag_run_end_date_lt=2026-01-01T00:00:00%2B00:00", []),
        ("order_by=-last_run_start_date&order_by=dag_id", ["sales", "other"]),
        ("order_by=next_dagrun&order_by=-dag_display_name", ["sales", "other"]),
    ],
)
def test_a_list_is_filtered_and_ordered(api: Api, query: str, wanted: list[str]) -> None:
    api.stage.trigger("sales")
    api.stage.play()
    listed = api.good("GET", f"{DAGS}?{query}")
    assert (ids(listed), listed["total_entries"]) == (wanted, len(wanted))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=x", "limit"),
        ("limit=-1", "limit"),
        ("limit=1001", "limit"),
        ("offset=1.5", "offset"),
        ("paused=maybe", "paused"),
        ("limit=99999999999999999999", "limit"),
        ("order_by=secret", "order_by"),
        ("dag_run_state=done", "dag_run_state"),
        ("dag_run_start_date_gte=2026-01-01T00:00:00", "dag_run_start_date_gte"),
        ("tags_match_mode=some", "tags_match_mode"),
        ("tag=x", "tag"),
    ],
)
def test_a_wrong_parameter_is_named(api: Api, query: str, field: str) -> None:
    assert api.bad(422, "GET", f"{DAGS}?{query}").startswith(f"{field}")


def test_a_list_that_did_not_change_is_not_sent_again(api: Api) -> None:
    tag = api("GET", DAGS).headers["etag"]
    assert api("GET", DAGS, headers={"if-none-match": tag}).status_code == 304
    api.good("PATCH", f"{DAGS}/sales", {"is_paused": True})
    assert api("GET", DAGS, headers={"if-none-match": tag}).status_code == 200


def test_a_dag_shows_what_its_file_says(api: Api) -> None:
    found = api.good("GET", f"{DAGS}/sales")
    assert found["owners"] == ["ann", "bob"]
    assert found["tags"] == [{"name": "money", "dag_id": "sales", "dag_display_name": "sales"}]
    assert found["timetable_summary"] is None
    assert (found["has_import_errors"], found["timetable_periodic"]) == (False, False)
    assert (found["bundle_version"], found["fileloc"]) == ("v1", "/dags/dags.py")


@pytest.mark.parametrize(
    ("timetable", "periodic"),
    [
        (Never(), False),
        (Once(), False),
        (Assets(), False),
        (CronInterval(expression="@daily"), True),
        (Custom(classpath="a.B", periodic=False), False),
    ],
)
def test_what_is_periodic_can_be_backfilled(
    api: Api, timetable: TimetableSpec, *, periodic: bool
) -> None:
    scheduled(api, "timed", timetable)
    found = api.good("GET", f"{DAGS}/timed")
    assert (found["timetable_periodic"], found["is_backfillable"]) == (periodic, periodic)


def test_a_file_with_failures_shows_on_its_dags(api: Api) -> None:
    broken(api)
    assert api.good("GET", f"{DAGS}/sales")["has_import_errors"] is True
    assert ids(api.good("GET", f"{DAGS}?has_import_errors=true")) == ["other", "sales"]


def test_stale_dags_are_listed_only_when_asked_for(api: Api) -> None:
    api.stage.add_dag(s.spec("sales"))  # the file gives "other" no more
    assert ids(api.good("GET", DAGS)) == ["sales"]
    assert ids(api.good("GET", f"{DAGS}?exclude_stale=false")) == ["other", "sales"]
    assert api.good("GET", f"{DAGS}/other")["is_stale"] is True


def test_pausing_is_seen_at_once(api: Api) -> None:
    answer = api.good("PATCH", f"{DAGS}/sales?update_mask=is_paused", {"is_paused": True})
    assert answer["is_paused"] is True
    assert ids(api.good("GET", f"{DAGS}?paused=true")) == ["sales"]
    assert api.good("PATCH", f"{DAGS}/sales", {"is_paused": False})["is_paused"] is False


@pytest.mark.parametrize(
    ("status", "body", "query", "words"),
    [
        (422, {}, "", "is_paused"),
        (422, {"is_paused": "yes"}, "", "is_paused"),
        (422, {"is_paused": True, "owners": []}, "", "owners"),
        (422, {"is_paused": True}, "?update_mask=owners", "owners"),
    ],
)
def test_a_wrong_change_changes_nothing(
    api: Api, status: int, body: Any, query: str, words: str
) -> None:
    assert words in api.bad(status, "PATCH", f"{DAGS}/sales{query}", body)
    assert words in api.bad(status, "PATCH", f"{DAGS}{query}", body)
    assert api.good("GET", f"{DAGS}?paused=true")["total_entries"] == 0


def test_many_are_paused_at_once(api: Api) -> None:
    changed = api.good("PATCH", f"{DAGS}?dag_id_pattern=s", {"is_paused": True})
    assert [(dag["dag_id"], dag["is_paused"]) for dag in changed["dags"]] == [("sales", True)]
    everything = api.good("PATCH", f"{DAGS}?paused=false&limit=10", {"is_paused": True})
    assert (ids(everything), everything["total_entries"]) == (["other"], 1)
    assert api.good("GET", f"{DAGS}?paused=true")["total_entries"] == 2


def test_only_dags_that_one_may_edit_are_paused_with_others(api: Api) -> None:
    api.principal = who(
        Permission(Action.READ, Resource.DAG), Permission(Action.EDIT, Resource.DAG, "sales")
    )
    assert ids(api.good("PATCH", DAGS, {"is_paused": True})) == ["sales"]
    api.bad(403, "PATCH", f"{DAGS}/other", {"is_paused": True})
    assert ids(api.good("GET", f"{DAGS}?paused=true")) == ["sales"]


def test_a_deleted_dag_is_gone_until_its_file_is_parsed(api: Api) -> None:
    run = api.stage.trigger("sales")
    api.stage.turn()
    assert run.run_id in api.bad(409, "DELETE", f"{DAGS}/sales")
    api.stage.play()
    assert api("DELETE", f"{DAGS}/sales").status_code == 204
    assert "'sales'" in api.bad(404, "GET", f"{DAGS}/sales")
    api.bad(404, "DELETE", f"{DAGS}/sales")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("GET", "/details"),
        ("GET", "/tasks"),
        ("GET", "/tasks/a"),
        ("GET", "/dagVersions"),
        ("GET", "/dagVersions/1"),
        ("GET", "/next_runs"),
        ("GET", "/code/1"),
        ("GET", "/diff?from=1&to=1"),
        ("POST", "/favorite"),
        ("POST", "/unfavorite"),
    ],
)
def test_a_dag_that_is_not_there_is_named_with_the_nearest(
    api: Api, method: str, path: str
) -> None:
    body = {"is_paused": True} if method == "PATCH" else None
    assert "did you mean 'sales'" in api.bad(404, method, f"{DAGS}/sale{path}", body)


def test_others_see_only_their_dags(api: Api) -> None:
    read = [(Action.READ, resource) for resource in (Resource.DAG, Resource.DAG_VERSION)]
    api.principal = in_sales(*read, (Action.READ, Resource.DAG_RUN))
    assert ids(api.good("GET", f"{DAGS}?exclude_stale=false")) == ["sales"]
    assert [v["dag_id"] for v in api.good("GET", f"{DAGS}/~/dagVersions")["dag_versions"]] == [
        "sales"
    ]
    assert ids(api.good("GET", "/api/v2/dagStats")) == ["sales"]
    assert ids(api.good("GET", "/api/v2/dagStats?dag_ids=other&dag_ids=sales")) == ["sales"]
    for path in ("other", "other/details", "nothing"):
        api.bad(403, "GET", f"{DAGS}/{path}")
    api.bad(403, "DELETE", f"{DAGS}/sales")


def test_tags_are_those_of_dags_that_one_sees(api: Api) -> None:
    api.stage.add_dag(s.spec("hidden", tags=("Zoo", "apes")), file="h.py")
    tags = "/api/v2/dagTags"
    assert api.good("GET", tags) == {"tags": ["Zoo", "apes", "money"], "total_entries": 3}
    assert api.good("GET", f"{tags}?order_by=-name&limit=1&offset=1")["tags"] == ["apes"]
    assert api.good("GET", f"{tags}?tag_name_pattern=O%25|x")["tags"] == ["Zoo", "money"]
    assert api.good("GET", f"{tags}?tag_name_prefix_pattern=a")["tags"] == ["apes"]
    api.principal = in_sales((Action.READ, Resource.DAG))
    assert api.good("GET", tags)["tags"] == ["money"]
    api.bad(422, "GET", f"{tags}?order_by=id")


def test_runs_are_counted_by_state(api: Api) -> None:
    api.stage.trigger("sales")
    api.stage.play()
    api.stage.trigger("sales")
    found = api.good("GET", "/api/v2/dagStats?dag_ids=sales")
    assert found["total_entries"] == 1
    counts = {each["state"]: each["count"] for each in found["dags"][0]["stats"]}
    assert counts == {"queued": 1, "running": 0, "success": 1, "failed": 0}
    assert ids(api.good("GET", "/api/v2/dagStats?dag_ids=nothing")) == []


def test_each_user_likes_their_own_dags(api: Api) -> None:
    reader = Permission(Action.READ, Resource.DAG)
    api.principal = who(reader, name="min")
    assert api("POST", f"{DAGS}/sales/favorite").status_code == 204
    assert ids(api.good("GET", f"{DAGS}?is_favorite=true")) == ["sales"]
    assert ids(api.good("GET", f"{DAGS}?is_favorite=false")) == ["other"]
    assert api.good("GET", f"{DAGS}/sales/details")["is_favorite"] is True
    api.principal = who(reader, name="kim")
    assert api.good("GET", f"{DAGS}?is_favorite=true")["total_entries"] == 0
    api.principal = who(reader, name="min")
    api.good("POST", f"{DAGS}/sales/unfavorite")
    assert api.good("GET", f"{DAGS}?is_favorite=true")["total_entries"] == 0


def test_details_say_all_that_the_file_says(api: Api) -> None:
    api.stage.trigger("sales")
    api.stage.turn()
    found = api.good("GET", f"{DAGS}/sales/details")
    assert found["params"] == {
        "shop": {"value": "all", "schema": {"type": "string"}, "description": None}
    }
    assert (found["catchup"], found["concurrency"], found["task_count"]) == (True, 16, 2)
    assert found["latest_dag_version"]["version_number"] == 1
    assert found["active_runs_count"] == 1
    assert (found["is_favorite"], found["asset_expression"]) == (False, None)


def test_params_whose_name_tells_of_a_secret_are_masked(api: Api) -> None:
    params = {"api_token": ParamSpec(default="sesame"), "size": ParamSpec(default=3)}
    api.stage.add_dag(s.spec("masked", params=params), file="m.py")
    found = api.good("GET", f"{DAGS}/masked/details")["params"]
    assert {name: param["value"] for name, param in found.items()} == {
        "api_token": "***",
        "size": 3,
    }


def test_tasks_are_listed_as_their_file_says_them(api: Api) -> None:
    task = TaskSpec(
        task_id="a",
        operator="BashOperator",
        operator_module="airflow.operators.bash",
        upstream=("b",),
        retry=RetryPolicy(retries=2, exponential_backoff=True),
    )
    first = TaskSpec(task_id="b", operator="Z", start_date=s.NOON, extra_links=("Where",))
    dag = DagSpec(dag_id="chain", timetable=Never(), tasks=(first, task))
    api.stage.add_dag(dag, file="chain.py")
    found = api.good("GET", f"{DAGS}/chain/tasks")
    assert found["total_entries"] == 2
    a, b = found["tasks"]
    assert (a["task_id"], b["downstream_task_ids"], a["downstream_task_ids"]) == ("a", ["a"], [])
    assert a["retry_delay"] == {
        "__type": "TimeDelta",
        "days": 0,
        "seconds": 300,
        "microseconds": 0,
    }
    assert (a["retries"], a["retry_exponential_backoff"]) == (2, 2.0)
    assert a["class_ref"] == {"module_path": "airflow.operators.bash", "class_name": "BashOperator"}
    assert api.good("GET", f"{DAGS}/chain/tasks/b") == b
    for order, wanted in (("-task_id", "ba"), ("operator_name", "ab"), ("-start_date", "ba")):
        listed = api.good("GET", f"{DAGS}/chain/tasks?order_by={order}")["tasks"]
        assert "".join(each["task_id"] for each in listed) == wanted
    assert "did you mean 'load'" in api.bad(404, "GET", f"{DAGS}/sales/tasks/lod")
    api.bad(422, "GET", f"{DAGS}/chain/tasks?order_by=upstream")


def test_coming_runs_are_told_by_the_schedule(api: Api) -> None:
    scheduled(api, "daily", CronInterval(expression="@daily"), start_date=s.NOON)
    api.stage.play()
    found = api.good("GET", f"{DAGS}/daily/next_runs?limit=3")
    starts = [run["data_interval_start"] for run in found["next_runs"]]
    assert starts == [f"2026-01-0{day}T00:00:00Z" for day in (2, 3, 4)]
    assert found["next_runs"][0]["run_after"] == found["next_runs"][1]["logical_date"]
    assert found["is_paused"] is False
    assert api.good("GET", f"{DAGS}/sales/next_runs")["next_runs"] == []
    api.bad(422, "GET", f"{DAGS}/daily/next_runs?limit=0")


def test_a_schedule_that_ends_has_no_more_runs(api: Api) -> None:
    scheduled(
        api,
        "brief",
        CronInterval(expression="@daily"),
        start_date=s.NOON,
        end_date=s.later(2 * 24 * 60),
    )
    api.stage.play()
    assert len(api.good("GET", f"{DAGS}/brief/next_runs")["next_runs"]) == 2
