"""One engine for one home and one database: exclusive locks that die with their process."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy as sa

from narae.errors import NaraeError
from narae.storage.database import Database

_ADVISORY = 0x6E617265
"""PostgreSQL's number for it; ``storage.schema`` has another for migrations."""


class HomeLockedError(NaraeError):
    """Another process has the lock."""

    def __init__(self, path: Path, pid: int | None) -> None:
        who = "another process" if pid is None else f"process {pid}"
        super().__init__(f"{who} already runs the engine of this home (it holds {path})")
        self.pid = pid


class HomeLock:
    r"""Holds ``<home>/run/engine.lock``. ``flock`` goes with the process, however it ends.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home, HomeLock(Path(home)):
    ...     (Path(home) / "run" / "engine.lock").read_text() == f"{os.getpid()}\\n"
    True
    """

    def __init__(self, home: Path) -> None:
        self._path = home / "run" / "engine.lock"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = self._holder()
            os.close(self._descriptor)
            raise HomeLockedError(self._path, pid) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def _holder(self) -> int | None:
        text = os.pread(self._descriptor, 32, 0).decode(errors="replace").strip()
        return int(text) if text.isdecimal() else None

    def release(self) -> None:
        """Lets the next process have it. Once is enough."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


class DatabaseLockedError(NaraeError):
    """An engine of another home works on the same database."""

    def __init__(self) -> None:
        super().__init__(
            "an engine of another home already runs on this database; "
            "pools and limits are counted by one engine"
        )


@contextlib.contextmanager
def engine_lock(url: str, home: Path) -> Iterator[None]:
    """Held by the one engine. A SQLite database belongs to its home; PostgreSQL is asked."""
    with HomeLock(home):
        database = Database(url)
        try:
            if database.is_sqlite:
                yield
                return
            with database.engine.connect() as connection:
                wanted = sa.select(sa.func.pg_try_advisory_lock(_ADVISORY))
                if not connection.execute(wanted).scalar_one():
                    raise DatabaseLockedError
                connection.commit()  # the lock is the session's, and stays
                yield
        finally:
            database.close()
