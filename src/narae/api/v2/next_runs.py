"""``/api/v2/dags/{dag_id}/next_runs``: when a DAG will run by its schedule."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Annotated

from msgspec import Meta

from narae.api.call import Call
from narae.api.operation import V2, Query
from narae.api.routes import Routes
from narae.api.v2.dags import READ
from narae.api.view import View
from narae.core.decide.plan_runs import logical_date
from narae.core.run import DagRow
from narae.core.spec import DagSpec
from narae.core.timetables.schedule import innermost, next_slot
from narae.core.timetables.spec import Continuous, PlannedRun, RunSlot
from narae.engine import actions

routes = Routes(V2, tag="DAG")

Count = Annotated[int, Meta(ge=1, le=200, description="How many runs.")]


class NextQuery(Query, frozen=True, kw_only=True):
    """How many."""

    limit: Count = 20


class NextRunView(View, frozen=True, kw_only=True):
    """A run that the schedule will ask for."""

    logical_date: datetime
    data_interval_start: datetime
    data_interval_end: datetime
    run_after: datetime


class NextRuns(View, frozen=True, kw_only=True):
    """Runs to come, the nearest first."""

    dag_id: str
    is_paused: bool
    """Whether none of them will come before somebody unpauses the DAG."""
    next_runs: list[NextRunView]


@routes.get("/dags/{dag_id}/next_runs", needs=READ)
def get_next_runs(call: Call, dag_id: str, query: NextQuery) -> NextRuns:
    """When a DAG will run by its schedule, as it stands now."""
    row = actions.find_dag(call.store, dag_id)
    spec = call.spec(row.spec_id)
    slots = _slots(row, spec, call.store.planned(dag_id), call.now)
    views = [_view(slot) for slot in islice(slots, query.limit)]
    return NextRuns(dag_id=dag_id, is_paused=row.is_paused, next_runs=views)


def _slots(
    row: DagRow, spec: DagSpec, planned: list[PlannedRun], now: datetime
) -> Iterator[RunSlot]:
    if row.next_run_after is None or row.next_interval is None or row.is_stale:
        return
    slot: RunSlot | None = RunSlot(run_after=row.next_run_after, interval=row.next_interval)
    while slot is not None:
        yield slot
        if isinstance(innermost(spec.timetable), Continuous):
            return  # the one after it begins when it has ended
        slot = next_slot(
            spec.timetable,
            last=slot.interval,
            earliest=spec.start_date,
            latest=spec.end_date,
            catchup=True,
            now=now,
            planned=planned,
        )


def _view(slot: RunSlot) -> NextRunView:
    return NextRunView(
        logical_date=logical_date(slot),
        data_interval_start=slot.interval.start,
        data_interval_end=slot.interval.end,
        run_after=slot.run_after,
    )
