from pathlib import Path
from typing import Any

import pytest
from benchmarks.bench import Bench
from benchmarks.limits import WORDS
from benchmarks.report import BEGIN, END, put_into_page, regressions, results, table


def found(tmp_path: Path, *, milliseconds: float, rate: float) -> dict[str, Any]:
    bench = Bench(root=tmp_path, repeats=1, quick=True, soak_seconds=0, say=lambda _: None)
    bench.record("trigger_p50_ms", milliseconds)
    bench.record("fan_200", rate)
    return results(bench, dict.fromkeys(WORDS, 2.0), facts={})


@pytest.mark.parametrize(
    ("milliseconds", "rate", "count"),
    [(10, 200, 0), (12.9, 200, 0), (13.1, 200, 1), (10, 160, 0), (10, 150, 1), (5, 400, 0)],
)
def test_a_ratio_that_is_worse_by_more_than_thirty_percent_is_a_regression(
    tmp_path: Path, milliseconds: float, rate: float, count: int
) -> None:
    before = found(tmp_path, milliseconds=10, rate=200)
    now = found(tmp_path, milliseconds=milliseconds, rate=rate)
    assert len(regressions(now, before)) == count


def test_the_table_says_whether_a_budget_holds(tmp_path: Path) -> None:
    lines = table(found(tmp_path, milliseconds=26, rate=151)).splitlines()
    assert [line.split("|")[4].strip() for line in lines[2:4]] == ["NO", "yes"]


def test_the_table_takes_the_place_of_the_last_one(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"a\n{BEGIN}\nold\n{END}\nb\n")
    put_into_page(page, "new")
    assert page.read_text() == f"a\n{BEGIN}\nnew\n{END}\nb\n"
