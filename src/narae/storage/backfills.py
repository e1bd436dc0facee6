"""Backfills."""

import sqlalchemy as sa

from narae.core.codec import decode_json
from narae.core.run import Backfill, BackfillState
from narae.storage.part import Part
from narae.storage.tables import backfill, counter

_ACTIVE = (BackfillState.RUNNING.value, BackfillState.PAUSED.value)


class Backfills(Part):
    """Ranges of the past that are to be run."""

    def backfills(self, *, active_only: bool = True) -> list[Backfill]:
        """Oldest first."""
        found = sa.select(backfill.c.body).order_by(backfill.c.id)
        if active_only:
            found = found.where(backfill.c.state.in_(_ACTIVE))
        with self._database.reading() as connection:
            rows = connection.execute(found).scalars().all()
        return [decode_json(body, Backfill) for body in rows]

    def next_backfill_id(self) -> int:
        """Never given twice, not even to two processes that ask at once."""
        highest = sa.select(sa.func.coalesce(sa.func.max(backfill.c.id), 0)).scalar_subquery()
        value = counter.c.value
        following = sa.case((value >= highest, value), else_=highest) + 1
        count = counter.update().where(counter.c.name == "backfill").values(value=following)
        with self._database.writing() as connection:  # the row stays locked until the commit
            return int(connection.execute(count.returning(value)).scalar_one())
