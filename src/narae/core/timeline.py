"""Where the time of a run went: its critical path, every moment of it with a reason. Pure.

Read backwards from the run's end: what ended last, what it waited for, what ended last of that.
Each stretch begins where the one before it ends, so their sum is the run's time exactly.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

import msgspec

from narae.core.holds import HoldCode
from narae.core.ids import UNMAPPED, TaskRef
from narae.core.mapping import near
from narae.core.run import LOST, Attempt, CauseKind, Instance, Run, Wait
from narae.core.run_view import RunView
from narae.core.spec import Value
from narae.core.states import FINISHED, HOLDS_SLOT, TaskState
from narae.core.waiting import joined

Span = tuple[datetime, datetime]


class Phase(StrEnum):
    """What the time was spent on."""

    WAITING = "waiting"
    STARTUP = "startup"
    """Sent out, and user code not running yet."""
    RUNNING = "running"
    RETRY_DELAY = "retry_delay"


class Stretch(Value, frozen=True, kw_only=True):
    """One part of the critical path."""

    phase: Phase
    code: HoldCode | None = None
    """Why, of waiting; ``next_tick`` is the scheduler's own time."""
    task_id: str | None = None
    """None: the run itself."""
    map_index: int = UNMAPPED
    try_number: int | None = None
    since: datetime
    until: datetime

    @property
    def lasted(self) -> timedelta:
        """Its length."""
        return self.until - self.since


class Timeline(Value, frozen=True, kw_only=True):
    """The critical path from when the run was queued to its end, or to now."""

    since: datetime
    until: datetime
    ended: bool
    stretches: tuple[Stretch, ...]
    """Oldest first, without gaps."""

    def totals(self) -> dict[tuple[Phase, HoldCode | None], timedelta]:
        """Phase and reason -> how long in all, the longest first."""
        found: dict[tuple[Phase, HoldCode | None], timedelta] = {}
        for stretch in self.stretches:
            key = (stretch.phase, stretch.code)
            found[key] = found.get(key, timedelta()) + stretch.lasted
        return dict(sorted(found.items(), key=lambda item: -item[1]))


_AFTER: Mapping[CauseKind, HoldCode] = MappingProxyType(
    dict.fromkeys(LOST | {CauseKind.CLEARED, CauseKind.MARKED}, HoldCode.NEXT_TICK)
    | {CauseKind.RESCHEDULED: HoldCode.RESCHEDULED, CauseKind.DEFERRED: HoldCode.DEFERRED}
)
"""What comes between the end of an attempt and the next one; a retry delay for all others."""

_PAUSABLE = frozenset({HoldCode.NEXT_TICK, HoldCode.RUN_QUEUED, HoldCode.DAG_PAUSED})
"""Waiting that a pause of the DAG explains better."""


def timeline(
    view: RunView,
    attempts: Iterable[Attempt],
    *,
    paused: Sequence[Span] = (),
    holding: Mapping[TaskRef, HoldCode] = MappingProxyType({}),
    now: datetime,
) -> Timeline:
    """The critical path of a run.

    ``attempts``: all of the run's. ``paused``: when its DAG was. ``holding``: what is in the
    way of instances that wait now.
    """
    run = view.run
    path = _Backwards(run.queued_at, run.ended_at or now)
    known: dict[TaskRef, list[Attempt]] = {}
    for attempt in sorted(attempts, key=lambda each: each.fence):
        if attempt.ended_at is None or attempt.ended_at > path.origin:
            known.setdefault(attempt.key.ref, []).append(attempt)
    seen: set[TaskRef] = set()
    instance = _last(view)
    while instance is not None and path.cursor > path.origin:
        seen.add(instance.ref)
        _through(path, instance, known.get(instance.ref, []), holding)
        instance = _before(view, instance, path.cursor, seen)
    path.back_to(run.started_at or path.cursor, Phase.WAITING, HoldCode.NEXT_TICK)
    path.instance = path.try_number = None
    path.back_to(run.run_after, Phase.WAITING, HoldCode.RUN_QUEUED)
    path.back_to(path.origin, Phase.WAITING, HoldCode.RUN_NOT_DUE)
    found = [part for stretch in reversed(path.found) for part in _paused(stretch, paused)]
    return Timeline(
        since=path.origin,
        until=path.end,
        ended=run.ended_at is not None,
        stretches=tuple(found),
    )


class _Backwards:
    """Lays stretches end to end, the latest first. What lies outside of the run is cut off."""

    def __init__(self, origin: datetime, end: datetime) -> None:
        self.origin = min(origin, end)
        self.end = self.cursor = end
        self.found: list[Stretch] = []
        self.instance: Instance | None = None
        self.try_number: int | None = None

    def back_to(self, moment: datetime, phase: Phase, code: HoldCode | None = None) -> None:
        """From ``moment`` to where the path has come to, it was this."""
        since = max(moment, self.origin)
        if since >= self.cursor:
            return
        instance = self.instance
        self.found.append(
            Stretch(
                phase=phase,
                code=code,
                task_id=instance.task_id if instance else None,
                map_index=instance.map_index if instance else UNMAPPED,
                try_number=self.try_number,
                since=since,
                until=self.cursor,
            )
        )
        self.cursor = since


def _last(view: RunView) -> Instance | None:
    """What the end of the run waited for: what is not over yet, else what ended last."""
    busy = [i for i in view.instances.values() if i.state not in FINISHED | {TaskState.NONE}]
    if busy and view.run.ended_at is None:
        return min(busy, key=lambda i: (i.state not in HOLDS_SLOT, _ready(i), i.ref))
    over = [i for i in view.instances.values() if i.ended_at is not None]
    return max(over, key=lambda i: (i.ended_at or _ready(i), i.ref), default=None)


