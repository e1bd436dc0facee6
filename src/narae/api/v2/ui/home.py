"""``/api/v2/ui/home``: how things stand, on one page."""

from datetime import datetime

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.operation import V2, Needs
from narae.api.routes import Routes
from narae.api.view import View
from narae.core.states import RunState, TaskState
from narae.engine.errors import NotBuilt

routes = Routes(V2, tag="UI")

READ = Needs(Resource.DAG, Action.READ)


class SignOfLife(View, frozen=True, kw_only=True):
    """A component with its latest sign of life."""

    component: str
    """``scheduler``, ``loader`` or ``supervisor``."""
    is_healthy: bool
    heartbeat_at: datetime | None


class RunNumbers(View, frozen=True, kw_only=True):
    """Runs, counted."""

    queued: int
    running: int
    success: int
    """That ended in the last 24 hours; this and the next up to 10,000."""
    failed: int


class DagNumbers(View, frozen=True, kw_only=True):
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
    database_is_healthy: bool = True
    components: list[SignOfLife]
    runs: RunNumbers
    tasks: dict[TaskState, int]
    """Task instances that are not over, by state; each up to 10,000."""
    dags: DagNumbers
    failures: list[RecentFailure]
    """Of the last 24 hours: 50 at most, the latest first."""
    failures_total: int
    """Among the latest runs, up to 2,000."""
    coming: list[ComingRun]
    """The next ten, the nearest first."""
    pools: list[PoolUse]
    import_errors: list[BrokenFile]
    """Ten at most, the oldest first."""
    import_errors_total: int
    run_states: tuple[RunState, ...] = tuple(RunState)
    """All that there are, in order."""


@routes.get("/ui/home", needs=READ)
def get_ui_home(call: Call) -> HomeView:
    """How things stand: health, counts, failures, what comes next, pools, broken files."""
    raise NotBuilt("home", call.around.version)
