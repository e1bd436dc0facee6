"""What the latest versions of DAGs say of other DAGs, and what else stands beside a DAG's page."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from narae.core.codec import decode_json
from narae.core.references import Reference, SpecPart, references_of
from narae.core.run import Run
from narae.core.spec import Value
from narae.core.states import RunType
from narae.storage import tables as t
from narae.storage.queries.conditions import Visible, seen
from narae.storage.queries.page import said
from narae.storage.queries.reading import Reading
from narae.storage.rows import RUN_COLUMNS, run_of

RUNS_LOOKED_AT = 2_000
"""Of so many of a DAG's latest runs the confs are looked at."""
_CHUNK = 500

_D, _V, _R, _F, _C = t.dag.c, t.dag_version.c, t.dag_run.c, t.dag_file.c, t.callback.c


class DagNamed(Value, frozen=True, kw_only=True):
    """A DAG that is not stale, and its latest version."""

    dag_id: str
    display_name: str
    is_paused: bool
    spec_id: int


class FileFacts(Value, frozen=True, kw_only=True):
    """What parsing a DAG's file took."""

    memory_peak_bytes: int
    imports: tuple[str, ...]


class Outcome(Value, frozen=True, kw_only=True):
    """How a callback went that was owed."""

    id: str
    queued_at: datetime
    done_at: datetime | None
    error: str | None


class ReferenceQueries(Reading):
    """Each method is one read transaction."""

    def dags_named_briefly(self, *, visible: Visible = None) -> list[DagNamed]:
        """All DAGs that are not stale, by id."""
        found = sa.select(_D.dag_id, _D.display_name, _D.is_paused, _D.spec_id)
        found = found.where(_D.is_stale.is_(False), *seen(_D.dag_id, visible))
        with self._database.reading() as connection:
            rows = connection.execute(found.order_by(_D.dag_id)).all()
        return [
            DagNamed(dag_id=dag_id, display_name=name or dag_id, is_paused=paused, spec_id=spec_id)
            for dag_id, name, paused, spec_id in rows
        ]

    def references(self, spec_ids: Sequence[int]) -> Iterator[tuple[int, tuple[Reference, ...]]]:
        """Of each spec what it says of other DAGs."""
        for since in range(0, len(spec_ids), _CHUNK):
            some = spec_ids[since : since + _CHUNK]
            with self._database.reading() as connection:
                rows = connection.execute(sa.select(_V.id, _V.spec).where(_V.id.in_(some))).all()
            yield from ((id_, references_of(decode_json(data, SpecPart))) for id_, data in rows)

    def recent_confs(self, dag_id: str, *, limit: int) -> list[Run]:
        """Manual runs with a conf among the latest :data:`RUNS_LOOKED_AT`, the latest first."""
        latest = (
            sa.select(_R.uid, _R.run_type, _R.run_after)
            .where(_R.dag_id == dag_id)
            .order_by(_R.run_after.desc(), _R.uid.desc())
            .limit(said(RUNS_LOOKED_AT))
            .subquery()
        )
        found = (
            sa.select(*list(_R)[:RUN_COLUMNS])
            .join_from(latest, t.dag_run, _R.uid == latest.c.uid)
            .where(latest.c.run_type == RunType.MANUAL.value, _R.conf.is_not(None))
            .order_by(latest.c.run_after.desc(), latest.c.uid.desc())
            .limit(said(limit))
        )
        with self._database.reading() as connection:
            return [run_of(row) for row in connection.execute(found)]

    def file_facts(self, folder: str, file: str) -> FileFacts | None:
        """None before it was parsed."""
        found = sa.select(_F.memory_peak_bytes, _F.imports)
        found = found.where(_F.folder == folder, _F.file == file)
        with self._database.reading() as connection:
            row = connection.execute(found).one_or_none()
        if row is None:
            return None
        imports = () if row.imports is None else tuple(decode_json(row.imports, list[str]))
        return FileFacts(memory_peak_bytes=row.memory_peak_bytes, imports=imports)

    def version_span(self, dag_id: str) -> tuple[int, datetime | None]:
        """How many versions a DAG has had, and when the first came."""
        found = sa.select(sa.func.count(), sa.func.min(_V.created_at)).where(_V.dag_id == dag_id)
        with self._database.reading() as connection:
            count, first = connection.execute(found).one()
        return count, first

    def outcomes(self, callbacks: Sequence[str]) -> Mapping[str, Outcome]:
        """Of the callbacks with these ids that were ever owed, how they went."""
        found = sa.select(_C.id, _C.queued_at, _C.done_at, _C.error).where(_C.id.in_(callbacks))
        with self._database.reading() as connection:
            rows = connection.execute(found).all()
        return {
            row.id: Outcome(
                id=row.id, queued_at=row.queued_at, done_at=row.done_at, error=row.error
            )
            for row in rows
        }
