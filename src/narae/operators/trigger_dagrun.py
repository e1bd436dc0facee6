"""Tasks that start runs of other DAGs."""

import json
import time
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from narae.authoring.operator import BaseOperator
from narae.core.requests import GetDag, GetRuns, RunRow, Triggered, TriggerRun
from narae.errors import (
    AirflowException,
    AirflowSkipException,
    DagNotFound,
    DagRunAlreadyExists,
)
from narae.triggers.external_task import DagStateTrigger, in_utc

RUN_ID_KEY = "trigger_run_id"
"""XCom key under which the triggered run's id is found."""


class TriggerDagRunLink:
    """Leads from the task to the run that it started."""

    name = "Triggered DAG"


class DagIsPaused(AirflowException):
    """The DAG to be triggered is paused, so its run would not start."""

    def __init__(self, dag_id: str) -> None:
        super().__init__(f"DAG {dag_id!r} is paused")
        self.dag_id = dag_id


class TriggerDagRunOperator(BaseOperator):
    """Starts a run of ``trigger_dag_id`` and, if asked to, waits for its end."""

    template_fields: Sequence[str] = (
        "trigger_dag_id",
        "trigger_run_id",
        "logical_date",
        "conf",
        "wait_for_completion",
        "skip_when_already_exists",
    )
    template_fields_renderers = {"conf": "py"}
    ui_color = "#ffefeb"
    operator_extra_links = (TriggerDagRunLink(),)

    def __init__(
        self,
        *,
        trigger_dag_id: str,
        trigger_run_id: str | None = None,
        conf: dict[str, Any] | str | None = None,
        logical_date: str | datetime | None = None,
        reset_dag_run: bool = False,
        wait_for_completion: bool = False,
        poke_interval: float = 60,
        allowed_states: Collection[str] | None = None,
        failed_states: Collection[str] | None = None,
        skip_when_already_exists: bool = False,
        deferrable: bool = False,
        execution_date: str | datetime | None = None,
        run_after: Any = None,
        fail_when_dag_is_paused: bool = False,
        note: str | None = None,
        openlineage_inject_parent_info: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        del run_after, openlineage_inject_parent_info  # accepted; there is nothing to do for them
        self.trigger_dag_id = trigger_dag_id
        self.trigger_run_id = trigger_run_id
        self.conf = conf
        self.logical_date = logical_date if logical_date is not None else execution_date
        self.reset_dag_run = reset_dag_run
        self.wait_for_completion = wait_for_completion
        self.poke_interval = poke_interval
        self.allowed_states = [str(s) for s in allowed_states or ("success",)]
        self.failed_states = [
            str(s) for s in (("failed",) if failed_states is None else failed_states)
        ]
        self.skip_when_already_exists = skip_when_already_exists
        self.deferrable = deferrable
        self.fail_when_dag_is_paused = fail_when_dag_is_paused
        self.note = note

    def facts(self) -> dict[str, Any]:
        """Which DAG it starts, for the page of dependencies."""
        return {"trigger_dag_id": self.trigger_dag_id}

    def execute(self, context: Any) -> None:
        """Starts the run; waits for it if asked to."""
        ti = context["ti"]
        if self.fail_when_dag_is_paused:
            found = ti.ask(GetDag(dag_id=self.trigger_dag_id))
            if found is not None and found.is_paused:
                raise DagIsPaused(self.trigger_dag_id)
        answer: Triggered = ti.ask(
            TriggerRun(
                dag_id=self.trigger_dag_id,
                run_id=self.trigger_run_id or None,
                conf=self.conf_value(),
                logical_date=moment(self.logical_date),
                reset=self.reset_dag_run,
                note=self.note,
            )
        )
        self._check(answer)
        self.log.info("Triggered DAG %s: run %s", self.trigger_dag_id, answer.run_id)
        ti.xcom_push(key=RUN_ID_KEY, value=answer.run_id)
        if _true(self.wait_for_completion):
            self._wait(ti, answer.run_id)

    def conf_value(self) -> dict[str, Any]:
        """``conf`` as JSON-able data; a text is read as JSON."""
        conf = self.conf
        if isinstance(conf, str):
            try:
                conf = json.loads(conf) if conf.strip() else {}
            except ValueError as error:
                raise AirflowException(f"conf of {self.task_id!r} is no JSON: {error}") from None
        try:
            plain = json.loads(json.dumps(conf or {}))
        except (TypeError, ValueError) as error:
            raise AirflowException(f"conf parameter should be JSON Serializable: {error}") from None
        if not isinstance(plain, dict):
            raise AirflowException(f"conf of {self.task_id!r} is a {type(plain).__name__}, no dict")
        return plain

    def _check(self, answer: Triggered) -> None:
        if answer.existed and not self.reset_dag_run:
            if _true(self.skip_when_already_exists):
                raise AirflowSkipException(
                    f"run {answer.run_id} exists already, so this is skipped"
                )
            raise DagRunAlreadyExists(None, moment(self.logical_date), answer.run_id)
        if answer.error is not None:
            raise DagNotFound(f"DAG {self.trigger_dag_id!r} was not triggered: {answer.error}")

    def _wait(self, ti: Any, run_id: str) -> None:
        if self.deferrable:
            self.defer(
                trigger=DagStateTrigger(
                    dag_id=self.trigger_dag_id,
                    states=self.allowed_states + self.failed_states,
                    run_ids=[run_id],
                    poll_interval=self.poke_interval,
                ),
                method_name="execute_complete",
                kwargs={"run_id": run_id},
            )
        while True:
            state = state_of(ti, self.trigger_dag_id, run_id)
            self.log.info("Waiting for run %s of %s: %s", run_id, self.trigger_dag_id, state)
            if self._is_over(state, run_id):
                return
            time.sleep(self.poke_interval)

    def _is_over(self, state: str | None, run_id: str) -> bool:
        if state in self.failed_states:
            raise AirflowException(
                f"{self.trigger_dag_id} failed with failed states {self.failed_states}: run "
                f"{run_id} is {state}"
            )
        return state in self.allowed_states

    def execute_complete(self, context: Any, event: Any = None, run_id: str | None = None) -> None:
        """After the trigger has fired: judges the run's state."""
        del event
        ti = context["ti"]
        found = run_id or ti.xcom_pull(key=RUN_ID_KEY, task_ids=ti.task_id)
        state = state_of(ti, self.trigger_dag_id, found)
        if not self._is_over(state, found):
            raise AirflowException(f"run {found} of {self.trigger_dag_id} is {state}")


def state_of(ti: Any, dag_id: str, run_id: str) -> str | None:
    """The state of a run; None when it is gone."""
    rows: list[RunRow] = ti.ask(GetRuns(dag_id=dag_id, run_ids=(run_id,)))
    return rows[0].state if rows else None


def moment(value: str | datetime | None) -> datetime | None:
    """A datetime or its ISO 8601 text as a plain datetime in UTC; empty text is none."""
    if value is None or value == "":
        return None
    return in_utc(datetime.fromisoformat(value.strip()) if isinstance(value, str) else value)


def _true(value: Any) -> bool:
    """A bool, or the text that a template made of it."""
    return value.strip().lower() in ("true", "1") if isinstance(value, str) else bool(value)
