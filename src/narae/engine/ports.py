"""What the engine needs of the world. Adapters implement these; nothing else is asked of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from narae.core.commands import Command
from narae.core.ids import AttemptId, CodeVersion, RunUid, TaskRef
from narae.core.reports import XComValue
from narae.core.requests import ConnectionValue, GetTaskStates, GetXCom, RunRow, XComRow
from narae.core.requests import VariableRow as StoredVariable
from narae.core.run import Attempt, Backfill, Cause, DagRow, Instance, Pool, Run
from narae.core.spec import DagSpec, ImportFailure, ParsedFile, Value
from narae.core.states import RunState, RunType, TaskState
from narae.core.wire import CodeInUse, Wake
from narae.core.workload import AnyWorkload, CallbackWorkload


class Clock(Protocol):
    """Where the time comes from. Always UTC and aware."""

    def now(self) -> datetime:
        """The time now."""
        ...


class Notifier(Protocol):
    """Tells the engine, in whichever process, that something was committed."""

    def wake(self, message: Wake) -> None:
        """Never blocks and never raises: the engine's slow poll makes up for a lost wake-up."""
        ...


class LogRemover(Protocol):
    """Where the logs of attempts are kept."""

    def remove(self, path: str) -> bool:
        """Removes a log or a folder of logs, as ``core.log_paths`` names it; whether it was there.

        Raises OSError when it can't.
        """
        ...


class Heartbeat(Value, frozen=True, kw_only=True):
    """A component's sign of life."""

    component: str
    """``scheduler``, ``loader``, ``supervisor``, ``api``."""
    name: str
    """Which one of them: host and pid."""
    at: datetime
    detail: dict[str, Any] = {}


class Catalogued(Value, frozen=True, kw_only=True):
    """What recording parsed files changed."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """DAG ids with a new spec, and those that were stale."""
    seen: tuple[str, ...] = ()
    """DAG ids that are as they were (their code version may be another)."""
    stale: tuple[str, ...] = ()
    contested: tuple[tuple[str, str], ...] = ()
    """(folder, file) of files that were refused a DAG id which is free now, as after a rename:
    they want to be parsed again."""


VariableRow = StoredVariable
"""A variable, decrypted."""


class RunQuery(Value, frozen=True, kw_only=True):
    """Which runs: those that match everything that is given."""

    uids: tuple[RunUid, ...] | None = None
    dag_id: str | None = None
    run_ids: tuple[str, ...] | None = None
    logical_dates: tuple[datetime, ...] | None = None
    states: tuple[RunState, ...] | None = None
    types: tuple[RunType, ...] | None = None
    backfill_id: int | None = None
    since: datetime | None = None
    """Logical date at or after this."""
    until: datetime | None = None
    """Logical date at or before this."""
    limit: int | None = None
    latest_first: bool = False


class EngineStore(Protocol):
    """The part of the store that decisions are made from and carried out on.

    Every method is one transaction. ``apply`` is called by ``engine.apply`` alone.
    """

    def apply(self, commands: Sequence[Command], *, now: datetime) -> list[bool]:
        """Carries out the batch in one durable transaction; says of each whether it took.

        Once a command about a row (an instance, a run, a DAG) did not take, no later one about
        that row does: it was decided from the same view, which is out of date.
        """
        ...

    def dags(self, dag_ids: Iterable[str] | None = None) -> list[DagRow]:
        """Rows of all DAGs, or of these."""
        ...

    def spec(self, spec_id: int) -> DagSpec:
        """The spec of one ``dag_version`` row; KeyError when there is none."""
        ...

    def runs(self, query: RunQuery) -> list[Run]:
        """Runs that match, by (logical date or run_after), then uid."""
        ...

    def previous_run(self, run: Run, *, scheduled_only: bool) -> Run | None:
        """The run of the same DAG with the latest logical date before ``run``'s."""
        ...

    def instances(self, run: RunUid) -> list[Instance]:
        """All instances of one run."""
        ...

    def instance_states(self, run: RunUid) -> dict[TaskRef, TaskState]:
        """Only their states."""
        ...

    def task_held(self, dag_id: str) -> Mapping[str, int]:
        """task_id -> number of instances over all runs that hold a slot."""
        ...

    def open_attempts(self) -> list[Attempt]:
        """Attempts that have not ended."""
        ...

    def attempts(self, run: RunUid, ref: TaskRef) -> list[Attempt]:
        """All attempts of one instance, oldest first."""
        ...

    def run_attempts(self, run: RunUid) -> list[Attempt]:
        """All attempts of a run, oldest first."""
        ...

    def pauses(self, dag_id: str) -> list[tuple[datetime, bool]]:
        """When the DAG was paused (True) and unpaused, oldest first, as the audit log says."""
        ...

    def renew_leases(self, attempts: Sequence[AttemptId], *, until: datetime) -> None:
        """Moves the ends of these leases."""
        ...

    def pools(self) -> list[Pool]:
        """All pools."""
        ...

    def backfills(self, *, active_only: bool = True) -> list[Backfill]:
        """Backfills, oldest first."""
        ...

    def callbacks(self) -> list[CallbackWorkload]:
        """The outbox: callbacks that nobody has reported done, oldest first."""
        ...

    def callback_done(self, callback: str, *, at: datetime, error: str | None) -> None:
        """Takes one callback out of the outbox and keeps its outcome."""
        ...

    def beat(self, beats: Sequence[Heartbeat]) -> None:
        """Records signs of life."""
        ...

    def heartbeats(self) -> list[Heartbeat]:
        """The latest sign of life of every component."""
        ...

    def next_backfill_id(self) -> int:
        """A number that no backfill has."""
        ...

    def delete_dag(self, dag_id: str) -> bool:
        """Deletes a DAG's rows, runs and versions; whether there was one."""
        ...


