"""Where references of a DAG file (XCom arguments, DAG params) find their values at run time."""

from collections.abc import Callable, Mapping
from typing import Any

from narae.authoring.expand import shared_levels
from narae.authoring.notset import NOTSET
from narae.authoring.task import Task
from narae.runtime.task_instance import TaskInstance


class RunSource:
    """The values of one attempt's run; ``narae.authoring.xcom_arg.Source``."""

    def __init__(
        self, ti: TaskInstance, task: Task, params: Callable[[], Mapping[str, Any]]
    ) -> None:
        self.path = ti.workload.path
        self._ti = ti
        self._task = task
        self._params = params

    def pull(self, task: Task, key: str) -> Any:
        """The XCom of ``task`` as this attempt sees it; NOTSET when nothing was pushed."""
        try:
            return self._ti.xcoms.reference(
                task.task_id, key, shared=shared_levels(self._task, task), levels=levels_of(task)
            )
        except LookupError:
            return NOTSET

    def param(self, name: str) -> Any:
        """The run's value of a DAG param; KeyError names those that there are."""
        params = self._params()
        if name not in params:
            raise KeyError(f"no param {name!r}; this run has {sorted(params)}")
        return params[name]


def levels_of(task: Task) -> int:
    """How many indices say which instance of ``task`` is meant."""
    return len(task.mapped_groups()) + bool(getattr(task, "is_mapped", False))
