"""DAGs, their versions, their files and their import errors."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from narae.core.codec import decode_json, encode_json
from narae.core.ids import CodeVersion
from narae.core.run import DagRow
from narae.core.spec import DagSpec, ImportFailure, ParsedFile
from narae.core.states import FINISHED_RUN
from narae.core.timetables.spec import PlannedRun
from narae.core.wire import CodeInUse
from narae.engine.ports import Catalogued
from narae.storage import tables as t
from narae.storage.account_changes import forget_dag_permissions, replace_dag_permissions
from narae.storage.cataloguing import (
    Entry,
    FileEntry,
    Known,
    catalogue,
    catalogued,
    freed,
    made_stale,
)
from narae.storage.database import Database
from narae.storage.part import Part
from narae.storage.rows import as_text, dag_of, dag_values
from narae.storage.secrets import Vault
from narae.storage.statements import DAG_ROW_COLUMNS
from narae.storage.whole_rows import WholeRows, marks

_ROW = list(t.dag.c)[:DAG_ROW_COLUMNS]
DAG_ROWS = WholeRows(_ROW, dag_of)
SPECS_KEPT = 256
_LOCK = 0x6E617261
"""PostgreSQL's advisory lock that keeps two catalogue writers apart."""


class Catalog(Part):
    """Where parsed files go, and what the deployment knows of DAGs."""

    def __init__(self, database: Database, vault: Vault) -> None:
        super().__init__(database, vault)
        self._specs: dict[int, DagSpec] = {}

    def dags(self, dag_ids: Iterable[str] | None = None) -> list[DagRow]:
        """By DAG id."""
        wanted = None if dag_ids is None else list(dag_ids)
        where = "" if wanted is None else f"WHERE dag_id IN {marks(len(wanted))} "
        with self._database.reading_raw() as raw:
            return DAG_ROWS.read(raw, where + "ORDER BY dag_id", wanted or ())

    def spec(self, spec_id: int) -> DagSpec:
        """KeyError when there is none. Kept: a ``dag_version`` row never changes."""
        kept = self._specs.get(spec_id)
        if kept is not None:
            return kept
        found = sa.select(t.dag_version.c.spec).where(t.dag_version.c.id == spec_id)
        with self._database.reading() as connection:
            data = connection.execute(found).scalar_one_or_none()
        if data is None:
            raise KeyError(spec_id)
        spec = decode_json(data, DagSpec)
        if len(self._specs) >= SPECS_KEPT:
            self._specs.clear()
        self._specs[spec_id] = spec
        return spec

    def record_parsed(
        self, files: Sequence[ParsedFile], *, folder: str, now: datetime, paused: bool
    ) -> Catalogued:
        """See :class:`narae.engine.ports.CatalogStore`."""

        def record(connection: sa.Connection) -> Catalogued:
            self._lock(connection)
            known = _known(connection, files, folder)
            entries = catalogue(files, known, folder=folder, now=now, paused=paused)
            numbers = {k.row.dag_id: k.row.spec_id for k in known}
            for entry in entries:
                _record(connection, entry, numbers, folder=folder, now=now)
            return catalogued(entries, _contested(connection, freed(entries)))

        return self._database.retried(record)

    def record_gone(
        self,
        files: Sequence[str],
        *,
        folder: str,
        now: datetime,  # noqa: ARG002 - the port's
    ) -> Catalogued:
        """Makes the DAGs of these files stale and forgets the files' import errors."""
        return self._forget(folder, lambda table: table.c.file.in_(files))

    def record_scanned(
        self,
        files: Sequence[str],
        *,
        folder: str,
        now: datetime,  # noqa: ARG002 - the port's
    ) -> Catalogued:
        """Makes DAGs of files of ``folder`` that are not in ``files`` stale."""
        return self._forget(folder, lambda table: table.c.file.not_in(files))

    def _forget(self, folder: str, gone: Any) -> Catalogued:
        def forget(connection: sa.Connection) -> Catalogued:
            self._lock(connection)
            found = sa.select(*_ROW).where(t.dag.c.folder == folder, gone(t.dag))
            stale = made_stale([dag_of(row) for row in connection.execute(found)])
            for row in stale:
                _update_dag(connection, row, {})
            for table in (t.import_error, t.dag_file):
                connection.execute(table.delete().where(table.c.folder == folder, gone(table)))
            ids = tuple(row.dag_id for row in stale)
            return Catalogued(stale=ids, contested=tuple(_contested(connection, ids)))

        return self._database.retried(forget)

    def _lock(self, connection: sa.Connection) -> None:
        if not self._database.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))

    def import_failures(self) -> list[tuple[str, ImportFailure, datetime]]:
        """By folder, then file."""
        c = t.import_error.c
        found = sa.select(c.folder, c.failure, c.since).order_by(c.folder, c.file, c.number)
        with self._database.reading() as connection:
            rows = connection.execute(found).all()
        return [(folder, decode_json(text, ImportFailure), since) for folder, text, since in rows]

    def planned(self, dag_id: str) -> list[Any]:
        """Empty for a DAG whose timetable is no custom one."""
        with self._database.reading_raw() as raw:
            found = raw.rows("SELECT planned FROM dag WHERE dag_id = ?", (dag_id,))
        return [run for (text,) in found if text for run in decode_json(text, list[PlannedRun])]

    def code_in_use(self) -> CodeInUse:
        """See :meth:`narae.engine.ports.CatalogStore.code_in_use`."""
        run, ended = t.dag_run.c, sorted(FINISHED_RUN)
        trees = sa.union(
            sa.select(t.dag.c.code_version),
            sa.select(run.code_version).where(run.state.not_in(ended)),
        )
        contents = sa.union(
            sa.select(run.code_version),
            sa.select(t.dag_version.c.code_version),
            sa.select(t.dag.c.code_version),
        )
        with self._database.reading() as connection:
            found = [connection.execute(query).scalars().all() for query in (trees, contents)]
        ready, known = (tuple(sorted(v for v in versions if v)) for versions in found)
        return CodeInUse(trees=ready, contents=known)

    def dag_versions(self, dag_id: str) -> list[tuple[int, CodeVersion, datetime]]:
        """Oldest first."""
        c = t.dag_version.c
        found = sa.select(c.id, c.code_version, c.created_at).where(c.dag_id == dag_id)
        with self._database.reading() as connection:
            rows = connection.execute(found.order_by(c.id)).all()
        return [(id_, CodeVersion(version), since) for id_, version, since in rows]

    def delete_dag(self, dag_id: str) -> bool:
        """With its runs, versions, backfills and callbacks; what people did stays on record."""

        def delete(connection: sa.Connection) -> bool:
            forget_dag_permissions(connection, dag_id)
            for table in (t.dag_run, t.dag_version, t.backfill, t.callback):
                connection.execute(table.delete().where(table.c.dag_id == dag_id))
            gone = connection.execute(t.dag.delete().where(t.dag.c.dag_id == dag_id))
            return gone.rowcount > 0

        return self._database.retried(delete)


