"""What a few letters may mean: DAGs, runs and tasks by their names."""

from datetime import datetime

import sqlalchemy as sa

from narae.core.spec import Value
from narae.core.states import RunState
from narae.storage import tables as t
from narae.storage.queries.conditions import Visible, among_seen, contains, seen
from narae.storage.queries.page import said, storable
from narae.storage.queries.reading import Reading

RUNS_WALKED = 5_000
"""So many of the latest runs are looked at first."""
_LAST = "\U0010ffff"

_D, _R, _K, _G = t.dag.c, t.dag_run.c, t.dag_task.c, t.dag_tag.c


class DagFound(Value, frozen=True, kw_only=True):
    """A DAG."""

    dag_id: str
    display_name: str
    is_paused: bool
    tags: tuple[str, ...]


class RunFound(Value, frozen=True, kw_only=True):
    """A run."""

    dag_id: str
    run_id: str
    state: RunState
    run_after: datetime


class TaskFound(Value, frozen=True, kw_only=True):
    """A task of a DAG's latest version."""

    dag_id: str
    task_id: str
    display_name: str
    operator: str


class SearchQueries(Reading):
    """Each method is one read transaction."""

    def dags_named(self, part: str, *, limit: int, visible: Visible = None) -> list[DagFound]:
        """DAGs with ``part`` in the id, display name or a tag, whatever its case.

        Those whose id begins with it come first, then those with it in the id, in the name, in a
        tag.
        """
        if not storable(part):
            return []
        tagged = sa.exists().where(_G.dag_id == _D.dag_id, contains(_G.tag, part)).correlate(t.dag)
        in_id, in_name = contains(_D.dag_id, part), contains(_D.display_name, part)
        begins = sa.func.lower(_D.dag_id).startswith(part.lower(), autoescape=True)
        rank = sa.case((begins, 0), (in_id, 1), (in_name, 2), else_=3)
        found = (
            sa.select(_D.dag_id, _D.display_name, _D.is_paused)
            .where(_D.is_stale.is_(False), in_id | in_name | tagged, *seen(_D.dag_id, visible))
            .order_by(rank, _D.dag_id)
            .limit(said(limit))
        )
        with self._database.reading() as connection:
            rows = connection.execute(found).all()
            ids = [row.dag_id for row in rows]
            tags = connection.execute(sa.select(_G.dag_id, _G.tag).where(_G.dag_id.in_(ids))).all()
        return [
            DagFound(
                dag_id=dag_id,
                display_name=name or dag_id,
                is_paused=is_paused,
                tags=tuple(sorted(tag for of, tag in tags if of == dag_id)),
            )
            for dag_id, name, is_paused in rows
        ]

    def runs_named(self, prefix: str, *, limit: int, visible: Visible = None) -> list[RunFound]:
        """Runs whose id begins with ``prefix``: the latest first, then others by DAG."""
        if not storable(prefix):
            return []
        columns = (_R.dag_id, _R.run_id, _R.state, _R.run_after)
        ends = prefix + _LAST
        walked = (
            sa.select(*columns, _R.uid).order_by(_R.uid.desc()).limit(said(RUNS_WALKED)).subquery()
        )
        w = walked.c
        latest = (
            sa.select(w.dag_id, w.run_id, w.state, w.run_after)
            .where(_between(w.run_id, prefix, ends), *among_seen(w.dag_id, visible))
            .order_by(w.uid.desc())
            .limit(said(limit))
        )
        # A look into the index for each DAG, however many runs there are.
        anywhere = (
            sa.select(*columns)
            .join_from(t.dag, t.dag_run, _R.dag_id == _D.dag_id)
            .where(_between(_R.run_id, prefix, ends), *seen(_D.dag_id, visible))
            .limit(said(limit))
        )
        with self._database.reading() as connection:
            rows = connection.execute(latest).all()
            if len(rows) < limit:
                rows = [*rows, *connection.execute(anywhere)]
        found = {(dag_id, run_id): (state, at) for dag_id, run_id, state, at in reversed(rows)}
        known = dict.fromkeys((row[0], row[1]) for row in rows)
        return [
            RunFound(
                dag_id=key[0],
                run_id=key[1],
                state=RunState(found[key][0]),
                run_after=found[key][1],
            )
            for key in list(known)[:limit]
        ]

    def tasks_named(self, part: str, *, limit: int, visible: Visible = None) -> list[TaskFound]:
        """Tasks with ``part`` in the id or display name, whatever its case, by DAG."""
        if not storable(part):
            return []
        named = contains(_K.task_id, part) | contains(_K.display_name, part)
        found = (
            sa.select(_K.dag_id, _K.task_id, _K.display_name, _K.operator)
            .join_from(t.dag_task, t.dag, _D.dag_id == _K.dag_id)
            .where(named, _D.is_stale.is_(False), *seen(_K.dag_id, visible))
            .order_by(_K.dag_id, _K.task_id)
            .limit(said(limit))
        )
        with self._database.reading() as connection:
            return [
                TaskFound(
                    dag_id=row.dag_id,
                    task_id=row.task_id,
                    display_name=row.display_name or row.task_id,
                    operator=row.operator,
                )
                for row in connection.execute(found)
            ]


def _between(column: sa.ColumnElement[str], first: str, last: str) -> sa.ColumnElement[bool]:
    """A prefix as an index has it: names sort by code point everywhere."""
    return sa.and_(column >= first, column < last)
