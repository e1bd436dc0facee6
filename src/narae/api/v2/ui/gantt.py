"""``/api/v2/ui/gantt/{dag_id}/{dag_run_id}``: one run over time, and what every wait was for."""

from datetime import datetime
from typing import Annotated

import msgspec

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.operation import V2, Needs
from narae.api.routes import Routes
from narae.api.v2.ui import columns as c
from narae.api.view import View
from narae.core.states import RunState
from narae.engine.errors import NotBuilt

routes = Routes(V2, tag="UI")

ATTEMPTS_MAX = 5_000

InstanceBars = Annotated[
    msgspec.Raw,
    c.rows(
        *(c.TEXT, c.COUNT, c.TASK_STATE, c.COUNT, c.MOMENT_OR_NULL, c.MOMENT_OR_NULL),
        words="Task instances: task id, map index, state, try number, started, ended.",
    ),
]
AttemptBars = Annotated[
    msgspec.Raw,
    c.rows(
        *(c.TEXT, c.COUNT, c.COUNT, c.MOMENT_OR_NULL, c.MOMENT, c.MOMENT_OR_NULL),
        *(c.MOMENT_OR_NULL, c.TEXT_OR_NULL, c.rows_of(c.TEXT, c.MOMENT, c.MOMENT)),
        words="Attempts: task id, map index, try number, scheduled, queued, started, ended, how "
        "it ended (null: it has not), what it waited for (reason, since, until). Moments are "
        "milliseconds since 1970 UTC.",
    ),
]
CriticalStretches = Annotated[
    msgspec.Raw,
    c.rows(
        *(c.TEXT_OR_NULL, c.COUNT, c.COUNT, c.TEXT, c.TEXT_OR_NULL, c.MOMENT, c.MOMENT),
        words="The critical path, oldest first and without gaps: task id (null: the run itself), "
        "map index, try number (0: none), phase (waiting, startup, running, retry_delay), "
        "reason, since, until.",
    ),
]
HeldBack = Annotated[
    msgspec.Raw,
    c.rows(
        *(c.TEXT, c.COUNT, c.TEXT),
        words="Instances that wait now: task id, map index, what is in the way first.",
    ),
]


class WaitGantt(View, frozen=True, kw_only=True):
    """One run over time."""

    dag_id: str
    dag_run_id: str
    state: RunState
    queued_at: datetime
    start_date: datetime | None
    end_date: datetime | None
    at: datetime
    """Now: where bars of what goes on end."""
    instances: InstanceBars
    attempts: AttemptBars
    critical_path: CriticalStretches
    held: HeldBack
    complete: bool
    """False of a run with over 5,000 attempts: it has no waits, path and holds here."""


@routes.get("/ui/gantt/{dag_id}/{dag_run_id}", needs=Needs(Resource.TASK_INSTANCE, Action.READ))
def get_ui_gantt(call: Call, dag_id: str, dag_run_id: str) -> WaitGantt:
    """When the tasks of a run waited, for what, and ran; and its critical path."""
    del dag_id, dag_run_id
    raise NotBuilt("gantt", call.around.version)
