"""Waiting for tasks, task groups or runs of other DAGs."""

import inspect
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from narae.authoring.operator import BaseOperator
from narae.core.requests import GetDag
from narae.errors import AirflowException, AirflowSkipException
from narae.sensors.base import BaseSensorOperator
from narae.triggers.external_task import WorkflowTrigger, outcomes

STATES = frozenset(
    {
        "removed",
        "scheduled",
        "queued",
        "running",
        "success",
        "restarting",
        "failed",
        "up_for_retry",
        "up_for_reschedule",
        "upstream_failed",
        "skipped",
        "deferred",
    }
)
RUN_STATES = frozenset({"queued", "running", "success", "failed"})


class ExternalDagLink:
    """Leads from the sensor to the DAG that it waits for."""

    name = "External DAG"


class ExternalTaskSensorLink(ExternalDagLink):
    """The old name of the link."""


class ExternalTaskSensor(BaseSensorOperator):
    """Waits for another DAG's run of the same logical date, or of a shifted one.

    What counts are ``external_task_id(s)``, an ``external_task_group_id`` or, without either, the
    run itself.
    """

    template_fields: Sequence[str] = (
        "external_dag_id",
        "external_task_id",
        "external_task_ids",
        "external_task_group_id",
    )
    ui_color = "#4db7db"
    operator_extra_links = (ExternalDagLink(),)

    def __init__(
        self,
        *,
        external_dag_id: str,
        external_task_id: str | None = None,
        external_task_ids: Collection[str] | None = None,
        external_task_group_id: str | None = None,
        allowed_states: Iterable[str] | None = None,
        skipped_states: Iterable[str] | None = None,
        failed_states: Iterable[str] | None = None,
        execution_delta: timedelta | None = None,
        execution_date_fn: Callable[..., Any] | None = None,
        check_existence: bool = False,
        poll_interval: float = 2.0,
        deferrable: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.external_dag_id = external_dag_id
        self.external_task_id = external_task_id
        self.external_task_ids = external_task_ids
        self.external_task_group_id = external_task_group_id
        self.allowed_states = [str(state) for state in allowed_states or ("success",)]
        self.skipped_states = [str(state) for state in skipped_states or ()]
        self.failed_states = [str(state) for state in failed_states or ()]
        self.execution_delta = execution_delta
        self.execution_date_fn = execution_date_fn
        self.check_existence = check_existence
        self.poll_interval = poll_interval
        self.deferrable = deferrable
        self._existence_checked = False
        self._check_arguments()

    def _check_arguments(self) -> None:
        """What contradicts itself is refused while the file is read."""
        lists = (self.allowed_states, self.skipped_states, self.failed_states)
        twice = {s for one in lists for s in one if sum(s in other for other in lists) > 1}
        if twice:
            raise AirflowException(
                f"{self.task_id!r}: {', '.join(sorted(twice))} stands in more than one of "
                "allowed_states, skipped_states and failed_states"
            )
        given = (self.external_task_id, self.external_task_ids, self.external_task_group_id)
        if sum(value is not None for value in given) > 1:
            raise ValueError(
                f"{self.task_id!r}: only one of external_task_id, external_task_ids and "
                "external_task_group_id can be given"
            )
        of_run = not any(value is not None for value in given)
        known = RUN_STATES if of_run else STATES
        for state in (state for one in lists for state in one):
            if state not in known:
                raise ValueError(
                    f"{self.task_id!r}: {state!r} is no state of a "
                    f"{'run' if of_run else 'task'}; known: {', '.join(sorted(known))}"
                )
        if self.execution_delta is not None and self.execution_date_fn is not None:
            raise ValueError(
                f"{self.task_id!r}: only one of execution_delta and execution_date_fn can be given"
            )

    @property
    def task_ids(self) -> list[str]:
        """The tasks that are waited for."""
        if self.external_task_id is not None:
            return [self.external_task_id]
        return list(self.external_task_ids or ())

    def facts(self) -> dict[str, Any]:
        """What it waits for, for the page of dependencies."""
        return {
            "external_dag_id": self.external_dag_id,
            "external_task_ids": self.task_ids,
            "external_task_group_id": self.external_task_group_id,
        }

    def dates(self, context: Any) -> list[datetime]:
        """The logical dates that are waited for."""
        own: datetime = context["logical_date"]
        if self.execution_delta is not None:
            return [own - self.execution_delta]
        if self.execution_date_fn is not None:
            found = self._called_date_function(own, context)
            return list(found) if isinstance(found, list | tuple) else [found]
        return [own]

    def _called_date_function(self, own: datetime, context: Any) -> Any:
        """With the logical date and what else of the context it takes."""
        if self.execution_date_fn is None:
            return own
        parameters = inspect.signature(self.execution_date_fn).parameters
        if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
            return self.execution_date_fn(own, **dict(context))
        return self.execution_date_fn(own, *([context] if len(parameters) > 1 else []))

    def poke(self, context: Any) -> bool:
        """Whether all that is waited for is in an allowed state."""
        ti = context["ti"]
        if self.check_existence and not self._existence_checked:
            self._check_existence(ti)
        dates = self.dates(context)
        self.log.info(
            "Poking for %s in dag %s on %s ...",
            self.task_ids or self.external_task_group_id or "the run",
            self.external_dag_id,
            ", ".join(date.isoformat() for date in dates),
        )
        runs = outcomes(
            self.external_dag_id,
            dates,
            task_ids=self.task_ids,
            group_id=self.external_task_group_id,
            ask=ti.ask,
        )
        return self.judged(runs, wanted=len(dates))

    def judged(self, runs: list[list[str]], *, wanted: int) -> bool:
        """Whether enough runs are fine; a failed or skipped one raises."""
        what = f"{self.task_ids or self.external_task_group_id or 'the run'} of DAG"
        for run in runs:
            if any(state in self.failed_states for state in run):
                words = f"The external {what} {self.external_dag_id} failed."
                raise (AirflowSkipException if self.soft_fail else AirflowException)(words)
        for run in runs:
            if any(state in self.skipped_states for state in run):
                raise AirflowSkipException(f"The external {what} {self.external_dag_id} skipped.")
        fine = [run for run in runs if run and all(s in self.allowed_states for s in run)]
        return len(fine) >= wanted

    def _check_existence(self, ti: Any) -> None:
        found = ti.ask(GetDag(dag_id=self.external_dag_id))
        if found is None:
            raise AirflowException(f"The external DAG {self.external_dag_id} does not exist.")
        for task_id in self.task_ids:
            if task_id not in found.task_ids:
                raise AirflowException(
                    f"The external task {task_id} in DAG {self.external_dag_id} does not exist."
                )
        group = self.external_task_group_id
        if group is not None and group not in found.group_ids:
            raise AirflowException(
                f"The external task group {group} in DAG {self.external_dag_id} does not exist."
            )
        self._existence_checked = True

    def execute(self, context: Any) -> Any:
        """Waits here, or in a trigger when it is deferrable."""
        if not self.deferrable:
            return super().execute(context)
        if not self.poke(context):
            self.defer(
                trigger=WorkflowTrigger(
                    external_dag_id=self.external_dag_id,
                    logical_dates=self.dates(context),
                    external_task_ids=self.task_ids,
                    external_task_group_id=self.external_task_group_id,
                    failed_states=self.failed_states,
                    skipped_states=self.skipped_states,
                    allowed_states=self.allowed_states,
                    poke_interval=self.poll_interval,
                ),
                method_name="execute_complete",
                timeout=timedelta(seconds=self.timeout),
            )
        return None

    def execute_complete(self, context: Any, event: dict[str, Any] | None = None) -> None:
        """After the trigger has fired."""
        del context
        status = (event or {}).get("status")
        if status == "success":
            return
        words = f"what {self.task_id!r} waited for in DAG {self.external_dag_id} is {status}"
        if status == "skipped" or self.soft_fail:
            raise AirflowSkipException(words)
        raise AirflowException(words)


class ExternalTaskMarker(BaseOperator):
    """Marks that a task of another DAG depends on this one, so that a clear goes on there."""

    template_fields: Sequence[str] = ("external_dag_id", "external_task_id", "execution_date")
    ui_color = "#4db7db"
    runs_nothing = True
    operator_extra_links = (ExternalDagLink(),)

    def __init__(
        self,
        *,
        external_dag_id: str,
        external_task_id: str,
        execution_date: str | datetime | None = "{{ logical_date.isoformat() }}",
        logical_date: str | datetime | None = None,
        recursion_depth: int = 10,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.external_dag_id = external_dag_id
        self.external_task_id = external_task_id
        date = logical_date if logical_date is not None else execution_date
        self.execution_date = date.isoformat() if isinstance(date, datetime) else date
        if recursion_depth <= 0:
            raise ValueError(f"{self.task_id!r}: recursion_depth should be a positive integer")
        self.recursion_depth = recursion_depth

    @property
    def logical_date(self) -> str | None:
        """``execution_date`` by its name of Airflow 3."""
        return self.execution_date

    def facts(self) -> dict[str, Any]:
        """What it marks, for clears and the page of dependencies."""
        return {
            "external_dag_id": self.external_dag_id,
            "external_task_id": self.external_task_id,
            "recursion_depth": self.recursion_depth,
        }

    def execute(self, context: Any) -> None:
        """Nothing."""
