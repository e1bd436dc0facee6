"""Ending attempts and runs before their time."""

from datetime import datetime

import msgspec

from narae.core.commands import ChangeTask, Command, KillAttempt
from narae.core.ids import TaskRef
from narae.core.outcome import deadline
from narae.core.run import Cause, CauseKind, Instance
from narae.core.run_view import RunView
from narae.core.states import FINISHED, HOLDS_SLOT, TaskState


def kill(view: RunView, ref: TaskRef, cause: Cause, *, now: datetime) -> list[Command]:
    """Asks for the end of an instance's attempt; [] when it has none or was asked already.

    The slot stays taken until the attempt's end is reported.
    """
    del now  # part of every decision's shape; the end is dated by its report
    instance = view.instances[ref]
    if instance.attempt is None or instance.attempt in view.killing:
        return []
    # Remembered at once: the caller may ask again before it has absorbed the command.
    view.killing[instance.attempt] = cause
    return [KillAttempt(attempt=instance.attempt, cause=cause)]


def settle(
    instance: Instance, state: TaskState, *, now: datetime, note: str | None = None
) -> ChangeTask:
    """An instance without an attempt ends as ``state``."""
    return ChangeTask(
        before=instance,
        after=msgspec.structs.replace(
            instance,
            revision=instance.revision + 1,
            state=state,
            not_before=None,
            ended_at=now,
            note=instance.note if note is None else note,
        ),
    )


def time_out(view: RunView, *, now: datetime) -> list[Command]:
    """``dagrun_timeout``: what runs is killed, everything else that is not finished is skipped."""
    until = deadline(view)
    if until is None or now < until:
        return []
    holding = sum(view.counts[state] for state in HOLDS_SLOT)
    if view.timed_out and view.unfinished == holding:
        return []
    view.timed_out = True
    limit = view.spec.dagrun_timeout
    cause = Cause(kind=CauseKind.RUN_TIMEOUT, words=f"the run took longer than {limit}")
    return _stop(view, list(view.instances.values()), cause, now=now)


def fail_fast(view: RunView, failed: TaskRef, *, now: datetime) -> list[Command]:
    """``fail_fast``: the first failure stops everything but teardowns."""
    tasks = view.graph.tasks
    if not view.spec.fail_fast or tasks[failed.task_id].is_teardown:
        return []
    others = [
        instance
        for ref, instance in view.instances.items()
        if ref != failed and not tasks[ref.task_id].is_teardown
    ]
    cause = Cause(kind=CauseKind.FAIL_FAST, words=f"{failed.task_id} failed and the DAG fails fast")
    return _stop(view, others, cause, now=now)


def _stop(
    view: RunView, instances: list[Instance], cause: Cause, *, now: datetime
) -> list[Command]:
    commands: list[Command] = []
    for instance in instances:
        if instance.state in HOLDS_SLOT:
            commands += kill(view, instance.ref, cause, now=now)
        elif instance.state not in FINISHED:
            commands.append(settle(instance, TaskState.SKIPPED, now=now))
    return commands
