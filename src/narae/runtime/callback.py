"""Callbacks that run on their own: of a DAG, or of a task whose process is gone."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from narae.authoring.dag import DAG
from narae.core.ids import AttemptId
from narae.core.reports import CallbackDone
from narae.core.wire import ChildEnded, ChildStarted, FromChild
from narae.core.workload import CallbackWorkload, Workload
from narae.errors import AirflowException
from narae.runtime.ambient import ambient
from narae.runtime.attempt import exported, task_of
from narae.runtime.callbacks import run_callbacks
from narae.runtime.client import Client
from narae.runtime.context import Context, environment_variables
from narae.runtime.outcome import words_of
from narae.runtime.task_instance import TaskInstance

log = logging.getLogger("airflow.task")

ATTRIBUTES = {
    "dag_success": "on_success_callback",
    "dag_failure": "on_failure_callback",
    "task_success": "on_success_callback",
    "task_failure": "on_failure_callback",
    "task_retry": "on_retry_callback",
}
"""``CallbackWorkload.kind`` -> the attribute of the DAG or the task."""


def run_callback(
    workload: CallbackWorkload,
    dag: DAG,
    client: Client,
    *,
    now: Callable[[], datetime],
    send: Callable[[FromChild], None],
) -> None:
    """Calls the user's callbacks for ``workload`` and sends CallbackDone. Never raises for them."""
    send(ChildStarted(at=now()))
    try:
        error = _called(workload, dag, client, now)
    except BaseException as raised:  # every way out of user code becomes a report
        log.exception("the callback could not be run")
        error = words_of(raised)
    send(ChildEnded(report=CallbackDone(callback=workload.id, at=now(), error=error)))


def _called(
    workload: CallbackWorkload, dag: DAG, client: Client, now: Callable[[], datetime]
) -> str | None:
    attribute = ATTRIBUTES.get(workload.kind)
    if attribute is None:
        raise AirflowException(f"unknown callback {workload.kind!r}; known: {sorted(ATTRIBUTES)}")
    owner: Any = dag
    ti: TaskInstance | None = None
    if workload.task_id is not None:
        owner = task_of(dag, workload.task_id)
        ti = TaskInstance(_as_attempt(workload), owner, client, clock=now)
        ti.state = "up_for_retry" if workload.kind == "task_retry" else workload.kind[5:]
    context = Context(workload.run, dag, ti=ti, task=owner if ti is not None else None)
    if ti is not None:
        ti.context = context
        if workload.kind in ("task_failure", "task_retry"):
            context["exception"] = workload.reason
    else:
        context.dag_run.state = "success" if workload.kind == "dag_success" else "failed"
    context["reason"] = workload.reason
    with ambient(client, context), exported(environment_variables(context)):
        return run_callbacks(getattr(owner, attribute), context, name=attribute)


def _as_attempt(workload: CallbackWorkload) -> Workload:
    """The task instance that a callback is about; it is over, so it can't write any more."""
    return Workload(
        attempt=AttemptId(""),
        fence=0,
        code=workload.code,
        run=workload.run,
        task_id=workload.task_id or "",
        map_index=workload.map_index,
        try_number=workload.try_number,
        max_tries=workload.try_number - 1,
        queued_at=workload.queued_at,
    )
