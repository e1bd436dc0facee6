"""Attempts and their leases."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from narae.core.ids import AttemptId, RunUid, TaskRef
from narae.core.run import Attempt
from narae.storage import statements as sql
from narae.storage.part import Part
from narae.storage.rows import attempt_of
from narae.storage.tables import attempt, audit_log
from narae.storage.whole_rows import WholeRows

ATTEMPT_ROWS = WholeRows(list(attempt.c), attempt_of)


class Attempts(Part):
    """Attempts as they were started, and how long their leases last."""

    def open_attempts(self) -> list[Attempt]:
        """Oldest first."""
        with self._database.reading_raw() as raw:
            return ATTEMPT_ROWS.read(raw, "WHERE ended_at IS NULL ORDER BY queued_at, id")

    def attempts(self, run: RunUid, ref: TaskRef) -> list[Attempt]:
        """Oldest first."""
        c = attempt.c
        found = (
            sa.select(attempt)
            .where(c.run == run, c.task_id == ref.task_id, c.map_index == ref.map_index)
            .order_by(c.fence, c.id)
        )
        with self._database.reading() as connection:
            return [attempt_of(row) for row in connection.execute(found)]

    def run_attempts(self, run: RunUid) -> list[Attempt]:
        """Oldest first."""
        c = attempt.c
        found = sa.select(attempt).where(c.run == run).order_by(c.queued_at, c.id)
        with self._database.reading() as connection:
            return [attempt_of(row) for row in connection.execute(found)]

    def pauses(self, dag_id: str) -> list[tuple[datetime, bool]]:
        """Oldest first."""
        c = audit_log.c
        found = (
            sa.select(c.at, c.what)
            .where(c.dag_id == dag_id, c.what.in_(("pause", "unpause")))
            .order_by(c.at, c.id)
        )
        with self._database.reading() as connection:
            return [(at, what == "pause") for at, what in connection.execute(found)]

    def renew_leases(self, attempts: Sequence[AttemptId], *, until: datetime) -> None:
        """Those that have ended keep their lease."""

        def renew(connection: sa.Connection) -> None:
            raw = self._database.raw(connection)
            raw.many(sql.RENEW_LEASE, [(raw.moment(until), id_) for id_ in sorted(attempts)])

        if attempts:
            self._database.retried(renew)
