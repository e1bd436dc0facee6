"""What ``@task`` makes of a function: a call gives a task's result, to be passed on."""

from collections.abc import Callable, Mapping
from functools import update_wrapper
from importlib import import_module
from textwrap import dedent
from types import MappingProxyType
from typing import Any, get_origin, get_type_hints

from narae.authoring.calls import check_call
from narae.authoring.expand import Mapped, product_of, rows_of
from narae.authoring.mapped import MappedOperator
from narae.authoring.parsing import current
from narae.authoring.xcom_arg import XComArg
from narae.errors import InvalidArgumentsError

Factory = Callable[..., Any]

FLAVOURS: dict[str, str | Factory] = {
    "python": "narae.operators.decorated:PythonTask",
    "branch": "narae.operators.decorated:BranchTask",
    "short_circuit": "narae.operators.decorated:ShortCircuitTask",
    "bash": "narae.operators.decorated:BashTask",
    "sensor": "narae.operators.decorated:SensorTask",
    "virtualenv": "narae.operators.decorated:VirtualenvTask",
    "external_python": "narae.operators.decorated:ExternalPythonTask",
    "branch_virtualenv": "narae.operators.decorated:BranchVirtualenvTask",
    "branch_external_python": "narae.operators.decorated:BranchExternalPythonTask",
}
"""Flavour -> operator class, as ``module:name`` as long as nobody has asked for it."""

_ONE_OUTPUT = frozenset({"bash", "sensor", "short_circuit"})


def register(name: str, factory: str | Factory) -> None:
    """Add a flavour: ``@task.<name>`` makes operators with ``factory``."""
    FLAVOURS[name] = factory


def operator_of(flavour: str) -> Any:
    """The flavour's operator class; operators stand above authoring, hence by name."""
    found = FLAVOURS[flavour]
    if isinstance(found, str):
        module, _, name = found.partition(":")
        found = FLAVOURS[flavour] = getattr(import_module(module), name)
    return found


class TaskFunction:
    """A decorated function. Called while a file is read it makes a task."""

    def __init__(
        self,
        function: Any,
        *,
        flavour: str = "python",
        options: Mapping[str, Any] = MappingProxyType({}),
        partial_kwargs: Mapping[str, Any] = MappingProxyType({}),
        role: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        if not callable(function) or isinstance(function, type):
            raise TypeError(f"@task decorates a function, not {function!r}")
        update_wrapper(self, function)
        self.function = function
        self.flavour = flavour
        self.options = dict(options)
        self.partial_kwargs = dict(partial_kwargs)
        self.role = dict(role)
        """``{"is_setup": True}``, ``{"is_teardown": True, "on_failure_fail_dagrun": ...}``."""

    def _like(self, **changes: Any) -> "TaskFunction":
        kept = {
            "flavour": self.flavour,
            "options": self.options,
            "partial_kwargs": self.partial_kwargs,
            "role": self.role,
        }
        return TaskFunction(self.function, **(kept | changes))

    def override(self, **options: Any) -> "TaskFunction":
        """The same function with other operator arguments."""
        return self._like(options=self.options | options)

    def with_role(self, **role: Any) -> "TaskFunction":
        """The same function as a setup or a teardown."""
        return self._like(role=role)

    def partial(self, **kwargs: Any) -> "TaskFunction":
        """Arguments that all mapped instances share."""
        check_call(self.function, (), kwargs, whole=False)
        return self._like(partial_kwargs=self.partial_kwargs | kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> XComArg:
        """Make a task; the arguments become the function's when it runs."""
        kwargs = self.partial_kwargs | kwargs
        check_call(self.function, args, kwargs, whole=True)
        task = operator_of(self.flavour)(
            python_callable=self.function,
            op_args=list(args),
            op_kwargs=kwargs,
            **self._operator_options(),
        )
        return self._result(task)

    def expand(self, **mapped: Any) -> XComArg:
        """One instance for each element of the cross product."""
        return self._mapped(product_of(f"@task {self.function.__name__}", mapped))

    def expand_kwargs(self, kwargs: Any, *, strict: bool = True) -> XComArg:
        """One instance for each dict of arguments."""
        del strict  # a row overrules a partial argument either way
        return self._mapped(rows_of(f"@task {self.function.__name__}", kwargs))

    def _mapped(self, expansion: Mapped) -> XComArg:
        names = dict.fromkeys(expansion.names)
        check_call(self.function, (), names, whole=False)
        twice = sorted(names.keys() & self.partial_kwargs.keys())
        if twice:
            name = self.function.__name__
            raise InvalidArgumentsError(f"@task {name}: {twice[0]!r} is both partial and mapped")
        options = self._operator_options()
        options |= {"python_callable": self.function, "op_args": []}
        options["op_kwargs"] = dict(self.partial_kwargs)
        task = MappedOperator(
            operator_class=operator_of(self.flavour),
            options=options,
            expansion=expansion,
            into_op_kwargs=True,
        )
        return self._result(task)

    def _operator_options(self) -> dict[str, Any]:
        options = dict(self.options)
        options["task_id"] = self._free_id(options.get("task_id") or self.function.__name__)
        if options.get("multiple_outputs") is None:
            options["multiple_outputs"] = self.flavour not in _ONE_OUTPUT and gives_dict(
                self.function
            )
        text = self.function.__doc__
        if text and not any(name.startswith("doc") for name in options):
            first, _, rest = text.partition("\n")
            options["doc_md"] = f"{first.strip()}\n{dedent(rest)}".strip()
        return options

    def _free_id(self, task_id: str) -> str:
        state = current()
        group = self.options.get("task_group")
        dag = self.options.get("dag") or (state.dag_stack[-1] if state.dag_stack else None)
        if group is None and dag is not None:
            stack = state.group_stack
            group = stack[-1] if stack and stack[-1].known_dag is dag else dag.task_group
        if group is None or group.known_dag is None:
            return task_id
        full = group.child_id(task_id)
        return group.next_free(full).removeprefix(group.prefix) if group.is_used(full) else task_id

    def _result(self, task: Any) -> XComArg:
        if self.role.get("is_setup"):
            task.as_setup()
        if self.role.get("is_teardown"):
            task.as_teardown(on_failure_fail_dagrun=self.role["on_failure_fail_dagrun"])
        return XComArg(task)

    def __repr__(self) -> str:
        return f"<@task {self.function.__name__}>"


def gives_dict(function: Callable[..., Any]) -> bool:
    """Whether the return annotation says dict, so that each key becomes an XCom of its own."""
    if "return" not in getattr(function, "__annotations__", {}):
        return False
    try:
        hint = get_type_hints(function).get("return")
    except (NameError, TypeError, AttributeError, SyntaxError):
        return False  # an annotation that only a type checker understands
    kind = get_origin(hint) or hint
    return isinstance(kind, type) and issubclass(kind, Mapping)
