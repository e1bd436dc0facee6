"""A run moves to a newer spec and code version: when it is cleared with the latest code."""

from collections.abc import Iterable

import msgspec

from narae.core.commands import AddInstances, ChangeRun, ChangeTask, Command
from narae.core.decide.new_run import new_run
from narae.core.graph import Graph
from narae.core.ids import CodeVersion, TaskRef
from narae.core.run import Instance, Limits, Run
from narae.core.run_view import RunView
from narae.core.spec import DagSpec
from narae.core.states import HOLDS_SLOT, TaskState

_REFRESHED = ("pool", "pool_slots", "priority", "queue")


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What moving a run takes."""

    commands: list[Command]
    view: RunView
    """The run as it is after ``commands``."""
    in_the_way: tuple[TaskRef, ...] = ()
    """Instances that the new code does not have and that run now: they have to end first."""


def move_run(
    view: RunView, spec: DagSpec, *, spec_id: int, code_version: CodeVersion, limits: Limits
) -> Moved:
    """Commands that make ``view``'s run one of ``spec``, without clearing anything.

    Tasks that are new get instances, as a new run would have them; those that are gone, and
    mapped instances beyond a literal's new length, become removed. What is mapped over XComs
    stays as it was expanded until what it counts runs again.
    """
    run = msgspec.structs.replace(
        view.run, revision=view.run.revision + 1, spec_id=spec_id, code_version=code_version
    )
    graph = Graph(spec)
    fresh = _fresh(run, spec, limits, graph)
    changes: list[ChangeTask] = []
    added: list[Instance] = []
    in_the_way: list[TaskRef] = []
    old: dict[str, list[Instance]] = {}
    for instance in view.instances.values():
        old.setdefault(instance.task_id, []).append(instance)
    for task_id in dict.fromkeys((*old, *fresh)):
        depth = len(graph.levels.get(task_id, ()))
        wanted = _wanted(old.get(task_id, []), fresh.get(task_id, []), depth)
        for instance in old.get(task_id, []):
            after = wanted.pop(instance.ref, None)
            if instance.state in HOLDS_SLOT:
                if after is None:
                    in_the_way.append(instance.ref)
            elif (change := _change(instance, after)) is not None:
                changes.append(change)
        added += wanted.values()
    commands: list[Command] = [ChangeRun(before=view.run, after=run), *changes]
    if added:
        commands.append(AddInstances(run=run.uid, instances=tuple(added)))
    after_all = dict(view.instances)
    after_all |= {change.after.ref: change.after for change in changes}
    after_all |= {instance.ref: instance for instance in added}
    return Moved(
        commands=commands,
        view=RunView.build(
            run=run, spec=spec, instances=after_all.values(), past=view.past, graph=graph
        ),
        in_the_way=tuple(in_the_way),
    )


def _fresh(run: Run, spec: DagSpec, limits: Limits, graph: Graph) -> dict[str, list[Instance]]:
    """What a new run of ``spec`` at this run's date would have, by task."""
    made = new_run(
        spec=spec,
        spec_id=run.spec_id,
        code_version=run.code_version,
        uid=run.uid,
        run_id=run.run_id,
        run_type=run.run_type,
        logical_date=run.logical_date,
        interval=run.interval,
        run_after=run.run_after,
        conf=run.conf,
        now=run.queued_at,
        limits=limits,
        graph=graph,
    )
    found: dict[str, list[Instance]] = {}
    for instance in made.instances:
        found.setdefault(instance.task_id, []).append(instance)
    return found


def _wanted(old: list[Instance], fresh: list[Instance], depth: int) -> dict[TaskRef, Instance]:
    """One task's instances under the new code, under the map indices that they shall have.

    ``depth`` is the number of mapping levels that it has now.
    """
    if not fresh or not old:
        return {instance.ref: instance for instance in fresh}
    same_shape = all(len(i.path) <= depth and i.expanded == (len(i.path) == depth) for i in old)
    if same_shape and not all(instance.expanded for instance in fresh):
        # Expanded by what its upstream had pushed; that holds until the upstream runs again.
        template = fresh[0]
        return {i.ref: _like(i, template) for i in old}
    places = {instance.path: instance.ref for instance in old}
    top = max(instance.map_index for instance in (*old, *fresh))
    wanted: dict[TaskRef, Instance] = {}
    taken = {instance.ref for instance in old}
    for instance in fresh:
        ref = places.get(instance.path, instance.ref)
        if instance.path not in places and ref in taken and len(instance.path) > 1:
            top += 1
            ref = TaskRef(instance.task_id, top)
        wanted[ref] = msgspec.structs.replace(instance, map_index=ref.map_index)
    return wanted


def _like(instance: Instance, template: Instance) -> Instance:
    values = {name: getattr(template, name) for name in _REFRESHED}
    return msgspec.structs.replace(instance, **values)


def _change(before: Instance, after: Instance | None) -> ChangeTask | None:
    """From what an instance is to what the new code has at its place; None when that is equal."""
    if after is None:
        if before.state is TaskState.REMOVED:
            return None
        return _changed(before, state=TaskState.REMOVED, not_before=None)
    same_place = (before.path, before.expanded) == (after.path, after.expanded)
    if not same_place or (before.state is TaskState.REMOVED and after.state is TaskState.NONE):
        kept = {"fence": before.fence, "try_number": before.try_number}
        limit = {"max_tries": before.try_number + after.max_tries}
        renewed = msgspec.structs.replace(
            after, revision=before.revision + 1, state=TaskState.NONE, **kept, **limit
        )
        return ChangeTask(before=before, after=renewed)
    values = {name: getattr(after, name) for name in _REFRESHED}
    if all(getattr(before, name) == value for name, value in values.items()):
        return None
    return _changed(before, **values)


def _changed(before: Instance, **values: object) -> ChangeTask:
    after = msgspec.structs.replace(before, revision=before.revision + 1, **values)
    return ChangeTask(before=before, after=after)


def words_of(refs: Iterable[TaskRef]) -> str:
    """Instances as people name them.

    >>> words_of([TaskRef("a"), TaskRef("b", 2)])
    'a, b[2]'
    """
    return ", ".join(r.task_id if r.map_index < 0 else f"{r.task_id}[{r.map_index}]" for r in refs)
