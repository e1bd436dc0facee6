"""Run these again."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from functools import partial

import msgspec
from msgspec import UNSET, UnsetType

from narae.core.clear import plan_clear, run_again
from narae.core.commands import AddInstances, Audit, ChangeRun, ChangeTask, Command, Expand
from narae.core.decide.newer_code import Moved, move_run, words_of
from narae.core.ids import RunUid, TaskRef
from narae.core.run import Instance, Limits, Run
from narae.core.run_view import RunView
from narae.core.spec import Value
from narae.core.states import HOLDS_SLOT, RunState, TaskState
from narae.core.wire import Wake
from narae.engine.actions.act import (
    RUNS_MAX,
    TOLD_MAX,
    Act,
    find_dag,
    find_run,
    group_refs,
    refs_of,
    runs_reached,
    told,
    view_of,
)
from narae.engine.actions.checks import NOTE_LENGTH_MAX, check_moment, check_text
from narae.engine.errors import Conflict, Invalid, NotFound
from narae.engine.ports import RunQuery


class Selection(Value, frozen=True, kw_only=True):
    """Which instances of which runs of one DAG."""

    run_ids: tuple[str, ...] | None = None
    """None: all runs between ``start`` and ``end``, one of which has to be given."""
    start: datetime | None = None
    end: datetime | None = None
    tasks: tuple[tuple[str, int | None], ...] | None = None
    """(task id, map index or None for all of its instances); None: whole runs."""
    groups: tuple[str, ...] = ()
    """Task groups, whole, beside ``tasks``."""
    upstream: bool = False
    downstream: bool = False
    past: bool = False
    """The same tasks of all earlier runs, too."""
    future: bool = False
    only_failed: bool = False
    only_running: bool = False
    only_new: bool = False
    """Nothing is cleared: what the latest code has and the runs lack is added, and runs."""
    restart_runs: bool = True
    """Whether runs that have ended are queued again."""
    prevent_running: bool = False
    """Conflict when something that would be cleared runs now."""
    note: str | UnsetType | None = UNSET
    """Written on what is cleared."""


def clear(
    act: Act, dag_id: str, selection: Selection, *, dry_run: bool = False, latest_code: bool = False
) -> list[tuple[Run, Instance]]:
    """Clears what is selected; gives the instances, as they were, with their runs.

    With ``latest_code`` the runs move to the DAG's latest spec and code version first: tasks
    that are new come along, those that are gone become removed. Raises NotFound (DAG, run,
    task, instance), Invalid (nothing says which runs) or Conflict (a task that is gone from
    the latest code still runs).
    """
    find_dag(act.store, dag_id)
    if isinstance(selection.note, str):
        check_text("note", selection.note, length_max=NOTE_LENGTH_MAX)
    runs = _runs(act, dag_id, selection)
    moves = latest_code or selection.only_new

    def decide() -> tuple[list[Command], list[tuple[Run, Instance]]]:
        views = [view_of(act.store, find_run(act.store, dag_id, run.run_id)) for run in runs]
        moved = _moved(act, dag_id, views) if moves else []
        views = [each.view for each in moved] or views
        chosen = [] if selection.only_new else _chosen(act, views, selection)
        commands = [*(c for each in moved for c in each.commands), *chosen]
        found = cleared(commands, views)
        if selection.only_new:
            found = _added(commands, views)
        if moves:
            commands += _queued_again(act, chosen, views, selection)
        return commands, found

    if dry_run:
        return decide()[1]

    def audit(found: list[tuple[Run, Instance]]) -> Audit:
        return act.audit(
            "clear",
            dag_id=dag_id,
            run_id=runs[0].run_id if len(runs) == 1 else None,
            before=told(found),
            runs=[run.run_id for run in runs[:TOLD_MAX]],
            tasks=[list(task) for task in selection.tasks or ()],
            groups=list(selection.groups),
            latest_code=moves,
        )

    return act.commit(decide, audit=audit, wake=Wake(runs=tuple(run.uid for run in runs)))


def _chosen(act: Act, views: Sequence[RunView], selection: Selection) -> list[Command]:
    commands = plan_clear(
        views,
        _refs(views, selection),
        upstream=selection.upstream,
        downstream=selection.downstream,
        only_failed=selection.only_failed,
        only_running=selection.only_running,
        restart_runs=selection.restart_runs,
        now=act.now,
    )
    if selection.prevent_running:
        _check_rest(cleared(commands, views))
    note = selection.note
    return commands if isinstance(note, UnsetType) else [_noted(each, note) for each in commands]


def _check_rest(found: Sequence[tuple[Run, Instance]]) -> None:
    busy = [(run, i) for run, i in found if i.state in HOLDS_SLOT]
    if busy:
        run, instance = busy[0]
        words = f"{words_of([instance.ref])} of {run.run_id!r} is {instance.state.value}"
        raise Conflict(f"{words}; let it end first, or allow that what runs is cleared")


def _noted(command: Command, note: str | None) -> Command:
    if not isinstance(command, ChangeTask):
        return command
    after = msgspec.structs.replace(command.after, note=note)
    return ChangeTask(before=command.before, after=after)


def _added(commands: Collection[Command], views: Collection[RunView]) -> list[tuple[Run, Instance]]:
    """What is new of the runs."""
    runs = {view.run.uid: view.run for view in views}
    return [
        (runs[command.run], instance)
        for command in commands
        if isinstance(command, AddInstances)
        for instance in command.instances
    ]


def _moved(act: Act, dag_id: str, views: Sequence[RunView]) -> list[Moved]:
    """The runs as ones of the DAG's latest code."""
    row = find_dag(act.store, dag_id)
    spec = act.store.spec(row.spec_id)
    found = []
    for view in views:
        moved = move_run(
            view, spec, spec_id=row.spec_id, code_version=row.code_version, limits=Limits()
        )
        if moved.in_the_way:
            raise Conflict(
                f"the latest code of {dag_id!r} no longer has {words_of(moved.in_the_way)} of run "
                f"{view.run.run_id!r}, which still runs: let it end, or mark it first"
            )
        found.append(moved)
    return found


