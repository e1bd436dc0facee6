"""Processes, as /proc tells of them: a tree's memory and CPU."""

import os
from pathlib import Path

_PROC = Path("/proc")
_KB = 1024
_TICKS = os.sysconf("SC_CLK_TCK")


def descendants(root: int) -> list[int]:
    """``root`` and every process below it."""
    parents: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [root]
    for pid in found:
        found += parents.get(pid, [])
    return found


def pss_mb(pids: list[int]) -> float:
    """Their memory, shared pages divided among those who share them."""
    return sum(_rollup(pid, "Pss:") for pid in pids)


def rss_mb(pid: int) -> float:
    """Its memory, shared pages counted whole."""
    return _rollup(pid, "Rss:")


def cpu_seconds(pids: list[int]) -> float:
    """What they and the children that they have waited for have used, user and system."""
    return sum(
        sum(map(int, fields[11:15])) / _TICKS for pid in pids if (fields := _stat(pid)) is not None
    )


def machine_seconds() -> float:
    """What all processes of the machine have used, all cores together."""
    fields = [int(each) for each in (_PROC / "stat").read_text().split("\n")[0].split()[1:]]
    idle, waiting = fields[3:5]
    return (sum(fields[:8]) - idle - waiting) / _TICKS


def title(pid: int) -> str:
    """Its command line."""
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        return ""


def _stat(pid: int) -> list[str] | None:
    """The fields of ``stat`` from ``state`` on: 1 is the parent, 11 to 14 are CPU ticks."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _rollup(pid: int, field: str) -> float:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith(field)) / _KB
