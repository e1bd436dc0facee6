"""``@task`` and its flavours, ``@setup``, ``@teardown``."""

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, Protocol, overload

from narae.authoring.decorated import FLAVOURS, TaskFunction, register
from narae.errors import AirflowSkipException, NotYetError

NOT_YET = frozenset({"docker", "kubernetes", "kubernetes_cmd", "pyspark", "snowpark", "llm"})
"""Flavours that providers of Airflow have."""


Function = Callable[..., Any]


class Decorator(Protocol):
    """Stands bare over a function, or with arguments."""

    @overload
    def __call__(self, python_callable: Function, **options: Any) -> TaskFunction: ...
    @overload
    def __call__(
        self, python_callable: None = None, **options: Any
    ) -> Callable[[Function], TaskFunction]: ...


class TaskDecorators:
    """``@task``, ``@task(...)``, ``@task.branch``, ``@task.bash(...)``, ..."""

    @overload
    def __call__(self, python_callable: Function, **options: Any) -> TaskFunction: ...
    @overload
    def __call__(
        self, python_callable: None = None, **options: Any
    ) -> Callable[[Function], TaskFunction]: ...
    def __call__(self, python_callable: Any = None, **options: Any) -> Any:
        """``@task`` is ``@task.python``."""
        return decorated("python", python_callable, options)

    def __getattr__(self, name: str) -> Decorator:
        if name in FLAVOURS:
            return _decorator(name)
        if name in NOT_YET:
            return _not_yet(name)
        near = get_close_matches(name, [*FLAVOURS, "skip_if", "run_if"], 1)
        hint = f"; did you mean @task.{near[0]}?" if near else ""
        raise AttributeError(f"there is no @task.{name}{hint}")

    def __dir__(self) -> list[str]:
        return [*FLAVOURS, "run_if", "skip_if"]

    @staticmethod
    def run_if(
        condition: Callable[[Any], bool], skip_message: str | None = None
    ) -> Callable[[TaskFunction], TaskFunction]:
        """Skip the task unless ``condition(context)`` holds. Stands above ``@task``."""
        return lambda task_function: _conditioned(task_function, condition, True, skip_message)

    @staticmethod
    def skip_if(
        condition: Callable[[Any], bool], skip_message: str | None = None
    ) -> Callable[[TaskFunction], TaskFunction]:
        """Skip the task if ``condition(context)`` holds. Stands above ``@task``."""
        return lambda task_function: _conditioned(task_function, condition, False, skip_message)


task = TaskDecorators()


def decorated(flavour: str, function: Any, options: dict[str, Any]) -> Any:
    """Of ``@task.x`` the decorated function, of ``@task.x(...)`` the decorator."""
    if function is None:
        return lambda inner: TaskFunction(inner, flavour=flavour, options=options)
    return TaskFunction(function, flavour=flavour, options=options)


def _decorator(flavour: str) -> Decorator:
    def decorate(python_callable: Any = None, **options: Any) -> Any:
        return decorated(flavour, python_callable, options)

    return decorate


def _not_yet(flavour: str) -> Decorator:
    def refuse(*_args: Any, **_options: Any) -> Any:
        raise NotYetError(f"Narae does not have @task.{flavour} yet")

    return refuse


def _conditioned(
    function: Any, condition: Callable[[Any], bool], wanted: bool, message: str | None
) -> TaskFunction:
    if not isinstance(function, TaskFunction):
        name = "run_if" if wanted else "skip_if"
        raise TypeError(f"@task.{name} stands above @task, over a task function")
    before = function.options.get("pre_execute")

    def check(context: Any) -> None:
        if bool(condition(context)) is not wanted:
            raise AirflowSkipException(message or "skipped by a condition on the task")
        if before is not None:
            before(context)

    return function.override(pre_execute=check)


def setup(function: Function) -> TaskFunction:
    """Make a function's task, or a task function's, a setup."""
    return _as_task(function).with_role(is_setup=True)


@overload
def teardown(_func: Function, *, on_failure_fail_dagrun: bool = ...) -> TaskFunction: ...
@overload
def teardown(
    _func: None = None, *, on_failure_fail_dagrun: bool = ...
) -> Callable[[Function], TaskFunction]: ...
def teardown(_func: Any = None, *, on_failure_fail_dagrun: bool = False) -> Any:
    """Make a function's task, or a task function's, a teardown."""

    def mark(function: Any) -> TaskFunction:
        return _as_task(function).with_role(
            is_teardown=True, on_failure_fail_dagrun=on_failure_fail_dagrun
        )

    return mark if _func is None else mark(_func)


def _as_task(function: Any) -> TaskFunction:
    return function if isinstance(function, TaskFunction) else TaskFunction(function)


def remove_task_decorator(python_source: str, task_decorator_name: str) -> str:
    """Source without lines that begin with the decorator, for other interpreters."""
    name = task_decorator_name.rstrip("(").strip()
    lines = python_source.splitlines(keepends=True)
    return "".join(line for line in lines if not line.lstrip().startswith(name))


__all__ = ["register", "setup", "task", "teardown"]
