"""The messages between Narae's own processes, sent as frames (``core.codec``) over sockets."""

from datetime import datetime
from typing import Any

from narae.core.codec import pack
from narae.core.ids import AttemptId
from narae.core.reports import CallbackDone, Ended, Report
from narae.core.requests import GetConnection, GetVariable, Refused, Request
from narae.core.run import Cause
from narae.core.spec import ParsedFile, Value
from narae.core.timetables.spec import DataInterval
from narae.core.workload import AnyWorkload

# -- supervisor -> engine -------------------------------------------------------------------


class LiveAttempt(Value, frozen=True, kw_only=True):
    """An attempt whose process runs now."""

    attempt: AttemptId
    pid: int
    started_at: datetime


class SupervisorHello(Value, tag="supervisor_hello", frozen=True, kw_only=True):
    """The first message on a connection, also after a reconnect.

    What ``live``, ``waiting`` and the reports that follow do not mention, this supervisor
    does not have.
    """

    holder: str
    """UUID made when this supervisor process started: a restarted one has another."""
    host: str
    pid: int
    slots: int
    queues: tuple[str, ...] = ("default",)
    live: tuple[LiveAttempt, ...] = ()
    waiting: tuple[str, ...] = ()
    """Ids of attempts and callbacks accepted but not yet started."""
    unacknowledged: tuple[Report | CallbackDone, ...] = ()
    """Reports that no engine has acknowledged; they are also sent again."""


class Reports(Value, tag="reports", frozen=True, kw_only=True):
    """Reports in the order they came about. Kept by the sender until acknowledged."""

    seq: int
    reports: tuple[Report | CallbackDone, ...]


class Ask(Value, tag="ask", frozen=True, kw_only=True):
    """An attempt asks for something."""

    id: int
    attempt: AttemptId
    request: Request
    token: str = ""
    """Of the attempt's workload: who has it may speak for the attempt."""


class FileAsk(Value, tag="file_ask", frozen=True, kw_only=True):
    """A DAG file asks while it is imported: of a loader's parse, or of a fork server.

    Nobody's attempt, so it may only read. Numbered together with the sender's :class:`Ask`.
    """

    id: int
    file: str
    """For logs only."""
    request: GetVariable | GetConnection
    dag_id: str | None = None
    """Of a callback: whose it is. An import may be of any DAG."""


class Beat(Value, tag="beat", frozen=True, kw_only=True):
    """A sign of life, every few seconds: it renews the leases of all live attempts."""

    at: datetime
    live: tuple[AttemptId, ...] = ()
    facts: dict[str, Any] = {}
    """What it counts, for its heartbeat."""


FromSupervisor = SupervisorHello | Reports | Ask | FileAsk | Beat

# -- engine -> supervisor -------------------------------------------------------------------


class Submit(Value, tag="submit", frozen=True, kw_only=True):
    """Run these. One that is already known is not started again."""

    workloads: tuple[AnyWorkload, ...]


class Kill(Value, tag="kill", frozen=True, kw_only=True):
    """End this attempt: SIGTERM, grace, SIGKILL to its process group. Unknown ones are ignored."""

    attempt: AttemptId
    cause: Cause


class Acknowledge(Value, tag="acknowledge", frozen=True, kw_only=True):
    """All reports up to ``seq`` are committed."""

    seq: int


class Answer(Value, tag="answer", frozen=True, kw_only=True):
    """Msgpack of the answer that the request's class documents, or why there is none."""

    id: int
    value: bytes = b""
    refused: Refused | None = None


class StoredChanged(Value, tag="stored_changed", frozen=True, kw_only=True):
    """Variables or connections are new, changed or gone: files that read them are out of date."""

    variables: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    everything: bool = False
    """Nobody knows which."""


ToSupervisor = Submit | Kill | Acknowledge | Answer | StoredChanged

# -- task process <-> supervisor ------------------------------------------------------------


