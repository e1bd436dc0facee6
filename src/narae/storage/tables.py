"""The tables. Private to storage: everybody else sees values of ``core`` and read models.

Times are microseconds since 1970 UTC in SQLite and timestamptz in PostgreSQL. Names sort by
code point everywhere. JSON is text as ``core.codec`` writes it; NULL stands for an empty one.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_US = 86_400_000_000
_SECOND_US = 1_000_000


def to_micros(at: datetime | None) -> int | None:
    """Microseconds since 1970 UTC.

    >>> to_micros(datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC))
    1000005
    """
    if at is None:
        return None
    since = at - EPOCH
    return since.days * _DAY_US + since.seconds * _SECOND_US + since.microseconds


def from_micros(value: int | None) -> datetime | None:
    """The moment, in UTC."""
    return None if value is None else EPOCH + timedelta(microseconds=value)


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware datetime; see the module's docstring."""

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """PostgreSQL has a type of its own for it."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(sa.BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the column."""
        return value if dialect.name == "postgresql" else to_micros(value)

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], datetime | None] | None:
        """From the column: one call for each value, since a page has thousands; or none at all."""
        del coltype
        return None if dialect.name == "postgresql" else from_micros


def _name() -> TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _number() -> TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

dag = sa.Table(
    "dag",
    metadata,
    sa.Column("dag_id", _name(), primary_key=True),
    sa.Column("file", _name(), nullable=False),
    sa.Column("folder", _name(), nullable=False),
    sa.Column("spec_id", _number(), nullable=False),
    sa.Column("code_version", sa.Text(), nullable=False),
    sa.Column("is_paused", sa.Boolean(), nullable=False),
    sa.Column("is_stale", sa.Boolean(), nullable=False),
    sa.Column("cursor_start", Moment()),
    sa.Column("cursor_end", Moment()),
    sa.Column("next_run_after", Moment()),
    sa.Column("next_start", Moment()),
    sa.Column("next_end", Moment()),
    sa.Column("failed_in_a_row", sa.Integer(), nullable=False),
    sa.Column("revision", sa.Integer(), nullable=False),
    sa.Column("parsed_at", Moment(), nullable=False),
    sa.Column("must_spawn", sa.Boolean(), nullable=False),
    # What lists show, copied from the latest spec so that a list decodes none.
    sa.Column("display_name", sa.Text(), nullable=False, server_default=""),
    sa.Column("description", sa.Text()),
    sa.Column("schedule_text", sa.Text(), nullable=False, server_default=""),
    sa.Column("timezone", sa.Text(), nullable=False, server_default="UTC"),
    sa.Column("owners", sa.Text(), nullable=False, server_default=""),
    sa.Column("generation", sa.Integer(), nullable=False, server_default="2"),
    sa.Column("max_active_runs", sa.Integer(), nullable=False, server_default="16"),
    sa.Column("max_active_tasks", sa.Integer(), nullable=False, server_default="16"),
    sa.Column("max_consecutive_failed_runs", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("has_task_limits", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("planned", sa.Text()),
    sa.Column("timetable_type", sa.Text(), nullable=False, server_default=""),
    sa.Column("timetable", sa.Text()),
    sa.Index("ix_dag_folder_file", "folder", "file"),
)

dag_tag = sa.Table(
    "dag_tag",
    metadata,
    sa.Column("dag_id", _name(), sa.ForeignKey("dag.dag_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("tag", _name(), primary_key=True),
    sa.Index("ix_dag_tag_tag", "tag"),
    sqlite_with_rowid=False,
)

# The tasks of each DAG's latest spec, for lists of task instances that ask for an operator.
dag_task = sa.Table(
    "dag_task",
    metadata,
    sa.Column("dag_id", _name(), sa.ForeignKey("dag.dag_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("task_id", _name(), primary_key=True),
    sa.Column("operator", sa.Text(), nullable=False),
    sa.Column("display_name", sa.Text(), nullable=False),
    sqlite_with_rowid=False,
)

dag_version = sa.Table(
    "dag_version",
    metadata,
    sa.Column("id", _number(), primary_key=True, autoincrement=True),
    sa.Column("dag_id", _name(), nullable=False),
    sa.Column("hash", sa.Text(), nullable=False),
    sa.Column("spec", sa.LargeBinary(), nullable=False),
    sa.Column("code_version", sa.Text(), nullable=False),
    sa.Column("created_at", Moment(), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),  # from 1, for each DAG
    sa.Index("ix_dag_version_dag_id_number", "dag_id", "number", unique=True),
    sqlite_autoincrement=True,
)

dag_file = sa.Table(
    "dag_file",
    metadata,
    sa.Column("folder", _name(), primary_key=True),
    sa.Column("file", _name(), primary_key=True),
    sa.Column("code_version", sa.Text(), nullable=False),
    sa.Column("file_hash", sa.Text(), nullable=False),
    sa.Column("parsed_at", Moment(), nullable=False),
    sa.Column("parse_seconds", sa.Float(), nullable=False),
    sa.Column("memory_peak_bytes", sa.BigInteger(), nullable=False),
    sa.Column("warnings", sa.Text()),
    sa.Column("imports", sa.Text()),
)

import_error = sa.Table(
    "import_error",
    metadata,
    sa.Column("id", _number(), primary_key=True, autoincrement=True),
    sa.Column("folder", _name(), nullable=False),
    sa.Column("file", _name(), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("failure", sa.Text(), nullable=False),
    sa.Column("dag_id", _name()),  # that another file has
    sa.Column("since", Moment(), nullable=False),
    sa.UniqueConstraint("folder", "file", "number"),
    sqlite_autoincrement=True,
)

_ACTIVE_RUN = sa.text("state IN ('queued', 'running')")

dag_run = sa.Table(
    "dag_run",
    metadata,
    sa.Column("uid", _name(), primary_key=True),
    sa.Column("dag_id", _name(), nullable=False),
    sa.Column("run_id", _name(), nullable=False),
    sa.Column("run_type", sa.Text(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("revision", sa.Integer(), nullable=False),
    sa.Column("logical_date", Moment()),
    sa.Column("interval_start", Moment()),
    sa.Column("interval_end", Moment()),
    sa.Column("run_after", Moment(), nullable=False),
    sa.Column("conf", sa.Text()),
    sa.Column("spec_id", _number(), nullable=False),
    sa.Column("code_version", sa.Text(), nullable=False),
    sa.Column("queued_at", Moment(), nullable=False),
    sa.Column("started_at", Moment()),
    sa.Column("ended_at", Moment()),
    sa.Column("backfill_id", _number()),
    sa.Column("triggered_by", sa.Text()),
    sa.Column("note", sa.Text()),
    sa.Column("reason", sa.Text()),
    sa.Column("clear_number", sa.Integer(), nullable=False),
    sa.Column("sort_at", Moment(), nullable=False),  # logical date, else run_after
    sa.Column("triggered_by_user", sa.Text()),
    sa.Column("updated_at", Moment(), nullable=False),
    sa.UniqueConstraint("dag_id", "run_id"),
    sa.UniqueConstraint("dag_id", "logical_date"),
    # With the state, so that counting states by day reads nothing but the index.
    sa.Index("ix_dag_run_dag_id_sort_at", "dag_id", "sort_at", "uid", "state"),
    sa.Index("ix_dag_run_sort_at", "sort_at", "uid", "state"),
    sa.Index("ix_dag_run_dag_id_uid", "dag_id", "uid", unique=True),
    sa.Index("ix_dag_run_dag_id_run_after", "dag_id", "run_after", "uid"),
    sa.Index(
        "ix_dag_run_active",
        "state",
        "dag_id",
        sqlite_where=_ACTIVE_RUN,
        postgresql_where=_ACTIVE_RUN,
    ),
    sa.Index("ix_dag_run_backfill_id", "backfill_id"),
)


def _of_run() -> sa.Column[str]:
    return sa.Column(
        "run", _name(), sa.ForeignKey("dag_run.uid", ondelete="CASCADE"), primary_key=True
    )


_NO_SUCCESS = sa.text("state <> 'success'")

task_instance = sa.Table(
    "task_instance",
    metadata,
    _of_run(),
    sa.Column("task_id", _name(), primary_key=True),
    sa.Column("map_index", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("path", sa.Text()),
    sa.Column("expanded", sa.Boolean(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("revision", sa.Integer(), nullable=False),
    sa.Column("try_number", sa.Integer(), nullable=False),
    sa.Column("max_tries", sa.Integer(), nullable=False),
    sa.Column("lost", sa.Integer(), nullable=False),
    sa.Column("attempt", sa.Text()),
    sa.Column("fence", sa.Integer(), nullable=False),
    sa.Column("pool", sa.Text(), nullable=False),
    sa.Column("pool_slots", sa.Integer(), nullable=False),
    sa.Column("priority", sa.BigInteger(), nullable=False),
    sa.Column("queue", sa.Text(), nullable=False),
    sa.Column("not_before", Moment()),
    sa.Column("scheduled_at", Moment()),
    sa.Column("queued_at", Moment()),
    sa.Column("first_started_at", Moment()),
    sa.Column("started_at", Moment()),
    sa.Column("ended_at", Moment()),
    sa.Column("branch", sa.Text()),
    sa.Column("lengths", sa.Text()),
    sa.Column("resume", sa.Text()),
    sa.Column("label", sa.Text()),
    sa.Column("note", sa.Text()),
    sa.Column("updated_at", Moment(), nullable=False),
    # What happened lately, whichever of its moments is asked for.
    sa.Index("ix_task_instance_updated_at", "updated_at", "run", "task_id", "map_index"),
    # All that is not done, and what went wrong: few rows of many.
    sa.Index(
        "ix_task_instance_no_success",
        "state",
        "run",
        "task_id",
        "map_index",
        sqlite_where=_NO_SUCCESS,
        postgresql_where=_NO_SUCCESS,
    ),
    sqlite_with_rowid=False,
    # Room for updates in place: a row is rewritten about five times in its life.
    postgresql_with={"fillfactor": "70"},
)

_OPEN = sa.text("ended_at IS NULL")

attempt = sa.Table(
    "attempt",
    metadata,
    sa.Column("id", _name(), primary_key=True),
    sa.Column("run", _name(), sa.ForeignKey("dag_run.uid", ondelete="CASCADE"), nullable=False),
    sa.Column("task_id", _name(), nullable=False),
    sa.Column("map_index", sa.Integer(), nullable=False),
    sa.Column("try_number", sa.Integer(), nullable=False),
    sa.Column("fence", sa.Integer(), nullable=False),
    sa.Column("executor", sa.Text(), nullable=False),
    sa.Column("holder", sa.Text()),
    sa.Column("host", sa.Text()),
    sa.Column("pid", sa.Integer()),
    sa.Column("queued_at", Moment(), nullable=False),
    sa.Column("started_at", Moment()),
    sa.Column("ended_at", Moment()),
    sa.Column("lease_until", Moment()),
    sa.Column("cause", sa.Text()),
    sa.Column("figures", sa.Text()),
    sa.Column("kill_reason", sa.Text()),
    sa.Column("scheduled_at", Moment()),
    sa.Column("waits", sa.Text()),
    sa.Index("ix_attempt_run_task_id_map_index", "run", "task_id", "map_index"),
    sa.Index("ix_attempt_open", "queued_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    postgresql_with={"fillfactor": "80"},
)

xcom = sa.Table(
    "xcom",
    metadata,
    _of_run(),
    sa.Column("task_id", _name(), primary_key=True),
    sa.Column("map_index", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("key", _name(), primary_key=True),
    sa.Column("value", sa.LargeBinary(), nullable=False),
    sa.Column("sealed", sa.Text()),
    sa.Column("length", sa.BigInteger()),
    sa.Column("at", Moment(), nullable=False),
)

rendered_fields = sa.Table(
    "rendered_fields",
    metadata,
    _of_run(),
    sa.Column("task_id", _name(), primary_key=True),
    sa.Column("map_index", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("fields", sa.Text(), nullable=False),
    sa.Column("label", sa.Text()),
)

callback = sa.Table(
    "callback",
    metadata,
    sa.Column("id", _name(), primary_key=True),
    sa.Column("dag_id", _name(), nullable=False),
    sa.Column("workload", sa.Text(), nullable=False),
    sa.Column("queued_at", Moment(), nullable=False),
    sa.Column("done_at", Moment()),
    sa.Column("error", sa.Text()),
    sa.Index(
        "ix_callback_owed",
        "queued_at",
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    ),
)

pool = sa.Table(
    "pool",
    metadata,
    sa.Column("name", _name(), primary_key=True),
    sa.Column("slots", sa.Integer(), nullable=False),
    sa.Column("description", sa.Text(), nullable=False),
    sa.Column("include_deferred", sa.Boolean(), nullable=False),
)

backfill = sa.Table(
    "backfill",
    metadata,
    sa.Column("id", _number(), primary_key=True, autoincrement=False),
    sa.Column("dag_id", _name(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("created_at", Moment(), nullable=False),
    sa.Column("body", sa.Text(), nullable=False),
    sa.Index("ix_backfill_state", "state"),
    sa.Index("ix_backfill_dag_id", "dag_id"),
)

variable = sa.Table(
    "variable",
    metadata,
    sa.Column("key", _name(), primary_key=True),
    sa.Column("value", sa.Text(), nullable=False),  # encrypted
    sa.Column("description", sa.Text()),
)

connection = sa.Table(
    "connection",
    metadata,
    sa.Column("conn_id", _name(), primary_key=True),
    sa.Column("conn_type", sa.Text(), nullable=False),
    sa.Column("description", sa.Text()),
    sa.Column("host", sa.Text()),
    sa.Column("login", sa.Text()),
    sa.Column("password", sa.Text()),  # encrypted
    sa.Column("schema", sa.Text()),
    sa.Column("port", sa.Integer()),
    sa.Column("extra", sa.Text()),  # encrypted
)

heartbeat = sa.Table(
    "heartbeat",
    metadata,
    sa.Column("component", _name(), primary_key=True),
    sa.Column("name", _name(), primary_key=True),
    sa.Column("at", Moment(), nullable=False),
    sa.Column("detail", sa.Text()),
)

audit_log = sa.Table(
    "audit_log",
    metadata,
    sa.Column("id", _number(), primary_key=True, autoincrement=True),
    sa.Column("at", Moment(), nullable=False),
    sa.Column("who", sa.Text(), nullable=False),
    sa.Column("what", sa.Text(), nullable=False),
    sa.Column("dag_id", _name()),
    sa.Column("run_id", _name()),
    sa.Column("task_id", _name()),
    sa.Column("map_index", sa.Integer()),
    sa.Column("detail", sa.Text()),
    sa.Column("origin", sa.Text(), nullable=False, server_default=""),
    sa.Column("before", sa.Text()),
    sa.Column("after", sa.Text()),
    sa.Index("ix_audit_log_at", "at", "id"),
    sa.Index("ix_audit_log_dag_id", "dag_id", "at", "id"),
)

dag_favorite = sa.Table(
    "dag_favorite",
    metadata,
    sa.Column("user", _name(), primary_key=True),
    sa.Column("dag_id", _name(), sa.ForeignKey("dag.dag_id", ondelete="CASCADE"), primary_key=True),
    sa.Index("ix_dag_favorite_dag_id", "dag_id"),
    sqlite_with_rowid=False,
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("who", _name(), primary_key=True),
    sa.Column("key", _name(), primary_key=True),
    sa.Column("fingerprint", sa.Text(), nullable=False),
    sa.Column("at", Moment(), nullable=False),
    sa.Column("status", sa.Integer()),
    sa.Column("body", sa.Text()),  # encrypted
    sa.Index("ix_idempotency_at", "at"),
)

counter = sa.Table(
    "counter",
    metadata,
    sa.Column("name", _name(), primary_key=True),
    sa.Column("value", _number(), nullable=False),
)