def _queued_again(
    act: Act, commands: list[Command], views: Sequence[RunView], selection: Selection
) -> list[Command]:
    """Runs of which only new tasks are to run, and that ``commands`` do not queue again."""
    queued = {command.after.uid for command in commands if isinstance(command, ChangeRun)}
    found: list[Command] = []
    for view in views:
        waits = any(i.state is TaskState.NONE for i in view.instances.values())
        if waits and view.run.uid not in queued:
            restart = selection.restart_runs
            found += run_again(view.run, now=act.now, restart=restart, cleared=True)
    return found


def _runs(act: Act, dag_id: str, selection: Selection) -> list[Run]:
    past, future = selection.past, selection.future
    check_moment("start", selection.start)
    check_moment("end", selection.end)
    if selection.run_ids is not None:
        named = [find_run(act.store, dag_id, run_id) for run_id in selection.run_ids]
        return runs_reached(act.store, dag_id, named, past=past, future=future)
    if selection.start is None and selection.end is None:
        raise Invalid("run_ids", "say which runs: their ids, or dates between which they are")
    since, until = None if past else selection.start, None if future else selection.end
    query = RunQuery(dag_id=dag_id, since=since, until=until, limit=RUNS_MAX + 1)
    return runs_reached(act.store, dag_id, act.store.runs(query), past=False, future=False)


def _refs(views: Collection[RunView], selection: Selection) -> dict[RunUid, Collection[TaskRef]]:
    """By run; a run that has none of the tasks has nothing to clear."""
    if selection.tasks is None and not selection.groups:
        return {}
    found: dict[RunUid, Collection[TaskRef]] = {}
    missing: NotFound | None = None
    for view in views:
        refs: dict[TaskRef, None] = {}
        for look in _looks(selection):
            try:
                refs.update(dict.fromkeys(look(view)))
            except NotFound as error:
                missing = error
        found[view.run.uid] = refs
    if missing is not None and not any(found.values()):
        raise missing
    return found


def _looks(selection: Selection) -> Iterator[Callable[[RunView], list[TaskRef]]]:
    for task_id, map_index in selection.tasks or ():
        indexes = None if map_index is None else [map_index]
        yield partial(refs_of, task_id=task_id, map_indexes=indexes)
    for group_id in selection.groups:
        yield partial(group_refs, group_id=group_id)


def cleared(
    commands: Collection[Command], views: Collection[RunView]
) -> list[tuple[Run, Instance]]:
    """The instances that commands change, as they were."""
    runs = {view.run.uid: view.run for view in views}
    found: dict[tuple[RunUid, TaskRef], tuple[Run, Instance]] = {}
    for command in commands:
        if isinstance(command, ChangeTask | Expand) or hasattr(command, "attempt"):
            before = getattr(command, "before", None)
            if isinstance(before, Instance):
                found.setdefault((before.run, before.ref), (runs[before.run], before))
    return list(found.values())


def retry_run(act: Act, dag_id: str, run_id: str, *, only_failed: bool = False) -> Run:
    """Clears a whole run, or what failed of it; gives the run as it is then."""
    clear(act, dag_id, Selection(run_ids=(run_id,), only_failed=only_failed))
    run = find_run(act.store, dag_id, run_id)
    if run.state not in {RunState.QUEUED, RunState.RUNNING}:
        raise Invalid("only_failed", f"nothing of {run_id!r} has failed")
    return run
