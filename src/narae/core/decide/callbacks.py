"""User code that is owed though no process of its task is there to run it."""

from datetime import datetime

from narae.core.ids import digest
from narae.core.run import LOST, Cause, CauseKind, Instance, Run
from narae.core.run_view import RunView
from narae.core.states import RunState, TaskState
from narae.core.workload import CallbackWorkload, RunFacts

_PROCESS_IS_GONE = LOST | {
    CauseKind.EXIT_CODE,
    CauseKind.SIGNAL,
    CauseKind.OUT_OF_MEMORY,
    CauseKind.IMPORT_ERROR,
    CauseKind.CODE_MISSING,
    CauseKind.RUN_TIMEOUT,
    CauseKind.FAIL_FAST,
    CauseKind.KILLED_BY_USER,
}
"""After any other cause the task's own process has run the callbacks."""


def run_facts(run: Run) -> RunFacts:
    """What user code may know of a run."""
    return RunFacts(
        uid=run.uid,
        dag_id=run.dag_id,
        run_id=run.run_id,
        run_type=run.run_type,
        logical_date=run.logical_date,
        interval=run.interval,
        run_after=run.run_after,
        queued_at=run.queued_at,
        started_at=run.started_at,
        conf=run.conf,
        clear_number=run.clear_number,
        note=run.note,
        triggered_by=run.triggered_by,
    )


def of_run(view: RunView, run: Run, *, now: datetime) -> CallbackWorkload | None:
    """The callback that a run's end owes: the DAG's on_success or on_failure."""
    wanted = "success" if run.state is RunState.SUCCESS else "failure"
    if wanted not in view.spec.callbacks:
        return None
    return CallbackWorkload(
        id=_id(run.uid, "dag", str(run.revision)),
        code=view.code,
        run=run_facts(run),
        kind=f"dag_{wanted}",
        reason=run.reason or "",
        execution=view.spec.execution,
        queued_at=now,
    )


def of_task(
    view: RunView, before: Instance, after: TaskState, cause: Cause, *, now: datetime
) -> CallbackWorkload | None:
    """What the end of an attempt owes whose process could not say goodbye."""
    stopped = cause.kind is CauseKind.EXECUTION_TIMEOUT and cause.by is not None
    if cause.kind not in _PROCESS_IS_GONE and not stopped:
        return None
    task = view.graph.tasks[before.task_id]
    wanted = {
        TaskState.FAILED: ("failure", task.email_on_failure),
        TaskState.UP_FOR_RETRY: ("retry", task.email_on_retry),
    }.get(after)
    if wanted is None:
        return None
    kind, mails = wanted
    if kind not in task.callbacks and not (mails and task.email):
        return None
    return CallbackWorkload(
        id=callback_id(before.run, str(before.attempt), kind),
        code=view.code,
        run=run_facts(view.run),
        kind=f"task_{kind}",
        task_id=before.task_id,
        map_index=before.map_index,
        try_number=before.try_number,
        reason=cause.words or cause.kind.value,
        execution=view.spec.execution,
        queued_at=now,
    )


def callback_id(run: str, attempt: str, kind: str) -> str:
    """Of what the end of an attempt owes; ``kind`` is ``failure`` or ``retry``."""
    return _id(run, attempt, kind)


def _id(*parts: str) -> str:
    """The same event has the same id, so that it is never owed twice; shaped like a UUID."""
    mark = digest("/".join(parts).encode())
    return f"{mark[:8]}-{mark[8:12]}-{mark[12:16]}-{mark[16:20]}-{mark[20:32]}"
