"""Expansions as the core counts them."""

from typing import Any

from narae.authoring.expand import Mapped, Product
from narae.authoring.notset import ArgNotSet
from narae.authoring.xcom_arg import ConcatArg, Deferred, MapArg, XComArg, ZipArg
from narae.core.spec import (
    ConcatenatedInput,
    Expansion,
    LiteralInput,
    MapInput,
    MappedInput,
    XComInput,
    ZippedInput,
)
from narae.errors import InvalidArgumentsError


def expansion_spec(expansion: Mapped) -> Expansion:
    """What the scheduler counts; an error names the argument."""
    if isinstance(expansion, Product):
        values = expansion.values
        return Expansion(inputs={name: input_of(name, value) for name, value in values.items()})
    return Expansion(inputs={"": input_of("", expansion.rows)})


def input_of(name: str, value: Any) -> MapInput:
    """What the scheduler counts for one mapped value."""
    if isinstance(value, XComArg):
        return xcom_input(value)
    if isinstance(value, Deferred):
        raise InvalidArgumentsError(
            f"{name or 'the rows'} can't be counted before the task runs ({value!r}); let a task"
            " return it and expand over that task's result"
        )
    return LiteralInput(length=len(value))


def xcom_input(value: XComArg) -> MapInput:
    """What the scheduler counts for an XCom argument."""
    match value:
        case MapArg():
            return MappedInput(source=xcom_input(value.parts[0]))
        case ZipArg():
            longest = not isinstance(value.fill, ArgNotSet)
            return ZippedInput(sources=tuple(map(xcom_input, value.parts)), longest=longest)
        case ConcatArg():
            return ConcatenatedInput(sources=tuple(map(xcom_input, value.parts)))
        case _:
            return XComInput(task_id=value.operator.task_id, key=value.key)
