"""``/api/v2/ui/durations/{dag_id}``: how long runs and their tasks took, for charts."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Moment, Name
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.v2.ui import columns as c
from narae.api.view import View
from narae.core.states import RunState, RunType
from narae.engine import actions
from narae.storage.queries import RunTimesRow

routes = Routes(V2, tag="UI")

RUNS_MAX = 365
TASKS_MAX = 100

TaskTimes = Annotated[
    msgspec.Raw,
    c.rows(
        *(c.TEXT, c.COUNT, c.COUNT, c.MOMENT_OR_NULL, c.MOMENT_OR_NULL, c.MOMENT_OR_NULL),
        *(c.MOMENT_OR_NULL, c.COUNT, c.COUNT),
        words="A row for each task: task id, instances, latest try, first queued, first started, "
        "last ended, milliseconds that its instances ran in all (null: none has ended), "
        "milliseconds of the longest (0: none), instances that failed. Moments are milliseconds "
        "since 1970 UTC.",
    ),
]


class DurationQuery(Query, frozen=True, kw_only=True):
    """Which runs, and which tasks."""

    limit: Annotated[int, Meta(ge=1, le=RUNS_MAX, description="How many runs.")] = 90
    task_id: Annotated[tuple[Name, ...], Meta(max_length=TASKS_MAX)] = ()
    """The first hundred of the DAG's latest version if none is named."""
    run_after_lte: Moment | None = None
    run_type: tuple[RunType, ...] = ()
    state: tuple[RunState, ...] = ()


class RunTimes(View, frozen=True, kw_only=True):
    """How long one run took."""

    dag_run_id: str
    state: RunState
    run_type: RunType
    run_after: datetime
    logical_date: datetime | None
    queued_at: datetime
    start_date: datetime | None
    end_date: datetime | None
    data_interval_end: datetime | None
    """Landing time is counted from here; where there is none, from ``run_after``."""
    tasks: TaskTimes


class DurationsView(View, frozen=True, kw_only=True):
    """A DAG's latest runs and the times of their tasks."""

    dag_id: str
    runs: list[RunTimes]
    """The latest first."""
    task_ids: list[str]
    """Whose times are there, in the order of the DAG's latest version."""
    task_total: int
    """How many tasks the latest version has."""


@routes.get("/ui/durations/{dag_id}", needs=Needs(Resource.TASK_INSTANCE, Action.READ))
def get_ui_durations(call: Call, dag_id: str, query: DurationQuery) -> DurationsView:
    """How long the latest runs of a DAG and their tasks took."""
    spec = call.spec(actions.find_dag(call.store, dag_id).spec_id)
    known = [task.task_id for task in spec.tasks]
    asked = dict.fromkeys(query.task_id)
    # Tasks that are no longer there had their times, too.
    wanted = [each for each in known if each in asked or not asked][:TASKS_MAX]
    wanted += [each for each in asked if each not in wanted]
    runs = call.queries.durations(
        dag_id,
        limit=query.limit,
        task_ids=wanted,
        until=query.run_after_lte,
        types=query.run_type,
        states=query.state,
    )
    return DurationsView(
        dag_id=dag_id,
        runs=[_run(row) for row in runs],
        task_ids=wanted,
        task_total=len(known),
    )


def _run(row: RunTimesRow) -> RunTimes:
    return RunTimes(
        dag_run_id=row.run_id,
        state=row.state,
        run_type=row.run_type,
        run_after=row.run_after,
        logical_date=row.logical_date,
        queued_at=row.queued_at,
        start_date=row.started_at,
        end_date=row.ended_at,
        data_interval_end=row.interval_end,
        tasks=row.tasks,
    )
