"""Which arguments DAGs take, and what their values are turned into. Tables."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from narae.authoring.notset import ArgNotSet
from narae.authoring.options import DagOptions
from narae.authoring.parsing import Generation, notice
from narae.errors import DagDefinitionError, InvalidArgumentsError

ACCEPTED: frozenset[str] = frozenset(DagOptions.__annotations__)

GENERATION_2_ONLY = frozenset(
    {
        "schedule_interval",
        "timetable",
        "full_filepath",
        "concurrency",
        "default_view",
        "orientation",
        "fail_stop",
    }
)

WITHOUT_EFFECT = {
    "full_filepath": "the path is known",
    "sla_miss_callback": "SLAs are not watched yet",
    "deadline": "deadlines are not watched yet",
    "disable_bundle_versioning": "every run's code is pinned",
    "rerun_with_latest_version": "every run's code is pinned",
    "allowed_run_types": "run types are not restricted yet",
}
"""Taken, with a remark."""

RENAMED = {
    "concurrency": "max_active_tasks",
    "fail_stop": "fail_fast",
    "catchup": "given_catchup",
    "timetable": "given_timetable",
}


def _moment(value: Any) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    raise TypeError(f"a datetime is needed, not {value!r}")


def _span(value: Any) -> timedelta | None:
    if value is None or isinstance(value, timedelta):
        return value
    raise TypeError(f"a timedelta is needed, not {value!r}")


def _count(value: Any) -> int | None:
    return None if value is None else int(value)


def _execution(value: Any) -> str | None:
    if value in {None, "fork", "spawn"}:
        return None if value is None else str(value)
    raise ValueError(f"'fork' or 'spawn' is needed, not {value!r}")


NORMAL: dict[str, Callable[[Any], Any]] = {
    "start_date": _moment,
    "end_date": _moment,
    "dagrun_timeout": _span,
    "max_active_runs": _count,
    "max_active_tasks": _count,
    "concurrency": _count,
    "max_consecutive_failed_dag_runs": _count,
    "execution": _execution,
}
"""Argument -> what turns a given value into the attribute's."""


def taken(dag: Any, given: dict[str, Any]) -> dict[str, Any]:
    """The attributes that the given arguments become."""
    fields: dict[str, Any] = {}
    given.pop("task_group", None)
    for name, value in given.items():
        if name in WITHOUT_EFFECT and value is not None:
            notice(f"DAG {dag.dag_id!r}, {name}: without effect here, {WITHOUT_EFFECT[name]}")
        normal = NORMAL.get(name)
        try:
            made = normal(value) if normal is not None else value
        except (TypeError, ValueError) as error:
            raise InvalidArgumentsError(f"DAG {dag.dag_id!r}, {name}: {error}") from error
        fields[RENAMED.get(name, name)] = made
    return fields


def given_schedule(schedule: Any, interval: Any, timetable: Any, generation: Generation) -> Any:
    """The one of the three arguments that was given; without any the generation's default."""
    given = {
        name: value
        for name, value in (
            ("schedule", schedule),
            ("schedule_interval", interval),
            ("timetable", timetable),
        )
        if not isinstance(value, ArgNotSet) and not (name == "timetable" and value is None)
    }
    if len(given) > 1:
        raise DagDefinitionError(f"only one of {' and '.join(given)} can be given")
    if given:
        return next(iter(given.values()))
    return timedelta(days=1) if generation == 2 else None  # noqa: PLR2004 - the generation's number
