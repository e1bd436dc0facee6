"""The hot path's statements as text, made once from the tables. ``?`` stands for a parameter.

Both dialects read this subset: upserts, ``RETURNING`` and ``EXISTS`` are spelt alike.
"""

from functools import cache

import sqlalchemy as sa

from narae.storage import tables

_INSTANCE_KEY = ("run", "task_id", "map_index")


def _names(table: sa.Table) -> list[str]:
    return [column.name for column in table.columns]


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _insert(table: sa.Table, *, end: str = "", without: frozenset[str] = frozenset()) -> str:
    names = [name for name in _names(table) if name not in without]
    marks = ", ".join("?" for _ in names)
    words = ["INSERT INTO", table.name, f"({_quoted(names)}) VALUES ({marks})", end]
    return " ".join(words)


def _update(table: sa.Table, names: list[str], where: str) -> str:
    changes = ", ".join(f'"{name}" = ?' for name in names)
    words = ["UPDATE", table.name, "SET", changes, "WHERE", where]
    return " ".join(words)


@cache
def insert_run() -> str:
    """``rows.run_values`` and when; touches no row when one of the unique names is taken."""
    return _insert(tables.dag_run, end="ON CONFLICT DO NOTHING")


@cache
def update_run() -> str:
    """``rows.run_values`` without the uid, when, then uid and expected revision."""
    return _update(tables.dag_run, _names(tables.dag_run)[1:], "uid = ? AND revision = ?")


@cache
def insert_instance() -> str:
    """``rows.instance_key``, ``rows.instance_rest`` and when."""
    return _insert(tables.task_instance)


@cache
def update_instance() -> str:
    """``rows.instance_rest``, when, then ``rows.instance_key`` and the expected revision."""
    rest = [name for name in _names(tables.task_instance) if name not in _INSTANCE_KEY]
    return _update(
        tables.task_instance, rest, "run = ? AND task_id = ? AND map_index = ? AND revision = ?"
    )


DELETE_INSTANCE = (
    "DELETE FROM task_instance WHERE run = ? AND task_id = ? AND map_index = ? AND revision = ?"
)
"""``rows.instance_key``, expected revision."""


@cache
def insert_attempt() -> str:
    """``rows.attempt_values``."""
    return _insert(tables.attempt)


START_ATTEMPT = (
    "UPDATE attempt SET started_at = ?, holder = ?, host = ?, pid = ?"
    " WHERE id = ? AND ended_at IS NULL"
)
END_ATTEMPT = (
    "UPDATE attempt SET ended_at = ?, cause = ?, figures = ? WHERE id = ? AND ended_at IS NULL"
)
KILL_ATTEMPT = "UPDATE attempt SET kill_reason = ? WHERE id = ? AND ended_at IS NULL"
RENEW_LEASE = "UPDATE attempt SET lease_until = ? WHERE id = ? AND ended_at IS NULL"

DELETE_XCOMS = "DELETE FROM xcom WHERE run = ? AND task_id = ? AND map_index = ?"
DELETE_RENDERED = "DELETE FROM rendered_fields WHERE run = ? AND task_id = ? AND map_index = ?"
PUT_XCOM = (
    'INSERT INTO xcom (run, task_id, map_index, "key", "value", sealed, length, "at")'
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    ' ON CONFLICT (run, task_id, map_index, "key")'
    ' DO UPDATE SET "value" = excluded."value", sealed = excluded.sealed,'
    ' length = excluded.length, "at" = excluded."at"'
)
_OF_CURRENT = (
    " FROM attempt a JOIN task_instance i"
    " ON i.run = a.run AND i.task_id = a.task_id AND i.map_index = a.map_index"
    " AND i.attempt = a.id WHERE a.id = ?"
)
PUT_XCOM_IF_CURRENT = (
    'INSERT INTO xcom (run, task_id, map_index, "key", "value", sealed, length, "at")'
    " SELECT i.run, i.task_id, i.map_index, CAST(? AS TEXT), ?, CAST(? AS TEXT), CAST(? AS BIGINT),"
    " CAST(? AS TIMESTAMPTZ)" + _OF_CURRENT + ' ON CONFLICT (run, task_id, map_index, "key")'
    ' DO UPDATE SET "value" = excluded."value", sealed = excluded.sealed,'
    ' length = excluded.length, "at" = excluded."at"'
)
PUT_RENDERED_IF_CURRENT = (
    "INSERT INTO rendered_fields (run, task_id, map_index, fields, label)"
    " SELECT i.run, i.task_id, i.map_index, CAST(? AS TEXT), CAST(? AS TEXT)"
    + _OF_CURRENT
    + " ON CONFLICT (run, task_id, map_index)"
    " DO UPDATE SET fields = excluded.fields, label = excluded.label"
)
PUT_CALLBACK = (
    "INSERT INTO callback (id, dag_id, workload, queued_at) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (id) DO NOTHING"
)
PUT_BACKFILL = (
    "INSERT INTO backfill (id, dag_id, state, created_at, body) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET dag_id = excluded.dag_id, state = excluded.state,"
    " created_at = excluded.created_at, body = excluded.body"
)


@cache
def insert_audit() -> str:
    """All columns but the id."""
    return _insert(tables.audit_log, without=frozenset({"id"}))


MAP_INDEXES = "SELECT map_index FROM task_instance WHERE run = ? AND task_id = ?"
RUN_EXISTS = "SELECT 1 FROM dag_run WHERE uid = ?"

DAG_MOMENTS = frozenset(
    {"cursor_start", "cursor_end", "next_run_after", "next_start", "next_end", "parsed_at"}
)


@cache
def update_dag() -> str:
    """``rows.dag_values``, then the DAG id and the expected revision."""
    return _update(tables.dag, _names(tables.dag)[:DAG_ROW_COLUMNS], "dag_id = ? AND revision = ?")


DAG_ROW_COLUMNS = 16
"""The first columns of ``dag``: those of a ``DagRow``."""
