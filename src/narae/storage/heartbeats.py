"""Signs of life."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from narae.engine.ports import Heartbeat
from narae.storage.part import Part
from narae.storage.rows import as_text, value_of
from narae.storage.tables import heartbeat as table
from narae.storage.upsert import upsert


class Heartbeats(Part):
    """The latest sign of life of every component."""

    def beat(self, beats: Sequence[Heartbeat]) -> None:
        """The latest one of each name stays."""
        rows: list[dict[str, Any]] = [
            {
                "component": beat.component,
                "name": beat.name,
                "at": beat.at,
                "detail": as_text(beat.detail),
            }
            for beat in sorted(beats, key=lambda b: (b.component, b.name))
        ]
        if rows:
            with self._database.writing() as connection:
                for row in rows:
                    connection.execute(upsert(connection, table, row))

    def heartbeats(self) -> list[Heartbeat]:
        """By component, then name."""
        found = sa.select(table).order_by(table.c.component, table.c.name)
        with self._database.reading() as connection:
            rows = connection.execute(found).all()
        return [
            Heartbeat(component=component, name=name, at=at, detail=value_of(detail, dict))
            for component, name, at, detail in rows
        ]
