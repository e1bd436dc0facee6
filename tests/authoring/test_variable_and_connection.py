import json
from collections.abc import Iterator
from typing import Any

import pytest

from narae.authoring.backend import Ambient
from narae.authoring.connection import Connection
from narae.authoring.variable import Variable
from narae.core.requests import ConnectionValue
from narae.errors import AirflowException, AirflowNotFoundException


class Store:
    """A deployment of dicts."""

    def __init__(self) -> None:
        self.variables = {"plain": "text", "json": '{"a": 1}', "api_password": "hush"}

    def get_variable(self, key: str) -> str | None:
        return self.variables.get(key)

    def put_variable(self, key: str, value: str, description: str | None = None) -> None:
        self.variables[key] = value

    def delete_variable(self, key: str) -> bool:
        return self.variables.pop(key, None) is not None

    def get_connection(self, conn_id: str) -> ConnectionValue | None:
        if conn_id != "db":
            return None
        return ConnectionValue(conn_id="db", conn_type="postgres", host="h", password="pw")


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    made = Store()
    monkeypatch.setattr(Ambient, "client", made)
    return made  # type: ignore[return-value]  # pytest takes a plain return too


def test_a_variable_comes_from_the_environment_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Variable.get("plain") == "text"
    monkeypatch.setenv("AIRFLOW_VAR_PLAIN", "of Airflow")
    assert Variable.get("plain") == "of Airflow"
    monkeypatch.setenv("NARAE_VAR_PLAIN", "of Narae")
    assert Variable.get("plain") == "of Narae"


def test_json_variables_are_read_and_written(store: Store) -> None:
    assert Variable.get("json", deserialize_json=True) == {"a": 1}
    Variable.set("new", [1], serialize_json=True)
    assert json.loads(store.variables["new"]) == [1]
    assert Variable.setdefault("later", {"b": 2}, deserialize_json=True) == {"b": 2}
    assert Variable.setdefault("json", None, deserialize_json=True) == {"a": 1}
    with pytest.raises(ValueError, match="'plain' holds no JSON"):
        Variable.get("plain", deserialize_json=True)


@pytest.mark.parametrize("default", [None, "", {"x": 1}])
def test_a_default_is_given_as_it_is(default: Any) -> None:
    assert Variable.get("missing", default_var=default) == default
    assert Variable.get("missing", default=default, deserialize_json=True) == default


def test_a_missing_variable_is_a_key_error_that_says_what_to_do(store: Store) -> None:
    with pytest.raises(KeyError, match="narae variables set missing"):
        Variable.get("missing")
    with pytest.raises(KeyError):
        Variable.update("missing", 1)
    assert (Variable.delete("plain"), Variable.delete("plain")) == (1, 0)


def test_without_a_deployment_a_missing_variable_says_so() -> None:
    with pytest.raises(KeyError, match="give a default"):
        Variable.get("missing")
    with pytest.raises(AirflowException, match="can't set variable 'x' here"):
        Variable.set("x", 1)


def test_secrets_are_told_to_whoever_masks_them(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(Ambient, "remember_secret", told.append)
    Variable.get("plain")
    Variable.get("api_password")
    Connection.get("db")
    assert told == ["hush", "pw"]


@pytest.mark.parametrize(
    ("uri", "fields"),
    [
        (
            "postgresql://me:p%40ss@db.example:5432/lake?sslmode=require",
            {
                "conn_type": "postgres",
                "login": "me",
                "password": "p@ss",
                "host": "db.example",
                "port": 5432,
                "schema": "lake",
                "extra_dejson": {"sslmode": "require"},
            },
        ),
        ("google-cloud-platform://?a=b", {"conn_type": "google_cloud_platform", "host": None}),
        (
            "http://https://api.example:8443/v1",
            {"conn_type": "http", "host": "https://api.example", "port": 8443, "schema": "v1"},
        ),
        (
            "aws://key:s%2Fecret@/?__extra__=%7B%22a%22%3A+%7B%22b%22%3A+1%7D%7D",
            {"login": "key", "password": "s/ecret", "extra_dejson": {"a": {"b": 1}}},
        ),
        ("fs://", {"conn_type": "fs", "host": None, "port": None}),
        ("mysql://Host.Example/%EC%9D%B4", {"host": "Host.Example", "schema": "이"}),
    ],
)
def test_a_uri_is_taken_apart_and_put_together_again(uri: str, fields: dict[str, Any]) -> None:
    first = Connection("c", uri=uri)
    again = Connection("c", uri=first.get_uri())
    for made in (first, again):
        assert {name: getattr(made, name) for name in fields} == fields
    assert first.to_dict() == again.to_dict()


def test_json_is_read_and_unknown_fields_are_refused() -> None:
    made = Connection.from_json('{"conn_type": "http", "port": "80", "extra": {"a": 1}}', "c")
    assert (made.port, made.extra_dejson) == (80, {"a": 1})
    assert Connection.from_json(made.as_json()).to_dict()["port"] == 80
    with pytest.raises(AirflowException, match="no field 'user'"):
        Connection.from_json('{"user": "x"}')


def test_a_connection_comes_from_the_environment_then_the_deployment(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Connection.get("db").host == "h"
    monkeypatch.setenv("AIRFLOW_CONN_DB", "mysql://other")
    assert Connection.get("db").host == "other"
    monkeypatch.setenv("AIRFLOW_CONN_DB", '{"host": "third"}')
    assert Connection.get_connection_from_secrets("db").host == "third"
    with pytest.raises(AirflowNotFoundException, match="AIRFLOW_CONN_NONE"):
        Connection.get("none")


def test_a_uri_and_fields_exclude_each_other() -> None:
    with pytest.raises(AirflowException, match="not both"):
        Connection("c", uri="http://x", host="y")
