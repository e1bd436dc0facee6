"""``/api/v2/ui/gantt/{dag_id}/{dag_run_id}``: one run over time, and what every wait was for."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.operation import V2, Needs
from narae.api.routes import Routes
from narae.api.v2.ui import columns as c
from narae.api.view import View
from narae.core.run import Attempt, Wait
from narae.core.states import RunState
from narae.core.timeline import Stretch
from narae.engine import actions

routes = Routes(V2, tag="UI")

ATTEMPTS_MAX = 5_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

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
    """False of a run with over 5,000 attempts: its attempts, path and holds are left out."""


@routes.get("/ui/gantt/{dag_id}/{dag_run_id}", needs=Needs(Resource.TASK_INSTANCE, Action.READ))
def get_ui_gantt(call: Call, dag_id: str, dag_run_id: str) -> WaitGantt:
    """When the tasks of a run waited, for what, and ran; and its critical path."""
    run = actions.find_run(call.store, dag_id, dag_run_id)
    count = call.queries.attempts_counted(run.uid, limit=ATTEMPTS_MAX + 1)
    complete = count <= ATTEMPTS_MAX
    found = actions.run_waits(call.act(), run) if complete else None
    return WaitGantt(
        dag_id=dag_id,
        dag_run_id=dag_run_id,
        state=run.state,
        queued_at=run.queued_at,
        start_date=run.started_at,
        end_date=run.ended_at,
        at=call.now,
        instances=call.queries.gantt(run.uid).instances,
        attempts=_raw([_attempt(*each) for each in found.attempts] if found else []),
        critical_path=_raw([_stretch(each) for each in found.timeline.stretches] if found else []),
        held=_raw([[*ref, code] for ref, code in found.holding.items()] if found else []),
        complete=complete,
    )


def _attempt(row: Attempt, waits: tuple[Wait, ...]) -> list[Any]:
    return [
        *row.key.ref,
        row.try_number,
        *(_millis(at) for at in (row.scheduled_at, row.queued_at, row.started_at, row.ended_at)),
        row.cause.kind if row.cause else None,
        [[each.code, _millis(each.since), _millis(each.until)] for each in waits],
    ]


def _stretch(each: Stretch) -> list[Any]:
    return [
        each.task_id,
        each.map_index,
        each.try_number or 0,
        each.phase,
        each.code,
        _millis(each.since),
        _millis(each.until),
    ]


def _millis(at: datetime | None) -> int | None:
    return None if at is None else (at - _EPOCH) // _MILLISECOND


def _raw(rows: list[list[Any]]) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(rows))