class CatalogStore(Protocol):
    """Where parsed files go."""

    def record_parsed(
        self, files: Sequence[ParsedFile], *, folder: str, now: datetime, paused: bool
    ) -> Catalogued:
        """Keeps specs (a new ``dag_version`` only when a spec changed) and import errors.

        A file with failures keeps its last good DAGs. ``paused`` is for DAGs that are new and
        do not say themselves.
        """
        ...

    def record_gone(self, files: Sequence[str], *, folder: str, now: datetime) -> Catalogued:
        """Makes the DAGs of these files stale and forgets the files' import errors."""
        ...

    def record_scanned(self, files: Sequence[str], *, folder: str, now: datetime) -> Catalogued:
        """Makes DAGs of files of ``folder`` that are not in ``files`` stale."""
        ...

    def import_failures(self) -> list[tuple[str, ImportFailure, datetime]]:
        """(folder, failure, since when)."""
        ...

    def planned(self, dag_id: str) -> list[Any]:
        """The :class:`PlannedRun` list of a custom timetable."""
        ...

    def code_in_use(self) -> CodeInUse:
        """Which code versions rows refer to. Goes through all runs: not for every tick."""
        ...

    def dag_versions(self, dag_id: str) -> list[tuple[int, CodeVersion, datetime]]:
        """(spec_id, code version, since when), oldest first."""
        ...


class DeskStore(Protocol):
    """What answers to running attempts come from."""

    def variable(self, key: str) -> str | None:
        """A variable's value, decrypted."""
        ...

    def put_variable(self, row: VariableRow) -> None:
        """Creates or replaces."""
        ...

    def delete_variable(self, key: str) -> bool:
        """Whether there was one."""
        ...

    def variables(self) -> list[VariableRow]:
        """All of them, by key."""
        ...

    def connection(self, conn_id: str) -> ConnectionValue | None:
        """A connection, decrypted."""
        ...

    def put_connection(self, value: ConnectionValue) -> None:
        """Creates or replaces."""
        ...

    def delete_connection(self, conn_id: str) -> bool:
        """Whether there was one."""
        ...

    def connections(self) -> list[ConnectionValue]:
        """All of them, by id."""
        ...

    def put_pool(self, pool: Pool) -> None:
        """Creates or replaces."""
        ...

    def delete_pool(self, name: str) -> bool:
        """Whether there was one; ``default_pool`` can't be deleted (ValueError)."""
        ...

    def xcoms(self, query: GetXCom) -> list[XComRow]:
        """See :class:`GetXCom`."""
        ...

    def put_xcom(self, attempt: AttemptId, xcom: XComValue, *, at: datetime) -> bool:
        """False when the attempt is not the current one."""
        ...

    def put_rendered(
        self, attempt: AttemptId, fields: Mapping[str, Any], label: str | None
    ) -> bool:
        """False when the attempt is not the current one."""
        ...

    def rendered(self, run: RunUid, ref: TaskRef) -> dict[str, Any] | None:
        """The latest rendered template fields of an instance."""
        ...

    def task_states(self, query: GetTaskStates) -> dict[str, dict[str, str]]:
        """See :class:`GetTaskStates`."""
        ...

    def run_rows(self, runs: Sequence[Run]) -> list[RunRow]:
        """Runs as user code sees them."""
        ...


