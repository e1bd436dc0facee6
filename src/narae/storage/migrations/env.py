"""Alembic's entry. ``storage.schema`` runs it on a connection that it has opened."""

from alembic import context

from narae.storage.tables import metadata


def run() -> None:
    """Applies revisions within the caller's transaction."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
    )
    context.run_migrations()


run()
