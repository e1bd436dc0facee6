"""Counts of states over time. Run counts are read from indexes alone."""

from datetime import date, datetime, timedelta, tzinfo

import sqlalchemy as sa

from narae.core.spec import Value
from narae.core.states import RunState, TaskState
from narae.storage import tables as t
from narae.storage.queries.conditions import Visible, among_seen
from narae.storage.queries.reading import Reading

_SLOT = timedelta(minutes=15)
"""No zone's midnight lies within such a stretch of UTC."""


class StateCounts(Value, frozen=True, kw_only=True):
    """How many are in which state."""

    runs: dict[RunState, int]
    tasks: dict[TaskState, int]


class HistoryQueries(Reading):
    """Each method is one read transaction."""

    def calendar(
        self, dag_id: str, *, since: datetime, until: datetime, zone: tzinfo
    ) -> dict[date, dict[RunState, int]]:
        """Day in ``zone`` -> state -> runs with their (logical date or run_after) in it."""
        days: dict[date, dict[RunState, int]] = {}
        for at, state, count in self.quarters(dag_id, since=since, until=until):
            counts = days.setdefault(at.astimezone(zone).date(), {})
            counts[state] = counts.get(state, 0) + count
        return dict(sorted(days.items()))

    def quarters(
        self, dag_id: str, *, since: datetime, until: datetime
    ) -> list[tuple[datetime, RunState, int]]:
        """When a quarter of an hour begins, state, runs with their moment in it; in no order."""
        r = t.dag_run.c
        slot = self._slot(r.sort_at)
        found = (
            sa.select(slot, r.state, sa.func.count())
            .where(r.dag_id == dag_id, r.sort_at >= since, r.sort_at < until)
            .group_by(slot, r.state)
        )
        with self._database.reading() as connection:
            rows = connection.execute(found).all()
        return [(t.EPOCH + int(number) * _SLOT, RunState(state), n) for number, state, n in rows]

    def _slot(self, moment: sa.ColumnElement[datetime]) -> sa.ColumnElement[int]:
        seconds = int(_SLOT.total_seconds())
        if self._database.is_sqlite:
            micros = sa.type_coerce(moment, sa.BigInteger())
            return micros.op("/", return_type=sa.BigInteger())(sa.literal(seconds * 1_000_000))
        return sa.cast(sa.func.floor(sa.extract("epoch", moment) / seconds), sa.BigInteger())

    def run_state_counts(
        self, *, since: datetime, until: datetime, visible: Visible = None
    ) -> dict[RunState, int]:
        """How many runs with (logical date or run_after) in the range are in which state."""
        r = t.dag_run.c
        found = (
            sa.select(r.state, sa.func.count())
            .where(r.sort_at >= since, r.sort_at <= until, *among_seen(r.dag_id, visible))
            .group_by(r.state)
        )
        with self._database.reading() as connection:
            return {RunState(state): count for state, count in connection.execute(found)}

    def task_state_counts(
        self, *, since: datetime, until: datetime, visible: Visible = None
    ) -> dict[TaskState, int]:
        """How many task instances of these runs are in which state."""
        r, i = t.dag_run.c, t.task_instance.c
        found = (
            sa.select(i.state, sa.func.count())
            .join_from(t.dag_run, t.task_instance, i.run == r.uid)
            .where(r.sort_at >= since, r.sort_at <= until, *among_seen(r.dag_id, visible))
            .group_by(i.state)
        )
        with self._database.reading() as connection:
            return {TaskState(state): count for state, count in connection.execute(found)}

    def metrics(self, *, since: datetime, until: datetime, visible: Visible = None) -> StateCounts:
        """Both counts."""
        return StateCounts(
            runs=self.run_state_counts(since=since, until=until, visible=visible),
            tasks=self.task_state_counts(since=since, until=until, visible=visible),
        )
