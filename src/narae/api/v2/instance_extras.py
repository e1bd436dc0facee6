"""What Airflow keeps with task instances and Narae does not yet: truthful answers about nothing.

Completed with the work that builds approvals, a state store and operators' links.
"""

from typing import Any, Literal

import msgspec

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Limit, MapIndex, Moment, Name, Natural, Offset
from narae.api.listing import Pattern, Prefix
from narae.api.operation import V2, Body, Needs, Query
from narae.api.routes import Routes
from narae.api.v2.run_lists import whose
from narae.api.v2.task_instances import IndexQuery, find_instance
from narae.api.view import View
from narae.core.ids import UNMAPPED, TaskRef
from narae.engine.actions import find_run
from narae.engine.errors import NotBuilt, NotFound

routes = Routes(V2, tag="TaskInstance")

READ = Needs(Resource.TASK_INSTANCE, Action.READ)
EDIT = Needs(Resource.TASK_INSTANCE, Action.EDIT)
APPROVALS = "Narae's tasks ask nobody for an approval yet"
STATES = "Narae keeps no state store of tasks yet"

_RUN = "/dags/{dag_id}/dagRuns/{dag_run_id}"
_ONE = f"{_RUN}/taskInstances/{{task_id}}"
_MAPPED = f"{_ONE}/{{map_index}}"
_STORE = f"{_ONE}/state-store"

HitlOrder = Literal[
    "ti_id", "-ti_id", "subject", "-subject", "responded_at", "-responded_at", "created_at",
    "-created_at", "responded_by_user_id", "-responded_by_user_id", "responded_by_user_name",
    "-responded_by_user_name", "dag_id", "-dag_id", "run_id", "-run_id", "task_display_name",
    "-task_display_name", "run_after", "-run_after", "rendered_map_index",
    "-rendered_map_index", "task_instance_operator", "-task_instance_operator",
    "task_instance_state", "-task_instance_state",
]  # fmt: skip


# -- links ----------------------------------------------------------------------------------


class LinksQuery(IndexQuery, frozen=True, kw_only=True):
    """Of which instance and try."""

    try_number: Natural | None = None


class LinksView(View, frozen=True, kw_only=True):
    """``ExtraLinkCollectionResponse``."""

    extra_links: dict[str, str | None]
    total_entries: int


@routes.get(f"{_ONE}/links", needs=READ)
def get_extra_links(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: LinksQuery
) -> LinksView:
    """Names of the operator's links; their addresses are worked out by user code: null."""
    run, _ = find_instance(call, dag_id, dag_run_id, TaskRef(task_id, query.map_index))
    tasks = {task.task_id: task for task in call.spec(run.spec_id).tasks}
    links = dict.fromkeys(tasks[task_id].extra_links) if task_id in tasks else {}
    return LinksView(extra_links=links, total_entries=len(links))


# -- approvals ------------------------------------------------------------------------------


class HitlQuery(Query, frozen=True, kw_only=True):
    """Which approvals."""

    limit: Limit = 50
    offset: Offset = 0
    order_by: tuple[HitlOrder, ...] = ()
    dag_id_pattern: Pattern | None = None
    dag_id_prefix_pattern: Prefix | None = None
    task_id: Name | None = None
    task_id_pattern: Pattern | None = None
    task_id_prefix_pattern: Prefix | None = None
    map_index: MapIndex | None = None
    state: tuple[Name, ...] = ()
    response_received: bool | None = None
    responded_by_user_id: tuple[Name, ...] = ()
    responded_by_user_name: tuple[Name, ...] = ()
    subject_search: Pattern | None = None
    body_search: Pattern | None = None
    created_at_gte: Moment | None = None
    created_at_gt: Moment | None = None
    created_at_lte: Moment | None = None
    created_at_lt: Moment | None = None


class HitlPage(View, frozen=True, kw_only=True):
    """``HITLDetailCollection``."""

    hitl_details: tuple[dict[str, Any], ...] = ()
    total_entries: int = 0


class HitlBody(Body, frozen=True, kw_only=True):
    """``UpdateHITLDetailPayload``."""

    chosen_options: tuple[str, ...]
    params_input: dict[str, Any] = {}


@routes.get(f"{_RUN}/hitlDetails", needs=READ)
def get_hitl_details(call: Call, dag_id: str, dag_run_id: str, query: HitlQuery) -> HitlPage:
    """What tasks have asked people: nothing yet."""
    del query
    if dag_run_id == "~":
        whose(call, dag_id)
    else:
        find_run(call.store, dag_id, dag_run_id)
    return HitlPage()


