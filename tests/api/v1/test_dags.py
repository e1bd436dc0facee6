"""DAGs and their tasks by ``/api/v1``."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from tests.api.conftest import Api

from narae.accounts.permissions import Action, Permission, Principal, PrincipalKind, Resource
from narae.code_store import CodeStore, Pinned
from narae.core.spec import DagSpec, ParsedFile, RetryPolicy, TaskSpec
from narae.core.timetables.spec import CronInterval, DeltaInterval, Never, Step

DAGS = "/api/v1/dags"
ERRORS = (
    "https://airflow.apache.org/docs/apache-airflow/2.10.5/stable-rest-api-ref.html#section/Errors"
)


def reader_of(dag_id: str) -> Principal:
    """Somebody who may read everything of one DAG and nothing else."""
    resources = (Resource.DAG, Resource.DAG_RUN, Resource.TASK_INSTANCE, Resource.XCOM)
    return Principal(
        username="rita",
        kind=PrincipalKind.USER,
        permissions=frozenset(
            {Permission(Action.READ, Resource.DAG, dag_id)}
            | {Permission(Action.READ, resource) for resource in resources[1:]}
        ),
    )


def keep_code(api: Api, name: str, text: str) -> str:
    """A code version of one file; its name."""
    store = CodeStore(Path(api.settings.home))
    file = Path(api.settings.home) / name
    file.write_text(text)
    return store.materialise({name: Pinned(store.keep(file)[0], executable=False)})


def test_dags_are_listed_with_their_tags_and_owners(api: Api) -> None:
    page = api.good("GET", DAGS)
    assert [dag["dag_id"] for dag in page["dags"]] == ["other", "sales"]
    assert page["total_entries"] == 2
    sales = page["dags"][1]
    assert sales["tags"] == [{"name": "money"}]
    assert sales["owners"] == ["ann", "bob"]
    assert (sales["is_active"], sales["is_subdag"], sales["schedule_interval"]) == (
        True,
        False,
        None,
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tags=money", ["sales"]),
        ("tags=money&tags=fish", ["sales"]),
        ("dag_id_pattern=THE", ["other"]),
        ("dag_id_pattern=s_l%25s", ["sales"]),
        ("dag_id_pattern=%7C", ["other", "sales"]),
        ("paused=true", []),
        ("order_by=-dag_id", ["sales", "other"]),
        ("limit=1", ["other"]),
        ("limit=1&offset=1", ["sales"]),
        ("limit=0", ["other", "sales"]),
        ("limit=5000", ["other", "sales"]),
    ],
)
def test_the_list_is_narrowed_and_cut(api: Api, query: str, found: list[str]) -> None:
    page = api.good("GET", f"{DAGS}?{query}")
    assert [dag["dag_id"] for dag in page["dags"]] == found


def test_a_limit_above_the_maximum_is_capped_without_a_word(api: Api) -> None:
    api.stage.add_dag(
        *(
            DagSpec(
                dag_id=f"d{n:03}",
                timetable=Never(),
                tasks=(TaskSpec(task_id="a", operator="X"),),
            )
            for n in range(101)
        ),
        file="many.py",
    )
    assert len(api.good("GET", f"{DAGS}?limit=1000")["dags"]) == 100
    assert api.good("GET", f"{DAGS}?limit=1000")["total_entries"] == 103


def test_chosen_fields_are_all_that_is_answered(api: Api) -> None:
    assert api.good("GET", f"{DAGS}/sales?fields=dag_id&fields=is_paused") == {
        "dag_id": "sales",
        "is_paused": False,
    }
    assert api.good("GET", f"{DAGS}?fields=dag_id,fileloc")["dags"][0] == {
        "dag_id": "other",
        "fileloc": "/dags/dags.py",
    }
    assert api.good("GET", f"{DAGS}/sales/details?fields=timezone") == {"timezone": "UTC"}


@pytest.mark.parametrize(
    ("status", "path", "words"),
    [
        (400, f"{DAGS}?order_by=fileloc", "order_by"),
        (400, f"{DAGS}?limit=-1", "limit"),
        (400, f"{DAGS}?limit=x", "limit"),
        (400, f"{DAGS}?fields=nope", "fields"),
        (400, f"{DAGS}?pauced=true", "did you mean 'paused'"),
        (404, f"{DAGS}/sale", "did you mean 'sales'"),
        (404, f"{DAGS}/sale/details", "sale"),
        (404, f"{DAGS}/sales/tasks/lod", "did you mean 'load'"),
        (405, f"{DAGS}/sales/dagRuns/x/clear", "Method Not Allowed"),
    ],
)
def test_what_is_wrong_is_said_in_the_problem(api: Api, status: int, path: str, words: str) -> None:
    assert words in api.bad(status, "GET", path)


@pytest.mark.parametrize(
    ("status", "path", "kind"),
    [(404, f"{DAGS}/nope", "NotFound"), (400, f"{DAGS}?limit=x", "BadRequest")],
)
def test_a_problem_has_the_type_that_airflow_gave_it(
    api: Api, status: int, path: str, kind: str
) -> None:
    answer = api("GET", path)
    assert (answer.status_code, answer.json()["type"]) == (status, f"{ERRORS}/{kind}")


def test_a_dag_is_paused_by_patch_with_a_mask_and_without(api: Api) -> None:
    assert api.good("PATCH", f"{DAGS}/sales", {"is_paused": True})["is_paused"] is True
    assert api.good("GET", f"{DAGS}?paused=true")["total_entries"] == 1
    path = f"{DAGS}/sales?update_mask=is_paused"
    assert api.good("PATCH", path, {"is_paused": False})["is_paused"] is False


@pytest.mark.parametrize(
    ("query", "body"),
    [("?update_mask=dag_id", {"is_paused": True}), ("", {"dag_id": "x"}), ("", {})],
)
def test_nothing_else_of_a_dag_can_be_changed(api: Api, query: str, body: Any) -> None:
    api.bad(400, "PATCH", f"{DAGS}/sales{query}", body)


def test_a_body_has_to_say_that_it_is_json(api: Api) -> None:
    answer = api.client.patch(f"{DAGS}/sales", content=b'{"is_paused": true}')
    assert answer.status_code == 415


def test_many_dags_are_paused_at_once(api: Api) -> None:
    api.bad(400, "PATCH", DAGS, {"is_paused": True})
    page = api.good("PATCH", f"{DAGS}?dag_id_pattern=sal", {"is_paused": True})
    assert [(dag["dag_id"], dag["is_paused"]) for dag in page["dags"]] == [("sales", True)]
    page = api.good("PATCH", f"{DAGS}?dag_id_pattern=~", {"is_paused": True})
    assert page["total_entries"] == 2
    assert api.good("GET", f"{DAGS}?paused=false")["total_entries"] == 0


def test_a_dag_is_deleted_unless_it_runs(api: Api) -> None:
    api.stage.trigger("sales")
    api.stage.turn()
    assert "running" in api.bad(409, "DELETE", f"{DAGS}/sales")
    api.stage.play(timedelta(minutes=5))
    assert api("DELETE", f"{DAGS}/sales").status_code == 204
    api.bad(404, "GET", f"{DAGS}/sales")
    api.bad(404, "DELETE", f"{DAGS}/sales")


def test_nobody_sees_or_changes_dags_that_are_not_theirs(api: Api) -> None:
    api.principal = reader_of("sales")
    assert [dag["dag_id"] for dag in api.good("GET", DAGS)["dags"]] == ["sales"]
    api.bad(403, "GET", f"{DAGS}/other")
    api.bad(403, "PATCH", f"{DAGS}/sales", {"is_paused": True})
    api.bad(403, "PATCH", f"{DAGS}?dag_id_pattern=~", {"is_paused": True})
    api.bad(403, "GET", f"{DAGS}/other/tasks")


@pytest.mark.parametrize(
    ("timetable", "text", "schedule"),
    [
        (
            CronInterval(expression="0 0 * * *"),
            "@daily",
            {"__type": "CronExpression", "value": "@daily"},
        ),
        (
            DeltaInterval(step=Step(seconds=90060.5)),
            "1 day, 1:01:00.5",
            {"__type": "TimeDelta", "days": 1, "seconds": 3660, "microseconds": 500_000},
        ),
    ],
)
def test_a_schedule_has_its_type(
    api: Api, timetable: Any, text: str, schedule: dict[str, Any]
) -> None:
    task = TaskSpec(task_id="a", operator="X")
    spec = DagSpec(dag_id="timed", timetable=timetable, schedule_text=text, tasks=(task,))
    api.stage.add_dag(spec, file="timed.py")
    assert api.good("GET", f"{DAGS}/timed")["schedule_interval"] == schedule


def test_a_calendar_distance_is_a_relative_delta(api: Api) -> None:
    step = Step(months=1, seconds=3661, absolute={"day": 1})
    task = TaskSpec(task_id="a", operator="X")
    spec = DagSpec(dag_id="monthly", timetable=DeltaInterval(step=step), tasks=(task,))
    api.stage.add_dag(spec, file="monthly.py")
    found = api.good("GET", f"{DAGS}/monthly")["schedule_interval"]
    assert found["__type"] == "RelativeDelta"
    assert {name: found[name] for name in ("months", "hours", "minutes", "seconds", "day")} == {
        "months": 1,
        "hours": 1,
        "minutes": 1,
        "seconds": 1,
        "day": 1,
    }


def test_details_say_what_the_file_says(api: Api) -> None:
    spec = DagSpec(
        dag_id="rich",
        timetable=Never(),
        doc_md="# fish",
        dagrun_timeout=timedelta(hours=2),
        max_active_tasks=3,
        tasks=(TaskSpec(task_id="a", operator="X"),),
    )
    api.stage.add_dag(spec, file="rich.py")
    found = api.good("GET", f"{DAGS}/rich/details")
    assert found["doc_md"] == "# fish"
    assert found["dag_run_timeout"] == {
        "__type": "TimeDelta",
        "days": 0,
        "seconds": 7200,
        "microseconds": 0,
    }
    assert (found["concurrency"], found["orientation"], found["params"]) == (3, "LR", {})


def test_tasks_tell_their_settings_and_neighbours(api: Api) -> None:
    page = api.good("GET", f"{DAGS}/sales/tasks")
    assert [task["task_id"] for task in page["tasks"]] == ["extract", "load"]
    extract = api.good("GET", f"{DAGS}/sales/tasks/extract")
    assert extract["downstream_task_ids"] == ["load"]
    assert extract["class_ref"]["class_name"] == "BashOperator"
    assert extract["params"]["shop"]["value"] == "all"
    backwards = api.good("GET", f"{DAGS}/sales/tasks?order_by=-owner")
    assert [task["owner"] for task in backwards["tasks"]] == ["bob", "ann"]
    api.bad(400, "GET", f"{DAGS}/sales/tasks?order_by=fish")


def test_lengths_of_time_of_a_task_are_spelled_out(api: Api) -> None:
    task = TaskSpec(
        task_id="slow",
        operator="X",
        execution_timeout=timedelta(minutes=3),
        retry=RetryPolicy(retries=2, delay=timedelta(days=1)),
        ui_color="CornflowerBlue",
    )
    api.stage.add_dag(DagSpec(dag_id="slow", timetable=Never(), tasks=(task,)), file="slow.py")
    found = api.good("GET", f"{DAGS}/slow/tasks/slow")
    assert (found["execution_timeout"]["seconds"], found["retry_delay"]["days"]) == (180, 1)
    assert (found["retries"], found["ui_color"]) == (2, "#fff")


def test_a_files_source_needs_its_token(api: Api) -> None:
    token = api.good("GET", f"{DAGS}/sales")["file_token"]
    api.bad(404, "GET", "/api/v1/dagSources/bad")
    api.bad(404, "GET", f"/api/v1/dagSources/{token}")  # no code is kept of a virtual file
    api.bad(406, "GET", f"/api/v1/dagSources/{token}", headers={"Accept": "image/png"})
    api.stage.clock.advance(timedelta(minutes=1))
    version = keep_code(api, "dags.py", "print('fish')\n")
    api.stage.catalog.record(
        [
            ParsedFile(
                file="dags.py",
                code_version=version,
                file_hash="h",
                dags=(
                    DagSpec(
                        dag_id="sales",
                        timetable=Never(),
                        tasks=(TaskSpec(task_id="a", operator="X"),),
                    ),
                ),
            )
        ],
        folder="/dags",
    )
    path = f"/api/v1/dagSources/{token}"
    text = api("GET", path, headers={"Accept": "text/plain"})
    assert (text.status_code, text.text) == (200, "print('fish')\n")
    found = api.good("GET", path, headers={"Accept": "application/json, plain/text"})
    assert found == {"content": "print('fish')\n"}


def test_a_file_is_read_again_when_somebody_asks(api: Api) -> None:
    token = api.good("GET", f"{DAGS}/sales")["file_token"]
    assert api("PUT", f"/api/v1/parseDagFile/{token}").status_code == 201
    api.bad(404, "PUT", "/api/v1/parseDagFile/bad")
    api.principal = reader_of("sales")
    api.bad(403, "PUT", f"/api/v1/parseDagFile/{token}")
    mine = Permission(Action.EDIT, Resource.DAG, "sales")
    api.principal = structs.replace(api.principal, permissions=frozenset({mine}))
    assert "other" in api.bad(403, "PUT", f"/api/v1/parseDagFile/{token}")
