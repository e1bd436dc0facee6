"""``with setup >> teardown:``: tasks made inside run between the two.

On leaving, the first tasks of the scope follow its setups and the last ones precede its
teardowns. Setups and teardowns made inside are left alone, as Airflow has it.
"""

from typing import TYPE_CHECKING, Any

from narae.authoring.node import connect
from narae.authoring.parsing import current
from narae.errors import AirflowException

if TYPE_CHECKING:
    from narae.authoring.task import Task


class Scope:
    """An open ``with`` over setups and teardowns."""

    def __init__(self, *, setups: "list[Task]", teardowns: "list[Task]") -> None:
        self.setups, self.teardowns = setups, teardowns
        self.tasks: dict[str, Task] = {}

    def add_task(self, task: Any) -> None:
        """Count a task, made before, to the scope."""
        for inner in task.leaves:
            self.tasks[inner.task_id] = inner


def enter_scope(marked: "list[Task]") -> Scope:
    """Open a scope over setups or teardowns; the partners are found by their edges."""
    setups = [task for task in marked if task.is_setup]
    teardowns = [task for task in marked if task.is_teardown]
    stray = [task for task in marked if not task.is_setup and not task.is_teardown]
    if stray:
        raise AirflowException(
            f"`with` over a task needs a setup or a teardown; {stray[0].task_id!r} is neither"
        )
    for teardown in teardowns:
        setups += [up for up in teardown.upstream_list if up.is_setup and up not in setups]
    if not teardowns:
        for setup in setups:
            teardowns += [
                down for down in setup.downstream_list if down.is_teardown and down not in teardowns
            ]
    scope = Scope(setups=setups, teardowns=teardowns)
    current().scope_stack.append(scope)
    return scope


def leave_scope() -> None:
    """Close the innermost scope and tie its tasks to its setups and teardowns."""
    scope = current().scope_stack.pop()
    marked = {task.task_id for task in (*scope.setups, *scope.teardowns)}
    inside = {task_id: task for task_id, task in scope.tasks.items() if task_id not in marked}
    for task in inside.values():
        if task.is_setup or task.is_teardown:
            continue
        if not task.upstream_task_ids & inside.keys():
            for setup in scope.setups:
                connect(setup, task)
        if not task.downstream_task_ids & inside.keys():
            for teardown in scope.teardowns:
                connect(task, teardown)


def note_task(task: "Task") -> None:
    """Count a new task to every open scope."""
    for scope in current().scope_stack:
        scope.tasks[task.task_id] = task
