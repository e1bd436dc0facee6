"""Clearing: run these again. Tries go on counting; the code is the run's own."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from narae.core.commands import ChangeRun, ChangeTask, Command
from narae.core.decide.report import cleared
from narae.core.decide.stop import kill
from narae.core.graph import Graph
from narae.core.ids import Path, RunUid, TaskRef
from narae.core.mapping import near
from narae.core.run import Cause, CauseKind, Instance, Run
from narae.core.run_view import Node, RunView
from narae.core.states import FINISHED_RUN, HOLDS_SLOT, RunState, TaskState

_FAILED = frozenset({TaskState.FAILED, TaskState.UPSTREAM_FAILED})
_LEFT_ALONE = frozenset({TaskState.NONE, TaskState.RESTARTING, TaskState.REMOVED})
"""Nothing to clear. What was removed comes back when what it maps over says so."""
Side = Callable[[str], Iterable[str]]
_CAUSE = Cause(kind=CauseKind.CLEARED, words="cleared while it ran")


def plan_clear(  # noqa: PLR0913 - the options of Airflow's clear
    views: Sequence[RunView],
    refs: Mapping[RunUid, Collection[TaskRef]],
    *,
    upstream: bool = False,
    downstream: bool = False,
    only_failed: bool = False,
    only_running: bool = False,
    restart_runs: bool = True,
    now: datetime,
) -> list[Command]:
    """Commands that clear instances of these runs, so that they run again.

    ``refs[run uid]`` names where to begin; a run without an entry is cleared whole.
    ``upstream`` and ``downstream`` add everything on that side, at the mapping indices that
    it shares. The setups and teardowns of what is cleared come along. ``only_failed`` and
    ``only_running`` then keep those alone. What runs is killed and waits as ``restarting``
    for the end of its attempt. A finished run is queued again when ``restart_runs``.
    """
    commands: list[Command] = []
    for view in views:
        start = refs.get(view.run.uid, view.instances.keys())
        # A run that has moved to newer code keeps rows of tasks that are gone from it.
        start = [ref for ref in start if ref.task_id in view.graph.tasks]
        chosen = widened(view, start, upstream=upstream, downstream=downstream)
        chosen = _with_setups(view, chosen)
        instances = [view.instances[ref] for ref in chosen]
        if only_failed:
            instances = [i for i in instances if i.state in _FAILED]
        if only_running:
            instances = [i for i in instances if i.state in HOLDS_SLOT]
        found = [c for i in instances for c in clear_instance(view, i, now=now)]
        if found:
            commands += found
            commands += run_again(view.run, now=now, restart=restart_runs, cleared=True)
    return commands


def widened(
    view: RunView, start: Iterable[TaskRef], *, upstream: bool, downstream: bool
) -> dict[TaskRef, None]:
    """``start`` with everything above and below it, in the order of the DAG."""
    graph = view.graph
    found = dict.fromkeys(ref for ref in start if ref in view.instances)
    sides = ([graph.above_bits] if upstream else []) + ([graph.below_bits] if downstream else [])
    if not sides:
        return found
    everywhere = 0
    for task_id, path in _places(view, found):
        bits = 0
        for side in sides:
            bits |= side[graph.place[task_id]]
        if path:
            found.update(_beside(view, task_id, path, graph.members(bits)))
        else:
            everywhere |= bits
    for task_id in graph.members(everywhere):
        found.update(dict.fromkeys(view.under.get((task_id, ()), ())))
    return dict.fromkeys(sorted(found, key=lambda ref: (graph.place[ref.task_id], ref.map_index)))


def beside(view: RunView, origins: Iterable[TaskRef], side: Side) -> dict[TaskRef, None]:
    """The instances of other tasks at the mapping indices that they share with ``origins``.

    ``side`` gives the other tasks of a task.
    """
    found: dict[TaskRef, None] = {}
    for task_id, path in _places(view, origins):
        found.update(_beside(view, task_id, path, side(task_id)))
    return found


def _places(view: RunView, refs: Iterable[TaskRef]) -> dict[Node, None]:
    """Where instances stand as far as another task may share it: often one place for many."""
    levels = view.graph.group_levels
    return dict.fromkeys(
        (ref.task_id, view.instances[ref].path[: len(levels[ref.task_id])]) for ref in refs
    )


def _beside(view: RunView, origin: str, path: Path, task_ids: Iterable[str]) -> dict[TaskRef, None]:
    return {
        other.ref: None
        for task_id in sorted(task_ids, key=view.graph.place.__getitem__)
        for other in near(view, task_id, path, view.graph.shared(origin, task_id))
    }


def clear_instance(view: RunView, instance: Instance, *, now: datetime) -> list[Command]:
    """Commands that clear one instance; [] when there is nothing to clear."""
    retries = view.graph.tasks[instance.task_id].retry.retries
    changes: dict[str, Any] = {"max_tries": instance.try_number + retries}
    if instance.state in _LEFT_ALONE:
        return []
    if instance.state in HOLDS_SLOT:
        changes["state"] = TaskState.RESTARTING
        return [_changed(instance, changes), *kill(view, instance.ref, _CAUSE, now=now)]
    return [_changed(instance, cleared(instance) | changes)]


def run_again(run: Run, *, now: datetime, restart: bool, cleared: bool) -> list[Command]:
    """A finished run is queued again; a clear is counted."""
    changes: dict[str, Any] = {"clear_number": run.clear_number + 1} if cleared else {}
    if restart and run.state in FINISHED_RUN:
        changes |= {
            "state": RunState.QUEUED,
            "queued_at": now,
            "started_at": None,
            "ended_at": None,
            "reason": None,
        }
    if not changes:
        return []
    after = msgspec.structs.replace(run, revision=run.revision + 1, **changes)
    return [ChangeRun(before=run, after=after)]


def touch(run: Run) -> ChangeRun:
    """Only raises the run's revision.

    Whoever changes instances without being their scheduler changes the run with them: by its
    revision a scheduler finds out, though it was not told, and its own decision about the
    run's end does not take.
    """
    return ChangeRun(before=run, after=msgspec.structs.replace(run, revision=run.revision + 1))


def _changed(instance: Instance, changes: dict[str, Any]) -> ChangeTask:
    after = msgspec.structs.replace(instance, revision=instance.revision + 1, **changes)
    return ChangeTask(before=instance, after=after)


def _with_setups(view: RunView, chosen: dict[TaskRef, None]) -> dict[TaskRef, None]:
    """The setups that the chosen rely on, and the teardowns that clean up after those."""
    partners = beside(view, chosen, lambda task_id: _partners(view.graph, task_id))
    return chosen | partners


def _partners(graph: Graph, task_id: str) -> set[str]:
    setups = set(graph.setups[task_id])
    if graph.tasks[task_id].is_setup:
        setups.add(task_id)
    teardowns = {
        below
        for setup in setups
        for below in graph.downstream[setup]
        if graph.tasks[below].is_teardown
    }
    return (setups | teardowns) - {task_id}
