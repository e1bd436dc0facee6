"""A real ``narae standalone`` on a home of its own: SQLite, durable commits, all processes."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import tree
from benchmarks.bench import Bench
from benchmarks.client import Client
from narae.accounts.first_admin import NAME
from narae.accounts.logins import make_token
from narae.bootstrap.deployment import open_deployment

STAMPS = "BENCH_STAMPS"
"""The environment variable that tells user code where to write its time."""
_FORK_SERVER = "narae fork server"


@dataclass(kw_only=True)
class Deployment:
    """One that is ready."""

    home: Path
    dags: Path
    stamps: Path
    process: subprocess.Popen[str]
    client: Client
    ready_seconds: float

    def pids(self) -> list[int]:
        """All its processes."""
        return tree.descendants(self.process.pid)

    def server_mb(self) -> float:
        """The size of its largest fork server of a DAG file."""
        return max(
            (
                tree.rss_mb(pid)
                for pid in self.pids()
                if (name := tree.title(pid)).startswith(_FORK_SERVER) and "base" not in name
            ),
            default=0.0,
        )


def clean_environment() -> dict[str, str]:
    """This process's, without what would change what is measured."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NARAE", "AIRFLOW")) and name != "PYTHONDONTWRITEBYTECODE"
    }


@contextlib.contextmanager
def deployed(
    bench: Bench, *, home: Path, dags: Path, settings: dict[str, str] | None = None
) -> Iterator[Deployment]:
    """Starts it, waits until it says that it is ready, and stops it."""
    stamps = home / "stamps"
    home.mkdir(parents=True, exist_ok=True)
    stamps.write_bytes(b"")
    port = _free_port()
    environ = clean_environment() | {STAMPS: str(stamps)} | (settings or {})
    command = [sys.executable, "-m", "narae", "standalone", "--no-examples"]
    command += ["--home", str(home), "--dags", str(dags), "--port", str(port)]
    began = time.monotonic()
    process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
    try:
        line = said = ""
        while process.stdout and "is ready" not in line:
            line = process.stdout.readline()
            said += line
            if not line:
                raise RuntimeError(f"it did not start: {said}")
        seconds = time.monotonic() - began
        found = Deployment(
            home=home,
            dags=dags,
            stamps=stamps,
            process=process,
            client=Client(port, _token(environ | {"NARAE_HOME": str(home)})),
            ready_seconds=seconds,
        )
        yield found
        bench.server_mb = max(bench.server_mb, found.server_mb())
        found.client.close()
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def _token(environ: dict[str, str]) -> str:
    with open_deployment(environ, create=False) as opened:
        return make_token(opened.accounts, opened.act(), NAME, "benchmark").secret


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
