"""Triggers that wait for runs and tasks of other DAGs."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from narae.authoring.backend import Ambient
from narae.core.requests import GetRuns, GetTaskStates
from narae.errors import AirflowException
from narae.triggers.base import BaseTrigger, TriggerEvent

_PATH = "narae.triggers.external_task"


class DagStateTrigger(BaseTrigger):
    """Fires once all wanted runs of a DAG are in one of ``states``."""

    def __init__(
        self,
        dag_id: str,
        states: Iterable[str],
        execution_dates: Iterable[datetime] | None = None,
        poll_interval: float = 5.0,
        run_ids: Iterable[str] | None = None,
        logical_dates: Iterable[datetime] | None = None,
    ) -> None:
        super().__init__()
        self.dag_id = dag_id
        self.states = [str(state) for state in states]
        self.logical_dates = list(logical_dates or execution_dates or ())
        self.run_ids = list(run_ids or ())
        self.poll_interval = poll_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """See :class:`BaseTrigger`."""
        return f"{_PATH}.DagStateTrigger", {
            "dag_id": self.dag_id,
            "states": self.states,
            "logical_dates": self.logical_dates,
            "run_ids": self.run_ids,
            "poll_interval": self.poll_interval,
        }

    def reached(self) -> bool:
        """Whether all of them are there now."""
        query = GetRuns(
            dag_id=self.dag_id,
            run_ids=tuple(self.run_ids) or None,
            logical_dates=tuple(map(in_utc, self.logical_dates)) or None,
        )
        rows = asked(query)
        wanted = len(self.run_ids) or len(self.logical_dates)
        return sum(row.state in self.states for row in rows) >= wanted

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Looks every ``poll_interval`` seconds."""
        await until(self.reached, seconds=self.poll_interval)
        yield TriggerEvent(self.serialize())


class WorkflowTrigger(BaseTrigger):
    """Fires once tasks, a group or the run of another DAG have come to an end.

    The payload's ``status`` is ``success``, ``skipped`` or ``failed``.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - Airflow's signature
        self,
        external_dag_id: str,
        execution_dates: Iterable[datetime] | None = None,
        external_task_ids: Iterable[str] | None = None,
        external_task_group_id: str | None = None,
        failed_states: Iterable[str] | None = None,
        skipped_states: Iterable[str] | None = None,
        allowed_states: Iterable[str] | None = None,
        poke_interval: float = 2.0,
        soft_fail: bool = False,  # noqa: FBT001, FBT002 - the same
        logical_dates: Iterable[datetime] | None = None,
        **_options: Any,
    ) -> None:
        super().__init__()
        self.external_dag_id = external_dag_id
        self.logical_dates = list(logical_dates or execution_dates or ())
        self.external_task_ids = list(external_task_ids or ())
        self.external_task_group_id = external_task_group_id
        self.failed_states = [str(state) for state in failed_states or ()]
        self.skipped_states = [str(state) for state in skipped_states or ()]
        self.allowed_states = [str(state) for state in allowed_states or ("success",)]
        self.poke_interval = poke_interval
        self.soft_fail = soft_fail

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """See :class:`BaseTrigger`."""
        return f"{_PATH}.WorkflowTrigger", {
            "external_dag_id": self.external_dag_id,
            "logical_dates": self.logical_dates,
            "external_task_ids": self.external_task_ids,
            "external_task_group_id": self.external_task_group_id,
            "failed_states": self.failed_states,
            "skipped_states": self.skipped_states,
            "allowed_states": self.allowed_states,
            "poke_interval": self.poke_interval,
            "soft_fail": self.soft_fail,
        }

    def status(self) -> str | None:
        """How it ended; None as long as it has not."""
        runs = outcomes(
            self.external_dag_id,
            self.logical_dates,
            task_ids=self.external_task_ids,
            group_id=self.external_task_group_id,
            ask=asked,
        )
        for states, status in ((self.failed_states, "failed"), (self.skipped_states, "skipped")):
            if any(state in states for run in runs for state in run):
                return status
        done = [run for run in runs if run and all(s in self.allowed_states for s in run)]
        return "success" if len(done) >= len(self.logical_dates) else None

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Looks every ``poke_interval`` seconds."""
        found: list[str] = []

        def over() -> bool:
            status = self.status()
            found.extend([status] if status else [])
            return status is not None

        await until(over, seconds=self.poke_interval)
        yield TriggerEvent({"status": found[0]})


def outcomes(
    dag_id: str,
    logical_dates: Iterable[datetime],
    *,
    task_ids: Iterable[str],
    group_id: str | None,
    ask: Callable[[Any], Any],
) -> list[list[str]]:
    """Of each run with one of these dates: the states of the tasks, the group or the run itself."""
    dates = tuple(map(in_utc, logical_dates))
    wanted = tuple(task_ids)
    if not wanted and group_id is None:
        return [[row.state] for row in ask(GetRuns(dag_id=dag_id, logical_dates=dates))]
    query = GetTaskStates(
        dag_id=dag_id, task_ids=wanted or None, group_id=group_id, logical_dates=dates
    )
    states: Mapping[str, Mapping[str, str]] = ask(query)
    return [
        list(run.values())
        for run in states.values()
        if group_id is not None or _has_all(run, wanted)
    ]


def _has_all(run: Mapping[str, str], task_ids: Iterable[str]) -> bool:
    """Whether the run has an instance of every task."""
    there = {name.partition("[")[0] for name in run}
    return all(task_id in there for task_id in task_ids)


async def until(condition: Callable[[], bool], *, seconds: float) -> None:
    """Returns once ``condition`` holds; it is asked every so many seconds."""
    import asyncio  # noqa: PLC0415 - heavy, and few tasks defer

    while not condition():  # noqa: ASYNC110 - other runs tell nobody here that they ended
        await asyncio.sleep(seconds)


def asked(request: Any) -> Any:
    """The engine's answer, by the task that the trigger runs in."""
    if not Ambient.context_stack:
        raise AirflowException("this trigger works within a task's process")
    return Ambient.context_stack[-1]["ti"].ask(request)


def in_utc(moment: datetime) -> datetime:
    """As a plain datetime in UTC."""
    at = moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return datetime(*at.timetuple()[:6], at.microsecond, tzinfo=UTC)
