"""Run this: all that a supervisor and a task's process need to know."""

from datetime import datetime, timedelta
from typing import Any

from narae.core.ids import AttemptId, Path, RunUid
from narae.core.run import Resume
from narae.core.spec import Value
from narae.core.states import RunType
from narae.core.timetables.spec import DataInterval


class CodeRef(Value, frozen=True, kw_only=True):
    """Which code: a file in a code version."""

    folder: str
    """Absolute path of the DAG folder; where there is no stored version, the code itself."""
    version: str
    """Content address of the whole folder; "" runs the folder as it stands."""
    file: str
    """Relative to the folder."""
    must_spawn: bool = False


class RunFacts(Value, frozen=True, kw_only=True):
    """What a task's context says of its run."""

    uid: RunUid
    dag_id: str
    run_id: str
    run_type: RunType
    logical_date: datetime | None
    interval: DataInterval | None
    run_after: datetime
    queued_at: datetime
    started_at: datetime | None
    conf: dict[str, Any] = {}
    clear_number: int = 0
    note: str | None = None
    triggered_by: str | None = None


class Workload(Value, tag="task", frozen=True, kw_only=True):
    """One attempt to be run in a process of its own."""

    attempt: AttemptId
    fence: int
    code: CodeRef
    run: RunFacts
    task_id: str
    map_index: int = -1
    path: Path = ()
    try_number: int = 1
    max_tries: int = 0
    queue: str = "default"
    execution_timeout: timedelta | None = None
    mapped_over: tuple[str, ...] = ()
    first_started_at: datetime | None = None
    """Of a rescheduled sensor: when its try first ran."""
    resume: Resume | None = None
    execution: str | None = None
    log_path: str = ""
    """Relative to the log folder."""
    queued_at: datetime
    token: str = ""
    """Good for what this one attempt asks for. In no log and no page: see ``__repr__``."""

    def __repr__(self) -> str:
        return f"Workload({self.run.dag_id}.{self.task_id}, attempt={self.attempt!r}, ...)"


class CallbackWorkload(Value, tag="callback", frozen=True, kw_only=True):
    """User code that must run though its task's process is gone, or that belongs to a run.

    Kept in the outbox until somebody reports that it ran: a callback is never lost, and may
    run twice.
    """

    id: str
    code: CodeRef
    run: RunFacts
    kind: str
    """``dag_success``, ``dag_failure``, ``task_failure``, ``task_retry``, ``task_success``."""
    task_id: str | None = None
    map_index: int = -1
    try_number: int = 0
    reason: str = ""
    execution: str | None = None
    log_path: str = ""
    queued_at: datetime


AnyWorkload = Workload | CallbackWorkload
