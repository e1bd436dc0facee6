"""Pools."""

import sqlalchemy as sa

from narae.core.run import Pool
from narae.storage.part import Part
from narae.storage.tables import pool as table
from narae.storage.upsert import upsert

DEFAULT_POOL = "default_pool"


class Pools(Part):
    """Named numbers of slots."""

    def pools(self) -> list[Pool]:
        """By name."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(table).order_by(table.c.name)).all()
        return [
            Pool(name=name, slots=slots, description=description, include_deferred=deferred)
            for name, slots, description, deferred in rows
        ]

    def put_pool(self, pool: Pool) -> None:
        """Creates or replaces."""
        values = {
            "name": pool.name,
            "slots": pool.slots,
            "description": pool.description,
            "include_deferred": pool.include_deferred,
        }
        with self._database.writing() as connection:
            connection.execute(upsert(connection, table, values))

    def delete_pool(self, name: str) -> bool:
        """Whether there was one; ``default_pool`` can't be deleted (ValueError)."""
        if name == DEFAULT_POOL:
            raise ValueError("default_pool can't be deleted: tasks without a pool use it")
        with self._database.writing() as connection:
            gone = connection.execute(table.delete().where(table.c.name == name))
            return gone.rowcount > 0
