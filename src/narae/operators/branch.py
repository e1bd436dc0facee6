"""Branching: choosing which of the direct downstream tasks go on."""

from collections.abc import Iterable
from typing import Any

from narae.authoring.backend import Ambient
from narae.authoring.operator import BaseOperator
from narae.errors import AirflowException

Choice = str | Iterable[str] | None


class SkipMixin:
    """Skips downstream tasks of the task that runs."""

    def skip_all_except(self, ti: Any, branch_task_ids: Choice, **_ignored: Any) -> None:
        """Of the direct downstream only ``branch_task_ids`` go on."""
        ti.follow(followed(ti.task, branch_task_ids))

    def skip(self, *args: Any, tasks: Iterable[Any] = (), **_ignored: Any) -> None:
        """Skips direct downstream tasks: those given, by any of Airflow's signatures."""
        given = next((a for a in reversed(args) if isinstance(a, list | tuple | set)), tasks)
        run_ti = _current_ti()
        skipped = {task.task_id for task in given}
        run_ti.follow(sorted(run_ti.task.downstream_task_ids - skipped))


class BranchMixIn(SkipMixin):
    """For operators that choose a branch."""

    log: Any

    def do_branch(self, context: Any, branches_to_execute: Choice) -> Choice:
        """Follows the chosen tasks or groups and returns the choice, which becomes the XCom."""
        ti = context["ti"]
        ids = followed(context["task"], branches_to_execute)
        ti.follow(ids)
        self.log.info("Following branch %s", sorted(listed(branches_to_execute)))
        return branches_to_execute


class BaseBranchOperator(BranchMixIn, BaseOperator):
    """Subclasses say in ``choose_branch`` which direct downstream tasks go on."""

    def choose_branch(self, context: Any) -> Choice:
        """A task or group id, several, or None to skip everything."""
        raise NotImplementedError(f"{type(self).__name__} has no choose_branch(context)")

    def execute(self, context: Any) -> Any:
        """Chooses, and follows the choice."""
        return self.do_branch(context, self.choose_branch(context))


def listed(choice: Choice) -> list[str]:
    """The choice as a list of ids; TypeError-like errors say what was returned instead."""
    if choice is None:
        return []
    if isinstance(choice, str):
        return [choice]
    given: Any = choice
    ids = list(given) if isinstance(given, Iterable) else [given]
    for item in ids:
        if not isinstance(item, str):
            raise AirflowException(
                "a branch is a task id, a list of task ids, or None; this one holds a "
                f"{type(item).__name__}: {item!r}"
            )
    return ids


def followed(task: Any, choice: Choice) -> tuple[str, ...]:
    """Direct downstream task ids that go on: the chosen, and those that the chosen lead to.

    A group id stands for the group's first tasks. Unknown ids raise, with the nearest one.
    """
    chosen = [task_id for name in listed(choice) for task_id in _resolved(task.dag, name)]
    kept = set(chosen)
    for task_id in chosen:
        kept |= task.dag.get_task(task_id).get_flat_relative_ids(upstream=False)
    onward = kept & set(task.downstream_task_ids)
    return tuple(dict.fromkeys((*chosen, *sorted(onward))))


def _resolved(dag: Any, name: str) -> list[str]:
    if name in dag.task_dict:
        return [name]
    if name in dag.groups:
        return [root.task_id for root in dag.groups[name].roots]
    from difflib import get_close_matches  # noqa: PLC0415 - for an error only

    near = get_close_matches(name, [*dag.task_dict, *dag.groups], n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise AirflowException(
        f"'branch_task_ids' must contain only valid task_ids: DAG {dag.dag_id!r} has no task or"
        f" group {name!r}{hint}"
    )


def _current_ti() -> Any:
    """The task instance that runs now."""
    if not Ambient.context_stack:
        raise AirflowException("skip() works while a task runs")
    return Ambient.context_stack[-1]["ti"]
