"""``/api/v2/ui/search``: what a few letters may mean, for the command palette."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.view import View
from narae.core.states import RunState
from narae.storage.queries import DagFound

routes = Routes(V2, tag="UI")

FOUND_MAX = 20


class SearchQuery(Query, frozen=True, kw_only=True):
    """What is looked for."""

    q: Annotated[
        str, Meta(max_length=250, description="Part of a name, whatever its case; empty: nothing.")
    ] = ""
    limit: Annotated[int, Meta(ge=1, le=FOUND_MAX, description="Of each kind.")] = FOUND_MAX


class FoundDag(View, frozen=True, kw_only=True):
    """A DAG whose id, display name or tag has it."""

    dag_id: str
    display_name: str
    tags: tuple[str, ...]
    is_paused: bool
    match: str
    """``id``, ``name`` or ``tag``."""


class FoundRun(View, frozen=True, kw_only=True):
    """A run whose id begins with it (by letter and case)."""

    dag_id: str
    dag_run_id: str
    state: RunState
    run_after: datetime


class FoundTask(View, frozen=True, kw_only=True):
    """A task of a DAG's latest version whose id or display name has it."""

    dag_id: str
    task_id: str
    display_name: str
    operator: str


class FoundView(View, frozen=True, kw_only=True):
    """What was found, the best first."""

    dags: list[FoundDag]
    runs: list[FoundRun]
    tasks: list[FoundTask]


@routes.get("/ui/search", needs=Needs(Resource.DAG, Action.READ))
def get_ui_search(call: Call, query: SearchQuery) -> FoundView:
    """DAGs, runs and tasks that a few letters may mean."""
    part, limit, queries = query.q.strip(), query.limit, call.queries
    if not part:
        return FoundView(dags=[], runs=[], tasks=[])
    of_runs = call.readable_dags(Resource.DAG_RUN)
    of_tasks = call.readable_dags(Resource.TASK_INSTANCE)
    return FoundView(
        dags=[
            FoundDag(
                dag_id=row.dag_id,
                display_name=row.display_name,
                tags=row.tags,
                is_paused=row.is_paused,
                match=_match(row, part.lower()),
            )
            for row in queries.dags_named(part, limit=limit, visible=call.readable_dags())
        ],
        runs=[
            FoundRun(
                dag_id=row.dag_id,
                dag_run_id=row.run_id,
                state=row.state,
                run_after=row.run_after,
            )
            for row in queries.runs_named(part, limit=limit, visible=of_runs)
        ],
        tasks=[
            FoundTask(
                dag_id=row.dag_id,
                task_id=row.task_id,
                display_name=row.display_name,
                operator=row.operator,
            )
            for row in queries.tasks_named(part, limit=limit, visible=of_tasks)
        ],
    )


def _match(row: DagFound, part: str) -> str:
    if part in row.dag_id.lower():
        return "id"
    return "name" if part in row.display_name.lower() else "tag"
