"""The one door to the store: every change of a run, an instance or an attempt goes through it.

Checks what a command may do at all (``core.states`` and the rules of attempts); whether it
still fits what is stored is for the store to say.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from narae.core.commands import (
    AddInstances,
    Audit,
    ChangeConnection,
    ChangeDag,
    ChangeFavorite,
    ChangePool,
    ChangeRun,
    ChangeTask,
    ChangeVariable,
    ChangeXCom,
    Command,
    CreateRun,
    DeleteInstance,
    DeleteRun,
    EndAttempt,
    Expand,
    KillAttempt,
    MarkStarted,
    PutBackfill,
    StartAttempt,
)
from narae.core.run import Instance
from narae.core.states import HOLDS_SLOT, TaskState, may_move, run_may_move
from narae.engine.errors import IllegalMove


class Applies(Protocol):
    """The part of a store that takes commands."""

    def apply(self, commands: Sequence[Command], *, now: datetime) -> list[bool]:
        """See :meth:`narae.engine.ports.EngineStore.apply`."""
        ...


def apply(store: Applies, commands: Sequence[Command], *, now: datetime) -> list[bool]:
    """Carries out ``commands`` in one durable transaction; says of each whether it took.

    Raises :class:`IllegalMove`, and changes nothing, when one of them may not be at all.
    """
    for command in commands:
        check(command)
    return store.apply(commands, now=now) if commands else []


def check(command: Command) -> None:
    """Raises :class:`IllegalMove` when ``command`` breaks a rule that needs no store to know."""
    rule = _RULES.get(type(command))
    if rule is not None:
        rule(command)


def _refuse(command: Any, words: str) -> IllegalMove:
    """Names the row only: what is in it may be secret."""
    row = getattr(command, "before", None) or getattr(command, "run", None)
    names = (getattr(row, name, None) for name in ("key", "uid", "dag_id"))
    which = next((name for name in names if name is not None), row)
    return IllegalMove(f"{type(command).__name__} of {which}: {words}")


def _revisions(command: Any) -> None:
    if command.after.revision != command.before.revision + 1:
        raise _refuse(
            command, f"revision {command.before.revision} -> {command.after.revision}, not +1"
        )


def _holds_slot_with_attempt(command: Command, instance: Instance) -> None:
    if (instance.attempt is not None) != (instance.state in HOLDS_SLOT):
        raise _refuse(command, f"state {instance.state} with attempt {instance.attempt}")


def _move(command: Any) -> None:
    before, after = command.before, command.after
    _revisions(command)
    if before.key != after.key:
        raise _refuse(command, f"{before.key} becomes {after.key}")
    if not may_move(before.state, after.state):
        raise _refuse(command, f"{before.state} -> {after.state} is no legal move")
    _holds_slot_with_attempt(command, after)


def _change_task(command: ChangeTask) -> None:
    _move(command)
    if command.before.attempt != command.after.attempt:
        raise _refuse(command, "changes the attempt")


def _start_attempt(command: StartAttempt) -> None:
    _move(command)
    before, after, attempt = command.before, command.after, command.attempt
    if (before.state, after.state) != (TaskState.SCHEDULED, TaskState.QUEUED):
        raise _refuse(command, f"{before.state} -> {after.state}")
    if after.attempt != attempt.id or after.fence != attempt.fence or attempt.key != after.key:
        raise _refuse(command, "instance and attempt disagree")
    if after.fence <= before.fence:
        raise _refuse(command, f"fence {before.fence} -> {after.fence} does not grow")


def _mark_started(command: MarkStarted) -> None:
    _move(command)
    before, after = command.before, command.after
    if (before.state, after.state) != (TaskState.QUEUED, TaskState.RUNNING):
        raise _refuse(command, f"{before.state} -> {after.state}")
    if not before.attempt == after.attempt == command.attempt:
        raise _refuse(command, "another attempt")


def _end_attempt(command: EndAttempt) -> None:
    _move(command)
    if _closes_stray(command):
        return
    if command.before.attempt != command.attempt or command.after.attempt is not None:
        raise _refuse(command, f"ends {command.attempt}")


def _closes_stray(command: EndAttempt) -> bool:
    """Rescue: an open attempt that its instance does not point at ends without a move."""
    before, after = command.before, command.after
    same = (before.state, before.attempt) == (after.state, after.attempt)
    return same and before.attempt != command.attempt


def _change_run(command: ChangeRun) -> None:
    _revisions(command)
    before, after = command.before, command.after
    if before.uid != after.uid:
        raise _refuse(command, f"{before.uid} becomes {after.uid}")
    if not run_may_move(before.state, after.state):
        raise _refuse(command, f"{before.state} -> {after.state} is no legal move")


def _change_dag(command: ChangeDag) -> None:
    _revisions(command)
    if command.before.dag_id != command.after.dag_id:
        raise _refuse(command, "another DAG")


def _expand(command: Expand) -> None:
    for instance in command.after:
        if (instance.run, instance.task_id) != (command.before.run, command.before.task_id):
            raise _refuse(command, f"gives {instance.key}")
        _holds_slot_with_attempt(command, instance)


def _create_run(command: CreateRun) -> None:
    for instance in command.instances:
        if instance.run != command.run.uid:
            raise _refuse(command, f"holds {instance.key}")


def _delete_instance(command: DeleteInstance) -> None:
    if command.before.attempt is not None:
        raise _refuse(command, "an attempt of it is open")


def _change_pool(command: ChangePool) -> None:
    names = {pool.name for pool in (command.before, command.after) if pool is not None}
    if len(names) != 1:
        raise _refuse(command, f"it is about {sorted(names)}")


def _change_variable(command: ChangeVariable) -> None:
    if command.after is not None and command.after.key != command.key:
        raise IllegalMove(f"variable {command.key!r} becomes {command.after.key!r}")


def _change_connection(command: ChangeConnection) -> None:
    if command.after is not None and command.after.conn_id != command.conn_id:
        raise IllegalMove(f"connection {command.conn_id!r} becomes {command.after.conn_id!r}")


_RULES: dict[type[Any], Callable[[Any], None]] = {
    CreateRun: _create_run,
    DeleteInstance: _delete_instance,
    ChangePool: _change_pool,
    ChangeVariable: _change_variable,
    ChangeConnection: _change_connection,
    ChangeRun: _change_run,
    ChangeTask: _change_task,
    Expand: _expand,
    StartAttempt: _start_attempt,
    MarkStarted: _mark_started,
    EndAttempt: _end_attempt,
    ChangeDag: _change_dag,
}
_FREE: frozenset[type[Any]] = frozenset(
    {AddInstances, KillAttempt, PutBackfill, DeleteRun, ChangeXCom, ChangeFavorite, Audit}
)
"""Commands without a rule of their own."""
