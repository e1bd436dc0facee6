"""What each command means, in an account that is kept apart from the store."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from narae.core.commands import (
    AddInstances,
    ChangeRun,
    ChangeTask,
    CreateRun,
    EndAttempt,
    Expand,
    KillAttempt,
    MarkStarted,
    StartAttempt,
)
from narae.core.ids import AttemptId, RunUid, TaskKey
from narae.core.run import CauseKind, Instance
from narae.core.states import HOLDS_SLOT
from narae.testing import invariants
from narae.testing.invariants import Rows
from narae.testing.memory_store import MemoryStore

GRACE = timedelta(seconds=45)
"""How long somebody may decide from what a user has changed since: wake-ups get lost."""

_TAKEN_FOR_DEAD = frozenset({CauseKind.LEASE_LOST, CauseKind.NEVER_STARTED})


class BrokenInvariant(Exception):  # noqa: N818 - what is broken is no error of the caller's
    """``rule`` is the name of the invariant, ``words`` what was seen."""

    def __init__(self, rule: str, words: str) -> None:
        super().__init__(rule, words)
        self.rule = rule
        self.words = words

    def __str__(self) -> str:
        return f"{self.rule}: {self.words}"


def demand(rule: str, faults: Iterable[str]) -> None:
    """Raises :class:`BrokenInvariant` with the first fault."""
    for words in faults:
        raise BrokenInvariant(rule, words)


class Entries:
    """The rows as the commands say that they are, and who may change them."""

    def __init__(self, store: MemoryStore, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self.stalled = timedelta()
        """How long engines have stood still in all: the grace does not run meanwhile."""
        self.by_user = False
        self.rows = Rows()
        self.committed: set[str] = set()
        """Ids of attempts and callbacks that were ever written."""
        self.owed: dict[str, None] = {}
        """Callbacks that were ever owed and whose DAG was not deleted."""
        self.current: dict[AttemptId, TaskKey] = {}
        """Attempts that instances point at."""
        self.unwanted: dict[AttemptId, datetime] = {}
        """Attempts that were asked to end, or are not current any more, since when."""
        self.is_well: Callable[[AttemptId], bool] = lambda _attempt: False
        """Whether an attempt's supervisor lives and has said so all the time."""
        self._touched: dict[RunUid, datetime] = {}

    def awake(self) -> datetime:
        """The time that engines have had to hear of what is new."""
        return self._now() - self.stalled

    def touch(self, run: RunUid) -> None:
        """A user has just changed this run: decisions may still rest on how it was."""
        self._touched[run] = self.awake()

    def is_touched(self, run: RunUid) -> bool:
        """Whether a user has changed it of late."""
        at = self._touched.get(run)
        return at is not None and self.awake() - at < GRACE

    def learn(self, spec_id: int) -> None:
        """Reads a spec that is new."""
        if spec_id not in self.rows.specs:
            self.rows.specs[spec_id] = self._store.spec(spec_id)

    # -- each kind of command ---------------------------------------------------------------

    def created(self, command: CreateRun) -> None:
        """A run with its instances."""
        run = command.run
        self.rows.runs[run.uid] = run
        self.rows.instances[run.uid] = {i.ref: i for i in command.instances}
        self.learn(run.spec_id)

    def run_changed(self, command: ChangeRun) -> None:
        """A run's own row."""
        before = self.rows.runs[command.before.uid]
        demand("only legal moves", invariants.legal_run_move(before, command.after))
        self.rows.runs[command.before.uid] = command.after
        if self.by_user:
            self.touch(command.before.uid)
        if command.callback is not None:
            self._owe(command.callback.id)

    def task_changed(self, command: ChangeTask) -> None:
        """An instance without an attempt."""
        self._move(command.after)
        if self.by_user:
            self.touch(command.after.run)

    def expanded(self, command: Expand) -> None:
        """A stand-in becomes its instances."""
        found = self.rows.instances[command.before.run]
        found.pop(command.before.ref)
        found.update({i.ref: i for i in command.after})

    def added(self, command: AddInstances) -> None:
        """Instances that the run did not have."""
        self.rows.instances[command.run].update({i.ref: i for i in command.instances})

    def attempt_started(self, command: StartAttempt) -> None:
        """Never while another one is current."""
        before = self._move(command.after)
        attempt = command.attempt.id
        if before.attempt is not None:
            words = f"{invariants.name(before.key)} had {before.attempt} when {attempt} came"
            raise BrokenInvariant("one current attempt", words)
        if attempt in self.committed:
            raise BrokenInvariant("one current attempt", f"{attempt} was made twice")
        if command.after.fence <= before.fence:
            raise BrokenInvariant("the fence grows", f"{attempt} has fence {command.after.fence}")
        demand("retries within limits", invariants.tries_within_limit(command.after))
        self.committed.add(attempt)
        self.current[attempt] = command.after.key

    def attempt_marked(self, command: MarkStarted) -> None:
        """Only the current attempt may say so."""
        before = self._move(command.after)
        self._must_be_current(before, command.attempt)

    def attempt_ended(self, command: EndAttempt) -> None:
        """Only the current attempt, and with the retries that it has left."""
        before = self._move(command.after)
        if self.by_user:
            self.touch(command.after.run)
        stray = before.attempt == command.after.attempt != command.attempt
        if not stray:
            self._must_be_current(before, command.attempt)
            self.current.pop(command.attempt, None)
            self.unwanted.setdefault(command.attempt, self._now())
            run = self.rows.runs[before.run]
            task = self.rows.graph(run).tasks[before.task_id]
            if command.cause.kind in _TAKEN_FOR_DEAD and self.is_well(command.attempt):
                words = f"{command.attempt} runs well and was ended: {command.cause.words}"
                raise BrokenInvariant("leases are renewed", words)
            killed = command.cause.kind in {CauseKind.CLEARED, CauseKind.MARKED}
            if not killed:
                demand("retries within limits", invariants.retries_kept(command, task))
        if command.callback is not None:
            self._owe(command.callback.id)

    def kill_asked(self, command: KillAttempt) -> None:
        """From now on nobody wants it."""
        self.unwanted.setdefault(command.attempt, self._now())

    def _must_be_current(self, before: Instance, attempt: AttemptId) -> None:
        if before.attempt != attempt:
            words = (
                f"{attempt} wrote the state of {invariants.name(before.key)}, whose "
                f"current attempt is {before.attempt}"
            )
            raise BrokenInvariant("a stale write is refused", words)

    def _move(self, after: Instance) -> Instance:
        before = self.rows.instances[after.run][after.ref]
        demand("only legal moves", invariants.legal_task_move(before, after))
        if (after.attempt is not None) != (after.state in HOLDS_SLOT):
            words = f"{invariants.name(after.key)} is {after.state} with {after.attempt}"
            raise BrokenInvariant("slots match", words)
        self.rows.instances[after.run][after.ref] = after
        return before

    def _owe(self, callback: str) -> None:
        self.committed.add(callback)
        self.owed[callback] = None


TAKES: dict[type[Any], Callable[[Entries, Any], None]] = {
    CreateRun: Entries.created,
    ChangeRun: Entries.run_changed,
    ChangeTask: Entries.task_changed,
    Expand: Entries.expanded,
    AddInstances: Entries.added,
    StartAttempt: Entries.attempt_started,
    MarkStarted: Entries.attempt_marked,
    EndAttempt: Entries.attempt_ended,
    KillAttempt: Entries.kill_asked,
}
