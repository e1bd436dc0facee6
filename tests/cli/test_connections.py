"""``narae connections``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Narae

URI = "postgres://ada:p%40ss@db.example:5433/shop?sslmode=require"


def _shown(narae: "Narae", conn_id: str) -> dict[str, Any]:
    """A URI knows no difference between an empty part and none."""
    (row,) = narae.rows("connections", "get", conn_id, "--show-secrets")
    return {name: value or None for name, value in row.items()}


def test_a_connection_is_added_by_uri_and_its_secrets_are_masked(bare: "Narae") -> None:
    bare.good("connections", "add", "shop", "--conn-uri", URI)
    (row,) = bare.rows("connections", "get", "shop")
    assert (row["conn_type"], row["host"], row["port"]) == ("postgres", "db.example", 5433)
    assert (row["password"], row["extra_dejson"]) == ("***", "***")
    assert "p@ss" not in bare.good("connections", "list")
    assert "p@ss" not in bare.good("connections", "get", "shop", "-o", "yaml")
    row = _shown(bare, "shop")
    assert (row["password"], row["extra_dejson"]) == ("p@ss", {"sslmode": "require"})


def test_a_connection_is_added_by_its_fields(bare: "Narae") -> None:
    bare.good(
        *("connections", "add", "api", "--conn-type", "http", "--conn-description", "an API"),
        *("--conn-host", "api.example", "--conn-login", "ada", "--conn-password", "secret"),
        *("--conn-schema", "https", "--conn-port", "8443", "--conn-extra", '{"timeout": 5}'),
    )
    row = _shown(bare, "api")
    assert (row["schema"], row["port"], row["description"]) == ("https", 8443, "an API")
    assert row["extra_dejson"] == {"timeout": 5}


def test_a_connection_is_added_by_json(bare: "Narae") -> None:
    text = '{"conn_type": "http", "host": "h", "extra": {"a": 1}}'
    bare.good("connections", "add", "api", "--conn-json", text)
    assert _shown(bare, "api")["extra_dejson"] == {"a": 1}


@pytest.mark.parametrize(
    ("options", "words", "code"),
    [
        ((), "give --conn-uri, --conn-json or --conn-type", 2),
        (("--conn-uri", URI, "--conn-host", "h"), "--conn-host can't be given together", 2),
        (("--conn-type", "http", "--conn-extra", "{"), "--conn-extra is not JSON", 1),
        (("--conn-json", "{"), "connection 'api'", 1),
        (("--conn-type", "http", "--conn-port", "x"), "not a valid integer", 2),
    ],
)
def test_a_bad_connection_is_refused_in_words(
    bare: "Narae", options: tuple[str, ...], words: str, code: int
) -> None:
    assert words in bare.bad("connections", "add", "api", *options, code=code)


def test_a_connection_is_not_added_twice(bare: "Narae") -> None:
    bare.good("connections", "add", "api", "--conn-type", "http")
    words = bare.bad("connections", "add", "api", "--conn-type", "http")
    assert "exists already" in words


def test_an_unknown_connection_gets_the_nearest(bare: "Narae") -> None:
    bare.good("connections", "add", "shop_db", "--conn-uri", URI)
    assert "did you mean 'shop_db'" in bare.bad("connections", "get", "shopdb")
    assert "did you mean 'shop_db'" in bare.bad("connections", "delete", "shopdb")
    assert bare.rows("connections", "list", "--conn-id", "nope") == []


def test_a_connection_is_deleted(bare: "Narae") -> None:
    bare.good("connections", "add", "shop", "--conn-uri", URI)
    bare.good("connections", "delete", "shop")
    assert bare.good("connections", "list").strip() == "No data found"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("c.json", ()),
        ("c.json", ("--serialization-format", "uri")),
        ("c.yaml", ()),
        ("c.yaml", ("--serialization-format", "uri")),
        ("c.env", ()),
        ("c.env", ("--serialization-format", "json")),
        ("c.json", ("--file-format", "json")),
    ],
)
def test_connections_come_back_as_they_were_exported(
    bare: "Narae", tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    bare.good("connections", "add", "shop", "--conn-uri", URI)
    bare.good(
        *("connections", "add", "api", "--conn-type", "http", "--conn-host", "h"),
        *("--conn-extra", '{"deep": {"a": [1]}, "b": "x=y"}', "--conn-password", "a b/#"),
    )
    before = [_shown(bare, conn_id) for conn_id in ("shop", "api")]
    file = tmp_path / name
    assert "2 connections exported" in bare.good("connections", "export", file, *options)
    assert file.stat().st_mode & 0o077 == 0
    for conn_id in ("shop", "api"):
        bare.good("connections", "delete", conn_id)
    assert "2 of 2 connections imported" in bare.good("connections", "import", file)
    assert [_shown(bare, conn_id) for conn_id in ("shop", "api")] == before


def test_what_exists_is_kept_unless_told_otherwise(bare: "Narae", tmp_path: Path) -> None:
    bare.good("connections", "add", "shop", "--conn-uri", URI)
    file = tmp_path / "c.json"
    file.write_text(json.dumps({"shop": "http://new", "api": "http://api"}))
    said = bare("connections", "import", file)
    assert "1 of 2 connections imported" in said.out
    assert "shop exists already" in said.err
    assert _shown(bare, "shop")["host"] == "db.example"
    bare.good("connections", "import", file, "--overwrite")
    assert _shown(bare, "shop")["host"] == "new"


def test_an_export_may_go_to_standard_output(bare: "Narae") -> None:
    bare.good("connections", "add", "shop", "--conn-uri", URI)
    assert json.loads(bare.good("connections", "export", "-"))["shop"]["password"] == "p@ss"
    assert bare.good("connections", "export", "-", "--format", "env").startswith("shop=postgres://")


def test_a_bad_file_of_connections_is_named(bare: "Narae", tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    file.write_text('{"shop": {"conn_typ": "http"}}')
    assert "connection 'shop'" in bare.bad("connections", "import", file)
