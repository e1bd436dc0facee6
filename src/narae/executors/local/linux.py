"""What the Linux kernel does for us: parents, orphans, sessions, out-of-memory figures."""

import contextlib
import ctypes
import os
import select
import signal
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_START_TIME_FIELD = 19
"""Of ``/proc/PID/stat``, counted from behind the command: field 22 of proc(5)."""
_PARENT_FIELD = 1
_SESSION_FIELD = 3
_DIES_MS = 500
_ORPHAN_ROUNDS = 50
PROC = Path("/proc")


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> None:
    if _libc().prctl(option, value, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")


def die_with_parent(parent: int) -> None:
    """The kernel kills this process once ``parent`` is dead; so do we, when it already is."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def adopt_orphans() -> None:
    """Descendants whose parent dies become children of this process, not of init."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def children() -> set[int]:
    """Pids of this process's children, zombies too."""
    own = os.getpid()
    try:
        listed = (PROC / f"{own}/task/{own}/children").read_text()
    except FileNotFoundError:  # a kernel without CONFIG_PROC_CHILDREN
        return {pid for pid in pids() if (stat := stat_of(pid)) and stat.parent == own}
    return {int(pid) for pid in listed.split()}


def kill_orphans(known: Collection[int]) -> int:
    """Kills and reaps every child that is not ``known``; how many there were.

    What they leave behind becomes our child in turn and goes the same way. A process that
    does not die (stuck in the kernel) is left to the next call.
    """
    killed: set[int] = set()
    for _ in range(_ORPHAN_ROUNDS):
        orphans = children() - set(known)
        if not orphans or orphans <= killed:
            break
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in orphans:
            if _reaped(pid):
                killed.discard(pid)
            else:
                killed.add(pid)
    return len(killed)


def _reaped(pid: int) -> bool:
    await_end(pid)
    with contextlib.suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    return True


def await_end(pid: int) -> None:
    """Waits until a process that was killed is dead, but not for long."""
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        return
    try:
        poller = select.poll()
        poller.register(descriptor, select.POLLIN)
        poller.poll(_DIES_MS)
    finally:
        os.close(descriptor)


class Stat:
    """The few facts of ``/proc/PID/stat`` that tell processes apart."""

    __slots__ = ("is_zombie", "parent", "session", "start_time")

    def __init__(self, text: str) -> None:
        fields = text[text.rindex(")") + 2 :].split()
        self.is_zombie = fields[0] == "Z"
        self.parent = int(fields[_PARENT_FIELD])
        self.session = int(fields[_SESSION_FIELD])
        self.start_time = int(fields[_START_TIME_FIELD])
        """In clock ticks since boot: with the pid it names a process for good."""


def stat_of(pid: int) -> Stat | None:
    """None when there is no such process."""
    try:
        return Stat((PROC / str(pid) / "stat").read_text())
    except (OSError, ValueError):
        return None


def pids() -> Iterator[int]:
    """All processes that can be seen."""
    return (int(name) for name in os.listdir(PROC) if name.isdigit())  # noqa: PTH208 - thrice as fast as iterdir


def kill_group(group: int, number: signal.Signals) -> bool:
    """Signals a process group; False when nobody is in it any more."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def easier_to_kill(score: int) -> None:
    """Under memory pressure the kernel takes this process before those that keep the books."""
    with contextlib.suppress(OSError):
        descriptor = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
        try:
            os.write(descriptor, b"%d" % score)
        finally:
            os.close(descriptor)


def private_bytes() -> int:
    """Memory that would come back if this process went: what it shares does not count."""
    total = 0
    with contextlib.suppress(OSError, ValueError):
        for line in (PROC / "self/smaps_rollup").read_text().splitlines():
            if line.startswith(("Private_Clean:", "Private_Dirty:")):
                total += int(line.split()[1]) * 1024
    return total


def thread_count() -> int:
    """Threads of this process, those of C libraries too."""
    return len(os.listdir(PROC / "self/task"))  # noqa: PTH208 - only the number counts


# -- out of memory --------------------------------------------------------------------------


def oom_sources(cgroup: str, mounts: Path = Path("/sys/fs/cgroup")) -> list[Path]:
    """Where the kernel counts out-of-memory kills; ``cgroup`` is ``/proc/self/cgroup``'s text.

    >>> oom_sources("0::/user.slice")
    [PosixPath('/sys/fs/cgroup/user.slice/memory.events'), PosixPath('/proc/vmstat')]
    """
    sources = []
    for line in cgroup.splitlines():
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            sources.append(mounts / "memory" / path.lstrip("/") / "memory.oom_control")
        elif not controllers:
            sources.append(mounts / path.lstrip("/") / "memory.events")
    return [*sources, PROC / "vmstat"]


def own_oom_sources() -> list[Path]:
    """Those of this process."""
    try:
        return oom_sources((PROC / "self/cgroup").read_text())
    except OSError:
        return [PROC / "vmstat"]


def oom_kills(sources: Iterable[Path]) -> int:
    """How many processes the kernel has killed for memory, over all ``sources`` that exist."""
    total = 0
    for source in sources:
        with contextlib.suppress(OSError, ValueError):
            for line in source.read_text().splitlines():
                name, _, value = line.partition(" ")
                if name == "oom_kill":
                    total += int(value)
    return total


class OomWatch:
    """Whether the kernel has killed for memory a moment ago: evidence for a SIGKILL.

    Call :meth:`refresh` every few seconds. Growth is looked for since the refresh before the
    latest one, so that no kill falls between two looks.
    """

    def __init__(self, sources: Sequence[Path] | None = None) -> None:
        self._sources = own_oom_sources() if sources is None else sources
        self._older = self._newer = oom_kills(self._sources)

    def refresh(self) -> None:
        """Forgets what is long ago."""
        self._older, self._newer = self._newer, oom_kills(self._sources)

    def has_grown(self) -> bool:
        """Whether there was one since the refresh before the latest."""
        return oom_kills(self._sources) > self._older
