"""One attempt at a task, from its workload to its report."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from datetime import datetime
from difflib import get_close_matches
from typing import Any

import msgspec

from narae.authoring.dag import DAG
from narae.core.reports import Ended, Failed, Skipped, Succeeded
from narae.core.requests import PutRendered
from narae.core.wire import ChildEnded, ChildStarted, FromChild
from narae.core.workload import Workload
from narae.errors import TaskNotFound
from narae.runtime.ambient import ambient
from narae.runtime.callbacks import after, run_callbacks
from narae.runtime.client import AttemptStopped, Client
from narae.runtime.context import Context, environment_variables
from narae.runtime.deferral import first_call, run_to_end
from narae.runtime.outcome import succeeded, unsuccessful
from narae.runtime.rendered import shown_fields
from narae.runtime.secrets import MASKER
from narae.runtime.task_instance import TaskInstance
from narae.runtime.text import sendable
from narae.runtime.timeout import time_limit

log = logging.getLogger("airflow.task")

LABEL_MAX = 250
"""Characters of a rendered ``map_index_template`` that are kept."""


def run_attempt(
    workload: Workload,
    dag: DAG,
    client: Client,
    *,
    now: Callable[[], datetime],
    send: Callable[[FromChild], None],
    on_terminate: Callable[[Callable[[], Any]], None] | None = None,
) -> None:
    """Runs one attempt and sends ChildStarted and ChildEnded. Never raises for user code.

    ``on_terminate`` is given the task's ``on_kill`` before user code runs, so that the process
    can call it when it is asked to end.
    """
    try:
        node = task_of(dag, workload.task_id)
    except TaskNotFound as error:
        log.error("%s", error)  # noqa: TRY400 - the traceback says nothing
        send(ChildEnded(report=unsuccessful(error, workload, at=now())))
        return
    ti = TaskInstance(workload, node, client, clock=now)
    context = Context(workload.run, dag, ti=ti, task=node)
    ti.context = context
    if on_terminate is not None:
        on_terminate(lambda: context.task.on_kill())  # noqa: PLW0108 - the task may be another one by then
    with ambient(client, context), exported(environment_variables(context)):
        send(ChildStarted(at=now()))
        report = _outcome(context, ti, node, now)
    send(ChildEnded(report=report))


def task_of(dag: DAG, task_id: str) -> Any:
    """The DAG's task; :class:`TaskNotFound` suggests the nearest."""
    tasks = dag.task_dict
    if task_id in tasks:
        return tasks[task_id]
    near = get_close_matches(task_id, tasks, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise TaskNotFound(f"DAG {dag.dag_id!r} has no task {task_id!r} in this code version{hint}")


def _outcome(context: Context, ti: TaskInstance, node: Any, now: Callable[[], datetime]) -> Ended:
    """Runs the task and what its outcome owes; gives the report."""
    workload = ti.workload
    error: BaseException | None = None
    try:
        result = _executed(context, ti, node, now)
        report: Ended = succeeded(ti, node, result, at=now())
    except BaseException as raised:  # noqa: BLE001 - every way out of user code becomes a report
        error = raised
        report = unsuccessful(raised, workload, at=now())
    _log_outcome(report, ti, error)
    if isinstance(error, AttemptStopped):
        _quietly_killed(context)
        return report
    ti.state = _STATES.get(type(report), ti.state)
    try:
        after(report, context, error)
    except BaseException as raised:  # noqa: BLE001 - a callback must not change how the task ended
        log.error("a callback was cut off: %r", raised)  # noqa: TRY400 - the same
    return _labelled(report, context)


_STATES: dict[type, str] = {Succeeded: "success", Failed: "failed", Skipped: "skipped"}


def _executed(context: Context, ti: TaskInstance, node: Any, now: Callable[[], datetime]) -> Any:
    """What the task returned."""
    workload = ti.workload
    task = node.unmap(workload.path[-1], context.source) if node.is_mapped else copy(node)
    context.bind(task)
    log.info("Starting attempt %d of %d: %r", workload.try_number, workload.max_tries + 1, task)
    _render(context, task, ti)
    run_callbacks(task.on_execute_callback, context, name="on_execute_callback")
    task.pre_execute(context)
    call = first_call(task, context, workload.resume)
    limit = workload.execution_timeout or task.execution_timeout
    with time_limit(limit, f"task {task.task_id!r}"):
        try:
            result = run_to_end(call, task, context, now)
        except SystemExit as stop:
            if stop.code not in (None, 0):
                raise
            result = None
    task.post_execute(context, result)
    return result


def _render(context: Context, task: Any, ti: TaskInstance) -> None:
    """Renders the task's templates and tells what they became, for the page of the instance."""
    if not any(task.__dict__.get(name) for name in task.template_fields):
        if task.template_fields:
            task.prepare_template()
        return
    task.render_template_fields(context)
    fields = shown_fields(task, MASKER)
    if fields:
        ti.client.tell(PutRendered(fields=fields, label=label_of(context, quiet=True)))


def label_of(context: Context, *, quiet: bool = False) -> str | None:
    """What ``map_index_template`` renders to now; an error in it is logged unless ``quiet``."""
    template = context.task.map_index_template
    if not template or context.ti is None or context.ti.map_index < 0:
        return None
    try:
        text = str(context.render(template))
    except Exception:
        if not quiet:
            log.exception("map_index_template can't be rendered: %s", template)
        return None
    return sendable(MASKER.mask(text)[:LABEL_MAX])


def _labelled(report: Ended, context: Context) -> Ended:
    if not isinstance(report, Succeeded | Failed | Skipped) or context.task.is_mapped:
        return report
    label = label_of(context)
    return report if label is None else msgspec.structs.replace(report, label=label)


def _quietly_killed(context: Context) -> None:
    """The attempt is stale: what it started ends, and nobody is told anything."""
    try:
        context.task.on_kill()
    except Exception:
        log.exception("on_kill failed")


def _log_outcome(report: Ended, ti: TaskInstance, error: BaseException | None) -> None:
    where = f"dag_id={ti.dag_id}, task_id={ti.task_id}, run_id={ti.run_id}"
    where += f", map_index={ti.map_index}" if ti.map_index >= 0 else ""
    match report:
        case Succeeded():
            log.info("Marking task as SUCCESS. %s", where)
        case Skipped():
            log.info("Marking task as SKIPPED: %s. %s", report.cause.words.rstrip("."), where)
        case Failed():
            log.error("Task failed with exception", exc_info=error)
            again = report.retryable and ti.try_number <= ti.max_tries
            log.info("Marking task as %s. %s", "UP_FOR_RETRY" if again else "FAILED", where)
        case _:
            name = type(report).__name__
            log.info("Pausing task: %s until %s. %s", name, report.until.isoformat(), where)


@contextmanager
def exported(variables: dict[str, str]) -> Iterator[None]:
    """Sets environment variables for the block."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
