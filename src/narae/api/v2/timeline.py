"""``.../timeline``: where a run's time went."""

from datetime import datetime

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.operation import V2, Needs
from narae.api.routes import Routes
from narae.api.v2.run_views import SECOND
from narae.api.view import View
from narae.core.timeline import Timeline
from narae.engine.actions import why_late

routes = Routes(V2, tag="DagRun")


class StretchView(View, frozen=True, kw_only=True):
    """A part of a run's critical path."""

    phase: str
    reason: str | None
    task_id: str | None
    map_index: int
    try_number: int | None
    since: datetime
    until: datetime
    seconds: float


class TotalView(View, frozen=True, kw_only=True):
    """How long a phase lasted for one reason, in all."""

    phase: str
    reason: str | None
    seconds: float


class TimelineView(View, frozen=True, kw_only=True):
    """Where a run's time went. The seconds of ``stretches`` add up to ``seconds``."""

    since: datetime
    until: datetime
    seconds: float
    ended: bool
    totals: tuple[TotalView, ...]
    stretches: tuple[StretchView, ...]


def timeline_view(found: Timeline) -> TimelineView:
    """A run's critical path with its sums."""
    return TimelineView(
        since=found.since,
        until=found.until,
        seconds=(found.until - found.since) / SECOND,
        ended=found.ended,
        totals=tuple(
            TotalView(phase=phase.value, reason=reason, seconds=lasted / SECOND)
            for (phase, reason), lasted in found.totals().items()
        ),
        stretches=tuple(
            StretchView(
                phase=each.phase.value,
                reason=each.code.value if each.code else None,
                task_id=each.task_id,
                map_index=each.map_index,
                try_number=each.try_number,
                since=each.since,
                until=each.until,
                seconds=each.lasted / SECOND,
            )
            for each in found.stretches
        ),
    )


@routes.get(
    "/dags/{dag_id}/dagRuns/{dag_run_id}/timeline", needs=Needs(Resource.DAG_RUN, Action.READ)
)
def get_timeline(call: Call, dag_id: str, dag_run_id: str) -> TimelineView:
    """Where its time went: the critical path, every second with its reason."""
    return timeline_view(why_late(call.act(), dag_id, dag_run_id))
