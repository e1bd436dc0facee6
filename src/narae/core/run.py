"""DAG runs, task instances and attempts: the rows that the engine decides about."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from narae.core.holds import HoldCode
from narae.core.ids import UNMAPPED, AttemptId, CodeVersion, Path, RunUid, TaskKey, TaskRef
from narae.core.spec import Value
from narae.core.states import RunState, RunType, TaskState
from narae.core.timetables.spec import DataInterval


class Run(Value, frozen=True, kw_only=True):
    """One DAG run. Every write raises ``revision`` by one and expects the one before."""

    uid: RunUid
    dag_id: str
    run_id: str
    run_type: RunType
    state: RunState = RunState.QUEUED
    revision: int = 0
    logical_date: datetime | None = None
    """None only for a generation 3 run that was asked for without one."""
    interval: DataInterval | None = None
    run_after: datetime
    conf: dict[str, Any] = {}
    spec_id: int
    """The ``dag_version`` row whose spec this run follows."""
    code_version: CodeVersion
    queued_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    backfill_id: int | None = None
    triggered_by: str | None = None
    note: str | None = None
    reason: str | None = None
    """Why it ended as it did: ``task_failure``, ``timed_out``, ``all_tasks_deadlocked``, ..."""
    clear_number: int = 0
    triggered_by_user: str | None = None
    """Who asked for it, where a person did."""


class Branch(Value, frozen=True, kw_only=True):
    """What a branching task chose. Kept with its instance, so that a clear changes nothing."""

    followed: tuple[str, ...] | None = None
    """Direct downstream task ids that may run; every other direct one is skipped."""
    skipped: tuple[str, ...] = ()
    """Task ids that are skipped whatever their trigger rule says (short circuit)."""


class Instance(Value, frozen=True, kw_only=True):
    """One task instance. Every write raises ``revision`` by one and expects the one before."""

    run: RunUid
    task_id: str
    map_index: int = UNMAPPED
    path: Path = ()
    """One index for each level of mapping that has been expanded."""
    expanded: bool = True
    """False while it stands for instances that nobody can count yet."""
    state: TaskState = TaskState.NONE
    revision: int = 0
    try_number: int = 0
    """Number of the latest try, 0 before the first. A reschedule stays within its try."""
    max_tries: int = 0
    """A failed try is repeated while ``try_number <= max_tries``."""
    lost: int = 0
    """How many attempts in a row were lost with their machinery; see ``Limits``."""
    attempt: AttemptId | None = None
    """The attempt that holds the slot now; None whenever the state holds no slot."""
    fence: int = 0
    """Grows with every attempt of this instance."""
    pool: str = "default_pool"
    pool_slots: int = 1
    priority: int = 1
    queue: str = "default"
    not_before: datetime | None = None
    """Of a retry, a reschedule or a timed deferral: the earliest moment to go on."""
    scheduled_at: datetime | None = None
    queued_at: datetime | None = None
    first_started_at: datetime | None = None
    """When the current try first ran; a rescheduling sensor's time-out counts from here."""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    branch: Branch | None = None
    lengths: dict[str, int] = {}
    """XCom key -> length, for the keys in ``TaskSpec.mapped_over``."""
    resume: "Resume | None" = None
    label: str | None = None
    """What ``map_index_template`` rendered to."""
    note: str | None = None

    @property
    def ref(self) -> TaskRef:
        """This instance as seen from within its run."""
        return TaskRef(self.task_id, self.map_index)

    @property
    def key(self) -> TaskKey:
        """This instance as seen from anywhere."""
        return TaskKey(self.run, self.task_id, self.map_index)


class Resume(Value, frozen=True, kw_only=True):
    """Where a deferred task goes on: ``method(context, event, **kwargs)`` of its operator."""

    method: str
    kwargs: dict[str, Any] = {}
    event: Any = None


class CauseKind(StrEnum):
    """How an attempt ended. The words are shown to users."""

    SUCCEEDED = "succeeded"
    SKIPPED = "skipped"
    RESCHEDULED = "rescheduled"
    DEFERRED = "deferred"
    USER_ERROR = "user_error"
    """The task's code raised."""
    USER_FAIL = "user_fail"
    """The task's code asked to fail without a retry."""
    EXECUTION_TIMEOUT = "execution_timeout"
    RUN_TIMEOUT = "run_timeout"
    EXIT_CODE = "exit_code"
    SIGNAL = "signal"
    OUT_OF_MEMORY = "out_of_memory"
    IMPORT_ERROR = "import_error"
    """The DAG file could not be imported when the attempt started."""
    CODE_MISSING = "code_missing"
    KILLED_BY_USER = "killed_by_user"
    CLEARED = "cleared"
    MARKED = "marked"
    FAIL_FAST = "fail_fast"
    REMOVED = "removed"
    LEASE_LOST = "lease_lost"
    SUPERVISOR_LOST = "supervisor_lost"
    """The process that watched over it died, and it with it."""
    NEVER_STARTED = "never_started"
    """It was sent out and nobody knows of it."""
    START_FAILED = "start_failed"
    """No process could be made for it (fork failed, disk full, ...)."""


