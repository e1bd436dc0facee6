"""Lists of runs: ``GET .../dagRuns`` with every filter of Airflow 3, and ``/list`` by a body."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Annotated, Literal

from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Cursor, Limit, Moment, Name, Natural, Offset
from narae.api.listing import Pattern, Prefix, given, ordered
from narae.api.operation import V2, Needs
from narae.api.routes import Routes
from narae.api.v2.run_views import RunPage, RunView, run_view
from narae.api.v2.shown import shown
from narae.api.v2.spans import BatchSpans, Spans, ranges_of
from narae.api.v2.version_views import versions_by_spec
from narae.core.run import Run
from narae.core.states import RunState, RunType
from narae.engine.actions import find_dag
from narae.storage.queries import Page, RunFilter, RunListRow, Slice

routes = Routes(V2, tag="DagRun")

READ = Needs(Resource.DAG_RUN, Action.READ)

_ORDERS = MappingProxyType(
    {
        "id": "id",
        "state": "state",
        "dag_id": "dag_id",
        "run_id": "run_id",
        "dag_run_id": "run_id",
        "logical_date": "logical_date",
        "run_after": "run_after",
        "start_date": "started_at",
        "end_date": "ended_at",
        "updated_at": "updated_at",
        "conf": "conf",
        "duration": "duration",
    }
)
RunOrder = Literal[
    "id", "-id", "state", "-state", "dag_id", "-dag_id", "run_id", "-run_id", "dag_run_id",
    "-dag_run_id", "logical_date", "-logical_date", "run_after", "-run_after", "start_date",
    "-start_date", "end_date", "-end_date", "updated_at", "-updated_at", "conf", "-conf",
    "duration", "-duration",
]  # fmt: skip
RunTypeName = Literal[
    "backfill", "scheduled", "manual", "operator_triggered", "asset_triggered",
    "asset_materialization",
]  # fmt: skip


class RunsQuery(Spans, frozen=True, kw_only=True):
    """Which runs."""

    cursor: Cursor | None = None
    limit: Limit = 50
    offset: Offset = 0
    order_by: tuple[RunOrder, ...] = ("id",)
    state: tuple[RunState, ...] = ()
    run_type: tuple[RunTypeName, ...] = ()
    dag_version: tuple[Natural, ...] = ()
    bundle_version: str | None = None
    conf_contains: Annotated[str, Meta(max_length=1000)] | None = None
    run_id_pattern: Pattern | None = None
    run_id_prefix_pattern: Prefix | None = None
    triggering_user_name_pattern: Pattern | None = None
    triggering_user_name_prefix_pattern: Prefix | None = None
    dag_id_pattern: Pattern | None = None
    dag_id_prefix_pattern: Prefix | None = None
    partition_date_gte: Moment | None = None
    partition_date_lte: Moment | None = None
    partition_key_pattern: Pattern | None = None
    partition_key_prefix_pattern: Prefix | None = None
    consuming_asset_pattern: Pattern | None = None


class RunsBatchBody(BatchSpans, frozen=True, kw_only=True):
    """``DAGRunsBatchBody``."""

    order_by: RunOrder | None = None
    page_offset: Offset = 0
    page_limit: Limit = 100
    dag_ids: tuple[Name, ...] | None = None
    states: tuple[RunState | None, ...] | None = None
    conf_contains: Annotated[str, Meta(max_length=1000)] | None = None


def views_of(call: Call, rows: Sequence[tuple[Run, str]]) -> list[RunView]:
    """Runs, each with its DAG's display name, as lists show them."""
    versions = versions_by_spec(call, (run.spec_id for run, _ in rows))
    return [
        run_view(
            run,
            display_name=name,
            version=versions.get(run.spec_id),
            conf=shown(call, run.conf) if run.conf else {},
        )
        for run, name in rows
    ]


