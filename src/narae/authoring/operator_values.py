"""Which arguments operators take, and what their values are turned into. Tables."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any

from narae.authoring.options import OperatorOptions
from narae.authoring.parsing import notice
from narae.authoring.trigger_rule import rule_named
from narae.authoring.weight_rule import weight_rule_named
from narae.errors import DagDefinitionError, InvalidArgumentsError

ACCEPTED: frozenset[str] = frozenset(OperatorOptions.__annotations__)

DROPPED = {
    "provide_context": "the context is always given; drop it",
    "default_view": "it is an argument of DAG",
    "email_on_success": "it never had an effect",
}
"""Arguments that old DAG files pass and that change nothing: taken with a remark."""

RENAMED = {
    "task_concurrency": "max_active_tis_per_dag",
    "pre_execute": "pre_execute_hook",
    "post_execute": "post_execute_hook",
    "params": "own_params",
    "dag": "",
    "task_group": "",
    "default_args": "",
}
"""Argument -> attribute, where they differ; "" is used up while the task is made."""

_ID = re.compile(r"[\w.-]+")
ID_MAX = 250


def checked_id(kind: str, value: str) -> str:
    """``value`` when it may be the id of a DAG, a task or a group."""
    if not _ID.fullmatch(value):
        raise DagDefinitionError(
            f"{kind} {value!r}: only letters, digits, `_`, `-` and `.` may stand in it"
        )
    if len(value) > ID_MAX:
        raise DagDefinitionError(f"{kind} {value!r}: {len(value)} characters, at most {ID_MAX}")
    return value


def checked_task_id(operator: str, value: Any) -> str:
    """The task id, refused when it is missing or no id."""
    if not isinstance(value, str):
        what = "needs a task_id" if value is None else f"has the task_id {value!r}, not a text"
        raise InvalidArgumentsError(f"{operator} {what}")
    return checked_id("task_id", value)


def refusal(self: Any, task_id: str, given: dict[str, Any]) -> dict[str, Any]:
    """``given`` without what is dropped with a remark; everything else unknown is an error."""
    operator = type(self).__name__
    for name in sorted(given.keys() - ACCEPTED):
        if name not in DROPPED:
            near = get_close_matches(name, ACCEPTED, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InvalidArgumentsError(
                f"{operator} (task_id: {task_id!r}) takes no argument {name!r}{hint}"
            )
        notice(f"{operator} (task_id: {task_id!r}), {name}: {DROPPED[name]}")
    return {name: value for name, value in given.items() if name in ACCEPTED}


def _span(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int | float):
        return timedelta(seconds=value)
    raise TypeError(f"a timedelta or a number of seconds is needed, not {value!r}")


def _span_or_none(value: Any) -> timedelta | None:
    return None if value is None else _span(value)


def _exact_span(value: Any) -> timedelta | None:
    if value is None or isinstance(value, timedelta):
        return value
    raise TypeError(f"a timedelta is needed, not {value!r}")


def _count(value: Any) -> int:
    return 0 if value is None else int(value)


def _slots(value: Any) -> int:
    if int(value) < 1:
        raise ValueError(f"at least 1 is needed, not {value!r}")
    return int(value)


def _moment(value: Any) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    raise TypeError(f"a datetime is needed, not {value!r}")


def _sla(value: Any) -> Any:
    if value is not None:
        notice("sla: SLAs are not watched yet")
    return value


def _retry_policy(value: Any) -> Any:
    if value is not None:
        notice("retry_policy: not asked yet, the other retry arguments hold")
    return value


def _pool(value: Any) -> str:
    return "default_pool" if value is None else str(value)


NORMAL: dict[str, Callable[[Any], Any]] = {
    "retries": _count,
    "retry_delay": _span,
    "max_retry_delay": _span_or_none,
    "execution_timeout": _exact_span,
    "start_date": _moment,
    "end_date": _moment,
    "pool": _pool,
    "sla": _sla,
    "retry_policy": _retry_policy,
    "pool_slots": _slots,
    "priority_weight": int,
    "trigger_rule": rule_named,
    "weight_rule": lambda rule: rule if not isinstance(rule, str) else weight_rule_named(rule),
    "params": lambda params: params or {},
}
"""Argument -> what turns a given value into the attribute's."""