class ChildAsk(Value, tag="child_ask", frozen=True, kw_only=True):
    """A request of the task's own process."""

    id: int
    request: Request
    token: str = ""
    """Of its workload."""


class ChildSecrets(Value, tag="child_secrets", frozen=True, kw_only=True):
    """What must not be read in its output. Sent before the process can write it."""

    values: tuple[str, ...]


class ChildStarted(Value, tag="child_started", frozen=True, kw_only=True):
    """Sent right before user code runs."""

    at: datetime


class ChildEnded(Value, tag="child_ended", frozen=True, kw_only=True):
    """The last message of a task's process: how it went, without figures."""

    report: Ended | CallbackDone


FromChild = ChildAsk | ChildSecrets | ChildStarted | ChildEnded
FromImport = ChildAsk | ChildSecrets


class ChildAnswer(Value, tag="child_answer", frozen=True, kw_only=True):
    """Answer to a :class:`ChildAsk`."""

    id: int
    value: bytes = b""
    refused: Refused | None = None


def answered(number: int, value: object) -> ChildAnswer:
    """The answer to ask ``number``: a value, or a :class:`Refused`."""
    if isinstance(value, Refused):
        return ChildAnswer(id=number, refused=value)
    return ChildAnswer(id=number, value=pack(value))


# -- loader <-> engine ----------------------------------------------------------------------


class LoaderHello(Value, tag="loader_hello", frozen=True, kw_only=True):
    """The first message of a loader."""

    host: str
    pid: int
    folders: tuple[str, ...]


class Parsed(Value, tag="parsed", frozen=True, kw_only=True):
    """Files that were parsed, for the first time or again."""

    seq: int
    folder: str
    files: tuple[ParsedFile, ...]


class Gone(Value, tag="gone", frozen=True, kw_only=True):
    """Files that are no longer there."""

    seq: int
    folder: str
    files: tuple[str, ...]


class Scanned(Value, tag="scanned", frozen=True, kw_only=True):
    """The folder has been gone through once: DAGs of files not in ``files`` are stale."""

    seq: int
    folder: str
    files: tuple[str, ...]


class LoaderBeat(Value, tag="loader_beat", frozen=True, kw_only=True):
    """A sign of life."""

    at: datetime
    facts: dict[str, Any] = {}
    """What it counts, for its heartbeat."""


FromLoader = LoaderHello | Parsed | Gone | Scanned | FileAsk | LoaderBeat


class Reparse(Value, tag="reparse", frozen=True, kw_only=True):
    """Parse this file now, though nothing about it changed."""

    file: str


class PlanMore(Value, tag="plan_more", frozen=True, kw_only=True):
    """The runs that a custom timetable planned run out: parse again, planning on from here."""

    dag_id: str
    file: str
    after: DataInterval | None


class CodeInUse(Value, tag="code_in_use", frozen=True, kw_only=True):
    """Code versions that have to stay; what else the loader has kept may go."""

    trees: tuple[str, ...]
    """Of DAGs as they are now and of runs that have not ended: they stand ready to be run."""
    contents: tuple[str, ...]
    """Of all runs and versions on record: shown, compared, and made ready again when needed."""


ToLoader = Acknowledge | Reparse | PlanMore | Answer | StoredChanged | CodeInUse

# -- anybody -> engine (datagrams, or PostgreSQL's NOTIFY) ----------------------------------


class Wake(Value, tag="wake", frozen=True, kw_only=True):
    """Something was committed that the engine has not seen."""

    runs: tuple[str, ...] = ()
    """Run uids that changed or are new."""
    dags: tuple[str, ...] = ()
    """DAG ids whose row changed."""
    backfills: tuple[int, ...] = ()
    pools: bool = False
    variables: tuple[str, ...] = ()
    """Keys of variables that are new, changed or gone."""
    connections: tuple[str, ...] = ()
    """The same for connections, by id."""
    files: tuple[str, ...] = ()
    """DAG files, relative to their folder, that are to be parsed again."""
    everything: bool = False
