"""The DAGs that users like."""

import sqlalchemy as sa

from narae.storage.part import Part
from narae.storage.tables import dag_favorite


class Favorites(Part):
    """By user. They are changed by commands."""

    def favorites(self, user: str) -> frozenset[str]:
        """The ids of the DAGs that a user likes."""
        found = sa.select(dag_favorite.c.dag_id).where(dag_favorite.c.user == user)
        with self._database.reading() as connection:
            return frozenset(connection.execute(found).scalars())
