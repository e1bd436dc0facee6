"""The deployment under fire: starts it, finds its processes, keeps a record of all of them."""

import contextlib
import errno
import json
import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import NamedTuple
from urllib import request
from urllib.error import HTTPError, URLError

from tests.tokens import admin_token

DAGS = Path(__file__).parent / "dags"
LEASE_SECONDS = 5.0
SLOTS = 8
COMPONENTS = ("engine", "supervisor", "loader", "api")
_PROC = Path("/proc")
_EXISTS = 409


class Seen(NamedTuple):
    """A process for good: no other one ever had both numbers."""

    pid: int
    start_time: int


class Disk:
    """The home's file system: a small tmpfs where one may be mounted, else limits on files."""

    def __init__(self, folder: Path, *, megabytes: int) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "narae-chaos", str(folder)],
            capture_output=True,
            check=False,
        )
        self.is_own = done.returncode == 0
        self._filler = folder / "filler"

    @property
    def kind(self) -> str:
        """Which trick fills it."""
        return "a tmpfs of its own" if self.is_own else "RLIMIT_FSIZE (no mount permitted)"

    def fill(self, pids: list[int]) -> None:
        """No more room for anybody; or, without a disk of our own, for these processes."""
        if not self.is_own:
            for pid in pids:
                _limit_files(pid, 4096)
            return
        with self._filler.open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"\0" * size)

    def empty(self, pids: list[int]) -> None:
        """Room again."""
        if self.is_own:
            self._filler.unlink(missing_ok=True)
        else:
            for pid in pids:
                _limit_files(pid, resource.RLIM_INFINITY)

    def close(self) -> None:
        """Takes it away."""
        if self.is_own:
            subprocess.run(["umount", "-l", str(self.folder)], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


def _limit_files(pid: int, size: int) -> None:
    with contextlib.suppress(OSError):
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


class Target:
    """``narae standalone`` on ``<folder>/home``, with traces in ``<folder>/trace``."""

    def __init__(self, folder: Path, *, seconds: float) -> None:
        """The schedule of ``ticking`` goes on for so many seconds."""
        self.trace = folder / "trace"
        self.trace.mkdir(parents=True)
        (folder / "home").mkdir(exist_ok=True)
        self.home = folder / "home" / "h"
        self.seen: dict[Seen, str] = {}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._mark = f"CHAOS_MARK={folder}-{os.getpid()}"
        self._output = (folder / "standalone.log").open("ab")
        self.began = datetime.now(UTC).replace(microsecond=0)
        self.environ = {k: v for k, v in os.environ.items() if not k.startswith("NARAE")} | {
            "NARAE_HOME": str(self.home),
            "NARAE__CORE__DAGS_FOLDER": str(DAGS),
            "NARAE__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "NARAE__CORE__LOAD_EXAMPLES": "False",
            "NARAE__CORE__PARALLELISM": str(SLOTS),
            "NARAE__CORE__KILLED_TASK_CLEANUP_TIME": "2",
            "NARAE__SCHEDULER__LEASE_SECONDS": str(LEASE_SECONDS),
            "NARAE__SCHEDULER__HEARTBEAT_SECONDS": "1",
            "NARAE__SCHEDULER__LOST_ATTEMPTS_MAX": "1000",
            "CHAOS_TRACE": str(self.trace),
            "CHAOS_BEGAN": self.began.isoformat(),
            "CHAOS_SECONDS": str(int(seconds)),
            "CHAOS_MARK": self._mark.partition("=")[2],
        }
        self.process: subprocess.Popen[bytes] | None = None
        self._token = ""
        self._commands: list[subprocess.Popen[bytes]] = []

    # -- the whole --------------------------------------------------------------------------

    def start(self) -> None:
        """Starts it; returns when every component is ready."""
        self.cli("pools", "set", "narrow", "3", "three at a time")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "narae", "standalone"),
                *("--home", str(self.home), "--dags", str(DAGS), "--port", str(self.port)),
                "--no-examples",
            ],
            env=self.environ,
            stdout=self._output,
            stderr=self._output,
        )
        self._await_ready()
        self._token = admin_token(self.environ)

    def _await_ready(self) -> None:
        deadline = time.monotonic() + 60
        while not self.is_ready():
            assert time.monotonic() < deadline, "standalone did not get ready"
            assert self.process is not None
            assert self.process.poll() is None, "standalone has ended"
            time.sleep(0.05)

    def is_ready(self) -> bool:
        """Whether all components say so."""
        facts = self._components()
        return bool(facts) and all(one["ready"] for one in facts.values())

    def stop(self) -> int:
        """Ends it as Ctrl-C would; its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(90)
        finally:
            self._output.close()

    def cli(self, *arguments: str) -> str:
        """One command; what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "narae", *arguments],
            env=self.environ,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout

    def clear_one(self, chance: Random) -> bool:
        """Clears a run that goes on, as a user would; whether there is one."""
        base = sqlite3.connect(f"file:{self.home / 'narae.db'}?mode=ro", uri=True)
        try:
            runs = base.execute(
                "SELECT dag_id, run_id FROM dag_run WHERE state = 'running' ORDER BY uid"
            ).fetchall()
        finally:
            base.close()
        if not runs:
            return False
        dag_id, run_id = chance.choice(runs)
        arguments = ("tasks", "clear", dag_id, "--run-id", run_id, "--yes")
        self._commands.append(
            subprocess.Popen(
                [sys.executable, "-m", "narae", *arguments],
                env=self.environ,
                stdout=self._output,
                stderr=self._output,
            )
        )
        return True

    def await_commands(self) -> None:
        """Everything that a user has asked for is done."""
        for command in self._commands:
            command.wait(60)
        self._commands.clear()

    def trigger(self, dag_id: str, run_id: str) -> bool:
        """Asks for a run; whether the API has acknowledged it."""
        message = request.Request(
            f"http://127.0.0.1:{self.port}/api/v2/dags/{dag_id}/dagRuns",
            method="POST",
            data=json.dumps({"dag_run_id": run_id}).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self._token}",
            },
        )
        try:
            with request.urlopen(message, timeout=3) as answer:
                return bool(answer.status)
        except HTTPError as error:
            return error.code == _EXISTS  # an earlier call took, and its answer got lost
        except (URLError, OSError):
            return False

    # -- processes --------------------------------------------------------------------------

    def _components(self) -> dict[str, dict[str, int]]:
        try:
            facts = json.loads((self.home / "run" / "components.json").read_text())
        except (OSError, ValueError):
            return {}
        found: dict[str, dict[str, int]] = facts["components"]
        return found

    def look(self) -> dict[str, list[int]]:
        """Kind of process -> pids that live now. Also keeps the record of all seen."""
        assert self.process is not None
        family = dict(_descendants(self.process.pid))
        found: dict[str, list[int]] = {}
        components = {one["pid"]: name for name, one in self._components().items()}
        for pid, start_time in family.items():
            kind = components.get(pid) or _kind(pid)
            self.seen.setdefault(Seen(pid, start_time), kind)
            found.setdefault(kind, []).append(pid)
        return found

    def left_over(self) -> list[str]:
        """Processes of this deployment that live though it has ended."""
        left = []
        for pid, (start_time, _) in _all().items():
            known = self.seen.get(Seen(pid, start_time))
            if known is not None or _is_marked(pid, self._mark):
                left.append(f"{pid} {known or ''} {_command(pid)}")
        return left


