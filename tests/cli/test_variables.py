"""``narae variables``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Narae


def test_a_variable_is_set_read_and_deleted(bare: "Narae") -> None:
    bare.good("variables", "set", "greeting", "안녕", "--description", "says hello")
    assert bare.good("variables", "get", "greeting") == "안녕\n"
    assert bare.rows("variables", "list") == [{"key": "greeting"}]
    bare.good("variables", "delete", "greeting")
    assert bare.rows("variables", "list") == []


def test_a_json_variable_is_checked_and_printed_as_json(bare: "Narae") -> None:
    bare.good("variables", "set", "-j", "limits", '{ "a":1}')
    assert bare.good("variables", "get", "--json", "limits") == '{"a": 1}\n'
    assert "is not JSON" in bare.bad("variables", "set", "-j", "limits", "{")
    bare.good("variables", "set", "text", "{")
    assert "is not JSON" in bare.bad("variables", "get", "-j", "text")


def test_an_unknown_variable_gets_the_nearest_or_the_default(bare: "Narae") -> None:
    bare.good("variables", "set", "greeting", "hello")
    assert "did you mean 'greeting'" in bare.bad("variables", "get", "greting")
    assert "did you mean 'greeting'" in bare.bad("variables", "delete", "greting")
    assert bare.good("variables", "get", "greting", "--default", "none") == "none\n"


def test_variables_come_back_as_they_were_exported(bare: "Narae", tmp_path: Path) -> None:
    values = {"text": "word", "number": "5", "list": "[1, 2]", "quoted": '"5"', "none": "null"}
    for key, value in values.items():
        bare.good("variables", "set", key, value)
    bare.good("variables", "set", "described", "v", "--description", "d")
    file = tmp_path / "variables.json"
    assert "6 variables exported" in bare.good("variables", "export", file)
    for key in values:
        bare.good("variables", "delete", key)
    assert "6 of 6 variables imported" in bare.good("variables", "import", file)
    for key, value in values.items():
        assert bare.good("variables", "get", key) == f"{value}\n"
    assert json.loads(bare.good("variables", "export", "-"))["described"] == {
        "value": "v",
        "description": "d",
    }


def test_variables_are_imported_from_yaml(bare: "Narae", tmp_path: Path) -> None:
    file = tmp_path / "variables.yaml"
    file.write_text("a: text\nb: [1, 2]\n")
    bare.good("variables", "import", file)
    assert bare.good("variables", "get", "b") == "[1, 2]\n"


@pytest.mark.parametrize(
    ("action", "code", "value"), [("overwrite", 0, "new"), ("fail", 1, "old"), ("skip", 0, "old")]
)
def test_what_exists_is_overwritten_kept_or_refused(
    bare: "Narae", tmp_path: Path, action: str, code: int, value: str
) -> None:
    bare.good("variables", "set", "a", "old")
    file = tmp_path / "variables.json"
    file.write_text('{"a": "new", "b": "b"}')
    assert bare("variables", "import", file, "-a", action).code == code
    assert bare.good("variables", "get", "a") == f"{value}\n"
    assert bare("variables", "get", "b").code == code


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.json", "{", "a.json"),
        ("a.json", "[1]", "must hold one object"),
        ("a.yaml", "a: [", "a.yaml"),
        ("a.env", "A=1\nB\n", "line 2: expected KEY=VALUE"),
        ("a.json", None, "can't be read"),
    ],
)
def test_a_bad_file_is_named(
    bare: "Narae", tmp_path: Path, name: str, text: str | None, words: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    assert words in bare.bad("variables", "import", tmp_path / name)
