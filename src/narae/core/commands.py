"""What a decision asks for. ``engine.apply`` carries them out, one transaction for a batch.

A command that changes a row carries the row as the decision saw it and as it shall be. It
takes only when the stored ``revision`` is still that of ``before``; then ``after.revision`` is
``before.revision + 1``. All parts of one command take together or not at all.
"""

from datetime import datetime
from typing import Any

from narae.core.ids import AttemptId, RunUid, TaskKey
from narae.core.reports import XComValue
from narae.core.requests import ConnectionValue, VariableRow
from narae.core.run import Attempt, Backfill, Cause, DagRow, Figures, Instance, Pool, Run
from narae.core.spec import Value
from narae.core.workload import CallbackWorkload


class CreateRun(Value, tag="create_run", frozen=True, kw_only=True):
    """A new run with all of its instances. Does not take when (dag_id, run_id) exists."""

    run: Run
    instances: tuple[Instance, ...]


class ChangeRun(Value, tag="change_run", frozen=True, kw_only=True):
    """A run's own row."""

    before: Run
    after: Run
    callback: CallbackWorkload | None = None
    """User code that this change owes; put into the outbox with it."""


class ChangeTask(Value, tag="change_task", frozen=True, kw_only=True):
    """An instance that no attempt is involved in."""

    before: Instance
    after: Instance


class Expand(Value, tag="expand", frozen=True, kw_only=True):
    """A stand-in becomes its instances. ``after[0]`` may reuse its map index."""

    before: Instance
    after: tuple[Instance, ...]


class AddInstances(Value, tag="add_instances", frozen=True, kw_only=True):
    """Instances of tasks that a run did not have when it was made."""

    run: RunUid
    instances: tuple[Instance, ...]


class StartAttempt(Value, tag="start_attempt", frozen=True, kw_only=True):
    """scheduled -> queued, with the attempt that is dispatched once this is committed."""

    before: Instance
    after: Instance
    attempt: Attempt
    fresh: bool = True
    """A new try, so the XComs of the last one go; False for a reschedule or a resume."""


class MarkStarted(Value, tag="mark_started", frozen=True, kw_only=True):
    """queued -> running: the attempt's process has said so."""

    before: Instance
    after: Instance
    attempt: AttemptId
    at: datetime
    holder: str
    host: str
    pid: int


class EndAttempt(Value, tag="end_attempt", frozen=True, kw_only=True):
    """The attempt is over: its row, its instance and its last XComs."""

    before: Instance
    after: Instance
    attempt: AttemptId
    at: datetime
    cause: Cause
    figures: Figures | None = None
    xcoms: tuple[XComValue, ...] = ()
    callback: CallbackWorkload | None = None


class KillAttempt(Value, tag="kill_attempt", frozen=True, kw_only=True):
    """Asks for an attempt's end; the row keeps why, the executor is told after the commit."""

    attempt: AttemptId
    cause: Cause


class ChangeDag(Value, tag="change_dag", frozen=True, kw_only=True):
    """A DAG's own row: pause, cursor, next run, failures in a row."""

    before: DagRow
    after: DagRow


class PutBackfill(Value, tag="put_backfill", frozen=True, kw_only=True):
    """A backfill, new or changed."""

    backfill: Backfill


class DeleteRun(Value, tag="delete_run", frozen=True, kw_only=True):
    """A run goes, with all that hangs on it. Its revision says that nothing else changed it."""

    before: Run


class DeleteInstance(Value, tag="delete_instance", frozen=True, kw_only=True):
    """An instance goes, with its attempts and what they left. One that holds no slot."""

    before: Instance


class ChangeXCom(Value, tag="change_xcom", frozen=True, kw_only=True):
    """Somebody writes or deletes an XCom by hand.

    Takes only when there is one just as ``existed`` says, and while no attempt of the
    instance is open: what belongs to an attempt is written by it alone.
    """

    of: TaskKey
    key: str
    at: datetime
    existed: bool
    after: XComValue | None
    """None deletes it."""


class ChangePool(Value, tag="change_pool", frozen=True, kw_only=True):
    """Takes only when there is one just as ``before`` says: None for a new one."""

    before: Pool | None
    after: Pool | None


class ChangeVariable(Value, tag="change_variable", frozen=True, kw_only=True):
    """Takes only when there is one just as ``existed`` says: what it held is secret."""

    key: str
    existed: bool
    after: VariableRow | None


class ChangeConnection(Value, tag="change_connection", frozen=True, kw_only=True):
    """The same for a connection."""

    conn_id: str
    existed: bool
    after: ConnectionValue | None


class ChangeFavorite(Value, tag="change_favorite", frozen=True, kw_only=True):
    """A user likes a DAG, or no longer. Takes only when that is new."""

    dag_id: str
    user: str
    favorite: bool


class Audit(Value, tag="audit", frozen=True, kw_only=True):
    """Somebody did something."""

    at: datetime
    who: str
    what: str
    """Such as ``clear``, ``trigger``, ``pause``."""
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None
    detail: dict[str, Any] = {}
    origin: str = ""
    """From where: an address, ``cli``, ``task <dag>.<task>``."""
    before: dict[str, Any] | None = None
    """What changed, as it was; None where nothing was. Never a secret."""
    after: dict[str, Any] | None = None
    of_previous: bool = False
    """Takes only when the command right before it in the batch took."""


Command = (
    CreateRun
    | ChangeRun
    | ChangeTask
    | Expand
    | AddInstances
    | StartAttempt
    | MarkStarted
    | EndAttempt
    | KillAttempt
    | ChangeDag
    | PutBackfill
    | DeleteRun
    | DeleteInstance
    | ChangeXCom
    | ChangePool
    | ChangeVariable
    | ChangeConnection
    | ChangeFavorite
    | Audit
)
