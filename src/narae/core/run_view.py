"""One active run as the scheduler holds it in memory.

A view is rebuilt from rows at any time and follows commands one by one. What a command
costs is proportional to the downstream edges of the instance that it changes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from heapq import heapify, heappop, heappush

from narae.core.commands import (
    AddInstances,
    ChangeRun,
    ChangeTask,
    Command,
    EndAttempt,
    Expand,
    KillAttempt,
    MarkStarted,
    StartAttempt,
)
from narae.core.graph import Graph
from narae.core.holds import HoldCode
from narae.core.ids import AttemptId, Path, TaskRef
from narae.core.run import Cause, Instance, Run
from narae.core.spec import DagSpec
from narae.core.states import FINISHED, TaskState
from narae.core.tally import KIND, Tally
from narae.core.waiting import Held
from narae.core.workload import CodeRef

Node = tuple[str, Path]
"""A task (or a mapping level) at the mapping indices that it shares with what it waits for."""

_TIMED = frozenset({TaskState.UP_FOR_RETRY, TaskState.UP_FOR_RESCHEDULE, TaskState.DEFERRED})
_PAST_OK = frozenset({TaskState.SUCCESS, TaskState.SKIPPED})
_BAD = frozenset({TaskState.FAILED, TaskState.UPSTREAM_FAILED})
_UNFINISHED = tuple(state for state in TaskState if state not in FINISHED)


@dataclass(frozen=True, kw_only=True)
class Past:
    """The run before, as ``depends_on_past`` and ``wait_for_downstream`` need it."""

    previous: Run | None = None
    states: Mapping[TaskRef, TaskState] = field(default_factory=dict)
    """Of the previous run's instances."""

    @cached_property
    def _by_task(self) -> Mapping[str, frozenset[TaskState]]:
        found: dict[str, set[TaskState]] = {}
        for ref, state in self.states.items():
            found.setdefault(ref.task_id, set()).add(state)
        return {task_id: frozenset(states) for task_id, states in found.items()}

    def states_of(self, task_id: str) -> frozenset[TaskState]:
        """The states that the task's instances had; none when it was not there."""
        unmapped = TaskRef(task_id)
        if unmapped in self.states:
            return frozenset({self.states[unmapped]})
        return self._by_task.get(task_id, frozenset())

    def went_well(self, task_id: str) -> bool:
        """Whether the task succeeded or was skipped, each of its instances."""
        return self.states_of(task_id) - {TaskState.REMOVED} <= _PAST_OK


