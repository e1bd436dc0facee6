"""One database: transactions for the store's parts, and the statements of the hot path."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import sqlalchemy as sa

from narae.storage.dialects import PostgresRaw, Raw, make_engine, parse_url

T = TypeVar("T")

_TRIES = 5
_COLLISIONS = frozenset({"40001", "40P01"})
"""PostgreSQL's serialization_failure and deadlock_detected."""


class Database:
    """Transactions on one database. Safe to use from several threads."""

    def __init__(self, url: str) -> None:
        self.url = parse_url(url)
        self.engine = make_engine(self.url)
        # What reads begins no transaction on PostgreSQL: each statement sees what is committed
        # either way, and a transaction would cost two round trips.
        self._reading = (
            self.engine
            if self.is_sqlite
            else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        )
        self._writing = self.engine.execution_options(narae_write=True)
        self._raw = Raw if self.is_sqlite else PostgresRaw

    @property
    def is_sqlite(self) -> bool:
        """Whether times are integers here and one process writes at a time."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """What changes nothing; one transaction on SQLite."""
        with self._reading.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, foreign_keys: bool = True) -> Iterator[sa.Connection]:
        """One durable transaction: committed at the end of the block, or not at all.

        Without ``foreign_keys``, SQLite lets a migration drop a table and make it again
        without its children's rows going too. The connection is not used again.
        """
        with self._writing.connect() as connection:
            if self.is_sqlite and not foreign_keys:
                self.raw(connection).one("PRAGMA foreign_keys = OFF", ())
                connection.detach()
            with connection.begin():
                yield connection

    def raw(self, connection: sa.Connection) -> Raw:
        """The driver's own connection, within the same transaction."""
        return self._raw(connection.connection.driver_connection)

    @contextmanager
    def reading_raw(self) -> Iterator[Raw]:
        """:meth:`reading` for one statement on the driver's own cursor."""
        with self._reading.connect() as connection:
            yield self.raw(connection)

    @contextmanager
    def writing_raw(self) -> Iterator[Raw]:
        """:meth:`writing` on the driver's own cursor; on SQLite without SQLAlchemy's cost."""
        if not self.is_sqlite:
            with self.writing() as connection:
                yield self.raw(connection)
            return
        with self.engine.connect() as connection:
            raw = self.raw(connection)
            raw.one("BEGIN IMMEDIATE", ())
            try:
                yield raw
                raw.one("COMMIT", ())
            except BaseException:
                raw.connection.rollback()
                raise

    def retried_raw(self, work: Callable[[Raw], T]) -> T:
        """:meth:`retried` on the driver's own cursor."""
        if not self.is_sqlite:
            return self.retried(lambda connection: work(self.raw(connection)))
        with self.writing_raw() as raw:
            return work(raw)

    def retried(self, work: Callable[[sa.Connection], T]) -> T:
        """Does ``work`` in a transaction, again when another transaction got in its way.

        SQLite never needs it: its writers queue up.
        """
        for _ in range(_TRIES - 1):
            try:
                with self.writing() as connection:
                    return work(connection)
            except Exception as error:
                if not _collided(error):
                    raise
        with self.writing() as connection:
            return work(connection)

    def close(self) -> None:
        """Gives the connections back."""
        self.engine.dispose()


def _collided(error: Exception) -> bool:
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return getattr(cause, "sqlstate", None) in _COLLISIONS
