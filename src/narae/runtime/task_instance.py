"""``ti`` as user code sees it."""

import logging
import os
import socket
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, NamedTuple

from narae.core.requests import Request
from narae.core.workload import Workload
from narae.errors import AirflowException
from narae.runtime.client import Client
from narae.runtime.moments import parsed, shown
from narae.runtime.run_queries import RunQueries
from narae.runtime.run_view import DagRun
from narae.runtime.xcoms import RETURN_KEY, XComs


class TaskInstanceKey(NamedTuple):
    """``ti.key``: what tells an attempt from all others."""

    dag_id: str
    task_id: str
    run_id: str
    try_number: int = 1
    map_index: int = -1


class TaskInstance(RunQueries):
    """The running task instance, with Airflow's attributes (:data:`ATTRIBUTES` among them).

    Besides them, operators use :meth:`ask`, :meth:`follow` and :meth:`cut_short`.
    """

    def __init__(
        self, workload: Workload, task: Any, client: Client, *, clock: Callable[[], datetime]
    ) -> None:
        self.workload = workload
        self.task = task
        self.client = client
        self.clock = clock
        self.started_at = clock()
        self.state = "running"
        self.try_number = workload.try_number
        self.xcoms = XComs(workload, client, generation=task.dag.generation)
        self.dag_run = DagRun(workload.run, client=client, dag=task.dag)
        self.followed: tuple[str, ...] | None = None
        """What a branch chose; None when there was none."""
        self.short_circuit = False
        self.rendered_map_index: str | None = None
        self.context: Any = None

    def __getattr__(self, name: str) -> Any:
        compute = ATTRIBUTES.get(name)
        if compute is None:
            near = get_close_matches(name, ATTRIBUTES, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise AttributeError(f"a task instance has no {name!r} inside a task{hint}")
        value = compute(self)
        self.__dict__[name] = value
        return value

    # -- XCom -------------------------------------------------------------------------------

    def xcom_push(self, key: str, value: Any, execution_date: Any = None, **_ignored: Any) -> None:
        """Stores one XCom of this task instance now."""
        if execution_date is not None and parsed(execution_date) != self.workload.run.logical_date:
            raise AirflowException("xcom_push: execution_date can only be that of the own run")
        self.xcoms.push(key, value)

    def xcom_pull(  # noqa: PLR0913 - Airflow's signature
        self,
        task_ids: str | Iterable[str] | None = None,
        dag_id: str | None = None,
        key: str | None = RETURN_KEY,
        include_prior_dates: bool = False,  # noqa: FBT001, FBT002 - Airflow's signature
        *,
        map_indexes: int | Iterable[int] | None = None,
        default: Any = None,
        run_id: str | None = None,
        **_ignored: Any,
    ) -> Any:
        """See :meth:`narae.runtime.xcoms.XComs.pull`."""
        return self.xcoms.pull(
            task_ids,
            key=key,
            dag_id=dag_id,
            map_indexes=map_indexes,
            include_prior_dates=include_prior_dates,
            default=default,
            run_id=run_id,
        )

    # -- what operators use -----------------------------------------------------------------

    def ask(self, request: Request) -> Any:
        """The engine's answer to ``request``."""
        return self.client.ask(request)

    @property
    def first_started_at(self) -> datetime:
        """When the current try first ran: a rescheduled sensor's time-out counts from here."""
        return self.workload.first_started_at or self.started_at

    def follow(self, ids: Iterable[str]) -> None:
        """A branch was taken: of the direct downstream only these go on."""
        self.followed = tuple(ids)

    def cut_short(self) -> None:
        """A short circuit's condition did not hold."""
        self.short_circuit = True

    # -- the run and its neighbours ---------------------------------------------------------

    def get_dagrun(self, *_ignored: Any, **_more: Any) -> DagRun:
        """The own run."""
        return self.dag_run

    def get_template_context(self, *_ignored: Any, **_more: Any) -> Any:
        """The context that the task runs with."""
        return self.context

    def current_state(self, *_ignored: Any, **_more: Any) -> str:
        """The own state."""
        return self.state

    @property
    def log_url(self) -> str:
        """Address of the attempt's log page."""
        base = os.environ.get("NARAE__API__BASE_URL") or os.environ.get(
            "AIRFLOW__WEBSERVER__BASE_URL", "http://localhost:8080"
        )
        page = f"{base.rstrip('/')}/dags/{self.dag_id}/runs/{self.run_id}/tasks/{self.task_id}"
        index = f"&map_index={self.map_index}" if self.map_index >= 0 else ""
        return f"{page}?try_number={self.try_number}{index}"

    def __repr__(self) -> str:
        return f"<TaskInstance: {self.dag_id}.{self.task_id} {self.run_id} [{self.state}]>"


ATTRIBUTES: Mapping[str, Callable[["TaskInstance"], Any]] = MappingProxyType(
    {
        "task_id": lambda ti: ti.workload.task_id,
        "dag_id": lambda ti: ti.workload.run.dag_id,
        "run_id": lambda ti: ti.workload.run.run_id,
        "map_index": lambda ti: ti.workload.map_index,
        "max_tries": lambda ti: ti.workload.max_tries,
        "queue": lambda ti: ti.workload.queue,
        "queued_dttm": lambda ti: shown(ti.workload.queued_at),
        "start_date": lambda ti: shown(ti.started_at),
        "prev_attempted_tries": lambda ti: ti.workload.try_number - 1,
        "next_try_number": lambda ti: ti.workload.try_number + 1,
        "execution_date": lambda ti: ti.dag_run.logical_date,
        "logical_date": lambda ti: ti.dag_run.logical_date,
        "operator": lambda ti: type(ti.task).__name__,
        "operator_name": lambda ti: type(ti.task).__name__,
        "custom_operator_name": lambda ti: type(ti.task).__name__,
        "hostname": lambda _ti: socket.gethostname(),
        "pid": lambda _ti: os.getpid(),
        "unixname": lambda _ti: os.environ.get("USER", ""),
        "job_id": lambda _ti: None,
        "pool": lambda ti: getattr(ti.task, "pool", None) or "default_pool",
        "pool_slots": lambda ti: getattr(ti.task, "pool_slots", 1),
        "priority_weight": lambda ti: getattr(ti.task, "priority_weight", 1),
        "task_display_name": lambda ti: ti.task.task_display_name or ti.task_id,
        "note": lambda _ti: None,
        "end_date": lambda _ti: None,
        "duration": lambda _ti: None,
        "test_mode": lambda _ti: False,
        "log": lambda _ti: logging.getLogger("narae.task"),
        "key": lambda ti: TaskInstanceKey(
            ti.dag_id, ti.task_id, ti.run_id, ti.try_number, ti.map_index
        ),
        "id": lambda ti: str(ti.workload.attempt),
        "previous_ti": lambda ti: ti.get_previous_ti(),
        "previous_ti_success": lambda ti: ti.get_previous_ti("success"),
        "previous_start_date_success": lambda ti: ti.get_previous_start_date("success"),
        "mark_success_url": lambda ti: ti.log_url,
    }
)
"""Attribute of ``ti`` -> how it is worked out when somebody reads it."""
