"""Windows into logs: the right lines with the right numbers, from anywhere, at any size."""

import threading
from pathlib import Path

import pytest
from tests.logs.conftest import Clock, Log

from narae.logs.budget import Budget
from narae.logs.heads import Wanted
from narae.logs.line_index import GROUPS_MAX, LogIndexes
from narae.logs.lines import decode_line
from narae.logs.log_file import LONG_LINE_BYTES, LogFile
from narae.logs.reader import WINDOW_BYTES, Line, LogReader, Place, Window

AMPLE = 60.0
ERRORS = Wanted(levels=frozenset({"error"}))


def at_line(log: Log, line: int, limit: int, budget: Budget | None = None) -> Window:
    file, reader = log.reader()
    with file:
        return reader.at_line(line, limit, budget or Budget(AMPLE))


def at_end(log: Log, limit: int, budget: Budget | None = None) -> Window:
    file, reader = log.reader()
    with file:
        return reader.at_end(limit, budget or Budget(AMPLE))


def filtered(log: Log, wanted: Wanted, place: Place, limit: int = 10) -> Window:
    file, reader = log.reader()
    with file:
        return reader.filtered(wanted, place, limit, Budget(AMPLE))


def numbered(log: Log, first: int, count: int) -> list[Line]:
    part = log.lines[first - 1 : first - 1 + count]
    return [Line(number, data) for number, data in enumerate(part, first)]


@pytest.mark.parametrize("line", [1, 2, 17, 18, 19, 4_999, 5_001, 7_777, 11_990, 12_000])
def test_a_window_has_the_lines_of_its_place(large: Log, line: int) -> None:
    window = at_line(large, line, 30)
    assert window.lines == numbered(large, line, 30)
    assert window.position == line - 1
    assert (window.total, window.lines_total, window.is_exact) == (12_000, 12_000, True)


def test_a_place_beyond_the_end_shows_the_end(large: Log) -> None:
    assert at_line(large, 99_999, 5).lines == numbered(large, 11_996, 5)
    assert at_end(large, 5).lines == numbered(large, 11_996, 5)


def test_every_window_of_a_walk_joins_the_one_before(large: Log) -> None:
    seen: list[Line] = []
    while len(seen) < 12_000:
        seen += at_line(large, len(seen) + 1, 777).lines
    assert seen == numbered(large, 1, 12_000)


