"""Logs as files of JSON lines under one folder, written by the supervisor, read while written."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

from narae.core.spec import Value
from narae.logs.lines import decode_line

READ_BYTES = 256 * 1024
TAIL_LOOK_SECONDS = 0.1
REMOVED = ".removed"
"""Below the log folder: what is being removed, also by those who were ended meanwhile."""


class UnsafePathError(ValueError):
    """A log path that leads out of the log folder."""


class LogPage(Value, frozen=True, kw_only=True):
    """Some whole lines of a log."""

    lines: tuple[dict[str, Any], ...]
    next_offset: int
    """Byte offset to read on from."""
    at_end: bool
    """Nothing more is there now."""


class LogWriter:
    """Appends to one log. The file is made with the first line.

    A disk that is full loses lines, not tasks: :attr:`lost` counts the bytes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self.lost = 0

    def write(self, lines: bytes) -> None:
        """Whole lines, in one write where the file system can."""
        try:
            if self._descriptor is None:
                self._descriptor = _open(self._path)
            rest = memoryview(lines)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            self.lost += len(lines)

    def close(self) -> None:
        """Harmless when nothing was written."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _open(path: Path) -> int:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o640)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o640)


class FileLogStore:
    """Reads and removes logs under ``folder``; paths are those of ``core.log_paths``."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def file(self, log_path: str) -> Path:
        """The file of a log; :class:`UnsafePathError` when it would lie elsewhere."""
        parts = Path(log_path).parts
        if not parts or Path(log_path).is_absolute() or ".." in parts:
            raise UnsafePathError(f"{log_path!r} is no path of a log")
        return self.folder / log_path

    def writer(self, log_path: str) -> LogWriter:
        """For the supervisor that runs the attempt."""
        return LogWriter(self.file(log_path))

    def exists(self, log_path: str) -> bool:
        """Whether any line has been written."""
        return self.file(log_path).is_file()

    def read(self, log_path: str, *, offset: int = 0, limit: int = 1000) -> LogPage:
        """At most ``limit`` whole lines from byte ``offset`` on; a log that is not there is empty.

        A line that is still being written is left for the next read.
        """
        lines: list[dict[str, Any]] = []
        try:
            with self.file(log_path).open("rb") as file:
                file.seek(offset)
                while len(lines) < limit:
                    line = file.readline()
                    if not line.endswith(b"\n"):
                        return LogPage(lines=tuple(lines), next_offset=offset, at_end=True)
                    offset += len(line)
                    lines.append(decode_line(line[:-1]))
        except FileNotFoundError:
            return LogPage(lines=(), next_offset=offset, at_end=True)
        return LogPage(lines=tuple(lines), next_offset=offset, at_end=False)

    def tail(
        self,
        log_path: str,
        *,
        ended: Callable[[], bool],
        offset: int = 0,
        pause: Callable[[float], None] = time.sleep,
    ) -> Iterator[dict[str, Any]]:
        """Lines as they come, until ``ended()`` and everything is read.

        Looks at the file's size a few times a second, and only while somebody reads.
        """
        while True:
            over = ended()  # asked before the read: what was written until then is still read
            page = self.read(log_path, offset=offset)
            yield from page.lines
            offset = page.next_offset
            if page.at_end:
                if over:
                    return
                pause(TAIL_LOOK_SECONDS)

    def remove(self, path: str) -> bool:
        """Removes a log, or a folder of logs; whether there was one. OSError when it can't.

        A folder goes from its place at once, so that what is written there next is not removed
        with it.
        """
        target = self.file(path)
        if target.is_dir():
            gone = self.folder / REMOVED
            gone.mkdir(exist_ok=True)
            target.rename(gone / token_hex(8))
            shutil.rmtree(gone, ignore_errors=True)
            return True
        try:
            target.unlink()
        except FileNotFoundError:
            return False
        return True