def _known(connection: sa.Connection, files: Sequence[ParsedFile], folder: str) -> list[Known]:
    names = {spec.dag_id for file in files for spec in file.dags}
    paths = {file.file for file in files}
    found = (
        sa.select(*_ROW, t.dag_version.c.hash)
        .join(t.dag_version, t.dag_version.c.id == t.dag.c.spec_id)
        .where(
            sa.or_(
                t.dag.c.dag_id.in_(names),
                sa.and_(t.dag.c.folder == folder, t.dag.c.file.in_(paths)),
            )
        )
        .order_by(t.dag.c.dag_id)
    )
    return [
        Known(row=dag_of(row), spec_hash=row[DAG_ROW_COLUMNS]) for row in connection.execute(found)
    ]


def _contested(connection: sa.Connection, freed: Sequence[str]) -> list[tuple[str, str]]:
    """Files that were refused one of these DAG ids."""
    if not freed:
        return []
    c = t.import_error.c
    found = sa.select(c.folder, c.file).distinct().where(c.dag_id.in_(freed))
    rows = connection.execute(found.order_by(c.folder, c.file))
    return [(folder, file) for folder, file in rows]


def _record(
    connection: sa.Connection,
    entry: FileEntry,
    numbers: dict[str, int],
    *,
    folder: str,
    now: datetime,
) -> None:
    for dag in entry.entries:
        dag_id = dag.row.dag_id
        if dag.versioned:
            numbers[dag_id] = _insert_version(connection, dag, now=now)
        row = msgspec.structs.replace(dag.row, spec_id=numbers[dag_id])
        listed = _listed(dag) | {"planned": as_text(dag.planned)}
        if dag.new:
            connection.execute(t.dag.insert().values(**dag_values(row), **listed))
        else:
            _update_dag(connection, row, listed)
        if dag.versioned:
            _replace_tags(connection, dag)
            replace_dag_permissions(connection, dag.spec, new=dag.new)
            _replace_tasks(connection, dag)
    for row in entry.stale:
        _update_dag(connection, row, {})
    _record_file(connection, entry.parsed, folder=folder, now=now)
    _record_failures(connection, entry, folder=folder, now=now)


