"""Everything that was ever committed, kept apart from the store and checked as it comes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from narae.core.commands import (
    ChangeRun,
    ChangeTask,
    Command,
    EndAttempt,
    StartAttempt,
)
from narae.core.ids import AttemptId, TaskKey
from narae.core.run import Pool, Run
from narae.core.states import FINISHED_RUN, RunState, TaskState
from narae.testing import invariants
from narae.testing.invariants import PoolBound
from narae.testing.memory_store import MemoryStore
from narae.testing.simulator.entries import GRACE, TAKES, BrokenInvariant, Entries, demand

T = TypeVar("T")
_MADE_BY_RULE = frozenset({TaskState.SCHEDULED, TaskState.UPSTREAM_FAILED})


class Ledger(Entries):
    """A second account of the same store, and the judge of whatever is written."""

    def __init__(self, store: MemoryStore, now: Callable[[], datetime], parallelism: int) -> None:
        super().__init__(store, now)
        self._parallelism = parallelism
        self._deleted_at: datetime | None = None
        self._pools: list[tuple[datetime, tuple[Pool, ...]]] = []
        self._run_bounds: dict[str, list[tuple[datetime, int]]] = {}
        self.commits = 0
        self.too_many: dict[AttemptId, str] = {}
        """Attempts that must not be sent out, and which limit they break."""
        self.rivals_until: datetime | None = None
        """While two engines live, and for the grace after, limits are counted twice."""

    # -- what is written --------------------------------------------------------------------

    def wrote(self, commands: Sequence[Command], took: Sequence[bool], *, by_user: bool) -> None:
        """Takes a committed batch; raises :class:`BrokenInvariant`."""
        self.commits += 1
        self.by_user = by_user
        started: list[TaskKey] = []
        for command, ok in zip(commands, took, strict=True):
            if not ok:
                continue
            how = TAKES.get(type(command))
            if how is not None:
                how(self, command)
            if isinstance(command, StartAttempt):
                started.append(command.after.key)
        if started and not self.has_rivals():
            faults = invariants.limits_kept(
                self.rows, started, pools=self._pool_bounds(), parallelism=self._parallelism
            )
            refused = any(
                isinstance(c, EndAttempt) for c, ok in zip(commands, took, strict=True) if not ok
            )
            if refused:
                # A slot that was counted on is not free. The rows say so for an instant; what
                # counts is that nothing is sent out.
                self._suspects(started, faults)
            else:
                demand("limits are never exceeded", faults)
        self._judge(commands, took, by_user=by_user)

    def _suspects(self, started: Sequence[TaskKey], faults: Iterable[str]) -> None:
        words = next(iter(faults), None)
        for key in started if words else ():
            attempt = self.rows.instances[key.run][key.ref].attempt
            if attempt is not None:
                self.too_many[attempt] = words or ""

    def _judge(self, commands: Sequence[Command], took: Sequence[bool], *, by_user: bool) -> None:
        """What can only be seen with the whole batch written."""
        for command, ok in zip(commands, took, strict=True):
            if not ok:
                continue
            if isinstance(command, ChangeTask) and not by_user:
                self._judge_order(command)
            if isinstance(command, ChangeRun):
                self._judge_run(command, by_user=by_user)

    def _judge_order(self, command: ChangeTask) -> None:
        before, after = command.before, command.after
        stored = self.rows.instances[after.run].get(after.ref)
        made_by_rule = after.state in _MADE_BY_RULE and before.state is not after.state
        if stored is None or not made_by_rule or self.is_touched(after.run) or self.has_rivals():
            return
        faults = invariants.order_respected(self.rows, before, after)
        demand("order is respected", faults)

    def _judge_run(self, command: ChangeRun, *, by_user: bool) -> None:
        before, after = command.before, command.after
        if self.rows.runs[after.uid] is not after or before.state is after.state:
            return
        if after.state is RunState.RUNNING and not self.has_rivals():
            bound = self._run_bound(after)
            faults = invariants.runs_kept(self.rows, after, bound=bound)
            demand("limits are never exceeded", faults)
        if after.state in FINISHED_RUN and not by_user:
            if not self.is_touched(after.uid) and not self.has_rivals():
                demand("a run ends as its tasks did", invariants.run_ended_right(self.rows, after))
            wanted = "success" if after.state is RunState.SUCCESS else "failure"
            owes = wanted in self.rows.specs[after.spec_id].callbacks
            if owes and command.callback is None:
                words = f"run {after.run_id} is {after.state}, and nobody owes its callback"
                raise BrokenInvariant("callbacks are delivered", words)

    # -- what users change ------------------------------------------------------------------

    def has_rivals(self) -> bool:
        """Whether two engines live, or did of late."""
        return self.rivals_until is not None and self._now() < self.rivals_until

    def deleted_lately(self) -> bool:
        """Whether a DAG has been deleted that somebody may not know of yet."""
        return self._deleted_at is not None and self.awake() - self._deleted_at < GRACE

    def deleted(self, dag_id: str) -> None:
        """A DAG is gone with all of its runs."""
        self._deleted_at = self.awake()
        for uid in [run.uid for run in self.rows.runs.values() if run.dag_id == dag_id]:
            del self.rows.runs[uid]
            for instance in self.rows.instances.pop(uid).values():
                if instance.attempt is not None:
                    self.current.pop(instance.attempt, None)
        there = {callback.id for callback in self._store.callbacks()}
        done = self._store.tables.callback_outcomes
        self.owed = {c: None for c in self.owed if c in there or c in done}

    def pools_changed(self) -> None:
        """Remembers how pools are from now on."""
        self._pools.append((self.awake(), tuple(self._store.pools())))

    def _pool_bounds(self) -> dict[str, PoolBound]:
        """The most that each pool allowed within the grace."""
        bounds: dict[str, PoolBound] = {}
        for pool in _lately(self._pools, self.awake()):
            for each in pool:
                known = bounds.get(each.name)
                slots = each.slots
                if known is not None:
                    slots = -1 if min(slots, known.slots) < 0 else max(slots, known.slots)
                deferred = each.include_deferred and (known is None or known.include_deferred)
                bounds[each.name] = PoolBound(slots=slots, include_deferred=deferred)
        return bounds

    def dags_changed(self) -> None:
        """Remembers max_active_runs of all DAGs from now on."""
        for row in self._store.dags():
            self.learn(row.spec_id)
            bound = self.rows.specs[row.spec_id].max_active_runs
            known = self._run_bounds.setdefault(row.dag_id, [])
            if not known or known[-1][1] != bound:
                known.append((self.awake(), bound))

    def _run_bound(self, run: Run) -> int:
        if run.backfill_id is not None:
            backfill = self._store.tables.backfills[run.backfill_id]
            if backfill.ended_at is None:
                return backfill.max_active_runs
        return max(_lately(self._run_bounds.get(run.dag_id, []), self.awake()), default=1)

    # -- both accounts ----------------------------------------------------------------------

    def compare(self) -> None:
        """The store has what it was told, and its slots match. Goes through all rows."""
        tables = self._store.tables
        if tables.runs != self.rows.runs:
            raise BrokenInvariant("nothing is lost", "the runs stored are not those written")
        for uid, found in self.rows.instances.items():
            if tables.instances[uid] != found:
                raise BrokenInvariant("nothing is lost", f"instances of run {uid} differ")
        faults = invariants.slots_match(self.rows, self._store.open_attempts())
        demand("slots match", faults)


def _lately(history: Sequence[tuple[datetime, T]], now: datetime) -> Iterator[T]:
    """What held at some time within the grace: each value up to when the next one came."""
    for place, (_, value) in enumerate(history):
        ended = history[place + 1][0] if place + 1 < len(history) else now
        if now - ended < GRACE:
            yield value
