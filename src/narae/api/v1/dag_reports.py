"""``/api/v1/dagStats`` and ``/api/v1/dagWarnings``."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Names, Text
from narae.api.operation import V1, Needs, Query
from narae.api.routes import Routes
from narae.api.v1.paging import Paged, arranged, cut
from narae.api.view import View
from narae.core.states import RunState

stats_routes = Routes(V1, tag="DagStats")
warning_routes = Routes(V1, tag="DagWarning")

WARNING_TYPE = "parsing"
"""All of Narae's warnings come from there."""


class StatsQuery(Query, frozen=True, kw_only=True):
    """Of which DAGs."""

    dag_ids: Names


class CountView(View, frozen=True, kw_only=True):
    """``DagStatsStateCollectionItem``."""

    state: RunState
    count: int


class StatsView(View, frozen=True, kw_only=True):
    """``DagStatsCollectionItem``."""

    dag_id: str
    stats: list[CountView]


class StatsPage(View, frozen=True, kw_only=True):
    """``DagStatsCollectionSchema``."""

    dags: list[StatsView]
    total_entries: int


class WarningView(View, frozen=True, kw_only=True):
    """``DagWarning``."""

    dag_id: str
    warning_type: str = WARNING_TYPE
    message: str
    timestamp: datetime


class WarningPage(View, frozen=True, kw_only=True):
    """``DagWarningCollection``."""

    dag_warnings: list[WarningView]
    total_entries: int


_KEYS: Mapping[str, Callable[[WarningView], Any]] = MappingProxyType(
    {
        "dag_id": lambda row: row.dag_id,
        "warning_type": lambda row: row.warning_type,
        "message": lambda row: row.message,
        "timestamp": lambda row: row.timestamp,
    }
)


class WarningsQuery(Paged, frozen=True, kw_only=True):
    """Which warnings."""

    dag_id: Text | None = None
    warning_type: Text | None = None
    order_by: Literal[
        "dag_id", "-dag_id", "warning_type", "-warning_type", "message", "-message", "timestamp",
        "-timestamp",
    ] = "timestamp"  # fmt: skip


@stats_routes.get("/dagStats", needs=Needs(Resource.DAG_RUN, Action.READ))
def get_dag_stats(call: Call, query: StatsQuery) -> StatsPage:
    """How many runs of each of these DAGs are in which state."""
    visible = call.readable_dags(Resource.DAG_RUN)
    counts = call.queries.dag_stats(query.dag_ids, visible=visible)
    views = [
        StatsView(
            dag_id=dag_id,
            stats=[CountView(state=state, count=states.get(state, 0)) for state in RunState],
        )
        for dag_id, states in sorted(counts.items())
    ]
    return StatsPage(dags=views, total_entries=len(views))


@warning_routes.get("/dagWarnings", needs=Needs(Resource.DAG_WARNING, Action.READ))
def get_dag_warnings(call: Call, query: WarningsQuery) -> WarningPage:
    """What parsing the files of DAGs had to say."""
    if query.warning_type not in {None, WARNING_TYPE}:
        return WarningPage(dag_warnings=[], total_entries=0)
    rows = call.queries.dag_warnings(
        dag_ids=None if query.dag_id is None else (query.dag_id,),
        visible=call.readable_dags(Resource.DAG_WARNING),
    )
    views = [WarningView(dag_id=r.dag_id, message=r.words, timestamp=r.at) for r in rows]
    ordered = arranged(views, query.order_by, _KEYS)
    return WarningPage(dag_warnings=cut(call, ordered, query), total_entries=len(views))
