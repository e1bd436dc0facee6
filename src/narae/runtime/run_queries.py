"""What a task instance can find out about other runs and task instances."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from narae.core.requests import CountInstances, GetRuns, GetTaskStates, Request
from narae.runtime.moments import plain
from narae.runtime.run_view import DagRun, OtherInstance


class RunQueries:
    """The part of ``ti`` that asks about its neighbours."""

    dag_run: DagRun
    task_id: str
    map_index: int

    def ask(self, request: Request) -> Any:
        """The engine's answer to ``request``."""
        raise NotImplementedError

    def get_previous_dagrun(self, state: str | None = None, **_ignored: Any) -> DagRun | None:
        """The run before the own one."""
        return self.dag_run.get_previous_dagrun(state)

    def get_previous_ti(self, state: str | None = None, **_ignored: Any) -> OtherInstance | None:
        """The same task in the run before; with ``state`` only when it is in that state."""
        run = self.dag_run.get_previous_dagrun()
        found = None if run is None else run.get_task_instance(self.task_id, self.map_index)
        return found if found is None or state in (None, found.state) else None

    def get_previous_execution_date(self, state: str | None = None, **_ignored: Any) -> Any:
        """The logical date of the run before."""
        run = self.dag_run.get_previous_dagrun(state)
        return None if run is None else run.logical_date

    def get_previous_start_date(self, state: str | None = None, **_ignored: Any) -> Any:
        """When the run before began."""
        run = self.dag_run.get_previous_dagrun(state)
        return None if run is None else run.start_date

    def instance_count(self) -> int:
        """How many instances the own task has in this run."""
        count: int = self.ask(CountInstances(task_id=self.task_id))
        return count

    def get_dr_count(
        self,
        dag_id: str,
        logical_dates: Iterable[datetime] | None = None,
        run_ids: Iterable[str] | None = None,
        states: Iterable[str] | None = None,
    ) -> int:
        """How many runs of a DAG match."""
        return len(self.ask(_runs_query(dag_id, logical_dates, run_ids, states)))

    def get_dagrun_state(self, dag_id: str, run_id: str) -> str:
        """The state of one run; LookupError when there is none."""
        rows = self.ask(GetRuns(dag_id=dag_id, run_ids=(run_id,)))
        if not rows:
            raise LookupError(f"DAG {dag_id!r} has no run {run_id!r}")
        return str(rows[0].state)

    def get_task_states(
        self,
        dag_id: str,
        *,
        task_ids: Iterable[str] | None = None,
        task_group_id: str | None = None,
        logical_dates: Iterable[datetime] | None = None,
        run_ids: Iterable[str] | None = None,
        **_ignored: Any,
    ) -> dict[str, dict[str, str]]:
        """run_id -> ``task_id`` or ``task_id[map_index]`` -> state."""
        query = GetTaskStates(
            dag_id=dag_id,
            task_ids=None if task_ids is None else tuple(task_ids),
            group_id=task_group_id,
            logical_dates=None if logical_dates is None else tuple(map(plain, logical_dates)),
            run_ids=None if run_ids is None else tuple(run_ids),
        )
        found: dict[str, dict[str, str]] = self.ask(query)
        return found

    def get_ti_count(
        self, dag_id: str, *, states: Iterable[str] | None = None, **selection: Any
    ) -> int:
        """How many task instances match; the arguments are those of :meth:`get_task_states`."""
        wanted = None if states is None else {str(state) for state in states}
        found = self.get_task_states(dag_id, **selection)
        return sum(
            wanted is None or state in wanted for run in found.values() for state in run.values()
        )


def _runs_query(
    dag_id: str,
    logical_dates: Iterable[datetime] | None,
    run_ids: Iterable[str] | None,
    states: Iterable[str] | None,
) -> GetRuns:
    return GetRuns(
        dag_id=dag_id,
        logical_dates=None if logical_dates is None else tuple(map(plain, logical_dates)),
        run_ids=None if run_ids is None else tuple(run_ids),
        states=None if states is None else tuple(map(str, states)),
        limit=10_000,
    )
