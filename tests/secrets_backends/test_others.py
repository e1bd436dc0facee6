import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from narae.core.connection_text import connection_of_text
from narae.errors import NaraeError, SecretsBackendError
from narae.secrets_backends.environment import EnvironmentBackend
from narae.secrets_backends.files import FilesBackend
from narae.secrets_backends.named import AIRFLOWS, OURS, backend_of


def test_the_environment_in_both_spellings() -> None:
    found = EnvironmentBackend(
        environ={
            "AIRFLOW_VAR_CITY": "Busan",
            "NARAE_VAR_CITY": "Seoul",
            "AIRFLOW_CONN_DB": "mysql://h",
            "NARAE_CONN_BAD": "{hush-hush",
        }
    )
    assert (found.variable("city"), found.variable("no"), found.config("a")) == (
        "Seoul",
        None,
        None,
    )
    db = found.connection("db")
    assert db is not None
    assert (db.conn_type, db.host) == ("mysql", "h")
    with pytest.raises(SecretsBackendError, match="neither a URI nor JSON") as caught:
        found.connection("bad")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        (".json", '{"city": "Seoul", "n": {"a": 1}}'),
        (".yaml", "city: Seoul\nn: {a: 1}\n"),
        (".env", '# a remark\n\ncity=Seoul\nn={"a": 1}\n'),
    ],
)
def test_files_of_each_kind(tmp_path: Path, ending: str, text: str) -> None:
    path = tmp_path / f"variables{ending}"
    path.write_text(text)
    files = FilesBackend(variables_file_path=str(path))
    assert (files.variable("city"), files.variable("n")) == ("Seoul", '{"a": 1}')
    assert (files.variable("no"), files.connection("city")) == (None, None)
    path.write_text("{}" if ending != ".env" else "")
    assert files.variable("city") is None


def test_connections_in_files_are_uris_or_fields(tmp_path: Path) -> None:
    path = tmp_path / "connections.json"
    path.write_text(
        json.dumps(
            {
                "uri": "mysql://u:p@h/s",
                "fields": {"conn_type": "http", "extra": {"a": 1}},
                "one": ["mysql://h"],
                "two": ["mysql://h", "mysql://hush"],
            }
        )
    )
    files = FilesBackend(connections_file_path=str(path))
    assert files.connection("uri") == connection_of_text("uri", "mysql://u:p@h/s")
    fields, one = files.connection("fields"), files.connection("one")
    assert fields is not None
    assert one is not None
    assert (fields.extra, one.host) == ('{"a": 1}', "h")
    with pytest.raises(SecretsBackendError, match="there are 2"):
        files.connection("two")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("v.json", '{"a": hush}', r"not valid \(line 1\)"),
        ("v.yaml", "a: [hush", r"not valid \(line 1\)"),
        ("v.env", "a=1\nhush", "line 2 is no KEY=VALUE"),
        ("v.env", "a=1\na=hush", "two of 'a'"),
        ("v.json", '["hush"]', "no object"),
        ("v.txt", "hush", "the ending"),
        ("missing.json", None, "No such file"),
    ],
)
def test_a_broken_file_is_named_and_not_shown(
    tmp_path: Path, name: str, text: str | None, words: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(SecretsBackendError, match=words) as caught:
        FilesBackend(variables_file_path=str(tmp_path / name)).variable("a")
    assert "hush" not in str(caught.value)
    assert name in str(caught.value)


def test_airflows_names_are_understood() -> None:
    vault = "airflow.providers.hashicorp.secrets.vault.VaultBackend"
    made = backend_of(vault, '{"url": "http://v:8200", "token": "x"}')
    assert made is not None
    assert made.name == "Vault at http://v:8200"
    for name, ours in AIRFLOWS.items():
        assert ours == "" or ours in OURS, name
    assert backend_of("airflow.secrets.metastore.MetastoreBackend", "{}") is None
    assert backend_of("", "") is None


def test_anybodys_class_in_either_style(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("own_secrets")

    class Theirs:
        def __init__(self, greeting: str = "hi") -> None:
            self.greeting = greeting

        def get_variable(self, key: str) -> str | None:
            return f"{self.greeting} {key}" if key == "a" else None

        def get_conn_value(self, conn_id: str) -> str:
            return f"mysql://{conn_id}"

        def get_config(self, key: str) -> None:
            del key

    module.Theirs = Theirs  # type: ignore[attr-defined]  # a module made by hand
    monkeypatch.setitem(sys.modules, "own_secrets", module)
    made = backend_of("own_secrets.Theirs", '{"greeting": "hello"}')
    assert made is not None
    assert (made.variable("a"), made.variable("b"), made.config("c")) == ("hello a", None, None)
    connection = made.connection("db")
    assert connection is not None
    assert connection.host == "db"
    with pytest.raises(NaraeError, match=r"can't be made with .*\(wrong\): TypeError") as caught:
        backend_of("own_secrets.Theirs", '{"wrong": "hush-hush"}')
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("name", ["valt", "no.such.Module", "narae.secrets_backends.vault.Nope"])
def test_a_name_that_leads_nowhere_says_what_there_is(name: str) -> None:
    with pytest.raises(NaraeError, match="it is one of files, vault, aws"):
        backend_of(name, "{}")
