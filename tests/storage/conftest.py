"""Real databases: a fresh SQLite file, and a database of this session's on a real PostgreSQL."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet

from narae.engine.ports import Store
from narae.storage.open import open_store
from narae.storage.schema import migrate
from narae.storage.store import SqlStore
from narae.storage.tables import metadata
from narae.testing.memory_store import MemoryStore
from narae.testing.samples import Samples

SERVER = "postgresql://postgres@127.0.0.1:{port}/{name}"
KEY = Fernet.generate_key().decode()


@pytest.fixture(scope="session")
def session_postgres(postgres_port: int) -> Iterator[str]:
    name = f"narae_test_{os.getpid()}"
    with psycopg.connect(
        SERVER.format(port=postgres_port, name="postgres"), autocommit=True
    ) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        url = SERVER.format(port=postgres_port, name=name)
        migrate(url)
        yield url
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


RESET = "; ".join(
    [
        *(f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables)),
        "INSERT INTO pool VALUES ('default_pool', 128, 'Default pool', false)",
        "INSERT INTO counter VALUES ('backfill', 0)",
    ]
)


@pytest.fixture
def postgres_url(session_postgres: str) -> Iterator[str]:
    """A database as a new one would be, but for its sequences."""
    yield session_postgres
    with psycopg.connect(session_postgres, autocommit=True) as connection:
        connection.execute(RESET.encode())


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "narae.db")
    return f"sqlite:///{tmp_path}/narae.db"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated database, once for each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def sql_store(url: str) -> Iterator[SqlStore]:
    store = open_store(url, fernet_keys=(KEY,))
    yield store
    store.close()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store of each kind."""
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = open_store(request.getfixturevalue(f"{request.param}_url"), fernet_keys=(KEY,))
    yield opened
    opened.close()


@pytest.fixture
def samples() -> Samples:
    return Samples()
