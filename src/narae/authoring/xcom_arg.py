"""XCom arguments: what a task will return, passed to another task before it exists."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain as joined
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Protocol

from narae.authoring.node import Node
from narae.authoring.notset import NOTSET, ArgNotSet
from narae.errors import AirflowException, UnmappableXComTypePushed, XComNotFound

if TYPE_CHECKING:
    from narae.authoring.task import Task

RETURN_KEY = "return_value"


class Source(Protocol):
    """Where values come from while a task's arguments are resolved. Runtime makes one."""

    path: tuple[int, ...]
    """Of the instance being run: one index for each level of mapping, outermost first."""

    def pull(self, task: "Task", key: str) -> Any:
        """The XCom of ``task``: a value, or of a mapped one the sequence of its instances' values.

        Instances that don't share the puller's place in common mapped groups are left out
        (:func:`narae.authoring.expand.shared_levels`). NOTSET when nothing was pushed.
        """

    def param(self, name: str) -> Any:
        """The run's value of a param of the DAG."""


class Deferred(Node):
    """A value that exists only at run time: XCom arguments, group arguments, DAG params."""

    def references(self) -> Iterator["tuple[Task, str]"]:
        """The (task, XCom key) pairs that the value is made of."""
        return iter(())

    @abstractmethod
    def resolve(self, source: Source) -> Any:
        """The value."""


class XComArg(Deferred):
    """The XCom ``key`` of ``operator``. Iterating over it is an error: nobody knows its length."""

    operator: Any

    def __init__(self, operator: Any, key: str = RETURN_KEY) -> None:
        self.operator = operator
        self.key = key

    def __getitem__(self, key: str) -> "XComArg":
        if not isinstance(key, str):
            raise TypeError(
                f"an XCom argument is indexed with a key of multiple_outputs (a text), not {key!r}"
            )
        return XComArg(self.operator, key)

    def __iter__(self) -> Iterator[Any]:
        raise TypeError(
            f"{self!r} can't be iterated over while the file is read: its length is known when"
            " the task has run; use .expand(...) or iterate within a task"
        )

    def __repr__(self) -> str:
        suffix = "" if self.key == RETURN_KEY else f"[{self.key!r}]"
        return f"XComArg({self.operator.task_id}{suffix})"

    def __str__(self) -> str:
        return f"{{{{ ti.xcom_pull(task_ids={self.operator.task_id!r}, key={self.key!r}) }}}}"

    def __eq__(self, other: object) -> bool:
        if type(other) is not XComArg or type(self) is not XComArg:
            return self is other
        return self.operator is other.operator and self.key == other.key

    def __hash__(self) -> int:
        return hash((id(self.operator), self.key)) if type(self) is XComArg else id(self)

    def references(self) -> Iterator["tuple[Task, str]"]:
        """The one task and key."""
        yield self.operator, self.key

    @property
    def roots(self) -> "Sequence[Task]":
        """The tasks it comes from."""
        return list(dict.fromkeys(task for task, _ in self.references()))

    @property
    def leaves(self) -> "Sequence[Task]":
        """The tasks it comes from."""
        return self.roots

    def map(self, f: Any) -> "XComArg":
        """Each element through ``f``, in the consumer's process."""
        if not callable(f) or isinstance(f, Node) or hasattr(f, "expand"):
            raise TypeError("map() takes a plain function, not a task")
        return MapArg(self, f)

    def zip(self, *others: "XComArg", fillvalue: Any = NOTSET) -> "XComArg":
        """Tuples of elements side by side; as long as the longest only with a fill value."""
        return ZipArg((self, *others), fillvalue)

    def concat(self, *others: "XComArg") -> "XComArg":
        """The elements of all, one after the other."""
        return ConcatArg((self, *others))

    def resolve(self, source: Source) -> Any:
        """The pushed value; None for a return value that was not pushed."""
        value = source.pull(self.operator, self.key)
        if isinstance(value, ArgNotSet):
            if self.key == RETURN_KEY:
                return None
            raise XComNotFound(self.operator.dag_id, self.operator.task_id, self.key)
        return value

    def __enter__(self) -> Any:
        return self.operator.__enter__()

    def __exit__(self, *error: object) -> None:
        self.operator.__exit__(*error)


