"""The states of task instances and DAG runs, and the table of legal moves.

The names are the field's standard ones. ``NONE`` is a state like any other: a task instance
that nothing has been decided about.
"""

from enum import StrEnum
from types import MappingProxyType


class TaskState(StrEnum):
    """The state of one task instance."""

    NONE = "none"
    REMOVED = "removed"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    RESTARTING = "restarting"
    FAILED = "failed"
    UP_FOR_RETRY = "up_for_retry"
    UP_FOR_RESCHEDULE = "up_for_reschedule"
    UPSTREAM_FAILED = "upstream_failed"
    SKIPPED = "skipped"
    DEFERRED = "deferred"


class RunState(StrEnum):
    """The state of one DAG run."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"


class RunType(StrEnum):
    """What made a DAG run."""

    SCHEDULED = "scheduled"
    MANUAL = "manual"
    BACKFILL = "backfill"
    ASSET_TRIGGERED = "asset_triggered"
    OPERATOR_TRIGGERED = "operator_triggered"


FINISHED = frozenset(
    {
        TaskState.SUCCESS,
        TaskState.FAILED,
        TaskState.SKIPPED,
        TaskState.UPSTREAM_FAILED,
        TaskState.REMOVED,
    }
)
"""Nothing will happen to the task instance unless a user asks for it."""

HOLDS_SLOT = frozenset({TaskState.QUEUED, TaskState.RUNNING, TaskState.RESTARTING})
"""An attempt is open, so it holds its pool slots and its place under every limit."""

WAITING = frozenset(
    {
        TaskState.NONE,
        TaskState.SCHEDULED,
        TaskState.UP_FOR_RETRY,
        TaskState.UP_FOR_RESCHEDULE,
        TaskState.DEFERRED,
    }
)
"""Neither finished nor holding a slot: each of these has at least one hold."""

FINISHED_RUN = frozenset({RunState.SUCCESS, RunState.FAILED})

_T = TaskState
_MARKS = frozenset({_T.SUCCESS, _T.FAILED, _T.SKIPPED})
_FRESH = frozenset({_T.NONE, _T.REMOVED}) | _MARKS
_ATTEMPT_ENDS = _MARKS | {
    _T.UP_FOR_RETRY,
    _T.UP_FOR_RESCHEDULE,
    _T.DEFERRED,
    _T.SCHEDULED,  # the attempt was lost with its machinery: again, and no retry is spent
    _T.RESTARTING,
    _T.NONE,
    _T.REMOVED,
}

LEGAL_TASK_MOVES: MappingProxyType[TaskState, frozenset[TaskState]] = MappingProxyType(
    {
        _T.NONE: frozenset({_T.SCHEDULED, _T.UPSTREAM_FAILED, _T.REMOVED}) | _MARKS,
        _T.SCHEDULED: frozenset({_T.QUEUED, _T.UPSTREAM_FAILED}) | _FRESH,
        _T.QUEUED: frozenset({_T.RUNNING}) | _ATTEMPT_ENDS,
        _T.RUNNING: _ATTEMPT_ENDS,
        _T.RESTARTING: _FRESH | {_T.SCHEDULED},
        _T.UP_FOR_RETRY: frozenset({_T.SCHEDULED, _T.UPSTREAM_FAILED}) | _FRESH,
        _T.UP_FOR_RESCHEDULE: frozenset({_T.SCHEDULED, _T.UPSTREAM_FAILED}) | _FRESH,
        _T.DEFERRED: frozenset({_T.SCHEDULED, _T.UPSTREAM_FAILED}) | _FRESH,
        # A finished instance moves only because a user clears or marks it.
        _T.SUCCESS: _FRESH - {_T.SUCCESS},
        _T.FAILED: _FRESH - {_T.FAILED},
        _T.SKIPPED: _FRESH - {_T.SKIPPED},
        _T.UPSTREAM_FAILED: _FRESH,
        _T.REMOVED: _FRESH - {_T.REMOVED},
    }
)

LEGAL_RUN_MOVES: MappingProxyType[RunState, frozenset[RunState]] = MappingProxyType(
    {
        RunState.QUEUED: frozenset({RunState.RUNNING, RunState.SUCCESS, RunState.FAILED}),
        RunState.RUNNING: frozenset({RunState.SUCCESS, RunState.FAILED, RunState.QUEUED}),
        RunState.SUCCESS: frozenset({RunState.QUEUED, RunState.FAILED}),
        RunState.FAILED: frozenset({RunState.QUEUED, RunState.SUCCESS}),
    }
)


def may_move(before: TaskState, after: TaskState) -> bool:
    """Whether a task instance may go from ``before`` to ``after``; staying put is always legal."""
    return before == after or after in LEGAL_TASK_MOVES[before]


def run_may_move(before: RunState, after: RunState) -> bool:
    """Whether a DAG run may go from ``before`` to ``after``; staying put is always legal."""
    return before == after or after in LEGAL_RUN_MOVES[before]
