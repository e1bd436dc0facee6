"""One line of a log: a JSON object, and how raw output becomes one."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

LINE_BYTES_MAX = 64 * 1024
"""Raw output without a line break is cut into lines of this size."""

_encoder = msgspec.json.Encoder()


def encode_line(
    event: str, *, at: datetime, source: str, level: str = "info", logger: str = "", **more: Any
) -> bytes:
    """One line with its line break; ``source`` is task, stdout, stderr or supervisor."""
    line = {
        "timestamp": at.isoformat(timespec="microseconds"),
        "level": level,
        "event": event,
        "logger": logger or source,
        "source": source,
        **more,
    }
    return _encoder.encode(line) + b"\n"


def decode_line(line: bytes) -> dict[str, Any]:
    """The line as an object; one that is damaged keeps its text as its event."""
    try:
        value = msgspec.json.decode(line)
    except msgspec.DecodeError:
        value = None
    if isinstance(value, dict):
        return value
    return {"event": line.decode(errors="backslashreplace"), "source": "unknown", "level": "info"}


class LineSplitter:
    r"""Takes bytes as they come and gives whole lines, without their line breaks.

    >>> splitter = LineSplitter()
    >>> list(splitter.feed(b"one\ntw")), list(splitter.feed(b"o\n")), splitter.rest()
    ([b'one'], [b'two'], b'')
    """

    def __init__(self, *, line_bytes_max: int | None = LINE_BYTES_MAX) -> None:
        self._rest = b""
        self._max = line_bytes_max

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The lines that ``data`` completes."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        for line in whole:
            yield from self._cut(line)
        if self._max is not None and len(self._rest) >= self._max:
            *parts, self._rest = self._cut(self._rest)
            yield from parts

    def _cut(self, line: bytes) -> Iterator[bytes]:
        if self._max is None or len(line) <= self._max:
            yield line
            return
        for start in range(0, len(line), self._max):
            yield line[start : start + self._max]

    def rest(self) -> bytes:
        """What came after the last line break."""
        rest, self._rest = self._rest, b""
        return rest
