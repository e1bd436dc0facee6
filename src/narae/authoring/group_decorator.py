"""``@task_group``: a function whose tasks form a group."""

from collections.abc import Callable, Mapping
from functools import update_wrapper
from types import MappingProxyType
from typing import Any, overload

from narae.authoring.calls import check_call, signature_of
from narae.authoring.expand import GroupArgument, Mapped, product_of, rows_of
from narae.authoring.group import MappedTaskGroup, TaskGroup
from narae.errors import InvalidArgumentsError


class GroupFunction:
    """A decorated function. A call makes the group and gives what the function returns."""

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        options: Mapping[str, Any],
        partial_kwargs: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        update_wrapper(self, function)
        self.function = function
        self.options = dict(options)
        self.partial_kwargs = dict(partial_kwargs)

    def override(self, **options: Any) -> "GroupFunction":
        """The same function with other arguments of TaskGroup."""
        return GroupFunction(
            self.function, options=self.options | options, partial_kwargs=self.partial_kwargs
        )

    def partial(self, **kwargs: Any) -> "GroupFunction":
        """Arguments that all mapped instances share."""
        check_call(self.function, (), kwargs, whole=False)
        return GroupFunction(
            self.function, options=self.options, partial_kwargs=self.partial_kwargs | kwargs
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Make the group; gives what the function returns, or the group."""
        with TaskGroup(**self._group_options()) as group:
            result = self.function(*args, **(self.partial_kwargs | kwargs))
        return group if result is None else result

    def expand(self, **mapped: Any) -> Any:
        """One instance of the group for each element of the cross product."""
        return self._mapped(product_of(f"@task_group {self.function.__name__}", mapped))

    def expand_kwargs(self, kwargs: Any) -> Any:
        """One instance of the group for each dict of arguments."""
        return self._mapped(rows_of(f"@task_group {self.function.__name__}", kwargs))

    def _mapped(self, expansion: Mapped) -> Any:
        names = expansion.names or self._free_names()
        check_call(self.function, (), dict.fromkeys(names), whole=False)
        twice = sorted(names & self.partial_kwargs.keys())
        if twice:
            name = self.function.__name__
            raise InvalidArgumentsError(
                f"@task_group {name}: {twice[0]!r} is both partial and mapped"
            )
        with MappedTaskGroup(expansion=expansion, **self._group_options()) as group:
            arguments = {name: GroupArgument(group, name) for name in sorted(names)}
            result = self.function(**self.partial_kwargs, **arguments)
        group.follow_references()
        return group if result is None else result

    def _free_names(self) -> frozenset[str]:
        """Of rows that a task returns: every parameter without a value so far."""
        found = signature_of(self.function)
        names = found.names if found is not None else ()
        return frozenset(name for name in names if name not in self.partial_kwargs)

    def _group_options(self) -> dict[str, Any]:
        options = {"add_suffix_on_collision": True} | self.options
        options["group_id"] = options.get("group_id") or self.function.__name__
        if not options.get("tooltip") and self.function.__doc__:
            options["tooltip"] = self.function.__doc__
        return options


@overload
def task_group(python_callable: Callable[..., Any], **options: Any) -> GroupFunction: ...
@overload
def task_group(
    python_callable: str | None = None, **options: Any
) -> Callable[[Callable[..., Any]], GroupFunction]: ...
def task_group(python_callable: Any = None, **options: Any) -> Any:
    """``@task_group`` or ``@task_group(group_id=..., tooltip=..., ...)``."""
    if isinstance(python_callable, str):
        options["group_id"], python_callable = python_callable, None
    if python_callable is None:
        return lambda function: GroupFunction(function, options=options)
    return GroupFunction(python_callable, options=options)
