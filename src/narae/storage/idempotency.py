"""What became of requests that carry an idempotency key."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from narae.engine.ports import KeptAnswer
from narae.storage.part import Part
from narae.storage.tables import idempotency as table

_TEXT = "latin-1"
"""Every byte is one character of it, so a body of any kind is text for the vault."""


class Idempotency(Part):
    """One row for each (user, key); answers are encrypted, for they may hold anything."""

    def claim_key(
        self, key: str, *, who: str, fingerprint: str, now: datetime, lasts: timedelta
    ) -> KeptAnswer | None:
        """See :class:`narae.engine.ports.IdempotencyStore`."""
        c = table.c
        mine = sa.and_(c.who == who, c.key == key)
        with self._database.writing() as connection:
            connection.execute(table.delete().where(c.at <= now - lasts))
            claim = _insert(connection, who=who, key=key, fingerprint=fingerprint, at=now)
            if connection.execute(claim).all():
                return None
            row = connection.execute(sa.select(table).where(mine)).one_or_none()
        if row is None:  # given back between two statements: the next try claims it
            return KeptAnswer(fingerprint=fingerprint, since=now)
        body = self._vault.unseal(row.body, name=f"the answer kept for {key!r}")
        return KeptAnswer(
            fingerprint=row.fingerprint,
            since=row.at,
            status=row.status,
            body=(body or "").encode(_TEXT),
        )

    def keep_answer(self, key: str, *, who: str, status: int, body: bytes) -> None:
        """What the request was answered with."""
        c = table.c
        values = {"status": status, "body": self._vault.seal(body.decode(_TEXT))}
        with self._database.writing() as connection:
            connection.execute(
                table.update().where(c.who == who, c.key == key, c.status.is_(None)).values(values)
            )

    def give_key_back(self, key: str, *, who: str) -> None:
        """Only one whose request has no answer yet."""
        c = table.c
        with self._database.writing() as connection:
            connection.execute(table.delete().where(c.who == who, c.key == key, c.status.is_(None)))


def _insert(connection: sa.Connection, **values: object) -> sa.Executable:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(table).values(**values).on_conflict_do_nothing().returning(table.c.key)
