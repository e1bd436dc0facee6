"""DAG runs as lists show them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from narae.core.ids import RunUid
from narae.core.run import Run
from narae.core.spec import Value
from narae.core.states import RunState, RunType, TaskState
from narae.storage import tables as t
from narae.storage.queries.conditions import (
    Conditions,
    Matching,
    Seconds,
    Visible,
    among,
    among_seen,
    contains,
    matching,
    seen,
)
from narae.storage.queries.page import Listing, Order, Orders, Page, Slice, columns, cut
from narae.storage.queries.reading import Reading
from narae.storage.rows import RUN_COLUMNS, run_of


class RunFilter(Matching, frozen=True, kw_only=True):
    """Runs that match everything that is given.

    Patterns and prefixes: ``run_id``, ``dag_id``, ``user``. Ranges: ``logical_date``,
    ``run_after``, ``queued_at``, ``started_at``, ``ended_at``, ``updated_at``, and ``duration``
    in seconds.
    """

    dag_ids: tuple[str, ...] | None = None
    run_ids: tuple[str, ...] | None = None
    uids: tuple[str, ...] | None = None
    pattern: str | None = None
    """Part of the run id, whatever its case; nothing in it is a wildcard."""
    states: tuple[RunState, ...] | None = None
    types: tuple[RunType, ...] | None = None
    conf_contains: str | None = None
    """Part of the conf's JSON, which has no blanks."""
    versions: tuple[int, ...] | None = None
    """Numbers of the DAG's versions."""
    code_version: str | None = None
    backfill_id: int | None = None


class RunListRow(Value, frozen=True, kw_only=True):
    """A run as lists show it."""

    run: Run
    dag_display_name: str
    updated_at: datetime


_R = t.dag_run.c
RUN_SECONDS = Seconds(_R.started_at, _R.ended_at)
RUN_ORDERS: Orders = {
    **columns(t.dag_run, "dag_id", "run_id", "state", "run_type", "run_after", "queued_at"),
    **columns(t.dag_run, "started_at", "ended_at", "updated_at", "conf"),
    "id": Order(by=_R.uid),
    # Runs without a logical date stand where their run_after puts them.
    "logical_date": Order(by=_R.sort_at),
    "user": Order(by=_R.triggered_by_user, nullable=True),
    "duration": Order(by=RUN_SECONDS, nullable=True),
}
RUN_MOMENTS = {
    name: _R[name]
    for name in (
        *("logical_date", "run_after", "queued_at", "started_at", "ended_at", "updated_at"),
    )
}
_TEXTS = {"run_id": _R.run_id, "dag_id": _R.dag_id, "user": _R.triggered_by_user}


class RunQueries(Reading):
    """Each method is one read transaction."""

    def runs(self, wanted: RunFilter, part: Slice, *, visible: Visible = None) -> Page[RunListRow]:
        """Latest (by logical date or run_after) first unless ordered otherwise."""
        alone = sa.select(_R.uid).where(*_conditions(wanted), *among_seen(_R.dag_id, visible))
        listing = Listing(
            name="runs",
            found=alone.with_only_columns(
                *list(_R)[:RUN_COLUMNS], t.dag.c.display_name, _R.updated_at
            ).join_from(t.dag_run, t.dag, t.dag.c.dag_id == _R.dag_id, isouter=True),
            counted=alone,
            orders=RUN_ORDERS,
            default=("-logical_date",),
            ties=(_R.uid,),
            wanted=wanted,
        )
        with self._database.reading() as connection:
            return cut(connection, listing, part, _list_row)

    def state_counts(self, runs: Sequence[RunUid]) -> dict[RunUid, dict[TaskState, int]]:
        """Of each run, how many instances are in which state."""
        c = t.task_instance.c
        found = (
            sa.select(c.run, c.state, sa.func.count())
            .where(c.run.in_(runs))
            .group_by(c.run, c.state)
        )
        answer: dict[RunUid, dict[TaskState, int]] = {run: {} for run in runs}
        with self._database.reading() as connection:
            for run, state, count in connection.execute(found):
                answer[run][TaskState(state)] = count
        return answer

    def dag_stats(
        self, dag_ids: Sequence[str] | None = None, *, visible: Visible = None
    ) -> dict[str, dict[RunState, int]]:
        """Of each DAG, how many runs are in which state. None: all DAGs that are not stale."""
        d = t.dag.c
        known = sa.select(d.dag_id).where(*among(d.dag_id, dag_ids), *seen(d.dag_id, visible))
        if dag_ids is None:
            known = known.where(d.is_stale.is_(False))
        counts = (
            sa.select(_R.dag_id, _R.state, sa.func.count())
            .where(_R.dag_id.in_(known))
            .group_by(_R.dag_id, _R.state)
        )
        with self._database.reading() as connection:
            answer: dict[str, dict[RunState, int]] = {
                dag_id: {} for dag_id in connection.execute(known.order_by(d.dag_id)).scalars()
            }
            for dag_id, state, count in connection.execute(counts):
                answer.setdefault(dag_id, {})[RunState(state)] = count
        return answer


def _conditions(wanted: RunFilter) -> Conditions:
    yield from among(_R.dag_id, wanted.dag_ids)
    yield from among(_R.run_id, wanted.run_ids)
    yield from among(_R.uid, wanted.uids)
    yield from among(_R.state, wanted.states)
    yield from among(_R.run_type, wanted.types)
    if wanted.pattern is not None:
        yield contains(_R.run_id, wanted.pattern)
    if wanted.conf_contains is not None:
        yield contains(_R.conf, wanted.conf_contains)
    if wanted.versions is not None:
        yield of_versions(wanted.versions)
    if wanted.code_version is not None:
        yield _R.code_version == wanted.code_version
    if wanted.backfill_id is not None:
        yield _R.backfill_id == wanted.backfill_id
    yield from matching(wanted, texts=_TEXTS, measures=RUN_MOMENTS | {"duration": RUN_SECONDS})


def of_versions(numbers: Sequence[int]) -> sa.ColumnElement[bool]:
    """Runs that follow one of these versions of their DAG."""
    v = t.dag_version.c
    same = sa.exists().where(v.dag_id == _R.dag_id, v.id == _R.spec_id, v.number.in_(numbers))
    return same.correlate(t.dag_run)


def _list_row(row: Sequence[Any]) -> RunListRow:
    run = run_of(row)
    name, updated_at = row[RUN_COLUMNS], row[RUN_COLUMNS + 1]
    return RunListRow(run=run, dag_display_name=name or run.dag_id, updated_at=updated_at)
