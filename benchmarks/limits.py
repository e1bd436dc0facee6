"""What the machine can do at all, measured in the same run: nothing of Narae's is in here."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import tree
from benchmarks.bench import Bench, median
from benchmarks.deployment import clean_environment

_FORKER = """
import gc, os, sys, time
size, flight, seconds = int(sys.argv[1]) * 1024, int(sys.argv[2]), float(sys.argv[3])
with open("/proc/self/statm") as file:
    own = int(file.read().split()[1]) * 4096
ballast = bytearray(max(0, size - own))
for place in range(0, len(ballast), 4096):
    ballast[place] = 1
gc.freeze()
live = done = 0
began = time.monotonic()
while True:
    while live < flight:
        if os.fork() == 0:
            os._exit(0)
        live += 1
    os.waitpid(-1, 0)
    live -= 1
    done += 1
    if time.monotonic() - began > seconds:
        break
print(done / (time.monotonic() - began))
while live:
    os.waitpid(-1, 0)
    live -= 1
"""
"""Forks from a process of a given size (KB), so many in flight, and prints children a second."""

_DEFAULT_SERVER_MB = 30.0


def measure_limits(bench: Bench) -> dict[str, float]:
    """Every limit by name; those that rows are divided by, and what they are made of."""
    seconds = 0.3 if bench.quick else 0.6
    size = bench.server_mb or _DEFAULT_SERVER_MB
    one, sixteen = _forks(size, 1, seconds), _forks(size, 16, seconds)
    commits = _commits(bench.folder("limits"), seconds)
    start = _python_start_seconds()
    skeleton = 1 / one + 3 / commits
    return {
        "server_mb": size,
        "forks_1": one,
        "forks_16": sixteen,
        "forks_16_of_10_mb": _forks(10.0, 16, seconds),
        "commits": commits,
        "round_trip_ms": _round_trip_seconds(seconds) * 1000,
        "python_start_s": start,
        "python_start_ms": start * 1000,
        "python_pss_mb": _python_pss_mb(),
        "skeleton_ms": skeleton * 1000,
        "chain_skeleton_s": 40 * (1 / one + 2 / commits),
        "fork_500_s": 500 / one,
    }


def middle(several: list[dict[str, float]]) -> dict[str, float]:
    """The median of each limit: they are measured after each group, as the machine is then."""
    return {name: median([limits[name] for limits in several]) for name in several[-1]}


WORDS = {
    "server_mb": "size of a fork server (RSS, MB): forks below are of a bare process of this size",
    "forks_1": "fork + exit + wait, one at a time (a second)",
    "forks_16": "fork + exit + wait, 16 in flight (a second)",
    "forks_16_of_10_mb": "the same of a process of 10 MB",
    "commits": "SQLite commits, WAL and synchronous=FULL (a second)",
    "round_trip_ms": "unix socket round trip between two processes (ms)",
    "python_start_s": "bare Python, start to exit (s)",
    "python_start_ms": "the same (ms)",
    "python_pss_mb": "bare Python's memory (PSS, MB)",
    "skeleton_ms": "one fork and three commits: a trigger's least (ms)",
    "chain_skeleton_s": "forty times one fork and two commits: a chain's least (s)",
    "fork_500_s": "500 forks: the least for 500 files, each imported in a process (s)",
}


def _forks(size_mb: float, flight: int, seconds: float) -> float:
    command = [sys.executable, "-c", _FORKER, str(int(size_mb * 1024)), str(flight), str(seconds)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def _commits(folder: Path, seconds: float) -> float:
    base = sqlite3.connect(folder / "limit.db", isolation_level=None)
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("PRAGMA synchronous = FULL")
    base.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, words TEXT)")
    done = 0
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        base.execute("BEGIN IMMEDIATE")
        base.execute("INSERT INTO row (words) VALUES (?)", ("x" * 200,))
        base.execute("COMMIT")
        done += 1
    took = time.monotonic() - began
    base.close()
    return done / took


def _round_trip_seconds(seconds: float) -> float:
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        while data := theirs.recv(256):
            theirs.send(data)
        os._exit(0)
    theirs.close()
    done = 0
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        ours.send(b"x" * 64)
        ours.recv(256)
        done += 1
    took = time.monotonic() - began
    ours.close()
    os.waitpid(pid, 0)
    return took / done


def _python_start_seconds() -> float:
    return median([timed_python("pass") for _ in range(9)])


def timed_python(code: str) -> float:
    """Seconds from start to exit of a Python that runs ``code``."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", code], check=True, env=clean_environment())
    return time.monotonic() - began


def _python_pss_mb() -> float:
    code = "import sys; sys.stdout.write('x'); sys.stdout.flush(); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process:
        if process.stdout:
            process.stdout.read(1)
        found = tree.pss_mb([process.pid])
        if process.stdin:
            process.stdin.close()
    return found
