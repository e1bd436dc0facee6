"""``.../taskInstances/{task_id}``: looked at, marked, annotated, deleted."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import MapIndex, Text
from narae.api.operation import V2, Body, Needs, Query
from narae.api.problems import Problem, invalid
from narae.api.reading import chosen
from narae.api.routes import Routes
from narae.api.v2.instance_lists import views_of
from narae.api.v2.instance_views import InstancePage, InstanceView
from narae.api.v2.shown import shown
from narae.core.ids import UNMAPPED, RunUid, TaskRef
from narae.core.run import Instance, Run
from narae.core.states import TaskState
from narae.engine.actions import find_run, instances, run_now
from narae.engine.actions.instances import InstancePatch
from narae.engine.errors import NotFound
from narae.storage.queries import InstanceFilter, InstanceListRow, Slice

routes = Routes(V2, tag="TaskInstance")

READ = Needs(Resource.TASK_INSTANCE, Action.READ)
EDIT = Needs(Resource.TASK_INSTANCE, Action.EDIT)
DELETE = Needs(Resource.TASK_INSTANCE, Action.DELETE)

Note = Annotated[str, Meta(max_length=1000)]
_RUN = "/dags/{dag_id}/dagRuns/{dag_run_id}"
_ONE = f"{_RUN}/taskInstances/{{task_id}}"
_MAPPED = f"{_ONE}/{{map_index}}"
_GROUP = f"{_RUN}/taskGroupInstances/{{group_id}}"


class InstancePatchBody(Body, frozen=True, kw_only=True):
    """``PatchTaskInstanceBody``, with the states that people may give."""

    new_state: Literal["success", "failed", "skipped"] | msgspec.UnsetType | None = msgspec.UNSET
    note: Note | msgspec.UnsetType | None = msgspec.UNSET
    include_upstream: bool = False
    include_downstream: bool = False
    include_past: bool = False
    include_future: bool = False


class MaskQuery(Query, frozen=True, kw_only=True):
    """Which fields of the body count."""

    update_mask: tuple[Text, ...] = ()


class PatchQuery(MaskQuery, frozen=True, kw_only=True):
    """And which instance of a mapped task; all of them unless it is given."""

    map_index: MapIndex | None = None


class IndexQuery(Query, frozen=True, kw_only=True):
    """Which instance of a mapped task."""

    map_index: MapIndex = UNMAPPED


def find_instance(
    call: Call, dag_id: str, dag_run_id: str, ref: TaskRef
) -> tuple[Run, InstanceListRow]:
    """One instance with its run; NotFound names the nearest task, or says what there is."""
    run = find_run(call.store, dag_id, dag_run_id)
    wanted = InstanceFilter(runs=(run.uid,), task_ids=(ref.task_id,), map_indexes=(ref.map_index,))
    rows = call.queries.instances(wanted, Slice(limit=1)).rows
    if rows:
        return run, rows[0]
    known = call.store.instance_states(run.uid)
    indexes = [each.map_index for each in known if each.task_id == ref.task_id]
    if not indexes:
        raise NotFound(f"task of {dag_id}", ref.task_id, among={each.task_id for each in known})
    if ref.map_index == UNMAPPED:
        words = f"task {ref.task_id!r} is mapped: say which instance"
        raise Problem(404, f"{words}, {min(indexes)} to {max(indexes)}")
    raise Problem(404, f"task {ref.task_id!r} has no instance {ref.map_index}")


def row_of(call: Call, run: Run, instance: Instance) -> InstanceListRow:
    """An instance as lists have it, without its attempt's whereabouts."""
    return InstanceListRow(
        instance=instance,
        updated_at=call.now,
        dag_id=run.dag_id,
        dag_display_name=call.spec(run.spec_id).display_name or run.dag_id,
        run_id=run.run_id,
        spec_id=run.spec_id,
        logical_date=run.logical_date,
        run_after=run.run_after,
        executor=None,
        host=None,
        pid=None,
    )


def page_of(call: Call, found: Iterable[tuple[Run, Instance]]) -> InstancePage:
    """What an action gives as an answer: run by run, in the order of the DAG."""
    places: dict[RunUid, int] = {}
    rows = [row_of(call, run, instance) for run, instance in found]
    for row in rows:
        places.setdefault(row.instance.run, len(places))
    order = {row.spec_id: _order(call, row.spec_id) for row in rows}

    def place(row: InstanceListRow) -> tuple[int, int, int]:
        known, one = order[row.spec_id], row.instance
        return places[one.run], known.get(one.task_id, len(known)), one.map_index

    views = views_of(call, sorted(rows, key=place))
    return InstancePage(task_instances=views, total_entries=len(views))


def _order(call: Call, spec_id: int) -> dict[str, int]:
    return {task.task_id: place for place, task in enumerate(call.spec(spec_id).tasks)}


@routes.get(_ONE, needs=READ)
def get_task_instance(call: Call, dag_id: str, dag_run_id: str, task_id: str) -> InstanceView:
    """One task instance of a task that is not mapped."""
    return _one(call, dag_id, dag_run_id, TaskRef(task_id))


