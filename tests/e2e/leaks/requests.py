"""What is asked of a deployment in the hunt for secrets: right and wrong."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.e2e.conftest import Deployment

from narae.api.catalogue import OPERATIONS

TASKS = (
    *("prints", "in_pieces", "through_a_child", "raises", "returns"),
    *("pulls", "settings", "writes", "bash", "mapped"),
)
QUERIES = {
    "/dags/{dag_id}/diff": "?from={code_version}&to={code_version}",
    "/api/v1/dagStats": "?dag_ids={dag_id}",
    "/wait": "?interval=1",
}
"""What must be said beside the path, by its end."""


def gets(deployment: Deployment, run_id: str) -> Iterator[tuple[str, str]]:
    """(path's template, path) of every GET operation of both APIs, with real ids in it."""
    values = _values(deployment, run_id)
    for each in (each for name in OPERATIONS for each in OPERATIONS[name]):
        template = (each.flavour.prefix + each.path).replace(":path}", "}")
        if each.method != "GET" or template == "/api/v2/events":
            continue
        query = next((text for end, text in QUERIES.items() if template.endswith(end)), "")
        several = [{"task_id": task_id} for task_id in TASKS] if "{task_id}" in template else [{}]
        if "{map_index}" in template:
            several = [{"task_id": "mapped", "map_index": str(index)} for index in (0, 1)]
        for more in several:
            yield template, _filled(template + query, values | more)


def _filled(template: str, values: Mapping[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda name: quote(values[name[1]], safe=""), template)


def _values(deployment: Deployment, run_id: str) -> dict[str, str]:
    def first(path: str, name: str) -> dict[str, Any]:
        found: dict[str, Any] = deployment.api("GET", path)[name][0]
        return found

    error = first("/api/v2/importErrors", "import_errors")
    versions = deployment.api("GET", f"/api/v2/dags/leaky/dagRuns/{run_id}/code")
    return {
        "dag_id": "leaky",
        "dag_run_id": run_id,
        "connection_id": "leaky_db",
        "variable_key": "leaky_token",
        "pool_name": "default_pool",
        "xcom_key": "return_value",
        "username": "ann",
        "role_name": "Admin",
        "section": "core",
        "option": "fernet_key",
        "task_try_number": "1",
        "try_number": "1",
        "version_number": "1",
        "asset_id": "1",
        "asset_alias_id": "1",
        "uri": "file:///nothing",
        "key": "nothing",
        "code_version": str(versions["code_version"]),
        "file_token": str(deployment.api("GET", "/api/v1/dags/leaky")["file_token"]),
        "import_error_id": str(error["import_error_id"]),
        "event_log_id": str(first("/api/v2/eventLogs", "event_logs")["event_log_id"]),
        "backfill_id": str(first("/api/v2/backfills", "backfills")["id"]),
    }


Asked = tuple[str, str, bytes, dict[str, str]]


def wrong_requests(secrets: Mapping[str, str]) -> Iterator[Asked]:
    """(method, path, body, headers) that have to be refused, with secrets in them."""
    password, token = secrets["connection password"], secrets["sensitive variable"]
    connection = {"connection_id": "new", "conn_type": "http", "password": password}
    for path in ("/api/v1/connections", "/api/v2/connections"):
        for wrong in (
            {"connection_id": "a b"},
            {"connection_id": "leaky_db"},
            {"password": [password]},
            {"port": token},
            {"port": -1},
            {"extra": {"api_key": secrets["connection extra"]}},
            {"conn_type": None},
            {"colour": token},
        ):
            yield "POST", path, json.dumps(connection | wrong).encode(), {}
        yield "POST", f"{path}/test", json.dumps(connection).encode(), {}
        yield "POST", path, json.dumps(connection).encode()[:-2], {}
        yield "POST", path, json.dumps(connection).encode(), {"Content-Type": "text/plain"}
    for path in ("/api/v1/variables", "/api/v2/variables"):
        yield "POST", path, json.dumps({"key": "", "value": token}).encode(), {}
        yield "POST", path, json.dumps({"key": 5, "value": token}).encode(), {}
        body = {"key": "another", "value": token}
        yield "PATCH", f"{path}/leaky_token", json.dumps(body).encode(), {}
        yield "PATCH", f"{path}/none", json.dumps(body | {"key": "none"}).encode(), {}
    yield from _wrong_accounts(secrets["user password"])
    for value in (f"Bearer narae_{token}", f"Basic {token}", f"Bearer {password}x".encode().hex()):
        yield "GET", "/api/v2/dags", b"", {"Authorization": value}
    conf = json.dumps({"conf": [token], "dag_run_id": password}).encode()
    yield "POST", "/api/v2/dags/leaky/dagRuns", conf, {}


def _wrong_accounts(password: str) -> Iterator[Asked]:
    ann: dict[str, Any] = {"username": "ann", "password": password}
    for path in ("/auth/token", "/api/v2/auth/session"):
        for wrong in (
            {"password": password + "x"},
            {"username": [password]},
            {"password": [password]},
            {"passphrase": password},
            {"username": "nobody"},
        ):
            yield "POST", path, json.dumps(ann | wrong).encode(), {}
        yield "POST", path, json.dumps(ann).encode()[:-1], {}
    for method, path in (("POST", "/api/v1/users"), ("PATCH", "/api/v1/users/ann")):
        for wrong in ({"email": [password]}, {"roles": password}, {"colour": password}):
            yield method, path, json.dumps(ann | wrong).encode(), {}
    change = {"old": password + "x", "new": password}
    yield "PUT", "/api/v2/auth/password", json.dumps(change).encode(), {}


def commands(run_id: str) -> list[tuple[str, ...]]:
    """Commands that show things without being asked for secrets."""
    shown = [("connections", "get", "leaky_db"), ("connections", "list"), ("variables", "list")]
    lists = [("users", "list"), ("tokens", "list"), ("roles", "list"), ("pools", "list")]
    return [
        *((*each, "-o", "json") for each in (*shown, *lists)),
        ("connections", "list"),
        ("config", "list", "-d"),
        ("info",),
        ("dags", "list"),
        ("dags", "details", "leaky"),
        ("dags", "list-runs", "leaky"),
        ("tasks", "states-for-dag-run", "leaky", run_id),
        ("tasks", "attempts", "leaky", "raises", run_id, "-o", "json"),
        ("tasks", "render", "leaky", "bash", run_id),
        ("tasks", "test", "leaky", "prints"),
        ("tasks", "test", "leaky", "through_a_child"),
    ]


def wrong_commands(
    secrets: Mapping[str, str], folder: Path
) -> Iterator[tuple[tuple[str, ...], dict[str, str]]]:
    """(arguments, environment) of commands that fail over something secret."""
    password, token = secrets["connection password"], secrets["sensitive variable"]
    add = ("connections", "add")
    for text in (
        f"postgres://ann:{quote(password, '')}@db:port/x",
        f'{{"password": {json.dumps(password)}, "colour": "{token}"}}',
        f'{{"password": {json.dumps(password)}',
        f'{{"port": "{token}"}}',
    ):
        yield (*add, "new", "--conn-json", text), {}
        yield (*add, "new", "--conn-uri", text), {}
    more = ("--conn-type", "http", "--conn-password", password)
    yield (*add, "leaky_db", *more), {}
    yield (*add, "new", *more, "--conn-extra", f'{{"api_key": {token}'), {}
    yield ("variables", "set", "-j", "new_token", token), {}
    file = folder / "wrong.json"
    file.write_text(json.dumps({"new": {"conn_type": "http", "port": token}}))
    yield ("connections", "import", str(file)), {}
    broken = folder / "broken.json"
    broken.write_text(f'{{"new_token": "{token}"')
    yield ("variables", "import", str(broken)), {}
    yield ("tasks", "test", "leaky", "raises"), {}
    yield ("dags", "list-import-errors", "-o", "json"), {}
    database = f"postgresql://ann:{secrets['database password']}@127.0.0.1:9/none"
    for key, text in (
        ("DATABASE__URL", database),
        ("DATABASE__URL", database.replace("postgresql", "oracle")),
        ("SECRETS__BACKEND_KWARGS", secrets["back end token"]),
        ("CORE__FERNET_KEY", secrets["Fernet key"][:-3]),
        ("CORE__FERNET_KEY", secrets["Fernet key"][::-1]),
    ):
        yield ("variables", "get", "leaky_token"), {f"NARAE__{key}": text}
