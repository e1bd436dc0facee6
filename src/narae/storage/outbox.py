"""The outbox: callbacks that user code is owed."""

from datetime import datetime

from narae.core.codec import decode_json
from narae.core.workload import CallbackWorkload
from narae.storage.part import Part
from narae.storage.tables import callback as table

_OPEN = "SELECT workload FROM callback WHERE done_at IS NULL ORDER BY queued_at, id"


class Outbox(Part):
    """Callbacks stay until somebody reports them done. ``Batch`` puts them in."""

    def callbacks(self) -> list[CallbackWorkload]:
        """Those that nobody has reported done, oldest first."""
        with self._database.reading_raw() as raw:
            rows = raw.rows(_OPEN, ())
        return [decode_json(text, CallbackWorkload) for (text,) in rows]

    def callback_done(self, callback: str, *, at: datetime, error: str | None) -> None:
        """Takes one callback out of the outbox and keeps its outcome."""
        c = table.c
        done = table.update().where(c.id == callback, c.done_at.is_(None))
        with self._database.writing() as connection:
            connection.execute(done.values(done_at=at, error=error))