class CombinedArg(XComArg):
    """An XCom argument made of others."""

    def __init__(self, parts: tuple[XComArg, ...]) -> None:
        self.parts = parts
        super().__init__(parts[0].operator)

    def references(self) -> Iterator["tuple[Task, str]"]:
        """Those of its parts."""
        for part in self.parts:
            yield from part.references()

    def __getitem__(self, key: str) -> XComArg:
        raise TypeError(f"{self!r} has no keys; take the key before .map, .zip or .concat")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.parts))})"

    def __str__(self) -> str:
        raise AirflowException(f"{self!r} can't be written into a template; pass it as an argument")


class MapArg(CombinedArg):
    """``.map(f)``."""

    def __init__(self, source: XComArg, function: Callable[[Any], Any]) -> None:
        super().__init__((source,))
        self.function = function

    def resolve(self, source: Source) -> Any:
        """Each element through the function, when it is asked for."""
        return MappedElements(elements_of(self.parts[0].resolve(source)), self.function)


class ZipArg(CombinedArg):
    """``.zip(...)``."""

    def __init__(self, parts: tuple[XComArg, ...], fill: Any) -> None:
        super().__init__(parts)
        self.fill = fill

    def resolve(self, source: Source) -> Any:
        """A list of tuples."""
        columns = [elements_of(part.resolve(source)) for part in self.parts]
        if isinstance(self.fill, ArgNotSet):
            return list(zip(*columns, strict=False))
        return list(zip_longest(*columns, fillvalue=self.fill))


class ConcatArg(CombinedArg):
    """``.concat(...)``."""

    def resolve(self, source: Source) -> Any:
        """One list."""
        return list(joined(*(elements_of(part.resolve(source)) for part in self.parts)))


class MappedElements(Sequence[Any]):
    """``function`` over each element, called only when the element is asked for.

    So one instance's skip does not become another's.
    """

    def __init__(self, elements: Sequence[Any], function: Callable[[Any], Any]) -> None:
        self.elements = elements
        self.function = function

    def __len__(self) -> int:
        return len(self.elements)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self.function(item) for item in self.elements[index]]
        return self.function(self.elements[index])

    def __repr__(self) -> str:
        return repr(list(self))

    def __eq__(self, other: object) -> bool:
        return list(self) == other if isinstance(other, list) else self is other

    __hash__ = None  # type: ignore[assignment]  # as lists


def elements_of(value: Any) -> Sequence[Any]:
    """What a mapping takes one by one: a sequence's elements, a dict's (key, value) pairs."""
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        return value
    raise UnmappableXComTypePushed(value)


def references(value: Any) -> "Iterator[tuple[Task, str]]":
    """The (task, XCom key) pairs that a value of any nesting refers to."""
    kind = type(value)
    if kind is str or value is None:
        return
    if isinstance(value, Deferred):
        yield from value.references()
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from references(item)


def has_deferred(value: Any) -> bool:
    """Whether a value of any nesting holds something that exists only at run time."""
    if isinstance(value, Deferred):
        return True
    if isinstance(value, dict):
        return any(map(has_deferred, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return any(map(has_deferred, value))
    return False


def resolved(value: Any, source: Source) -> Any:
    """The value with everything that exists only at run time put in its place."""
    if not has_deferred(value):
        return value
    if isinstance(value, Deferred):
        return value.resolve(source)
    if isinstance(value, dict):
        return {key: resolved(item, source) for key, item in value.items()}
    items = [resolved(item, source) for item in value]
    kind = type(value)
    return kind(*items) if hasattr(value, "_fields") else kind(items)
