"""What all tests share: a PostgreSQL server, and a guard for their reports."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from narae.authoring import parsing

SLOW = frozenset({"accounts", "api", "cli", "examples", "storage", "testing"})
"""Folders whose tests take long together; `make check` leaves them to `make test`."""

SERVER = "postgresql://postgres@127.0.0.1:{port}/{name}"


def _answers(port: int) -> bool:
    try:
        psycopg.connect(SERVER.format(port=port, name="postgres"), connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True


def _as_postgres(*command: str) -> list[str]:
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else list(command)


@pytest.fixture(scope="session")
def postgres_port() -> Iterator[int]:
    """The machine's own server where one answers, else one started from the binaries here."""
    if _answers(5432):
        yield 5432
        return
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.fail("no PostgreSQL answers at 127.0.0.1:5432 and none is installed to be started")
    programs = found[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="narae-pg-", dir="/tmp"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        data = str(folder / "data")
        init = ("-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        subprocess.run(_as_postgres(str(programs / "initdb"), *init), check=True, cwd="/tmp")
        control = str(programs / "pg_ctl")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder}"
        start = ("-D", data, "-w", "-o", options, "-l", str(folder / "log"), "start")
        subprocess.run(_as_postgres(control, *start), check=True, cwd="/tmp")
        yield port
        stop = ("-D", data, "-m", "immediate", "stop")
        subprocess.run(_as_postgres(control, *stop), check=True, cwd="/tmp")
    finally:
        shutil.rmtree(folder)


@contextmanager
def new_postgres(port: int, purpose: str) -> Iterator[str]:
    """The URL of a database without tables, which is there for so long."""
    name = f"narae_test_{os.getpid()}_{purpose}"
    with psycopg.connect(SERVER.format(port=port, name="postgres"), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        yield SERVER.format(port=port, name=name)
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def empty_postgres(postgres_port: int) -> Iterator[str]:
    """The URL of a database without tables."""
    with new_postgres(postgres_port, "empty") as url:
        yield url


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Captured text that UTF-8 lacks (some tests log it on purpose) can't go between workers."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what `make check` leaves out."""
    here = Path(__file__).parent
    for item in items:
        if item.path.relative_to(here).parts[0] in SLOW:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def _file_of_its_own() -> None:
    """What one test imports makes no generation 3 of the DAGs that another one defines."""
    parsing.begin_file("")
