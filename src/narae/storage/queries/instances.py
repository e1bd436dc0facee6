"""Task instances as lists show them, and their tries."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from narae.core.ids import RunUid
from narae.core.run import Attempt, Instance
from narae.core.spec import Value
from narae.core.states import TaskState
from narae.storage import tables as t
from narae.storage.queries.conditions import (
    Conditions,
    Matching,
    Range,
    Seconds,
    Visible,
    among,
    among_seen,
    matching,
)
from narae.storage.queries.page import Listing, Order, Orders, Page, Slice, columns, cut
from narae.storage.queries.reading import Reading
from narae.storage.queries.runs import RUN_MOMENTS, of_versions
from narae.storage.rows import INSTANCE_COLUMNS, attempt_of, instance_of


class InstanceFilter(Matching, frozen=True, kw_only=True):
    """Task instances that match everything that is given.

    Patterns and prefixes: ``dag_id``, ``run_id``, ``task_id``, ``display_name`` and ``operator``
    (of the task in the DAG's latest version), ``pool``, ``queue``, ``label``. Ranges:
    ``queued_at``, ``started_at``, ``ended_at``, ``updated_at``, ``duration`` in seconds, and
    ``run_after`` and ``logical_date`` of the run.
    """

    dag_ids: tuple[str, ...] | None = None
    run_ids: tuple[str, ...] | None = None
    runs: tuple[RunUid, ...] | None = None
    task_ids: tuple[str, ...] | None = None
    map_indexes: tuple[int, ...] | None = None
    mapped: bool | None = None
    """True: only instances of a mapped task that has been expanded."""
    states: tuple[TaskState, ...] | None = None
    pools: tuple[str, ...] | None = None
    queues: tuple[str, ...] | None = None
    executors: tuple[str, ...] | None = None
    """Of the latest attempt."""
    operators: tuple[str, ...] | None = None
    try_numbers: tuple[int, ...] | None = None
    versions: tuple[int, ...] | None = None


class InstanceListRow(Value, frozen=True, kw_only=True):
    """A task instance as lists show it, with its latest attempt's whereabouts."""

    instance: Instance
    updated_at: datetime
    dag_id: str
    dag_display_name: str
    run_id: str
    spec_id: int
    logical_date: datetime | None
    run_after: datetime
    executor: str | None
    host: str | None
    pid: int | None


class Try(Value, frozen=True, kw_only=True):
    """One try of a task instance: attempts that were lost or rescheduled belong to it too."""

    task_id: str
    map_index: int
    try_number: int
    attempts: int
    queued_at: datetime
    """Of the first attempt."""
    started_at: datetime | None
    """When user code first ran in it."""
    ended_at: datetime | None
    """Of the last attempt; None while that is open."""
    last: Attempt


_I, _R, _A, _D = t.task_instance.c, t.dag_run.c, t.attempt.c, t.dag.c
_SECONDS = Seconds(_I.started_at, _I.ended_at)
_ORDERS: Orders = {
    **columns(t.task_instance, "task_id", "map_index", "state", "try_number", "pool", "queue"),
    **columns(t.task_instance, "priority", "queued_at", "started_at", "ended_at", "updated_at"),
    **columns(t.task_instance, "scheduled_at", "label"),
    **columns(t.dag_run, "dag_id", "run_id", "run_after"),
    "logical_date": Order(by=_R.sort_at),
    "duration": Order(by=_SECONDS, nullable=True),
}
_MEASURES = {
    **{name: _I[name] for name in ("queued_at", "started_at", "ended_at", "updated_at")},
    **{name: RUN_MOMENTS[name] for name in ("logical_date", "run_after")},
    "duration": _SECONDS,
}
_TEXTS = {
    "dag_id": _R.dag_id,
    "run_id": _R.run_id,
    "task_id": _I.task_id,
    "pool": _I.pool,
    "queue": _I.queue,
    "label": _I.label,
}
_OF_TASK = {"display_name": t.dag_task.c.display_name, "operator": t.dag_task.c.operator}
CLOCKS_APART_MAX = timedelta(hours=1)
EARLIEST = datetime.min.replace(tzinfo=UTC)
_OF_RUN = frozenset({"dag_id", "run_id", "logical_date", "run_after"})
_NO_SUCCESS = sa.text("task_instance.state <> 'success'")
"""As the partial index says it."""


class InstanceQueries(Reading):
    """Each method is one read transaction."""

    def instances(
        self, wanted: InstanceFilter, part: Slice, *, visible: Visible = None
    ) -> Page[InstanceListRow]:
        """By task id and map index within one run; else the latest runs first.

        Lists that ask since when something started, ended or changed begin with what changed last.
        """
        conditions = [*_conditions(wanted), *among_seen(_R.dag_id, visible)]
        one_run = wanted.runs is not None and len(wanted.runs) == 1
        run = _run_key(wanted, visible)
        alone = sa.select(_I.run).where(*conditions)
        if wanted.executors is not None:
            alone = alone.join_from(t.task_instance, t.attempt, _of_instance())
        if _asks_of_run(wanted, visible):
            alone = alone.join(t.dag_run, _R.uid == _I.run)
        listing = Listing(
            name="instances",
            found=_whole(conditions),
            counted=alone,
            orders={**_ORDERS, "id": Order(by=run)},
            default=() if one_run else ("-id",) if _lately(wanted) is None else ("-updated_at",),
            ties=(_I.task_id, _I.map_index) if one_run else (run, _I.task_id, _I.map_index),
            wanted=wanted,
        )
        with self._database.reading() as connection:
            return cut(connection, listing, part, _list_row)

    def tries(self, run: RunUid, task_id: str, *, map_index: int | None = None) -> list[Try]:
        """By map index, then by number."""
        found = sa.select(t.attempt).where(_A.run == run, _A.task_id == task_id)
        if map_index is not None:
            found = found.where(_A.map_index == map_index)
        found = found.order_by(_A.map_index, _A.try_number, _A.fence, _A.id)
        with self._database.reading() as connection:
            attempts = [attempt_of(row) for row in connection.execute(found)]
        grouped = groupby(attempts, key=lambda a: (a.key.map_index, a.try_number))
        return [_try(list(of_try)) for _, of_try in grouped]


def _lately(wanted: InstanceFilter) -> datetime | None:
    """A moment that all rows of the list have changed since, where its ranges tell one.

    What started or ended then was written then, but for the clocks' difference.
    """
    spans = [wanted.ranges.get(name, Range()) for name in ("updated_at", "started_at", "ended_at")]
    bounds = [at for span in spans for at in (span.gte, span.gt) if isinstance(at, datetime)]
    if not bounds or max(bounds) - EARLIEST <= CLOCKS_APART_MAX:
        return None
    return max(bounds) - CLOCKS_APART_MAX


def _asks_of_run(wanted: InstanceFilter, visible: Visible) -> bool:
    of_run = (visible, wanted.dag_ids, wanted.run_ids, wanted.versions, wanted.operators)
    named = {*wanted.patterns, *wanted.prefixes, *wanted.ranges}
    return any(one is not None for one in of_run) or bool(named & (_OF_RUN | set(_OF_TASK)))


def _run_key(wanted: InstanceFilter, visible: Visible) -> sa.ColumnElement[str]:
    """The same value in both tables: named after the one that a walk begins at."""
    return _R.uid if _asks_of_run(wanted, visible) else _I.run


def _of_instance() -> sa.ColumnElement[bool]:
    return sa.and_(
        _A.run == _I.run,
        _A.task_id == _I.task_id,
        _A.map_index == _I.map_index,
        _A.fence == _I.fence,
    )


def _whole(conditions: Iterable[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    return (
        sa.select(*list(_I)[:INSTANCE_COLUMNS], _I.updated_at, _R.dag_id, _D.display_name)
        .add_columns(_R.run_id, _R.spec_id, _R.logical_date, _R.run_after)
        .add_columns(_A.executor, _A.host, _A.pid)
        .join_from(t.task_instance, t.dag_run, _R.uid == _I.run)
        .join(t.dag, _D.dag_id == _R.dag_id, isouter=True)
        .join(t.attempt, _of_instance(), isouter=True)
        .where(*conditions)
    )


def _conditions(wanted: InstanceFilter) -> Conditions:
    yield from among(_I.run, wanted.runs)
    yield from among(_R.dag_id, wanted.dag_ids)
    yield from among(_R.run_id, wanted.run_ids)
    yield from among(_I.task_id, wanted.task_ids)
    yield from among(_I.map_index, wanted.map_indexes)
    yield from among(_I.state, wanted.states)
    if wanted.states is not None and TaskState.SUCCESS not in wanted.states:
        yield sa.literal_column(_NO_SUCCESS.text)
    yield from among(_I.pool, wanted.pools)
    yield from among(_I.queue, wanted.queues)
    yield from among(_A.executor, wanted.executors)
    yield from among(_I.try_number, wanted.try_numbers)
    if wanted.versions is not None:
        yield of_versions(wanted.versions)
    if (since := _lately(wanted)) is not None:
        yield _I.updated_at >= since
    if wanted.mapped is not None:
        yield _I.map_index >= 0 if wanted.mapped else _I.map_index < 0
    yield from _task_conditions(wanted)
    own = Matching(
        patterns={n: p for n, p in wanted.patterns.items() if n not in _OF_TASK},
        prefixes={n: p for n, p in wanted.prefixes.items() if n not in _OF_TASK},
        ranges=wanted.ranges,
    )
    yield from matching(own, texts=_TEXTS, measures=_MEASURES)


def _task_conditions(wanted: InstanceFilter) -> Conditions:
    """What is known of a task, not of its instances."""
    k = t.dag_task.c
    of_task = Matching(
        patterns={n: p for n, p in wanted.patterns.items() if n in _OF_TASK},
        prefixes={n: p for n, p in wanted.prefixes.items() if n in _OF_TASK},
    )
    asked = [
        *matching(of_task, texts=_OF_TASK, measures={}),
        *among(k.operator, wanted.operators),
    ]
    if asked:
        same = sa.exists().where(k.dag_id == _R.dag_id, k.task_id == _I.task_id, *asked)
        yield same.correlate(t.dag_run, t.task_instance)


def _list_row(row: Sequence[Any]) -> InstanceListRow:
    rest = iter(row[INSTANCE_COLUMNS:])
    updated_at, dag_id, name = next(rest), next(rest), next(rest)
    return InstanceListRow(
        instance=instance_of(row),
        updated_at=updated_at,
        dag_id=dag_id,
        dag_display_name=name or dag_id,
        run_id=next(rest),
        spec_id=next(rest),
        logical_date=next(rest),
        run_after=next(rest),
        executor=next(rest),
        host=next(rest),
        pid=next(rest),
    )


def _try(attempts: list[Attempt]) -> Try:
    first, last = attempts[0], attempts[-1]
    started = [a.started_at for a in attempts if a.started_at is not None]
    return Try(
        task_id=last.key.task_id,
        map_index=last.key.map_index,
        try_number=last.try_number,
        attempts=len(attempts),
        queued_at=first.queued_at,
        started_at=min(started, default=None),
        ended_at=last.ended_at,
        last=last,
    )
