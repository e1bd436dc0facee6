"""How operators are made: default arguments, place in DAG and group, edges from XCom arguments."""

from abc import ABCMeta
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NamedTuple

from narae.authoring.parsing import caller_line, current
from narae.errors import InvalidArgumentsError

NEVER_DEFAULTS = frozenset({"task_id", "dag", "task_group", "params", "default_args"})
"""Arguments that default arguments don't fill in; params are merged on their own."""


class Parameters(NamedTuple):
    """The named parameters of one ``__init__``, without self."""

    names: frozenset[str]
    required: frozenset[str]


def parameters_of(function: Callable[..., Any]) -> Parameters:
    """Read from the code object: ``inspect`` would cost more than all the rest."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    keyword = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    with_default = set(function.__kwdefaults__ or ())
    defaults = function.__defaults__ or ()
    with_default.update(positional[len(positional) - len(defaults) :])
    names = frozenset((*positional[1:], *keyword))
    return Parameters(names, names - with_default)


def filled_in(
    init: Callable[..., None], accepted: frozenset[str], required: frozenset[str]
) -> Callable[..., None]:
    """``init`` that takes what it accepts and is not given from the default arguments."""

    @wraps(init)
    def init_with_defaults(self: Any, *args: Any, **options: Any) -> None:
        defaults: Mapping[str, Any] = self.defaults
        for name in defaults:
            if name in accepted and name not in options:
                options[name] = defaults[name]
        if required and not args and not required <= options.keys():
            raise InvalidArgumentsError(_missing(self, required - options.keys(), options))
        init(self, *args, **options)

    return init_with_defaults


def _missing(self: Any, missing: frozenset[str], options: Mapping[str, Any]) -> str:
    names = ", ".join(sorted(missing))
    return f"{type(self).__name__} (task_id: {options.get('task_id')!r}) needs: {names}"


class OperatorClass(ABCMeta):
    """The class of operator classes. A call makes a task and puts it where it belongs."""

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any
    ) -> Any:
        """Wrap the class's own ``__init__`` so that default arguments reach it."""
        init = namespace.get("__init__")
        if init is not None:
            names, required = parameters_of(init)
            if names:
                namespace["__init__"] = filled_in(init, names - NEVER_DEFAULTS, required)
        return super().__new__(mcs, name, bases, namespace, **options)

    def __call__(cls, *args: Any, **options: Any) -> Any:
        """Make a task in the DAG and the group that are open, or that the arguments name."""
        if args:
            raise InvalidArgumentsError(
                f"{cls.__name__} takes keyword arguments only: {cls.__name__}(task_id=...)"
            )
        state = current()
        group = options.get("task_group")
        dag = options.get("dag") or (group.known_dag if group is not None else None)
        if dag is None and state.dag_stack:
            dag = state.dag_stack[-1]
        if group is None and dag is not None:
            stack = state.group_stack
            group = stack[-1] if stack and stack[-1].known_dag is dag else dag.task_group
        task = _blank(cls)
        task.defaults = defaults_for(dag, group, options.get("default_args"))
        task.source_line = caller_line()
        task.future_group = group
        task.__init__(**options)
        task.take_place(dag, group)
        return task

    def make_alone(cls, options: Mapping[str, Any], defaults: Mapping[str, Any]) -> Any:
        """Make a task outside of every DAG; ``options`` hold its full task id."""
        task = _blank(cls)
        task.defaults = defaults
        task.future_group = None
        task.__init__(**options)
        return task


def _blank(operator_class: Any) -> Any:
    return object.__new__(operator_class)


def defaults_for(dag: Any, group: Any, own: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Default arguments of the DAG, overruled by the groups' (inner last), by the task's own."""
    layers: list[Mapping[str, Any]] = []
    if own:
        layers.append(own)
    while group is not None:
        if group.default_args:
            layers.append(group.default_args)
        group = group.parent_group
    if dag is not None and dag.default_args:
        layers.append(dag.default_args)
    if not layers:
        return {}
    if len(layers) == 1:
        return layers[0]
    merged: dict[str, Any] = {}
    for layer in reversed(layers):
        merged.update(layer)
    return merged
