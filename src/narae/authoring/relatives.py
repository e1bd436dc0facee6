"""The tasks before and after a task."""

from typing import Any

from narae.authoring.node import Node


class Relatives(Node):
    """What a task knows of its edges."""

    upstream_task_ids: set[str]
    downstream_task_ids: set[str]

    @property
    def dag(self) -> Any:
        """The DAG that the ids are of."""
        raise NotImplementedError

    @property
    def upstream_list(self) -> list[Any]:
        """Direct upstream tasks."""
        return [self.dag.get_task(task_id) for task_id in sorted(self.upstream_task_ids)]

    @property
    def downstream_list(self) -> list[Any]:
        """Direct downstream tasks."""
        return [self.dag.get_task(task_id) for task_id in sorted(self.downstream_task_ids)]

    def get_direct_relative_ids(self, upstream: bool = False) -> set[str]:
        """Ids of the direct upstream or downstream tasks."""
        return self.upstream_task_ids if upstream else self.downstream_task_ids

    def get_direct_relatives(self, upstream: bool = False) -> list[Any]:
        """The direct upstream or downstream tasks."""
        return self.upstream_list if upstream else self.downstream_list

    def get_flat_relative_ids(self, *, upstream: bool = False) -> set[str]:
        """Ids of all tasks upstream or downstream, however far."""
        found: set[str] = set()
        open_ids = list(self.get_direct_relative_ids(upstream))
        while open_ids:
            task_id = open_ids.pop()
            if task_id not in found:
                found.add(task_id)
                open_ids.extend(self.dag.get_task(task_id).get_direct_relative_ids(upstream))
        return found

    def get_flat_relatives(self, upstream: bool = False) -> list[Any]:
        """All tasks upstream or downstream, however far."""
        ids = self.get_flat_relative_ids(upstream=upstream)
        return [self.dag.get_task(task_id) for task_id in sorted(ids)]
