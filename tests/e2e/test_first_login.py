"""The way in of a new deployment: a password that is shown once, then tokens."""

import json
import re
import sqlite3
from pathlib import Path
from typing import Any
from urllib import request
from urllib.error import HTTPError

import pytest
from tests.e2e.conftest import Deployment

pytestmark = [pytest.mark.e2e, pytest.mark.process]

_SHOWN = re.compile(r"Log in as (\S+) with the password (\S+) ")


def ask(
    deployment: Deployment, path: str, body: Any = None, *, token: str = ""
) -> tuple[int, dict[str, Any]]:
    """Status and answer, with no more than what is shown here."""
    message = request.Request(
        f"http://127.0.0.1:{deployment.port}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"}
        | ({"Authorization": f"Bearer {token}"} if token else {}),
    )
    try:
        with request.urlopen(message, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def log_in(deployment: Deployment, name: str, password: str) -> tuple[int, str]:
    wish = {"username": name, "password": password}
    status, answer = ask(deployment, "/auth/token", wish)
    return status, answer.get("access_token", "")


def holding(home: Path, text: str) -> list[str]:
    """Files of the home in which the text stands."""
    files = [path for path in home.rglob("*") if path.is_file()]
    return [path.name for path in files if text.encode() in path.read_bytes()]


def test_the_first_password_is_shown_once_and_kept_as_a_hash(
    stopped_deployment: Deployment,
) -> None:
    deployment = stopped_deployment
    deployment.start()
    (found,) = filter(None, map(_SHOWN.search, deployment.said))
    name, password = found.groups()
    assert name == "admin"
    assert ask(deployment, "/api/v2/dags")[0] == 401
    assert log_in(deployment, name, password + "x")[0] == 401
    status, token = log_in(deployment, name, password)
    assert status == 201
    status, answer = ask(deployment, "/api/v2/dags", token=token)
    assert (status, answer["total_entries"] >= 0) == (200, True)
    assert deployment.stop() == 0
    assert holding(deployment.home, password) == []
    assert holding(deployment.home, token) == []
    with sqlite3.connect(deployment.home / "narae.db") as base:
        ((kept,),) = base.execute("SELECT password_hash FROM account WHERE username = 'admin'")
    base.close()
    assert kept.startswith("$argon2id$")

    deployment.start()
    assert not any(map(_SHOWN.search, deployment.said))
    assert log_in(deployment, name, password)[0] == 201
    assert ask(deployment, "/api/v2/dags", token=token)[0] == 200
    assert deployment.stop() == 0


def test_a_token_of_the_command_line_works_until_it_is_revoked(deployment: Deployment) -> None:
    arguments = ("-u", "admin", "-n", "reporter", "-s", "read", "-o", "json")
    (made,) = json.loads(deployment.cli("tokens", "create", *arguments).stdout)
    assert ask(deployment, "/api/v2/dags", token=made["token"])[0] == 200
    trigger = "/api/v2/dags/with_conf/dagRuns"
    assert ask(deployment, trigger, {}, token=made["token"])[0] == 403
    assert deployment.cli("tokens", "revoke", made["id"]).returncode == 0
    assert ask(deployment, "/api/v2/dags", token=made["token"])[0] == 401