@routes.get(f"{_MAPPED}/hitlDetails", needs=READ)
def get_hitl_detail(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, map_index: MapIndex
) -> dict[str, Any]:
    """What one task has asked: 404."""
    find_instance(call, dag_id, dag_run_id, TaskRef(task_id, map_index))
    raise NotFound(f"approval of {task_id}", str(map_index))


@routes.get(f"{_MAPPED}/hitlDetails/tries/{{try_number}}", needs=READ)
def get_hitl_detail_try_detail(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    map_index: MapIndex,
    try_number: Natural,
) -> dict[str, Any]:
    """What one try has asked: 404."""
    find_instance(call, dag_id, dag_run_id, TaskRef(task_id, map_index))
    raise NotFound(f"approval of {task_id}", f"try {try_number}")


@routes.patch(f"{_MAPPED}/hitlDetails", needs=EDIT, errors=(501,))
def update_hitl_detail(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, map_index: MapIndex, body: HitlBody
) -> dict[str, Any]:
    """Answers a task that asks."""
    del body
    find_instance(call, dag_id, dag_run_id, TaskRef(task_id, map_index))
    raise NotBuilt("approvals", APPROVALS)


# -- the state store ------------------------------------------------------------------------


class StoreQuery(Query, frozen=True, kw_only=True):
    """Which entries."""

    map_index: MapIndex = UNMAPPED
    limit: Limit = 50
    offset: Offset = 0


class ClearStoreQuery(Query, frozen=True, kw_only=True):
    """Of which instances."""

    map_index: MapIndex = UNMAPPED
    all_map_indices: bool = False


class StateBody(Body, frozen=True, kw_only=True):
    """``TaskStateStoreBody``."""

    value: Any
    expires_at: Name | msgspec.UnsetType | None = msgspec.UNSET
    """A moment, or ``default``."""


class StatePatchBody(Body, frozen=True, kw_only=True):
    """``TaskStateStorePatchBody``."""

    value: Any


class StorePage(View, frozen=True, kw_only=True):
    """``TaskStateStoreCollectionResponse``."""

    task_state_store: tuple[dict[str, Any], ...] = ()
    total_entries: int = 0


@routes.get(_STORE, needs=READ)
def list_task_state_store(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: StoreQuery
) -> StorePage:
    """What a task keeps from try to try: nothing yet."""
    find_instance(call, dag_id, dag_run_id, TaskRef(task_id, query.map_index))
    return StorePage()


@routes.get(f"{_STORE}/{{key:path}}", needs=READ)
def get_task_state_store(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, key: Name, query: IndexQuery
) -> dict[str, Any]:
    """One entry: 404."""
    find_instance(call, dag_id, dag_run_id, TaskRef(task_id, query.map_index))
    raise NotFound(f"state of {task_id}", key)


@routes.delete(_STORE, needs=EDIT)
def clear_task_state_store(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: ClearStoreQuery
) -> None:
    """Deletes all entries, of which there are none."""
    if query.all_map_indices:
        find_run(call.store, dag_id, dag_run_id)
    else:
        find_instance(call, dag_id, dag_run_id, TaskRef(task_id, query.map_index))


@routes.delete(f"{_STORE}/{{key:path}}", needs=EDIT)
def delete_task_state_store(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, key: Name, query: IndexQuery
) -> None:
    """Deletes one entry: 404."""
    find_instance(call, dag_id, dag_run_id, TaskRef(task_id, query.map_index))
    raise NotFound(f"state of {task_id}", key)


@routes.put(f"{_STORE}/{{key:path}}", needs=EDIT, errors=(501,))
def set_task_state_store(  # noqa: PLR0913, PLR0917 - what the request gives
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    key: Name,
    query: IndexQuery,
    body: StateBody,
) -> None:
    """Writes an entry."""
    del key, body
    find_instance(call, dag_id, dag_run_id, TaskRef(task_id, query.map_index))
    raise NotBuilt("state store", STATES)


@routes.patch(f"{_STORE}/{{key:path}}", needs=EDIT, errors=(501,))
def patch_task_state_store(  # noqa: PLR0913, PLR0917 - what the request gives
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    key: Name,
    query: IndexQuery,
    body: StatePatchBody,
) -> None:
    """Changes an entry."""
    del key, body
    find_instance(call, dag_id, dag_run_id, TaskRef(task_id, query.map_index))
    raise NotBuilt("state store", STATES)
