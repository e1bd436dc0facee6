"""``/api/v2/dags/{dag_id}/dagVersions``: a DAG gets a version when what its file says changes."""

from typing import Literal

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Limit, Natural, Offset, Text
from narae.api.filters import ordered
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.v2.dag_views import BUNDLE
from narae.api.v2.version_views import VersionView, version_view
from narae.api.view import View
from narae.engine import actions
from narae.engine.errors import NotFound
from narae.storage.queries import Slice, VersionRow

routes = Routes(V2, tag="DagVersion")

READ = Needs(Resource.DAG_VERSION, Action.READ)
ANY_DAG = "~"

_ORDERS = {
    "id": "id",
    "version_number": "number",
    "bundle_name": "id",  # there is one bundle
    "bundle_version": "code_version",
}
Order = Literal[
    "id", "-id", "version_number", "-version_number", "bundle_name", "-bundle_name",
    "bundle_version", "-bundle_version",
]  # fmt: skip


class VersionQuery(Query, frozen=True, kw_only=True):
    """Which versions."""

    limit: Limit = 50
    offset: Offset = 0
    version_number: Natural | None = None
    bundle_name: Text | None = None
    bundle_version: Text | None = None
    order_by: tuple[Order, ...] = ("id",)


class VersionPage(View, frozen=True, kw_only=True):
    """Versions of DAGs."""

    dag_versions: list[VersionView]
    total_entries: int


@routes.get("/dags/{dag_id}/dagVersions", needs=READ, etag=True)
def get_dag_versions(call: Call, dag_id: str, query: VersionQuery) -> VersionPage:
    """Versions of a DAG, or of all (``~``), oldest first unless ordered otherwise."""
    if dag_id != ANY_DAG:
        actions.find_dag(call.store, dag_id)
    if query.bundle_name not in {None, BUNDLE}:
        return VersionPage(dag_versions=[], total_entries=0)
    page = call.queries.versions(
        Slice(limit=query.limit, offset=query.offset, order=ordered(query.order_by, _ORDERS)),
        dag_ids=None if dag_id == ANY_DAG else (dag_id,),
        numbers=None if query.version_number is None else (query.version_number,),
        code_version=query.bundle_version,
        visible=call.readable_dags(Resource.DAG_VERSION),
    )
    names = call.queries.dag_names([row.dag_id for row in page.rows])
    views = [version_view(row, names.get(row.dag_id, "")) for row in page.rows]
    return VersionPage(dag_versions=views, total_entries=page.total)


@routes.get("/dags/{dag_id}/dagVersions/{version_number}", needs=READ)
def get_dag_version(call: Call, dag_id: str, version_number: Natural) -> VersionView:
    """One version of a DAG."""
    row = find_version(call, dag_id, version_number)
    return version_view(row, call.queries.dag_names([dag_id]).get(dag_id, ""))


def find_version(call: Call, dag_id: str, number: int) -> VersionRow:
    """The version of that number; NotFound says which numbers there are."""
    found = call.queries.versions(Slice(limit=1), dag_ids=(dag_id,), numbers=(number,)).rows
    if not found:
        actions.find_dag(call.store, dag_id)
        latest = latest_row(call, dag_id)
        known = f"1 to {latest.number}" if latest else "none"
        raise NotFound(f"version of {dag_id} (there are {known})", str(number))
    return found[0]


def latest_row(call: Call, dag_id: str) -> VersionRow | None:
    """The newest version of a DAG."""
    found = call.queries.versions(Slice(limit=1, order=("-number",)), dag_ids=(dag_id,)).rows
    return found[0] if found else None
