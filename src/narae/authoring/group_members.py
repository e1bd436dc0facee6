"""The tasks and groups in a group."""

from collections.abc import Iterator, Sequence
from typing import Any

from narae.authoring.node import Node
from narae.authoring.task import Task


class GroupMembers(Node):
    """What a group knows of its children."""

    children: dict[str, Any]
    """Tasks and groups by full id, in the order of the file."""
    group_id: str | None

    def child_id(self, label: str) -> str:
        """The full id of a child."""
        raise NotImplementedError

    def iter_tasks(self) -> Iterator[Task]:
        """Every task in the group, however deep, in the order of the file."""
        for child in self.children.values():
            if isinstance(child, GroupMembers):
                yield from child.iter_tasks()
            else:
                yield child

    def has_task(self, task: Task) -> bool:
        """Whether the task is in the group, however deep."""
        return any(inner is task for inner in self.iter_tasks())

    def get_child_by_label(self, label: str) -> Any:
        """The child with this label."""
        return self.children[self.child_id(label)]

    def get_task_group_dict(self) -> dict[str | None, Any]:
        """This group and all in it, by id."""
        found: dict[str | None, Any] = {self.group_id: self}
        for child in self.children.values():
            if isinstance(child, GroupMembers):
                found.update(child.get_task_group_dict())
        return found

    @property
    def roots(self) -> Sequence[Task]:
        """The tasks that follow no other task of the group."""
        ids = {task.task_id for task in self.iter_tasks()}
        return [task for task in self.iter_tasks() if not task.upstream_task_ids & ids]

    @property
    def leaves(self) -> Sequence[Task]:
        """The tasks that no other task of the group follows.

        In place of a teardown stands what it cleans up after.
        """
        inside = {task.task_id: task for task in self.iter_tasks()}
        found: dict[str, Task] = {}
        open_tasks = [t for t in inside.values() if not t.downstream_task_ids & inside.keys()]
        while open_tasks:
            task = open_tasks.pop(0)
            if not task.is_teardown:
                found[task.task_id] = task
                continue
            before = [inside[up] for up in sorted(task.upstream_task_ids) if up in inside]
            open_tasks += [up for up in before if not up.is_setup]
        return list(found.values())

    def get_roots(self) -> Iterator[Task]:
        """As ``roots``."""
        return iter(self.roots)

    def get_leaves(self) -> Iterator[Task]:
        """As ``leaves``."""
        return iter(self.leaves)
