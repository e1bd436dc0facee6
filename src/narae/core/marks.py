"""Marking: a user says how it went."""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType

import msgspec

from narae.core.clear import beside, clear_instance, run_again, touch, widened
from narae.core.commands import ChangeRun, Command, EndAttempt
from narae.core.decide.stop import kill, settle
from narae.core.ids import TaskRef
from narae.core.run import Cause, CauseKind, Instance
from narae.core.run_view import RunView
from narae.core.states import FINISHED, HOLDS_SLOT, RunState, TaskState

_MARKS = frozenset({TaskState.SUCCESS, TaskState.FAILED, TaskState.SKIPPED})
_FAILED = frozenset({TaskState.FAILED, TaskState.UPSTREAM_FAILED})


def plan_mark_task(
    view: RunView,
    refs: Collection[TaskRef],
    state: TaskState,
    *,
    upstream: bool = False,
    downstream: bool = False,
    now: datetime,
) -> list[Command]:
    """Instances become success, failed or skipped; ValueError for any other state.

    What runs is ended so, and its process killed. What failed downstream of something that is
    now a success (or skipped) is cleared, so that it gets its chance. A finished run is queued
    again, so that its outcome is worked out anew.
    """
    if state not in _MARKS:
        raise ValueError(f"can't mark as {state.value}; choose success, failed or skipped")
    chosen = widened(view, refs, upstream=upstream, downstream=downstream)
    commands: list[Command] = []
    for ref in chosen:
        commands += _mark(view, view.instances[ref], state, now=now)
    if commands and state is not TaskState.FAILED:
        commands += _second_chance(view, chosen, now=now)
    if commands:
        commands += run_again(view.run, now=now, restart=True, cleared=False) or [touch(view.run)]
    return commands


def plan_mark_run(view: RunView, state: RunState, *, now: datetime) -> list[Command]:
    """A run becomes success (so do all its instances), failed, or queued again.

    Failed: what runs fails, what waits is skipped. ValueError for ``running``.
    """
    if state is RunState.RUNNING:
        raise ValueError("can't mark a run as running; choose success, failed or queued")
    commands: list[Command] = []
    if state is RunState.QUEUED:
        return run_again(view.run, now=now, restart=True, cleared=False)
    for instance in view.instances.values():
        wanted = _RUN_MARKS[state](instance.state)
        if wanted is not None:
            commands += _mark(view, instance, wanted, now=now)
    if view.run.state is state:
        commands += [touch(view.run)] if commands else []
    else:
        after = msgspec.structs.replace(
            view.run,
            revision=view.run.revision + 1,
            state=state,
            ended_at=now,
            reason=None if state is RunState.SUCCESS else "marked",
        )
        commands.append(ChangeRun(before=view.run, after=after))
    return commands


def _success(state: TaskState) -> TaskState | None:
    return None if state in {TaskState.SUCCESS, TaskState.REMOVED} else TaskState.SUCCESS


def _failure(state: TaskState) -> TaskState | None:
    if state in FINISHED:
        return None
    return TaskState.FAILED if state in HOLDS_SLOT else TaskState.SKIPPED


_RUN_MARKS = MappingProxyType({RunState.SUCCESS: _success, RunState.FAILED: _failure})


def _mark(view: RunView, instance: Instance, state: TaskState, *, now: datetime) -> list[Command]:
    if instance.state is state:
        return []
    if instance.attempt is None:
        return [settle(instance, state, now=now)]
    cause = Cause(kind=CauseKind.MARKED, words=f"marked as {state.value}")
    after = msgspec.structs.replace(
        instance,
        revision=instance.revision + 1,
        state=state,
        attempt=None,
        not_before=None,
        started_at=instance.started_at or now,
        ended_at=now,
    )
    end = EndAttempt(before=instance, after=after, attempt=instance.attempt, at=now, cause=cause)
    return [*kill(view, instance.ref, cause, now=now), end]


def _second_chance(
    view: RunView, marked: Mapping[TaskRef, None], *, now: datetime
) -> list[Command]:
    below = beside(view, marked, view.graph.descendants)
    return [
        command
        for ref in below
        if ref not in marked and view.instances[ref].state in _FAILED
        for command in clear_instance(view, view.instances[ref], now=now)
    ]
