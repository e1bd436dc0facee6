"""What people did: the event log."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from narae.core.commands import Audit
from narae.core.spec import Value
from narae.storage import tables as t
from narae.storage.queries.conditions import Conditions, Matching, Range, Visible, among, matching
from narae.storage.queries.page import Listing, Order, Orders, Page, Slice, columns, cut
from narae.storage.queries.reading import Reading
from narae.storage.rows import struct_of, value_of


class AuditFilter(Matching, frozen=True, kw_only=True):
    """Entries that match everything that is given.

    Patterns and prefixes: ``dag_id``, ``run_id``, ``task_id``, ``who``, ``what``. Ranges: ``at``.
    """

    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None
    who: str | None = None
    what: tuple[str, ...] | None = None
    not_what: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


class AuditEntry(Value, frozen=True, kw_only=True):
    """One entry and its number."""

    id: int
    audit: Audit


_C = t.audit_log.c
_ORDERS: Orders = {
    **columns(t.audit_log, "at", "who", "what", "dag_id", "run_id", "task_id", "map_index"),
    "id": Order(by=_C.at),  # entries are numbered as they come
}
_TEXTS = {name: _C[name] for name in ("dag_id", "run_id", "task_id", "who", "what")}


class AuditQueries(Reading):
    """Each method is one read transaction."""

    def audits(
        self, wanted: AuditFilter, part: Slice, *, visible: Visible = None
    ) -> Page[AuditEntry]:
        """Latest first unless ordered otherwise. What is about no DAG is for all to see."""
        conditions = list(_conditions(wanted))
        if visible is not None:
            conditions.append(_C.dag_id.in_(sorted(visible)) | _C.dag_id.is_(None))
        listing = Listing(
            name="audits",
            found=sa.select(t.audit_log).where(*conditions),
            orders=_ORDERS,
            default=("-at",),
            ties=(_C.id,),
            wanted=wanted,
        )
        with self._database.reading() as connection:
            return cut(connection, listing, part, _entry)

    def audit(self, id_: int) -> AuditEntry | None:
        """The entry with this number."""
        if not 0 < id_ < 2**63:
            return None
        with self._database.reading() as connection:
            row = connection.execute(sa.select(t.audit_log).where(_C.id == id_)).one_or_none()
        return None if row is None else _entry(row)


def _conditions(wanted: AuditFilter) -> Conditions:
    for column, value in (
        (_C.dag_id, wanted.dag_id),
        (_C.run_id, wanted.run_id),
        (_C.task_id, wanted.task_id),
        (_C.map_index, wanted.map_index),
        (_C.who, wanted.who),
    ):
        yield from among(column, None if value is None else (value,))
    yield from among(_C.what, wanted.what)
    if wanted.not_what:
        yield _C.what.not_in(wanted.not_what)
    yield from matching(wanted, texts=_TEXTS, measures={"at": _C.at})
    span = Range(gte=wanted.since, lte=wanted.until)
    yield from matching(Matching(ranges={"at": span}), texts={}, measures={"at": _C.at})


def _entry(row: Any) -> AuditEntry:
    audit = Audit(
        at=row.at,
        who=row.who,
        what=row.what,
        dag_id=row.dag_id,
        run_id=row.run_id,
        task_id=row.task_id,
        map_index=row.map_index,
        detail=value_of(row.detail, dict),
        origin=row.origin,
        before=struct_of(row.before, dict),
        after=struct_of(row.after, dict),
    )
    return AuditEntry(id=row.id, audit=audit)
