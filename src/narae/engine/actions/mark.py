"""A user says how it went."""

from collections.abc import Sequence

import msgspec

from narae.core.clear import touch
from narae.core.commands import Audit, ChangeRun, ChangeTask, Command
from narae.core.ids import TaskRef
from narae.core.marks import plan_mark_run, plan_mark_task
from narae.core.run import Instance, Run
from narae.core.run_view import RunView
from narae.core.spec import Value
from narae.core.states import RunState, TaskState
from narae.core.wire import Wake
from narae.engine.actions.act import (
    Act,
    find_run,
    group_refs,
    refs_of,
    runs_reached,
    told,
    view_of,
)
from narae.engine.actions.checks import NOTE_LENGTH_MAX, check_text
from narae.engine.actions.clear import cleared
from narae.engine.errors import Invalid, NotFound

MARKS = frozenset({TaskState.SUCCESS, TaskState.FAILED, TaskState.SKIPPED})


class TaskMark(Value, frozen=True, kw_only=True):
    """Which instances of one task, or of one task group, become what."""

    task_id: str | None = None
    group_id: str | None = None
    """Instead of ``task_id``: all tasks of this group."""
    map_indexes: tuple[int, ...] | None = None
    """None: all of them."""
    state: TaskState
    upstream: bool = False
    downstream: bool = False
    past: bool = False
    """The same of all earlier runs that have them, too."""
    future: bool = False


def mark_tasks(
    act: Act, dag_id: str, run_id: str, mark: TaskMark, *, dry_run: bool = False
) -> list[tuple[Run, Instance]]:
    """Marks instances; gives them as they were. Running ones are ended.

    Raises NotFound (run, task, group, instance) or Invalid (state).
    """
    if mark.state not in MARKS:
        allowed = ", ".join(sorted(MARKS))
        raise Invalid("state", f"{mark.state} is not for users to give; one of {allowed} is")
    first = find_run(act.store, dag_id, run_id)
    runs = runs_reached(act.store, dag_id, [first], past=mark.past, future=mark.future)

    def decide() -> tuple[list[Command], list[tuple[Run, Instance]]]:
        views = [view_of(act.store, find_run(act.store, dag_id, run.run_id)) for run in runs]
        commands = [command for view in views for command in _marks(act, view, mark, run_id)]
        return commands, cleared(commands, views)

    if dry_run:
        return decide()[1]

    def audit(found: list[tuple[Run, Instance]]) -> Audit:
        return act.audit(
            f"mark_{mark.state}",
            dag_id=dag_id,
            run_id=run_id,
            ref=TaskRef(mark.task_id) if mark.task_id else None,
            before=told(found),
            after={"state": mark.state.value},
            group_id=mark.group_id,
            map_indexes=mark.map_indexes,
            upstream=mark.upstream,
            downstream=mark.downstream,
            past=mark.past,
            future=mark.future,
        )

    return act.commit(decide, audit=audit, wake=Wake(runs=tuple(run.uid for run in runs)))


def _marks(act: Act, view: RunView, mark: TaskMark, run_id: str) -> list[Command]:
    """Of the run that was named, what is not there is an error; others may lack it."""
    try:
        refs = marked_refs(view, mark.task_id, mark.group_id, mark.map_indexes)
    except NotFound:
        if view.run.run_id == run_id:
            raise
        return []
    up, down = mark.upstream, mark.downstream
    return plan_mark_task(view, refs, mark.state, upstream=up, downstream=down, now=act.now)


def marked_refs(
    view: RunView,
    task_id: str | None,
    group_id: str | None,
    map_indexes: Sequence[int] | None,
) -> list[TaskRef]:
    """The instances of a task, or of a task group; Invalid unless one of them is named."""
    if task_id is not None and group_id is None:
        return refs_of(view, task_id, map_indexes)
    if group_id is None or task_id is not None:
        raise Invalid("task_id", "name a task or a task group")
    found = group_refs(view, group_id)
    return found if map_indexes is None else [r for r in found if r.map_index in set(map_indexes)]


def mark_run(act: Act, dag_id: str, run_id: str, state: RunState) -> Run:
    """Ends a run as success or failed, or queues it again; gives the run as it is then."""
    if state is RunState.RUNNING:
        raise Invalid("state", "running is not for users to give; queued, success and failed are")
    uid = find_run(act.store, dag_id, run_id).uid

    def decide() -> tuple[list[Command], Run]:
        view = view_of(act.store, find_run(act.store, dag_id, run_id))
        return plan_mark_run(view, state, now=act.now), view.run

    def audit(before: Run) -> Audit:
        return act.audit(
            f"mark_run_{state}",
            dag_id=dag_id,
            run_id=run_id,
            before={"state": before.state.value},
            after={"state": state.value},
        )

    act.commit(decide, audit=audit, wake=Wake(runs=(uid,)))
    return find_run(act.store, dag_id, run_id)


def set_run_note(act: Act, dag_id: str, run_id: str, note: str | None) -> Run:
    """Writes a run's note; None takes it away."""
    check_note(note)
    uid = find_run(act.store, dag_id, run_id).uid

    def decide() -> tuple[list[Command], tuple[Run, Run]]:
        run = find_run(act.store, dag_id, run_id)
        if run.note == note:
            return [], (run, run)
        after = msgspec.structs.replace(run, note=note, revision=run.revision + 1)
        return [ChangeRun(before=run, after=after)], (run, after)

    def audit(runs: tuple[Run, Run]) -> Audit:
        before, after = ({"note": run.note} for run in runs)
        return act.audit("note", dag_id=dag_id, run_id=run_id, before=before, after=after)

    return act.commit(decide, audit=audit, wake=Wake(runs=(uid,)))[1]


def set_task_note(act: Act, dag_id: str, run_id: str, ref: TaskRef, note: str | None) -> Instance:
    """Writes the note of one task instance."""
    check_note(note)
    uid = find_run(act.store, dag_id, run_id).uid

    def decide() -> tuple[list[Command], tuple[Instance, Instance]]:
        view: RunView = view_of(act.store, find_run(act.store, dag_id, run_id))
        before = view.instances[refs_of(view, ref.task_id, [ref.map_index])[0]]
        if before.note == note:
            return [], (before, before)
        after = msgspec.structs.replace(before, note=note, revision=before.revision + 1)
        return [ChangeTask(before=before, after=after), touch(view.run)], (before, after)

    def audit(pair: tuple[Instance, Instance]) -> Audit:
        before, after = ({"note": each.note} for each in pair)
        return act.audit("note", dag_id=dag_id, run_id=run_id, ref=ref, before=before, after=after)

    return act.commit(decide, audit=audit, wake=Wake(runs=(uid,)))[1]


def check_note(note: str | None) -> None:
    """Invalid when it is longer than ``NOTE_LENGTH_MAX``, or can't be stored."""
    check_text("note", note, length_max=NOTE_LENGTH_MAX)