@routes.get(_MAPPED, needs=READ)
def get_mapped_task_instance(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, map_index: MapIndex
) -> InstanceView:
    """One instance of a mapped task."""
    return _one(call, dag_id, dag_run_id, TaskRef(task_id, map_index))


def _one(call: Call, dag_id: str, dag_run_id: str, ref: TaskRef) -> InstanceView:
    run, row = find_instance(call, dag_id, dag_run_id, ref)
    rendered = shown(call, call.store.rendered(run.uid, ref) or {})
    return views_of(call, [row], rendered=rendered)[0]


@routes.patch(_ONE, needs=EDIT)
def patch_task_instance(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    query: PatchQuery,
    body: InstancePatchBody,
) -> InstancePage:
    """Marks instances of a task, or writes their note; gives all that changed, as they are."""
    wish = wish_of(body, query.update_mask, task_id=task_id, map_index=query.map_index)
    return page_of(call, instances.patch(call.act(), dag_id, dag_run_id, wish))


@routes.patch(f"{_ONE}/dry_run", needs=EDIT)
def patch_task_instance_dry_run(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    query: PatchQuery,
    body: InstancePatchBody,
) -> InstancePage:
    """What would change, as it is now."""
    wish = wish_of(body, query.update_mask, task_id=task_id, map_index=query.map_index)
    return page_of(call, instances.patch(call.act(), dag_id, dag_run_id, wish, dry_run=True))


@routes.patch(_MAPPED, needs=EDIT)
def patch_mapped_task_instance(  # noqa: PLR0913, PLR0917 - what the request gives
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    map_index: MapIndex,
    query: MaskQuery,
    body: InstancePatchBody,
) -> InstancePage:
    """The same for one instance of a mapped task."""
    wish = wish_of(body, query.update_mask, task_id=task_id, map_index=map_index)
    return page_of(call, instances.patch(call.act(), dag_id, dag_run_id, wish))


@routes.patch(f"{_MAPPED}/dry_run", needs=EDIT)
def patch_mapped_task_instance_dry_run(  # noqa: PLR0913, PLR0917 - what the request gives
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    map_index: MapIndex,
    query: MaskQuery,
    body: InstancePatchBody,
) -> InstancePage:
    """What would change, as it is now."""
    wish = wish_of(body, query.update_mask, task_id=task_id, map_index=map_index)
    return page_of(call, instances.patch(call.act(), dag_id, dag_run_id, wish, dry_run=True))


@routes.patch(_GROUP, needs=EDIT)
def patch_task_group_instances(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    group_id: str,
    query: MaskQuery,
    body: InstancePatchBody,
) -> InstancePage:
    """Marks all instances of a task group, or writes their note."""
    wish = wish_of(body, query.update_mask, group_id=group_id)
    return page_of(call, instances.patch(call.act(), dag_id, dag_run_id, wish))


@routes.patch(f"{_GROUP}/dry_run", needs=EDIT)
def patch_task_group_instances_dry_run(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    group_id: str,
    query: MaskQuery,
    body: InstancePatchBody,
) -> InstancePage:
    """What would change, as it is now."""
    wish = wish_of(body, query.update_mask, group_id=group_id)
    return page_of(call, instances.patch(call.act(), dag_id, dag_run_id, wish, dry_run=True))


@routes.delete(_ONE, needs=DELETE, errors=(409,))
def delete_task_instance(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: IndexQuery
) -> None:
    """Deletes an instance of a task that is gone from its run, its logs too. 409 for others."""
    instances.delete(call.act(), dag_id, dag_run_id, TaskRef(task_id, query.map_index))


@routes.post(f"{_ONE}/runNow", needs=EDIT, errors=(409,))
def run_task_instance_now(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: IndexQuery
) -> InstanceView:
    """Lets an instance run now, whatever it depends on; limits and pools still hold it."""
    ref = TaskRef(task_id, query.map_index)
    run_now(call.act(), dag_id, dag_run_id, ref)
    return _one(call, dag_id, dag_run_id, ref)


_AROUND = ("include_upstream", "include_downstream", "include_past", "include_future")
"""Say where a new state goes, too: no fields that a mask chooses."""


def wish_of(
    body: InstancePatchBody,
    mask: Iterable[str],
    *,
    task_id: str | None = None,
    group_id: str | None = None,
    map_index: int | None = None,
) -> InstancePatch:
    """The action's words for a body."""
    masked = tuple(name for name in mask if name not in _AROUND)
    changes: dict[str, Any] = chosen(body, masked, V2)
    state, note = changes.get("new_state"), changes.get("note", msgspec.UNSET)
    if state is None and note is msgspec.UNSET:
        raise invalid(V2, "new_state", "say a new_state, a note, or both")
    return InstancePatch(
        task_id=task_id,
        group_id=group_id,
        map_indexes=None if map_index is None else (map_index,),
        state=msgspec.UNSET if state is None else TaskState(state),
        note=note,
        upstream=body.include_upstream,
        downstream=body.include_downstream,
        past=body.include_past,
        future=body.include_future,
    )
