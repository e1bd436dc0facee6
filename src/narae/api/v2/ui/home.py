"""``/api/v2/ui/home``: how things stand, on one page."""

from datetime import datetime, timedelta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.health_view import ALIVE
from narae.api.operation import V2, Needs
from narae.api.routes import Routes
from narae.api.v2.import_errors import ErrorQuery, get_import_errors
from narae.api.view import View
from narae.core.states import RunState, TaskState
from narae.storage.queries import LIMIT_MAX, Coming, Failure, PoolFilter, Slice

routes = Routes(V2, tag="UI")

READ = Needs(Resource.DAG, Action.READ)
FAILURES_SHOWN = 50
COMING_SHOWN = 10
BROKEN_SHOWN = 10
_LATELY = timedelta(hours=24)
_COMPONENTS = ("scheduler", "loader", "supervisor")
"""Without these a deployment does nothing."""


class SignOfLife(View, frozen=True, kw_only=True):
    """A component with its latest sign of life."""

    component: str
    """``scheduler``, ``loader``, ``supervisor``, and others that have given signs of life."""
    is_healthy: bool
    heartbeat_at: datetime | None


class RunNumbers(View, frozen=True, kw_only=True):
    """Runs, counted."""

    queued: int
    running: int
    success: int
    """That ended in the last 24 hours; this and the next up to 10,000."""
    failed: int


class DagCounts(View, frozen=True, kw_only=True):
    """DAGs, counted."""

    total: int
    active: int
    """Not paused."""
    paused: int
    broken: int
    """Whose file has an import error."""
    running: int
    """With a run that is running."""


class RecentFailure(View, frozen=True, kw_only=True):
    """A task instance that failed."""

    dag_id: str
    dag_display_name: str
    dag_run_id: str
    task_id: str
    map_index: int
    try_number: int
    failed_at: datetime
    cause: str | None
    """One of ``core.run.CauseKind``, of its last attempt; None if it had none."""
    words: str | None
    """The same in one line."""


class ComingRun(View, frozen=True, kw_only=True):
    """A run that a schedule will ask for."""

    dag_id: str
    dag_display_name: str
    run_after: datetime
    timezone: str
    """Of the DAG."""
    schedule: str


class PoolUse(View, frozen=True, kw_only=True):
    """A pool and its slots."""

    name: str
    slots: int
    """-1: without limit."""
    running: int
    queued: int
    scheduled: int
    deferred: int
    open: int
    """-1: without limit."""


class BrokenFile(View, frozen=True, kw_only=True):
    """A file that gives no DAGs, or not all of them."""

    import_error_id: int
    file: str
    line: int | None
    message: str
    since: datetime


class HomeView(View, frozen=True, kw_only=True):
    """How things stand. What the caller may not see is left out, and not counted."""

    at: datetime
    components: list[SignOfLife]
    runs: RunNumbers
    tasks: dict[TaskState, int]
    """Task instances that are not over, by state; each up to 10,000."""
    dags: DagCounts
    failures: list[RecentFailure]
    """Of the last 24 hours: 50 at most, the latest first."""
    failures_total: int
    """Of the latest 500 that failed, whenever that was."""
    coming: list[ComingRun]
    """The next ten, the nearest first."""
    pools: list[PoolUse]
    import_errors: list[BrokenFile]
    """Ten at most, the oldest first."""
    import_errors_total: int


@routes.get("/ui/home", needs=READ)
def get_ui_home(call: Call) -> HomeView:
    """How things stand: health, counts, failures, what comes next, pools, broken files."""
    of_dags, of_runs = call.readable_dags(), call.readable_dags(Resource.DAG_RUN)
    of_tasks = call.readable_dags(Resource.TASK_INSTANCE)
    queries, since = call.queries, call.now - _LATELY
    active = queries.active_runs(visible=of_runs)
    ended = queries.ended_runs(since=since, visible=of_runs)
    failures = queries.failures(since=since, limit=FAILURES_SHOWN, visible=of_tasks)
    dags = queries.dag_numbers(visible=of_dags)
    broken = _broken_files(call)
    return HomeView(
        at=call.now,
        components=_components(call),
        runs=RunNumbers(
            queued=active.get(RunState.QUEUED, 0),
            running=active.get(RunState.RUNNING, 0),
            success=ended.get(RunState.SUCCESS, 0),
            failed=ended.get(RunState.FAILED, 0),
        ),
        tasks=queries.open_tasks(visible=of_tasks),
        dags=DagCounts(
            total=dags.total,
            active=dags.total - dags.paused,
            paused=dags.paused,
            broken=dags.broken,
            running=dags.running,
        ),
        failures=[_failure(row) for row in failures.rows],
        failures_total=failures.total,
        coming=[_coming(row) for row in queries.coming(limit=COMING_SHOWN, visible=of_dags)],
        pools=pool_uses(call),
        import_errors=broken[0],
        import_errors_total=broken[1],
    )


def pool_uses(call: Call) -> list[PoolUse]:
    """All pools, by name; none for those who may not see them."""
    if not call.may(Action.READ, Resource.POOL):
        return []
    return [
        PoolUse(
            name=row.pool.name,
            slots=row.pool.slots,
            running=row.running,
            queued=row.queued,
            scheduled=row.scheduled,
            deferred=row.deferred,
            open=row.open,
        )
        for row in call.queries.pools(PoolFilter(), Slice(limit=LIMIT_MAX)).rows
    ]


def _components(call: Call) -> list[SignOfLife]:
    newest: dict[str, datetime] = {}
    for beat in call.store.heartbeats():
        newest[beat.component] = max(beat.at, newest.get(beat.component, beat.at))
    return [
        SignOfLife(
            component=name,
            is_healthy=name in newest and call.now - newest[name] <= ALIVE,
            heartbeat_at=newest.get(name),
        )
        for name in dict.fromkeys((*_COMPONENTS, *sorted(newest)))
    ]


def _broken_files(call: Call) -> tuple[list[BrokenFile], int]:
    if not call.may(Action.READ, Resource.IMPORT_ERROR):
        return [], 0
    page = get_import_errors(call, ErrorQuery(limit=BROKEN_SHOWN))
    files = [
        BrokenFile(
            import_error_id=each.import_error_id,
            file=each.filename,
            line=each.line,
            message=each.message,
            since=each.timestamp,
        )
        for each in page.import_errors
    ]
    return files, page.total_entries


def _failure(row: Failure) -> RecentFailure:
    return RecentFailure(
        dag_id=row.dag_id,
        dag_display_name=row.dag_display_name,
        dag_run_id=row.run_id,
        task_id=row.task_id,
        map_index=row.map_index,
        try_number=row.try_number,
        failed_at=row.ended_at,
        cause=row.cause.kind.value if row.cause else None,
        words=row.cause.words if row.cause else None,
    )


def _coming(row: Coming) -> ComingRun:
    return ComingRun(
        dag_id=row.dag_id,
        dag_display_name=row.dag_display_name,
        run_after=row.run_after,
        timezone=row.timezone,
        schedule=row.schedule_text,
    )
