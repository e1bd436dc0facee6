"""Log records of a task's process as JSON lines, one object a line."""

import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

import msgspec

from narae.runtime.secrets import MASKER, Masker
from narae.runtime.text import sendable

LEVELS = {"WARN": "warning", "FATAL": "critical"}
TASK_LOGGER = "narae.task"
"""What tasks log to unless they name a logger of their own."""


class LineHandler(logging.Handler):
    """Writes each record to ``fd`` in one write, so lines of several threads never mix."""

    def __init__(self, fd: int, masker: Masker = MASKER) -> None:
        super().__init__()
        self._fd = fd
        self._masker = masker
        self._encoder = msgspec.json.Encoder(enc_hook=str)

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one record; a record that can't be written is reported on stderr, not raised."""
        try:
            _write_all(self._fd, self._encoder.encode(self.line_of(record)) + b"\n")
        except OSError:
            self.handleError(record)

    def line_of(self, record: logging.LogRecord) -> dict[str, Any]:
        """The record as the log's fields."""
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "timestamp": at.isoformat(timespec="microseconds"),
            "level": LEVELS.get(record.levelname, record.levelname.lower()),
            "event": sendable(self._masker.mask(_message(record))),
            "logger": record.name,
            "source": "task",
            "at": f"{record.filename}:{record.lineno}",
        }
        if record.exc_info and record.exc_info[0] is not None:
            text = "".join(traceback.format_exception(*record.exc_info))
            line["traceback"] = sendable(self._masker.mask(text))
        return line


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError) as error:
        return f"{record.msg} {record.args} (can't be formatted: {error})"


def _write_all(fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]


def log_to(fd: int, *, level: int = logging.INFO) -> LineHandler:
    """Sends everything that is logged in this process to ``fd``, and warnings too."""
    handler = LineHandler(fd)
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    return handler


def flush_streams() -> None:
    """Gives everything printed so far to the pipes; a closed stream is not an error here."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue
