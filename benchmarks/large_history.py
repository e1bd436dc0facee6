"""A million finished task instances, copies of one run that ended. SQLite and PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from narae.storage.database import Database
from narae.storage.dialects import Raw
from narae.storage.tables import attempt, audit_log, dag_run, task_instance

NEWEST = datetime(2026, 1, 1, tzinfo=UTC)
FAILED_EVERY = 20
"""Each so many runs, one failed with its first task."""
_CHUNK = 500
_MOMENTS = ("logical_date", "run_after", "sort_at", "queued_at", "started_at", "ended_at")


@dataclass(frozen=True, kw_only=True)
class Filled:
    """How many rows there are now."""

    runs: int
    instances: int
    audits: int


def fill(url: str, template: str, *, runs: Mapping[str, int], audits: int = 100_000) -> Filled:
    """Gives each DAG so many finished runs, hourly, copies of the one with the uid ``template``.

    The database makes the copies itself; columns are copied as they are, so that a column
    added to the schema needs no change here.
    """
    database = Database(url)
    try:
        with database.writing_raw() as raw:
            made = _runs(raw, template, runs)
            first = raw.rows("SELECT min(task_id) FROM task_instance WHERE run = ?", (template,))
            for since in range(0, len(made), _CHUNK):
                _copy(raw, template, made[since : since + _CHUNK], first[0][0])
            _audits(raw, list(runs), audits)
        if not database.is_sqlite:  # where a server would do it by itself in a minute
            with database.writing_raw() as raw:
                raw.one("ANALYZE", ())
        with database.reading_raw() as raw:
            counts = [
                int(raw.rows(f"SELECT count(*) FROM {table}", ())[0][0])
                for table in ("dag_run", "task_instance", "audit_log")
            ]
        return Filled(runs=counts[0], instances=counts[1], audits=counts[2])
    finally:
        database.close()


def _runs(raw: Raw, template: str, runs: Mapping[str, int]) -> list[str]:
    names = [column.name for column in dag_run.c]
    specs = dict(raw.rows("SELECT dag_id, spec_id FROM dag", ()))
    (known,) = raw.rows("SELECT * FROM dag_run WHERE uid = ?", (template,))
    row = dict(zip(names, known, strict=True))
    rows: list[tuple[Any, ...]] = []
    made: list[str] = []
    for number in range(max(runs.values()), 0, -1):
        at = raw.moment(NEWEST - timedelta(hours=number))
        for dag_id in [dag_id for dag_id, count in runs.items() if count >= number]:
            order = len(made)
            made.append(f"01900000-0000-7000-8000-{order:012x}")
            row |= {
                "uid": made[-1],
                "dag_id": dag_id,
                "run_id": f"history_{number:05}",
                "spec_id": specs[dag_id],
                "state": "success" if order % FAILED_EVERY else "failed",
            }
            row |= dict.fromkeys(_MOMENTS, at)
            rows.append(tuple(row[name] for name in names))
    marks = ", ".join("?" * len(names))
    quoted = ", ".join(f'"{name}"' for name in names)
    raw.many(f"INSERT INTO dag_run ({quoted}) VALUES ({marks})", rows)
    return made


def _copy(raw: Raw, template: str, made: Sequence[str], first_task: str) -> None:
    among = f"({', '.join('?' * len(made))})"
    of_failed = f"r.state = 'failed' AND t.task_id = '{first_task}'"
    state = f"CASE WHEN {of_failed} THEN 'failed' ELSE t.state END"
    for table, own in (
        (task_instance, {"run": "r.uid", "state": state}),
        (attempt, {"run": "r.uid", "id": "r.uid || t.task_id || t.map_index || t.fence"}),
    ):
        names = [column.name for column in table.c]
        values = ", ".join(own.get(name, f't."{name}"') for name in names)
        quoted = ", ".join(f'"{name}"' for name in names)
        raw.one(
            f"INSERT INTO {table.name} ({quoted}) SELECT {values} FROM dag_run r, {table.name} t"
            # In this order on disk, as when a run's rows are made at once.
            f" WHERE t.run = ? AND r.uid IN {among} ORDER BY r.uid, t.task_id, t.map_index",
            (template, *made),
        )


def _audits(raw: Raw, dag_ids: Sequence[str], count: int) -> None:
    names = [column.name for column in audit_log.c if column.name in _AUDITED]
    rows: list[tuple[Any, ...]] = []
    for number in range(count):
        values = {
            "at": raw.moment(NEWEST - timedelta(seconds=count - number)),
            "who": f"user_{number % 7}",
            "what": ("trigger", "clear", "pause")[number % 3],
            "dag_id": dag_ids[number % len(dag_ids)],
        }
        rows.append(tuple(values[name] for name in names))
    marks = ", ".join("?" * len(names))
    raw.many(f"INSERT INTO audit_log ({', '.join(names)}) VALUES ({marks})", rows)


_AUDITED = frozenset({"at", "who", "what", "dag_id"})
