"""``.../holds`` and ``.../dependencies``: why a task instance waits, in words."""

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import MapIndex
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.v2.instance_views import state_text
from narae.api.v2.task_instances import find_instance
from narae.api.view import View
from narae.core.holds import Hold
from narae.core.ids import UNMAPPED, TaskRef
from narae.engine.actions import why

routes = Routes(V2, tag="TaskInstance")

READ = Needs(Resource.TASK_INSTANCE, Action.READ)


class HoldsView(View, frozen=True, kw_only=True):
    """Why a task instance waits."""

    state: str | None
    holds: tuple[Hold, ...]


class DependencyView(View, frozen=True, kw_only=True):
    """``TaskDependencyResponse``: a hold by Airflow's name for such things."""

    name: str
    reason: str


class DependenciesView(View, frozen=True, kw_only=True):
    """``TaskDependencyCollectionResponse``."""

    dependencies: list[DependencyView]


class HoldsQuery(Query, frozen=True, kw_only=True):
    """Which instance of a mapped task."""

    map_index: MapIndex = UNMAPPED


_TASK = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}"


@routes.get(f"{_TASK}/holds", needs=READ)
def get_holds(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: HoldsQuery
) -> HoldsView:
    """Why it waits, in words."""
    return _why(call, dag_id, dag_run_id, TaskRef(task_id, query.map_index))


@routes.get(f"{_TASK}/{{map_index}}/holds", needs=READ)
def get_mapped_holds(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, map_index: MapIndex
) -> HoldsView:
    """The same for one instance of a mapped task."""
    return _why(call, dag_id, dag_run_id, TaskRef(task_id, map_index))


def _why(call: Call, dag_id: str, dag_run_id: str, ref: TaskRef) -> HoldsView:
    _, row = find_instance(call, dag_id, dag_run_id, ref)
    holds = _holds(call, dag_id, dag_run_id, ref)
    return HoldsView(state=state_text(row.instance.state), holds=tuple(holds))


@routes.get(f"{_TASK}/dependencies", needs=READ)
def get_dependencies(call: Call, dag_id: str, dag_run_id: str, task_id: str) -> DependenciesView:
    """Why it waits, as a list of what keeps it."""
    return _dependencies(call, dag_id, dag_run_id, TaskRef(task_id))


@routes.get(f"{_TASK}/{{map_index}}/dependencies", needs=READ)
def get_mapped_dependencies(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, map_index: MapIndex
) -> DependenciesView:
    """The same for one instance of a mapped task."""
    return _dependencies(call, dag_id, dag_run_id, TaskRef(task_id, map_index))


def _dependencies(call: Call, dag_id: str, dag_run_id: str, ref: TaskRef) -> DependenciesView:
    find_instance(call, dag_id, dag_run_id, ref)
    return DependenciesView(
        dependencies=[
            DependencyView(name=hold.code.value, reason=hold.words)
            for hold in _holds(call, dag_id, dag_run_id, ref)
        ]
    )


def _holds(call: Call, dag_id: str, dag_run_id: str, ref: TaskRef) -> list[Hold]:
    return why(call.act(), dag_id, dag_run_id, ref.task_id, map_index=ref.map_index)
