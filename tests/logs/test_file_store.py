import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from narae.logs.file_store import FileLogStore, LogWriter, UnsafePathError
from narae.logs.lines import LINE_BYTES_MAX, LineSplitter, decode_line, encode_line

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LOG = "dag_id=매출/run_id=r/task_id=t/attempt=1.log"


def line(event: str) -> bytes:
    return encode_line(event, at=AT, source="task")


@pytest.fixture
def store(tmp_path: Path) -> FileLogStore:
    return FileLogStore(tmp_path)


def test_what_is_written_is_read(store: FileLogStore) -> None:
    writer = store.writer(LOG)
    assert not store.exists(LOG)
    writer.write(line("하나") + line("둘"))
    page = store.read(LOG)
    assert [entry["event"] for entry in page.lines] == ["하나", "둘"]
    assert page.lines[0] == {
        "timestamp": "2026-11-22T09:30:00.000000+00:00",
        "level": "info",
        "event": "하나",
        "logger": "task",
        "source": "task",
    }
    writer.close()
    again = store.writer(LOG)  # a rescheduled sensor goes on in the same log
    again.write(line("셋"))
    again.close()
    assert [entry["event"] for entry in store.read(LOG, offset=page.next_offset).lines] == ["셋"]


def test_pages_follow_each_other(store: FileLogStore) -> None:
    writer = store.writer(LOG)
    writer.write(b"".join(line(str(number)) for number in range(10)))
    first = store.read(LOG, limit=4)
    assert not first.at_end
    rest = store.read(LOG, offset=first.next_offset)
    assert rest.at_end
    events = [entry["event"] for entry in (*first.lines, *rest.lines)]
    assert events == [str(number) for number in range(10)]
    writer.close()


def test_a_line_that_is_still_written_waits_for_its_end(store: FileLogStore) -> None:
    writer = store.writer(LOG)
    whole = line("whole")
    writer.write(whole + line("half")[:10])
    page = store.read(LOG)
    assert [entry["event"] for entry in page.lines] == ["whole"]
    assert page.next_offset == len(whole)
    writer.write(line("half")[10:])
    assert store.read(LOG, offset=page.next_offset).lines[0]["event"] == "half"
    writer.close()


def test_a_damaged_line_is_shown_as_it_is(store: FileLogStore) -> None:
    assert decode_line(b"{oops \xff")["event"] == "{oops \\xff"
    assert decode_line(b"[1]")["event"] == "[1]"


def test_a_log_that_is_not_there_is_empty(store: FileLogStore) -> None:
    page = store.read(LOG)
    assert page.lines == ()
    assert page.at_end


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "dag_id=a/../../x"])
def test_a_path_that_leads_out_is_refused(store: FileLogStore, path: str) -> None:
    with pytest.raises(UnsafePathError):
        store.read(path)


def test_a_tail_ends_with_the_attempt_and_misses_nothing(store: FileLogStore) -> None:
    over = threading.Event()
    writer = store.writer(LOG)
    writer.write(line("first"))
    coming = ["second", "last"]

    def pause(_seconds: float) -> None:
        writer.write(line(coming.pop(0)))
        if not coming:
            over.set()

    tail = store.tail(LOG, ended=over.is_set, pause=pause)
    assert [entry["event"] for entry in tail] == ["first", "second", "last"]
    writer.close()


def test_a_disk_that_can_not_take_more_loses_lines_and_says_how_much(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    writer = LogWriter(tmp_path / "file" / "attempt=1.log")
    writer.write(line("lost"))
    assert writer.lost == len(line("lost"))
    writer.close()


def test_the_logs_of_a_run_go_together(store: FileLogStore) -> None:
    writer = store.writer(LOG)
    writer.write(line("x"))
    writer.close()
    assert store.remove("dag_id=매출/run_id=r")
    assert not store.exists(LOG)
    assert not store.remove(LOG)


def test_lines_come_whole_however_the_bytes_come() -> None:
    splitter = LineSplitter()
    data = "가나다\n\nlast".encode()
    lines = [found for byte in data for found in splitter.feed(bytes([byte]))]
    assert lines == ["가나다".encode(), b""]
    assert splitter.rest() == b"last"
    assert splitter.rest() == b""


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_line_that_is_too_long_is_cut(end: bytes) -> None:
    splitter = LineSplitter()
    data = b"x" * (2 * LINE_BYTES_MAX + 5) + end
    lines = [*splitter.feed(data), splitter.rest()]
    assert b"".join(lines) == b"x" * (2 * LINE_BYTES_MAX + 5)
    assert max(map(len, lines)) == LINE_BYTES_MAX
