"""A DAG object as a ``DagSpec``: checked, normalised, always the same for the same file.

What is normalised, so that reading a file twice gives equal bytes: sets and mappings are sorted,
moments are in UTC without fractions of a second, a start date that the file takes from the clock
(:func:`narae.authoring.moments.settled`) is cut to the day, values of params that JSON can't
hold are written as text, callables are told by their presence only.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from narae.authoring.compile_expansion import expansion_spec
from narae.authoring.compile_task import TaskCompiler, jsonable
from narae.authoring.dag import DAG
from narae.authoring.group import TaskGroup
from narae.authoring.moments import settled
from narae.authoring.notset import ArgNotSet
from narae.authoring.order import topological_order
from narae.authoring.params import Param, check_schema
from narae.authoring.schedule import schedule_text
from narae.authoring.timetables import Timetable
from narae.core.spec import DagSpec, GroupSpec, ParamSpec
from narae.core.timetables.spec import Assets, Continuous, Custom, Never, TimetableSpec
from narae.core.timetables.words import check
from narae.errors import (
    DagDefinitionError,
    FailStopDagInvalidTriggerRule,
    InvalidArgumentsError,
    NaraeError,
    ParamValidationError,
)

TAG_MAX = 100
_FAIL_FAST_RULES = frozenset({"all_success", "all_done_setup_success"})


def compile_dag(dag: DAG, *, file: str) -> DagSpec:
    """The spec. Whatever is wrong names the DAG and the task, and has its ``line``."""
    with located(dag.line, f"DAG {dag.dag_id!r}"):
        _check_dag(dag)
        timetable = _timetable(dag)
        params = _params(dag, timetable)
        settle = _settler(dag)
        start = settle(dag.start_date or _default_moment(dag, "start_date"))
        _check_start(dag, start, timetable)
    return DagSpec(
        dag_id=dag.dag_id,
        generation=dag.generation,
        display_name=dag.dag_display_name or "",
        description=dag.description,
        doc_md=doc_text(dag),
        file=file,
        timezone=dag.zone,
        timetable=timetable,
        schedule_text=schedule_text(dag.schedule_given),
        start_date=start,
        end_date=settle(dag.end_date or _default_moment(dag, "end_date")),
        catchup=dag.catchup,
        max_active_runs=_limit(dag.max_active_runs, dag.settings.max_active_runs),
        max_active_tasks=_limit(dag.max_active_tasks, dag.settings.max_active_tasks),
        max_consecutive_failed_runs=_limit(
            dag.max_consecutive_failed_dag_runs, dag.settings.max_consecutive_failed_runs
        ),
        dagrun_timeout=dag.dagrun_timeout,
        fail_fast=dag.fail_fast,
        is_paused_upon_creation=dag.is_paused_upon_creation,
        tags=tuple(dag.tags),
        owner_links=dict(sorted(dag.owner_links.items())),
        access_control=jsonable(dag.access_control or {}),
        params=params,
        callbacks=tuple(
            kind for kind in ("success", "failure") if getattr(dag, f"on_{kind}_callback")
        ),
        render_native=dag.render_template_as_native_obj,
        execution=dag.execution,
        tasks=_tasks(dag, settle),
        groups=tuple(_groups(dag.task_group)),
    )


@contextmanager
def located(line: int | None, where: str) -> Iterator[None]:
    """Errors get the place in the file; those of other kinds become DagDefinitionError."""
    try:
        yield
    except NaraeError as error:
        if error.line is None:
            error.line = line
        if where not in str(error) and len(error.args) == 1:
            error.args = (f"{where}: {error}",)
        raise
    except (ValueError, TypeError, OverflowError) as error:
        found = DagDefinitionError(f"{where}: {error}")
        found.line = line
        raise found from error


def _check_dag(dag: DAG) -> None:
    if dag.generation == 3 and dag.old_arguments:  # noqa: PLR2004 - the generation's number
        name = dag.old_arguments[0]
        raise InvalidArgumentsError(
            f"argument {name!r} went with Airflow 3, and the file imports {dag.state.proof!r};"
            f" use {_SUCCESSORS.get(name, 'nothing')} instead"
        )
    for tag in dag.tags:
        if len(tag) > TAG_MAX:
            raise DagDefinitionError(f"tag {tag!r} is longer than {TAG_MAX} characters")
    for owner, link in dag.owner_links.items():
        if not str(link).startswith(("http://", "https://", "mailto:")):
            raise DagDefinitionError(f"owner_links, {owner!r}: {link!r} is no http or mailto link")


_SUCCESSORS = {
    "schedule_interval": "schedule",
    "timetable": "schedule",
    "concurrency": "max_active_tasks",
    "fail_stop": "fail_fast",
}


def _timetable(dag: DAG) -> TimetableSpec:
    timetable = dag.timetable
    if not isinstance(timetable.to_spec(dag.zone), Custom):
        spec = timetable.to_spec(dag.zone)
        check(spec)
    else:
        timetable.validate()
        spec = timetable.to_spec(dag.zone)
    if isinstance(spec, Continuous) and dag.max_active_runs not in {None, 1}:
        raise DagDefinitionError("schedule='@continuous' needs max_active_runs=1")
    return spec


def _check_start(dag: DAG, start: datetime | None, timetable: TimetableSpec) -> None:
    needs = dag.generation == 2 and not isinstance(timetable, Never | Assets)  # noqa: PLR2004
    own: Timetable = dag.timetable
    if needs and start is None and own.can_be_scheduled and dag.task_dict:
        missing = [task.task_id for task in dag.tasks if task.start_date is None]
        if missing:
            raise DagDefinitionError(
                f"a scheduled DAG needs a start_date (task {missing[0]!r} has none either)"
            )


def _default_moment(dag: DAG, name: str) -> datetime | None:
    value = dag.default_args.get(name)
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _settler(dag: DAG) -> Callable[[datetime | None], datetime | None]:
    return lambda value: settled(value, zone=dag.zone)


def _limit(value: int | None, fallback: int) -> int:
    return fallback if value is None else value


def doc_text(dag: DAG) -> str | None:
    """The documentation. A text of one line that ends in ``.md`` names a file beside the DAG's."""
    text = dag.doc_md
    if text and text.endswith(".md") and "\n" not in text:
        path = Path(dag.folder, text)
        return path.read_text(encoding="utf-8") if path.is_file() else text
    return text


