"""How the whole deployment stands: counts that cost the same however long its history is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from narae.core.codec import decode_json
from narae.core.run import Cause
from narae.core.spec import Value
from narae.core.states import FINISHED, RunState, RunType, TaskState
from narae.storage import tables as t
from narae.storage.queries.conditions import Visible, among_seen, seen
from narae.storage.queries.page import COUNT_MAX, said
from narae.storage.queries.reading import Reading

FAILURES_LOOKED_AT = 500
"""So many failed task instances of the latest runs are looked at for those of a stretch."""
COUNTED_RUNS_MAX = 10_000
COUNTED_INSTANCES_MAX = 200_000

_R, _I, _A, _D = t.dag_run.c, t.task_instance.c, t.attempt.c, t.dag.c
_ACTIVE = (RunState.QUEUED.value, RunState.RUNNING.value)
_NO_SUCCESS: sa.ColumnElement[bool] = sa.literal_column("task_instance.state <> 'success'")
_ACTIVE_RUN: sa.ColumnElement[bool] = sa.literal_column("state IN ('queued', 'running')")
"""As the partial indexes say it."""
_OPEN = tuple(state for state in TaskState if state not in FINISHED)


class DagNumbers(Value, frozen=True, kw_only=True):
    """DAGs that are not stale, counted."""

    total: int
    paused: int
    broken: int
    """Whose file has an import error."""
    running: int
    """With a run that is running."""


class Failure(Value, frozen=True, kw_only=True):
    """A task instance that failed."""

    dag_id: str
    dag_display_name: str
    run_id: str
    task_id: str
    map_index: int
    try_number: int
    ended_at: datetime
    cause: Cause | None
    """Of its latest attempt."""


class Failures(Value, frozen=True, kw_only=True):
    """The latest of those that were found."""

    rows: list[Failure]
    total: int


class Coming(Value, frozen=True, kw_only=True):
    """A run that a schedule will ask for."""

    dag_id: str
    dag_display_name: str
    run_after: datetime
    timezone: str
    schedule_text: str


class Counted(Value, frozen=True, kw_only=True):
    """The runs of a stretch of time and their task instances."""

    run_states: dict[RunState, int]
    run_types: dict[RunType, int]
    tasks: dict[TaskState, int]
    complete: bool


class OverviewQueries(Reading):
    """Each method is one read transaction."""

    def active_runs(self, *, visible: Visible = None) -> dict[RunState, int]:
        """How many are queued, and how many running."""
        found = sa.select(_R.state, sa.func.count()).where(_R.state.in_(_ACTIVE))
        found = found.where(_ACTIVE_RUN)
        found = found.where(*among_seen(_R.dag_id, visible)).group_by(_R.state)
        with self._database.reading() as connection:
            return {RunState(state): count for state, count in connection.execute(found)}

    def ended_runs(self, *, since: datetime, visible: Visible = None) -> dict[RunState, int]:
        """How many of the latest :data:`COUNTED_RUNS_MAX` runs have ended since, by state."""
        latest = sa.select(_R.state, _R.ended_at).where(*among_seen(_R.dag_id, visible))
        few = latest.order_by(_R.uid.desc()).limit(said(COUNTED_RUNS_MAX)).subquery()
        found = sa.select(few.c.state, sa.func.count()).where(few.c.ended_at >= since)
        with self._database.reading() as connection:
            rows = connection.execute(found.group_by(few.c.state)).all()
        return {RunState(state): count for state, count in rows}

    def open_tasks(self, *, visible: Visible = None) -> dict[TaskState, int]:
        """Task instances that are not over, each state up to :data:`COUNT_MAX`.

        Of those that nothing has been decided about: only those of running runs.
        """
        counts = sa.union_all(*(_count(state, visible) for state in _OPEN))
        with self._database.reading() as connection:
            rows = connection.execute(counts).all()
        return {TaskState(state): count for state, count in rows if count}

    def failures(self, *, since: datetime, limit: int, visible: Visible = None) -> Failures:
        """The latest; see :data:`FAILURES_LOOKED_AT`."""
        found = _failures(since, limit, visible)
        with self._database.reading() as connection:
            rows = connection.execute(found).all()
        return Failures(rows=[_failure(row) for row in rows], total=rows[0].total if rows else 0)

    def dag_numbers(self, *, visible: Visible = None) -> DagNumbers:
        """Counts of DAGs."""
        e = t.import_error.c
        broken = sa.select(e.folder, e.file).distinct().subquery()
        busy = (
            sa.select(_R.dag_id)
            .where(_R.state == RunState.RUNNING.value, _ACTIVE_RUN)
            .distinct()
            .subquery()
        )
        same_file = (broken.c.folder == _D.folder) & (broken.c.file == _D.file)
        counts = (
            sa.select(
                sa.func.count().label("total"),
                sa.func.count().filter(_D.is_paused.is_(True)).label("paused"),
                sa.func.count(broken.c.file).label("broken"),
                sa.func.count(busy.c.dag_id).label("running"),
            )
            .join_from(t.dag, broken, same_file, isouter=True)
            .join(busy, busy.c.dag_id == _D.dag_id, isouter=True)
            .where(_D.is_stale.is_(False), *seen(_D.dag_id, visible))
        )
        with self._database.reading() as connection:
            row = connection.execute(counts).one()
        return DagNumbers(
            total=row.total, paused=row.paused, broken=row.broken, running=row.running
        )

    def coming(self, *, limit: int, visible: Visible = None) -> list[Coming]:
        """The next runs of DAGs that are not paused, one for each, the nearest first."""
        found = (
            sa.select(_D.dag_id, _D.display_name, _D.next_run_after, _D.timezone, _D.schedule_text)
            .where(_D.next_run_after.is_not(None), _D.is_paused.is_(False), _D.is_stale.is_(False))
            .where(*seen(_D.dag_id, visible))
            .order_by(_D.next_run_after, _D.dag_id)
            .limit(said(limit))
        )
        with self._database.reading() as connection:
            rows = connection.execute(found).all()
        return [
            Coming(
                dag_id=dag_id,
                dag_display_name=name or dag_id,
                run_after=run_after,
                timezone=timezone,
                schedule_text=text,
            )
            for dag_id, name, run_after, timezone, text in rows
        ]

    def counted(self, *, since: datetime, until: datetime, visible: Visible = None) -> Counted:
        """Runs by their logical date (or run_after), and their task instances.

        Of the latest :data:`COUNTED_RUNS_MAX` runs, and of :data:`COUNTED_INSTANCES_MAX`
        instances of these.
        """
        runs = (
            sa.select(_R.uid, _R.state, _R.run_type)
            .where(_R.sort_at >= since, _R.sort_at < until, *among_seen(_R.dag_id, visible))
            .order_by(_R.sort_at.desc(), _R.uid.desc())
            .limit(said(COUNTED_RUNS_MAX))
            .subquery()
        )
        kinds = sa.select(runs.c.state, runs.c.run_type, sa.func.count())
        few = (
            sa.select(_I.state)
            .join_from(runs, t.task_instance, _I.run == runs.c.uid)
            .limit(said(COUNTED_INSTANCES_MAX))
            .subquery()
        )
        tasks = sa.select(few.c.state, sa.func.count()).group_by(few.c.state)
        with self._database.reading() as connection:
            of_runs = connection.execute(kinds.group_by(runs.c.state, runs.c.run_type)).all()
            of_tasks = connection.execute(tasks).all()
        return _counted(of_runs, of_tasks)


def _count(state: TaskState, visible: Visible) -> sa.Select[Any]:
    few = sa.select(sa.literal(1).label("one")).where(_I.state == state.value, _NO_SUCCESS)
    if state is TaskState.NONE or visible is not None:
        few = few.join_from(t.task_instance, t.dag_run, _R.uid == _I.run)
        few = few.where(*among_seen(_R.dag_id, visible))
    if state is TaskState.NONE:
        few = few.where(_R.state == RunState.RUNNING.value)
    counted = sa.select(sa.func.count()).select_from(few.limit(said(COUNT_MAX)).subquery())
    return sa.select(sa.literal(state.value), counted.scalar_subquery())


def _failures(since: datetime, limit: int, visible: Visible) -> sa.Select[Any]:
    latest = (
        sa.select(_I.run, _I.task_id, _I.map_index, _I.try_number, _I.fence, _I.ended_at)
        .where(_I.state == TaskState.FAILED.value, _NO_SUCCESS)
        .order_by(_I.run.desc(), _I.task_id.desc(), _I.map_index.desc())
        .limit(said(FAILURES_LOOKED_AT))
        .subquery()
    )
    f = latest.c
    shown = (
        sa.select(latest, _R.dag_id, _R.run_id, sa.func.count().over().label("total"))
        .join_from(latest, t.dag_run, _R.uid == f.run)
        .where(f.ended_at >= since, *among_seen(_R.dag_id, visible))
        .order_by(f.ended_at.desc(), f.run.desc(), f.task_id, f.map_index)
        .limit(said(limit))
        .subquery()
    )
    s = shown.c
    same = (_A.run == s.run, _A.task_id == s.task_id, _A.map_index == s.map_index)
    return (
        sa.select(s.dag_id, _D.display_name, s.run_id, s.task_id, s.map_index, s.try_number)
        .add_columns(s.ended_at, _A.cause, s.total)
        .join_from(shown, t.dag, _D.dag_id == s.dag_id, isouter=True)
        .join(t.attempt, sa.and_(*same, _A.fence == s.fence), isouter=True)
        .order_by(s.ended_at.desc(), s.run.desc(), s.task_id, s.map_index)
    )


def _failure(row: sa.Row[Any]) -> Failure:
    return Failure(
        dag_id=row.dag_id,
        dag_display_name=row.display_name or row.dag_id,
        run_id=row.run_id,
        task_id=row.task_id,
        map_index=row.map_index,
        try_number=row.try_number,
        ended_at=row.ended_at,
        cause=None if row.cause is None else decode_json(row.cause, Cause),
    )


def _counted(of_runs: Any, of_tasks: Any) -> Counted:
    states: dict[RunState, int] = {}
    types: dict[RunType, int] = {}
    for state, kind, count in of_runs:
        states[RunState(state)] = states.get(RunState(state), 0) + count
        types[RunType(kind)] = types.get(RunType(kind), 0) + count
    tasks: Mapping[TaskState, int] = {TaskState(state): count for state, count in of_tasks}
    few = sum(states.values()) < COUNTED_RUNS_MAX
    return Counted(
        run_states=states,
        run_types=types,
        tasks=dict(tasks),
        complete=few and sum(tasks.values()) < COUNTED_INSTANCES_MAX,
    )
