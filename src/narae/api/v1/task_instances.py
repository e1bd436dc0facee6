"""``/api/v1/.../taskInstances``: listed and looked at."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import MapIndex, Moment, Names, Natural, Seconds
from narae.api.operation import V1, Body, Needs
from narae.api.problems import Problem
from narae.api.routes import Routes
from narae.api.v1.dag_runs import EVERY, MOMENTS
from narae.api.v1.instance_views import InstancePage, InstanceView, instance_view
from narae.api.v1.paging import Paged, limit_of, order_of, ranges_of, slice_of
from narae.core.ids import UNMAPPED, RunUid, TaskRef
from narae.core.states import TaskState
from narae.engine.actions import find_run
from narae.engine.errors import NotFound
from narae.engine.ports import RunQuery
from narae.storage.queries import InstanceFilter, InstanceListRow, Slice

routes = Routes(V1, tag="TaskInstance")

READ = Needs(Resource.TASK_INSTANCE, Action.READ)

_RUN = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances"
_ORDERS = {
    "state": "state",
    "duration": "duration",
    "start_date": "started_at",
    "end_date": "ended_at",
    "map_index": "map_index",
}
Order = Literal[
    "state", "-state", "duration", "-duration", "start_date", "-start_date", "end_date",
    "-end_date", "map_index", "-map_index",
]  # fmt: skip
_RANGES = MOMENTS | {"duration": "duration"}
States = Annotated[tuple[TaskState, ...], Meta(extra={"csv": True})]


class InstancesQuery(Paged, frozen=True, kw_only=True):
    """Which task instances."""

    execution_date_gte: Moment | None = None
    execution_date_lte: Moment | None = None
    start_date_gte: Moment | None = None
    start_date_lte: Moment | None = None
    end_date_gte: Moment | None = None
    end_date_lte: Moment | None = None
    updated_at_gte: Moment | None = None
    updated_at_lte: Moment | None = None
    duration_gte: Seconds | None = None
    duration_lte: Seconds | None = None
    state: States = ()
    pool: Names = ()
    queue: Names = ()
    executor: Names = ()


class MappedQuery(InstancesQuery, frozen=True, kw_only=True):
    """Which instances of a mapped task, in which order."""

    order_by: Order | None = None


class InstancesBody(Body, frozen=True, kw_only=True):
    """``ListTaskInstanceForm``."""

    page_offset: Natural = 0
    page_limit: Annotated[int, Meta(ge=1, le=2**31 - 1)] = 100
    dag_ids: tuple[str, ...] | None = None
    dag_run_ids: tuple[str, ...] | None = None
    task_ids: tuple[str, ...] | None = None
    execution_date_gte: Moment | None = None
    execution_date_lte: Moment | None = None
    start_date_gte: Moment | None = None
    start_date_lte: Moment | None = None
    end_date_gte: Moment | None = None
    end_date_lte: Moment | None = None
    duration_gte: Seconds | None = None
    duration_lte: Seconds | None = None
    state: tuple[TaskState | None, ...] | None = None
    pool: tuple[str, ...] | None = None
    queue: tuple[str, ...] | None = None
    executor: tuple[str, ...] | None = None


def views_of(call: Call, rows: Sequence[InstanceListRow]) -> list[InstanceView]:
    """Instances as lists show them, with their rendered fields."""
    rendered = call.queries.rendered([row.instance.key for row in rows])
    tasks = {
        (spec_id, task.task_id): task
        for spec_id in {row.spec_id for row in rows}
        for task in call.spec(spec_id).tasks
    }
    return [
        instance_view(
            row,
            task=tasks.get((row.spec_id, row.instance.task_id)),
            rendered=call.masker.mask_value(rendered.get(row.instance.key, {})),
        )
        for row in rows
    ]


def _page(call: Call, wanted: InstanceFilter, part: Slice) -> InstancePage:
    visible = call.readable_dags(Resource.TASK_INSTANCE)
    page = call.queries.instances(wanted, part, visible=visible)
    return InstancePage(task_instances=views_of(call, page.rows), total_entries=page.total)


def _filter(call: Call, dag_id: str, dag_run_id: str, query: InstancesQuery) -> InstanceFilter:
    runs = named_run(call, dag_id, dag_run_id)
    return InstanceFilter(
        runs=runs,
        dag_ids=None if dag_id == EVERY or runs is not None else (dag_id,),
        run_ids=None if dag_run_id == EVERY or runs is not None else (dag_run_id,),
        states=query.state or None,
        pools=query.pool or None,
        queues=query.queue or None,
        executors=query.executor or None,
        ranges=ranges_of(query, _RANGES),
    )


def named_run(call: Call, dag_id: str, dag_run_id: str) -> tuple[RunUid, ...] | None:
    """The run of a path, which makes a list cheap and puts it in the order of its tasks.

    One that is not there has an empty list: Airflow 2 takes it so.
    """
    if EVERY in {dag_id, dag_run_id}:
        return None
    found = call.store.runs(RunQuery(dag_id=dag_id, run_ids=(dag_run_id,)))
    return tuple(run.uid for run in found)


def find_instance(call: Call, dag_id: str, dag_run_id: str, ref: TaskRef) -> InstanceListRow:
    """One instance; what is wrong with its name otherwise."""
    run = find_run(call.store, dag_id, dag_run_id)
    wanted = InstanceFilter(runs=(run.uid,), task_ids=(ref.task_id,), map_indexes=(ref.map_index,))
    rows = call.queries.instances(wanted, Slice(limit=1)).rows
    if rows:
        return rows[0]
    known = call.store.instance_states(run.uid)
    if all(each.task_id != ref.task_id for each in known):
        raise NotFound(f"task of {dag_id}", ref.task_id, among={each.task_id for each in known})
    if ref.map_index == UNMAPPED:
        raise Problem(404, f"task {ref.task_id!r} is mapped: add an index to the path")
    raise Problem(404, f"task {ref.task_id!r} has no instance {ref.map_index}")


@routes.get(_RUN, needs=READ)
def get_task_instances(
    call: Call, dag_id: str, dag_run_id: str, query: InstancesQuery
) -> InstancePage:
    """Task instances of a run; ``~`` stands for any DAG, or any run."""
    wanted = _filter(call, dag_id, dag_run_id, query)
    return _page(call, wanted, slice_of(call, query))


@routes.post("/dags/~/dagRuns/~/taskInstances/list", needs=READ)
def get_task_instances_batch(call: Call, body: InstancesBody) -> InstancePage:
    """Task instances of any DAGs, by a long list of conditions."""
    for dag_id in body.dag_ids or ():
        call.must(Action.READ, Resource.TASK_INSTANCE, dag_id)
    states = None if body.state is None else tuple(s or TaskState.NONE for s in body.state)
    wanted = InstanceFilter(
        dag_ids=body.dag_ids or None,
        run_ids=body.dag_run_ids or None,
        task_ids=body.task_ids or None,
        states=states or None,
        pools=body.pool or None,
        queues=body.queue or None,
        executors=body.executor or None,
        ranges=ranges_of(body, _RANGES),
    )
    return _page(
        call, wanted, Slice(limit=limit_of(call, body.page_limit), offset=body.page_offset)
    )


@routes.get(f"{_RUN}/{{task_id}}", needs=READ)
def get_task_instance(call: Call, dag_id: str, dag_run_id: str, task_id: str) -> InstanceView:
    """One task instance of a task that is not mapped."""
    return views_of(call, [find_instance(call, dag_id, dag_run_id, TaskRef(task_id))])[0]


@routes.get(f"{_RUN}/{{task_id}}/{{map_index}}", needs=READ)
def get_mapped_task_instance(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, map_index: MapIndex
) -> InstanceView:
    """One instance of a mapped task."""
    row = find_instance(call, dag_id, dag_run_id, TaskRef(task_id, map_index))
    return views_of(call, [row])[0]


@routes.get(f"{_RUN}/{{task_id}}/listMapped", needs=READ)
def get_mapped_task_instances(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: MappedQuery
) -> InstancePage:
    """The instances of a mapped task."""
    run = find_run(call.store, dag_id, dag_run_id)
    tasks = {task.task_id: task for task in call.spec(run.spec_id).tasks}
    task = tasks.get(task_id)
    if task is None:
        raise NotFound(f"task of {dag_id}", task_id, among=tasks)
    base = _filter(call, dag_id, dag_run_id, query)
    wanted = InstanceFilter(
        runs=base.runs,
        task_ids=(task_id,),
        mapped=True,
        states=base.states,
        pools=base.pools,
        queues=base.queues,
        executors=base.executors,
        ranges=base.ranges,
    )
    page = _page(call, wanted, slice_of(call, query, order_of(query.order_by, _ORDERS)))
    if page.total_entries == 0 and not _is_mapped(call, dag_id, dag_run_id, task_id):
        raise Problem(404, f"task {task_id!r} is not mapped")
    return page


def _is_mapped(call: Call, dag_id: str, dag_run_id: str, task_id: str) -> bool:
    run = find_run(call.store, dag_id, dag_run_id)
    spec = call.spec(run.spec_id)
    groups = {group.group_id: group for group in spec.groups}
    task = next(task for task in spec.tasks if task.task_id == task_id)
    if task.expansion is not None:
        return True
    group = groups.get(task.group_id or "")
    while group is not None:
        if group.expansion is not None:
            return True
        group = groups.get(group.parent_id or "")
    return False
