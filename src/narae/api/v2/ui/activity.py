"""``/api/v2/ui/activity``: what the whole deployment did in a stretch of time, and does now."""

from datetime import UTC, datetime, timedelta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Moment
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.v2.ui.home import PoolUse, pool_uses
from narae.api.view import View
from narae.core.states import RunState, RunType, TaskState

routes = Routes(V2, tag="UI")

_DAY = timedelta(days=1)
_FIRST = datetime(1, 1, 1, tzinfo=UTC)


class StretchQuery(Query, frozen=True, kw_only=True):
    """Which stretch of time."""

    start_date: Moment | None = None
    """A day before the end if it is left out."""
    end_date: Moment | None = None
    """Now if it is left out."""


class ActivityView(View, frozen=True, kw_only=True):
    """What was done, and what is being done."""

    start: datetime
    end: datetime
    runs_by_state: dict[RunState, int]
    """Of runs with a logical date (or run_after, where there is none) in the stretch."""
    runs_by_type: dict[RunType, int]
    tasks: dict[TaskState, int]
    """Task instances of these runs."""
    complete: bool
    """False: there are more than are counted here, of which these are the latest."""
    unpaused_dags: int
    active_runs: dict[RunState, int]
    """Queued and running, now."""
    pools: list[PoolUse]
    """Empty for those who may not see them."""


@routes.get("/ui/activity", needs=Needs(Resource.CLUSTER_ACTIVITY, Action.READ))
def get_ui_activity(call: Call, query: StretchQuery) -> ActivityView:
    """Runs and task instances by state in a stretch of time, and what goes on now."""
    end = query.end_date or call.now
    start = query.start_date or max(end, _FIRST + _DAY) - _DAY
    visible = call.readable_dags(Resource.DAG_RUN)
    found = call.queries.counted(since=start, until=end, visible=visible)
    dags = call.queries.dag_numbers(visible=call.readable_dags())
    return ActivityView(
        start=start,
        end=end,
        runs_by_state=found.run_states,
        runs_by_type=found.run_types,
        tasks=found.tasks,
        complete=found.complete,
        unpaused_dags=dags.total - dags.paused,
        active_runs=call.queries.active_runs(visible=visible),
        pools=pool_uses(call),
    )
