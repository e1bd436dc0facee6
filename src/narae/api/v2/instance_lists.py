"""Lists of task instances: every filter of Airflow 3, and ``/list`` by a body."""

from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import Any, Literal

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Cursor, Limit, MapIndex, Name, Natural, Offset
from narae.api.listing import Pattern, Prefix, given, ordered
from narae.api.operation import V2, Needs
from narae.api.problems import Problem, invalid
from narae.api.routes import Routes
from narae.api.v2.instance_views import InstancePage, InstanceView, instance_view
from narae.api.v2.run_lists import visible_in, whose
from narae.api.v2.spans import BatchSpans, Spans, ranges_of
from narae.api.v2.version_views import versions_by_spec
from narae.core.graph import Graph
from narae.core.ids import RunUid
from narae.core.run import DagRow, Run
from narae.core.spec import TaskSpec
from narae.core.states import TaskState
from narae.engine.actions import find_dag, find_run
from narae.engine.errors import NotFound
from narae.storage.queries import InstanceFilter, InstanceListRow, Page, Slice

routes = Routes(V2, tag="TaskInstance")

READ = Needs(Resource.TASK_INSTANCE, Action.READ)

_ORDERS = MappingProxyType(
    {
        "id": "id",
        "state": "state",
        "duration": "duration",
        "start_date": "started_at",
        "end_date": "ended_at",
        "map_index": "map_index",
        "try_number": "try_number",
        "logical_date": "logical_date",
        "run_after": "run_after",
        "task_id": "task_id",
        "queued_when": "queued_at",
        "rendered_map_index": "label",
        "data_interval_start": "logical_date",
        "data_interval_end": "logical_date",
    }
)
"""Airflow's names -> the store's. Intervals follow one another as logical dates do."""
InstanceOrder = Literal[
    "id", "-id", "state", "-state", "duration", "-duration", "start_date", "-start_date",
    "end_date", "-end_date", "map_index", "-map_index", "try_number", "-try_number",
    "logical_date", "-logical_date", "run_after", "-run_after", "task_id", "-task_id",
    "queued_when", "-queued_when", "rendered_map_index", "-rendered_map_index",
    "data_interval_start", "-data_interval_start", "data_interval_end", "-data_interval_end",
]  # fmt: skip
StateName = Literal[
    "removed", "scheduled", "queued", "running", "success", "restarting", "failed",
    "up_for_retry", "up_for_reschedule", "upstream_failed", "skipped", "deferred",
    "awaiting_input", "none", "no_status",
]  # fmt: skip
"""Airflow's names; ``none`` and ``no_status`` are what answers give as null."""


class InstancesQuery(Spans, frozen=True, kw_only=True):
    """Which task instances."""

    cursor: Cursor | None = None
    limit: Limit = 50
    offset: Offset = 0
    order_by: tuple[InstanceOrder, ...] = ()
    task_id: Name | None = None
    task_group_id: Name | None = None
    task_display_name_pattern: Pattern | None = None
    task_display_name_prefix_pattern: Prefix | None = None
    dag_id_pattern: Pattern | None = None
    dag_id_prefix_pattern: Prefix | None = None
    run_id_pattern: Pattern | None = None
    run_id_prefix_pattern: Prefix | None = None
    state: tuple[StateName, ...] = ()
    pool: tuple[Name, ...] = ()
    pool_name_pattern: Pattern | None = None
    pool_name_prefix_pattern: Prefix | None = None
    queue: tuple[Name, ...] = ()
    queue_name_pattern: Pattern | None = None
    queue_name_prefix_pattern: Prefix | None = None
    executor: tuple[Name, ...] = ()
    version_number: tuple[Natural, ...] = ()
    try_number: tuple[Natural, ...] = ()
    operator: tuple[Name, ...] = ()
    operator_name_pattern: Pattern | None = None
    operator_name_prefix_pattern: Prefix | None = None
    map_index: tuple[MapIndex, ...] = ()
    rendered_map_index_pattern: Pattern | None = None
    rendered_map_index_prefix_pattern: Prefix | None = None


