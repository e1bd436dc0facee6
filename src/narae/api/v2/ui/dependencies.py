"""``/api/v2/ui/dependencies``: which DAG starts, or waits for, which other."""

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Name
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.view import View
from narae.engine.errors import NotBuilt

routes = Routes(V2, tag="UI")


class AcrossQuery(Query, frozen=True, kw_only=True):
    """Around which DAG."""

    dag_id: Name | None = None
    """All that is connected with it, however far; everything if it is left out."""


class AcrossNode(View, frozen=True, kw_only=True):
    """A DAG."""

    dag_id: str
    display_name: str
    is_paused: bool
    is_known: bool
    """False: some DAG names it, but there is none (or the caller may not see it)."""


class AcrossEdge(View, frozen=True, kw_only=True):
    """What happens in one DAG has something to do with another."""

    source: str
    """The DAG that comes first."""
    target: str
    kind: str
    """``triggers``: a task of ``source`` starts a run of ``target``. ``waits``: a task of
    ``target`` waits for ``source``. ``asset``: ``target`` is scheduled by an asset that
    ``source`` updates."""
    task_id: str | None
    """The task that says so; of ``triggers`` and ``asset`` in ``source``, of ``waits`` in
    ``target``."""
    other_task_id: str | None
    """Of ``waits``: the task that is waited for, if it is one."""
    label: str | None
    """Of ``asset``: its name."""


class AcrossView(View, frozen=True, kw_only=True):
    """The DAGs that have to do with others."""

    nodes: list[AcrossNode]
    edges: list[AcrossEdge]


@routes.get("/ui/dependencies", needs=Needs(Resource.DAG_DEPENDENCIES, Action.READ), etag=True)
def get_ui_dependencies(call: Call, query: AcrossQuery) -> AcrossView:
    """Which DAG starts, or waits for, which other."""
    del query
    raise NotBuilt("dependencies", call.around.version)
