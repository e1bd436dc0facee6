"""Alembic revisions: the history of the schema."""