def _params(dag: DAG, timetable: TimetableSpec) -> dict[str, ParamSpec]:
    scheduled = not isinstance(timetable, Never | Assets)
    found: dict[str, ParamSpec] = {}
    for name, param in dag.params.items_as_params():
        has_default = not isinstance(param.value, ArgNotSet)
        if scheduled:
            _check_default(name, param, has_default=has_default)
        found[str(name)] = ParamSpec(
            default=jsonable(param.value) if has_default else None,
            has_default=has_default,
            schema=jsonable(param.schema),
            description=param.description,
        )
    return found


def _check_default(name: str, param: Param, *, has_default: bool) -> None:
    if not has_default:
        raise ParamValidationError(
            f"param {name!r} has no default, so no scheduled run could have a value"
        )
    try:
        check_schema(param.value, param.schema)
    except ParamValidationError as error:
        raise ParamValidationError(f"param {name!r}: {error}") from None


def _tasks(dag: DAG, settle: Callable[[datetime | None], datetime | None]) -> Any:
    for task in list(dag.task_dict.values()):
        with located(task.source_line, f"DAG {dag.dag_id!r}, task {task.task_id!r}"):
            task.follow_references()
            if dag.fail_fast and str(task.trigger_rule) not in _FAIL_FAST_RULES:
                raise FailStopDagInvalidTriggerRule(
                    f"a DAG with fail_fast takes the trigger rule all_success only, not"
                    f" {task.trigger_rule}"
                )
    with located(None, f"DAG {dag.dag_id!r}"):
        order = topological_order(dag.task_dict)
    compiler = TaskCompiler(dag, settle)
    specs = []
    for task_id in order:
        task = dag.task_dict[task_id]
        with located(task.source_line, f"DAG {dag.dag_id!r}, task {task_id!r}"):
            specs.append(compiler.compile(task))
    return tuple(specs)


def _groups(root: TaskGroup) -> Iterator[GroupSpec]:
    for child in root.children.values():
        if isinstance(child, TaskGroup):
            yield group_spec(child)
            yield from _groups(child)


def group_spec(group: Any) -> GroupSpec:
    """One group, without its children."""
    parent = group.parent_group
    owner = f"group {group.group_id!r}"
    with located(group.source_line, owner):
        return GroupSpec(
            group_id=group.group_id,
            label=group.group_display_name or group.label,
            parent_id=parent.group_id if parent is not None else None,
            tooltip=group.tooltip,
            ui_color=group.ui_color,
            ui_fgcolor=group.ui_fgcolor,
            expansion=expansion_spec(group.expansion) if group.is_mapped else None,
        )
