"""Mapped tasks: one task in the file, as many instances as its input has elements."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from narae.authoring.expand import Mapped, product_of, rows_of
from narae.authoring.operator_class import defaults_for, parameters_of
from narae.authoring.operator_values import ACCEPTED, checked_task_id
from narae.authoring.params import ParamsDict
from narae.authoring.parsing import caller_line, current
from narae.authoring.scopes import note_task
from narae.authoring.task import Task
from narae.authoring.xcom_arg import Source, XComArg, references
from narae.errors import InvalidArgumentsError

if TYPE_CHECKING:
    from narae.authoring.dag import DAG
    from narae.authoring.group import TaskGroup

UNMAPPABLE = frozenset(
    {"task_id", "dag", "task_group", "default_args", "trigger_rule", "start_date", "end_date"}
)
"""Arguments that are of the task as a whole, so that no instance can have one of its own."""


class OperatorPartial:
    """What ``Operator.partial(...)`` gives: waits for ``expand`` or ``expand_kwargs``."""

    def __init__(self, *, operator_class: Any, options: dict[str, Any]) -> None:
        self.operator_class = operator_class
        self.options = options
        self.owner = f"{operator_class.__name__} (task_id: {options.get('task_id')!r})"
        _check_names(operator_class, options, self.owner)

    def expand(self, **mapped: Any) -> "MappedOperator":
        """One instance for each element of the cross product."""
        _check_names(self.operator_class, mapped, self.owner)
        self._check_mapped(mapped)
        return MappedOperator(
            operator_class=self.operator_class,
            options=self.options,
            expansion=product_of(self.owner, mapped),
        )

    def expand_kwargs(self, kwargs: Any, *, strict: bool = True) -> "MappedOperator":
        """One instance for each dict of arguments; ``strict``: none may be in ``partial`` too."""
        rows = rows_of(self.owner, kwargs)
        _check_names(self.operator_class, dict.fromkeys(rows.names), self.owner)
        self._check_mapped(dict.fromkeys(rows.names) if strict else {})
        return MappedOperator(
            operator_class=self.operator_class, options=self.options, expansion=rows
        )

    def _check_mapped(self, mapped: Mapping[str, Any]) -> None:
        for name in mapped:
            if name in self.options:
                raise InvalidArgumentsError(f"{self.owner}: {name!r} is both partial and mapped")
            if name in UNMAPPABLE:
                raise InvalidArgumentsError(f"{self.owner}: {name!r} can't be mapped")


def names_taken(operator_class: Any) -> frozenset[str]:
    """Every argument that the operator and its bases name."""
    found: set[str] = set(ACCEPTED)
    for kind in operator_class.__mro__:
        init = kind.__dict__.get("__init__")
        if init is not None and hasattr(init, "__code__"):
            found |= parameters_of(init).names
    return frozenset(found)


def _check_names(operator_class: Any, given: Mapping[str, Any], owner: str) -> None:
    names = names_taken(operator_class)
    for name in given:
        if name not in names:
            near = get_close_matches(name, names, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InvalidArgumentsError(f"{owner} takes no argument {name!r}{hint}")


class MappedOperator(Task):
    """A mapped task. What it has in common with its instances it answers as they would."""

    is_mapped = True

    def __init__(
        self,
        *,
        operator_class: Any,
        options: dict[str, Any],
        expansion: Mapped,
        into_op_kwargs: bool = False,
    ) -> None:
        state = current()
        group: TaskGroup | None = options.get("task_group")
        dag: DAG | None = options.get("dag") or (group.known_dag if group is not None else None)
        if dag is None and state.dag_stack:
            dag = state.dag_stack[-1]
        if group is None and dag is not None:
            stack = state.group_stack
            group = stack[-1] if stack and stack[-1].known_dag is dag else dag.task_group
        task_id = checked_task_id(operator_class.__name__, options.get("task_id"))
        self.task_id = group.child_id(task_id) if group is not None else task_id
        self.operator_class = operator_class
        self.expansion = expansion
        self.into_op_kwargs = into_op_kwargs
        self.source_line = caller_line()
        self.upstream_task_ids, self.downstream_task_ids = set(), set()
        self.defaults = defaults_for(dag, group, options.get("default_args"))
        self.partial_kwargs = {
            name: value
            for name, value in options.items()
            if name not in {"task_id", "dag", "task_group", "default_args"}
        }
        common = {name: value for name, value in options.items() if name in ACCEPTED}
        common = {**common, "task_id": task_id, "dag": None, "task_group": None}
        self.common = operator_class.bare_operator(common, self.defaults)
        self.trigger_rule = self.common.trigger_rule
        if dag is not None:
            dag.add_task(self, group)
        note_task(self)
        self.follow_references()

    def follow_references(self) -> None:
        """Edges from the tasks whose XComs are arguments. Twice changes nothing."""
        for task, _key in (*references(self.partial_kwargs), *self.expansion.references()):
            if task is not self:
                self.draw_edge_from(task)

    def __getattr__(self, name: str) -> Any:
        """What is not its own: of the operator's class, else of the common arguments."""
        if name.startswith("__") or name in {"common", "operator_class", "partial_kwargs"}:
            raise AttributeError(name)
        if name in self.partial_kwargs and name not in ACCEPTED:
            return self.partial_kwargs[name]
        if name in self.common.__dict__:
            return self.common.__dict__[name]
        found = getattr(self.operator_class, name)
        return getattr(self.common, name) if isinstance(found, property) else found

    @property
    def task_type(self) -> str:
        """The operator's class name."""
        return str(self.operator_class.__name__)

    @property
    def params(self) -> ParamsDict:
        """The DAG's params, overruled by the default arguments' and the task's own."""
        merged = ParamsDict(self.known_dag.params if self.known_dag is not None else None)
        merged.update(self.defaults.get("params") or {})
        merged.update(self.common.own_params)
        return merged

    @property
    def reschedules(self) -> bool:
        """Whether it is a sensor in reschedule mode."""
        return self.partial_kwargs.get("mode", self.defaults.get("mode")) == "reschedule"

    @property
    def output(self) -> XComArg:
        """The return values of all instances, to be given to other tasks."""
        return XComArg(self)

    def facts(self) -> dict[str, Any]:
        """None: facts are of single instances."""
        return {}

    def unmap(self, index: int, source: Source) -> Any:
        """The operator of one instance; ``index`` is the last of its ``path``.

        It stands in the DAG's and the group's place of the mapped task, but is not registered.
        """
        mapped = self.expansion.element(index, source)
        options = {**self.partial_kwargs, "task_id": self.task_id}
        if self.into_op_kwargs:
            options["op_kwargs"] = {**(options.get("op_kwargs") or {}), **mapped}
        else:
            options |= mapped
        task = self.operator_class.make_alone(options, self.defaults)
        task.known_dag, task.task_group, task.source_line = (
            self.known_dag,
            self.task_group,
            self.source_line,
        )
        task.upstream_task_ids = set(self.upstream_task_ids)
        task.downstream_task_ids = set(self.downstream_task_ids)
        task.is_setup, task.is_teardown = self.is_setup, self.is_teardown
        task.on_failure_fail_dagrun = self.on_failure_fail_dagrun
        task.trigger_rule = self.trigger_rule
        return task

    def __repr__(self) -> str:
        return f"<Mapped({self.task_type}): {self.task_id}>"
