"""Files of DAGs by ``/api/v2``: import errors, warnings, and being parsed again."""

from typing import Any

import msgspec
import pytest
from tests.api.conftest import SALES, Api

from narae.accounts.permissions import Action, Permission, Principal, PrincipalKind, Resource
from narae.core.spec import ImportFailure, ParsedFile
from narae.testing import samples as s

ERRORS = "/api/v2/importErrors"
WARNINGS = "/api/v2/dagWarnings"


def parse(api: Api, file: str, **more: Any) -> None:
    parsed = ParsedFile(file=file, code_version="v2", file_hash="2", **more)
    api.stage.catalog.record([parsed], folder="/dags")


def fail(api: Api, file: str, words: str) -> None:
    failure = ImportFailure(file=file, line=3, message=words, traceback=f"line 3\n{words}")
    parse(api, file, failures=(failure,))


def reader(*permissions: Permission) -> Principal:
    return Principal(username="min", kind=PrincipalKind.USER, permissions=frozenset(permissions))


def names(listed: Any) -> list[str]:
    return [each["filename"] for each in listed["import_errors"]]


def test_import_errors_say_where_and_since_when(api: Api) -> None:
    fail(api, "b.py", "no fish")
    (found,) = api.good("GET", ERRORS)["import_errors"]
    assert (found["filename"], found["line"]) == ("b.py", 3)
    assert (found["message"], found["stack_trace"]) == ("no fish", "line 3\nno fish")
    assert found["timestamp"].startswith("2026-01-01T12:")
    assert api.good("GET", f"{ERRORS}/{found['import_error_id']}") == found


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", ["b.py", "a.py"]),
        ("order_by=filename", ["a.py", "b.py"]),
        ("order_by=-filename&limit=1&offset=1", ["a.py"]),
        ("filename=a.py", ["a.py"]),
        ("filename=a", []),
        ("filename_pattern=B.%25", ["b.py"]),
        ("filename_prefix_pattern=b", ["b.py"]),
        ("bundle_name=dags-folder", ["b.py", "a.py"]),
        ("bundle_name=git", []),
    ],
)
def test_import_errors_are_filtered_and_ordered(api: Api, query: str, wanted: list[str]) -> None:
    fail(api, "b.py", "no fish")
    fail(api, "a.py", "no cat")
    assert names(api.good("GET", f"{ERRORS}?{query}")) == wanted


def test_an_import_error_that_is_not_there(api: Api) -> None:
    api.bad(404, "GET", f"{ERRORS}/9")
    api.bad(404, "GET", f"{ERRORS}/x")
    api.bad(404, "GET", f"{ERRORS}/99999999999999999999")
    api.bad(422, "GET", f"{ERRORS}?order_by=secret")


def test_what_fails_in_a_file_of_hidden_dags_is_not_shown(api: Api) -> None:
    api.stage.add_dag(s.spec("mine"), file="mine.py")
    for file in ("mine.py", "dags.py", "nobodys.py"):
        fail(api, file, "no fish")
    api.stage.add_dag(s.spec("secret"), file="secret.py")
    fail(api, "secret.py", "no cat")
    read = [Permission(Action.READ, Resource.DAG, dag) for dag in ("mine", "sales")]
    everything = api.good("GET", f"{ERRORS}?filename=secret.py")["import_errors"]
    api.principal = reader(*read, Permission(Action.READ, Resource.IMPORT_ERROR))
    listed = api.good("GET", f"{ERRORS}?order_by=filename")
    shown = {each["filename"]: each["stack_trace"] for each in listed["import_errors"]}
    assert shown.keys() == {"dags.py", "mine.py"}
    assert (shown["mine.py"], "no fish" in shown["dags.py"]) == ("line 3\nno fish", False)
    assert "no fish" not in str([e for e in listed["import_errors"] if e["filename"] == "dags.py"])
    api.bad(404, "GET", f"{ERRORS}/{everything[0]['import_error_id']}")
    api.principal = reader(*read)
    api.bad(403, "GET", ERRORS)


def test_tasks_without_a_pool_are_warned_of(api: Api) -> None:
    task = msgspec.structs.replace(SALES.tasks[0], pool="pond")
    api.stage.add_dag(msgspec.structs.replace(SALES, tasks=(task,)))
    (found,) = api.good("GET", WARNINGS)["dag_warnings"]
    assert (found["dag_id"], found["warning_type"]) == ("sales", "non-existent pool")
    assert "pond" in found["message"]
    assert api.good("GET", f"{WARNINGS}?dag_id=other")["total_entries"] == 0
    assert api.good("GET", f"{WARNINGS}?warning_type=asset%20conflict")["total_entries"] == 0
    api.good("POST", "/api/v2/pools", {"name": "pond", "slots": 1})
    assert api.good("GET", WARNINGS)["total_entries"] == 0


def test_what_parsing_said_is_listed_when_asked_for(api: Api) -> None:
    for file in ("a", "b"):
        parse(api, f"{file}.py", dags=(s.spec(file),), warnings=("a thread is left", "b"))
    asked = f"{WARNINGS}?warning_type=parsing"
    found = api.good("GET", f"{asked}&order_by=-message&order_by=dag_id&limit=3")
    assert found["total_entries"] == 4
    told = [(each["dag_id"], each["message"]) for each in found["dag_warnings"]]
    assert told == [("a", "b"), ("b", "b"), ("a", "a thread is left")]
    assert api.good("GET", WARNINGS)["total_entries"] == 0
    assert api.good("GET", "/api/v2/dags/a/details")["warnings"] == ["a thread is left", "b"]
    api.bad(422, "GET", f"{WARNINGS}?warning_type=fish")
    api.principal = reader(
        *(Permission(Action.READ, each, "b") for each in (Resource.DAG, Resource.DAG_WARNING))
    )
    listed = api.good("GET", asked)["dag_warnings"]
    assert {each["dag_id"] for each in listed} == {"b"}


def test_a_file_is_parsed_again_by_its_token(api: Api) -> None:
    token = api.good("GET", "/api/v2/dags/sales")["file_token"]
    answer = api("PUT", f"/api/v2/parseDagFile/{token}")
    assert answer.status_code == 201
    assert answer.json() == {"relative_fileloc": "dags.py", "dag_ids": ["other", "sales"]}


def test_a_file_that_gives_no_dag_is_parsed_again_too(api: Api) -> None:
    fail(api, "b.py", "no fish")
    (found,) = api.good("GET", ERRORS)["import_errors"]
    path = f"/api/v2/parseDagFile/{found['file_token']}"
    assert api.good("PUT", path) == {"relative_fileloc": "b.py", "dag_ids": []}
    api.principal = reader(Permission(Action.EDIT, Resource.DAG, "sales"))
    assert "b.py" in api.bad(403, "PUT", path)


@pytest.mark.parametrize("change", ["x{}", "{}x", "{}.", "dags.py", "L2RhZ3MAZGFncy5weQ", "a.b"])
def test_a_token_of_ones_own_is_none(api: Api, change: str) -> None:
    token = change.format(api.good("GET", "/api/v2/dags/sales")["file_token"])
    assert "token" in api.bad(404, "PUT", f"/api/v2/parseDagFile/{token}")


def test_all_dags_of_a_file_have_to_be_ones_own_to_parse_it(api: Api) -> None:
    token = api.good("GET", "/api/v2/dags/sales")["file_token"]
    api.principal = reader(
        Permission(Action.READ, Resource.DAG), Permission(Action.EDIT, Resource.DAG, "sales")
    )
    assert "other" in api.bad(403, "PUT", f"/api/v2/parseDagFile/{token}")
