"""``/api/v2/dags``."""

from narae.accounts.permissions import Action, Resource, dags_where
from narae.api.call import Call
from narae.api.fields import Text
from narae.api.file_tokens import file_token
from narae.api.filters import ordered
from narae.api.operation import V2, Body, Needs, Query
from narae.api.reading import chosen
from narae.api.routes import Routes
from narae.api.v2.dag_queries import ORDERS, DagPatchQuery, DagQuery, SomeDags, wanted_dags
from narae.api.v2.dag_views import DagPage, DagView, dag_view
from narae.engine import actions
from narae.engine.errors import NotFound
from narae.storage.queries import DagFilter, DagListRow, Page, Slice, Visible

routes = Routes(V2, tag="DAG")

READ = Needs(Resource.DAG, Action.READ)
EDIT = Needs(Resource.DAG, Action.EDIT)


class DagPatch(Body, frozen=True, kw_only=True):
    """What can be changed of a DAG."""

    is_paused: bool


class MaskQuery(Query, frozen=True, kw_only=True):
    """Which fields of the body count; all if none is named."""

    update_mask: tuple[Text, ...] = ()


@routes.get("/dags", needs=READ, etag=True)
def get_dags(call: Call, query: DagQuery) -> DagPage:
    """DAGs, by id unless ordered otherwise."""
    order = ordered(query.order_by, ORDERS)
    page = _page(call, query, order=order, visible=call.readable_dags())
    return DagPage(dags=[view(call, row) for row in page.rows], total_entries=page.total)


@routes.patch("/dags", needs=EDIT)
def patch_dags(call: Call, query: DagPatchQuery, body: DagPatch) -> DagPage:
    """Pause or unpause all DAGs of a page of the list, of those that the caller may edit."""
    changes = chosen(body, query.update_mask, call.flavour)
    editable = dags_where(call.principal, Action.EDIT)
    page = _page(call, query, order=("dag_id",), visible=_both(editable, call.readable_dags()))
    ids = tuple(row.dag.dag_id for row in page.rows)
    for dag_id in ids if changes else ():
        set_paused(call, dag_id, paused=body.is_paused)
    rows = call.queries.dags(DagFilter(dag_ids=ids, stale=None), Slice(limit=len(ids))).rows
    return DagPage(dags=[view(call, row) for row in rows], total_entries=page.total)


@routes.get("/dags/{dag_id}", needs=READ)
def get_dag(call: Call, dag_id: str) -> DagView:
    """One DAG."""
    return view(call, find(call, dag_id))


@routes.patch("/dags/{dag_id}", needs=EDIT)
def patch_dag(call: Call, dag_id: str, query: MaskQuery, body: DagPatch) -> DagView:
    """Pause or unpause one DAG."""
    if chosen(body, query.update_mask, call.flavour):
        set_paused(call, dag_id, paused=body.is_paused)
    return view(call, find(call, dag_id))


@routes.delete("/dags/{dag_id}", needs=Needs(Resource.DAG, Action.DELETE), errors=(409,))
def delete_dag(call: Call, dag_id: str) -> None:
    """Delete a DAG with its runs and logs; 409 while one runs. Its file brings it back."""
    actions.delete_dag(call.act(), dag_id)


def set_paused(call: Call, dag_id: str, *, paused: bool) -> None:
    """Pauses or unpauses; NotFound names the nearest DAG."""
    change = actions.pause if paused else actions.unpause
    change(call.act(), dag_id)


def find(call: Call, dag_id: str) -> DagListRow:
    """A DAG as lists show it; NotFound names the nearest."""
    rows = call.queries.dags(DagFilter(dag_ids=(dag_id,), stale=None), Slice(limit=1)).rows
    if not rows:
        actions.find_dag(call.store, dag_id)
        raise NotFound("DAG", dag_id)
    return rows[0]


def view(call: Call, row: DagListRow) -> DagView:
    """A DAG as lists and pages show it."""
    return dag_view(row, file_token=file_token(call, row.dag.folder, row.dag.file))


def _page(
    call: Call, query: SomeDags, *, order: tuple[str, ...], visible: Visible
) -> Page[DagListRow]:
    wanted = wanted_dags(query, call.principal.username)
    if wanted is None:
        return Page(rows=[], total=0)
    part = Slice(limit=query.limit, offset=query.offset, order=order)
    return call.queries.dags(wanted, part, visible=visible)


def _both(one: Visible, other: Visible) -> Visible:
    if one is None or other is None:
        return other if one is None else one
    return one & other