class InstancesBatchBody(BatchSpans, frozen=True, kw_only=True):
    """``TaskInstancesBatchBody``."""

    order_by: InstanceOrder | None = None
    page_offset: Offset = 0
    page_limit: Limit = 100
    dag_ids: tuple[Name, ...] | None = None
    dag_run_ids: tuple[Name, ...] | None = None
    task_ids: tuple[Name, ...] | None = None
    state: tuple[StateName | None, ...] | None = None
    pool: tuple[Name, ...] | None = None
    queue: tuple[Name, ...] | None = None
    executor: tuple[Name, ...] | None = None


def views_of(
    call: Call, rows: Sequence[InstanceListRow], *, rendered: dict[str, Any] | None = None
) -> list[InstanceView]:
    """Instances of whichever runs as lists show them; ``rendered`` is of the only one."""
    versions = versions_by_spec(call, (row.spec_id for row in rows))
    tasks: dict[int, dict[str, TaskSpec]] = {}
    for row in rows:
        if row.spec_id not in tasks:
            spec = call.spec(row.spec_id)
            tasks[row.spec_id] = {task.task_id: task for task in spec.tasks}
    return [
        instance_view(
            row,
            task=tasks[row.spec_id].get(row.instance.task_id),
            version=versions.get(row.spec_id),
            rendered=rendered,
        )
        for row in rows
    ]


_LIST = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances"


@routes.get(_LIST, needs=READ)
def get_task_instances(
    call: Call, dag_id: str, dag_run_id: str, query: InstancesQuery
) -> InstancePage:
    """Task instances of a run, by task and map index; of all runs, the latest first (``~``)."""
    return _listed(call, dag_id, dag_run_id, query)


@routes.get(f"{_LIST}/{{task_id}}/listMapped", needs=READ)
def get_mapped_task_instances(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: InstancesQuery
) -> InstancePage:
    """The instances of a mapped task."""
    run = find_run(call.store, dag_id, dag_run_id)
    known = {ref.task_id for ref in call.store.instance_states(run.uid)}
    if task_id not in known:
        raise NotFound(f"task of {dag_id}", task_id, among=known)
    page = _listed(call, dag_id, dag_run_id, query, mapped_task=task_id)
    if not page.task_instances and _is_plain(call, run, task_id):
        raise Problem(404, f"task {task_id!r} is not mapped")
    return page


@routes.post(f"{_LIST}/list", needs=READ)
def get_task_instances_batch(
    call: Call, dag_id: str, dag_run_id: str, body: InstancesBatchBody
) -> InstancePage:
    """The same by a body, for filters that are too long for a query string. Use ``~`` twice."""
    dag_ids, runs = _where(call, dag_id, dag_run_id)
    for other in body.dag_ids or ():
        call.must(Action.READ, Resource.TASK_INSTANCE, other)
    wanted = InstanceFilter(
        dag_ids=dag_ids if dag_id != "~" else body.dag_ids or None,
        runs=runs,
        run_ids=body.dag_run_ids or None,
        task_ids=body.task_ids or None,
        states=_states(body.state or ()),
        pools=body.pool or None,
        queues=body.queue or None,
        executors=body.executor or None,
        ranges=ranges_of(body),
    )
    order = ordered([body.order_by] if body.order_by else [], _ORDERS)
    part = Slice(limit=body.page_limit, offset=body.page_offset, order=order)
    visible = visible_in(call, dag_id, Resource.TASK_INSTANCE)
    page = call.queries.instances(wanted, part, visible=visible)
    return _answer(call, page, by_cursor=False)


