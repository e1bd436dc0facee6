import json
import socket
from typing import Any

import pytest
from tests.secrets_backends.conftest import FakeServer

from narae.errors import SecretsBackendError
from narae.secrets_backends.aws import SecretsManagerBackend


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalr-hush-hush")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


def manager(server: FakeServer, **more: Any) -> SecretsManagerBackend:
    return SecretsManagerBackend(endpoint_url=server.url, region_name="ap-northeast-2", **more)


def having(secrets: dict[str, str]) -> Any:
    def answer(path: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        del path
        assert headers["x-amz-target"] == "secretsmanager.GetSecretValue"
        name = body["SecretId"]
        if name not in secrets:
            return 400, {"__type": "ResourceNotFoundException", "message": "can't find it"}
        return 200, {"Name": name, "SecretString": secrets[name]}

    return answer


def test_secrets_are_found_by_prefix_and_name(server: FakeServer) -> None:
    server.answer = having(
        {
            "airflow/variables/city": "Seoul",
            "airflow/config/smtp": "x",
            "airflow/connections/uri": "mysql://u:p@h:3306/s",
            "airflow/connections/rds": json.dumps(
                {
                    "engine": "postgresql",
                    "username": "u",
                    "password": "p",
                    "host": "h",
                    "port": 5432,
                    "dbname": "s",
                    "dbInstanceIdentifier": "x",
                }
            ),
        }
    )
    aws = manager(server)
    assert (aws.variable("city"), aws.config("smtp"), aws.variable("no")) == ("Seoul", "x", None)
    uri, rds = aws.connection("uri"), aws.connection("rds")
    assert uri is not None
    assert rds is not None
    assert (uri.conn_type, uri.password, uri.port) == ("mysql", "p", 3306)
    assert (rds.conn_type, rds.login, rds.schema, rds.port) == ("postgres", "u", "s", 5432)
    assert aws.connection("no") is None


def test_prefix_and_separator_are_settings(server: FakeServer) -> None:
    server.answer = having({"team-city": "Seoul"})
    aws = manager(server, variables_prefix="team", sep="-", connections_prefix=None)
    assert aws.variable("city") == "Seoul"
    assert aws.connection("db") is None
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (400, "AccessDeniedException", "it forbids it"),
        (400, "UnrecognizedClientException", "does not know these credentials"),
        (400, "SomethingNewException", r"it failed \(SomethingNewException\)"),
    ],
)
def test_what_goes_wrong_is_said_by_its_kind(
    server: FakeServer, status: int, kind: str, words: str
) -> None:
    server.answer = lambda *_: (status, {"__type": kind, "message": "hush-hush"})
    with pytest.raises(SecretsBackendError, match=words) as caught:
        manager(server).variable("a")
    assert "hush" not in str(caught.value)


def test_nobody_there() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        aws = SecretsManagerBackend(endpoint_url=url, region_name="x", timeout=2)
        with pytest.raises(SecretsBackendError, match="can't be reached"):
            aws.variable("a")


def test_a_binary_secret_is_no_text(server: FakeServer) -> None:
    server.answer = lambda *_: (200, {"Name": "a", "SecretBinary": "aHVzaA=="})
    with pytest.raises(SecretsBackendError, match="binary"):
        manager(server).variable("a")