def _ready(instance: Instance) -> datetime:
    moments = (instance.first_started_at, instance.scheduled_at, instance.not_before)
    return next((m for m in moments if m is not None), datetime.max.replace(tzinfo=UTC))


def _before(
    view: RunView, instance: Instance, moment: datetime, seen: set[TaskRef]
) -> Instance | None:
    """Which of its upstream ended last before it could go on."""
    graph, task_id = view.graph, instance.task_id
    above = dict.fromkeys((*graph.upstream[task_id], *graph.setups[task_id]))
    over = [
        (other.ended_at, other.ref, other)
        for source in above
        for other in near(view, source, instance.path, graph.shared(source, task_id))
        if other.ended_at is not None and other.ref not in seen
    ]
    in_time = [found for found in over if found[0] <= moment]
    if in_time:
        return max(in_time, key=lambda found: found[:2])[2]
    return min(over, key=lambda found: found[:2])[2] if over else None


def _through(
    path: _Backwards,
    instance: Instance,
    attempts: Sequence[Attempt],
    holding: Mapping[TaskRef, HoldCode],
) -> None:
    """From its end back to when it could first be scheduled."""
    over = instance.ended_at is not None and instance.state in FINISHED
    if over:  # what follows it took its time, as the one after it tells
        path.back_to(instance.ended_at or path.cursor, Phase.WAITING, HoldCode.NEXT_TICK)
    path.instance, path.try_number = instance, None
    if not over and instance.scheduled_at is not None and instance.state is TaskState.SCHEDULED:
        code = holding.get(instance.ref, HoldCode.NEXT_TICK)
        path.back_to(instance.scheduled_at, Phase.WAITING, code)
    for attempt in reversed(attempts):
        path.try_number = attempt.try_number
        if attempt.ended_at is not None:
            path.back_to(attempt.ended_at, *_gap(attempt))
        path.back_to(attempt.started_at or path.cursor, Phase.RUNNING)
        path.back_to(attempt.queued_at, Phase.STARTUP)
        for wait in reversed(attempt.waits):
            path.back_to(wait.until, Phase.WAITING, HoldCode.NEXT_TICK)
            path.back_to(wait.since, Phase.WAITING, wait.code)
        ready = attempt.scheduled_at or attempt.queued_at
        path.back_to(ready, Phase.WAITING, HoldCode.NEXT_TICK)


def _gap(attempt: Attempt) -> tuple[Phase, HoldCode]:
    code = _after(attempt)
    return (Phase.RETRY_DELAY if code is HoldCode.RETRY_DELAY else Phase.WAITING), code


def _after(attempt: Attempt) -> HoldCode:
    kind = attempt.cause.kind if attempt.cause is not None else CauseKind.CLEARED
    return _AFTER.get(kind, HoldCode.RETRY_DELAY)


def _paused(stretch: Stretch, paused: Sequence[Span]) -> Iterator[Stretch]:
    """The parts of a stretch; where the DAG was paused, that was the reason."""
    if stretch.phase is not Phase.WAITING or stretch.code not in _PAUSABLE:
        yield stretch
        return
    at = stretch.since
    for begin, end in sorted(paused):
        since, until = max(begin, at), min(end, stretch.until)
        if since >= until:
            continue
        if since > at:
            yield msgspec.structs.replace(stretch, since=at, until=since)
        yield msgspec.structs.replace(stretch, since=since, until=until, code=HoldCode.DAG_PAUSED)
        at = until
    if at < stretch.until:
        yield msgspec.structs.replace(stretch, since=at)


# -- the waiting of each attempt ------------------------------------------------------------


def waits_of(
    run: Run, attempts: Sequence[Attempt], *, has_upstream: bool, paused: Sequence[Span] = ()
) -> list[tuple[Wait, ...]]:
    """What each attempt of one instance waited for, from when it could first be thought of.

    ``attempts``: oldest first. The scheduler's own time is ``next_tick``.
    """
    found: list[tuple[Wait, ...]] = []
    before: Attempt | None = None
    for attempt in attempts:
        parts = _parts(run, before, attempt, has_upstream=has_upstream)
        stretches = [
            Stretch(phase=Phase.WAITING, code=code, since=since, until=until)
            for code, since, until in parts
            if since < until
        ]
        waits = [
            Wait(code=part.code or HoldCode.NEXT_TICK, since=part.since, until=part.until)
            for stretch in stretches
            for part in _paused(stretch, paused)
        ]
        found.append(joined(iter(waits)))
        before = attempt
    return found


def _parts(
    run: Run, before: Attempt | None, attempt: Attempt, *, has_upstream: bool
) -> Iterator[tuple[HoldCode, datetime, datetime]]:
    """Code, since, until; one may be empty or the wrong way round where clocks disagree."""
    ready = attempt.scheduled_at or attempt.queued_at
    if before is not None and before.ended_at is not None:
        at = before.ended_at
        code = _after(before)
    elif run.started_at is not None and run.started_at <= ready:
        due = min(max(run.run_after, run.queued_at), run.started_at)
        yield HoldCode.RUN_NOT_DUE, run.queued_at, due
        yield HoldCode.RUN_QUEUED, due, run.started_at
        at = run.started_at
        code = HoldCode.UPSTREAM if has_upstream else HoldCode.NEXT_TICK
    else:
        at, code = ready, HoldCode.NEXT_TICK
    for wait in attempt.waits:
        yield (code if wait.since <= ready else HoldCode.NEXT_TICK), at, min(wait.since, ready)
        if wait.since > ready:
            yield HoldCode.NEXT_TICK, max(at, ready), wait.since
        yield wait.code, wait.since, wait.until
        at = max(at, wait.until)
    yield code, at, ready
    yield HoldCode.NEXT_TICK, max(at, ready), attempt.queued_at
