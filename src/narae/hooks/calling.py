"""How a user's function is called: what it takes of the context, and what it may be."""

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from narae.authoring.assets import Metadata


def arguments_for(
    function: Callable[..., Any],
    args: Collection[Any],
    kwargs: Mapping[str, Any],
    context: Mapping[str, Any],
) -> dict[str, Any]:
    """Keyword arguments for ``function``; only those context keys are worked out that it takes.

    A value that is given both by position and in the context can't be told apart: error.
    """
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # a builtin that does not say what it takes
        return dict(kwargs)
    positional = [
        p.name
        for p in parameters.values()
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ][: len(args)]
    for name in positional:
        if name in context and name not in _MAY_BE_POSITIONAL:
            raise ValueError(
                f"the parameter {name!r} takes a value of the context, so it can't be filled from "
                "op_args: rename it"
            )
    found = dict(kwargs)
    takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    names = context if takes_all else parameters
    for name in names:
        if name not in found and name not in positional and name in context:
            kind = parameters[name].kind if name in parameters else None
            if kind not in (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL):
                found[name] = context[name]
    return found


_MAY_BE_POSITIONAL = frozenset({"context"})


def called(function: Callable[..., Any], args: Collection[Any], kwargs: Mapping[str, Any]) -> Any:
    """Calls ``function``; awaits a coroutine, exhausts a generator of outlet metadata."""
    if inspect.isgeneratorfunction(function):
        return _exhausted(function(*args, **kwargs), kwargs)
    result = function(*args, **kwargs)
    if inspect.iscoroutine(result):
        import asyncio  # noqa: PLC0415 - heavy, and few functions are coroutines

        return asyncio.run(result)
    return result


def _exhausted(generator: Iterator[Any], kwargs: Mapping[str, Any]) -> Any:
    """Takes what a generator yields of outlets' metadata; its return value is the result."""
    while True:
        try:
            item = next(generator)
        except StopIteration as end:
            return end.value
        if isinstance(item, Metadata):
            events = kwargs.get("outlet_events")
            if events is not None:
                events[item.asset].extra.update(item.extra or {})