def test_a_window_of_long_lines_has_fewer(log: Log) -> None:
    for _ in range(8):
        log.add("x" * (WINDOW_BYTES // 4))
    window = at_line(log, 2, 2_000)
    assert window.lines == numbered(log, 2, 4)
    assert window.total == 8


def test_a_huge_line_is_cut_and_those_around_it_are_whole(log: Log) -> None:
    log.add("before")
    log.add("y" * (LONG_LINE_BYTES + 300_000))
    log.add("after", level="error")
    before, huge, after = at_line(log, 1, 10).lines
    assert (before, after) == (numbered(log, 1, 1)[0], numbered(log, 3, 1)[0])
    assert huge.is_cut
    assert log.lines[1].startswith(huge.data)
    assert filtered(log, ERRORS, Place()).lines == [after]
    assert at_line(log, 3, 10).lines == [after]


def test_without_time_the_beginning_and_the_end_are_shown_at_once(
    large: Log, no_time: Clock
) -> None:
    begin = at_line(large, 1, 20, Budget(0, no_time))
    assert begin.lines == numbered(large, 1, 20)
    assert not begin.is_exact
    large.indexes = LogIndexes()
    end = at_end(large, 3, Budget(0, no_time))
    assert [line.data for line in end.lines] == large.lines[-3:]
    assert not end.is_exact
    assert 1_000 < end.total < 100_000  # a guess, in the right order of magnitude
    assert end.lines[-1].number == end.total


def test_without_time_a_far_place_is_guessed_and_said_to_be(large: Log, no_time: Clock) -> None:
    window = at_line(large, 6_000, 20, Budget(0, no_time))
    assert not window.is_exact
    texts = [line.data for line in window.lines]
    begin = large.lines.index(texts[0])
    assert texts == large.lines[begin : begin + 20]


def test_asking_again_counts_on_until_it_is_exact(large: Log, no_time: Clock) -> None:
    asked = 0
    while not (window := at_end(large, 3, Budget(0, no_time))).is_exact:
        asked += 1
        assert asked < 50
    assert asked > 3
    assert window.lines == numbered(large, 11_998, 3)


def test_a_log_that_grows_is_counted_on(log: Log) -> None:
    for number in range(3_000):
        log.add(f"line {number}")
        if number % 100 == 0:
            assert at_end(log, 2).lines == numbered(log, max(1, number), 2)
    file, _ = log.reader()
    with file:
        assert log.indexes.of(file).lines.blocks < 5  # not one for each look


def test_a_line_that_is_still_written_is_not_there_yet(log: Log) -> None:
    log.add("whole")
    with log.path.open("ab") as file:
        file.write(b'{"event":"ha')
    assert at_end(log, 5).lines == numbered(log, 1, 1)
    assert at_line(log, 1, 5).total == 1


def test_another_log_in_the_same_place_is_counted_anew(log: Log) -> None:
    for number in range(50):
        log.add(f"old {number}")
    assert at_end(log, 1).total == 50
    log.path.unlink()
    log.lines.clear()
    for number in range(60):
        log.add(f"new {number}" + "!" * 40)
    assert at_line(log, 60, 1).lines == numbered(log, 60, 1)


def test_a_log_that_is_written_anew_in_the_same_file_is_counted_anew(log: Log) -> None:
    for number in range(50):
        log.add(f"old {number}")
    assert at_end(log, 1).total == 50
    log.path.write_bytes(b"")  # the same inode, as a file system gives it to a new file, too
    log.lines.clear()
    for number in range(60):
        log.add(f"number {number} of another run")
    assert at_line(log, 55, 9).lines == numbered(log, 55, 6)
    assert at_end(log, 1) == Window(numbered(log, 60, 1), 59, 60, 60, is_exact=True)


@pytest.mark.parametrize("line", [1, 2, 18, 19, 5_001, 7_777, 12_000, 12_001, 15_000])
def test_a_line_has_its_place_among_the_bytes(large: Log, line: int) -> None:
    file, reader = large.reader()
    with file:
        place = reader.place_of(line, Budget(AMPLE))
    known = min(line, 12_001)
    assert place == (sum(len(each) + 1 for each in large.lines[: known - 1]), known)


def test_a_place_that_takes_long_to_find_is_found_in_steps(large: Log, no_time: Clock) -> None:
    file, reader = large.reader()
    steps = 0
    with file:
        while (place := reader.place_of(11_000, Budget(0, no_time))) is None:
            steps += 1
        assert file.chunk(place.offset).data.startswith(large.lines[10_999] + b"\n")
    assert steps > 3


def test_a_line_is_found_from_any_byte_before_it(log: Log) -> None:
    log.write(b"one", b"", b"three")
    file, _ = log.reader()
    with file:
        assert [file.line_after(offset) for offset in range(12)] == [0, *[4] * 4, 5, *[11] * 6]


def test_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    nothing = Log(tmp_path / "none" / "attempt=1.log")
    assert at_line(nothing, 1, 5) == Window([], 0, 0, 0, is_exact=True)
    assert at_end(nothing, 5) == Window([], 0, 0, 0, is_exact=True)
    assert filtered(nothing, ERRORS, Place(line=3)) == Window([], 0, 0, 0, is_exact=True)


# -- filters --------------------------------------------------------------------------------


def test_a_filter_keeps_the_numbers_of_its_lines(large: Log) -> None:
    errors = large.of("error")
    assert len(errors) > 15
    window = filtered(large, ERRORS, Place(), limit=1_000)
    assert [line.number for line in window.lines] == errors
    assert all(line.data == large.lines[line.number - 1] for line in window.lines)
    assert (window.total, window.lines_total, window.is_exact) == (len(errors), 12_000, True)


@pytest.mark.parametrize("position", [0, 1, 7, 14])
def test_a_filtered_window_begins_at_its_position(large: Log, position: int) -> None:
    window = filtered(large, ERRORS, Place(position), limit=4)
    assert [line.number for line in window.lines] == large.of("error")[position : position + 4]
    assert window.position == position


@pytest.mark.parametrize("line", [1, 500, 6_000, 11_000])
def test_a_filtered_window_begins_at_the_next_line_that_passes(large: Log, line: int) -> None:
    wanted = Wanted(levels=frozenset({"error", "warning"}))
    expected = [number for number in large.of("error", "warning") if number >= line][:5]
    assert [each.number for each in filtered(large, wanted, Place(line=line), 5).lines] == expected


def test_a_filtered_window_may_be_the_end(large: Log) -> None:
    errors = large.of("error")
    window = filtered(large, ERRORS, Place(from_end=True), limit=3)
    assert [line.number for line in window.lines] == errors[-3:]
    assert window.position == len(errors) - 3
    assert filtered(large, ERRORS, Place(line=11_999), limit=3).lines == window.lines
    assert filtered(large, ERRORS, Place(9_999), limit=3).lines == window.lines


def test_a_source_is_filtered_with_a_level(large: Log) -> None:
    wanted = Wanted(levels=frozenset({"info"}), sources=frozenset({"unknown"}))
    window = filtered(large, wanted, Place(), limit=1_000)
    damaged = [n for n, line in enumerate(large.lines, 1) if not line.endswith(b"}")]
    assert [line.number for line in window.lines] == damaged


# -- figures --------------------------------------------------------------------------------


def test_levels_and_sources_are_counted_and_the_first_error_is_known(large: Log) -> None:
    file, _ = large.reader()
    with file:
        heads = large.indexes.of(file).heads
        assert heads.extend(file, Budget(AMPLE))
    counted = {
        level: sum(n for head, n in heads.totals.items() if head.level == level)
        for level in ("info", "warning", "error")
    }
    assert counted == {level: len(large.of(level)) for level in counted}
    errors = large.of("error")
    assert (heads.first_error, heads.last_error) == (errors[0], errors[-1])


def test_groups_are_found_with_their_lines(log: Log) -> None:
    for event in ("a", "::group::Set up", "b", " ::group::Inner", "c ::group::no", "::endgroup::"):
        log.add(event)
    log.add("::endgroup::")
    log.add("::endgroup::")
    log.add("::group::Open")
    file, _ = log.reader()
    with file:
        heads = log.indexes.of(file).heads
        heads.extend(file, Budget(AMPLE))
    assert heads.groups == [("Set up", 2, 7), ("Inner", 4, 6), ("Open", 9, 0)]
    assert heads.groups_are_all
    for _ in range(GROUPS_MAX):
        log.add("::group::More")
        log.add("::endgroup::")
    file, _ = log.reader()
    with file:
        heads.extend(file, Budget(AMPLE))
    assert len(heads.groups) == GROUPS_MAX
    assert not heads.groups_are_all


def test_several_threads_read_one_log_that_grows(large: Log) -> None:
    wrong: list[object] = []

    def look(line: int) -> None:
        for _ in range(20):
            window = at_line(large, line, 5, Budget(0.001))
            if window.is_exact and window.lines != numbered(large, line, 5):
                wrong.append(window)
            errors = filtered(large, ERRORS, Place(), limit=5).lines
            if any(decode_line(each.data)["level"] != "error" for each in errors):
                wrong.append(errors)

    threads = [threading.Thread(target=look, args=(1_000 * n,)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for number in range(200):
        large.add(f"more {number}")
    for thread in threads:
        thread.join()
    assert wrong == []
    assert at_end(large, 1).lines[0].number == 12_200


def test_only_so_many_indexes_are_kept(tmp_path: Path) -> None:
    indexes = LogIndexes(kept=2)
    logs = [Log(tmp_path / f"{number}.log") for number in range(3)]
    for each in logs:
        each.add("x")
    with LogFile(logs[0].path) as file:
        first = indexes.of(file)
        assert indexes.of(file) is first
        for other in logs[1:]:
            with LogFile(other.path) as another:
                indexes.of(another)
        assert indexes.of(file) is not first


@pytest.mark.slow
def test_a_window_of_a_log_of_200_megabytes_comes_at_once(log: Log) -> None:
    block = b"".join(
        b'{"timestamp":"2026-11-22T09:30:00Z","level":"info","event":"row %06d of the table"'
        b',"logger":"narae.task","source":"task"}\n' % number
        for number in range(20_000)
    )
    with log.path.open("wb") as out:
        while out.tell() < 200_000_000:
            out.write(block)
    begun = Budget(1.0)  # one window takes some 50 ms; a machine may be busy
    begin, end = at_line(log, 1, 500, Budget(0.04)), at_end(log, 500, Budget(0.04))
    assert not begun.is_spent
    assert (len(begin.lines), len(end.lines)) == (500, 500)
    assert decode_line(end.lines[-1].data)["event"] == "row 019999 of the table"
    total = 20_000 * (log.path.stat().st_size // len(block))
    assert at_end(log, 1).lines[0].number == total
    file, reader = log.reader()
    with file:
        assert isinstance(reader, LogReader)
        middle = reader.at_line(total // 2 + 1, 1, Budget(AMPLE)).lines[0]
    assert (middle.number, decode_line(middle.data)["event"]) == (
        total // 2 + 1,
        f"row {total // 2 % 20_000:06d} of the table",
    )