def _insert_version(connection: sa.Connection, dag: Entry, *, now: datetime) -> int:
    insert = t.dag_version.insert().values(
        dag_id=dag.row.dag_id,
        hash=dag.spec_hash,
        spec=dag.spec_json,
        code_version=dag.row.code_version,
        created_at=now,
        number=sa.select(sa.func.coalesce(sa.func.max(t.dag_version.c.number), 0) + 1)
        .where(t.dag_version.c.dag_id == dag.row.dag_id)
        .scalar_subquery(),
    )
    return int(connection.execute(insert.returning(t.dag_version.c.id)).scalar_one())


def _listed(dag: Entry) -> dict[str, Any]:
    """What lists show of a spec."""
    spec = dag.spec
    return {
        "display_name": spec.display_name or spec.dag_id,
        "description": spec.description,
        "schedule_text": spec.schedule_text,
        "timezone": spec.timezone,
        "owners": ", ".join(sorted({task.owner for task in spec.tasks})),
        "generation": spec.generation,
        "timetable_type": type(spec.timetable).__name__,
        "timetable": encode_json(spec.timetable).decode(),
        "max_active_runs": spec.max_active_runs,
        "max_active_tasks": spec.max_active_tasks,
        "max_consecutive_failed_runs": spec.max_consecutive_failed_runs,
        "has_task_limits": any(
            task.max_active_tis_per_dag is not None or task.max_active_tis_per_dagrun is not None
            for task in spec.tasks
        ),
    }


def _update_dag(connection: sa.Connection, row: DagRow, more: dict[str, Any]) -> None:
    values = dag_values(row) | more
    connection.execute(t.dag.update().where(t.dag.c.dag_id == row.dag_id).values(**values))


def _replace_tags(connection: sa.Connection, dag: Entry) -> None:
    dag_id = dag.row.dag_id
    connection.execute(t.dag_tag.delete().where(t.dag_tag.c.dag_id == dag_id))
    tags = [{"dag_id": dag_id, "tag": tag} for tag in sorted(set(dag.spec.tags))]
    if tags:
        connection.execute(t.dag_tag.insert(), tags)


def _replace_tasks(connection: sa.Connection, dag: Entry) -> None:
    dag_id = dag.row.dag_id
    connection.execute(t.dag_task.delete().where(t.dag_task.c.dag_id == dag_id))
    tasks = [
        {
            "dag_id": dag_id,
            "task_id": task.task_id,
            "operator": task.operator,
            "display_name": task.display_name or task.task_id,
        }
        for task in dag.spec.tasks
    ]
    if tasks:
        connection.execute(t.dag_task.insert(), tasks)


def _record_file(
    connection: sa.Connection, parsed: ParsedFile, *, folder: str, now: datetime
) -> None:
    table = t.dag_file
    connection.execute(table.delete().where(table.c.folder == folder, table.c.file == parsed.file))
    connection.execute(
        table.insert().values(
            folder=folder,
            file=parsed.file,
            code_version=parsed.code_version,
            file_hash=parsed.file_hash,
            parsed_at=now,
            parse_seconds=parsed.parse_seconds,
            memory_peak_bytes=parsed.memory_peak_bytes,
            warnings=as_text(parsed.warnings),
            imports=as_text(parsed.imports),
        )
    )


def _record_failures(
    connection: sa.Connection, entry: FileEntry, *, folder: str, now: datetime
) -> None:
    table = t.import_error
    here = (table.c.folder == folder, table.c.file == entry.parsed.file)
    columns = (table.c.failure, table.c.since, table.c.id)
    before = connection.execute(sa.select(*columns).where(*here).order_by(table.c.number)).all()
    if before:
        connection.execute(table.delete().where(*here))
    since = {row.failure: row.since for row in before}
    ids = {row.failure: row.id for row in reversed(before)}  # what stays keeps its number
    rows = [
        {
            "folder": folder,
            "file": entry.parsed.file,
            "number": number,
            "failure": as_text(failure),
            "dag_id": entry.refused.get(number),
            "since": since.get(as_text(failure), now),
        }
        for number, failure in enumerate(entry.failures)
    ]
    for row in rows:
        id_ = ids.pop(row["failure"], None)
        connection.execute(table.insert(), row if id_ is None else row | {"id": id_})
