"""Expansions: how many instances a mapped task or group has, and what the i-th one is given."""

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from narae.authoring.xcom_arg import (
    Deferred,
    Source,
    XComArg,
    elements_of,
    references,
    resolved,
)
from narae.errors import InvalidArgumentsError, UnmappableXComTypePushed

if TYPE_CHECKING:
    from narae.authoring.group import MappedTaskGroup
    from narae.authoring.task import Task


def check_mappable(owner: str, name: str, value: Any) -> None:
    """A mapped value is a list, a dict or an XCom argument."""
    fine = isinstance(value, Deferred | Mapping) or (
        isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)
    )
    if not fine:
        what = f"a {type(value).__name__}" + (" (call the @task function)" * callable(value))
        raise InvalidArgumentsError(
            f"{owner}: expand needs a list, a dict or the result of a task for {name!r}, not {what}"
        )


class Product:
    """``expand(a=[...], b=[...])``: the cross product, the last keyword varying fastest."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)

    @property
    def names(self) -> frozenset[str]:
        """The keywords that are mapped."""
        return frozenset(self.values)

    def references(self) -> "Iterator[tuple[Task, str]]":
        """The (task, XCom key) pairs in the mapped values."""
        return references(self.values)

    def element(self, index: int, source: Source) -> dict[str, Any]:
        """The mapped arguments of the instance with this index."""
        columns = {
            name: elements_of(value.resolve(source) if isinstance(value, Deferred) else value)
            for name, value in self.values.items()
        }
        chosen: dict[str, Any] = {}
        rest = index
        for name, column in reversed(columns.items()):
            rest, place = divmod(rest, len(column)) if column else (rest, 0)
            chosen[name] = resolved(column[place], source)
        if rest:
            total = prod(map(len, columns.values()))
            raise IndexError(f"map index {index} of {total} elements")
        return dict(reversed(chosen.items()))


class Rows:
    """``expand_kwargs([{...}, ...])``: the arguments of one instance in each row."""

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    @property
    def names(self) -> frozenset[str]:
        """The keywords that are mapped, as far as the file says."""
        if isinstance(self.rows, Deferred):
            return frozenset()
        return frozenset(name for row in self.rows if isinstance(row, Mapping) for name in row)

    def references(self) -> "Iterator[tuple[Task, str]]":
        """The (task, XCom key) pairs in the rows."""
        return references(self.rows)

    def element(self, index: int, source: Source) -> dict[str, Any]:
        """The mapped arguments of the instance with this index."""
        rows = self.rows.resolve(source) if isinstance(self.rows, Deferred) else self.rows
        row = resolved(elements_of(rows)[index], source)
        if not isinstance(row, Mapping):
            raise UnmappableXComTypePushed(row)
        return dict(row)


Mapped = Product | Rows


def product_of(owner: str, values: Mapping[str, Any]) -> Product:
    """Of ``.expand(...)``'s arguments."""
    if not values:
        raise InvalidArgumentsError(f"{owner}: expand() needs at least one argument")
    for name, value in values.items():
        check_mappable(owner, name, value)
    return Product(values)


def rows_of(owner: str, rows: Any) -> Rows:
    """Of ``.expand_kwargs(...)``'s argument."""
    fine = isinstance(rows, XComArg) or (
        isinstance(rows, list | tuple) and all(isinstance(row, Mapping | XComArg) for row in rows)
    )
    if not fine:
        raise InvalidArgumentsError(
            f"{owner}: expand_kwargs needs a list of dicts or the result of a task, not {rows!r}"
        )
    return Rows(rows)


class GroupArgument(Deferred):
    """An argument of a mapped group's function: another value in each instance of the group."""

    def __init__(self, group: "MappedTaskGroup", name: str) -> None:
        self.group = group
        self.name = name

    def references(self) -> "Iterator[tuple[Task, str]]":
        """The (task, XCom key) pairs that the group is mapped over."""
        return self.group.expansion.references()

    @property
    def roots(self) -> Any:
        """The tasks that the group is mapped over."""
        return list(dict.fromkeys(task for task, _ in self.references()))

    @property
    def leaves(self) -> Any:
        """The tasks that the group is mapped over."""
        return self.roots

    def resolve(self, source: Source) -> Any:
        """The value in the instance of the group that ``source.path`` points at."""
        index = source.path[self.group.level]
        return self.group.expansion.element(index, source)[self.name]

    def __repr__(self) -> str:
        return f"GroupArgument({self.group.group_id}: {self.name})"


def shared_levels(puller: "Task", pulled: "Task") -> int:
    """How many mapped groups both tasks stand in: so many indices of their paths are the same."""
    ours, theirs = puller.mapped_groups(), pulled.mapped_groups()
    count = 0
    for mine, other in zip(ours, theirs, strict=False):
        if mine is not other:
            break
        count += 1
    return count
