"""Every DAG in one answer, and what some of them have been doing lately."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from narae.core.ids import RunUid
from narae.core.spec import Value
from narae.core.states import RunState
from narae.storage.queries.conditions import Visible
from narae.storage.queries.json_rows import NOTHING, JsonReading, as_raw
from narae.storage.whole_rows import marks

_ROW = (
    *("'dag_id", "'name", "~description", "=owners", "=tags"),
    *("is_paused", "is_broken", "is_favorite"),
    *("'schedule_text", "=timetable", "'timezone", "?next_run_after"),
    *("~run_id", "~state", "?run_after", "?started_at", "?ended_at"),
    *("running", "queued", "max_active_runs", "'file"),
)
_OWNERS = """
CASE owners WHEN '' THEN '[]' ELSE '[' || replace({quoted}, ', ', '","') || ']' END
"""
"""``a, b`` as JSON: what separates owners is no part of how JSON writes them."""
_TABLE = """
SELECT d.dag_id, coalesce(nullif(d.display_name, ''), d.dag_id) AS name,
       substr(d.description, 1, 200) AS description, {owners} AS owners,
       coalesce((SELECT {tags} FROM dag_tag g WHERE g.dag_id = d.dag_id), '[]') AS tags,
       CAST(d.is_paused AS INTEGER) AS is_paused,
       CASE WHEN e.file IS NULL THEN 0 ELSE 1 END AS is_broken,
       CASE WHEN f.dag_id IS NULL THEN 0 ELSE 1 END AS is_favorite,
       d.schedule_text, coalesce(d.timetable, '{{"type":"never"}}') AS timetable,
       d.timezone, d.next_run_after,
       r.run_id, r.state, r.run_after, r.started_at, r.ended_at,
       coalesce(a.running, 0) AS running, coalesce(a.queued, 0) AS queued,
       d.max_active_runs, d.file
FROM dag d
LEFT JOIN dag_run r ON r.uid = (
    SELECT x.uid FROM dag_run x WHERE x.dag_id = d.dag_id
    ORDER BY x.sort_at DESC, x.uid DESC LIMIT 1)
LEFT JOIN (
    SELECT dag_id, count(*) FILTER (WHERE state = 'running') AS running,
           count(*) FILTER (WHERE state = 'queued') AS queued
    FROM dag_run WHERE state IN ('queued', 'running') GROUP BY dag_id) a ON a.dag_id = d.dag_id
LEFT JOIN (SELECT DISTINCT folder, file FROM import_error) e
    ON e.folder = d.folder AND e.file = d.file
LEFT JOIN dag_favorite f ON f.dag_id = d.dag_id AND f."user" = ?
WHERE NOT d.is_stale {seen}
ORDER BY d.dag_id
"""
_LATEST = ("'run_id", "'state", "'run_type", "?run_after", "?started_at", "?ended_at")


class LatestRuns(Value, frozen=True, kw_only=True):
    """What a DAG has been doing lately."""

    rows: msgspec.Raw
    """JSON: ``[[run_id, state, type, run after, started, ended], ...]``, the latest first."""
    telling: tuple[RunUid, ...]
    """Of these runs, those that are not over; else the latest, if there is one."""


class DagTableQueries(JsonReading):
    """Each method is one read transaction."""

    def dag_table(self, user: str, *, visible: Visible = None) -> msgspec.Raw:
        """A JSON array for each DAG that is not stale, by id: see :data:`_ROW`."""
        ids = None if visible is None else sorted(visible)
        if ids == []:
            return NOTHING
        seen = "" if ids is None else f"AND d.dag_id IN {marks(len(ids))}"
        table = _TABLE.format(owners=self._owners(), tags=self._tags(), seen=seen)
        words = ["SELECT", self._json_list(_ROW, order="dag_id"), "FROM (", table, ") AS listed"]
        with self._database.reading_raw() as raw:
            found = raw.rows(" ".join(words), (user, *(ids or ())))
        return as_raw(found[0][0])

    def latest_runs(self, dag_ids: Sequence[str], *, runs: int) -> dict[str, LatestRuns]:
        """Of each DAG, by ``run_after``. DAGs without runs are left out."""
        wanted = list(dict.fromkeys(dag_ids))
        if not wanted:
            return {}
        sql, parameters = self._latest_of_each(wanted, runs)
        with self._database.reading_raw() as raw:
            rows = raw.rows(sql, parameters)
        by_dag: dict[str, list[Sequence[Any]]] = {}
        for row in rows:
            by_dag.setdefault(row[0], []).append(row)
        return {dag_id: _latest(found) for dag_id, found in by_dag.items()}

    def _latest_of_each(self, dag_ids: Sequence[str], runs: int) -> tuple[str, list[Any]]:
        """Only PostgreSQL has joins that look at a row of theirs, and it plans arm for arm."""
        chosen = ["SELECT dag_id, uid, state,", self._json(_LATEST), "FROM"]
        order = "ORDER BY run_after DESC, uid DESC LIMIT ?) AS latest"
        if self._database.is_sqlite:
            one = " ".join([*chosen, "(SELECT * FROM dag_run WHERE dag_id = ?", order])
            each = [part for dag_id in dag_ids for part in (dag_id, runs)]
            return " UNION ALL ".join([one] * len(dag_ids)), each
        ids = ", ".join(["(?)"] * len(dag_ids))
        chosen += ["(VALUES", ids, ") AS wanted (id) CROSS JOIN LATERAL"]
        chosen += ["(SELECT * FROM dag_run WHERE dag_id = wanted.id", order]
        return " ".join(chosen), [*dag_ids, runs]

    def _owners(self) -> str:
        quoted = (
            "json_quote(owners)" if self._database.is_sqlite else "CAST(to_json(owners) AS TEXT)"
        )
        return _OWNERS.format(quoted=quoted)

    def _tags(self) -> str:
        if self._database.is_sqlite:
            return "json_group_array(tag)"
        return "CAST(json_agg(tag ORDER BY tag) AS TEXT)"


def _latest(rows: Sequence[Sequence[Any]]) -> LatestRuns:
    going = [row[1] for row in rows if row[2] in _ACTIVE]
    texts = ",".join(row[3] for row in rows)
    return LatestRuns(
        rows=msgspec.Raw(f"[{texts}]".encode()),
        telling=tuple(RunUid(uid) for uid in going or [rows[0][1]]),
    )


_ACTIVE: Mapping[str, RunState] = {
    state.value: state for state in (RunState.QUEUED, RunState.RUNNING)
}
