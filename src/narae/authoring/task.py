"""What every task of a DAG has in common, whether mapped or not: its place and its edges."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from narae.authoring.relatives import Relatives
from narae.authoring.scopes import enter_scope, leave_scope
from narae.errors import AirflowException

if TYPE_CHECKING:
    from typing import Self

    from narae.authoring.dag import DAG
    from narae.authoring.group import MappedTaskGroup, TaskGroup


class Task(Relatives):
    """A task in its DAG. Its subclasses are ``BaseOperator`` and ``MappedOperator``."""

    task_id: str
    task_group: "TaskGroup | None" = None
    known_dag: "DAG | None" = None
    """The DAG, None as long as the task has none."""
    source_line: int | None = None
    """Line of the DAG file that made the task."""
    is_setup: bool = False
    is_teardown: bool = False
    on_failure_fail_dagrun: bool = False
    trigger_rule: Any = "all_success"

    @property
    def roots(self) -> "Sequence[Task]":
        """The task itself."""
        return (self,)

    @property
    def leaves(self) -> "Sequence[Task]":
        """The task itself."""
        return (self,)

    @property
    def dag(self) -> Any:
        """The task's DAG; asking before there is one is an error."""
        if self.known_dag is None:
            raise AirflowException(f"task {self.task_id!r} has no DAG yet")
        return self.known_dag

    @dag.setter
    def dag(self, dag: "DAG | None") -> None:
        if dag is not None and dag is not self.known_dag:
            dag.add_task(self)

    def follow_references(self) -> None:
        """Edges from the tasks whose XComs are arguments. Twice changes nothing."""

    def has_dag(self) -> bool:
        """Whether the task belongs to a DAG."""
        return self.known_dag is not None

    @property
    def dag_id(self) -> str:
        """The DAG's id, or one made up from the task's as long as there is no DAG."""
        return self.known_dag.dag_id if self.known_dag else f"adhoc_{self.task_id}"

    @property
    def label(self) -> str:
        """The task id without the prefix of its group."""
        group = self.task_group
        if group is not None and group.group_id and group.prefix_group_id:
            return self.task_id.removeprefix(f"{group.group_id}.")
        return self.task_id

    def iter_mapped_task_groups(self) -> "Iterator[MappedTaskGroup]":
        """The mapped groups around the task, innermost first."""
        group = self.task_group
        while group is not None:
            if group.is_mapped:
                yield group  # type: ignore[misc]  # is_mapped says that it is a MappedTaskGroup
            group = group.parent_group

    def mapped_groups(self) -> "list[MappedTaskGroup]":
        """The mapped groups around the task, outermost first: one level of ``path`` for each."""
        return list(self.iter_mapped_task_groups())[::-1]

    def get_closest_mapped_task_group(self) -> "MappedTaskGroup | None":
        """The innermost mapped group around the task."""
        return next(self.iter_mapped_task_groups(), None)

    def as_setup(self) -> "Self":
        """Make this a setup: it runs before its teardown's work."""
        self.is_setup = True
        return self

    def as_teardown(
        self, *, setups: Any = None, on_failure_fail_dagrun: bool = False, **options: Any
    ) -> "Self":
        """Make this a teardown, of ``setups`` when they are given (they become setups)."""
        if options:
            raise TypeError(f"as_teardown takes no argument {min(options)!r}")
        self.is_teardown = True
        self.trigger_rule = "all_done_setup_success"
        self.on_failure_fail_dagrun = on_failure_fail_dagrun
        if setups is not None:
            for setup in setups if isinstance(setups, list | tuple | set) else [setups]:
                setup.as_setup()
                setup.set_downstream(self)
        return self

    def __enter__(self) -> "Self":
        enter_scope([self])
        return self

    def __exit__(self, *_error: object) -> None:
        leave_scope()
