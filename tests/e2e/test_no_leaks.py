"""Secrets stand nowhere in clear, whatever a careless DAG and careless people do with them.

A whole deployment is used with secrets of every kind; then all that it left behind, said and
answered is searched for them.
"""

import json
import re
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from cryptography.fernet import Fernet
from tests.e2e.conftest import Deployment, until
from tests.e2e.leaks.hunting import (
    Hunt,
    Piece,
    files_of,
    joined_logs,
    processes_below,
    task_logs,
)
from tests.e2e.leaks.requests import commands, gets, wrong_commands, wrong_requests

from narae.bootstrap.secrets import TOKEN_KEY_FILE, tokens_of

pytestmark = [pytest.mark.e2e, pytest.mark.process, pytest.mark.timeout(400)]

DAGS = Path(__file__).parent / "leaks" / "dags"
LINES = ["MIIEvQxIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj", "q8Jd7QxPzVt1LmXk0aYbNwRcEuHsGfTi5oK3e9Z4y"]
TOKEN = "tok_4Ys9Rk1QzVb6Td8W"
READ_BY_TASKS = {
    "connection password": 'Zq7"x\\Wé/pass&9kLm',
    "connection extra": "ak-Hx82jJq0PpLx7vN3",
    "sensitive variable": TOKEN,
    "private key": "\n".join(["-----BEGIN PRIVATE KEY-----", *LINES, "-----END PRIVATE KEY-----"]),
    "SMTP password": "smtp&Fw93/kQz71+Bn==",
}
OF_THE_SERVER = {
    "Fernet key": Fernet.generate_key().decode(),
    "OIDC client secret": "oidc-6Ty/Wp20+mXx81Kd",
    "key of sessions": "webserver-9s8dFh28skQ0",
    "collector header": "Bearer otel-5Hn2s0GfLw9e",
    "back end token": "hvs.CAESIJx81kQp02mNz",
    "database password": "pg-R81.mZx~02-Lq7Vw",
}
SECRETS = (
    READ_BY_TASKS
    | OF_THE_SERVER
    | {"variable that a task makes": "made-" + TOKEN[::-1], "user password": "Bl4u/wal&Grünkohl7"}
)
KEY_FILES = frozenset({"fernet.key", "narae.toml", TOKEN_KEY_FILE})
"""Where keys and passwords are kept on purpose, readable for their owner alone."""

ENDS = {
    **dict.fromkeys(("prints", "in_pieces", "through_a_child", "returns", "pulls"), "success"),
    **dict.fromkeys(("settings", "writes", "mapped[0]", "mapped[1]", "bash"), "success"),
    "raises": "failed",
}


class Heard(Deployment):
    """A deployment of which every line is kept."""

    database = ""
    """The URL with its password, when it is PostgreSQL's."""

    def stop(self) -> int:
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.terminate()
        self.said.append(self.process.stdout.read())
        return super().stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def leaky(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Heard]:
    made = Heard(tmp_path / "h", dags=DAGS)
    if request.param == "postgresql":
        url = str(request.getfixturevalue("empty_postgres"))
        made.database = url.replace("@", f":{SECRETS['database password']}@")
    _configure(made)
    made.start()
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop()


def _configure(deployment: Heard) -> None:
    deployment.home.mkdir()
    options: dict[str, dict[str, object]] = {
        "core": {"fernet_key": SECRETS["Fernet key"]},
        "smtp": {"smtp_password": SECRETS["SMTP password"]},
        "auth": {
            "oidc_issuer": "http://127.0.0.1:9",
            "oidc_client_id": "narae",
            "oidc_client_secret": SECRETS["OIDC client secret"],
        },
        "webserver": {"secret_key": SECRETS["key of sessions"], "expose_config": True},
        "traces": {"otel_headers": f"authorization={SECRETS['collector header']}"},
        "secrets": {"backend_kwargs": json.dumps({"token": SECRETS["back end token"]})},
    }
    if deployment.database:
        options["database"] = {"url": deployment.database}
    lines = []
    for section, values in options.items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    (deployment.home / "narae.toml").write_text("\n".join(lines))
    for arguments in (
        ("db", "migrate"),
        ("variables", "set", "leaky_token", TOKEN),
        ("variables", "set", "leaky_private_key", "--", SECRETS["private key"]),
        (
            *("connections", "add", "leaky_db", "--conn-type", "postgres", "--conn-host", "db"),
            *("--conn-password", SECRETS["connection password"]),
            *("--conn-extra", json.dumps({"api_key": SECRETS["connection extra"]})),
        ),
    ):
        done(deployment, *arguments)


def done(deployment: Deployment, *arguments: str) -> str:
    said = deployment.cli(*arguments)
    assert said.returncode == 0, said.stderr
    return said.stdout


