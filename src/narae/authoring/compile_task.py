"""One task of a DAG as a ``TaskSpec``."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from narae.authoring.assets import plain_asset
from narae.authoring.compile_expansion import expansion_spec
from narae.authoring.dag import DAG
from narae.authoring.group import MappedTaskGroup
from narae.authoring.mapped import MappedOperator
from narae.authoring.moments import aware
from narae.authoring.params import Param, ParamsDict
from narae.authoring.trigger_rule import rule_named
from narae.authoring.weight_rule import weight_rule_named
from narae.authoring.xcom_arg import Deferred
from narae.core.spec import RetryPolicy, TaskSpec
from narae.errors import DagDefinitionError

CALLBACKS = ("execute", "success", "failure", "retry", "skipped")
DOCS = {
    "doc": "plain",
    "doc_md": "md",
    "doc_rst": "rst",
    "doc_json": "json",
    "doc_yaml": "yaml",
}
"""Argument -> format."""

Settle = Callable[[datetime | None], datetime | None]


class TaskCompiler:
    """Compiles the tasks of one DAG; holds what is worked out once for all of them."""

    def __init__(self, dag: DAG, settle: Settle) -> None:
        self.dag = dag
        self.settle = settle
        self.counted = counted_keys(dag)

    def compile(self, task: Any) -> TaskSpec:
        """The spec of an operator or a mapped one."""
        return TaskSpec(
            task_id=task.task_id,
            operator=task.task_type,
            operator_module=task.operator_class.__module__,
            label=task.label,
            display_name=task.task_display_name or "",
            owner=str(task.owner),
            group_id=task.task_group.group_id if task.task_group is not None else None,
            upstream=tuple(sorted(task.upstream_task_ids)),
            edge_labels=self._labels(task),
            trigger_rule=rule_named(task.trigger_rule),
            expansion=expansion_spec(task.expansion) if task.is_mapped else None,
            mapped_over=self.counted.get(task.task_id, ()),
            **self._when(task),
            **self._slots(task),
            **self._setups(task),
            **self._conduct(task),
            **_looks(task),
        )

    def _labels(self, task: Any) -> dict[str, str]:
        labels = self.dag.edge_labels
        found = {up: labels.get((up, task.task_id)) for up in sorted(task.upstream_task_ids)}
        return {up: label for up, label in found.items() if label}

    def _when(self, task: Any) -> dict[str, Any]:
        first = task.ignore_first_depends_on_past
        return {
            "retry": RetryPolicy(
                retries=task.retries,
                delay=task.retry_delay,
                exponential_backoff=bool(task.retry_exponential_backoff),
                delay_max=task.max_retry_delay,
            ),
            "start_date": self._moment(task.start_date, self.dag.start_date),
            "end_date": self._moment(task.end_date, self.dag.end_date),
            "execution_timeout": task.execution_timeout,
            "depends_on_past": bool(task.depends_on_past or task.wait_for_downstream),
            "ignore_first_depends_on_past": (
                self.dag.generation == 2 if first is None else bool(first)  # noqa: PLR2004 - its number
            ),
            "wait_for_past_depends_before_skipping": bool(
                task.wait_for_past_depends_before_skipping
            ),
            "wait_for_downstream": bool(task.wait_for_downstream),
        }

    def _moment(self, value: datetime | None, of_dag: datetime | None) -> datetime | None:
        """None where the DAG's own says the same."""
        found = self.settle(aware(value, self.dag.zone))
        return None if found == self.settle(of_dag) else found

    def _slots(self, task: Any) -> dict[str, Any]:
        return {
            "pool": task.pool,
            "pool_slots": task.pool_slots,
            "priority_weight": task.priority_weight,
            "weight_rule": weight_rule_named(task.weight_rule),
            "queue": str(task.queue),
            "executor": task.executor,
            "max_active_tis_per_dag": task.max_active_tis_per_dag,
            "max_active_tis_per_dagrun": task.max_active_tis_per_dagrun,
        }

    def _setups(self, task: Any) -> dict[str, Any]:
        setups: tuple[str, ...] = ()
        if task.is_teardown:
            tasks = self.dag.task_dict
            setups = tuple(up for up in sorted(task.upstream_task_ids) if tasks[up].is_setup)
        return {
            "is_setup": task.is_setup,
            "is_teardown": task.is_teardown,
            "on_failure_fail_dagrun": task.on_failure_fail_dagrun,
            "setups": setups,
        }

    def _conduct(self, task: Any) -> dict[str, Any]:
        callbacks = tuple(kind for kind in CALLBACKS if getattr(task, f"on_{kind}_callback"))
        own = {"on_execute_callback", "on_success_callback"}
        busy = any(getattr(task, name) for name in own) or task.outlets
        hooked = task.pre_execute_hook or task.post_execute_hook
        return {
            "inert": bool(task.runs_nothing and not busy and not hooked),
            "ignores_downstream_rules": bool(
                getattr(task, "ignore_downstream_trigger_rules", False)
            ),
            "reschedules": bool(task.reschedules),
            "callbacks": callbacks,
            "email": emails(task.email),
            "email_on_failure": bool(task.email_on_failure),
            "email_on_retry": bool(task.email_on_retry),
            "params": own_params(task),
            "run_as_user": task.run_as_user,
            "map_index_template": task.map_index_template,
            "inlets": assets_of(task.inlets),
            "outlets": assets_of(task.outlets),
            "operator_facts": jsonable(type(task).facts(task)),
        }


