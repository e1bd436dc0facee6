"""DAGs as lists show them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
import sqlalchemy as sa

from narae.core.codec import decode_json
from narae.core.run import DagRow, Run
from narae.core.spec import Value
from narae.core.states import RunState
from narae.core.timetables.spec import Never, TimetableSpec
from narae.storage import tables as t
from narae.storage.queries.conditions import (
    Conditions,
    Matching,
    Range,
    Visible,
    among,
    contains,
    matching,
    seen,
)
from narae.storage.queries.page import Listing, Order, Orders, Page, Slice, columns, cut, said
from narae.storage.queries.reading import Reading
from narae.storage.rows import RUN_COLUMNS, dag_of, run_of
from narae.storage.statements import DAG_ROW_COLUMNS


class DagFilter(Matching, frozen=True, kw_only=True):
    """DAGs that match everything that is given.

    Patterns and prefixes: ``dag_id``, ``display_name``.
    """

    dag_ids: tuple[str, ...] | None = None
    pattern: str | None = None
    """Part of the id or the display name, whatever its case."""
    tags: tuple[str, ...] = ()
    every_tag: bool = False
    """All of ``tags`` rather than any."""
    owners: tuple[str, ...] = ()
    """Any of them owns a task."""
    paused: bool | None = None
    stale: bool | None = False
    broken: bool | None = None
    """Whether its file has an import error."""
    last_run_state: RunState | None = None
    run_states: tuple[RunState, ...] | None = None
    """A run in one of these states, whichever."""
    run_ranges: dict[str, Range] = {}
    """A run with ``started_at`` and ``ended_at`` in these ranges; with ``run_states``, the same
    run."""
    folders: tuple[str, ...] | None = None
    code_version: str | None = None
    timetable_types: tuple[str, ...] | None = None
    """Such as ``CronInterval``; class names of ``core.timetables.spec``."""
    favorite_of: str | None = None
    """A user's favourites."""
    not_favorite_of: str | None = None


class DagListRow(Value, frozen=True, kw_only=True):
    """A DAG as lists show it."""

    dag: DagRow
    display_name: str
    description: str | None
    schedule_text: str
    timezone: str
    owners: tuple[str, ...]
    tags: tuple[str, ...]
    generation: int
    max_active_runs: int
    max_active_tasks: int
    max_consecutive_failed_runs: int
    has_task_limits: bool
    has_import_errors: bool
    timetable_type: str
    timetable: TimetableSpec
    parse_seconds: float | None
    last_run: Run | None


class DagWarning(Value, frozen=True, kw_only=True):
    """Something that parsing a DAG's file found to say."""

    dag_id: str
    at: datetime
    words: str


_D, _R = t.dag.c, t.dag_run.c
_ROW = list(_D)[:DAG_ROW_COLUMNS]
_SHOWN = [
    *(_D.display_name, _D.description, _D.schedule_text, _D.timezone, _D.owners, _D.generation),
    *(_D.max_active_runs, _D.max_active_tasks, _D.max_consecutive_failed_runs),
    *(_D.has_task_limits, _D.timetable_type, _D.timetable),
]
_RUN = list(_R)[:RUN_COLUMNS]
_ORDERS: Orders = {
    **columns(t.dag, "dag_id", "is_paused", "next_run_after", "parsed_at"),
    "display_name": Order(by=sa.func.lower(_D.display_name)),
    "last_run_state": Order(by=_R.state, nullable=True),
    "last_run_at": Order(by=_R.sort_at, nullable=True),
    "last_run_started_at": Order(by=_R.started_at, nullable=True),
}
_TEXTS = {"dag_id": _D.dag_id, "display_name": _D.display_name}
_TIMETABLES: msgspec.json.Decoder[TimetableSpec] = msgspec.json.Decoder(TimetableSpec)


