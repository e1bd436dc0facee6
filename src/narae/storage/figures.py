"""A few figures of the whole database, each cheap whatever its size."""

import sqlalchemy as sa

from narae.core.spec import Value
from narae.storage.part import Part
from narae.storage.tables import dag, import_error


class StoredFigures(Value, frozen=True, kw_only=True):
    """How much there is."""

    dags_active: int
    dags_paused: int
    dags_stale: int
    import_errors: int
    bytes: int


_PAGES = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
_SIZE = "SELECT pg_database_size(current_database())"


class Figures(Part):
    """Read when somebody asks for metrics."""

    def stored_figures(self) -> StoredFigures:
        """Goes through the DAGs and import errors, not through runs."""
        states = sa.select(dag.c.is_stale, dag.c.is_paused, sa.func.count()).group_by(
            dag.c.is_stale, dag.c.is_paused
        )
        with self._database.reading() as connection:
            counts = {(bool(s), bool(p)): n for s, p, n in connection.execute(states)}
            errors = sa.select(sa.func.count()).select_from(import_error)
            size = sa.text(_PAGES if self._database.is_sqlite else _SIZE)
            return StoredFigures(
                dags_active=counts.get((False, False), 0),
                dags_paused=counts.get((False, True), 0),
                dags_stale=counts.get((True, False), 0) + counts.get((True, True), 0),
                import_errors=connection.execute(errors).scalar_one(),
                bytes=connection.execute(size).scalar_one(),
            )
