"""The order of a DAG's tasks, and its cycles."""

from collections.abc import Mapping
from heapq import heappop, heappush

from narae.authoring.task import Task
from narae.errors import AirflowDagCycleException


def topological_order(tasks: Mapping[str, Task]) -> list[str]:
    """Task ids, upstream first, ties in the order of the mapping. A cycle is an error."""
    place = {task_id: number for number, task_id in enumerate(tasks)}
    ids = list(tasks)
    missing = {task_id: len(task.upstream_task_ids) for task_id, task in tasks.items()}
    ready = [place[task_id] for task_id, count in missing.items() if not count]
    ordered: list[str] = []
    while ready:
        task_id = ids[heappop(ready)]
        ordered.append(task_id)
        for after in tasks[task_id].downstream_task_ids:
            missing[after] -= 1
            if not missing[after]:
                heappush(ready, place[after])
    if len(ordered) != len(tasks):
        cycle = cycle_among(tasks, set(tasks) - set(ordered))
        error = AirflowDagCycleException(f"the tasks form a cycle: {' >> '.join(cycle)}")
        error.line = tasks[cycle[0]].source_line
        raise error
    return ordered


def cycle_among(tasks: Mapping[str, Task], left: set[str]) -> list[str]:
    """One cycle among tasks that can't be ordered, the first id again at its end."""
    task_id = next(name for name in tasks if name in left)
    seen: list[str] = []
    while task_id not in seen:
        seen.append(task_id)
        # Going upstream among those left always goes on, so it comes back to where it was.
        task_id = min(tasks[task_id].upstream_task_ids & left)
    cycle = seen[seen.index(task_id) :][::-1]
    start = cycle.index(min(cycle))
    return [*cycle[start:], *cycle[:start], cycle[start]]
