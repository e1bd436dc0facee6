"""How long a DAG's runs and tasks took, and all instances of a mapped task."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from narae.core.ids import RunUid
from narae.core.spec import Value
from narae.core.states import RunState, RunType, TaskState
from narae.storage.dialects import Raw
from narae.storage.queries.json_rows import NOTHING, JsonReading, as_raw
from narae.storage.whole_rows import marks

_RUN = (
    *("uid", "run_id", "state", "run_type", "run_after", "logical_date"),
    *("queued_at", "started_at", "ended_at", "interval_end"),
)
_TIMES = (
    *("'task_id", "instances", "tries", "?queued", "?started", "?ended"),
    *("#total", "longest", "failed"),
)
_GROUPED = """
SELECT run, task_id, count(*) AS instances, max(try_number) AS tries, min(queued_at) AS queued,
       min(started_at) AS started, max(ended_at) AS ended, sum({lasted}) AS total,
       coalesce(max({lasted}), 0) AS longest, count(*) FILTER (WHERE state = 'failed') AS failed
FROM task_instance WHERE run IN {runs} AND task_id IN {tasks} GROUP BY run, task_id
"""
_MAPPED = (
    *("map_index", "'state", "try_number", "?queued_at", "?started_at", "?ended_at"),
    *("~label", "!note"),
)


class RunTimesRow(Value, frozen=True, kw_only=True):
    """One run and the times of its tasks."""

    uid: RunUid
    run_id: str
    state: RunState
    run_type: RunType
    run_after: datetime
    logical_date: datetime | None
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    interval_end: datetime | None
    tasks: msgspec.Raw
    """JSON: ``[[task_id, instances, latest try, first queued, first started, last ended,
    milliseconds in all, of the longest, instances that failed], ...]``."""


class MappedInstances(Value, frozen=True, kw_only=True):
    """The instances of a mapped task in one run."""

    rows: msgspec.Raw
    """JSON: ``[[map_index, state, try_number, queued, started, ended, label, 1 if it has a note
    else 0], ...]``."""
    counts: dict[TaskState, int]


class DurationQueries(JsonReading):
    """Each method is one read transaction."""

    def durations(
        self,
        dag_id: str,
        *,
        limit: int,
        task_ids: Sequence[str],
        until: datetime | None = None,
        types: Sequence[RunType] = (),
        states: Sequence[RunState] = (),
    ) -> list[RunTimesRow]:
        """The latest runs by ``run_after`` (up to ``until``), the latest first."""
        conditions, parameters = ["dag_id = ?"], [dag_id]
        with self._database.reading_raw() as raw:
            if until is not None:
                conditions.append("run_after <= ?")
                parameters.append(raw.moment(until))
            for name, wanted in (("run_type", types), ("state", states)):
                if wanted:
                    conditions.append(f"{name} IN {marks(len(wanted))}")
                    parameters += [one.value for one in wanted]
            words = ["SELECT", ", ".join(_RUN), "FROM dag_run WHERE", " AND ".join(conditions)]
            words.append("ORDER BY run_after DESC, uid DESC LIMIT ?")
            runs = raw.rows(" ".join(words), [*parameters, limit])
            tasks = self._times(raw, [row[0] for row in runs], list(dict.fromkeys(task_ids)))
        return [_run_times(row, raw, tasks) for row in runs]

    def mapped_instances(
        self, run: RunUid, task_id: str, *, states: Sequence[TaskState] = (), limit: int
    ) -> MappedInstances:
        """By map index, of those in one of ``states``; none: all."""
        columns = "map_index, state, try_number, queued_at, started_at, ended_at, label, note"
        inner = ["SELECT", columns, "FROM task_instance WHERE run = ? AND task_id = ?"]
        inner += ["AND map_index >= 0", f"AND state IN {marks(len(states))}" if states else ""]
        inner += ["ORDER BY map_index LIMIT ?"]
        words = ["SELECT", self._json_list(_MAPPED, order="map_index"), "FROM (", *inner, ") AS m"]
        counts = ["SELECT state, count(*) FROM task_instance WHERE run = ? AND task_id = ?"]
        counts += ["AND map_index >= 0 GROUP BY state ORDER BY state"]
        with self._database.reading_raw() as raw:
            wanted = [state.value for state in states]
            found = raw.rows(" ".join(words), (run, task_id, *wanted, limit))
            counted = raw.rows(" ".join(counts), (run, task_id))
        return MappedInstances(
            rows=as_raw(found[0][0]), counts={TaskState(state): n for state, n in counted}
        )

    def attempts_counted(self, run: RunUid, *, limit: int) -> int:
        """How many attempts a run has had, up to ``limit``."""
        words = "SELECT count(*) FROM (SELECT 1 FROM attempt WHERE run = ? LIMIT ?) AS few"
        with self._database.reading_raw() as raw:
            return int(raw.rows(words, (run, limit))[0][0])

    def _times(
        self, raw: Raw, runs: Sequence[str], task_ids: Sequence[str]
    ) -> dict[str, msgspec.Raw]:
        if not runs or not task_ids:
            return {}
        lasted = self._milliseconds("started_at", "ended_at")
        grouped = _GROUPED.format(lasted=lasted, runs=marks(len(runs)), tasks=marks(len(task_ids)))
        words = ["SELECT run,", self._json_list(_TIMES), "FROM (", grouped, ") AS g GROUP BY run"]
        return {run: as_raw(text) for run, text in raw.rows(" ".join(words), (*runs, *task_ids))}


def _run_times(row: Sequence[Any], raw: Raw, tasks: dict[str, msgspec.Raw]) -> RunTimesRow:
    uid, run_id, state, run_type, *moments = row
    run_after, logical_date, queued_at, started_at, ended_at, interval_end = map(
        raw.time_of, moments
    )
    if run_after is None or queued_at is None:
        raise ValueError("a run's row without run_after or queued_at")
    return RunTimesRow(
        uid=RunUid(uid),
        run_id=run_id,
        state=RunState(state),
        run_type=RunType(run_type),
        run_after=run_after,
        logical_date=logical_date,
        queued_at=queued_at,
        started_at=started_at,
        ended_at=ended_at,
        interval_end=interval_end,
        tasks=tasks.get(uid, NOTHING),
    )
