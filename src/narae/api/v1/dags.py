"""``/api/v1/dags``."""

from typing import Annotated, Literal

from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Name, Names
from narae.api.file_tokens import file_token
from narae.api.operation import V1, Body, Needs, Query
from narae.api.reading import chosen
from narae.api.routes import Routes
from narae.api.v1.dag_views import (
    DagDetailView,
    DagField,
    DagPage,
    DagView,
    DetailField,
    dag_detail_view,
    dag_view,
)
from narae.api.v1.paging import Paged, cut, limit_of, only, slice_of
from narae.engine import actions
from narae.engine.errors import NotFound
from narae.storage.queries import LIMIT_MAX, DagFilter, DagListRow, Slice

routes = Routes(V1, tag="DAG")

READ = Needs(Resource.DAG, Action.READ)
EDIT = Needs(Resource.DAG, Action.EDIT)
DELETE = Needs(Resource.DAG, Action.DELETE)

EVERY = "~"
Pattern = Annotated[
    str, Meta(max_length=1000, description="Part of the id; `%` is any text, `_` any character.")
]
DagFields = Annotated[
    tuple[DagField, ...], Meta(extra={"csv": True}, description="The fields of the answer.")
]
DetailFields = Annotated[
    tuple[DetailField, ...], Meta(extra={"csv": True}, description="The fields of the answer.")
]
Mask = Annotated[
    tuple[Literal["is_paused"], ...],
    Meta(extra={"csv": True}, description="Which fields of the body count."),
]


class DagsQuery(Paged, frozen=True, kw_only=True):
    """Which DAGs."""

    order_by: Literal["dag_id", "-dag_id"] = "dag_id"
    tags: tuple[Name, ...] = ()
    only_active: bool = True
    paused: bool | None = None
    fields: DagFields = ()
    dag_id_pattern: Pattern = ""


class DagFieldsQuery(Query, frozen=True, kw_only=True):
    """Which fields are answered."""

    fields: DagFields = ()


class DetailFieldsQuery(Query, frozen=True, kw_only=True):
    """Which fields are answered."""

    fields: DetailFields = ()


class MaskQuery(Query, frozen=True, kw_only=True):
    """Which fields of the body count."""

    update_mask: Mask = ()


class PatchDagsQuery(Paged, frozen=True, kw_only=True):
    """Which DAGs are changed."""

    dag_id_pattern: Pattern
    """``~``: all of them."""
    tags: Names = ()
    only_active: bool = True
    update_mask: Mask = ()


class DagPatch(Body, frozen=True, kw_only=True):
    """What can be changed of a DAG."""

    is_paused: bool


@routes.get("/dags", needs=READ)
def get_dags(call: Call, query: DagsQuery) -> DagPage:
    """DAGs by id."""
    wanted = DagFilter(
        patterns=_patterns(query.dag_id_pattern),
        tags=query.tags,
        paused=query.paused,
        stale=False if query.only_active else None,
    )
    part = slice_of(call, query, (query.order_by,))
    page = call.queries.dags(wanted, part, visible=call.readable_dags())
    views = [only(_view(call, row), query.fields) for row in page.rows]
    return DagPage(dags=views, total_entries=page.total)


def _patterns(pattern: str) -> dict[str, str]:
    return {"dag_id": pattern} if pattern.strip("| ") else {}


@routes.patch("/dags", needs=EDIT)
def patch_dags(call: Call, query: PatchDagsQuery, body: DagPatch) -> DagPage:
    """Pause or unpause the DAGs that match."""
    wanted = DagFilter(
        patterns={} if query.dag_id_pattern == EVERY else _patterns(query.dag_id_pattern),
        tags=query.tags,
        stale=False if query.only_active else None,
    )
    rows = call.queries.dags(wanted, Slice(limit=LIMIT_MAX), visible=call.readable_dags()).rows
    mine = [row for row in rows if call.may(Action.EDIT, Resource.DAG, row.dag.dag_id)]
    act = call.act()
    change = actions.pause if body.is_paused else actions.unpause
    changed = [change(act, row.dag.dag_id).dag_id for row in cut(call, mine, query)]
    part = Slice(limit=limit_of(call, query.limit))
    after = call.queries.dags(DagFilter(dag_ids=tuple(changed), stale=None), part).rows
    return DagPage(dags=[_view(call, row) for row in after], total_entries=len(mine))


@routes.get("/dags/{dag_id}", needs=READ)
def get_dag(call: Call, dag_id: str, query: DagFieldsQuery) -> DagView:
    """One DAG."""
    return only(_view(call, find(call, dag_id)), query.fields)


@routes.patch("/dags/{dag_id}", needs=EDIT)
def patch_dag(call: Call, dag_id: str, query: MaskQuery, body: DagPatch) -> DagView:
    """Pause or unpause."""
    changes = chosen(body, query.update_mask, call.flavour)
    change = actions.pause if changes["is_paused"] else actions.unpause
    change(call.act(), dag_id)
    return _view(call, find(call, dag_id))


@routes.delete("/dags/{dag_id}", needs=DELETE, errors=(409,))
def delete_dag(call: Call, dag_id: str) -> None:
    """Delete what is known of a DAG, its logs too; its file brings it back."""
    actions.delete_dag(call.act(), dag_id)


@routes.get("/dags/{dag_id}/details", needs=READ)
def get_dag_details(call: Call, dag_id: str, query: DetailFieldsQuery) -> DagDetailView:
    """One DAG with what its file says of it."""
    row = find(call, dag_id)
    spec = call.spec(row.dag.spec_id)
    view = dag_detail_view(row, spec, file_token=file_token(call, row.dag.folder, row.dag.file))
    return only(view, query.fields)


def find(call: Call, dag_id: str) -> DagListRow:
    """The DAG's row; NotFound names the nearest."""
    rows = call.queries.dags(DagFilter(dag_ids=(dag_id,), stale=None), Slice(limit=1)).rows
    if not rows:
        actions.find_dag(call.store, dag_id)
        raise NotFound("DAG", dag_id)
    return rows[0]


def _view(call: Call, row: DagListRow) -> DagView:
    timetable = call.spec(row.dag.spec_id).timetable
    return dag_view(row, timetable, file_token=file_token(call, row.dag.folder, row.dag.file))