class KeptAnswer(Value, frozen=True, kw_only=True):
    """What became of the request that had an idempotency key."""

    fingerprint: str
    since: datetime
    status: int | None = None
    """None while it has no answer."""
    body: bytes = b""


class IdempotencyStore(Protocol):
    """Remembers requests by (user, key). See :mod:`narae.engine.idempotency`."""

    def claim_key(
        self, key: str, *, who: str, fingerprint: str, now: datetime, lasts: timedelta
    ) -> KeptAnswer | None:
        """None when the key was free, or older than ``lasts``: it is this request's now."""
        ...

    def keep_answer(self, key: str, *, who: str, status: int, body: bytes) -> None:
        """Only of a request that has none."""
        ...

    def give_key_back(self, key: str, *, who: str) -> None:
        """Only of a request that has no answer."""
        ...


class UserStore(Protocol):
    """What is shown to people, and what belongs to single users."""

    def public_variable(self, key: str) -> dict[str, Any] | None:
        """``key`` and ``description``; None when there is no such variable. Decrypts nothing."""
        ...

    def variable_keys(self) -> list[str]:
        """Of all variables, sorted. Decrypts nothing."""
        ...

    def connection_ids(self) -> list[str]:
        """Of all connections, sorted. Decrypts nothing."""
        ...

    def public_connection(self, conn_id: str) -> dict[str, Any] | None:
        """All but ``password`` and ``extra``; None when there is no such connection."""
        ...

    def favorites(self, user: str) -> frozenset[str]:
        """The ids of the DAGs that a user likes."""
        ...


class SecretsBackend(Protocol):
    """A place outside of the store that has variables and connections.

    None: it does not have it, so the next one is asked. When it can't tell, it raises
    :class:`narae.errors.SecretsBackendError`, and whoever asked is told so. Called in threads.
    """

    @property
    def name(self) -> str:
        """What people call it, with its address: for errors."""
        ...

    def variable(self, key: str) -> str | None:
        """A variable's value."""
        ...

    def connection(self, conn_id: str) -> ConnectionValue | None:
        """A connection."""
        ...

    def config(self, key: str) -> str | None:
        """The value of a configuration option that is kept there under this name."""
        ...


class Store(EngineStore, CatalogStore, DeskStore, UserStore, IdempotencyStore, Protocol):
    """All of it. One conformance suite runs against every implementation."""

    def close(self) -> None:
        """Gives connections back."""
        ...


class Joined(Value, frozen=True, kw_only=True):
    """What an executor has when it (re)appears; see :class:`SupervisorHello`."""

    holder: str
    host: str
    attempts: tuple[AttemptId, ...]
    callbacks: tuple[str, ...] = ()


class Executor(Protocol):
    """Runs workloads. Reports come to the engine through the inbox that it was built with."""

    name: str

    @property
    def slots(self) -> int:
        """How many attempts it can run at once; 0 while nobody is there."""
        ...

    @property
    def queues(self) -> frozenset[str] | None:
        """The queues that somebody alive serves; None for any."""
        ...

    def submit(self, workloads: Sequence[AnyWorkload]) -> None:
        """Sends workloads out. Called only after their attempts are committed."""
        ...

    def kill(self, attempt: AttemptId, cause: Cause) -> None:
        """Asks for an attempt's end. A report follows, if anybody has it."""
        ...