class RunView:
    """A run, its spec, its instances and their counters. Use :meth:`build`."""

    def __init__(self, *, run: Run, spec: DagSpec, past: Past, graph: Graph, code: CodeRef) -> None:
        self.run = run
        self.spec = spec
        self.past = past
        self.graph = graph
        self.code = code
        """What a callback of this run has to import."""
        self.instances: dict[TaskRef, Instance] = {}
        self.under: dict[Node, dict[TaskRef, None]] = {}
        """Task and beginning of a path -> the instances there, in the order of their arrival."""
        self.tallies: dict[Node, Tally] = {}
        """By the task that looks at it."""
        self.gates: dict[Node, Tally] = {}
        """By the mapping level that waits for what it counts."""
        self.counts: dict[TaskState, int] = dict.fromkeys(TaskState, 0)
        self.top_index: dict[str, int] = {}
        """Task id -> the highest map index that was handed out."""
        self.deciding_bad = 0
        """Failed or upstream-failed instances of the tasks that decide the run's state."""
        self.failures = 0
        """Failed instances of tasks that are no teardowns."""
        self.last_end: datetime | None = None
        self.killing: dict[AttemptId, Cause] = {}
        """Attempts whose end was asked for, and why."""
        self.timed_out = False
        """``dagrun_timeout`` has been acted on."""
        self.held_back: set[TaskRef] = set()
        """Instances that only the past or a date keeps from being scheduled."""
        self.held = Held()
        self.dirty: dict[TaskRef, None] = {}
        self.dirty_nodes: dict[Node, None] = {}
        self.dirty_gates: dict[Node, None] = {}
        self._timers: list[tuple[datetime, TaskRef]] = []
        self._attempts: dict[AttemptId, TaskRef] = {}

    @classmethod
    def build(
        cls,
        *,
        run: Run,
        spec: DagSpec,
        instances: Iterable[Instance],
        past: Past | None = None,
        graph: Graph | None = None,
        code: CodeRef | None = None,
    ) -> "RunView":
        """A view of these rows, everything dirty.

        ``code`` is what callbacks will run; without it the folder stays empty.
        """
        view = cls(
            run=run,
            spec=spec,
            past=past or Past(),
            graph=graph or Graph(spec),
            code=code or CodeRef(folder="", version=run.code_version, file=spec.file),
        )
        for instance in instances:
            view._enter(instance)
        view.touch_all()
        return view

    @property
    def unfinished(self) -> int:
        """How many instances are not finished."""
        return sum(self.counts[state] for state in _UNFINISHED)

    def absorb(self, command: Command) -> None:
        """Folds in a command of this run; commands that concern other rows change nothing."""
        uid = self.run.uid
        if isinstance(command, ChangeTask | StartAttempt | MarkStarted | EndAttempt):
            if command.after.run == uid:
                self._swap(command.before, command.after)
                if command.after.state is not TaskState.SCHEDULED:
                    self.held.forget(command.after.ref)
        elif isinstance(command, Expand) and command.before.run == uid:
            self._leave(command.before)
            for instance in command.after:
                self._enter(instance)
        elif isinstance(command, AddInstances) and command.run == uid:
            for instance in command.instances:
                self._enter(instance)
        elif isinstance(command, ChangeRun) and command.after.uid == uid:
            self.run = command.after
        elif isinstance(command, KillAttempt) and command.attempt in self._attempts:
            self.killing.setdefault(command.attempt, command.cause)

    def by_attempt(self, attempt: AttemptId) -> Instance | None:
        """The instance whose current attempt it is, else None."""
        ref = self._attempts.get(attempt)
        return None if ref is None else self.instances[ref]

    def renew_past(self, past: Past) -> None:
        """The previous run moved on."""
        self.past = past
        self.dirty.update(dict.fromkeys(sorted(self.held_back)))

    def touch_all(self) -> None:
        """Makes everything dirty and sets all timers anew."""
        self.dirty.update(dict.fromkeys(self.instances))
        self.dirty_gates.update(dict.fromkeys(self.gates))
        self._timers = [
            (instance.not_before, ref)
            for ref, instance in self.instances.items()
            if instance.not_before is not None and instance.state in _TIMED
        ]
        heapify(self._timers)

    # -- what decisions read ----------------------------------------------------------------

    def seen(self, task_id: str, path: Path) -> int:
        """The bits of :mod:`narae.core.trigger_rules` for an instance at ``path``."""
        return _seen(self.tallies, task_id, path, len(self.graph.group_levels[task_id]))

    def gate_seen(self, level: str, prefix: Path) -> int:
        """The same for what a mapping level counts, seen from ``prefix``."""
        return _seen(self.gates, level, prefix, len(prefix))

    def at(self, task_id: str, prefix: Path) -> list[Instance]:
        """A task's instances whose path begins so."""
        return [self.instances[ref] for ref in self.under.get((task_id, prefix), ())]

    def take_dirty(self, now: datetime) -> Iterator[Instance]:
        """What has to be looked at, each instance once; it is no longer dirty afterwards."""
        while self._timers and self._timers[0][0] <= now:
            self.dirty[heappop(self._timers)[1]] = None
        refs = self.dirty
        for node in self.dirty_nodes:
            refs.update(self.under.get(node, ()))
        self.dirty, self.dirty_nodes = {}, {}
        for ref in refs:
            if ref in self.instances:
                yield self.instances[ref]

    def take_dirty_gates(self) -> list[Node]:
        """The mapping levels whose inputs have changed; no longer dirty afterwards."""
        gates, self.dirty_gates = self.dirty_gates, {}
        return list(gates)

    def hold_back(
        self, ref: TaskRef, until: datetime | None, *, why: HoldCode, now: datetime
    ) -> None:
        """Remembers that only the past or, until then, a date is in the way of an instance."""
        self.held_back.add(ref)
        self.held.note(ref, why, now)
        if until is not None:
            heappush(self._timers, (until, ref))

    def first_timer(self) -> datetime | None:
        """When the next retry, reschedule, deferral or start date is due."""
        while self._timers:
            when, ref = self._timers[0]
            instance = self.instances.get(ref)
            if ref in self.held_back or (instance is not None and instance.not_before == when):
                return when
            heappop(self._timers)
        return None

    # -- rows come and go -------------------------------------------------------------------

    def _swap(self, before: Instance, after: Instance) -> None:
        if before.map_index != after.map_index or before.path != after.path:
            self._leave(before)
            self._enter(after)
            return
        ref = after.ref
        old = self.instances[ref]
        self.instances[ref] = after
        self._count(old, ref, -1)
        self._count(after, ref, 1)
        if KIND[old.state] != KIND[after.state]:
            self._tell(after, KIND[old.state], KIND[after.state])
        if old.branch is not after.branch or old.state != after.state:
            self._force(old, -1)
            self._force(after, 1)

    def _enter(self, instance: Instance) -> None:
        ref = instance.ref
        self.instances[ref] = instance
        for length in range(len(instance.path) + 1):
            self.under.setdefault((instance.task_id, instance.path[:length]), {})[ref] = None
        top = self.top_index.get(instance.task_id, -1)
        self.top_index[instance.task_id] = max(top, instance.map_index)
        self._count(instance, ref, 1)
        self._tell(instance, None, KIND[instance.state])
        self._force(instance, 1)

    def _leave(self, before: Instance) -> None:
        instance = self.instances.pop(before.ref)
        for length in range(len(instance.path) + 1):
            del self.under[instance.task_id, instance.path[:length]][instance.ref]
        self._count(instance, instance.ref, -1)
        self._tell(instance, KIND[instance.state], None)
        self._force(instance, -1)

    def _count(self, instance: Instance, ref: TaskRef, by: int) -> None:
        """Counters of the run as a whole, timers and the current attempt."""
        state = instance.state
        self.counts[state] += by
        if state in _BAD:
            self.deciding_bad += by if instance.task_id in self.graph.deciding else 0
            task = self.graph.tasks.get(instance.task_id)
            hard = state is TaskState.FAILED and task is not None and not task.is_teardown
            self.failures += by if hard else 0
        if by < 0:
            self.held_back.discard(ref)
            if instance.attempt is not None:
                self._attempts.pop(instance.attempt, None)
            return
        if instance.attempt is not None:
            self._attempts[instance.attempt] = ref
        if instance.not_before is not None and state in _TIMED:
            heappush(self._timers, (instance.not_before, ref))
        if state is TaskState.NONE:
            self.dirty[ref] = None
        if instance.ended_at is not None and state in FINISHED:
            self.last_end = max(self.last_end or instance.ended_at, instance.ended_at)

    def _tell(self, instance: Instance, old: int | None, new: int | None) -> None:
        """Moves one instance's counter wherever it is looked at."""
        path = instance.path
        for feed in self.graph.feeds.get(instance.task_id, ()):
            node = (feed.task_id, path[: feed.levels])
            tally = self.tallies.get(node)
            if tally is None:
                tally = self.tallies[node] = Tally()
            before = tally.seen
            if feed.direct:
                tally.move(old, new)
            if feed.setup:
                tally.move(old, new, setup=True)
            if tally.seen != before:
                self.dirty_nodes[node] = None
        for level, levels in self.graph.gates.get(instance.task_id, ()):
            node = (level, path[:levels])
            tally = self.gates.setdefault(node, Tally())
            before = tally.seen
            tally.move(old, new)
            if tally.seen != before:
                self.dirty_gates[node] = None

    def _force(self, instance: Instance, by: int) -> None:
        """Counts what a branch or a short circuit skips; ``by`` is 1 or -1."""
        if instance.branch is None or instance.state is not TaskState.SUCCESS:
            return
        targets = set(instance.branch.skipped)
        if instance.branch.followed is not None:
            targets.update(_not_followed(self.graph, instance.task_id, instance.branch.followed))
        for target in sorted(targets & self.graph.tasks.keys()):
            levels = self.graph.shared(instance.task_id, target)
            node = (target, instance.path[:levels])
            self.tallies.setdefault(node, Tally()).force(by)
            self.dirty_nodes[node] = None


def _not_followed(graph: Graph, task_id: str, followed: tuple[str, ...]) -> set[str]:
    """Direct downstream tasks that a branch left out; teardowns clean up all the same."""
    return {
        below
        for below in graph.downstream[task_id]
        if below not in followed and not graph.tasks[below].is_teardown
    }


def _seen(tallies: Mapping[Node, Tally], name: str, path: Path, levels: int) -> int:
    bits = 0
    for length in range(min(levels, len(path)) + 1):
        tally = tallies.get((name, path[:length]))
        if tally is not None:
            bits |= tally.seen
    return bits
