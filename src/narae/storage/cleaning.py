"""Old rows go: ended runs with all that belongs to them, the audit log, callbacks done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from types import MappingProxyType

import sqlalchemy as sa

from narae.errors import NaraeError
from narae.storage.database import Database
from narae.storage.tables import (
    attempt,
    audit_log,
    callback,
    dag_run,
    idempotency,
    task_instance,
    xcom,
)

BATCH_ROWS = 500
"""Rows of one transaction: other writers get their turn in between."""

CONDITIONS: MappingProxyType[str, tuple[sa.Table, sa.ColumnElement[datetime]]] = MappingProxyType(
    {
        "dag_run": (dag_run, dag_run.c.ended_at),
        "callback": (callback, callback.c.done_at),
        "audit_log": (audit_log, audit_log.c.at),
        "idempotency": (idempotency, idempotency.c.at),
    }
)
"""Table that can be cleaned -> (table, the moment that has to be before the given one)."""

WITH_RUNS: Mapping[str, sa.Table] = MappingProxyType(
    {"task_instance": task_instance, "attempt": attempt, "xcom": xcom}
)
"""Counted, and gone with their runs."""


def clean(
    url: str, *, before: datetime, tables: Sequence[str] | None, dry_run: bool
) -> dict[str, int]:
    """Deletes (or counts) rows from before a moment; table -> number of rows.

    Runs that have not ended stay, whatever their age. NaraeError names an unknown table.
    """
    for name in tables or ():
        if name not in CONDITIONS:
            near = get_close_matches(name, CONDITIONS, n=1) or list(CONDITIONS)
            raise NaraeError(f"{name!r} can't be cleaned; did you mean {' or '.join(near)}?")
    database = Database(url)
    try:
        counted: dict[str, int] = {}
        for name in tables or tuple(CONDITIONS):
            counted |= _count(database, name, before)
            if not dry_run:
                _delete(database, name, before)
        return counted
    finally:
        database.close()


def _count(database: Database, name: str, before: datetime) -> dict[str, int]:
    table, moment = CONDITIONS[name]
    with database.reading() as connection:
        counted = {
            name: connection.execute(
                sa.select(sa.func.count()).select_from(table).where(moment < before)
            ).scalar_one()
        }
        if name == "dag_run":
            old = sa.select(dag_run.c.uid).where(moment < before)
            for part, child in WITH_RUNS.items():
                rows = sa.select(sa.func.count()).select_from(child).where(child.c.run.in_(old))
                counted[part] = connection.execute(rows).scalar_one()
    return counted


def _delete(database: Database, name: str, before: datetime) -> None:
    table, moment = CONDITIONS[name]
    key = next(iter(table.primary_key))
    some = sa.select(key).where(moment < before).limit(BATCH_ROWS)
    while True:
        with database.writing() as connection:
            keys = connection.execute(some).scalars().all()
            if not keys:
                return
            connection.execute(sa.delete(table).where(key.in_(keys), moment < before))
