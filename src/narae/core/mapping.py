"""Dynamic task mapping: how many instances there are, and what stands for them before."""

from collections.abc import Iterable, Sequence
from math import prod

import msgspec

from narae.core.graph import Graph, xcom_inputs
from narae.core.ids import Path
from narae.core.run import Instance
from narae.core.run_view import RunView
from narae.core.spec import (
    ConcatenatedInput,
    Expansion,
    LiteralInput,
    MapInput,
    MappedInput,
    XComInput,
    ZippedInput,
)
from narae.core.states import TaskState
from narae.core.trigger_rules import PENDING, Verdict


class UncountableError(ValueError):
    """An expansion can't be counted; the words say why."""


def next_level(graph: Graph, instance: Instance) -> str | None:
    """The mapping level that is the next to be expanded; None when all are."""
    levels = graph.levels[instance.task_id]
    if instance.expanded or len(instance.path) >= len(levels):
        return None
    return levels[len(instance.path)]


def gate(view: RunView, level: str, prefix: Path) -> Verdict:
    """Whether the inputs of a mapping level, seen from ``prefix``, can be counted.

    RUN: all have ended and are there. WAIT: one has not ended. FAIL or SKIP: one that must be
    there whole failed or was skipped. The instances of a mapped input need not all be there:
    those that are, are counted.
    """
    if view.gate_seen(level, prefix) & PENDING:
        return Verdict.WAIT
    states = {
        instance.state
        for source in xcom_inputs(view.graph.expansion(level))
        for instance in _sources(view, level, source, prefix)
        if not instance.expanded or not _is_list(view.graph, level, source.task_id)
    }
    if states & {TaskState.FAILED, TaskState.UPSTREAM_FAILED}:
        return Verdict.FAIL
    return Verdict.SKIP if TaskState.SKIPPED in states else Verdict.RUN


def count(view: RunView, level: str, prefix: Path) -> int:
    """How many instances a mapping level has under ``prefix``; ask :func:`gate` first."""
    expansion = view.graph.expansion(level)
    return prod(_length(part, view, level, prefix) for part in expansion.inputs.values())


def literal_count(expansion: Expansion) -> int | None:
    """How many instances an expansion has that counts no XCom; None when it counts one."""
    if xcom_inputs(expansion):
        return None
    return prod(_length(part, None, "", ()) for part in expansion.inputs.values())


def children(
    graph: Graph, parent: Instance, indices: Iterable[int], *, flat: Sequence[int]
) -> list[Instance]:
    """The instances of one more level below a stand-in, at ``indices`` of that level.

    ``flat`` are their map indices, in the same order.
    """
    depth = len(graph.levels[parent.task_id])
    return [
        msgspec.structs.replace(
            parent,
            map_index=map_index,
            path=(*parent.path, index),
            expanded=len(parent.path) + 1 == depth,
            revision=0,
        )
        for index, map_index in zip(indices, flat, strict=True)
    ]


def expanded(
    graph: Graph, stand_in: Instance, length: int, *, next_index: int
) -> tuple[Instance, ...]:
    """What a stand-in becomes when its next level has ``length`` (at least 1) instances.

    The first child of a stand-in that has a map index keeps it, the others go on from
    ``next_index``; at the outermost level the map index is the place in the list.
    """
    if stand_in.path:
        flat: Sequence[int] = [stand_in.map_index, *range(next_index, next_index + length - 1)]
    else:
        flat = range(length)
    first, *rest = children(graph, stand_in, range(length), flat=flat)
    return (msgspec.structs.replace(first, revision=stand_in.revision + 1), *rest)


def near(view: RunView, task_id: str, path: Path, shared: int) -> list[Instance]:
    """A task's instances that agree with ``path`` on the first ``shared`` levels.

    A stand-in agrees when its shorter path does.
    """
    levels = min(shared, len(path))
    return [
        instance
        for length in range(levels + 1)
        for instance in view.at(task_id, path[:length])
        if length == levels or len(instance.path) == length
    ]


def _is_list(graph: Graph, level: str, source: str) -> bool:
    """Whether an input is the list of a mapped task's values rather than one value."""
    return len(graph.levels[source]) > _shared(graph, level, source)


def _shared(graph: Graph, level: str, source: str) -> int:
    return next((n for found, n in graph.gates.get(source, ()) if found == level), 0)


def _sources(view: RunView, level: str, source: XComInput, prefix: Path) -> list[Instance]:
    return near(view, source.task_id, prefix, _shared(view.graph, level, source.task_id))


def _length(part: MapInput, view: RunView | None, level: str, prefix: Path) -> int:
    match part:
        case LiteralInput():
            return part.length
        case MappedInput():
            return _length(part.source, view, level, prefix)
        case ZippedInput():
            lengths = [_length(source, view, level, prefix) for source in part.sources]
            return max(lengths) if part.longest else min(lengths)
        case ConcatenatedInput():
            return sum(_length(source, view, level, prefix) for source in part.sources)
        case XComInput():
            if view is None:
                raise UncountableError(f"the XCom of {part.task_id} is not known yet")
            return _xcom_length(part, view, level, prefix)


def _xcom_length(part: XComInput, view: RunView, level: str, prefix: Path) -> int:
    found = [i for i in _sources(view, level, part, prefix) if i.state is TaskState.SUCCESS]
    if part.task_id in view.graph.levels and _is_list(view.graph, level, part.task_id):
        return sum(1 for instance in found if part.key in instance.lengths)
    length = found[0].lengths.get(part.key, -1) if found else -1
    if length < 0:
        raise UncountableError(
            f"{part.task_id} left no list or dict to map over in its XCom {part.key!r}"
        )
    return length
