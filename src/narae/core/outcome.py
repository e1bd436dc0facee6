"""How a run ends (Airflow's DagRun state from its leaf tasks)."""

from datetime import datetime
from typing import NamedTuple

from narae.core.run_view import RunView
from narae.core.states import RunState, RunType

TASK_FAILURE = "task_failure"
TIMED_OUT = "timed_out"
DEADLOCK = "all_tasks_deadlocked"


class Outcome(NamedTuple):
    """A run's last state, and why when it is not success."""

    state: RunState
    reason: str | None


def deadline(view: RunView) -> datetime | None:
    """When ``dagrun_timeout`` ends the run; only scheduled runs have one."""
    limit, start = view.spec.dagrun_timeout, view.run.started_at
    if limit is None or start is None or view.run.run_type is not RunType.SCHEDULED:
        return None
    return start + limit


def outcome(view: RunView) -> Outcome:
    """The outcome of a run whose instances are all finished."""
    until = deadline(view)
    if until is not None and view.last_end is not None and view.last_end >= until:
        return Outcome(RunState.FAILED, TIMED_OUT)
    if view.deciding_bad:
        return Outcome(RunState.FAILED, TASK_FAILURE)
    return Outcome(RunState.SUCCESS, None)
