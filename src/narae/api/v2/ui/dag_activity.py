"""``/api/v2/ui/dagActivity``: what the DAGs of a list have been doing lately."""

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
from narae.engine.errors import NotBuilt

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
    """What DAGs have been doing. DAGs that the caller may not see are left out."""

    dags: list[DagActivity]
    """In the order that was asked for."""


@routes.get("/ui/dagActivity", needs=Needs(Resource.DAG_RUN, Action.READ))
def get_ui_dag_activity(call: Call, query: DagActivityQuery) -> DagActivityView:
    """The latest runs of DAGs, and in which states their tasks are."""
    del query
    raise NotBuilt("dagActivity", call.around.version)
