"""``narae pools``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Narae


def test_there_is_a_default_pool(bare: "Narae") -> None:
    (row,) = bare.rows("pools", "list")
    assert (row["pool"], row["slots"]) == ("default_pool", 128)


def test_a_pool_is_made_changed_and_deleted(bare: "Narae") -> None:
    bare.good("pools", "set", "db", "3", "few connections", "--include-deferred")
    assert bare.rows("pools", "get", "db") == [
        {"pool": "db", "slots": 3, "description": "few connections", "include_deferred": True}
    ]
    assert bare("pools", "set", "db", "4", "", "-o", "json").rows[0]["slots"] == 4
    bare.good("pools", "delete", "db")
    assert len(bare.rows("pools", "list")) == 1


def test_an_unknown_pool_gets_the_nearest(bare: "Narae") -> None:
    assert "did you mean 'default_pool'" in bare.bad("pools", "get", "defaultpool")
    assert "did you mean 'default_pool'" in bare.bad("pools", "delete", "defaultpool")


def test_the_default_pool_stays(bare: "Narae") -> None:
    assert "can't be deleted" in bare.bad("pools", "delete", "default_pool")


@pytest.mark.parametrize("slots", ["-2", "many"])
def test_slots_are_a_number(bare: "Narae", slots: str) -> None:
    assert "SLOTS" in bare.bad("pools", "set", "db", "--", slots, "", code=2)


def test_pools_come_back_as_they_were_exported(bare: "Narae", tmp_path: Path) -> None:
    bare.good("pools", "set", "db", "3", "몇 개", "--include-deferred")
    before = bare.rows("pools", "list")
    assert "2 pools exported" in bare.good("pools", "export", tmp_path / "pools.json")
    bare.good("pools", "delete", "db")
    assert "2 pools imported" in bare.good("pools", "import", tmp_path / "pools.json")
    assert bare.rows("pools", "list") == before


@pytest.mark.parametrize("value", [5, {"slots": "5"}, {"slots": True}, {"slots": -7}, {}])
def test_a_bad_pool_of_a_file_is_named(bare: "Narae", tmp_path: Path, value: object) -> None:
    file = tmp_path / "pools.json"
    file.write_text(json.dumps({"good": {"slots": 1}, "db": value}))
    assert "pool 'db'" in bare.bad("pools", "import", file)
    assert len(bare.rows("pools", "list")) == 1