def view_of(call: Call, run: Run) -> RunView:
    """A run as its page shows it."""
    return views_of(call, [(run, call.spec(run.spec_id).display_name)])[0]


def whose(call: Call, dag_id: str) -> tuple[str, ...] | None:
    """The DAG that a path names, which has to be there; None: all (``~``)."""
    if dag_id == "~":
        return None
    find_dag(call.store, dag_id)
    return (dag_id,)


def visible_in(call: Call, dag_id: str, resource: Resource) -> frozenset[str] | None:
    """The DAGs whose things the caller may see; None: all, or the path's one, which is checked."""
    return call.readable_dags(resource) if dag_id == "~" else None


@routes.get("/dags/{dag_id}/dagRuns", needs=READ)
def get_dag_runs(call: Call, dag_id: str, query: RunsQuery) -> RunPage:
    """Runs of a DAG, or of all (``~``); in the order in which they were made."""
    dag_ids = whose(call, dag_id)
    wanted = RunFilter(
        dag_ids=dag_ids,
        states=query.state or None,
        types=_types(query.run_type),
        versions=query.dag_version or None,
        code_version=query.bundle_version,
        conf_contains=query.conf_contains,
        patterns=given(
            run_id=query.run_id_pattern,
            user=query.triggering_user_name_pattern,
            dag_id=query.dag_id_pattern,
        ),
        prefixes=given(
            run_id=query.run_id_prefix_pattern,
            user=query.triggering_user_name_prefix_pattern,
            dag_id=query.dag_id_prefix_pattern,
        ),
        ranges=ranges_of(query),
    )
    if _asks_of_what_no_run_has(query):
        return RunPage(dag_runs=[], total_entries=0)
    part = Slice(
        limit=query.limit,
        offset=query.offset,
        order=ordered(query.order_by, _ORDERS),
        cursor=query.cursor or "",
    )
    page = call.queries.runs(wanted, part, visible=visible_in(call, dag_id, Resource.DAG_RUN))
    return _answer(call, page, by_cursor=query.cursor is not None)


@routes.post("/dags/{dag_id}/dagRuns/list", needs=READ)
def get_list_dag_runs_batch(call: Call, dag_id: str, body: RunsBatchBody) -> RunPage:
    """The same by a body, for filters that are too long for a query string. Use ``~``."""
    dag_ids = whose(call, dag_id)
    for other in body.dag_ids or ():
        call.must(Action.READ, Resource.DAG_RUN, other)
    if dag_ids is None and body.dag_ids:
        dag_ids = body.dag_ids
    wanted = RunFilter(
        dag_ids=dag_ids,
        states=tuple(s for s in body.states if s is not None) if body.states else None,
        conf_contains=body.conf_contains,
        ranges=ranges_of(body),
    )
    order = ordered([body.order_by] if body.order_by else ["id"], _ORDERS)
    part = Slice(limit=body.page_limit, offset=body.page_offset, order=order)
    page = call.queries.runs(wanted, part, visible=visible_in(call, dag_id, Resource.DAG_RUN))
    return _answer(call, page, by_cursor=False)


def _types(names: Sequence[RunTypeName]) -> tuple[RunType, ...] | None:
    """No run is of a type that Narae does not make."""
    known = set(RunType)
    return tuple(RunType(name) for name in names if name in known) if names else None


def _asks_of_what_no_run_has(query: RunsQuery) -> bool:
    """Narae's runs have no partition and no asset."""
    return any(
        asked is not None
        for asked in (
            query.partition_date_gte,
            query.partition_date_lte,
            query.partition_key_pattern,
            query.partition_key_prefix_pattern,
            query.consuming_asset_pattern,
        )
    )


def _answer(call: Call, page: Page[RunListRow], *, by_cursor: bool) -> RunPage:
    return RunPage(
        dag_runs=views_of(call, [(row.run, row.dag_display_name) for row in page.rows]),
        total_entries=None if by_cursor else page.total,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
    )