def _kind(pid: int) -> str:
    command = _command(pid)
    for start, kind in (
        ("narae fork server: base", "base server"),
        ("narae fork server", "fork server"),
        ("narae task", "task"),
        ("narae callback", "callback"),
    ):
        if command.startswith(start):
            return kind
    return "other"


def _command(pid: int) -> str:
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        return ""


def _is_marked(pid: int, mark: str) -> bool:
    try:
        return mark.encode() in (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _all() -> dict[int, tuple[int, int]]:
    """Pid -> start time, parent; zombies left out."""
    found = {}
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError, IndexError):
            rest = (entry / "stat").read_text().rpartition(")")[2].split()
            if rest[0] != "Z":
                found[int(entry.name)] = (int(rest[19]), int(rest[1]))
    return found


def _descendants(root: int) -> Iterator[tuple[int, int]]:
    """Everything below ``root``, with start times."""
    everybody = _all()
    below: dict[int, list[int]] = {}
    for pid, (_, parent) in everybody.items():
        below.setdefault(parent, []).append(pid)
    line = list(below.get(root, ()))
    while line:
        pid = line.pop()
        yield pid, everybody[pid][0]
        line += below.get(pid, ())


def send(pid: int, number: signal.Signals) -> bool:
    """Whether it was still there."""
    try:
        os.kill(pid, number)
    except OSError as error:
        return error.errno != errno.ESRCH
    return True
