"""The three pipes of an attempt: what comes out of them goes to its log, line by line."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from narae.core.masking import LineMasker, Masker
from narae.logs.lines import LineSplitter, encode_line

READ_BYTES = 64 * 1024
DRAIN_BYTES_MAX = 64 * 1024 * 1024
"""How much is read after the end; a pipe holds 64 KiB, so more means that somebody still writes."""
LEVELS = {"stdout": "info", "stderr": "error"}


class LineSink(Protocol):
    """Where lines go."""

    def write(self, lines: bytes) -> None:
        """Whole lines."""
        ...

    def close(self) -> None:
        """No more lines."""
        ...


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """What must not be read in the output of an attempt."""

    masker: Masker
    hear: Callable[[], object]
    """Takes what the attempt has said on its socket. It names a secret there before it can write
    it, so whoever reads a pipe and then hears knows every secret in what was read."""


class Stream:
    """The reading end of one pipe. ``source`` is stdout, stderr or log.

    stdout and stderr are raw text that becomes a line of JSON each, masked; ``log`` carries such
    lines already, masked by the attempt itself, and they go through as they are.
    """

    def __init__(
        self,
        descriptor: int,
        source: str,
        writer: LineSink,
        now: Callable[[], datetime],
        *,
        secrets: Secrets,
    ) -> None:
        self.descriptor = descriptor
        self.closed = False
        self._source = source
        self._writer = writer
        self._now = now
        self._raw = source != "log"
        self._hear = secrets.hear
        self._masker = LineMasker(secrets.masker)
        self._splitter = LineSplitter() if self._raw else LineSplitter(line_bytes_max=None)

    def read(self) -> bool:
        """Takes what is there, at most :data:`READ_BYTES`; False once nobody writes any more."""
        return bool(self._take())

    def _take(self) -> int:
        try:
            data = os.read(self.descriptor, READ_BYTES)
        except BlockingIOError:
            return 0
        if data:
            self._put(list(self._splitter.feed(data)))
        return len(data)

    def drain(self) -> None:
        """Takes everything that is there, and a last line without a line break."""
        total = 0
        while not self.closed and total < DRAIN_BYTES_MAX and (count := self._take()):
            total += count
        if rest := self._splitter.rest():
            self._put([rest])
        self._write(self._masker.rest())

    def _put(self, lines: list[bytes]) -> None:
        if not lines:
            return
        if not self._raw:
            self._writer.write(b"\n".join((*lines, b"")))
            return
        self._hear()
        texts = [line.rstrip(b"\r").decode(errors="backslashreplace") for line in lines]
        self._write(self._masker.feed(texts))

    def _write(self, texts: list[str]) -> None:
        if texts:
            at, level, source = self._now(), LEVELS[self._source], self._source
            self._writer.write(
                b"".join(encode_line(text, at=at, source=source, level=level) for text in texts)
            )

    def close(self) -> None:
        """Closes our end."""
        if not self.closed:
            self.closed = True
            os.close(self.descriptor)
