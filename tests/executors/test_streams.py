import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from narae.core.masking import Masker
from narae.executors.local.streams import READ_BYTES, Secrets, Stream
from narae.logs.file_store import LogWriter


@pytest.fixture
def log(tmp_path: Path) -> Iterator[LogWriter]:
    writer = LogWriter(tmp_path / "log")
    yield writer
    writer.close()


def events(tmp_path: Path) -> list[str]:
    lines = (tmp_path / "log").read_bytes().splitlines()
    return [msgspec.json.decode(line)["event"] for line in lines]


def stream_of(read: int, source: str, log: LogWriter, secrets: Secrets | None = None) -> Stream:
    return Stream(
        read,
        source,
        log,
        lambda: datetime(2026, 11, 22, tzinfo=UTC),
        secrets=secrets or Secrets(masker=Masker(), hear=lambda: None),
    )


@pytest.mark.parametrize("source", ["stdout", "log"])
def test_a_drain_takes_everything_that_is_there(
    log: LogWriter, tmp_path: Path, source: str
) -> None:
    read, write = os.pipe()
    os.set_blocking(read, False)
    stream = stream_of(read, source, log)
    text = "%s" if source == "stdout" else '{"event": "%s"}'
    lines = [text % number for number in range(2000)]
    os.write(write, "\n".join(lines).encode())  # the last one without its line break
    assert len("\n".join(lines)) < READ_BYTES
    stream.drain()
    stream.drain()  # nothing more, and nothing twice
    assert events(tmp_path) == [str(number) for number in range(2000)]
    os.close(write)
    stream.close()


def test_bytes_that_are_no_text_are_shown(log: LogWriter, tmp_path: Path) -> None:
    read, write = os.pipe()
    stream = stream_of(read, "stderr", log)
    os.write(write, b"caf\xe9\r\n")
    assert stream.read()
    os.close(write)
    assert not stream.read()
    assert events(tmp_path) == ["caf\\xe9"]
    stream.close()


def test_a_secret_that_is_told_before_it_is_written_is_masked(
    log: LogWriter, tmp_path: Path
) -> None:
    read, write = os.pipe()
    os.set_blocking(read, False)
    masker = Masker()
    told = ["open-sesame"]

    def hear() -> None:
        while told:
            masker.add(told.pop())

    stream = stream_of(read, "stdout", log, Secrets(masker=masker, hear=hear))
    os.write(write, b"say open-sesame\nsay open-se")
    stream.read()
    os.write(write, b"same\nin two open-ses\name lines\nthe end of open-")
    stream.read()
    stream.drain()
    os.write(write, b"left")
    stream.drain()
    assert events(tmp_path) == [
        "say ***",
        "say ***",
        "in two ***",
        "*** lines",
        "the end of open-",
        "left",
    ]
    os.close(write)
    stream.close()