def test_no_secret_stands_anywhere_in_clear(leaky: Heard) -> None:
    hunt = Hunt(SECRETS)
    _make_accounts(leaky, hunt)
    with_events = _Listener(leaky)
    run_id = _run(leaky, hunt)
    with_events.stop()
    hunt.look_at([("/api/v2/events", with_events.heard)])
    _look_at_answers(leaky, hunt, run_id)
    hunt.look_at(files_of(leaky.home, but=KEY_FILES))
    hunt.look_at(joined_logs(leaky.home))
    _look_like_something(leaky)
    assert leaky.stop() == 0
    hunt.look_at([("standard output", "".join(leaky.said).encode())])
    hunt.look_at(files_of(leaky.home, but=KEY_FILES))
    hunt.look_at(_dump(leaky))
    found = hunt.hits()
    assert not found, "\n".join(found)


def _make_accounts(deployment: Heard, hunt: Hunt) -> None:
    """The first admin, a user, tokens and a session."""
    (line,) = [each for each in deployment.said if "with the password" in each]
    password = line.partition("with the password ")[2].split()[0]
    deployment.said.remove(line)  # shown this once, on purpose
    hunt.add("admin password", password)
    done(
        deployment,
        *("users", "create", "-u", "ann", "-r", "Admin", "-p", SECRETS["user password"]),
    )
    made = done(deployment, "tokens", "create", "-u", "ann", "-n", "hers", "-o", "json")
    hunt.add("personal token", json.loads(made)[0]["token"])
    hunt.add("the tests' token", deployment.headers["Authorization"].removeprefix("Bearer "))
    body = {"username": "ann", "password": SECRETS["user password"]}
    hunt.add("token of a login", deployment.api("POST", "/auth/token", body)["access_token"])
    wish = Request(
        f"http://127.0.0.1:{deployment.port}/api/v2/auth/tokens",
        data=json.dumps({"name": "twice"}).encode(),
        headers=deployment.headers
        | {"Idempotency-Key": "once", "Content-Type": "application/json"},
    )
    for _ in range(2):
        with urlopen(wish, timeout=20) as answer:
            hunt.add("token whose answer is kept", json.loads(answer.read())["access_token"])
    login = Request(
        f"http://127.0.0.1:{deployment.port}/api/v2/auth/session",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(login, timeout=20) as answer:
        found = re.match(r"\w+=([^;]+)", answer.headers["Set-Cookie"])
    assert found is not None
    hunt.add("session key", found[1])


def _run(deployment: Heard, hunt: Hunt) -> str:
    """A run of the careless DAG and a backfill; processes are looked at meanwhile."""
    until(lambda: len(deployment.api("GET", "/api/v2/dags")["dags"]) == 2)
    run_id = deployment.trigger("leaky")
    day = "2020-01-01T00:00:00Z"
    past = {"dag_id": "yearly", "from_date": day, "to_date": day}
    deployment.api("POST", "/api/v2/backfills", past)

    def ended() -> bool:
        assert deployment.process is not None
        for place, data in processes_below(deployment.process.pid):
            own = SECRETS["SMTP password"].encode()  # tasks send mail with it
            hunt.look_at([(place, data.replace(own, b"") if "environ" in place else data)])
        return deployment.run_state("leaky", run_id) == "failed"

    until(ended, 90)
    assert deployment.states("leaky", run_id) == ENDS
    until(lambda: deployment.api("GET", "/api/v2/importErrors")["total_entries"] == 1)
    tokens, attempts = tokens_of(deployment.home), "/api/v2/dags/leaky/dagRuns/{}/taskInstances/{}"
    for task_id in ENDS:
        if "[" not in task_id:
            path = attempts.format(run_id, task_id) + "/attempts"
            (attempt,) = deployment.api("GET", path)["attempts"]
            hunt.add("attempt token", tokens.of(attempt["id"]))
    hunt.add("key of attempts' tokens", (deployment.home / TOKEN_KEY_FILE).read_text().strip())
    return run_id


class _Listener:
    """Hears the feed of changes until it is told to stop."""

    def __init__(self, deployment: Deployment) -> None:
        address = f"http://127.0.0.1:{deployment.port}/api/v2/events"
        self._answer = urlopen(Request(address, headers=deployment.headers), timeout=60)
        self.heard = b""
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while not self._ending.is_set() and (line := self._answer.readline()):
            self.heard += line

    def stop(self) -> None:
        """Once more has been heard."""
        self._ending.set()
        self._thread.join(60)
        self._answer.close()
        assert b"leaky" in self.heard


def _look_at_answers(deployment: Heard, hunt: Hunt, run_id: str) -> None:
    answered: dict[str, set[int]] = {}
    for template, path in gets(deployment, run_id):
        status, body = _ask(deployment, "GET", path)
        assert status < 500, (path, body)
        answered.setdefault(template, set()).add(status)
        hunt.look_at([(f"GET {path}", body)])
    assert {each for each, found in answered.items() if 200 not in found} == NOTHING_TO_SHOW
    for method, path, data, headers in wrong_requests(SECRETS):
        status, body = _ask(deployment, method, path, data, headers)
        assert 400 <= status < 502, (path, status, body)
        hunt.look_at([(f"{method} {path} {status}", body)])
    for arguments in commands(run_id):
        said = done(deployment, *arguments)
        hunt.look_at([(" ".join(arguments), said.encode())])
    for arguments, environ in wrong_commands(SECRETS, deployment.home.parent):
        before, deployment.environ = deployment.environ, deployment.environ | environ
        ended = deployment.cli(*arguments)
        deployment.environ = before
        assert ended.returncode != 0, (arguments[:2], ended.stdout)
        hunt.look_at([(" ".join(arguments[:3]), (ended.stdout + ended.stderr).encode())])


INSTANCES = "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}"
NOTHING_TO_SHOW = {
    "/api/v1/dags/{dag_id}/datasets/queuedEvent",
    "/api/v1/dags/{dag_id}/datasets/queuedEvent/{uri}",
    "/api/v1/datasets/queuedEvent/{uri}",
    "/api/v1/datasets/{uri}",
    "/api/v2/assets/aliases/{asset_alias_id}",
    "/api/v2/assets/{asset_id}",
    "/api/v2/assets/{asset_id}/queuedEvents",
    "/api/v2/assets/{asset_id}/state-store",
    "/api/v2/assets/{asset_id}/state-store/{key}",
    "/api/v2/connections/enqueue-test",
    "/api/v2/dags/{dag_id}/assets/{asset_id}/queuedEvents",
    f"{INSTANCES}/externalLogUrl/{{try_number}}",
    f"{INSTANCES}/state-store/{{key}}",
    f"{INSTANCES}/{{map_index}}/hitlDetails",
    f"{INSTANCES}/{{map_index}}/hitlDetails/tries/{{try_number}}",
}
"""GET operations that do not answer with 200 here: what they are about is not built."""


def _ask(
    deployment: Deployment,
    method: str,
    path: str,
    data: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    asked = Request(
        f"http://127.0.0.1:{deployment.port}{path}",
        method=method,
        data=data,
        headers=deployment.headers | {"Content-Type": "application/json"} | (headers or {}),
    )
    try:
        with urlopen(asked, timeout=30) as answer:
            return answer.status, answer.read() + str(answer.headers).encode()
    except HTTPError as error:
        return error.code, error.read() + str(error.headers).encode()


def _look_like_something(deployment: Deployment) -> None:
    """The words around the secrets are there, so what is searched is what was written."""
    logs = {path.parent.name: path.read_text() for path in task_logs(deployment.home)}
    count = len(READ_BY_TASKS)
    assert logs["task_id=prints"].count("plain ***") >= count
    assert "logged ***" in logs["task_id=prints"]
    assert "over lines: ***" in logs["task_id=in_pieces"]
    assert logs["task_id=through_a_child"].count("***") >= 3 * count
    assert "can't log in with ***" in logs["task_id=raises"]
    assert "pulled key=***;" in logs["task_id=pulls"]
    assert "made ***" in logs["task_id=writes"]
    assert "SMTP_PASSWORD" in logs["task_id=settings"]
    (error,) = deployment.api("GET", "/api/v2/importErrors")["import_errors"]
    assert "no DAG with ***" in error["stack_trace"]
    assert "straight ***" in error["stack_trace"]


def _dump(deployment: Heard) -> Iterator[Piece]:
    """The database row by row."""
    lines = (
        _postgres_lines(deployment.database)
        if deployment.database
        else _sqlite_lines(deployment.home / "narae.db")
    )
    for number, line in enumerate(lines):
        yield f"row {number}", line.encode()
        for blob in re.findall(r"(?:X'|\\x)([0-9A-Fa-f]{16,})", line):
            yield f"row {number}, blob", bytes.fromhex(blob[: len(blob) // 2 * 2])


def _sqlite_lines(database: Path) -> Iterator[str]:
    connection = sqlite3.connect(database)
    yield from connection.iterdump()
    connection.close()


def _postgres_lines(url: str) -> Iterator[str]:
    found = [shutil.which("pg_dump"), *sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))]
    program = next(str(each) for each in reversed(found) if each)
    dumped = subprocess.run([program, url], capture_output=True, text=True, check=True, timeout=60)
    assert "leaky_db" in dumped.stdout
    yield from dumped.stdout.splitlines()
