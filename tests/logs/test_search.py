"""Looking for text in logs."""

import re

import msgspec
import pytest
from tests.logs.conftest import BEGUN, Clock, Log

from narae.logs.budget import Budget
from narae.logs.heads import Wanted
from narae.logs.lines import encode_line
from narae.logs.reader import Start
from narae.logs.search import AROUND, Match, Sought, find

AMPLE = 60.0
BEGIN = Start(0, 1)


def matches(log: Log, text: str = "", **wanted: set[str]) -> list[Match]:
    """All that one long step finds."""
    file, _ = log.reader()
    with file:
        sought = Sought(text=text, wanted=msgspec.convert(wanted, Wanted))
        found = find(file, sought, BEGIN, 20_000, Budget(AMPLE))
    assert found.next is None
    return found.matches


def numbers(log: Log, text: str = "", **wanted: set[str]) -> list[int]:
    return [match.number for match in matches(log, text, **wanted)]


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ("Rows: 12 of 40", "rows: 12"),
        ("매출 집계를 시작합니다", "집계를"),
        ("Élan vital", "éLAN"),
        ('said "no", twice', 'SAID "No"'),
        (r"C:\dags\etl.py", r"\DAGS"),
        ("two\nlines", "two\nLINES"),
        ("a.b*c", "B*C"),
        ("🐟 fish", "🐟"),
        ("\x1b[31mred\x1b[0m fish", "red fish"),
        ("ÉCLAIR \x1b[1mau\x1b[0m café", "Éclair au"),
    ],
)
def test_text_is_found_whatever_its_case(log: Log, event: str, text: str) -> None:
    log.add("something else")
    log.add(f"it says: {event}!")
    log.add("nothing")
    (found,) = matches(log, text)
    assert found.number == 2
    assert found.match.lower() == text.lower()
    shown = re.sub(r"\x1b\[\d+m", "", f"it says: {event}!")
    assert found.before + found.match + found.after == shown


@pytest.mark.parametrize("text", ["level", "info", "timestamp", "2026-11-22", "rows of.table", "n"])
def test_only_what_people_read_is_searched(log: Log, text: str) -> None:
    log.add("rows of table")
    assert numbers(log, text) == []


def test_a_traceback_is_searched(log: Log) -> None:
    line = encode_line("failed", at=BEGUN, source="task", traceback="Traceback:\n  ValueError: 7")
    log.write(line.rstrip(b"\n"))
    assert matches(log, "valueerror: 7")[0].before == "Traceback:\n  "


def test_a_damaged_line_is_searched_as_its_text(log: Log) -> None:
    log.write(b'{"event": "half "a', b"plain \xff noise")
    assert numbers(log, 'half "A') == [1]
    assert numbers(log, "NOISE") == [2]


def test_an_excerpt_is_short(log: Log) -> None:
    log.add("a" * 5_000 + "needle" + "b" * 5_000)
    (found,) = matches(log, "needle")
    assert (found.before, found.match, found.after) == ("a" * AROUND, "needle", "b" * AROUND)


def test_every_line_of_a_large_log_that_has_the_text_is_found(large: Log) -> None:
    for text in ("line 1", "LINE 11998 ", "매출", "filled filled filled filled filled filled 매출"):
        needle = text.lower().encode()
        expected = [n for n, line in enumerate(large.lines, 1) if needle in line.lower()]
        assert numbers(large, text) == expected


def test_levels_and_sources_narrow_a_search(large: Log) -> None:
    assert numbers(large, levels={"error"}) == large.of("error")
    found = numbers(large, "filled", levels={"error", "warning"}, sources={"stdout"})
    assert found
    assert set(found) < set(large.of("error", "warning"))
    for number in found:
        assert b"filled" in large.lines[number - 1]
        assert b'"source":"stdout"' in large.lines[number - 1]


@pytest.mark.parametrize("text", ["filled", "매출", "Ünknown", ""])
def test_short_steps_find_what_one_long_step_finds(large: Log, no_time: Clock, text: str) -> None:
    start: Start | None = BEGIN
    found: list[Match] = []
    steps = 0
    while start is not None:
        file, _ = large.reader()
        with file:
            step = find(file, Sought(text=text), start, 700, Budget(0, no_time))
        found += step.matches
        assert len(step.matches) <= 700
        start, steps = step.next, steps + 1
    assert found == matches(large, text)
    assert steps > 5


def test_a_step_ends_with_its_last_line(log: Log) -> None:
    for _ in range(5):
        log.add("fish")
    file, _ = log.reader()
    with file:
        step = find(file, Sought(text="fish"), BEGIN, 2, Budget(AMPLE))
        assert [match.number for match in step.matches] == [1, 2]
        assert step.next is not None
        rest = find(file, Sought(text="fish"), step.next, 9, Budget(AMPLE))
        last = find(file, Sought(text="fish"), BEGIN, 5, Budget(AMPLE))
    assert [match.number for match in rest.matches] == [3, 4, 5]
    assert (rest.next, last.next) == (None, None)
