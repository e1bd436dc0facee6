"""What is to be done about one instance that waits."""

from datetime import datetime

import msgspec

from narae.core.commands import ChangeTask, Command, Expand
from narae.core.decide.stop import fail_fast, settle
from narae.core.holds import HoldCode
from narae.core.mapping import UncountableError, count, expanded
from narae.core.outlook import outlook, upstream_verdict
from narae.core.run import Instance, Limits
from narae.core.run_view import RunView
from narae.core.states import TaskState
from narae.core.trigger_rules import Verdict

_ENDS = {Verdict.SKIP: TaskState.SKIPPED, Verdict.FAIL: TaskState.UPSTREAM_FAILED}
_HELD_BACK = frozenset(
    {HoldCode.DEPENDS_ON_PAST, HoldCode.WAIT_FOR_DOWNSTREAM, HoldCode.START_DATE}
)
"""Waits that something outside of the run ends."""
_AGAIN = frozenset({TaskState.UP_FOR_RETRY, TaskState.UP_FOR_RESCHEDULE, TaskState.DEFERRED})


class Indexes:
    """Hands out map indices that no instance of a task has, also within one wave."""

    def __init__(self, view: RunView) -> None:
        self._top = view.top_index
        self._next: dict[str, int] = {}

    def take(self, task_id: str, length: int) -> int:
        """The first of ``length`` new indices."""
        first = self._next.get(task_id, self._top.get(task_id, -1) + 1)
        self._next[task_id] = first + length
        return first


def step(
    view: RunView, instance: Instance, *, now: datetime, limits: Limits, indexes: Indexes
) -> list[Command]:
    """The next move of an instance; [] when it stays as it is."""
    if instance.state is TaskState.NONE:
        return _decide(view, instance, now=now, limits=limits, indexes=indexes)
    if instance.state in _AGAIN:
        return _go_on(view, instance, now=now)
    return []


def _decide(
    view: RunView, instance: Instance, *, now: datetime, limits: Limits, indexes: Indexes
) -> list[Command]:
    found = outlook(view, instance, now=now)
    match found.verdict:
        case Verdict.WAIT:
            if found.why is not None and found.why in _HELD_BACK:
                view.hold_back(instance.ref, found.until, why=found.why, now=now)
            return []
        case Verdict.RUN if found.expand is not None:
            return _expand(view, instance, found.expand, now=now, limits=limits, indexes=indexes)
        case Verdict.RUN if view.graph.tasks[instance.task_id].inert:
            return [_succeed(instance, now)]
        case Verdict.RUN:
            return [schedule(instance, now)]
        case _:
            return [settle(instance, _ENDS[found.verdict], now=now)]


def _go_on(view: RunView, instance: Instance, *, now: datetime) -> list[Command]:
    """A retry, a reschedule or a timed deferral whose time has come."""
    if instance.not_before is not None and instance.not_before > now:
        return []
    # A user may have cleared what is upstream meanwhile.
    if (
        instance.state is not TaskState.DEFERRED
        and upstream_verdict(view, instance) is Verdict.WAIT
    ):
        return []
    return [schedule(instance, now)]


def schedule(instance: Instance, now: datetime) -> ChangeTask:
    """Everything but a slot is there. A retry begins a new try, the others go on with theirs."""
    same_try = instance.state in {TaskState.UP_FOR_RESCHEDULE, TaskState.DEFERRED}
    after = msgspec.structs.replace(
        instance,
        revision=instance.revision + 1,
        state=TaskState.SCHEDULED,
        not_before=None,
        scheduled_at=now,
        first_started_at=instance.first_started_at if same_try else None,
        ended_at=None,
    )
    return ChangeTask(before=instance, after=after)


def _succeed(instance: Instance, now: datetime) -> ChangeTask:
    after = msgspec.structs.replace(
        instance,
        revision=instance.revision + 1,
        state=TaskState.SUCCESS,
        scheduled_at=now,
        started_at=now,
        ended_at=now,
    )
    return ChangeTask(before=instance, after=after)


def _expand(
    view: RunView,
    stand_in: Instance,
    level: str,
    *,
    now: datetime,
    limits: Limits,
    indexes: Indexes,
) -> list[Command]:
    try:
        length = count(view, level, stand_in.path)
    except UncountableError as error:
        return _unexpandable(view, stand_in, str(error), now)
    if length > limits.max_map_length:
        words = f"{level} would have {length} instances; max_map_length is {limits.max_map_length}"
        return _unexpandable(view, stand_in, words, now)
    if length == 0:
        return [settle(stand_in, TaskState.SKIPPED, now=now, note="nothing to map over")]
    next_index = indexes.take(stand_in.task_id, length - 1) if stand_in.path else 0
    after = expanded(view.graph, stand_in, length, next_index=next_index)
    return [Expand(before=stand_in, after=after)]


def _unexpandable(view: RunView, stand_in: Instance, words: str, now: datetime) -> list[Command]:
    return [
        settle(stand_in, TaskState.FAILED, now=now, note=words),
        *fail_fast(view, stand_in.ref, now=now),
    ]
