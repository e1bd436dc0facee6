"""States as user code sees them. ``None`` is the state of a task nothing was decided about."""

from enum import StrEnum
from typing import Any, ClassVar

from narae.core.states import RunState as DagRunState


class TaskInstanceState(StrEnum):
    """The states of a task instance."""

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


class State:
    """All states by name, and the sets of them that user code asks for."""

    NONE: ClassVar[Any] = None
    REMOVED = TaskInstanceState.REMOVED
    SCHEDULED = TaskInstanceState.SCHEDULED
    QUEUED = TaskInstanceState.QUEUED
    RUNNING = TaskInstanceState.RUNNING
    SUCCESS = TaskInstanceState.SUCCESS
    RESTARTING = TaskInstanceState.RESTARTING
    FAILED = TaskInstanceState.FAILED
    UP_FOR_RETRY = TaskInstanceState.UP_FOR_RETRY
    UP_FOR_RESCHEDULE = TaskInstanceState.UP_FOR_RESCHEDULE
    UPSTREAM_FAILED = TaskInstanceState.UPSTREAM_FAILED
    SKIPPED = TaskInstanceState.SKIPPED
    DEFERRED = TaskInstanceState.DEFERRED

    finished: ClassVar[frozenset[Any]] = frozenset(
        {SUCCESS, FAILED, SKIPPED, UPSTREAM_FAILED, REMOVED}
    )
    unfinished: ClassVar[frozenset[Any]] = frozenset(
        {
            None,
            SCHEDULED,
            QUEUED,
            RUNNING,
            RESTARTING,
            UP_FOR_RETRY,
            UP_FOR_RESCHEDULE,
            DEFERRED,
        }
    )
    failed_states: ClassVar[frozenset[Any]] = frozenset({FAILED, UPSTREAM_FAILED})
    success_states: ClassVar[frozenset[Any]] = frozenset({SUCCESS, SKIPPED})
    task_states: ClassVar[tuple[Any, ...]] = (None, *TaskInstanceState)
    dag_states: ClassVar[tuple[Any, ...]] = tuple(DagRunState)


TERMINAL_STATES = State.finished

__all__ = ["TERMINAL_STATES", "DagRunState", "State", "TaskInstanceState"]
