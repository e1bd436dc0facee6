"""The tasks of a DAG."""

import re
from collections.abc import Iterable
from copy import copy
from difflib import get_close_matches
from typing import Any

from narae.authoring.group import TaskGroup
from narae.authoring.order import topological_order
from narae.authoring.task import Task
from narae.errors import DuplicateTaskIdFound, TaskNotFound


class DagMembers:
    """What a DAG knows of its tasks and groups."""

    dag_id: str
    task_dict: dict[str, Task]
    """Tasks by id, in the order of the file."""
    groups: dict[str, TaskGroup]
    """Groups by id, without the root."""
    task_group: TaskGroup
    """The root."""

    def add_task(self, task: Any, group: TaskGroup | None = None) -> None:
        """Put a task into the DAG, and into ``group`` or the root group."""
        held = self.task_dict.get(task.task_id)
        if held is task:
            return
        if held is not None or task.task_id in self.groups:
            line = getattr(held or self.groups[task.task_id], "source_line", None)
            where = f" (line {line})" if line else ""
            raise DuplicateTaskIdFound(
                f"task_id {task.task_id!r} is taken in DAG {self.dag_id!r}{where}"
            )
        self.task_dict[task.task_id] = task
        task.known_dag = self
        target = group or task.task_group or self.task_group
        target.add(task)

    def add_tasks(self, tasks: Iterable[Any]) -> None:
        """Put tasks into the DAG."""
        for task in tasks:
            self.add_task(task)

    @property
    def tasks(self) -> list[Any]:
        """All tasks, in the order of the file."""
        return list(self.task_dict.values())

    @property
    def task_ids(self) -> list[str]:
        """All task ids, in the order of the file."""
        return list(self.task_dict)

    @property
    def task_group_dict(self) -> dict[str, TaskGroup]:
        """All groups but the root, by id."""
        return dict(self.groups)

    def has_task(self, task_id: str) -> bool:
        """Whether there is such a task."""
        return task_id in self.task_dict

    def get_task(self, task_id: str, include_subdags: bool = False) -> Any:
        """The task; TaskNotFound suggests the nearest id."""
        del include_subdags
        found = self.task_dict.get(task_id)
        if found is None:
            near = get_close_matches(task_id, self.task_dict, 1)
            hint = f", did you mean {near[0]!r}?" if near else ""
            raise TaskNotFound(f"DAG {self.dag_id!r} has no task {task_id!r}{hint}")
        return found

    @property
    def roots(self) -> list[Any]:
        """Tasks without upstream."""
        return [task for task in self.task_dict.values() if not task.upstream_task_ids]

    @property
    def leaves(self) -> list[Any]:
        """Tasks without downstream."""
        return [task for task in self.task_dict.values() if not task.downstream_task_ids]

    def topological_sort(self, include_subdag_tasks: bool = False) -> tuple[Any, ...]:
        """All tasks, upstream first, ties in the order of the file."""
        del include_subdag_tasks
        return tuple(self.task_dict[task_id] for task_id in topological_order(self.task_dict))

    def set_dependency(self, upstream_task_id: str, downstream_task_id: str) -> None:
        """An edge by ids."""
        self.get_task(upstream_task_id).set_downstream(self.get_task(downstream_task_id))

    def partial_subset(
        self,
        task_ids_or_regex: Any,
        include_downstream: bool = False,
        include_upstream: bool = True,
        include_direct_upstream: bool = False,
    ) -> Any:
        """A copy with some tasks only; see ``narae.authoring.order.chosen``."""
        if isinstance(task_ids_or_regex, str | re.Pattern):
            found = [t for t in self.tasks if re.findall(task_ids_or_regex, t.task_id)]
        else:
            found = [t for t in self.tasks if t.task_id in task_ids_or_regex]
        ids = {task.task_id for task in found}
        for task in found:
            if include_downstream:
                ids |= task.get_flat_relative_ids(upstream=False)
            if include_upstream:
                ids |= task.get_flat_relative_ids(upstream=True)
            elif include_direct_upstream:
                ids |= task.upstream_task_ids
        return self._with_only(ids)

    sub_dag = partial_subset

    def _with_only(self, ids: set[str]) -> Any:
        twin: Any = copy(self)
        twin.task_dict = {}
        for task_id, task in self.task_dict.items():
            if task_id in ids:
                alike = copy(task)
                alike.upstream_task_ids = task.upstream_task_ids & ids
                alike.downstream_task_ids = task.downstream_task_ids & ids
                alike.known_dag = twin
                twin.task_dict[task_id] = alike
        return twin