def _looks(task: Any) -> dict[str, Any]:
    doc = next(
        ((getattr(task, name), kind) for name, kind in DOCS.items() if getattr(task, name)), None
    )
    if isinstance(task.template_fields, str):
        raise DagDefinitionError(
            f"template_fields of {task.task_type} is the text {task.template_fields!r}; a list or"
            " a tuple is needed"
        )
    fields = tuple(task.template_fields or ())
    renderers = task.template_fields_renderers or {}
    links = task.operator_extra_links or ()
    return {
        "template_fields": fields,
        "template_fields_renderers": {str(k): str(v) for k, v in sorted(renderers.items())},
        "extra_links": tuple(str(link.name) for link in links if hasattr(link, "name")),
        "ui_color": str(task.ui_color),
        "ui_fgcolor": str(task.ui_fgcolor),
        "doc": str(doc[0]) if doc else None,
        "doc_format": doc[1] if doc else "md",
    }


def counted_keys(dag: DAG) -> dict[str, tuple[str, ...]]:
    """Task id -> the XCom keys that some expansion counts."""
    found: dict[str, set[str]] = {}
    for expansion in _expansions(dag):
        for task, key in expansion.references():
            found.setdefault(task.task_id, set()).add(key)
    return {task_id: tuple(sorted(keys)) for task_id, keys in found.items()}


def _expansions(dag: DAG) -> Iterator[Any]:
    for task in dag.task_dict.values():
        if isinstance(task, MappedOperator):
            yield task.expansion
    for group in dag.groups.values():
        if isinstance(group, MappedTaskGroup):
            yield group.expansion


def emails(value: Any) -> tuple[str, ...]:
    """Addresses of a text with commas or semicolons, or of a list."""
    if not value:
        return ()
    if isinstance(value, str):
        return tuple(part.strip() for part in value.replace(";", ",").split(",") if part.strip())
    return tuple(str(part) for part in value)


def own_params(task: Any) -> dict[str, Any]:
    """The values of the params that the task itself was given."""
    given: Mapping[str, Any] = task.own_params or {}
    if isinstance(given, ParamsDict):
        given = given.dump()
    return {
        str(name): jsonable(value.value if isinstance(value, Param) else value)
        for name, value in given.items()
    }


def assets_of(value: Any) -> tuple[Any, ...]:
    """Inlets or outlets as plain data."""
    if value is None:
        return ()
    items = value if isinstance(value, list | tuple | set) else [value]
    return tuple(plain_asset(item) for item in items)


def jsonable(value: Any) -> Any:  # noqa: PLR0911 - one return for each kind
    """The value as JSON has it; what it can't hold becomes text without memory addresses."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((jsonable(item) for item in value), key=str)
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Deferred):
        return repr(value)
    return f"<{type(value).__qualname__}>"
