"""Where the time of a run went, from the store alone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

from narae.core.holds import HoldCode
from narae.core.ids import TaskRef
from narae.core.run import Attempt, Run, Wait
from narae.core.states import FINISHED_RUN
from narae.core.timeline import Span, Timeline, timeline, waits_of
from narae.engine.actions.act import Act, find_dag, find_run, view_of
from narae.engine.actions.why import why_all

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def why_late(act: Act, dag_id: str, run_id: str) -> Timeline:
    """The critical path of a run, every moment of it with its reason.

    Raises NotFound (DAG, run).
    """
    run = find_run(act.store, dag_id, run_id)
    return timeline(
        view_of(act.store, run),
        act.store.run_attempts(run.uid),
        paused=paused_spans(act, dag_id),
        holding=_holding(act, run),
        now=act.now,
    )


class RunWaits(NamedTuple):
    """What the time of a run was spent on, attempt by attempt."""

    timeline: Timeline
    attempts: list[tuple[Attempt, tuple[Wait, ...]]]
    """By task, then oldest first, each with what it waited for."""
    holding: dict[TaskRef, HoldCode]
    """What is in the way of instances that wait now."""


def run_waits(act: Act, run: Run) -> RunWaits:
    """The critical path of a run, and every attempt of it with what it waited for."""
    view = view_of(act.store, run)
    attempts = act.store.run_attempts(run.uid)
    paused = paused_spans(act, run.dag_id)
    holding = _holding(act, run)
    found: list[tuple[Attempt, tuple[Wait, ...]]] = []
    ordered = sorted(attempts, key=lambda each: (each.key.ref, each.fence))
    for ref, rows in groupby(ordered, key=lambda each: each.key.ref):
        of_one = list(rows)
        has_upstream = bool(view.graph.upstream.get(ref.task_id))
        waits = waits_of(run, of_one, has_upstream=has_upstream, paused=paused)
        found += zip(of_one, waits, strict=True)
    path = timeline(view, attempts, paused=paused, holding=holding, now=act.now)
    return RunWaits(timeline=path, attempts=found, holding=holding)


def _holding(act: Act, run: Run) -> dict[TaskRef, HoldCode]:
    if run.state in FINISHED_RUN:
        return {}
    found = why_all(act, run.dag_id, run.run_id)
    return {ref: holds[0].code for ref, holds in found.items()}


def attempts_of(act: Act, run: Run, ref: TaskRef) -> list[tuple[Attempt, tuple[Wait, ...]]]:
    """The attempts of one instance, oldest first, each with what it waited for."""
    rows = act.store.attempts(run.uid, ref)
    spec = act.store.spec(run.spec_id)
    task = next((task for task in spec.tasks if task.task_id == ref.task_id), None)
    waits = waits_of(
        run,
        rows,
        has_upstream=bool(task is not None and task.upstream),
        paused=paused_spans(act, run.dag_id),
    )
    return list(zip(rows, waits, strict=True))


def paused_spans(act: Act, dag_id: str) -> list[Span]:
    """When the DAG was paused, oldest first; what is before the audit log is worked out."""
    return list(_spans(act, dag_id))


def _spans(act: Act, dag_id: str) -> Iterator[Span]:
    changes = act.store.pauses(dag_id)
    begin: datetime | None = None
    paused_first = changes[0][1] is False if changes else find_dag(act.store, dag_id).is_paused
    if paused_first:
        begin = _LONG_AGO
    for at, paused in changes:
        if paused:
            begin = begin or at
        elif begin is not None:
            yield begin, at
            begin = None
    if begin is not None:
        yield begin, act.now
