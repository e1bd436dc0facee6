"""A DAG's recent runs by its tasks, and one run over time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from narae.core.ids import RunUid
from narae.core.spec import Value
from narae.core.states import RunState, RunType
from narae.storage.dialects import Raw
from narae.storage.queries.json_rows import NOTHING, JsonReading, as_raw
from narae.storage.queries.page import QueryError
from narae.storage.whole_rows import marks

GRID_RUNS_MAX = 1_000

_CELL = ("'task_id", "'state", "try_number", "?started_at", "?ended_at", "!note")
_MAPPED = (
    "'task_id",
    "'state",
    "count(*)",
    "max(try_number)",
    "?min(started_at)",
    "?max(ended_at)",
)
_BAR = ("'task_id", "map_index", "'state", "try_number", "?started_at", "?ended_at")
_TRY = (
    *("'task_id", "map_index", "try_number"),
    *("?scheduled_at", "?queued_at", "?started_at", "?ended_at"),
)
"""Columns of the cells; their marks are those of ``json_rows``."""
_BARS = ("task_instance", "WHERE run = ?")
_TRIES = ("attempt", "WHERE run = ?")
_RUN = (
    *("uid", "run_id", "state", "run_type", "logical_date", "run_after", "queued_at"),
    *("started_at", "ended_at", "spec_id", "note IS NOT NULL"),
)


class GridRun(Value, frozen=True, kw_only=True):
    """One run and its tasks, in no order. Moments in cells are milliseconds since 1970 UTC."""

    uid: RunUid
    run_id: str
    state: RunState
    run_type: RunType
    logical_date: datetime | None
    run_after: datetime
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    spec_id: int
    has_note: bool
    cells: msgspec.Raw
    """JSON: ``[[task_id, state, try_number, started, ended, 1 if it has a note else 0], ...]``."""
    mapped: msgspec.Raw
    """JSON: ``[[task_id, state, how many, latest try, first started, last ended], ...]``, a line
    for each state that instances of a mapped task are in."""


class Gantt(Value, frozen=True, kw_only=True):
    """One run over time. Moments are milliseconds since 1970 UTC, or null."""

    instances: msgspec.Raw
    """JSON: ``[[task_id, map_index, state, try_number, started, ended], ...]``."""
    attempts: msgspec.Raw
    """JSON: ``[[task_id, map_index, try_number, scheduled, queued, started, ended], ...]``."""


class GridQueries(JsonReading):
    """Each method is one read transaction."""

    def grid(
        self,
        dag_id: str,
        *,
        runs: int = 365,
        until: datetime | None = None,
        types: Sequence[RunType] | None = None,
        states: Sequence[RunState] | None = None,
    ) -> list[GridRun]:
        """The latest runs (by run_after; up to ``until``), the latest first."""
        if not 0 < runs <= GRID_RUNS_MAX:
            wrong = f"runs is {runs}, it has to be from 1 to {GRID_RUNS_MAX}"
            raise QueryError(wrong, field="runs")
        with self._database.reading_raw() as raw:
            conditions, parameters = ["dag_id = ?"], [dag_id]
            if until is not None:
                conditions.append("run_after <= ?")
                parameters.append(raw.moment(until))
            for name, wanted in (("run_type", types), ("state", states)):
                if wanted is not None:
                    conditions.append(f"{name} IN {marks(len(wanted))}")
                    parameters += [one.value for one in wanted]
            words = ["SELECT", ", ".join(_RUN), "FROM dag_run WHERE", " AND ".join(conditions)]
            words.append("ORDER BY run_after DESC, uid DESC LIMIT ?")
            found = raw.rows(" ".join(words), [*parameters, runs])
            cells, with_mapped = self._by_run(raw, [row[0] for row in found])
            mapped = self._mapped_by_run(raw, with_mapped)
        return [_grid_run(row, raw, cells, mapped) for row in found]

    def gantt(self, run: RunUid) -> Gantt:
        """Of a run that is not there: nothing."""
        with self._database.reading_raw() as raw:
            texts = [
                raw.rows(" ".join(["SELECT", self._json_list(columns), "FROM", *rest]), (run,))
                for columns, rest in ((_BAR, _BARS), (_TRY, _TRIES))
            ]
        instances, attempts = (as_raw(rows[0][0]) for rows in texts)
        return Gantt(instances=instances, attempts=attempts)

    def _by_run(self, raw: Raw, uids: Sequence[str]) -> tuple[dict[str, msgspec.Raw], list[str]]:
        """Cells of unmapped tasks by run, and which runs have others."""
        words = ["SELECT run,", self._json_list(_CELL, "FILTER (WHERE map_index < 0)"), ","]
        words += ["max(map_index) FROM task_instance WHERE run IN", marks(len(uids))]
        rows = raw.rows(" ".join([*words, "GROUP BY run"]), uids)
        return {run: as_raw(text) for run, text, _ in rows}, [row[0] for row in rows if row[2] >= 0]

    def _mapped_by_run(self, raw: Raw, uids: Sequence[str]) -> dict[str, msgspec.Raw]:
        words = ["SELECT run,", self._json(_MAPPED), "FROM task_instance WHERE run IN"]
        words += [marks(len(uids)), "AND map_index >= 0 GROUP BY run, task_id, state"]
        words += ["ORDER BY run, task_id, state"]
        lines: dict[str, list[str]] = {}
        for run, text in raw.rows(" ".join(words), uids):
            lines.setdefault(run, []).append(text)
        return {run: as_raw(f"[{','.join(texts)}]") for run, texts in lines.items()}


def _grid_run(
    row: Sequence[Any],
    raw: Raw,
    cells: dict[str, msgspec.Raw],
    mapped: dict[str, msgspec.Raw],
) -> GridRun:
    uid, run_id, state, run_type, *moments = row[:9]
    logical_date, run_after, queued_at, started_at, ended_at = map(raw.time_of, moments)
    return GridRun(
        uid=RunUid(uid),
        run_id=run_id,
        state=RunState(state),
        run_type=RunType(run_type),
        logical_date=logical_date,
        run_after=_known(run_after),
        queued_at=_known(queued_at),
        started_at=started_at,
        ended_at=ended_at,
        spec_id=row[9],
        has_note=bool(row[10]),
        cells=cells.get(uid, NOTHING),
        mapped=mapped.get(uid, NOTHING),
    )


def _known(at: datetime | None) -> datetime:
    if at is None:
        raise ValueError("a run's row without run_after or queued_at")
    return at