def _where(
    call: Call, dag_id: str, dag_run_id: str
) -> tuple[tuple[str, ...] | None, tuple[RunUid, ...] | None]:
    """The DAG and the run that a path names, which have to be there; None: all (``~``)."""
    if dag_run_id == "~":
        return whose(call, dag_id), None
    if dag_id == "~":
        raise Problem(404, "dag_run_id: a run has to be named together with its DAG")
    return None, (find_run(call.store, dag_id, dag_run_id).uid,)


def _listed(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    query: InstancesQuery,
    *,
    mapped_task: str | None = None,
) -> InstancePage:
    dag_ids, runs = _where(call, dag_id, dag_run_id)
    tasks = _task_ids(call, dag_id, dag_run_id, query)
    if mapped_task is not None:
        tasks = (mapped_task,) if tasks is None or mapped_task in tasks else ()
    wanted = InstanceFilter(
        dag_ids=dag_ids,
        runs=runs,
        task_ids=tasks,
        mapped=None if mapped_task is None else True,
        map_indexes=query.map_index or None,
        states=_states(query.state),
        pools=query.pool or None,
        queues=query.queue or None,
        executors=query.executor or None,
        operators=query.operator or None,
        try_numbers=query.try_number or None,
        versions=query.version_number or None,
        patterns=_patterns(query),
        prefixes=_prefixes(query),
        ranges=ranges_of(query),
    )
    part = Slice(
        limit=query.limit,
        offset=query.offset,
        order=ordered(query.order_by, _ORDERS),
        cursor=query.cursor or "",
    )
    visible = visible_in(call, dag_id, Resource.TASK_INSTANCE)
    page = call.queries.instances(wanted, part, visible=visible)
    return _answer(call, page, by_cursor=query.cursor is not None)


def _task_ids(
    call: Call, dag_id: str, dag_run_id: str, query: InstancesQuery
) -> tuple[str, ...] | None:
    """Those of ``task_id`` and of the group ``task_group_id``; None: all."""
    if query.task_group_id is None:
        return None if query.task_id is None else (query.task_id,)
    if dag_id == "~":
        raise invalid(V2, "task_group_id", "a group has to be named together with its DAG")
    row: DagRow | Run = find_dag(call.store, dag_id)
    if dag_run_id != "~":
        row = find_run(call.store, dag_id, dag_run_id)
    found = Graph(call.spec(row.spec_id)).resolve([query.task_group_id])
    return tuple(sorted(each for each in found if query.task_id in {None, each}))


def _states(names: Iterable[StateName | None]) -> tuple[TaskState, ...] | None:
    """No instance is in a state that Narae does not have; null and no_status are none."""
    wanted = {"none" if name in {None, "no_status"} else name for name in names}
    return tuple(state for state in TaskState if state.value in wanted) if wanted else None


def _patterns(query: InstancesQuery) -> dict[str, str]:
    return given(
        dag_id=query.dag_id_pattern,
        run_id=query.run_id_pattern,
        display_name=query.task_display_name_pattern,
        pool=query.pool_name_pattern,
        queue=query.queue_name_pattern,
        operator=query.operator_name_pattern,
        label=query.rendered_map_index_pattern,
    )


def _prefixes(query: InstancesQuery) -> dict[str, str]:
    return given(
        dag_id=query.dag_id_prefix_pattern,
        run_id=query.run_id_prefix_pattern,
        display_name=query.task_display_name_prefix_pattern,
        pool=query.pool_name_prefix_pattern,
        queue=query.queue_name_prefix_pattern,
        operator=query.operator_name_prefix_pattern,
        label=query.rendered_map_index_prefix_pattern,
    )


def _is_plain(call: Call, run: Run, task_id: str) -> bool:
    graph = Graph(call.spec(run.spec_id))
    return not graph.levels.get(task_id)


def _answer(call: Call, page: Page[InstanceListRow], *, by_cursor: bool) -> InstancePage:
    return InstancePage(
        task_instances=views_of(call, page.rows),
        total_entries=None if by_cursor else page.total,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
    )
