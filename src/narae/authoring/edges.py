"""Edges said with functions: chains, crosses and labels."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from narae.authoring.node import Node, connect, nodes_of
from narae.authoring.task import Task
from narae.errors import AirflowException


class EdgeModifier(Node):
    """What stands between the two ends of an edge: ``a >> Label("ok") >> b``."""

    def __init__(self, label: str | None = None) -> None:
        self.label = label
        self._before: list[Task] = []
        self._after: list[Task] = []

    @property
    def roots(self) -> Sequence[Task]:
        """The tasks after it."""
        return self._after

    @property
    def leaves(self) -> Sequence[Task]:
        """The tasks before it."""
        return self._before

    def draw_edge_from(self, other: Node, label: Any = None) -> None:
        """``other >> Label(...)``."""
        del label
        self._before += other.leaves
        self._draw(other.leaves, self._after)

    def keeps_edge_to(self, other: Node) -> bool:
        """``Label(...) >> other``."""
        self._after += other.roots
        self._draw(self._before, other.roots)
        return True

    def _draw(self, before: Sequence[Task], after: Sequence[Task]) -> None:
        for first in before:
            for second in after:
                connect(first, second, self.label)


def Label(label: str) -> EdgeModifier:  # noqa: N802 - authors write it like a class
    """A label for the edge that it stands in."""
    return EdgeModifier(label)


def _stands(item: Any) -> bool:
    return isinstance(item, Node)


def chain(*tasks: Any) -> None:
    """One after the other; lists side by side must be of one length and are tied pairwise."""
    for before, after in pairwise(tasks):
        if _stands(before) or _stands(after):
            for first in nodes_of(before):
                first.set_downstream(after)
            continue
        ups, downs = nodes_of(before), nodes_of(after)
        if len(ups) != len(downs):
            raise AirflowException(
                f"chain: lists of {len(ups)} and of {len(downs)} can't be tied pairwise;"
                " chain_linear or cross_downstream ties each with each"
            )
        for first, second in zip(ups, downs, strict=True):
            first.set_downstream(second)


def chain_linear(*elements: Any) -> None:
    """One after the other; each of a list before each of the next."""
    if not elements:
        raise AirflowException("chain_linear needs at least one task")
    before: list[Node] | None = None
    for element in elements:
        after = nodes_of(element)
        if before:
            for first in before:
                first.set_downstream(after)
        before = after or before


def cross_downstream(from_tasks: Any, to_tasks: Any) -> None:
    """Each of the first before each of the second."""
    for first in nodes_of(from_tasks):
        first.set_downstream(to_tasks)
