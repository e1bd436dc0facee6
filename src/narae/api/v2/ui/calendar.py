"""``/api/v2/ui/calendar/{dag_id}``: runs that were and runs that will be, by day or hour."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Moment, Text
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.view import View
from narae.core.states import RunState
from narae.engine.errors import NotBuilt

routes = Routes(V2, tag="UI")


class PlanQuery(Query, frozen=True, kw_only=True):
    """Which stretch of time."""

    start_date: Moment | None = None
    """A year before the end if it is left out; 31 days when hours are asked for."""
    end_date: Moment | None = None
    """Exclusive. The end of the current year in ``timezone`` if it is left out; of the current
    month when hours are asked for."""
    granularity: Literal["day", "hour"] = "day"
    timezone: Annotated[Text, Meta(description="In which days begin; the DAG's own if empty.")] = ""


class PlanCell(View, frozen=True, kw_only=True):
    """The runs of one day or hour, by their logical date, or run_after where there is none."""

    start: datetime
    """When it begins. Two hours of a day on which clocks go back have the same ``hour``."""
    date: date
    """In the zone."""
    hour: int | None
    """None of a day."""
    counts: dict[RunState, int]
    planned: int
    """Runs to come, by the schedule as it stands now."""


class OffsetChange(View, frozen=True, kw_only=True):
    """The zone's clocks are changed."""

    at: datetime
    date: date
    """In the zone."""
    before_minutes: int
    """Offset from UTC."""
    after_minutes: int
    minutes: int
    """How far clocks go forward; negative: back."""


class PlanView(View, frozen=True, kw_only=True):
    """Runs by day or hour; those without runs are left out."""

    dag_id: str
    timezone: str
    granularity: Literal["day", "hour"]
    start: datetime
    end: datetime
    cells: list[PlanCell]
    changes: list[OffsetChange]
    is_paused: bool
    """Whether none of the planned runs comes before somebody unpauses the DAG."""
    planned_until: datetime | None
    """Up to when runs are planned, if that is short of ``end``: there are too many."""


@routes.get("/ui/calendar/{dag_id}", needs=Needs(Resource.DAG_RUN, Action.READ))
def get_ui_calendar(call: Call, dag_id: str, query: PlanQuery) -> PlanView:
    """Runs of a DAG that were and will be, by day or hour, and when clocks are changed."""
    del query, dag_id
    raise NotBuilt("calendar", call.around.version)
