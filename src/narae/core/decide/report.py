"""What a report changes."""

from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from types import MappingProxyType
from typing import Any

import msgspec

from narae.core.commands import Command, EndAttempt, MarkStarted
from narae.core.decide import callbacks
from narae.core.decide.stop import fail_fast, kill
from narae.core.reports import (
    Deferred,
    Ended,
    Failed,
    Report,
    Rescheduled,
    Skipped,
    Started,
    Succeeded,
)
from narae.core.retries import retry_delay, retry_salt
from narae.core.run import LOST, Branch, Cause, CauseKind, Instance, Limits
from narae.core.run_view import RunView
from narae.core.states import TaskState

__all__ = ["kill", "take_report"]

_FINAL: Mapping[CauseKind, TaskState] = MappingProxyType(
    {
        CauseKind.USER_FAIL: TaskState.FAILED,
        CauseKind.KILLED_BY_USER: TaskState.FAILED,
        CauseKind.FAIL_FAST: TaskState.FAILED,
        CauseKind.RUN_TIMEOUT: TaskState.SKIPPED,
        CauseKind.REMOVED: TaskState.REMOVED,
    }
)
"""Causes that settle what becomes of the instance, whatever retries it has left."""

Changes = dict[str, Any]


def take_report(
    view: RunView, report: Report, *, now: datetime, chance: Random, limits: Limits
) -> list[Command]:
    """What follows from a report; [] when its attempt is not the current one of its instance.

    An end may come without the start: the order of reports is not relied on.
    """
    del now, chance  # part of every decision's shape; reports carry their own time
    before = view.by_attempt(report.attempt)
    if before is None:
        return []
    if isinstance(report, Started):
        return _started(before, report)
    if before.state is TaskState.RESTARTING:
        return [_end(before, report, _cleared_cause(report), cleared(before))]
    asked = view.killing.get(report.attempt)
    if asked is not None and isinstance(report, Rescheduled | Deferred):
        # It meant to come back, but its end was asked for.
        report = Failed(attempt=report.attempt, at=report.at, cause=asked, figures=report.figures)
    return _ENDS[type(report)](view, before, report, limits)


def _started(before: Instance, report: Started) -> list[Command]:
    if before.state is not TaskState.QUEUED:
        return []
    after = msgspec.structs.replace(
        before,
        revision=before.revision + 1,
        state=TaskState.RUNNING,
        started_at=report.at,
        first_started_at=before.first_started_at or report.at,
    )
    return [
        MarkStarted(
            before=before,
            after=after,
            attempt=report.attempt,
            at=report.at,
            holder=report.holder,
            host=report.host,
            pid=report.pid,
        )
    ]


def cleared(instance: Instance) -> Changes:
    """What a cleared instance forgets; tries go on counting."""
    return {
        "state": TaskState.NONE,
        "not_before": None,
        "scheduled_at": None,
        "queued_at": None,
        "first_started_at": None,
        "started_at": None,
        "ended_at": None,
        "branch": None,
        "lengths": {},
        "resume": None,
        "lost": 0,
        "label": instance.label,
    }


def _cleared_cause(report: Ended) -> Cause:
    words = report.cause.words if isinstance(report, Failed | Skipped) else ""
    return Cause(kind=CauseKind.CLEARED, words=words)


def _succeeded(view: RunView, before: Instance, report: Succeeded, limits: Limits) -> list[Command]:
    del limits
    changes = _finished(before, report, TaskState.SUCCESS) | {
        "lengths": report.lengths,
        "branch": _branch(view, before.task_id, report),
        "label": report.label or before.label,
    }
    return [_end(before, report, Cause(kind=CauseKind.SUCCEEDED), changes)]


def _skipped(view: RunView, before: Instance, report: Skipped, limits: Limits) -> list[Command]:
    del view, limits
    changes = _finished(before, report, TaskState.SKIPPED)
    return [_end(before, report, report.cause, changes | {"label": report.label or before.label})]


def _failed(view: RunView, before: Instance, report: Failed, limits: Limits) -> list[Command]:
    cause = view.killing.get(report.attempt, report.cause)
    changes = _after_failure(view, before, report, cause, limits)
    changes["label"] = report.label or before.label
    state = changes["state"]
    owed = callbacks.of_task(view, before, state, cause, now=report.at)
    commands: list[Command] = [_end(before, report, cause, changes, owed)]
    if state is TaskState.FAILED:
        commands += fail_fast(view, before.ref, now=report.at)
    return commands


