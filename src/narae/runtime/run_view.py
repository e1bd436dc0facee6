"""``dag_run`` as user code sees it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from narae.core.ids import RunUid
from narae.core.requests import GetRuns, GetTaskStates, RunRow
from narae.core.states import RunType
from narae.core.timetables.spec import DataInterval
from narae.core.workload import RunFacts
from narae.runtime.client import Client
from narae.runtime.moments import plain, shown

_ASKED_FOR = frozenset({RunType.MANUAL, RunType.OPERATOR_TRIGGERED})
_SCHEDULED_AMONG = 20
"""How many runs back the last scheduled one is looked for."""

ATTRIBUTES: Mapping[str, Callable[[RunFacts], Any]] = MappingProxyType(
    {
        "dag_id": lambda run: run.dag_id,
        "run_id": lambda run: run.run_id,
        "run_type": lambda run: run.run_type.value,
        "conf": lambda run: run.conf,
        "logical_date": lambda run: shown(run.logical_date),
        "execution_date": lambda run: shown(run.logical_date),
        "data_interval_start": lambda run: shown(run.interval.start if run.interval else None),
        "data_interval_end": lambda run: shown(run.interval.end if run.interval else None),
        "run_after": lambda run: shown(run.run_after),
        "queued_at": lambda run: shown(run.queued_at),
        "start_date": lambda run: shown(run.started_at),
        "external_trigger": lambda run: run.run_type in _ASKED_FOR and run.triggered_by != "test",
        "is_backfill": lambda run: run.run_type is RunType.BACKFILL,
        "clear_number": lambda run: run.clear_number,
        "note": lambda run: run.note,
        "triggering_user_name": lambda run: run.triggered_by,
        "creating_job_id": lambda _run: None,
        "dag_hash": lambda _run: None,
    }
)
"""Attribute of ``dag_run`` -> how it comes from the facts. Moments are pendulum's, in UTC.

A run of ``narae dags test`` counts as the schedule's own, as that of Airflow's command does.
"""


class DagRun:
    """A DAG run with Airflow's attributes, those of :data:`ATTRIBUTES` among them."""

    def __init__(self, facts: RunFacts, *, client: Client | None = None, dag: Any = None) -> None:
        self._facts = facts
        self._client = client
        self.dag = dag
        self.state = "running"
        self.end_date: Any = None

    @classmethod
    def of_row(cls, row: RunRow, *, client: Client | None = None) -> "DagRun":
        """Another run, as the engine describes it."""
        interval = None
        if row.interval_start is not None and row.interval_end is not None:
            interval = DataInterval(start=row.interval_start, end=row.interval_end)
        facts = RunFacts(
            uid=RunUid(""),
            dag_id=row.dag_id,
            run_id=row.run_id,
            run_type=RunType(row.run_type),
            logical_date=row.logical_date,
            interval=interval,
            run_after=row.run_after,
            queued_at=row.run_after,
            started_at=row.started_at,
            conf=row.conf,
        )
        run = cls(facts, client=client)
        run.state = row.state
        run.end_date = shown(row.ended_at)
        return run

    def __getattr__(self, name: str) -> Any:
        compute = ATTRIBUTES.get(name)
        if compute is None:
            raise AttributeError(f"a DagRun has no {name!r} inside a task")
        value = compute(self.__dict__["_facts"])
        self.__dict__[name] = value
        return value

    def get_state(self) -> str:
        """Its state."""
        return self.state

    def get_dag(self) -> Any:
        """Its DAG."""
        return self.dag

    def get_task_states(self) -> dict[str, str]:
        """``task_id`` or ``task_id[map_index]`` -> state, as of now."""
        query = GetTaskStates(dag_id=self.dag_id, run_ids=(self.run_id,))
        states: dict[str, dict[str, str]] = self._client.ask(query) if self._client else {}
        return states.get(self.run_id, {})

    def get_task_instances(self, state: Any = None, **_ignored: Any) -> list["OtherInstance"]:
        """The run's task instances as of now, in one state, in several or in all."""
        wanted = {state} if isinstance(state, str) else set(state or ())
        return [
            OtherInstance(self, name, found)
            for name, found in self.get_task_states().items()
            if not wanted or found in wanted
        ]

    def get_task_instance(
        self, task_id: str, map_index: int = -1, **_ignored: Any
    ) -> "OtherInstance | None":
        """One task instance as of now."""
        name = task_id if map_index < 0 else f"{task_id}[{map_index}]"
        state = self.get_task_states().get(name)
        return None if state is None else OtherInstance(self, name, state)

    def get_previous_dagrun(self, state: str | None = None, **_ignored: Any) -> "DagRun | None":
        """The run of the same DAG before this one, in ``state`` when it is given."""
        return previous_run(self._facts, self._client, state)

    def get_previous_scheduled_dagrun(self, **_ignored: Any) -> "DagRun | None":
        """The scheduled run of the same DAG before this one."""
        return previous_run(self._facts, self._client, None, scheduled_only=True)

    def __repr__(self) -> str:
        return f"<DagRun {self.dag_id} @ {self._facts.logical_date}: {self.run_id}>"


class OtherInstance:
    """A task instance of which only its state is known."""

    def __init__(self, run: DagRun, name: str, state: str) -> None:
        task_id, _, index = name.rstrip("]").partition("[")
        self.task_id = task_id
        self.map_index = int(index) if index else -1
        self.dag_id, self.run_id, self.dag_run = run.dag_id, run.run_id, run
        self.execution_date = self.logical_date = run.logical_date
        self.start_date, self.end_date = run.start_date, run.end_date
        self.state: str | None = None if state == "none" else state

    def current_state(self) -> str | None:
        """Its state when it was asked for."""
        return self.state

    def get_dagrun(self, **_ignored: Any) -> DagRun:
        """Its run."""
        return self.dag_run

    def __repr__(self) -> str:
        return f"<TaskInstance: {self.dag_id}.{self.task_id} {self.run_id} [{self.state}]>"


def previous_run(
    facts: RunFacts, client: Client | None, state: str | None, *, scheduled_only: bool = False
) -> DagRun | None:
    """The run of the same DAG with the latest logical date before that of ``facts``."""
    if client is None or facts.logical_date is None:
        return None
    query = GetRuns(
        dag_id=facts.dag_id,
        before=plain(facts.logical_date),
        states=None if state is None else (str(state),),
        limit=_SCHEDULED_AMONG if scheduled_only else 1,
        latest_first=True,
    )
    rows: list[RunRow] = client.ask(query)
    fit = [r for r in rows if not scheduled_only or r.run_type == RunType.SCHEDULED]
    return DagRun.of_row(fit[0], client=client) if fit else None