class DagQueries(Reading):
    """Each method is one read transaction."""

    def dags(self, wanted: DagFilter, part: Slice, *, visible: Visible = None) -> Page[DagListRow]:
        """By DAG id unless ordered otherwise."""
        conditions = [*_conditions(wanted), *seen(_D.dag_id, visible)]
        latest = (
            sa.select(_R.uid)
            .where(_R.dag_id == _D.dag_id)
            .order_by(_R.sort_at.desc(), _R.uid.desc())
            .limit(said(1))
            .correlate(t.dag)
            .scalar_subquery()
        )
        f = t.dag_file.c
        found = (
            sa.select(*_ROW, *_SHOWN, f.parse_seconds, _broken().label("broken"), *_RUN)
            .join_from(t.dag, t.dag_run, _R.uid == latest, isouter=True)
            .join(t.dag_file, (f.folder == _D.folder) & (f.file == _D.file), isouter=True)
            .where(*conditions)
        )
        alone = sa.select(_D.dag_id).where(*conditions)
        listing = Listing(
            name="dags",
            found=found,
            counted=alone if wanted.last_run_state is None else None,
            orders=_ORDERS,
            default=("dag_id",),
            ties=(_D.dag_id,),
            wanted=wanted,
        )
        with self._database.reading() as connection:
            page = cut(connection, listing, part, tuple)
            tags = _tags(connection, [row[0] for row in page.rows])
        return Page(
            rows=[_list_row(row, tags) for row in page.rows],
            total=page.total,
            next_cursor=page.next_cursor,
            previous_cursor=page.previous_cursor,
        )

    def tags(self, *, pattern: str = "", visible: Visible = None) -> list[str]:
        """All tags of DAGs that are not stale, sorted. ``pattern``: part of the tag."""
        found = (
            sa.select(t.dag_tag.c.tag)
            .distinct()
            .join(t.dag, _D.dag_id == t.dag_tag.c.dag_id)
            .where(_D.is_stale.is_(False), *seen(_D.dag_id, visible))
            .where(*([contains(t.dag_tag.c.tag, pattern)] if pattern else []))
            .order_by(t.dag_tag.c.tag)
        )
        with self._database.reading() as connection:
            return list(connection.execute(found).scalars())

    def owners(self, *, visible: Visible = None) -> list[str]:
        """Who owns a task of a DAG that is not stale, sorted."""
        found = sa.select(_D.owners).distinct()
        found = found.where(_D.is_stale.is_(False), *seen(_D.dag_id, visible))
        with self._database.reading() as connection:
            texts = connection.execute(found).scalars().all()
        return sorted({owner for text in texts for owner in _owners(text)})

    def dag_names(self, dag_ids: Sequence[str]) -> dict[str, str]:
        """DAG id -> display name."""
        found = sa.select(_D.dag_id, _D.display_name).where(_D.dag_id.in_(dag_ids))
        with self._database.reading() as connection:
            return {row.dag_id: row.display_name for row in connection.execute(found)}

    def warnings(self, folder: str, file: str) -> tuple[str, ...]:
        """What parsing a file found to say beside its DAGs."""
        c = t.dag_file.c
        found = sa.select(c.warnings).where(c.folder == folder, c.file == file)
        with self._database.reading() as connection:
            text = connection.execute(found).scalar_one_or_none()
        return () if text is None else tuple(decode_json(text, list[str]))

    def dag_warnings(
        self, *, dag_ids: Sequence[str] | None = None, visible: Visible = None
    ) -> list[DagWarning]:
        """Warnings of files, one for each DAG that the file gives, by DAG id."""
        f = t.dag_file.c
        found = (
            sa.select(_D.dag_id, f.parsed_at, f.warnings)
            .join(t.dag_file, (f.folder == _D.folder) & (f.file == _D.file))
            .where(f.warnings.is_not(None), _D.is_stale.is_(False))
            .where(*among(_D.dag_id, dag_ids), *seen(_D.dag_id, visible))
            .order_by(_D.dag_id)
        )
        with self._database.reading() as connection:
            rows = connection.execute(found).all()
        return [
            DagWarning(dag_id=dag_id, at=at, words=words)
            for dag_id, at, text in rows
            for words in decode_json(text, list[str])
        ]


def _broken() -> sa.ColumnElement[bool]:
    e = t.import_error.c
    return sa.exists().where(e.folder == _D.folder, e.file == _D.file).correlate(t.dag)


