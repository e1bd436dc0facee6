"""XComs as lists show them: without their values."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from narae.core.ids import RunUid
from narae.core.spec import Value
from narae.storage import tables as t
from narae.storage.queries.conditions import (
    Conditions,
    Matching,
    Visible,
    among,
    among_seen,
    matching,
)
from narae.storage.queries.page import Listing, Order, Orders, Page, Slice, columns, cut
from narae.storage.queries.reading import Reading
from narae.storage.queries.runs import RUN_MOMENTS


class XComFilter(Matching, frozen=True, kw_only=True):
    """XComs that match everything that is given.

    Patterns and prefixes: ``dag_id``, ``dag_display_name``, ``run_id``, ``task_id``, ``key``.
    Ranges: ``at``, and ``logical_date`` and ``run_after`` of the run.
    """

    dag_ids: tuple[str, ...] | None = None
    run_ids: tuple[str, ...] | None = None
    runs: tuple[RunUid, ...] | None = None
    task_ids: tuple[str, ...] | None = None
    map_indexes: tuple[int, ...] | None = None
    keys: tuple[str, ...] | None = None


class XComEntry(Value, frozen=True, kw_only=True):
    """An XCom without its value."""

    run: RunUid
    task_id: str
    map_index: int
    key: str
    size_bytes: int
    length: int | None
    at: datetime
    dag_id: str
    dag_display_name: str
    run_id: str
    logical_date: datetime | None
    run_after: datetime


class XComWhole(Value, frozen=True, kw_only=True):
    """An XCom with its value, as the task's process encoded it."""

    entry: XComEntry
    value: bytes


_X, _R, _D = t.xcom.c, t.dag_run.c, t.dag.c
_SIZE = sa.func.length(_X.value)
_ORDERS: Orders = {
    **columns(t.xcom, "task_id", "map_index", "key", "at"),
    **columns(t.dag_run, "dag_id", "run_id", "run_after"),
    "logical_date": Order(by=_R.sort_at),
}
_TEXTS = {
    "dag_id": _R.dag_id,
    "dag_display_name": sa.func.coalesce(sa.func.nullif(_D.display_name, ""), _R.dag_id),
    "run_id": _R.run_id,
    "task_id": _X.task_id,
    "key": _X.key,
}
_MEASURES = {"at": _X.at, **{name: RUN_MOMENTS[name] for name in ("logical_date", "run_after")}}


class XComQueries(Reading):
    """Each method is one read transaction."""

    def xcoms(self, wanted: XComFilter, part: Slice, *, visible: Visible = None) -> Page[XComEntry]:
        """By task id, map index and key within one run; else the latest runs first."""
        one_run = wanted.runs is not None and len(wanted.runs) == 1
        by_run = _R.uid if wanted.dag_ids or wanted.run_ids or visible is not None else _X.run
        of_entry = (_X.task_id, _X.map_index, _X.key)
        conditions = [*_conditions(wanted), *among_seen(_R.dag_id, visible)]
        listing = Listing(
            name="xcoms",
            found=_entries().where(*conditions),
            orders={**_ORDERS, "id": Order(by=by_run)},
            default=() if one_run else ("-id",),
            ties=of_entry if one_run else (by_run, *of_entry),
            wanted=wanted,
        )
        with self._database.reading() as connection:
            return cut(connection, listing, part, _entry)

    def xcom(self, run: RunUid, task_id: str, key: str, *, map_index: int) -> XComWhole | None:
        """One of them, with its value."""
        found = _entries().add_columns(_X.value)
        found = found.where(_X.run == run, _X.task_id == task_id)
        found = found.where(_X.map_index == map_index, _X.key == key)
        with self._database.reading() as connection:
            row = connection.execute(found).one_or_none()
        return None if row is None else XComWhole(entry=_entry(row), value=bytes(row[-1]))

    def xcom_entries(self, run: RunUid, *, task_id: str | None = None) -> list[XComEntry]:
        """What a run's tasks have pushed, by task id, map index and key."""
        found = _entries().where(_X.run == run)
        if task_id is not None:
            found = found.where(_X.task_id == task_id)
        with self._database.reading() as connection:
            rows = connection.execute(found.order_by(_X.task_id, _X.map_index, _X.key)).all()
        return [_entry(row) for row in rows]


def _entries() -> sa.Select[Any]:
    return (
        sa.select(_X.run, _X.task_id, _X.map_index, _X.key, _SIZE, _X.length, _X.at)
        .add_columns(_R.dag_id, _D.display_name, _R.run_id, _R.logical_date, _R.run_after)
        .join_from(t.xcom, t.dag_run, _R.uid == _X.run)
        .join(t.dag, _D.dag_id == _R.dag_id, isouter=True)
    )


def _conditions(wanted: XComFilter) -> Conditions:
    yield from among(_X.run, wanted.runs)
    yield from among(_R.dag_id, wanted.dag_ids)
    yield from among(_R.run_id, wanted.run_ids)
    yield from among(_X.task_id, wanted.task_ids)
    yield from among(_X.map_index, wanted.map_indexes)
    yield from among(_X.key, wanted.keys)
    yield from matching(wanted, texts=_TEXTS, measures=_MEASURES)


def _entry(row: Sequence[Any]) -> XComEntry:
    rest = iter(row)
    run, task_id, map_index, key = next(rest), next(rest), next(rest), next(rest)
    size, length, at, dag_id, name = next(rest), next(rest), next(rest), next(rest), next(rest)
    return XComEntry(
        run=RunUid(run),
        task_id=task_id,
        map_index=map_index,
        key=key,
        size_bytes=size,
        length=length,
        at=at,
        dag_id=dag_id,
        dag_display_name=name or dag_id,
        run_id=next(rest),
        logical_date=next(rest),
        run_after=next(rest),
    )
