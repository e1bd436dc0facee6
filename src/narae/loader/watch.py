"""Says when something in the watched folders changed. What it was, a scan finds out.

inotify(7) by ctypes: no thread, no cost while nothing happens, and a wake-up only when a file
was closed after writing. Where there is none (other systems, or its limits are reached), folders
are looked at every ``POLL_SECONDS`` instead.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from narae.loader.discover import LEFT_OUT_FILES, LEFT_OUT_FOLDERS

POLL_SECONDS = 1.0
LINKS_MAX = 40
"""As the kernel has it: more links in one path are a loop."""
_CLOSE_WRITE, _MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x8, 0x40, 0x80, 0x100, 0x200
_ATTRIBUTES, _DELETE_SELF, _MOVE_SELF, _ONLY_FOLDERS = 0x4, 0x400, 0x800, 0x1000000
_MASK = (
    _CLOSE_WRITE
    | _MOVED_FROM
    | _MOVED_TO
    | _CREATE
    | _DELETE
    | _ATTRIBUTES
    | _DELETE_SELF
    | _MOVE_SELF
    | _ONLY_FOLDERS
)
_IGNORED = 0x8000
"""The kernel's word that a watch has ended: nothing that happened in the folder."""
_HEAD = struct.Struct("iIII")
_READ_BYTES = 64 * 1024


class Watcher:
    """Watches single folders; readable when something in one of them changed."""

    def __init__(self) -> None:
        self._watched: dict[int, str] = {}
        self._fd = -1
        if sys.platform == "linux":
            self._libc = ctypes.CDLL(None, use_errno=True)
            self._fd = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        self.works = self._fd >= 0
        """False: nobody tells of changes, look every :data:`POLL_SECONDS`."""

    def fileno(self) -> int:
        """For a selector; -1 when it does not work."""
        return self._fd

    def cover(self, folders: Iterable[str]) -> bool:
        """Watches exactly these folders; whether any of them is new.

        What happened in a new one before this call has not been told of: look again.
        """
        if not self.works:
            return False
        wanted: dict[int, str] = {}
        for folder in folders:
            number = self._libc.inotify_add_watch(self._fd, os.fsencode(folder), _MASK)
            if number >= 0:
                wanted[number] = folder
            elif ctypes.get_errno() == 28:  # noqa: PLR2004 - ENOSPC: no more watches for this user
                self.close()
                return False
        for number in self._watched.keys() - wanted.keys():
            self._libc.inotify_rm_watch(self._fd, number)
        new = bool(wanted.keys() - self._watched.keys())
        self._watched = wanted
        return new

    def changed(self) -> bool:
        """Whether something that matters changed since the last call."""
        found = False
        while self.works:
            try:
                data = os.read(self._fd, _READ_BYTES)
            except BlockingIOError:
                break
            found = self._matter(data) or found
        return found

    def close(self) -> None:
        """Ends the watching."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1
        self.works = False
        self._watched.clear()

    def _matter(self, data: bytes) -> bool:
        place, found = 0, False
        while place < len(data):
            number, mask, _, length = _HEAD.unpack_from(data, place)
            place += _HEAD.size + length
            name = os.fsdecode(data[place - length : place].rstrip(b"\0"))
            if mask & _IGNORED:
                self._watched.pop(number, None)
            elif name not in LEFT_OUT_FOLDERS and not LEFT_OUT_FILES.fullmatch(name):
                found = True
        return found


def ways_to(folder: Path) -> list[str]:
    """Folders where a change can make another folder of ``folder``.

    Those that hold a link on the way to it, which may be put on to another place (as git-sync
    does with every new commit), and the nearest that exists when there is nothing at ``folder``.
    """
    found: list[str] = []
    waiting = str(folder)
    for _ in range(LINKS_MAX):
        link = next((p for p in _prefixes(waiting) if os.path.islink(p)), None)  # noqa: PTH114 - plain text throughout
        if link is None:
            break
        parent, rest = os.path.dirname(link), waiting[len(link) :]  # noqa: PTH120 - as above
        found.append(parent)
        target = os.readlink(link)  # noqa: PTH115 - as above
        waiting = os.path.normpath(
            f"{parent}/{target}{rest}" if target[0] != "/" else target + rest
        )
    if not Path(waiting).exists():
        found.append(next((p for p in reversed(_prefixes(waiting)) if Path(p).is_dir()), "/"))
    return found


def _prefixes(path: str) -> list[str]:
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[: n + 1]) for n in range(len(parts))]
