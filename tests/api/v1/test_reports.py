"""What ``/api/v1`` tells of the deployment: errors, events, configuration, health, accounts."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.api.conftest import Api
from tests.api.v1.test_dags import reader_of

from narae.accounts.permissions import Action, Permission, Resource
from narae.config import load
from narae.core.spec import ImportFailure, ParsedFile

V1 = "/api/v1"


def break_file(api: Api) -> None:
    failure = ImportFailure(file="dags.py", message="no fish", traceback="Traceback: no fish")
    parsed = ParsedFile(file="dags.py", code_version="v2", file_hash="v2", failures=(failure,))
    api.stage.catalog.record([parsed], folder="/dags")


def test_import_errors_name_the_file_and_why(api: Api) -> None:
    assert api.good("GET", f"{V1}/importErrors") == {"import_errors": [], "total_entries": 0}
    break_file(api)
    [found] = api.good("GET", f"{V1}/importErrors?order_by=-timestamp")["import_errors"]
    assert (found["filename"], found["stack_trace"]) == ("/dags/dags.py", "Traceback: no fish")
    one = api.good("GET", f"{V1}/importErrors/{found['import_error_id']}")
    assert one == found
    assert api.good("GET", f"{V1}/dags/sales")["has_import_errors"] is True
    api.bad(404, "GET", f"{V1}/importErrors/77")
    api.bad(404, "GET", f"{V1}/importErrors/x")


def test_an_import_error_is_redacted_for_those_who_may_not_read_the_whole_file(api: Api) -> None:
    break_file(api)
    some = reader_of("sales")
    see = Permission(Action.READ, Resource.IMPORT_ERROR)
    api.principal = msgspec.structs.replace(some, permissions=some.permissions | {see})
    [found] = api.good("GET", f"{V1}/importErrors")["import_errors"]
    assert "fish" not in found["stack_trace"]


def test_event_logs_tell_who_did_what(api: Api) -> None:
    api.good("PATCH", f"{V1}/dags/sales", {"is_paused": True})
    api.good("POST", f"{V1}/variables", {"key": "a", "value": "fish-value"})
    page = api.good("GET", f"{V1}/eventLogs?order_by=-when")
    assert page["total_entries"] == 2
    by_dag = api.good("GET", f"{V1}/eventLogs?dag_id=sales")["event_logs"]
    assert [(row["dag_id"], row["try_number"]) for row in by_dag] == [("sales", None)]
    assert "fish-value" not in api("GET", f"{V1}/eventLogs").text
    event = by_dag[0]["event"]
    for query, count in (
        (f"event={event}", 1),
        (f"included_events={event},other", 1),
        (f"excluded_events={event}", 1),
        (f"event={event}&included_events=other", 0),
        ("owner=nobody", 0),
        ("after=2100-01-01T00:00:00Z", 0),
        ("before=2100-01-01T00:00:00Z", 2),
        ("try_number=1", 0),
    ):
        assert api.good("GET", f"{V1}/eventLogs?{query}")["total_entries"] == count, query
    number = by_dag[0]["event_log_id"]
    assert api.good("GET", f"{V1}/eventLogs/{number}") == by_dag[0]
    api.bad(404, "GET", f"{V1}/eventLogs/777")
    api.bad(400, "GET", f"{V1}/eventLogs?after=2024-01-01T00:00:00")


def test_the_configuration_is_shown_only_where_it_is_allowed(api: Api, tmp_path: Path) -> None:
    api.bad(403, "GET", f"{V1}/config")
    shown = {"NARAE_HOME": str(tmp_path), "NARAE__WEBSERVER__EXPOSE_CONFIG": "true"}
    app: Any = api.client.app
    app.state.surroundings.settings = load(shown)
    [section] = api.good("GET", f"{V1}/config?section=core")["sections"]
    options = {option["key"]: option["value"] for option in section["options"]}
    assert (options["parallelism"], options["fernet_key"]) == ("32", "< hidden >")
    path = f"{V1}/config/section/core/option/parallelism"
    assert api("GET", path, headers={"Accept": "text/plain"}).text == "[core]\nparallelism = 32\n"
    api.bad(404, "GET", f"{V1}/config?section=fish")
    api.bad(404, "GET", f"{V1}/config/section/core/option/fish")
    api.bad(406, "GET", f"{V1}/config", headers={"Accept": "image/png"})


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/providers", "providers"),
        ("/plugins", "plugins"),
        ("/datasets?dag_ids=a,b", "datasets"),
        ("/datasets/events?order_by=-timestamp", "dataset_events"),
        ("/dagWarnings", "dag_warnings"),
    ],
)
def test_what_narae_does_not_have_is_an_empty_list(api: Api, path: str, name: str) -> None:
    assert api.good("GET", f"{V1}{path}") == {name: [], "total_entries": 0}


def test_datasets_can_be_neither_found_nor_written(api: Api) -> None:
    for method, path in (
        ("GET", "/datasets/s3:%2F%2Fa"),
        ("GET", "/datasets/queuedEvent/s3:%2F%2Fa"),
        ("DELETE", "/datasets/queuedEvent/s3:%2F%2Fa"),
        ("GET", "/dags/sales/datasets/queuedEvent"),
        ("DELETE", "/dags/sales/datasets/queuedEvent"),
        ("GET", "/dags/sales/datasets/queuedEvent/s3:%2F%2Fa"),
        ("DELETE", "/dags/sales/datasets/queuedEvent/s3:%2F%2Fa"),
    ):
        api.bad(404, method, f"{V1}{path}")
    api.bad(501, "POST", f"{V1}/datasets/events", {"dataset_uri": "s3://a"})
    api.bad(400, "POST", f"{V1}/datasets/events", {})


def test_warnings_of_a_file_are_told_of_each_of_its_dags(api: Api) -> None:
    spec = api.store.spec(api.store.dags(["other"])[0].spec_id)
    parsed = ParsedFile(
        file="w.py",
        code_version="v2",
        file_hash="v2",
        dags=(msgspec.structs.replace(spec, dag_id="warned"),),
        warnings=("a thread is left",),
    )
    api.stage.catalog.record([parsed], folder="/dags")
    [found] = api.good("GET", f"{V1}/dagWarnings?dag_id=warned")["dag_warnings"]
    assert (found["dag_id"], found["message"]) == ("warned", "a thread is left")
    assert api.good("GET", f"{V1}/dagWarnings?warning_type=fish")["total_entries"] == 0


def test_stats_count_the_runs_of_each_state(api: Api) -> None:
    api.stage.trigger("sales")
    found = api.good("GET", f"{V1}/dagStats?dag_ids=sales,other")
    assert [dag["dag_id"] for dag in found["dags"]] == ["other", "sales"]
    counts = {each["state"]: each["count"] for each in found["dags"][1]["stats"]}
    assert counts == {"queued": 1, "running": 0, "success": 0, "failed": 0}
    assert "dag_ids" in api.bad(400, "GET", f"{V1}/dagStats")


def test_health_and_version_are_for_everybody(api: Api) -> None:
    health = api.good("GET", f"{V1}/health")
    assert health["metadatabase"] == {"status": "healthy"}
    assert health["triggerer"] == {"status": None, "latest_triggerer_heartbeat": None}
    assert set(health) == {"metadatabase", "scheduler", "triggerer", "dag_processor"}
    assert api.good("GET", f"{V1}/version") == {"version": "0", "git_version": None}


def test_users_are_made_changed_and_deleted(api: Api) -> None:
    body = {
        "username": "uma",
        "email": "uma@example.com",
        "first_name": "Uma",
        "last_name": "U",
        "password": "long-enough-fish",
        "roles": [{"name": "User"}],
    }
    made = api.good("POST", f"{V1}/users", body)
    assert (made["username"], made["roles"], made["active"]) == ("uma", [{"name": "User"}], True)
    assert "password" not in made
    api.bad(409, "POST", f"{V1}/users", body)
    api.bad(400, "POST", f"{V1}/users", {**body, "username": "u2", "roles": [{"name": "nope"}]})
    api.bad(400, "POST", f"{V1}/users", {"username": "u2"})
    patch = {"first_name": "G", "last_name": "L"}
    masked = api.good("PATCH", f"{V1}/users/uma?update_mask=last_name", patch)
    assert (masked["first_name"], masked["last_name"]) == ("Uma", "L")
    assert api.good("PATCH", f"{V1}/users/uma", {"roles": []})["roles"] == []
    page = api.good("GET", f"{V1}/users?order_by=-username")
    assert [user["username"] for user in page["users"]] == ["uma"]
    assert api("DELETE", f"{V1}/users/uma").status_code == 204
    api.bad(404, "GET", f"{V1}/users/uma")


def test_roles_gather_permissions(api: Api) -> None:
    def pair(action: str, resource: str) -> dict[str, Any]:
        return {"action": {"name": action}, "resource": {"name": resource}}

    read, edit = pair("can_read", "DAGs"), pair("can_edit", "DAG:sales")
    made = api.good("POST", f"{V1}/roles", {"name": "R", "actions": [read]})
    assert made == {"name": "R", "actions": [read]}
    api.bad(409, "POST", f"{V1}/roles", {"name": "R"})
    more = api.good("PATCH", f"{V1}/roles/R", {"name": "R", "actions": [edit]})
    assert sorted(more["actions"], key=str) == sorted([read, edit], key=str)
    api.bad(400, "PATCH", f"{V1}/roles/R", {"name": "R2"})
    api.bad(400, "POST", f"{V1}/roles", {"name": "Q", "actions": [pair("nope", "DAGs")]})
    api.bad(400, "POST", f"{V1}/roles", {"name": "Q", "actions": [pair("can_read", "nope")]})
    names = [role["name"] for role in api.good("GET", f"{V1}/roles")["roles"]]
    assert names == ["Admin", "Op", "Public", "R", "User", "Viewer"]
    assert api("DELETE", f"{V1}/roles/R").status_code == 204
    api.bad(404, "GET", f"{V1}/roles/R")
    api.bad(409, "DELETE", f"{V1}/roles/Admin")


def test_permissions_name_the_actions(api: Api) -> None:
    found = api.good("GET", f"{V1}/permissions")
    assert {"name": "can_read"} in found["actions"]
    assert found["total_entries"] == 5
