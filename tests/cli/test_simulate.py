"""``narae simulate``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from tests.cli.conftest import Narae

DAGS = Path(__file__).parent / "dags"
WEEK = ("--from", "2026-01-05", "--to", "2026-01-12")

pytestmark = pytest.mark.process


def test_a_folder_is_simulated_and_shown_in_each_format(bare: "Narae") -> None:
    said = bare("simulate", DAGS, *WEEK, "-o", "json")
    assert said.code == 1  # broken.py
    assert "broken.py:1: " in said.err
    found: dict[str, Any] = json.loads(said.out)
    assert {row["dag_id"]: row["runs"] for row in found["dags"]} == {"flaky": 0, "sales": 7}
    assert found["peak_at"] == "2026-01-05T00:00:00+00:00"
    assert yaml.safe_load(bare("simulate", DAGS, *WEEK, "-o", "yaml").out) == found


def test_a_file_is_simulated_with_what_it_does_not_say(bare: "Narae") -> None:
    arguments = (
        *("--duration", "extract=5m", "--duration", "sales.double=90", "--default-duration", "1h"),
        *("--mapped", "extract=3", "--pool", "default_pool=2", "--parallelism", "4"),
    )
    found = json.loads(bare.good("simulate", DAGS / "sales.py", *WEEK, *arguments, "-o", "json"))
    (row,) = found["dags"]
    assert row["run_seconds"] == 300 + 2 * 90 + 3600
    assert row["tasks"] == 7 * 5
    assert found["pools"] == [{"pool": "default_pool", "peak": 2, "slots": 2}]
    assert found["worst_waits"][0]["hold"] == "pool_full"
    text = bare.good("simulate", DAGS / "sales.py", *WEEK, *arguments)
    assert "Worst waits" in text
    assert "peak tasks: 2" in text
    assert "pool_full" in bare.good("simulate", DAGS / "sales.py", *WEEK, *arguments, "-o", "plain")


def test_times_are_in_the_zone_of_the_deployment(
    bare: "Narae", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NARAE__CORE__DEFAULT_TIMEZONE", "Asia/Seoul")
    found = json.loads(bare.good("simulate", DAGS / "sales.py", *WEEK, "-o", "json"))
    assert found["from"] == "2026-01-05T00:00:00+09:00"
    assert found["dags"][0]["first"] == "2026-01-05T00:00:00+09:00"


def test_the_pools_of_the_deployment_count(narae: "Narae") -> None:
    narae.good("pools", "set", "default_pool", "1", "")
    found = json.loads(narae.good("simulate", DAGS / "sales.py", *WEEK, "-o", "json"))
    assert found["pools"] == [{"pool": "default_pool", "peak": 1, "slots": 1}]


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        (("--duration", "extrat=5"), "did you mean 'extract'", 1),
        (("--mapped", "sales.doubl=5"), "did you mean 'sales.double'", 1),
        (("--duration", "extract=soon"), "'soon' is no length such as 90, 90s, 5m or 2h", 2),
        (("--duration", "5"), "'5' has to be NAME=VALUE", 2),
        (("--pool", "db=x"), "'x' is not a valid integer", 2),
        (("--from", "2027-01-01", "--to", "2026-01-01"), "--to has to be later", 2),
        (("--from", "soon"), "'soon' is no date", 2),
    ],
)
def test_a_bad_wish_is_refused_in_words(
    bare: "Narae", arguments: tuple[str, ...], words: str, code: int
) -> None:
    assert words in bare.bad("simulate", DAGS / "sales.py", *arguments, code=code)


def test_a_folder_without_dags_is_an_error(bare: "Narae", tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    assert "no DAG in" in bare.bad("simulate", tmp_path / "dags")
    assert "does not exist" in bare.bad("simulate", tmp_path / "nowhere", code=2)
