"""The base of all operators."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import copy, deepcopy
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Unpack, cast

from narae.authoring.mapped import OperatorPartial
from narae.authoring.operator_class import NEVER_DEFAULTS, OperatorClass
from narae.authoring.operator_hooks import OperatorHooks
from narae.authoring.operator_values import ACCEPTED, NORMAL, RENAMED, checked_task_id, refusal
from narae.authoring.options import OperatorOptions
from narae.authoring.params import ParamsDict
from narae.authoring.parsing import current
from narae.authoring.scopes import note_task
from narae.authoring.xcom_arg import XComArg, references
from narae.errors import InvalidArgumentsError

if TYPE_CHECKING:
    from logging import Logger

    from narae.authoring.dag import DAG
    from narae.authoring.group import TaskGroup


class BaseOperator(OperatorHooks, metaclass=OperatorClass):
    """One task. Subclasses say what it does in ``execute(context)``.

    Its arguments are :class:`narae.authoring.options.OperatorOptions`; each attribute below is the
    default of the argument of its name.
    """

    template_fields: Sequence[str] = ()
    template_ext: Sequence[str] = ()
    template_fields_renderers: ClassVar[dict[str, str]] = {}
    operator_extra_links: Collection[Any] = ()
    ui_color: str = "#fff"
    ui_fgcolor: str = "#000"
    is_mapped: ClassVar[bool] = False
    runs_nothing: ClassVar[bool] = False
    """True of an operator with an empty ``execute``: it succeeds without a process."""
    start_trigger_args: Any = None
    start_from_trigger: bool = False

    owner: str = "airflow"
    email: Any = None
    email_on_retry: bool = True
    email_on_failure: bool = True
    retries: int = 0
    retry_delay: timedelta = timedelta(seconds=300)
    retry_exponential_backoff: bool | float = False
    max_retry_delay: timedelta | None = None
    start_date: datetime | None = None
    end_date: datetime | None = None
    depends_on_past: bool = False
    ignore_first_depends_on_past: bool | None = None
    """None: as the DAG's generation has it (2: True, 3: False)."""
    wait_for_past_depends_before_skipping: bool = False
    wait_for_downstream: bool = False
    priority_weight: int = 1
    weight_rule: Any = "downstream"
    queue: str = "default"
    pool: str = "default_pool"
    pool_slots: int = 1
    sla: timedelta | None = None
    execution_timeout: timedelta | None = None
    on_execute_callback: Any = None
    on_failure_callback: Any = None
    on_success_callback: Any = None
    on_retry_callback: Any = None
    on_skipped_callback: Any = None
    resources: Any = None
    run_as_user: str | None = None
    map_index_template: str | None = None
    max_active_tis_per_dag: int | None = None
    max_active_tis_per_dagrun: int | None = None
    executor: str | None = None
    executor_config: Any = None
    do_xcom_push: bool = True
    multiple_outputs: bool = False
    inlets: Any = None
    outlets: Any = None
    doc: str | None = None
    doc_md: str | None = None
    doc_json: str | None = None
    doc_yaml: str | None = None
    doc_rst: str | None = None
    task_display_name: str | None = None
    logger_name: str | None = None
    allow_nested_operators: bool = True
    retry_policy: Any = None
    render_template_as_native_obj: bool | None = None

    defaults: Mapping[str, Any] = {}
    """Default arguments of its DAG, groups and own, merged."""
    future_group: "TaskGroup | None" = None
    own_params: Mapping[str, Any] = {}

    def __init__(self, **options: Unpack[OperatorOptions]) -> None:
        given = cast("dict[str, Any]", options)
        for name, value in self.defaults.items():
            if name in ACCEPTED and name not in given and name not in NEVER_DEFAULTS:
                given[name] = value
        task_id = checked_task_id(type(self).__name__, given.pop("task_id", None))
        if not given.keys() <= ACCEPTED:
            given = refusal(self, task_id, given)
        group = self.future_group
        fields = self.__dict__
        fields["task_id"] = group.child_id(task_id) if group is not None else task_id
        fields["upstream_task_ids"] = set()
        fields["downstream_task_ids"] = set()
        for name, value in current().settings.operator_defaults.items():
            given.setdefault(name, value)
        for name, value in given.items():
            normal = NORMAL.get(name)
            try:
                fields[RENAMED.get(name, name)] = normal(value) if normal is not None else value
            except (TypeError, ValueError) as error:
                where = f"{type(self).__name__} (task_id: {task_id!r})"
                raise InvalidArgumentsError(f"{where}, {name}: {error}") from error
        fields.pop("", None)

    def take_place(self, dag: "DAG | None", group: "TaskGroup | None") -> None:
        """Take the place in a DAG and a group, and follow the tasks whose XComs are arguments."""
        if dag is not None:
            dag.add_task(self, group)
        elif group is not None:
            group.add(self)
        note_task(self)
        self.follow_references()

    def follow_references(self) -> None:
        """Edges from the tasks whose XComs stand in template fields. Twice changes nothing."""
        for name in self.template_fields:
            for task, _key in references(self.__dict__.get(name)):
                if task is not self:
                    self.draw_edge_from(task)

    @classmethod
    def partial(cls, **options: Any) -> OperatorPartial:
        """The arguments that all mapped instances share; ``.expand(...)`` gives the others."""
        return OperatorPartial(operator_class=cls, options=options)

    @staticmethod
    def bare_operator(common: Mapping[str, Any], defaults: Mapping[str, Any]) -> "BaseOperator":
        """An operator in no DAG that only holds common arguments, normalised as usual."""
        usable = {name: value for name, value in defaults.items() if name not in NEVER_DEFAULTS}
        return cast("BaseOperator", BaseOperator.make_alone(common, usable))

    @property
    def output(self) -> XComArg:
        """The task's return value, to be given to other tasks."""
        return XComArg(self)

    @property
    def log(self) -> "Logger":
        """The task's logger."""
        import logging  # noqa: PLC0415  # loads threading, which no DAG file needs

        kind = type(self)
        return logging.getLogger(
            f"airflow.task.operators.{self.logger_name or f'{kind.__module__}.{kind.__qualname__}'}"
        )

    @property
    def params(self) -> ParamsDict:
        """The DAG's params, overruled by the default arguments' and the task's own."""
        merged = ParamsDict(self.known_dag.params if self.known_dag is not None else None)
        merged.update(self.defaults.get("params") or {})
        merged.update(self.own_params)
        return merged

    @params.setter
    def params(self, params: Mapping[str, Any]) -> None:
        self.own_params = params

    @property
    def task_type(self) -> str:
        """The operator's class name."""
        return type(self).__name__

    @property
    def operator_name(self) -> str:
        """What lists call the operator; ``custom_operator_name`` overrules the class name."""
        return str(getattr(self, "custom_operator_name", None) or type(self).__name__)

    @property
    def operator_class(self) -> type:
        """The operator's class."""
        return type(self)

    def __repr__(self) -> str:
        return f"<Task({self.task_type}): {self.task_id}>"

    def __deepcopy__(self, memo: dict[int, Any]) -> "BaseOperator":
        """A copy that stands in the same DAG and group."""
        twin = copy(self)
        memo[id(self)] = twin
        for name, value in self.__dict__.items():
            if name not in _SHARED:
                twin.__dict__[name] = deepcopy(value, memo)
        return twin


_SHARED = frozenset({"known_dag", "task_group", "future_group", "defaults"})


def tasks_of(values: Any) -> Iterator[BaseOperator]:
    """The operators in any nesting of lists."""
    if isinstance(values, BaseOperator):
        yield values
    elif isinstance(values, list | tuple | set):
        for value in values:
            yield from tasks_of(value)
