"""Changes over PostgreSQL: the engine's notices, and who listens to them."""

import contextlib
import threading
from collections.abc import Iterator, Sequence

import msgspec

from narae.core.changes import Change, Changed, Place, place
from narae.core.codec import decode_json, encode_json
from narae.storage.notify import PostgresLink

CHANNEL = "narae_changes"
GATHER_SECONDS = 0.05
"""Between two notices: what changes meanwhile goes together."""
_NOTICE_BYTES_MAX = 7_900
_NOTICES_MAX = 20
"""More than so many at once say only that everything may have changed."""
_CHANGES_A_NOTICE = 40
EVERYTHING = Changed(everything=True)


class PostgresChangeSender:
    """A sink of changes: a thread of its own sends them, so that nobody waits for a database."""

    heard = True

    def __init__(self, url: str) -> None:
        self._link = PostgresLink(url, name="narae changes")
        self._there = threading.Condition()
        self._waiting: dict[Place, Change] = {}
        self._everything = False
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="changes", daemon=True)
        self._thread.start()

    def tell(self, changed: Changed) -> None:
        """Never waits, never raises."""
        with self._there:
            self._everything |= changed.everything
            for change in changed.changes:
                self._waiting[place(change)] = change
            self._there.notify()

    def _run(self) -> None:
        while not self._stopped.is_set():
            with self._there:
                while not (self._waiting or self._everything or self._stopped.is_set()):
                    self._there.wait()
                waiting, self._waiting = self._waiting, {}
                everything, self._everything = self._everything, False
            if waiting or everything:
                self._send(list(_texts(list(waiting.values()), everything=everything)))
            self._stopped.wait(GATHER_SECONDS)

    def _send(self, texts: Sequence[str]) -> None:
        for _ in range(2):  # a connection that was lost while idle shows only in use
            try:
                with self._link.get().pipeline():
                    for text in texts:
                        self._link.get().execute("SELECT pg_notify(%s, %s)", (CHANNEL, text))
            except self._link.errors:
                self._link.drop()
            else:
                return

    def close(self) -> None:
        """Ends the thread and the connection."""
        self._stopped.set()
        with self._there:
            self._there.notify()
        self._thread.join(timeout=3.0)
        self._link.drop()


def _texts(changes: Sequence[Change], *, everything: bool) -> Iterator[str]:
    """Payloads that PostgreSQL takes."""
    parts = range(0, len(changes), _CHANGES_A_NOTICE)
    if everything or len(parts) > _NOTICES_MAX:
        yield encode_json(EVERYTHING).decode()
        return
    for start in parts:
        yield from _fitting(changes[start : start + _CHANGES_A_NOTICE])


def _fitting(changes: Sequence[Change]) -> Iterator[str]:
    data = encode_json(Changed(changes=tuple(changes)))
    if len(data) <= _NOTICE_BYTES_MAX:
        yield data.decode()
    elif len(changes) > 1:
        half = len(changes) // 2
        yield from _fitting(changes[:half])
        yield from _fitting(changes[half:])
    else:
        yield encode_json(EVERYTHING).decode()


class PostgresChangeReceiver:
    """One connection that listens. Make another one when it is lost."""

    def __init__(self, url: str) -> None:
        self._link = PostgresLink(url, name="narae changes")

    def connect(self) -> None:
        """Connects and listens; may take two seconds."""
        self._link.get().execute("LISTEN " + CHANNEL)

    def fileno(self) -> int:
        """The connection's."""
        return self._link.get().fileno()

    def receive(self) -> list[Changed] | None:
        """What has come, without waiting; None once the connection is lost."""
        try:
            if self._link.lost:
                return None
            found = list(self._link.get().notifies(timeout=0))
        except self._link.errors:
            return None
        return [_changed(notice.payload) for notice in found]

    def close(self) -> None:
        """Ends the connection."""
        with contextlib.suppress(*self._link.errors):
            self._link.drop()


def _changed(payload: str) -> Changed:
    try:
        return decode_json(payload, Changed)
    except msgspec.DecodeError:
        return EVERYTHING
