import socket
from pathlib import Path
from typing import Any

import pytest
from tests.secrets_backends.conftest import FakeServer

from narae.core.requests import ConnectionValue
from narae.errors import SecretsBackendError
from narae.secrets_backends.vault import VaultBackend

TOKEN = "hvs.right"


def kv(version: int, tree: dict[str, dict[str, Any]]) -> Any:
    def answer(path: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        if path == "/v1/auth/approle/login":
            if body == {"role_id": "r", "secret_id": "s"}:
                return 200, {"auth": {"client_token": TOKEN, "lease_duration": 60}}
            return 400, {"errors": ["invalid role or secret ID"]}
        if headers.get("x-vault-token") != TOKEN:
            return 403, {"errors": ["permission denied: hush-hush"]}
        found = tree.get(path)
        if found is None:
            return 404, {"errors": []}
        return 200, {"data": {"data": found, "metadata": {}} if version == 2 else found}

    return answer


def test_version_2_has_its_data_below_data(server: FakeServer) -> None:
    server.answer = kv(
        2,
        {
            "/v1/secret/data/variables/city": {"value": "Seoul"},
            "/v1/secret/data/variables/json": {"value": {"a": 1}},
            "/v1/secret/data/connections/db": {"conn_uri": "postgresql://u:p%40@h:5/s"},
            "/v1/secret/data/connections/web": {"conn_type": "http", "host": "h", "port": "80"},
            "/v1/secret/data/config/smtp": {"value": "x"},
        },
    )
    vault = VaultBackend(url=server.url, token=TOKEN, namespace="team")
    assert vault.variable("city") == "Seoul"
    assert vault.variable("json") == '{"a": 1}'
    assert vault.variable("none") is None
    assert vault.config("smtp") == "x"
    assert vault.connection("db") == ConnectionValue(
        conn_id="db", conn_type="postgres", login="u", password="p@", host="h", port=5, schema="s"
    )
    web = vault.connection("web")
    assert web is not None
    assert (web.conn_type, web.host, web.port) == ("http", "h", 80)
    assert {headers["x-vault-namespace"] for _, headers, _ in server.asked} == {"team"}


def test_version_1_and_other_paths(server: FakeServer) -> None:
    server.answer = kv(1, {"/v1/kv/team/vars/a%20b": {"value": "1"}})
    vault = VaultBackend(
        url=server.url + "/",
        token=TOKEN,
        kv_engine_version=1,
        mount_point="kv",
        variables_path="team/vars",
        connections_path=None,
    )
    assert vault.variable("a b") == "1"
    assert vault.connection("db") is None
    assert len(server.asked) == 1  # nothing was asked for a connection


def test_an_approle_logs_in_once_and_again_when_its_token_is_old(server: FakeServer) -> None:
    server.answer = kv(2, {"/v1/secret/data/variables/a": {"value": "1"}})
    now = [0.0]
    vault = VaultBackend(
        url=server.url, auth_type="approle", role_id="r", secret_id="s", monotonic=lambda: now[0]
    )
    assert (vault.variable("a"), vault.variable("a")) == ("1", "1")
    now[0] = 31.0  # of 60 seconds, 30 are spare
    assert vault.variable("a") == "1"
    logins = [path for path, _, _ in server.asked if "login" in path]
    assert len(logins) == 2
    wrong = VaultBackend(url=server.url, auth_type="approle", role_id="r", secret_id="wrong-one")
    with pytest.raises(SecretsBackendError, match="does not let us in") as caught:
        wrong.variable("a")
    assert "wrong-one" not in str(caught.value)


def test_a_token_may_stand_in_a_file(server: FakeServer, tmp_path: Path) -> None:
    server.answer = kv(2, {"/v1/secret/data/variables/a": {"value": "1"}})
    (tmp_path / "token").write_text(TOKEN + "\n")
    assert VaultBackend(url=server.url, token_path=str(tmp_path / "token")).variable("a") == "1"
    missing = VaultBackend(url=server.url, token_path=str(tmp_path / "none"))
    with pytest.raises(SecretsBackendError, match="none can't be read"):
        missing.variable("a")


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (403, {"errors": ["hush-hush"]}, "it forbids it"),
        (307, b"hush-hush", "elsewhere"),
        (503, {"errors": ["hush-hush"]}, "sealed"),
        (500, b"hush-hush", r"failed \(HTTP 500\)"),
        (200, b"<html>hush-hush", "no JSON object"),
        (200, {"data": {"data": "hush-hush"}}, "no secret"),
        (200, {"data": {"data": {"other": "hush-hush"}}}, "no key 'value'"),
    ],
)
def test_what_goes_wrong_is_said_without_the_value(
    server: FakeServer, status: int, body: Any, words: str
) -> None:
    server.answer = lambda *_: (status, body)
    with pytest.raises(SecretsBackendError, match=words) as caught:
        VaultBackend(url=server.url, token="hvs.wrong").variable("a")
    assert "hush" not in str(caught.value)
    assert "hvs." not in str(caught.value)
    assert len(server.asked) == 1  # no redirect is followed with the token


def test_nobody_there() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        vault = VaultBackend(url=url, token=TOKEN, timeout=2)
        with pytest.raises(SecretsBackendError, match="can't be reached: Connection refused"):
            vault.variable("a")
    assert vault.name == f"Vault at {url}"


def test_a_connection_that_makes_no_sense_does_not_show_itself(server: FakeServer) -> None:
    tree = {"/v1/secret/data/connections/db": {"passwrd": "hush-hush", "host": "h"}}
    server.answer = kv(2, tree)
    with pytest.raises(SecretsBackendError, match="no field 'passwrd'") as caught:
        VaultBackend(url=server.url, token=TOKEN).connection("db")
    assert "hush" not in str(caught.value)
