"""``/api/v2/ui/recentConfs/{dag_id}``: what people have lately started a DAG with."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.v2.shown import shown
from narae.api.view import View
from narae.core.codec import encode_json
from narae.engine import actions

routes = Routes(V2, tag="UI")

RUNS_MAX = 200
"""So many of the latest manual runs are looked at."""


class ConfQuery(Query, frozen=True, kw_only=True):
    """How many."""

    limit: Annotated[int, Meta(ge=1, le=50, description="How many confs.")] = 10


class RecentConf(View, frozen=True, kw_only=True):
    """A conf that runs were started with."""

    dag_run_id: str
    """Of the latest of them."""
    run_after: datetime
    conf: dict[str, Any]
    """``***`` under names that tell of a secret."""
    is_masked: bool
    """Whether something in it is: it is no good for another run as it stands."""


class RecentConfs(View, frozen=True, kw_only=True):
    """Different confs, the latest first."""

    confs: list[RecentConf]


@routes.get("/ui/recentConfs/{dag_id}", needs=Needs(Resource.DAG_RUN, Action.READ))
def get_ui_recent_confs(call: Call, dag_id: str, query: ConfQuery) -> RecentConfs:
    """The different confs of a DAG's latest manual runs."""
    runs = call.queries.recent_confs(dag_id, limit=RUNS_MAX)
    if not runs:
        actions.find_dag(call.store, dag_id)
    found: dict[str, RecentConf] = {}
    for run in runs:
        if len(found) == query.limit:
            break
        conf = shown(call, run.conf)
        text = encode_json(run.conf).decode()
        found.setdefault(
            text,
            RecentConf(
                dag_run_id=run.run_id,
                run_after=run.run_after,
                conf=conf,
                is_masked=conf != run.conf,
            ),
        )
    return RecentConfs(confs=list(found.values()))
