"""One log, open to be read from anywhere in it, as long as it was when it was opened."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

BLOCK_BYTES = 256 * 1024
LONG_LINE_BYTES = 4 * 1024 * 1024
"""Of a line that is longer only the beginning is read here; a download has all of it."""
LONG_LINE_SHOWN_BYTES = 64 * 1024
PRINT_BYTES = 256


class Chunk(NamedTuple):
    """Whole lines, as they stand in the file from some byte on."""

    data: bytes
    """Ends with a line break, or is empty: nothing whole is there."""
    end: int
    """The byte after them."""
    is_cut: bool = False
    """It is the beginning of one very long line."""


NO_CHUNK = Chunk(b"", 0)


class LogFile:
    """Reads whole lines. A log that is not there is empty; what comes later is not seen."""

    def __init__(self, path: Path) -> None:
        self.key = str(path)
        self._descriptor: int | None = None
        self.size = 0
        self.inode = (0, 0)
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return
        found = os.fstat(self._descriptor)
        self.size, self.inode = found.st_size, (found.st_dev, found.st_ino)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def print(self) -> bytes:
        """Its first bytes: a log only grows, so another beginning is another log."""
        return self.read(0, PRINT_BYTES)

    def chunk(self, offset: int, size: int = BLOCK_BYTES) -> Chunk:
        """Whole lines from ``offset``, where a line begins: about so many bytes, one at least.

        Empty when nothing but the beginning of a line is there.
        """
        while True:
            data = self.read(offset, size)
            end = data.rfind(b"\n") + 1
            if end:
                return Chunk(data[:end], offset + end)
            if len(data) < size:
                return NO_CHUNK
            if size >= LONG_LINE_BYTES:
                return self._long(offset, data)
            size = min(size * 4, LONG_LINE_BYTES)

    def chunks(self, offset: int, size: int = BLOCK_BYTES) -> Iterator[Chunk]:
        """One after the other, to the end."""
        while (found := self.chunk(offset, size)).data:
            yield found
            offset = found.end

    def line_after(self, offset: int) -> int:
        """Where the first line begins that begins at ``offset`` or later."""
        if offset <= 0:
            return 0
        end = self._break_after(offset - 1)
        return self.size if end is None else end

    def last_chunk(self, size: int) -> Chunk:
        """The last whole lines, in about so many bytes, and one at least."""
        while True:
            start = self.line_after(max(0, self.size - size))
            data = self.read(start, self.size - start)
            end = data.rfind(b"\n") + 1
            if end or size >= self.size or size >= LONG_LINE_BYTES:
                return Chunk(data[:end], start + end)
            size *= 4

    def read(self, offset: int, size: int) -> bytes:
        """At most so many bytes."""
        size = min(size, self.size - offset)
        if self._descriptor is None or size <= 0:
            return b""
        return os.pread(self._descriptor, size, offset)

    def _long(self, offset: int, data: bytes) -> Chunk:
        end = self._break_after(offset + len(data))
        if end is None:
            return NO_CHUNK
        return Chunk(data[:LONG_LINE_SHOWN_BYTES] + b"\n", end, is_cut=True)

    def _break_after(self, offset: int) -> int | None:
        """The byte after the first line break from ``offset`` on."""
        while data := self.read(offset, BLOCK_BYTES):
            found = data.find(b"\n")
            if found >= 0:
                return offset + found + 1
            offset += len(data)
        return None
