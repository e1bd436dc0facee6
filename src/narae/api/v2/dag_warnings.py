"""``/api/v2/dagWarnings``: what is doubtful about a DAG that can be run all the same."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Literal

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Limit, Offset, Text
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.view import View
from narae.core.run import DagRow

routes = Routes(V2, tag="DagWarning")


class WarningType(StrEnum):
    """What a warning is about. Airflow's clients know the first three, and fail on others."""

    ASSET_CONFLICT = "asset conflict"
    NO_POOL = "non-existent pool"
    VARYING_VALUE = "runtime varying value"
    PARSING = "parsing"
    """What parsing the file found to say: listed only when asked for."""


Order = Literal[
    "dag_id", "-dag_id", "warning_type", "-warning_type", "message", "-message", "timestamp",
    "-timestamp",
]  # fmt: skip


class WarningQuery(Query, frozen=True, kw_only=True):
    """Which warnings."""

    dag_id: Text | None = None
    warning_type: WarningType | None = None
    limit: Limit = 50
    offset: Offset = 0
    order_by: tuple[Order, ...] = ("dag_id",)


class WarningView(View, frozen=True, kw_only=True):
    """A warning (Airflow 3's ``DAGWarningResponse``)."""

    dag_id: str
    warning_type: WarningType
    message: str
    timestamp: datetime
    """When the file was last parsed."""
    dag_display_name: str


class WarningPage(View, frozen=True, kw_only=True):
    """Warnings."""

    dag_warnings: list[WarningView]
    total_entries: int


@routes.get("/dagWarnings", needs=Needs(Resource.DAG_WARNING, Action.READ), etag=True)
def list_dag_warnings(call: Call, query: WarningQuery) -> WarningPage:
    """Warnings, by DAG id unless ordered otherwise; what parsing said only when asked for."""
    make = _of_parsing if query.warning_type is WarningType.PARSING else _of_pools
    found = sorted(
        (each for each in make(call, query) if query.warning_type in {None, each.warning_type}),
        key=lambda each: (each.dag_id, each.message),
    )
    for name in reversed(query.order_by):
        field = name.removeprefix("-")
        found.sort(key=attrgetter(field), reverse=field != name)
    part = found[query.offset : query.offset + query.limit]
    return WarningPage(dag_warnings=part, total_entries=len(found))


def _of_parsing(call: Call, query: WarningQuery) -> Iterator[WarningView]:
    warnings = call.queries.dag_warnings(
        dag_ids=None if query.dag_id is None else [query.dag_id],
        visible=call.readable_dags(Resource.DAG_WARNING),
    )
    names = call.queries.dag_names([each.dag_id for each in warnings])
    for each in warnings:
        yield WarningView(
            dag_id=each.dag_id,
            warning_type=WarningType.PARSING,
            message=each.words,
            timestamp=each.at,
            dag_display_name=names.get(each.dag_id) or each.dag_id,
        )


def _of_pools(call: Call, query: WarningQuery) -> Iterator[WarningView]:
    rows = call.store.dags(None if query.dag_id is None else [query.dag_id])
    visible = call.readable_dags(Resource.DAG_WARNING)
    pools = {pool.name for pool in call.store.pools()}
    for row in rows:
        if not row.is_stale and (visible is None or row.dag_id in visible):
            yield from _without_pool(call, row, pools)


def _without_pool(call: Call, row: DagRow, pools: Iterable[str]) -> Iterator[WarningView]:
    spec = call.spec(row.spec_id)
    missing = sorted({task.pool for task in spec.tasks}.difference(pools))
    if missing:
        words = f"Tasks of {row.dag_id} wait for pools that don't exist: {', '.join(missing)}"
        yield WarningView(
            dag_id=row.dag_id,
            warning_type=WarningType.NO_POOL,
            message=words,
            timestamp=row.parsed_at,
            dag_display_name=spec.display_name or row.dag_id,
        )
