"""A finished run as spans of one trace. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from types import MappingProxyType

from narae.core.run import Attempt, CauseKind, Run
from narae.core.spec import Value
from narae.core.states import RunState
from narae.telemetry.trace_ids import span_id, trace_id

Attribute = str | bool | int | float


class Span(Value, frozen=True, kw_only=True):
    """One stretch of time with a name."""

    trace: int
    id: int
    parent: int | None = None
    name: str
    since: datetime
    until: datetime
    attributes: dict[str, Attribute] = {}
    failed: str | None = None
    """What went wrong; None: nothing did."""


_STATES = MappingProxyType(
    {
        CauseKind.SUCCEEDED: "success",
        CauseKind.SKIPPED: "skipped",
        CauseKind.RESCHEDULED: "up_for_reschedule",
        CauseKind.DEFERRED: "deferred",
    }
)
"""Ends that are no failures."""


def spans_of(run: Run, attempts: Iterable[Attempt]) -> list[Span]:
    """The run, below it each attempt of this pass, below that its waiting, start-up and running.

    A run that was cleared and ran again is the same trace with another span of its own.
    """
    began = run.started_at or run.queued_at
    since = min(run.queued_at, began)
    until = max(run.ended_at or began, since)
    root = Span(
        trace=trace_id(run.uid),
        id=span_id(f"{run.uid} {run.clear_number}"),
        name=f"dag_run {run.dag_id}",
        since=since,
        until=until,
        attributes=_run_attributes(run),
        failed=(run.reason or "failed") if run.state is RunState.FAILED else None,
    )
    found = [root]
    for attempt in attempts:
        if attempt.ended_at is not None and attempt.ended_at > since:
            found += _attempt(run, attempt, attempt.ended_at, root)
    return found


def _run_attributes(run: Run) -> dict[str, Attribute]:
    attributes: dict[str, Attribute] = {
        "narae.dag_id": run.dag_id,
        "narae.run_id": run.run_id,
        "narae.run_type": run.run_type.value,
        "narae.state": run.state.value,
        "narae.code_version": run.code_version,
        "narae.clear_number": run.clear_number,
    }
    if run.logical_date is not None:
        attributes["narae.logical_date"] = run.logical_date.isoformat()
    return attributes


def _attempt(run: Run, attempt: Attempt, ended: datetime, root: Span) -> Iterator[Span]:
    first = attempt.scheduled_at or attempt.queued_at
    kind = attempt.cause.kind if attempt.cause is not None else None
    state = _STATES.get(kind, "failed") if kind is not None else "failed"
    words = attempt.cause.words if attempt.cause is not None else ""
    whole = Span(
        trace=root.trace,
        id=span_id(attempt.id),
        parent=root.id,
        name=f"task {attempt.key.task_id}",
        since=min(first, ended),
        until=ended,
        attributes=_attempt_attributes(run, attempt, state),
        failed=(words or str(kind)) if state == "failed" else None,
    )
    yield whole
    started = attempt.started_at
    for name, since, until in (
        ("waiting", first, attempt.queued_at),
        ("start-up", attempt.queued_at, started or ended),
        ("running", started, ended),
    ):
        if since is not None and since < until:
            yield Span(
                trace=root.trace,
                id=span_id(f"{attempt.id} {name}"),
                parent=whole.id,
                name=name,
                since=since,
                until=until,
            )


def _attempt_attributes(run: Run, attempt: Attempt, state: str) -> dict[str, Attribute]:
    found: dict[str, Attribute] = {
        "narae.dag_id": run.dag_id,
        "narae.run_id": run.run_id,
        "narae.task_id": attempt.key.task_id,
        "narae.map_index": attempt.key.map_index,
        "narae.try_number": attempt.try_number,
        "narae.attempt": attempt.id,
        "narae.state": state,
        "narae.executor": attempt.executor,
    }
    if attempt.cause is not None:
        found["narae.cause"] = attempt.cause.kind.value
    if attempt.host is not None:
        found["host.name"] = attempt.host
    if attempt.pid is not None:
        found["process.pid"] = attempt.pid
    if attempt.figures is not None:
        found["narae.cpu_seconds"] = attempt.figures.cpu_seconds
        found["narae.memory_peak_bytes"] = attempt.figures.memory_peak_bytes
    if attempt.waits:
        found["narae.waited_for"] = ", ".join(dict.fromkeys(w.code.value for w in attempt.waits))
    return found
