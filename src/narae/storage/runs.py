"""DAG runs and their task instances."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from narae.core.codec import decode_json
from narae.core.commands import Command
from narae.core.ids import RunUid, TaskRef
from narae.core.requests import GetTaskStates, RunRow
from narae.core.run import Instance, Run
from narae.core.spec import DagSpec
from narae.core.states import HOLDS_SLOT, TaskState
from narae.engine.ports import RunQuery
from narae.storage.batch import Batch
from narae.storage.cataloguing import asked_for, state_label
from narae.storage.part import Part
from narae.storage.rows import (
    INSTANCE_COLUMNS,
    NOT_SCHEDULED,
    RUN_COLUMNS,
    MomentWriter,
    instance_of,
    run_of,
    run_row,
)
from narae.storage.tables import dag_run, dag_version, task_instance
from narae.storage.whole_rows import WholeRows, marks

RUN_ROWS = WholeRows(list(dag_run.c)[:RUN_COLUMNS], run_of)
INSTANCE_ROWS = WholeRows(list(task_instance.c)[:INSTANCE_COLUMNS], instance_of)
_STATES = {state.value: state for state in TaskState}


class Runs(Part):
    """Runs, instances, and the commands that change them."""

    def apply(
        self,
        commands: Sequence[Command],
        *,
        now: datetime,
    ) -> list[bool]:
        """See :class:`narae.engine.ports.EngineStore`."""
        if not commands:
            return []
        return self._database.retried_raw(
            lambda raw: Batch(raw, commands, self._vault, now=now).carry_out()
        )

    def runs(self, query: RunQuery) -> list[Run]:
        """By (logical date or run_after), then uid."""
        with self._database.reading_raw() as raw:
            conditions = list(_conditions(query, raw.moment))
            where = " AND ".join(text for text, _ in conditions)
            parameters = [value for _, values in conditions for value in values]
            down = " DESC" if query.latest_first else ""
            rest = f"{'WHERE ' if where else ''}{where} ORDER BY sort_at{down}, uid{down}"
            if query.limit is not None:
                rest += " LIMIT ?"
                parameters.append(query.limit)
            return RUN_ROWS.read(raw, rest, parameters)

    def previous_run(self, run: Run, *, scheduled_only: bool) -> Run | None:
        """None also when ``run`` has no logical date."""
        if run.logical_date is None:
            return None
        c = dag_run.c
        found = (
            sa.select(dag_run)
            .where(c.dag_id == run.dag_id, c.logical_date < run.logical_date)
            .order_by(c.logical_date.desc())
            .limit(1)
        )
        if scheduled_only:
            found = found.where(c.run_type.not_in(sorted(t.value for t in NOT_SCHEDULED)))
        with self._database.reading() as connection:
            row = connection.execute(found).one_or_none()
        return None if row is None else run_of(row)

    def instances(self, run: RunUid) -> list[Instance]:
        """By task id, then map index."""
        with self._database.reading_raw() as raw:
            return INSTANCE_ROWS.read(raw, "WHERE run = ? ORDER BY task_id, map_index", (run,))

    def instance_states(self, run: RunUid) -> dict[TaskRef, TaskState]:
        """Only their states."""
        c = task_instance.c
        found = (
            sa.select(c.task_id, c.map_index, c.state)
            .where(c.run == run)
            .order_by(c.task_id, c.map_index)
        )
        with self._database.reading() as connection:
            rows = connection.execute(found).all()
        return {TaskRef(task_id, index): _STATES[state] for task_id, index, state in rows}

    def task_held(self, dag_id: str) -> Mapping[str, int]:
        """task_id -> number of instances over all runs that hold a slot."""
        # The states are literals so that the partial index on them serves.
        states = ", ".join(f"'{state.value}'" for state in sorted(HOLDS_SLOT))
        found = (
            sa.select(task_instance.c.task_id, sa.func.count())
            .join(dag_run, dag_run.c.uid == task_instance.c.run)
            .where(
                sa.text(f"task_instance.state IN ({states}) AND task_instance.state <> 'success'"),
                dag_run.c.dag_id == dag_id,
            )
            .group_by(task_instance.c.task_id)
        )
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(found)}

    def task_states(self, query: GetTaskStates) -> dict[str, dict[str, str]]:
        """See :class:`GetTaskStates`."""
        r, i = dag_run.c, task_instance.c
        runs = sa.select(r.uid, r.run_id, r.spec_id).where(r.dag_id == query.dag_id)
        if query.run_ids is not None:
            runs = runs.where(r.run_id.in_(query.run_ids))
        if query.logical_dates is not None:
            runs = runs.where(r.logical_date.in_(query.logical_dates))
        answer: dict[str, dict[str, str]] = {}
        with self._database.reading() as connection:
            for uid, run_id, spec_id in connection.execute(runs.order_by(r.sort_at, r.uid)).all():
                wanted = asked_for(query, partial(_spec, connection, spec_id))
                rows = sa.select(i.task_id, i.map_index, i.state).where(i.run == uid)
                if wanted is not None:
                    rows = rows.where(i.task_id.in_(sorted(wanted)))
                rows = rows.order_by(i.task_id, i.map_index)
                answer[run_id] = {
                    state_label(task_id, index): state
                    for task_id, index, state in connection.execute(rows)
                }
        return answer

    def run_rows(self, runs: Sequence[Run]) -> list[RunRow]:
        """Runs as user code sees them."""
        return [run_row(run) for run in runs]


def _spec(connection: sa.Connection, spec_id: int) -> DagSpec:
    found = sa.select(dag_version.c.spec).where(dag_version.c.id == spec_id)
    return decode_json(connection.execute(found).scalar_one(), DagSpec)


def _conditions(query: RunQuery, moment: MomentWriter) -> Iterable[tuple[str, list[Any]]]:
    """Conditions as text, each with the values of its marks."""
    lists = (
        ("uid", query.uids),
        ("run_id", query.run_ids),
        ("logical_date", query.logical_dates and [moment(at) for at in query.logical_dates]),
        ("state", query.states and [state.value for state in query.states]),
        ("run_type", query.types and [type_.value for type_ in query.types]),
    )
    for name, wanted in lists:
        if wanted is not None:
            yield f"{name} IN {marks(len(wanted))}", list(wanted)
    values = (
        ("dag_id =", query.dag_id),
        ("backfill_id =", query.backfill_id),
        ("logical_date >=", moment(query.since)),
        ("logical_date <=", moment(query.until)),
    )
    for text, value in values:
        if value is not None:
            yield f"{text} ?", [value]