def _after_failure(
    view: RunView, before: Instance, report: Failed, cause: Cause, limits: Limits
) -> Changes:
    if cause.kind in _FINAL:
        return _finished(before, report, _FINAL[cause.kind])
    if cause.kind in LOST:
        if before.lost >= limits.lost_attempts_max:
            return _finished(before, report, TaskState.FAILED)
        return {
            "state": TaskState.SCHEDULED,
            "max_tries": before.max_tries + 1,
            "lost": before.lost + 1,
            "scheduled_at": report.at,
            "first_started_at": None,
            "resume": None,
        }
    if not report.retryable or before.try_number > before.max_tries:
        return _finished(before, report, TaskState.FAILED)
    return _finished(before, report, TaskState.UP_FOR_RETRY) | {
        "not_before": report.at + _delay(view, before, limits)
    }


def _rescheduled(
    view: RunView, before: Instance, report: Rescheduled, limits: Limits
) -> list[Command]:
    del view, limits
    changes = _paused(before, report, TaskState.UP_FOR_RESCHEDULE, report.until)
    return [_end(before, report, Cause(kind=CauseKind.RESCHEDULED), changes | {"resume": None})]


def _deferred(view: RunView, before: Instance, report: Deferred, limits: Limits) -> list[Command]:
    del view, limits
    changes = _paused(before, report, TaskState.DEFERRED, report.until)
    cause = Cause(kind=CauseKind.DEFERRED)
    return [_end(before, report, cause, changes | {"resume": report.resume})]


_ENDS: Mapping[type[Ended], Callable[[RunView, Instance, Any, Limits], list[Command]]] = (
    MappingProxyType(
        {
            Succeeded: _succeeded,
            Failed: _failed,
            Skipped: _skipped,
            Rescheduled: _rescheduled,
            Deferred: _deferred,
        }
    )
)


def _finished(before: Instance, report: Ended, state: TaskState) -> Changes:
    return {
        "state": state,
        "started_at": before.started_at or report.at,
        "ended_at": report.at,
        "not_before": None,
        "resume": None,
        "lost": 0,
    }


def _paused(before: Instance, report: Ended, state: TaskState, until: datetime) -> Changes:
    """The try goes on later: its number and its first start stay."""
    return {
        "state": state,
        "first_started_at": before.first_started_at or report.at,
        "not_before": until,
        "lost": 0,
    }


def _delay(view: RunView, before: Instance, limits: Limits) -> Any:
    salt = retry_salt(
        dag_id=view.run.dag_id,
        task_id=before.task_id,
        when=view.run.logical_date or view.run.run_after,
    )
    return retry_delay(
        view.graph.tasks[before.task_id].retry,
        try_number=before.try_number,
        salt=salt,
        delay_max=limits.retry_delay_max,
    )


def _branch(view: RunView, task_id: str, report: Succeeded) -> Branch | None:
    graph, task = view.graph, view.graph.tasks[task_id]
    below = graph.downstream[task_id]
    if report.short_circuit:
        targets = graph.descendants(task_id) if task.ignores_downstream_rules else below
        skipped = sorted(t for t in targets if not graph.tasks[t].is_teardown)
        return Branch(skipped=tuple(skipped))
    if report.followed is None:
        return None
    chosen = graph.resolve(report.followed)
    reachable = chosen.union(*(graph.descendants(t) for t in chosen))
    return Branch(followed=tuple(t for t in below if t in reachable))


def _end(
    before: Instance,
    report: Ended,
    cause: Cause,
    changes: Changes,
    callback: Any = None,
) -> EndAttempt:
    after = msgspec.structs.replace(before, revision=before.revision + 1, attempt=None, **changes)
    kept = isinstance(report, Succeeded) and after.state is TaskState.SUCCESS
    return EndAttempt(
        before=before,
        after=after,
        attempt=report.attempt,
        at=report.at,
        cause=cause,
        figures=report.figures,
        xcoms=report.xcoms if kept and isinstance(report, Succeeded) else (),
        callback=callback,
    )
