"""What is left of a supervisor that was killed: found by its record, and ended.

The kernel ends fork servers and tasks with their supervisor (parent-death signal). What tasks
had started themselves is found by its session or by the supervisor's mark in its environment.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from narae.core.codec import decode_json, encode_json
from narae.core.spec import Value
from narae.executors.local import linux
from narae.executors.local.child import HOLDER_VARIABLE

ROUNDS_MAX = 20
PIDS_BYTES_MAX = 64 * 1024


class Record(Value, frozen=True, kw_only=True):
    """``<home>/run/supervisor/<holder>.json``; beside it ``.pids``, one task's pid a line."""

    holder: str
    pid: int
    start_time: int
    """With the pid it names a process for good: no other one ever had both."""


class OwnRecord:
    """This supervisor's record, for the next one to find."""

    def __init__(self, folder: Path, holder: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._json = folder / f"{holder}.json"
        self._pids = folder / f"{holder}.pids"
        own = linux.stat_of(os.getpid())
        start_time = own.start_time if own else 0
        record = Record(holder=holder, pid=os.getpid(), start_time=start_time)
        self._json.write_bytes(encode_json(record))
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(self._pids, flags, 0o600)
        self._written = 0

    def note(self, pid: int, live: Callable[[], list[int]]) -> None:
        """A task's process (and session) is there; ``live`` gives those that are when asked."""
        with suppress(OSError):
            self._written += os.write(self._descriptor, b"%d\n" % pid)
            if self._written > PIDS_BYTES_MAX:
                os.ftruncate(self._descriptor, 0)
                data = b"".join(b"%d\n" % number for number in (*live(), pid))
                self._written = os.write(self._descriptor, data)

    def remove(self) -> None:
        """A supervisor that ends in order leaves nothing behind."""
        os.close(self._descriptor)
        self._json.unlink(missing_ok=True)
        self._pids.unlink(missing_ok=True)


def sweep(folder: Path) -> int:
    """Ends what dead supervisors of this home have left; how many processes that were."""
    killed = 0
    for path in sorted(folder.glob("*.json")):
        record = _read(path)
        if record is not None:
            found = linux.stat_of(record.pid)
            if found is not None and found.start_time == record.start_time:
                continue  # it lives: its processes are its own business
            killed += _end_leftovers(record, _sessions(path.with_suffix(".pids")))
        path.unlink(missing_ok=True)
        path.with_suffix(".pids").unlink(missing_ok=True)
    return killed


def _read(path: Path) -> Record | None:
    try:
        return decode_json(path.read_bytes(), Record)
    except (OSError, msgspec.DecodeError):
        return None


def _sessions(path: Path) -> frozenset[int]:
    try:
        return frozenset(int(line) for line in path.read_bytes().split() if line.isdigit())
    except OSError:
        return frozenset()


def _end_leftovers(record: Record, sessions: frozenset[int]) -> int:
    killed: set[int] = set()
    for _ in range(ROUNDS_MAX):  # while one is killed it may still fork another
        found = [pid for pid in linux.pids() if _is_leftover(pid, record, sessions)]
        if not found:
            break
        for pid in found:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        for pid in found:
            linux.await_end(pid)
        killed.update(found)
    return len(killed)


def _is_leftover(pid: int, record: Record, sessions: frozenset[int]) -> bool:
    stat = linux.stat_of(pid)
    if stat is None or pid == os.getpid() or stat.start_time < record.start_time:
        return False
    if stat.is_zombie:
        return False
    return stat.session in sessions or _is_marked(pid, record.holder)


def _is_marked(pid: int, holder: str) -> bool:
    mark = f"{HOLDER_VARIABLE}={holder}".encode()
    try:
        return mark in (linux.PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
