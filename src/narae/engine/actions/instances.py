"""Single task instances, as users change them."""

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from narae.core.clear import touch
from narae.core.commands import Audit, ChangeTask, Command, DeleteInstance
from narae.core.decide.newer_code import words_of
from narae.core.ids import TaskRef
from narae.core.log_paths import log_path
from narae.core.run import Instance, Run
from narae.core.run_view import RunView
from narae.core.spec import Value
from narae.core.states import HOLDS_SLOT, TaskState
from narae.core.wire import Wake
from narae.engine.actions.act import Act, find_run, refs_of, told, view_of
from narae.engine.actions.bulk import BulkResult, OnMissing, change_each
from narae.engine.actions.mark import TaskMark, check_note, mark_tasks, marked_refs
from narae.engine.errors import Conflict

RunName = tuple[str, str]
"""DAG id and run id."""


class InstancePatch(Value, frozen=True, kw_only=True):
    """Which instances of one task or task group change, and how; what is unset stays."""

    task_id: str | None = None
    group_id: str | None = None
    map_indexes: tuple[int, ...] | None = None
    """None: all of them."""
    state: TaskState | UnsetType = UNSET
    """success, failed or skipped."""
    note: str | UnsetType | None = UNSET
    """Only of the instances that are named, not of those around them."""
    upstream: bool = False
    downstream: bool = False
    past: bool = False
    future: bool = False


def patch(
    act: Act, dag_id: str, run_id: str, wish: InstancePatch, *, dry_run: bool = False
) -> list[tuple[Run, Instance]]:
    """Marks instances, writes their note, or both; gives all that are meant, as they are then.

    A dry run gives those that would change, as they are now. Raises NotFound or Invalid.
    """
    if isinstance(wish.note, str):
        check_note(wish.note)
    view = view_of(act.store, find_run(act.store, dag_id, run_id))
    refs = marked_refs(view, wish.task_id, wish.group_id, wish.map_indexes)
    found: list[tuple[Run, Instance]] = []
    if not isinstance(wish.state, UnsetType):
        found = mark_tasks(act, dag_id, run_id, _mark(wish, wish.state), dry_run=dry_run)
    if not isinstance(wish.note, UnsetType):
        found += _write_notes(act, view, refs, wish.note, dry_run=dry_run)
    if dry_run:
        return list({each.key: (run, each) for run, each in reversed(found)}.values())[::-1]
    found += [(view.run, view.instances[ref]) for ref in refs]
    return _now(act, found)


def _mark(wish: InstancePatch, state: TaskState) -> TaskMark:
    return TaskMark(
        task_id=wish.task_id,
        group_id=wish.group_id,
        map_indexes=wish.map_indexes,
        state=state,
        upstream=wish.upstream,
        downstream=wish.downstream,
        past=wish.past,
        future=wish.future,
    )


def _write_notes(
    act: Act, view: RunView, refs: Sequence[TaskRef], note: str | None, *, dry_run: bool
) -> list[tuple[Run, Instance]]:
    dag_id, run_id = view.run.dag_id, view.run.run_id

    def decide() -> tuple[list[Command], list[tuple[Run, Instance]]]:
        now = view_of(act.store, find_run(act.store, dag_id, run_id))
        found = [now.instances[ref] for ref in refs if ref in now.instances]
        found = [instance for instance in found if instance.note != note]
        commands: list[Command] = [_noted(instance, note) for instance in found]
        commands += [touch(now.run)] if commands else []
        return commands, [(now.run, instance) for instance in found]

    if dry_run:
        return decide()[1]

    def audit(found: list[tuple[Run, Instance]]) -> Audit:
        return act.audit(
            "note",
            dag_id=dag_id,
            run_id=run_id,
            ref=refs[0] if len(refs) == 1 else None,
            before={words_of([each.ref]): each.note for _, each in found},
            after={"note": note},
            count=len(found),
        )

    return act.commit(decide, audit=audit, wake=Wake(runs=(view.run.uid,)))


def _noted(before: Instance, note: str | None) -> ChangeTask:
    after = msgspec.structs.replace(before, note=note, revision=before.revision + 1)
    return ChangeTask(before=before, after=after)


