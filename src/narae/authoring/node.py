"""What edges run between: tasks, groups, XCom arguments and labels."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from narae.errors import AirflowException

if TYPE_CHECKING:
    from narae.authoring.task import Task


class Node:
    """The base of everything that ``>>`` and ``<<`` take."""

    @property
    def roots(self) -> "Sequence[Task]":
        """The tasks that an edge to this node ends at."""
        raise NotImplementedError

    @property
    def leaves(self) -> "Sequence[Task]":
        """The tasks that an edge from this node begins at."""
        raise NotImplementedError

    def set_downstream(self, task_or_task_list: Any, edge_modifier: Any = None) -> None:
        """Let the given nodes run after this one."""
        for other in nodes_of(task_or_task_list):
            other.draw_edge_from(self, edge_modifier)

    def set_upstream(self, task_or_task_list: Any, edge_modifier: Any = None) -> None:
        """Let the given nodes run before this one."""
        for other in nodes_of(task_or_task_list):
            self.draw_edge_from(other, edge_modifier)

    def draw_edge_from(self, other: "Node", label: Any = None) -> None:
        """One edge from ``other`` to this node, between the tasks that they stand for."""
        if other.keeps_edge_to(self):
            return
        text = getattr(label, "label", label)
        for before in other.leaves:
            for after in self.roots:
                connect(before, after, text)

    def keeps_edge_to(self, _other: "Node") -> bool:
        """Whether this node keeps the edge to ``other`` to itself (a label does)."""
        return False

    def as_setup(self) -> "Node":
        """Make the tasks setups; see ``narae.authoring.setup_teardown``."""
        for task in self.leaves:
            task.as_setup()
        return self

    def as_teardown(self, **options: Any) -> "Node":
        """Make the tasks teardowns; see ``narae.authoring.setup_teardown``."""
        for task in self.leaves:
            task.as_teardown(**options)
        return self

    def __rshift__(self, other: Any) -> Any:
        self.set_downstream(other)
        return other

    def __lshift__(self, other: Any) -> Any:
        self.set_upstream(other)
        return other

    def __rrshift__(self, other: Any) -> "Node":
        self.__lshift__(other)
        return self

    def __rlshift__(self, other: Any) -> "Node":
        self.__rshift__(other)
        return self


def nodes_of(value: Any) -> "list[Node]":
    """One node or any nesting of lists of nodes, flat."""
    if isinstance(value, Node):
        return [value]
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [node for item in value for node in nodes_of(item)]
    raise AirflowException(
        f"an edge runs between tasks, groups and XCom arguments, not to a {type(value).__name__}"
        + _call_hint(value)
    )


def _call_hint(value: Any) -> str:
    return " (call the @task function: f(), not f)" if callable(value) else ""


def connect(before: "Task", after: "Task", label: str | None = None) -> None:
    """The edge ``before`` -> ``after``, both in one DAG; it may be there already."""
    dag = before.known_dag or after.known_dag
    if dag is None:
        raise AirflowException(
            f"{before.task_id} >> {after.task_id}: give at least one of the two tasks a DAG first"
        )
    for task in (before, after):
        if task.known_dag is None:
            dag.add_task(task)
        elif task.known_dag is not dag:
            raise AirflowException(
                f"{before.task_id} >> {after.task_id}: an edge can't lead from one DAG to another"
                f" ({before.dag_id} and {after.dag_id})"
            )
    before.downstream_task_ids.add(after.task_id)
    after.upstream_task_ids.add(before.task_id)
    if label:
        dag.edge_labels[before.task_id, after.task_id] = label