def _conditions(wanted: DagFilter) -> Conditions:
    yield from among(_D.dag_id, wanted.dag_ids)
    yield from among(_D.folder, wanted.folders)
    yield from among(_D.timetable_type, wanted.timetable_types)
    yield from matching(wanted, texts=_TEXTS, measures={})
    if wanted.pattern is not None:
        yield contains(_D.dag_id, wanted.pattern) | contains(_D.display_name, wanted.pattern)
    if wanted.owners:
        yield sa.or_(*(_owned(owner) for owner in wanted.owners))
    if wanted.code_version is not None:
        yield _D.code_version == wanted.code_version
    for column, flag in (
        (_D.is_paused, wanted.paused),
        (_D.is_stale, wanted.stale),
    ):
        if flag is not None:
            yield column.is_(flag)
    if wanted.broken is not None:
        yield _broken() if wanted.broken else ~_broken()
    yield from _tagged(wanted)
    yield from _with_runs(wanted)
    yield from _favorites(wanted)


def _owned(owner: str) -> sa.ColumnElement[bool]:
    listed = sa.literal(", ").concat(_D.owners).concat(", ")
    return listed.contains(f", {owner}, ", autoescape=True)


def _tagged(wanted: DagFilter) -> Conditions:
    g = t.dag_tag.c
    has = [
        sa.exists().where(g.dag_id == _D.dag_id, g.tag == tag).correlate(t.dag)
        for tag in wanted.tags
    ]
    if has:
        yield sa.and_(*has) if wanted.every_tag else sa.or_(*has)


def _with_runs(wanted: DagFilter) -> Conditions:
    if wanted.last_run_state is not None:
        yield _R.state == wanted.last_run_state.value
    if wanted.run_states is None and not wanted.run_ranges:
        return
    r = t.dag_run.alias("some_run").c
    measures = {"started_at": r.started_at, "ended_at": r.ended_at}
    ranges = matching(Matching(ranges=wanted.run_ranges), texts={}, measures=measures)
    any_run = sa.exists().where(r.dag_id == _D.dag_id, *among(r.state, wanted.run_states), *ranges)
    yield any_run.correlate(t.dag)


def _favorites(wanted: DagFilter) -> Conditions:
    f = t.dag_favorite.c

    def likes(user: str) -> sa.Exists:
        return sa.exists().where(f.dag_id == _D.dag_id, f.user == user).correlate(t.dag)

    if wanted.favorite_of is not None:
        yield likes(wanted.favorite_of)
    if wanted.not_favorite_of is not None:
        yield ~likes(wanted.not_favorite_of)


# Made once: to make it for each page costs a quarter of the page.
_TAGS_OF = (
    sa.select(t.dag_tag.c.dag_id, t.dag_tag.c.tag)
    .where(t.dag_tag.c.dag_id.in_(sa.bindparam("dag_ids", expanding=True)))
    .order_by(t.dag_tag.c.tag)
)


def _tags(connection: sa.Connection, dag_ids: Sequence[str]) -> dict[str, list[str]]:
    answer: dict[str, list[str]] = {}
    for dag_id, tag in connection.execute(_TAGS_OF, {"dag_ids": dag_ids}):
        answer.setdefault(dag_id, []).append(tag)
    return answer


@lru_cache(maxsize=4096)  # many DAGs share theirs, and every page has them again
def _timetable(text: str | None) -> TimetableSpec:
    return Never() if text is None else _TIMETABLES.decode(text)


def _owners(text: str) -> tuple[str, ...]:
    return tuple(text.split(", ")) if text else ()


def _list_row(row: tuple[Any, ...], tags: Mapping[str, Sequence[str]]) -> DagListRow:
    rest: Iterator[Any] = iter(row[DAG_ROW_COLUMNS:])
    run = row[DAG_ROW_COLUMNS + len(_SHOWN) + 2 :]
    return DagListRow(
        dag=dag_of(row),
        display_name=next(rest),
        description=next(rest),
        schedule_text=next(rest),
        timezone=next(rest),
        owners=_owners(next(rest)),
        tags=tuple(tags.get(row[0], ())),
        generation=next(rest),
        max_active_runs=next(rest),
        max_active_tasks=next(rest),
        max_consecutive_failed_runs=next(rest),
        has_task_limits=next(rest),
        timetable_type=next(rest),
        timetable=_timetable(next(rest)),
        parse_seconds=next(rest),
        has_import_errors=bool(next(rest)),
        last_run=None if run[0] is None else run_of(run),
    )
