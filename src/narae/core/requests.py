"""What a running attempt may ask for. Answered by ``engine.desk``, never by a database here.

Every request that writes is refused when its attempt is no longer the current one.
"""

from datetime import datetime
from typing import Any

from narae.core.reports import XComValue
from narae.core.spec import Value


class GetVariable(Value, tag="get_variable", frozen=True, kw_only=True):
    """Answer: ``str | None``."""

    key: str


class PutVariable(Value, tag="put_variable", frozen=True, kw_only=True):
    """Answer: None."""

    key: str
    value: str
    description: str | None = None


class DeleteVariable(Value, tag="delete_variable", frozen=True, kw_only=True):
    """Answer: whether there was one."""

    key: str


class GetConnection(Value, tag="get_connection", frozen=True, kw_only=True):
    """Answer: :class:`ConnectionValue` or None."""

    conn_id: str


class ConnectionValue(Value, frozen=True, kw_only=True):
    """A connection's fields, decrypted."""

    conn_id: str
    conn_type: str = ""
    description: str | None = None
    host: str | None = None
    login: str | None = None
    password: str | None = None
    schema: str | None = None
    port: int | None = None
    extra: str | None = None


class VariableRow(Value, frozen=True, kw_only=True):
    """A variable, decrypted."""

    key: str
    value: str
    description: str | None = None


class GetXCom(Value, tag="get_xcom", frozen=True, kw_only=True):
    """Answer: list of :class:`XComRow`, by task id as asked, then by path."""

    dag_id: str
    run_id: str
    task_ids: tuple[str, ...] | None = None
    """None: of all tasks."""
    key: str = "return_value"
    map_indexes: tuple[int, ...] | None = None
    """None: of all instances."""
    path_prefix: tuple[int, ...] = ()
    """Only of instances whose path begins so."""
    include_prior_dates: bool = False


class XComRow(Value, frozen=True, kw_only=True):
    """One stored XCom with where it comes from."""

    run_id: str
    task_id: str
    map_index: int
    path: tuple[int, ...] = ()
    key: str
    value: bytes
    shown: bytes | None = None
    """Of one that holds a secret: what is to be read instead."""


class PushXCom(Value, tag="push_xcom", frozen=True, kw_only=True):
    """Answer: None."""

    xcom: XComValue


class PutRendered(Value, tag="put_rendered", frozen=True, kw_only=True):
    """Answer: None. The rendered template fields, already masked and cut to size."""

    fields: dict[str, Any]
    label: str | None = None


class GetTaskStates(Value, tag="get_task_states", frozen=True, kw_only=True):
    """Answer: dict run_id -> dict ``task_id`` or ``task_id[map_index]`` -> state."""

    dag_id: str
    task_ids: tuple[str, ...] | None = None
    group_id: str | None = None
    logical_dates: tuple[datetime, ...] | None = None
    run_ids: tuple[str, ...] | None = None


class GetRuns(Value, tag="get_runs", frozen=True, kw_only=True):
    """Answer: list of :class:`RunRow`, by logical date."""

    dag_id: str
    run_ids: tuple[str, ...] | None = None
    logical_dates: tuple[datetime, ...] | None = None
    states: tuple[str, ...] | None = None
    before: datetime | None = None
    """Only with a logical date earlier than this."""
    limit: int = 100
    latest_first: bool = False


class RunRow(Value, frozen=True, kw_only=True):
    """A run as user code sees it."""

    dag_id: str
    run_id: str
    run_type: str
    state: str
    logical_date: datetime | None
    interval_start: datetime | None
    interval_end: datetime | None
    run_after: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    conf: dict[str, Any] = {}


class GetDag(Value, tag="get_dag", frozen=True, kw_only=True):
    """Answer: :class:`DagFacts` or None."""

    dag_id: str


class DagFacts(Value, frozen=True, kw_only=True):
    """What user code may know of another DAG."""

    dag_id: str
    is_paused: bool
    task_ids: tuple[str, ...]
    group_ids: tuple[str, ...] = ()
    file: str = ""


class TriggerRun(Value, tag="trigger_run", frozen=True, kw_only=True):
    """Answer: :class:`Triggered`."""

    dag_id: str
    run_id: str | None = None
    conf: dict[str, Any] = {}
    logical_date: datetime | None = None
    reset: bool = False
    """Clear and run again a run that exists already."""
    note: str | None = None


class Triggered(Value, frozen=True, kw_only=True):
    """What became of a :class:`TriggerRun`."""

    run_id: str
    existed: bool = False
    error: str | None = None
    """Why there is no run: unknown DAG, bad conf, ..."""


class CountInstances(Value, tag="count_instances", frozen=True, kw_only=True):
    """Answer: how many instances of ``task_id`` the asking run has."""

    task_id: str


class GetFirstStart(Value, tag="get_first_start", frozen=True, kw_only=True):
    """Answer: ``datetime | None``: when the current try of the asking instance first ran."""


Request = (
    GetVariable
    | PutVariable
    | DeleteVariable
    | GetConnection
    | GetXCom
    | PushXCom
    | PutRendered
    | GetTaskStates
    | GetRuns
    | GetDag
    | TriggerRun
    | CountInstances
    | GetFirstStart
)


class Refused(Value, frozen=True, kw_only=True):
    """The answer to a request that is not granted."""

    words: str
    stop: bool = False
    """The attempt is no longer the current one: its process has to end."""
