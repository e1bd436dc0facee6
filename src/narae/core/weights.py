"""Priorities: a task's weight, by its weight rule.

Airflow's ``weight_rule``: ``downstream`` (own weight and that of everything downstream),
``upstream`` (own and everything upstream), ``absolute`` (own alone). Any other rule is user
code of Airflow's plugins; it counts as ``absolute``.
"""

from collections.abc import Callable, Mapping, Sequence

from narae.core.spec import TaskSpec

_PRIORITY_MAX = 2**31 - 1


def priorities(
    tasks: Sequence[TaskSpec],
    *,
    below: Callable[[], Sequence[int]],
    above: Callable[[], Sequence[int]],
) -> Mapping[str, int]:
    """task_id -> priority; higher goes first.

    ``below`` and ``above`` give, for each task, the bit set of everything downstream or
    upstream of it; bit ``i`` stands for ``tasks[i]``. They are asked for only when needed.
    """
    reached = {"downstream": below, "upstream": above}
    rules = {task.weight_rule for task in tasks} & reached.keys()
    sums = {rule: _sums(tasks, reached[rule]()) for rule in rules}
    return {
        task.task_id: _bounded(
            sums[task.weight_rule][place] if task.weight_rule in sums else task.priority_weight
        )
        for place, task in enumerate(tasks)
    }


def _sums(tasks: Sequence[TaskSpec], reached: Sequence[int]) -> list[int]:
    """For each task: its own weight and the weights of the tasks whose bits are set.

    One popcount for each task and different weight.
    """
    masks: dict[int, int] = {}
    for place, task in enumerate(tasks):
        masks[task.priority_weight] = masks.get(task.priority_weight, 0) | 1 << place
    return [
        task.priority_weight
        + sum(weight * (bits & mask).bit_count() for weight, mask in masks.items())
        for task, bits in zip(tasks, reached, strict=True)
    ]


def _bounded(weight: int) -> int:
    """A weight that fits a database's integer."""
    return max(-_PRIORITY_MAX, min(_PRIORITY_MAX, weight))
