"""Mapped instances after what they count has changed, as it does when an upstream is cleared."""

from datetime import datetime

import msgspec

from narae.core.commands import AddInstances, ChangeTask, Command
from narae.core.decide.new_instance import new_instance
from narae.core.decide.step import Indexes
from narae.core.decide.stop import settle
from narae.core.ids import Path
from narae.core.mapping import UncountableError, children, count, gate
from narae.core.run import Instance, Limits
from narae.core.run_view import RunView
from narae.core.states import TaskState
from narae.core.trigger_rules import Verdict


def remap(
    view: RunView, level: str, prefix: Path, *, now: datetime, limits: Limits, indexes: Indexes
) -> list[Command]:
    """Brings the instances of a mapping level under ``prefix`` into step with their number.

    Those beyond it are removed, missing ones are added, removed ones come back. Stand-ins
    become dirty: their expansion may be possible now.
    """
    commands: list[Command] = []
    for task_id in view.graph.mapped_members[level]:
        depth = view.graph.levels[task_id].index(level)
        grown: dict[Path, list[Instance]] = {}
        for instance in view.at(task_id, prefix):
            if len(instance.path) > depth:
                grown.setdefault(instance.path[:depth], []).append(instance)
            elif len(instance.path) == depth:
                view.dirty[instance.ref] = None
        for parent, found in grown.items():
            if not any(instance.state is TaskState.NONE for instance in found):
                continue
            if gate(view, level, parent) is not Verdict.RUN:
                continue
            try:
                length = count(view, level, parent)
            except UncountableError:
                continue
            if length <= limits.max_map_length:
                commands += _fit(view, found, depth, length, now=now, indexes=indexes)
    return commands


def _fit(
    view: RunView,
    found: list[Instance],
    depth: int,
    length: int,
    *,
    now: datetime,
    indexes: Indexes,
) -> list[Command]:
    commands: list[Command] = []
    for instance in found:
        place = instance.path[depth]
        if instance.state is TaskState.NONE and place >= length:
            # A mapped task over nothing is skipped; one instance stays to show it.
            nothing = length == 0 and place == 0
            state = TaskState.SKIPPED if nothing else TaskState.REMOVED
            commands.append(settle(instance, state, now=now))
        elif instance.state is TaskState.REMOVED and place < length:
            commands.append(_restored(instance))
    there = {instance.path[depth] for instance in found}
    missing = [place for place in range(length) if place not in there]
    if missing:
        task_id, parent = found[0].task_id, found[0].path[:depth]
        stem = msgspec.structs.replace(
            new_instance(view.graph.tasks[task_id], run=view.run.uid, priority=found[0].priority),
            path=parent,
            expanded=False,
        )
        first = indexes.take(task_id, len(missing))
        nested = len(view.graph.levels[task_id]) > 1
        flat = range(first, first + len(missing)) if nested else missing
        added = children(view.graph, stem, missing, flat=flat)
        commands.append(AddInstances(run=view.run.uid, instances=tuple(added)))
    return commands


def _restored(instance: Instance) -> ChangeTask:
    after = msgspec.structs.replace(
        instance, revision=instance.revision + 1, state=TaskState.NONE, ended_at=None
    )
    return ChangeTask(before=instance, after=after)
