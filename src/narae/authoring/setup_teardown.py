"""``with context_wrapper([teardown_a, teardown_b]):`` - a scope over several."""

from typing import Any

from narae.authoring.node import nodes_of
from narae.authoring.scopes import Scope, enter_scope, leave_scope


class ContextWrapper(list[Any]):
    """A list of setups or teardowns that can stand in a ``with``."""

    def __enter__(self) -> Scope:
        return enter_scope([task for node in nodes_of(list(self)) for task in node.leaves])

    def __exit__(self, *_error: object) -> None:
        leave_scope()


def context_wrapper(tasks: Any) -> ContextWrapper:
    """The wrapper of a list of tasks."""
    return ContextWrapper(tasks)
