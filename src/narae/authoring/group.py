"""Task groups: named parts of a DAG, nested, mapped if need be."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from narae.authoring.expand import Mapped
from narae.authoring.group_members import GroupMembers
from narae.authoring.operator_values import checked_id
from narae.authoring.parsing import caller_line, current
from narae.errors import (
    AirflowException,
    DuplicateTaskIdFound,
    InvalidArgumentsError,
    TaskAlreadyInTaskGroup,
)

if TYPE_CHECKING:
    from typing import Self

    from narae.authoring.dag import DAG

_SUFFIX = re.compile(r"(.+)__(\d+)")


class TaskGroup(GroupMembers):
    """A named part of a DAG. As an end of an edge it stands for its first or last tasks.

    An edge reaches the tasks that are in the group when it is drawn.
    """

    is_mapped = False

    def __init__(  # noqa: PLR0917 - Airflow's signature
        self,
        group_id: str | None,
        prefix_group_id: bool = True,
        parent_group: "TaskGroup | None" = None,
        dag: "DAG | None" = None,
        default_args: Mapping[str, Any] | None = None,
        tooltip: str = "",
        ui_color: str = "CornflowerBlue",
        ui_fgcolor: str = "#000",
        add_suffix_on_collision: bool = False,
        group_display_name: str = "",
        doc_md: str | None = None,
    ) -> None:
        self.prefix_group_id = prefix_group_id
        self.default_args = dict(default_args or {})
        self.tooltip = tooltip or doc_md or ""
        self.ui_color, self.ui_fgcolor = ui_color, ui_fgcolor
        self.group_display_name, self.doc_md = group_display_name, doc_md
        self.children: dict[str, Any] = {}
        self.source_line = caller_line()
        self.parent_group: TaskGroup | None = None
        self.known_dag: DAG | None = dag
        self.group_id: str | None = None
        self._label = group_id or ""
        if group_id is not None:
            self._take_place(group_id, parent_group, add_suffix_on_collision)

    def _take_place(self, group_id: str, parent: "TaskGroup | None", suffix: bool) -> None:
        checked_id("group_id", group_id)
        if "." in group_id:
            raise InvalidArgumentsError(f"group_id {group_id!r}: the dot separates groups")
        state = current()
        if parent is None:
            if self.known_dag is None and state.dag_stack:
                self.known_dag = state.dag_stack[-1]
            stack = state.group_stack
            if stack and self.known_dag in {None, stack[-1].known_dag}:
                parent = stack[-1]
            elif self.known_dag is not None:
                parent = self.known_dag.task_group
        if parent is None:
            raise AirflowException(
                f"TaskGroup {group_id!r}: make it in a `with DAG(...)`, or give it dag= or"
                " parent_group="
            )
        self.parent_group = parent
        self.known_dag = parent.known_dag
        full = parent.child_id(group_id)
        if parent.is_used(full):
            if not suffix:
                raise DuplicateTaskIdFound(
                    f"group_id {full!r} is taken in DAG {self.dag.dag_id!r};"
                    " add_suffix_on_collision=True would number it"
                )
            full = parent.next_free(full)
            self._label = full.removeprefix(parent.prefix)
        self.group_id = full
        parent.children[full] = self
        self.dag.groups[full] = self

    # -- ids -----------------------------------------------------------------------------------

    @property
    def dag(self) -> Any:
        """The group's DAG."""
        if self.known_dag is None:
            raise AirflowException(f"group {self.group_id!r} has no DAG")
        return self.known_dag

    @property
    def is_root(self) -> bool:
        """Whether it is its DAG's outermost, unnamed group."""
        return self.group_id is None

    @property
    def label(self) -> str:
        """The group id without its parents' prefix."""
        return self._label

    @property
    def prefix(self) -> str:
        """What stands before the ids of its children: ``"group."`` or ``""``."""
        if self.group_id is not None and self.prefix_group_id:
            return f"{self.group_id}."
        return self.parent_group.prefix if self.parent_group is not None else ""

    @property
    def node_id(self) -> str | None:
        """The group id."""
        return self.group_id

    def child_id(self, label: str) -> str:
        """The full id of a child."""
        return self.prefix + label

    def is_used(self, node_id: str) -> bool:
        """Whether a task or a group of the DAG has this full id."""
        return node_id in self.dag.task_dict or node_id in self.dag.groups

    def next_free(self, node_id: str) -> str:
        """``x`` -> ``x__1``, ``x__1`` -> ``x__2``, until nothing has the id."""
        match = _SUFFIX.fullmatch(node_id)
        stem, number = (match[1], int(match[2])) if match else (node_id, 0)
        number = max(number, self.dag.numbers.get(stem, 0)) + 1
        while self.is_used(f"{stem}__{number}"):
            number += 1
        self.dag.numbers[stem] = number
        return f"{stem}__{number}"

    # -- members -------------------------------------------------------------------------------

    def add(self, child: Any) -> None:
        """Put a task into the group."""
        if isinstance(child, TaskGroup):
            self.children[str(child.group_id)] = child
            return
        held = child.task_group
        if held is not None and held is not self and not held.is_root:
            raise TaskAlreadyInTaskGroup(child.task_id, held.group_id, str(self.group_id))
        if child.known_dag is None and self.known_dag is not None:
            self.known_dag.add_task(child, self)
            return
        if held is not None and held is not self:
            held.children.pop(child.task_id, None)
        child.task_group = self
        self.children[child.task_id] = child

    def as_teardown(self, **options: Any) -> "TaskGroup":
        """A group has no teardown form."""
        raise AirflowException(f"group {self.group_id!r} can't be a teardown ({options})")

    def as_setup(self) -> "TaskGroup":
        """A group has no setup form."""
        raise AirflowException(f"group {self.group_id!r} can't be a setup")

    # -- the `with` ----------------------------------------------------------------------------

    def __enter__(self) -> "Self":
        current().group_stack.append(self)
        if self.known_dag is not None:
            current().dag_stack.append(self.known_dag)
        return self

    def __exit__(self, *_error: object) -> None:
        current().group_stack.pop()
        if self.known_dag is not None:
            current().dag_stack.pop()

    def __repr__(self) -> str:
        return f"<TaskGroup: {self.group_id}>"


class MappedTaskGroup(TaskGroup):
    """A task group with an instance for each element of its input."""

    is_mapped = True

    def __init__(self, *, expansion: Mapped, **options: Any) -> None:
        super().__init__(**options)
        self.expansion = expansion

    @property
    def level(self) -> int:
        """Which index of its tasks' ``path`` is this group's: how many mapped groups enclose it."""
        count, group = 0, self.parent_group
        while group is not None:
            count += group.is_mapped
            group = group.parent_group
        return count

    def follow_references(self) -> None:
        """Edges from the tasks whose XComs the group is mapped over to its first tasks."""
        for task, _key in self.expansion.references():
            self.draw_edge_from(task)
