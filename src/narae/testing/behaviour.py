"""How a task behaves in a simulation, as a value; and the script that plays it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf
from typing import Any

from narae.core.ids import AttemptId
from narae.core.reports import Ended, Failed, Succeeded, XComValue
from narae.core.run import Cause, CauseKind
from narae.core.spec import DagSpec, TaskSpec
from narae.core.workload import Workload
from narae.errors import NaraeError
from narae.runtime.xcom_codec import encode
from narae.testing.fake_executor import Play, fails, reschedules, skips

RETURN_KEY = "return_value"
Place = tuple[str, int | None]
"""Task id, and one map index or None for all of its instances."""


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """One task's part. The default: it succeeds at once and returns nothing."""

    failures: float = 0
    """How many of its tries fail, from the first on; ``inf``: all."""
    error: str = "it failed as the test asked"
    retryable: bool = True
    skips: bool = False
    lasts: timedelta = timedelta()
    values: Mapping[str, Any] | None = None
    """XCom key -> value."""
    followed: tuple[str, ...] | None = None
    short_circuits: bool = False
    reschedules: int = 0
    """How often each try gives its slot back first."""
    interval: timedelta = timedelta(minutes=1)
    executes: bool = False


NOTHING_SPECIAL = Behaviour()
Execute = Callable[[Workload], Ended]


class BehaviourScript:
    """A script for executors: looks up who behaves how. Counts pokes, so it is used once."""

    def __init__(
        self, spec: DagSpec, behaviours: Mapping[Place, Behaviour], *, execute: Execute
    ) -> None:
        self._tasks = {task.task_id: task for task in spec.tasks}
        self._in_groups = {group.group_id for group in spec.groups if group.expansion is not None}
        self._behaviours = behaviours
        self._execute = execute
        self._pokes: dict[tuple[str, int, int], int] = {}

    def __call__(self, workload: Workload) -> Play:
        """How this attempt goes."""
        behaviour = behaviour_of(self._behaviours, workload.task_id, workload.map_index)
        play = self._play(workload, behaviour)
        play = replace(play, lasts=behaviour.lasts)
        limit = workload.execution_timeout
        if limit is not None and behaviour.lasts > limit:
            return replace(_times_out(limit), lasts=limit)
        return play

    def _play(self, workload: Workload, behaviour: Behaviour) -> Play:
        if behaviour.reschedules and self._gives_back(workload, behaviour.reschedules):
            return reschedules(behaviour.interval)
        if workload.try_number <= behaviour.failures:
            return fails(behaviour.error, retryable=behaviour.retryable)
        if behaviour.skips:
            return skips()
        if behaviour.executes:
            report = self._execute(workload)
            return Play(end=lambda _, at: _at(report, at))
        facts = self._facts(workload, behaviour)
        return Play(end=lambda w, at: Succeeded(attempt=w.attempt, at=at, **facts))

    def _gives_back(self, workload: Workload, times: int) -> bool:
        place = (workload.task_id, workload.map_index, workload.try_number)
        self._pokes[place] = self._pokes.get(place, 0) + 1
        return self._pokes[place] <= times

    def _facts(self, workload: Workload, behaviour: Behaviour) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        values = behaviour.values or {}
        if values:
            facts["xcoms"] = tuple(_xcom(key, value) for key, value in values.items())
        if workload.mapped_over:
            facts["lengths"] = self._lengths(workload, values)
        if behaviour.followed is not None:
            facts["followed"] = behaviour.followed
        if behaviour.short_circuits:
            facts["short_circuit"] = True
        return facts

    def _lengths(self, workload: Workload, values: Mapping[str, Any]) -> dict[str, int]:
        lengths: dict[str, int] = {}
        task = self._tasks[workload.task_id]
        for key in workload.mapped_over:
            length = _length(values[key]) if key in values else None
            if length is not None:
                lengths[key] = length
            elif key in values and not self._is_mapped(task):
                raise NaraeError(
                    f"others are mapped over {key!r} of {task.task_id!r}, so it has to return a "
                    f"list or a dict, not {values[key]!r}"
                )
            elif not self._is_mapped(task):
                raise NaraeError(
                    f"others are mapped over {key!r} of {task.task_id!r}: say what it returns, "
                    f"such as .returns({task.task_id!r}, [1, 2, 3])"
                )
        return lengths

    def _is_mapped(self, task: TaskSpec) -> bool:
        """Then others are mapped over its instances, whatever each of them returns."""
        group = task.group_id
        return task.expansion is not None or (group is not None and bool(self._in_groups))


def behaviour_of(
    behaviours: Mapping[Place, Behaviour], task_id: str, map_index: int | None
) -> Behaviour:
    """Of one instance, else of its task, else the default."""
    found = behaviours.get((task_id, map_index))
    return found or behaviours.get((task_id, None), NOTHING_SPECIAL)


def _xcom(key: str, value: Any) -> XComValue:
    return XComValue(key=key, value=encode(value), length=_length(value))


def _length(value: Any) -> int | None:
    return len(value) if isinstance(value, list | tuple | dict | set | frozenset) else None


def _times_out(limit: timedelta) -> Play:
    cause = Cause(kind=CauseKind.EXECUTION_TIMEOUT, words=f"it took longer than {limit}")

    def end(workload: Workload, at: datetime) -> Ended:
        return Failed(attempt=AttemptId(workload.attempt), at=at, cause=cause)

    return Play(end=end)


def _at(report: Ended, at: datetime) -> Ended:
    """Its attempt ended when its duration was over."""
    fields = {name: getattr(report, name) for name in report.__struct_fields__}
    return type(report)(**(fields | {"at": at}))


ALWAYS = inf
