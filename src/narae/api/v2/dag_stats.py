"""``/api/v2/dagStats``: how many runs of a DAG are in which state."""

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Name
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.view import View
from narae.core.states import RunState

routes = Routes(V2, tag="DagStats")


class StatsQuery(Query, frozen=True, kw_only=True):
    """Of which DAGs."""

    dag_ids: tuple[Name, ...] = ()


class CountView(View, frozen=True, kw_only=True):
    """How many runs are in one state."""

    state: RunState
    count: int


class StatsView(View, frozen=True, kw_only=True):
    """The runs of one DAG, counted."""

    dag_id: str
    dag_display_name: str
    stats: list[CountView]


class StatsPage(View, frozen=True, kw_only=True):
    """The runs of DAGs, counted."""

    dags: list[StatsView]
    total_entries: int


@routes.get("/dagStats", needs=Needs(Resource.DAG_RUN, Action.READ))
def get_dag_stats(call: Call, query: StatsQuery) -> StatsPage:
    """How many runs of each DAG are in which state; of all that are not stale if none is named."""
    visible = call.readable_dags(Resource.DAG_RUN)
    counts = call.queries.dag_stats(query.dag_ids or None, visible=visible)
    names = call.queries.dag_names(list(counts))
    views = [
        StatsView(
            dag_id=dag_id,
            dag_display_name=names.get(dag_id) or dag_id,
            stats=[CountView(state=state, count=states.get(state, 0)) for state in RunState],
        )
        for dag_id, states in counts.items()
    ]
    return StatsPage(dags=views, total_entries=len(views))
