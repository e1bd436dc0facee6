"""What differs between databases: URLs, connections, how a transaction begins, raw statements."""

import difflib
import sqlite3
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from narae.errors import NaraeError
from narae.storage.tables import from_micros, to_micros

BUSY_TIMEOUT_SECONDS = 30.0
"""How long a write waits for another process's write on SQLite."""
_LOCKED_PAUSE_SECONDS = 0.01
_TRIED_AFTER_SECONDS = 1.0
"""A pooled connection that has been idle for so long is tried before it is used."""

_POSTGRES = "postgresql+psycopg"
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": _POSTGRES,
    "postgresql": _POSTGRES,
    "postgresql+psycopg": _POSTGRES,
    "postgresql+psycopg2": _POSTGRES,
}
_POSTGRES_OPTIONS = (
    "-c timezone=UTC -c idle_in_transaction_session_timeout=60000"
    # Pages are read through indexes, and no query is worth compiling.
    " -c random_page_cost=1.1 -c jit=off"
)
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16384",
    "PRAGMA journal_size_limit = 67108864",
)


class DatabaseUrlError(NaraeError, ValueError):
    """The URL names no database that Narae can use."""


class DriverMissingError(NaraeError):
    """The database's Python driver is not installed."""


def is_sqlite(url: str) -> bool:
    """Whether it is SQLite's, and so a file in reach of this machine's processes alone."""
    return parse_url(url).get_backend_name() == "sqlite"


def parse_url(url: str) -> sa.URL:
    """The URL with Narae's own driver; :class:`DatabaseUrlError` says what is wrong with it.

    >>> parse_url("postgresql+psycopg2://u@h/narae").drivername
    'postgresql+psycopg'
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        # The URL itself may hold a password, so the message does not repeat it.
        raise DatabaseUrlError(
            "the database URL can't be read; it looks like sqlite:////path/narae.db "
            "or postgresql://user@host/name"
        ) from None
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        near = difflib.get_close_matches(parsed.drivername, _DRIVERS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise DatabaseUrlError(
            f"{parsed.drivername!r} databases are not supported, only sqlite and postgresql{hint}"
        )
    if driver == "sqlite" and (parsed.database or ":memory:") == ":memory:":
        raise DatabaseUrlError(
            "an in-memory SQLite database can't be shared between processes: name a file, "
            "such as sqlite:////path/narae.db"
        )
    return parsed.set(drivername=driver)


def psycopg_module() -> ModuleType:
    """The driver; :class:`DriverMissingError` says how to get it."""
    try:
        import psycopg  # noqa: PLC0415 - heavy, and an extra: only for postgresql URLs
    except ImportError:
        raise DriverMissingError(
            "a postgresql database needs the psycopg driver: pip install 'narae[postgres]'"
        ) from None
    return psycopg


def make_engine(url: sa.URL, *, connections_max: int = 20) -> sa.Engine:
    """An engine whose transactions are what the store expects of them.

    On SQLite a transaction that will write takes the write lock when it begins (execution
    option ``narae_write``), so it never fails half-way for want of it.
    """
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(
            url,
            poolclass=QueuePool,
            pool_size=5,
            max_overflow=connections_max - 5,
            connect_args={
                "timeout": BUSY_TIMEOUT_SECONDS,
                "isolation_level": None,
                "check_same_thread": False,
                "cached_statements": 256,
            },
        )
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    psycopg_module()
    engine = sa.create_engine(
        url,
        pool_size=5,
        max_overflow=connections_max - 5,
        pool_use_lifo=True,
        connect_args={
            "options": _POSTGRES_OPTIONS,
            "application_name": "narae",
            "prepare_threshold": 2,
        },
    )
    sa.event.listen(engine, "checkin", _note_use)
    sa.event.listen(engine, "checkout", _try_when_idle)
    return engine


def _note_use(_connection: Any, entry: ConnectionPoolEntry) -> None:
    entry.info["used_at"] = time.monotonic()


def _try_when_idle(connection: Any, entry: ConnectionPoolEntry, _proxy: Any) -> None:
    """A server that was started anew is noticed here; to ask each time costs a round trip."""
    if time.monotonic() - entry.info.get("used_at", 0.0) < _TRIED_AFTER_SECONDS:
        return
    before = connection.autocommit
    try:
        connection.autocommit = True
        connection.execute("")
        connection.autocommit = before
    except psycopg_module().OperationalError as error:
        raise sa.exc.DisconnectionError from error


def _set_up_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    for pragma in _PRAGMAS:
        _patiently(connection, pragma)


def _patiently(connection: sqlite3.Connection, pragma: str) -> None:
    """A change to WAL that meets another's is refused at once, whatever the busy timeout says."""
    for _ in range(int(BUSY_TIMEOUT_SECONDS / _LOCKED_PAUSE_SECONDS)):
        try:
            connection.execute(pragma)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(_LOCKED_PAUSE_SECONDS)
        else:
            return
    connection.execute(pragma)


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("narae_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Raw:
    """Statements on the driver's own cursor: the hot path, without SQLAlchemy's cost.

    Statements have ``?`` for parameters; times are converted by :meth:`moment`.
    """

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    @staticmethod
    def moment(at: datetime | None) -> Any:
        """A time as a parameter."""
        return to_micros(at)

    @staticmethod
    def time_of(value: Any) -> datetime | None:
        """A time from a row."""
        return from_micros(value)

    def one(self, sql: str, parameters: Sequence[Any]) -> int:
        """Carries one statement out; how many rows it touched."""
        cursor = self.connection.execute(sql, parameters)
        return int(cursor.rowcount)

    def rows(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """What a query gives."""
        return list(self.connection.execute(sql, parameters).fetchall())

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Carries a statement out for each row."""
        self.connection.executemany(sql, rows)

    def each(self, sql: str, rows: Sequence[Sequence[Any]]) -> list[bool]:
        """The same; says of each whether it touched a row."""
        execute = self.connection.execute
        return [execute(sql, row).rowcount > 0 for row in rows]


class PostgresRaw(Raw):
    """The same on psycopg: many rows go out in one pipeline."""

    @staticmethod
    def moment(at: datetime | None) -> Any:
        """Psycopg knows datetimes."""
        return at

    @staticmethod
    def time_of(value: Any) -> datetime | None:
        """The same: in UTC, which the connection asks for."""
        return None if value is None else value.astimezone(UTC)

    def one(self, sql: str, parameters: Sequence[Any]) -> int:
        """Carries one statement out; how many rows it touched."""
        return int(self.connection.execute(_marks(sql), parameters).rowcount)

    def rows(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """What a query gives."""
        return list(self.connection.execute(_marks(sql), parameters).fetchall())

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Carries a statement out for each row."""
        with self.connection.cursor() as cursor:
            cursor.executemany(_marks(sql), rows)

    def each(self, sql: str, rows: Sequence[Sequence[Any]]) -> list[bool]:
        """The same; says of each whether it touched a row."""
        if len(rows) == 1:
            return [self.one(sql, rows[0]) > 0]
        took = []
        with self.connection.cursor() as cursor:
            cursor.executemany(_marks(sql), rows, returning=True)
            while True:
                took.append(cursor.rowcount > 0)
                if not cursor.nextset():
                    return took


def _marks(sql: str) -> str:
    return sql.replace("?", "%s")