LOST = frozenset(
    {
        CauseKind.LEASE_LOST,
        CauseKind.SUPERVISOR_LOST,
        CauseKind.NEVER_STARTED,
        CauseKind.START_FAILED,
    }
)
"""The machinery's fault: the attempt is repeated and no retry of the user's is spent."""


class Cause(Value, frozen=True, kw_only=True):
    """Why an attempt ended, with its evidence."""

    kind: CauseKind
    words: str = ""
    """One line for people, such as ``ValueError: no rows`` or ``killed by SIGKILL``."""
    traceback: str = ""
    exit_code: int | None = None
    signal: int | None = None
    """Signal number that ended the process."""
    by: str | None = None
    """Who did it, where known: a user, ``supervisor``, ``kernel``."""


class Figures(Value, frozen=True, kw_only=True):
    """What an attempt used."""

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory_peak_bytes: int = 0


class Wait(Value, frozen=True, kw_only=True, array_like=True):
    """A stretch of time that something kept a task instance waiting."""

    code: HoldCode
    """What was in the way first; other things may have been too."""
    since: datetime
    until: datetime


class Attempt(Value, frozen=True, kw_only=True):
    """One attempt at a task instance: a process that may write in its name."""

    id: AttemptId
    key: TaskKey
    try_number: int
    fence: int
    executor: str
    """Name of the executor that was given it."""
    holder: str | None = None
    """Which supervisor was given it."""
    host: str | None = None
    pid: int | None = None
    queued_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    lease_until: datetime | None = None
    cause: Cause | None = None
    figures: Figures | None = None
    kill_reason: Cause | None = None
    """Not None once somebody asked for its end."""
    scheduled_at: datetime | None = None
    """When everything but a slot was there."""
    waits: tuple[Wait, ...] = ()
    """What it waited for that rows don't tell afterwards: its past, a start date, slots."""


class Pool(Value, frozen=True, kw_only=True):
    """A named number of slots. -1 slots: without limit."""

    name: str
    slots: int
    description: str = ""
    include_deferred: bool = False


class DagRow(Value, frozen=True, kw_only=True):
    """What the deployment knows of a DAG beyond its file."""

    dag_id: str
    file: str
    """Relative to ``folder``."""
    folder: str
    """Absolute path of the DAG folder."""
    spec_id: int
    code_version: CodeVersion
    is_paused: bool
    is_stale: bool = False
    """Its file is gone, or no longer gives this DAG."""
    cursor: DataInterval | None = None
    """Data interval of the latest automated run."""
    next_run_after: datetime | None = None
    next_interval: DataInterval | None = None
    failed_in_a_row: int = 0
    revision: int = 0
    parsed_at: datetime
    must_spawn: bool = False


class BackfillState(StrEnum):
    """The state of one backfill."""

    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class Reprocess(StrEnum):
    """Which existing runs a backfill runs again."""

    NONE = "none"
    FAILED = "failed"
    COMPLETED = "completed"


class Backfill(Value, frozen=True, kw_only=True):
    """A range of a DAG's past that is to be run, as a stored object."""

    id: int
    dag_id: str
    start: datetime
    end: datetime
    conf: dict[str, Any] = {}
    reprocess: Reprocess = Reprocess.NONE
    backwards: bool = False
    max_active_runs: int = 10
    latest_code: bool = False
    """Whether runs that are run again move to the DAG's latest code."""
    state: BackfillState = BackfillState.RUNNING
    created_at: datetime
    ended_at: datetime | None = None
    planned: tuple["BackfillRun", ...] = ()


class BackfillRun(Value, frozen=True, kw_only=True):
    """One run of a backfill, or why there is none."""

    interval: DataInterval
    logical_date: datetime
    run_after: datetime
    existing: RunUid | None = None
    skip_reason: str | None = None
    """Such as ``already ran: success``; None when it is to run."""
    started: bool = False


class Limits(Value, frozen=True, kw_only=True):
    """Deployment-wide numbers that decisions need."""

    parallelism: int = 32
    max_map_length: int = 1024
    retry_delay_max: timedelta = timedelta(hours=24)
    lost_attempts_max: int = 5
    """How often an attempt may be lost with its machinery before its task fails."""
