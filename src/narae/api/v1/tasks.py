"""``/api/v1/dags/{dag_id}/tasks``."""

from collections.abc import Callable, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Literal

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.operation import V1, Needs, Query
from narae.api.routes import Routes
from narae.api.v1.paging import arranged
from narae.api.v1.task_views import TaskPage, TaskView, task_views
from narae.engine.actions import find_dag
from narae.engine.errors import NotFound

routes = Routes(V1, tag="DAG")

READ = Needs(Resource.TASK_INSTANCE, Action.READ)

_KEYS: Mapping[str, Callable[[TaskView], Any]] = MappingProxyType(
    {
        name: attrgetter(name)
        for name in (
            *("task_id", "owner", "start_date", "end_date", "trigger_rule", "retries", "queue"),
            *("pool", "pool_slots", "priority_weight", "weight_rule"),
        )
    }
)
Order = Literal[
    "task_id", "-task_id", "owner", "-owner", "start_date", "-start_date", "end_date",
    "-end_date", "trigger_rule", "-trigger_rule", "retries", "-retries", "queue", "-queue",
    "pool", "-pool", "pool_slots", "-pool_slots", "priority_weight", "-priority_weight",
    "weight_rule", "-weight_rule",
]  # fmt: skip


class TasksQuery(Query, frozen=True, kw_only=True):
    """In which order."""

    order_by: Order = "task_id"


@routes.get("/dags/{dag_id}/tasks", needs=READ)
def get_tasks(call: Call, dag_id: str, query: TasksQuery) -> TaskPage:
    """The tasks of a DAG."""
    views = _views(call, dag_id)
    return TaskPage(tasks=arranged(views, query.order_by, _KEYS), total_entries=len(views))


@routes.get("/dags/{dag_id}/tasks/{task_id}", needs=READ)
def get_task(call: Call, dag_id: str, task_id: str) -> TaskView:
    """One task of a DAG."""
    views = _views(call, dag_id)
    for view in views:
        if view.task_id == task_id:
            return view
    raise NotFound(f"task of {dag_id}", task_id, among=[view.task_id for view in views])


def _views(call: Call, dag_id: str) -> list[TaskView]:
    return task_views(call.spec(find_dag(call.store, dag_id).spec_id))
