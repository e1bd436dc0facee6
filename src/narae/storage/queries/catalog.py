"""What stands beside DAGs: their versions, their files' import errors, backfills."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from narae.core.codec import decode_json
from narae.core.ids import CodeVersion
from narae.core.run import Backfill
from narae.core.spec import ImportFailure, Value
from narae.storage import tables as t
from narae.storage.queries.conditions import Matching, Visible, among, matching, seen
from narae.storage.queries.page import Listing, Orders, Page, Slice, columns, cut
from narae.storage.queries.reading import Reading


class VersionRow(Value, frozen=True, kw_only=True):
    """A version of a DAG, without its spec."""

    id: int
    dag_id: str
    number: int
    """From 1 for each DAG."""
    code_version: CodeVersion
    created_at: datetime


class ImportErrorFilter(Matching, frozen=True, kw_only=True):
    """Import errors that match everything that is given. Patterns and prefixes: ``file``."""

    folders: tuple[str, ...] | None = None
    files: tuple[str, ...] | None = None


class ImportErrorRow(Value, frozen=True, kw_only=True):
    """Why a file gives no DAGs, or not all of them."""

    id: int
    """Stays while the file fails in this very way."""
    folder: str
    failure: ImportFailure
    since: datetime


class BackfillFilter(Value, frozen=True, kw_only=True):
    """Backfills that match everything that is given."""

    dag_ids: tuple[str, ...] | None = None
    ids: tuple[int, ...] | None = None
    active: bool | None = None


_V, _E, _B, _D = t.dag_version.c, t.import_error.c, t.backfill.c, t.dag.c
_ACTIVE = ("running", "paused")
_VERSION_ORDERS: Orders = columns(
    t.dag_version, "id", "dag_id", "number", "code_version", "created_at"
)
_ERROR_ORDERS: Orders = {
    **columns(t.import_error, "id", "file", "folder", "since"),
}
_BACKFILL_ORDERS: Orders = columns(t.backfill, "id", "dag_id", "state", "created_at")


class CatalogQueries(Reading):
    """Each method is one read transaction."""

    def versions(
        self,
        part: Slice,
        *,
        dag_ids: tuple[str, ...] | None = None,
        numbers: tuple[int, ...] | None = None,
        code_version: str | None = None,
        visible: Visible = None,
    ) -> Page[VersionRow]:
        """Oldest first unless ordered otherwise."""
        found = sa.select(_V.id, _V.dag_id, _V.number, _V.code_version, _V.created_at).where(
            *among(_V.dag_id, dag_ids),
            *among(_V.number, numbers),
            *among(_V.code_version, None if code_version is None else (code_version,)),
            *seen(_V.dag_id, visible),
        )
        listing = Listing(
            name="versions",
            found=found,
            orders=_VERSION_ORDERS,
            default=("number",) if dag_ids is not None and len(dag_ids) == 1 else ("id",),
            ties=(_V.id,),
            wanted=(dag_ids, numbers, code_version),
        )
        with self._database.reading() as connection:
            return cut(connection, listing, part, _version)

    def versions_by_id(self, spec_ids: Sequence[int]) -> dict[int, VersionRow]:
        """The versions that runs follow, by ``spec_id``."""
        found = sa.select(_V.id, _V.dag_id, _V.number, _V.code_version, _V.created_at)
        with self._database.reading() as connection:
            rows = connection.execute(found.where(_V.id.in_(sorted(set(spec_ids))))).all()
        return {row[0]: _version(row) for row in rows}

    def import_errors(
        self, wanted: ImportErrorFilter, part: Slice, *, visible: Visible = None
    ) -> Page[ImportErrorRow]:
        """Oldest first unless ordered otherwise.

        With ``visible``: of files that give, or gave, a DAG that may be seen.
        """
        found = sa.select(_E.id, _E.folder, _E.failure, _E.since).where(
            *among(_E.folder, wanted.folders),
            *among(_E.file, wanted.files),
            *matching(wanted, texts={"file": _E.file}, measures={}),
        )
        if visible is not None:
            here = sa.exists().where(_D.folder == _E.folder, _D.file == _E.file)
            found = found.where(here.where(*seen(_D.dag_id, visible)).correlate(t.import_error))
        listing = Listing(
            name="import_errors",
            found=found,
            orders=_ERROR_ORDERS,
            default=("id",),
            ties=(_E.id,),
            wanted=wanted,
        )
        with self._database.reading() as connection:
            return cut(connection, listing, part, _error)

    def import_error(self, id_: int, *, visible: Visible = None) -> ImportErrorRow | None:
        """The one with this number."""
        if not 0 < id_ < 2**63:
            return None
        found = sa.select(_E.id, _E.folder, _E.failure, _E.since).where(_E.id == id_)
        if visible is not None:
            here = sa.exists().where(_D.folder == _E.folder, _D.file == _E.file)
            found = found.where(here.where(*seen(_D.dag_id, visible)).correlate(t.import_error))
        with self._database.reading() as connection:
            row = connection.execute(found).one_or_none()
        return None if row is None else _error(row)

    def backfills(
        self, wanted: BackfillFilter, part: Slice, *, visible: Visible = None
    ) -> Page[Backfill]:
        """Oldest first unless ordered otherwise."""
        found = sa.select(_B.body).where(
            *among(_B.dag_id, wanted.dag_ids),
            *among(_B.id, wanted.ids),
            *seen(_B.dag_id, visible),
        )
        if wanted.active is not None:
            found = found.where(
                _B.state.in_(_ACTIVE) if wanted.active else _B.state.not_in(_ACTIVE)
            )
        listing = Listing(
            name="backfills",
            found=found,
            orders=_BACKFILL_ORDERS,
            default=("id",),
            ties=(_B.id,),
            wanted=wanted,
        )
        with self._database.reading() as connection:
            return cut(connection, listing, part, lambda row: decode_json(row[0], Backfill))


def _version(row: Sequence[Any]) -> VersionRow:
    id_, dag_id, number, code_version, created_at = row[:5]
    return VersionRow(
        id=id_,
        dag_id=dag_id,
        number=number,
        code_version=CodeVersion(code_version),
        created_at=created_at,
    )


def _error(row: Sequence[Any]) -> ImportErrorRow:
    id_, folder, failure, since = row[:4]
    return ImportErrorRow(
        id=id_, folder=folder, failure=decode_json(failure, ImportFailure), since=since
    )
