"""The shape of a DAG, worked out once for each spec."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from narae.core.spec import (
    ConcatenatedInput,
    DagSpec,
    Expansion,
    GroupSpec,
    LiteralInput,
    MapInput,
    MappedInput,
    TaskSpec,
    XComInput,
    ZippedInput,
)
from narae.core.weights import priorities


class Feed(NamedTuple):
    """An edge along which the end of an upstream instance counts."""

    task_id: str
    """The task that looks at it."""
    levels: int
    """How many mapping levels both share: the index of those must be the same."""
    direct: bool
    """It counts for the trigger rule."""
    setup: bool
    """It counts as a setup."""


class Graph:
    """Upstream, downstream, order, leaves and mapping levels of one spec.

    Costs one pass over tasks and edges; whatever needs everything downstream of a task is
    worked out when first asked for. Bit ``i`` of a bit set stands for ``spec.tasks[i]``.
    """

    def __init__(self, spec: DagSpec) -> None:
        self.spec = spec
        self.tasks: dict[str, TaskSpec] = {task.task_id: task for task in spec.tasks}
        self.groups: dict[str, GroupSpec] = {group.group_id: group for group in spec.groups}
        self.order: tuple[str, ...] = tuple(self.tasks)
        """Task ids in topological order."""
        self.place: dict[str, int] = {task.task_id: i for i, task in enumerate(spec.tasks)}
        """Where a task stands in the topological order."""
        self.upstream: dict[str, tuple[str, ...]] = {
            task.task_id: tuple(u for u in task.upstream if u in self.tasks) for task in spec.tasks
        }
        below: dict[str, list[str]] = {task.task_id: [] for task in spec.tasks}
        for task in spec.tasks:
            for above in self.upstream[task.task_id]:
                below[above].append(task.task_id)
        self.downstream: dict[str, tuple[str, ...]] = {t: tuple(d) for t, d in below.items()}
        self.group_levels: dict[str, tuple[str, ...]] = {
            task.task_id: self._mapped_groups(task.group_id) for task in spec.tasks
        }
        """Ids of the mapped groups around a task, outermost first."""
        self.levels: dict[str, tuple[str, ...]] = {
            task.task_id: (
                *self.group_levels[task.task_id],
                *((task.task_id,) if task.expansion is not None else ()),
            )
            for task in spec.tasks
        }
        """``group_levels``, and the task's own id when it is itself mapped."""

    @property
    def roots(self) -> tuple[str, ...]:
        """Tasks without an upstream."""
        return tuple(t for t in self.tasks if not self.upstream[t])

    @property
    def leaves(self) -> tuple[str, ...]:
        """Tasks without a downstream."""
        return tuple(t for t in self.tasks if not self.downstream[t])

    @cached_property
    def deciding(self) -> frozenset[str]:
        """The tasks whose states decide the run's: the leaves of what is not a teardown.

        A teardown counts only with ``on_failure_fail_dagrun``, or where there is nothing else.
        """
        ignored = {
            task.task_id
            for task in self.spec.tasks
            if task.is_teardown and not task.on_failure_fail_dagrun
        }
        kept = {
            t for t in self.tasks if t not in ignored and ignored.issuperset(self.downstream[t])
        }
        return frozenset(kept or self.leaves)

    @cached_property
    def mapped_members(self) -> Mapping[str, tuple[str, ...]]:
        """Mapping level (mapped group's or mapped task's id) -> tasks that it multiplies."""
        members: dict[str, list[str]] = {}
        for task_id, levels in self.levels.items():
            for level in levels:
                members.setdefault(level, []).append(task_id)
        return {level: tuple(ids) for level, ids in members.items()}

    @cached_property
    def gates(self) -> Mapping[str, tuple[tuple[str, int], ...]]:
        """Task id -> (mapping level that counts its XComs, how many levels outside both share)."""
        found: dict[str, list[tuple[str, int]]] = {}
        for level, members in self.mapped_members.items():
            around = self.levels[members[0]]
            outside = around.index(level)
            for source in dict.fromkeys(i.task_id for i in xcom_inputs(self.expansion(level))):
                if source in self.tasks:
                    shared = min(self.shared(source, members[0]), outside)
                    found.setdefault(source, []).append((level, shared))
        return {source: tuple(levels) for source, levels in found.items()}

    @cached_property
    def feeds(self) -> Mapping[str, tuple[Feed, ...]]:
        """Task id -> everybody who has to know when one of its instances ends."""
        found: dict[str, list[Feed]] = {task_id: [] for task_id in self.tasks}
        for task_id in self.tasks:
            direct = set(self.upstream[task_id])
            setups = set(self.setups[task_id])
            for above in (*self.upstream[task_id], *sorted(setups - direct)):
                found[above].append(
                    Feed(task_id, self.shared(above, task_id), above in direct, above in setups)
                )
        return {task_id: tuple(feeds) for task_id, feeds in found.items()}

    @cached_property
    def setups(self) -> Mapping[str, tuple[str, ...]]:
        """Task id -> the setups that must have succeeded for it, whatever its trigger rule.

        Of a teardown: its direct upstream setups. Of any other task: each setup anywhere
        upstream that is not yet torn down before it.
        """
        found: dict[str, tuple[str, ...]] = dict.fromkeys(self.tasks, ())
        for setup in (task.task_id for task in self.spec.tasks if task.is_setup):
            teardowns = [d for d in self.downstream[setup] if self.tasks[d].is_teardown]
            torn_down = self.members(self._all_below(teardowns)) if teardowns else frozenset()
            for below in self.descendants(setup):
                direct_teardown = below in teardowns
                other = not self.tasks[below].is_teardown and below not in torn_down
                if direct_teardown or other:
                    found[below] = (*found[below], setup)
        return found

    @cached_property
    def below_bits(self) -> list[int]:
        """For each task by place: the bit set of everything downstream of it."""
        return _reach(self.downstream, self.order[::-1], self.place)

    @cached_property
    def above_bits(self) -> list[int]:
        """For each task by place: the bit set of everything upstream of it."""
        return _reach(self.upstream, self.order, self.place)

    @cached_property
    def priorities(self) -> Mapping[str, int]:
        """Task id -> what its instances' priority is, by its weight rule."""
        return priorities(
            self.spec.tasks, below=lambda: self.below_bits, above=lambda: self.above_bits
        )

    def descendants(self, task_id: str) -> frozenset[str]:
        """Everything downstream of a task, without itself."""
        return self.members(self.below_bits[self.place[task_id]])

    def ancestors(self, task_id: str) -> frozenset[str]:
        """Everything upstream of a task, without itself."""
        return self.members(self.above_bits[self.place[task_id]])

    def members(self, bits: int) -> frozenset[str]:
        """The task ids that a bit set stands for."""
        found = []
        while bits:
            low = bits & -bits
            found.append(self.order[low.bit_length() - 1])
            bits ^= low
        return frozenset(found)

    def resolve(self, names: Iterable[str]) -> set[str]:
        """The task ids that task and group ids stand for; unknown names stand for nothing."""
        found: set[str] = set()
        for name in names:
            if name in self.tasks:
                found.add(name)
            elif name in self.groups:
                found.update(t.task_id for t in self.spec.tasks if name in self._groups(t.group_id))
        return found

    def shared(self, one: str, other: str) -> int:
        """How many enclosing mapped groups two tasks share."""
        count = 0
        for a, b in zip(self.group_levels[one], self.group_levels[other], strict=False):
            if a != b:
                break
            count += 1
        return count

    def expansion(self, level: str) -> Expansion:
        """The expansion of a mapping level; task and group ids share one name space."""
        owner = self.tasks.get(level) or self.groups[level]
        if owner.expansion is None:
            raise KeyError(level)
        return owner.expansion

    def _all_below(self, task_ids: Sequence[str]) -> int:
        """The bit set of what is downstream of every one of these."""
        bits = -1
        for task_id in task_ids:
            bits &= self.below_bits[self.place[task_id]]
        return bits

    def _groups(self, group_id: str | None) -> list[str]:
        """A group and the groups around it, innermost first."""
        found: list[str] = []
        while group_id is not None and group_id in self.groups:
            found.append(group_id)
            group_id = self.groups[group_id].parent_id
        return found

    def _mapped_groups(self, group_id: str | None) -> tuple[str, ...]:
        around = reversed(self._groups(group_id))
        return tuple(g for g in around if self.groups[g].expansion is not None)


def _reach(
    edges: Mapping[str, Sequence[str]], order: Sequence[str], place: Mapping[str, int]
) -> list[int]:
    """For each task by place, the bit set of all that ``edges`` lead to; ends come first."""
    bits = [0] * len(place)
    for task_id in order:
        found = 0
        for end in edges[task_id]:
            found |= bits[place[end]] | 1 << place[end]
        bits[place[task_id]] = found
    return bits


def xcom_inputs(expansion: Expansion) -> list[XComInput]:
    """All XComs that an expansion counts, in order."""
    return [found for part in expansion.inputs.values() for found in _xcoms(part)]


def _xcoms(part: MapInput) -> list[XComInput]:
    match part:
        case XComInput():
            return [part]
        case LiteralInput():
            return []
        case MappedInput():
            return _xcoms(part.source)
        case ZippedInput() | ConcatenatedInput():
            return [found for source in part.sources for found in _xcoms(source)]
