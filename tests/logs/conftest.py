"""Logs as files, and what a reader that reads all of them would say."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from narae.logs.line_index import LogIndexes
from narae.logs.lines import decode_line, encode_line
from narae.logs.log_file import LogFile
from narae.logs.reader import LogReader

BEGUN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


class Log:
    """One log on a disk, and all of its lines in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: list[bytes] = []
        self.indexes = LogIndexes()

    def write(self, *lines: bytes) -> None:
        """Whole lines, without their line breaks."""
        with self.path.open("ab") as file:
            file.write(b"".join(line + b"\n" for line in lines))
        self.lines += lines

    def add(self, event: str, *, level: str = "info", source: str = "task") -> None:
        """One line as a supervisor writes it."""
        at = BEGUN + timedelta(milliseconds=len(self.lines))
        self.write(encode_line(event, at=at, source=source, level=level).rstrip(b"\n"))

    def reader(self) -> tuple[LogFile, LogReader]:
        """The log, open."""
        file = LogFile(self.path)
        return file, LogReader(file, self.indexes.of(file))

    def of(self, *levels: str) -> list[int]:
        """The numbers of the lines of these levels."""
        return [
            number
            for number, line in enumerate(self.lines, 1)
            if decode_line(line).get("level", "info") in levels
        ]


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "attempt=1.log")


@pytest.fixture
def large(log: Log) -> Log:
    """Some megabytes: ordinary lines, long ones, empty ones, damaged ones; few errors."""
    chance = Random(7)
    made: list[bytes] = []
    for number in range(12_000):
        kind = chance.random()
        level = "error" if kind < 0.002 else "warning" if kind < 0.01 else "info"
        source = chance.choice(("task", "stdout", "stderr"))
        text = f"line {number + 1}" + " filled" * chance.randrange(30)
        text += " 매출" if kind > 0.99 else ""
        at = BEGUN + timedelta(milliseconds=number)
        line = encode_line(text, at=at, source=source, level=level).rstrip(b"\n")
        made.append(b"" if 0.5 < kind < 0.501 else line[:40] if 0.51 < kind < 0.511 else line)
    for place in (17, 5_000, 11_999):
        made[place] = encode_line("x" * 900_000, at=BEGUN, source="task").rstrip(b"\n")
    log.write(*made)
    return log


Clock = Callable[[], float]


@pytest.fixture
def no_time() -> Clock:
    """A clock on which every budget is spent at once."""
    times = iter(range(10**9))
    return lambda: float(next(times))
