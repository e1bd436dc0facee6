"""One wave of a run: everything that can be decided without another report."""

from datetime import datetime

import msgspec

from narae.core.commands import ChangeRun, ChangeTask, Command, Expand
from narae.core.decide import callbacks
from narae.core.decide.remap import remap
from narae.core.decide.step import Indexes, step
from narae.core.decide.stop import time_out
from narae.core.ids import TaskRef
from narae.core.outcome import DEADLOCK, Outcome, deadline, outcome
from narae.core.run import Limits
from narae.core.run_view import RunView
from narae.core.states import RunState, TaskState


def advance_run(view: RunView, *, now: datetime, limits: Limits) -> list[Command]:
    """What is to be done now; [] means settled.

    Absorb the commands and ask again until it is. Looks only at what is dirty or due, which
    is then taken as looked at: a caller that does not carry the commands out has to rebuild
    the view or to ``touch_all``.
    """
    if view.run.state is not RunState.RUNNING:
        return []
    stopped = time_out(view, now=now)
    if stopped:
        return stopped
    commands = _wave(view, now=now, limits=limits)
    return commands or _end(view, now=now)


def next_timer(view: RunView) -> datetime | None:
    """The earliest moment at which :func:`advance_run` could do something without a report."""
    if view.run.state is not RunState.RUNNING:
        return None
    moments = [view.first_timer(), None if view.timed_out else deadline(view)]
    return min((moment for moment in moments if moment is not None), default=None)


def _wave(view: RunView, *, now: datetime, limits: Limits) -> list[Command]:
    indexes = Indexes(view)
    commands: list[Command] = []
    for level, prefix in view.take_dirty_gates():
        if commands:
            # It may be about the same instances (a mapped task in a mapped group): next wave.
            view.dirty_gates[level, prefix] = None
        else:
            commands += remap(view, level, prefix, now=now, limits=limits, indexes=indexes)
    if view.dirty_gates:
        return commands
    moved = _moved(commands)
    for instance in view.take_dirty(now):
        if instance.ref not in moved:
            fresh = step(view, instance, now=now, limits=limits, indexes=indexes)
            if len(fresh) > 1:
                # A failure that stops the others: nothing else is decided in this wave.
                view.touch_all()
                return fresh
            commands += fresh
    return commands


def _moved(commands: list[Command]) -> set[TaskRef]:
    """The instances that these commands change: nothing else may change them in one wave."""
    return {command.before.ref for command in commands if isinstance(command, ChangeTask | Expand)}


def _end(view: RunView, *, now: datetime) -> list[Command]:
    """The run's own end, once there is nothing left to do."""
    if view.unfinished == 0:
        found = outcome(view)
    elif view.unfinished == view.counts[TaskState.NONE] and not view.held_back:
        found = Outcome(RunState.FAILED, DEADLOCK)
    else:
        return []
    after = msgspec.structs.replace(
        view.run,
        revision=view.run.revision + 1,
        state=found.state,
        reason=found.reason,
        ended_at=now,
    )
    owed = callbacks.of_run(view, after, now=now)
    return [ChangeRun(before=view.run, after=after, callback=owed)]
