"""``/api/v2/ui/activity``: what the whole deployment did in a stretch of time, and does now."""

from datetime import datetime

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Moment
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.v2.ui.home import PoolUse
from narae.api.view import View
from narae.core.states import RunState, RunType, TaskState
from narae.engine.errors import NotBuilt

routes = Routes(V2, tag="UI")


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
    del query
    raise NotBuilt("activity", call.around.version)
