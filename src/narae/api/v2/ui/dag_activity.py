"""``/api/v2/ui/dagActivity``: what the DAGs of a list have been doing lately."""

from collections import Counter
from typing import Annotated

import msgspec
from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Name
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.v2.ui import columns as c
from narae.api.view import View
from narae.core.states import TaskState

routes = Routes(V2, tag="UI")

DAGS_MAX = 100
RUNS_SHOWN = 14

LatestRuns = Annotated[
    msgspec.Raw,
    c.rows(
        *(c.TEXT, c.RUN_STATE, c.RUN_TYPE, c.MOMENT, c.MOMENT_OR_NULL, c.MOMENT_OR_NULL),
        words="The latest 14 runs, the latest first: run id, state, type, run after, started, "
        "ended. Moments are milliseconds since 1970 UTC.",
    ),
]


class DagActivityQuery(Query, frozen=True, kw_only=True):
    """Of which DAGs."""

    dag_ids: Annotated[tuple[Name, ...], Meta(max_length=DAGS_MAX)] = ()


class DagActivity(View, frozen=True, kw_only=True):
    """What one DAG has been doing."""

    dag_id: str
    runs: LatestRuns
    tasks: dict[TaskState, int]
    """Task instances by state: of those of these runs that are not over, else of the latest."""


class DagActivityView(View, frozen=True, kw_only=True):
    """What DAGs have been doing, but for those without runs, or out of the caller's sight."""

    dags: list[DagActivity]
    """In the order that was asked for."""


@routes.get("/ui/dagActivity", needs=Needs(Resource.DAG_RUN, Action.READ))
def get_ui_dag_activity(call: Call, query: DagActivityQuery) -> DagActivityView:
    """The latest runs of DAGs, and in which states their tasks are."""
    visible = call.readable_dags(Resource.DAG_RUN)
    seen = [each for each in query.dag_ids if visible is None or each in visible]
    latest = call.queries.latest_runs(seen, runs=RUNS_SHOWN)
    telling = [run for found in latest.values() for run in found.telling]
    counts = call.queries.state_counts(telling)
    tasks_of = call.readable_dags(Resource.TASK_INSTANCE)
    views = []
    for dag_id, found in ((each, latest[each]) for each in dict.fromkeys(seen) if each in latest):
        tasks: Counter[TaskState] = Counter()
        if tasks_of is None or dag_id in tasks_of:
            for run in found.telling:
                tasks.update(counts[run])
        views.append(DagActivity(dag_id=dag_id, runs=found.rows, tasks=dict(tasks)))
    return DagActivityView(dags=views)
