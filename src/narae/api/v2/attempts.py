"""``.../attempts``: every attempt, how it ended, what it used and what it waited for."""

from collections.abc import Sequence
from datetime import datetime

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import MapIndex
from narae.api.operation import V2, Needs
from narae.api.routes import Routes
from narae.api.v2.run_views import SECOND
from narae.api.v2.task_instances import find_instance
from narae.api.view import View
from narae.core.ids import TaskRef
from narae.core.run import Attempt, Wait
from narae.engine.actions import attempts_of

routes = Routes(V2, tag="Attempt")

READ = Needs(Resource.TASK_INSTANCE, Action.READ)


class WaitView(View, frozen=True, kw_only=True):
    """A stretch of waiting."""

    code: str
    since: datetime
    until: datetime
    seconds: float


class AttemptView(View, frozen=True, kw_only=True):
    """One attempt, how it ended and what it waited for."""

    id: str
    try_number: int
    fence: int
    executor: str
    supervisor: str | None
    hostname: str | None
    pid: int | None
    scheduled_when: datetime | None
    queued_when: datetime
    start_date: datetime | None
    end_date: datetime | None
    lease_until: datetime | None
    cause: str | None
    """One of ``core.run.CauseKind``; None while it is open."""
    words: str | None
    traceback: str | None
    exit_code: int | None
    signal: int | None
    ended_by: str | None
    asked_to_end: str | None
    """Why its end was asked for, if it was."""
    wall_seconds: float | None
    cpu_seconds: float | None
    memory_peak_bytes: int | None
    waits: tuple[WaitView, ...]


class AttemptPage(View, frozen=True, kw_only=True):
    """The attempts of one instance, oldest first."""

    attempts: list[AttemptView]
    total_entries: int


def attempt_view(row: Attempt, waits: Sequence[Wait]) -> AttemptView:
    """One attempt with its cause spread out."""
    cause, used = row.cause, row.figures
    return AttemptView(
        id=row.id,
        try_number=row.try_number,
        fence=row.fence,
        executor=row.executor,
        supervisor=row.holder,
        hostname=row.host,
        pid=row.pid,
        scheduled_when=row.scheduled_at,
        queued_when=row.queued_at,
        start_date=row.started_at,
        end_date=row.ended_at,
        lease_until=row.lease_until,
        cause=cause.kind.value if cause else None,
        words=cause.words if cause else None,
        traceback=(cause.traceback or None) if cause else None,
        exit_code=cause.exit_code if cause else None,
        signal=cause.signal if cause else None,
        ended_by=cause.by if cause else None,
        asked_to_end=row.kill_reason.kind.value if row.kill_reason else None,
        wall_seconds=used.wall_seconds if used else None,
        cpu_seconds=used.cpu_seconds if used else None,
        memory_peak_bytes=used.memory_peak_bytes if used else None,
        waits=tuple(
            WaitView(code=w.code.value, since=w.since, until=w.until, seconds=_seconds(w))
            for w in waits
        ),
    )


@routes.get("/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/attempts", needs=READ)
def get_attempts(call: Call, dag_id: str, dag_run_id: str, task_id: str) -> AttemptPage:
    """Every attempt, oldest first: how it ended, what it used, what it waited for."""
    return _page(call, dag_id, dag_run_id, TaskRef(task_id))


@routes.get(
    "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/{map_index}/attempts", needs=READ
)
def get_mapped_attempts(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, map_index: MapIndex
) -> AttemptPage:
    """The same for one instance of a mapped task."""
    return _page(call, dag_id, dag_run_id, TaskRef(task_id, map_index))


def _page(call: Call, dag_id: str, dag_run_id: str, ref: TaskRef) -> AttemptPage:
    run, _ = find_instance(call, dag_id, dag_run_id, ref)
    found = [attempt_view(row, waits) for row, waits in attempts_of(call.act(), run, ref)]
    return AttemptPage(attempts=found, total_entries=len(found))


def _seconds(wait: Wait) -> float:
    return (wait.until - wait.since) / SECOND
