"""The user's callbacks around an attempt, and the mails about a failure."""

import html
import logging
from collections.abc import Callable, Iterable
from typing import Any

from narae.core.reports import Ended, Failed, Skipped, Succeeded
from narae.runtime.context import Context

log = logging.getLogger("airflow.task")


def run_callbacks(callbacks: Any, context: Context, *, name: str) -> str | None:
    """Calls each with the context. An error is logged and changes nothing; returns the first."""
    first: str | None = None
    for callback in listed(callbacks):
        shown = getattr(callback, "__qualname__", None) or type(callback).__name__
        log.info("Calling %s %s", name, shown)
        try:
            callback(context)
        except Exception as error:
            log.exception("%s %s failed", name, shown)
            first = first or f"{type(error).__name__}: {error}"
    return first


def listed(callbacks: Any) -> Iterable[Callable[..., Any]]:
    """One callable, several or none, as a list."""
    if callbacks is None:
        return ()
    return callbacks if isinstance(callbacks, list | tuple | set) else (callbacks,)


def will_retry(report: Failed, context: Context) -> bool:
    """Whether the task gets another try after this failure."""
    workload = context.ti.workload if context.ti is not None else None
    return report.retryable and workload is not None and workload.try_number <= workload.max_tries


def after(report: Ended, context: Context, error: BaseException | None) -> None:
    """Runs what the outcome of an attempt owes its author: callbacks, then mail."""
    task = context.task
    match report:
        case Succeeded():
            run_callbacks(task.on_success_callback, context, name="on_success_callback")
        case Skipped():
            run_callbacks(task.on_skipped_callback, context, name="on_skipped_callback")
        case Failed():
            context["exception"] = error
            retry = will_retry(report, context)
            name = "on_retry_callback" if retry else "on_failure_callback"
            run_callbacks(getattr(task, name), context, name=name)
            if task.email and (task.email_on_retry if retry else task.email_on_failure):
                _mail(report, context, retry=retry)
        case _:
            pass


def _mail(report: Failed, context: Context, *, retry: bool) -> None:
    """Tells ``task.email`` about a failure; a mail that can't be sent is logged."""
    ti = context.ti
    what = "will be tried again" if retry else "failed"
    run, task = context.run, context.task
    subject = f"Narae: {run.dag_id}.{task.task_id} {what} ({run.run_id})"
    rows = {
        "DAG": run.dag_id,
        "Task": task.task_id,
        "Run": run.run_id,
        "Try": "" if ti is None else f"{ti.try_number} of {ti.max_tries + 1}",
        "Why": report.cause.words,
        "Log": "" if ti is None else ti.log_url,
    }
    cells = "".join(f"<tr><th>{k}</th><td>{html.escape(v)}</td></tr>" for k, v in rows.items())
    body = f"<table>{cells}</table><pre>{html.escape(report.cause.traceback)}</pre>"
    from narae.hooks.smtp import send_email  # noqa: PLC0415 - loads ssl, and few tasks send mail

    try:
        send_email(task.email, subject, body)
    except Exception:
        log.exception("the mail about this failure could not be sent")
