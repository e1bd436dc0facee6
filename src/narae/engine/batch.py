"""The commands of one tick, each with the run that it is about."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from narae.core.commands import ChangeTask, Command, EndAttempt, StartAttempt
from narae.core.ids import RunUid, TaskKey
from narae.core.run import Instance
from narae.core.states import TaskState
from narae.engine.apply import Applies, apply, check
from narae.engine.errors import IllegalMove


class Batch:
    """Collected while deciding, written in one transaction."""

    def __init__(self) -> None:
        self._commands: list[Command] = []
        self._runs: list[RunUid | None] = []
        self._left_out: dict[RunUid | None, Exception] = {}

    def __len__(self) -> int:
        return len(self._commands)

    def add(self, run: RunUid | None, command: Command) -> None:
        """Adds a command behind those that are there."""
        self._commands.append(command)
        self._runs.append(run)

    def leave_out(self, run: RunUid, fault: Exception) -> None:
        """Drops everything about a run: somebody failed in the middle of deciding about it."""
        self._left_out[run] = fault

    def write(self, store: Applies, *, now: datetime) -> "Outcome":
        """Writes all of it. A run with an illegal command is left out whole."""
        entries = list(zip(self._runs, self._commands, strict=True))
        faults = dict(self._left_out)
        try:
            return _write(store, entries, faults, now)
        except IllegalMove:
            faults |= _faults(entries)
            return _write(store, entries, faults, now)


Entry = tuple[RunUid | None, Command]


def _write(
    store: Applies,
    entries: Sequence[Entry],
    faults: dict[RunUid | None, Exception],
    now: datetime,
) -> "Outcome":
    kept = [(run, command) for run, command in entries if run not in faults] if faults else entries
    took = apply(store, [command for _, command in kept], now=now)
    return Outcome(kept, took, faults)


def _faults(entries: Sequence[Entry]) -> dict[RunUid | None, Exception]:
    faults: dict[RunUid | None, Exception] = {}
    for run, command in entries:
        try:
            check(command)
        except IllegalMove as fault:
            faults.setdefault(run, fault)
    return faults


class Outcome:
    """What a batch became."""

    def __init__(
        self,
        entries: Sequence[Entry],
        took: Sequence[bool],
        faults: dict[RunUid | None, Exception],
    ) -> None:
        pairs = list(zip(entries, took, strict=True))
        self.taken = [entry for entry, took_it in pairs if took_it]
        self.refused = [entry for entry, took_it in pairs if not took_it]
        self.faults = faults
        """Runs that were left out, and why."""

    def refused_runs(self) -> list[RunUid]:
        """Runs that somebody else has changed meanwhile."""
        return list(dict.fromkeys(run for run, _ in self.refused if run is not None))

    def hasty(self) -> list["Hasty"]:
        """Moves that took and must not stand.

        Where a part of what was decided about a run was refused, the rest may follow from
        what is not so: a task was scheduled, skipped or failed because of an upstream that
        somebody has just cleared. Where an attempt did not end, its slot is not free, and
        whatever was started in the same batch may have been given it.
        """
        wrong = set(self.refused_runs())
        occupied = any(isinstance(command, EndAttempt) for _, command in self.refused)
        first: dict[TaskKey, Instance] = {}
        last: dict[TaskKey, int] = {}
        for run, command in self.taken if wrong else ():
            if not isinstance(command, ChangeTask | StartAttempt):
                continue
            starts = isinstance(command, StartAttempt)
            if not starts and run not in wrong:
                continue
            key = command.before.key
            if (run in wrong and command.before.state is TaskState.NONE) or (starts and occupied):
                first.setdefault(key, command.before)
            last[key] = command.after.revision
        return [Hasty(before, last[key]) for key, before in first.items()]


class Hasty(NamedTuple):
    """A move to take back, unless somebody has moved the instance since."""

    before: Instance
    revision: int