def _now(act: Act, found: Sequence[tuple[Run, Instance]]) -> list[tuple[Run, Instance]]:
    """The same instances as the store has them now, each once, in the order of the DAG."""
    answer: list[tuple[Run, Instance]] = []
    for run in {run.uid: run for run, _ in found}.values():
        view = view_of(act.store, find_run(act.store, run.dag_id, run.run_id))
        wanted = {each.ref for each_run, each in found if each_run.uid == run.uid}
        place = view.graph.place
        known = [ref for ref in wanted if ref in view.instances]
        known.sort(key=lambda ref: (place.get(ref.task_id, len(place)), ref))
        answer += [(view.run, view.instances[ref]) for ref in known]
    return answer


def stop(act: Act, dag_id: str, run_id: str, ref: TaskRef) -> Instance:
    """Ends an instance that runs, as failed and without a retry.

    Raises NotFound, or Conflict when no attempt of it is open.
    """
    view = view_of(act.store, find_run(act.store, dag_id, run_id))
    instance = view.instances[refs_of(view, ref.task_id, [ref.map_index])[0]]
    if instance.state not in HOLDS_SLOT:
        raise Conflict(f"{words_of([ref])} does not run: it is {instance.state.value}")
    wish = InstancePatch(task_id=ref.task_id, map_indexes=(ref.map_index,), state=TaskState.FAILED)
    changed = patch(act, dag_id, run_id, wish)
    return next(each for _, each in changed if each.ref == ref)


def delete(act: Act, dag_id: str, run_id: str, ref: TaskRef) -> None:
    """Deletes an instance of a task that is gone from its run, with attempts, XComs and logs.

    Raises NotFound, or Conflict for an instance that still takes part in the run.
    """
    uid = find_run(act.store, dag_id, run_id).uid

    def decide() -> tuple[list[Command], Audit, Instance]:
        view = view_of(act.store, find_run(act.store, dag_id, run_id))
        before = view.instances[refs_of(view, ref.task_id, [ref.map_index])[0]]
        if before.state is not TaskState.REMOVED:
            words = f"{words_of([ref])} of {run_id!r} takes part in its run: it is {before.state}"
            raise Conflict(f"{words}; only what has been removed can be deleted")
        audit = act.audit(
            "delete_task_instance",
            dag_id=dag_id,
            run_id=run_id,
            ref=ref,
            before=told([(view.run, before)]),
            of_previous=True,
        )
        return [touch(view.run), DeleteInstance(before=before)], audit, before

    gone = act.write(decide, wake=Wake(runs=(uid,)))
    tries = range(1, gone.try_number + 1)
    act.remove_logs(*(log_path(dag_id, run_id, *ref, number) for number in tries))


def bulk_update(
    act: Act,
    patches: Sequence[tuple[RunName, InstancePatch]],
    on_missing: OnMissing = OnMissing.FAIL,
) -> BulkResult:
    """Changes each; named ``dag_id.run_id.task_id[map_index]`` in the result."""

    def change(item: tuple[RunName, InstancePatch]) -> object:
        name, wish = item
        return patch(act, *name, wish)

    def name(item: tuple[RunName, InstancePatch]) -> str:
        run, wish = item
        indexes = wish.map_indexes or (-1,)
        return _name(run, TaskRef(wish.task_id or wish.group_id or "", indexes[0]))

    return change_each(patches, name=name, do=change, on_missing=on_missing)


def bulk_delete(
    act: Act,
    names: Sequence[tuple[RunName, TaskRef]],
    on_missing: OnMissing = OnMissing.FAIL,
) -> BulkResult:
    """Deletes each that has been removed from its run."""

    def remove(item: tuple[RunName, TaskRef]) -> None:
        (dag_id, run_id), ref = item
        delete(act, dag_id, run_id, ref)

    return change_each(names, name=lambda each: _name(*each), do=remove, on_missing=on_missing)


def _name(run: RunName, ref: TaskRef) -> str:
    return ".".join((*run, words_of([ref])))
