"""``/api/v2/grid``, ``/gantt``, ``/calendar``: what the pages of a DAG draw.

The cells come from the database as JSON and go out as they are: see ``storage.queries.grid``.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Moment, Text
from narae.api.operation import V2, Needs, Query
from narae.api.problems import invalid
from narae.api.routes import Routes
from narae.api.view import View
from narae.core.states import RunState, RunType, TaskState
from narae.core.timetables.zones import zone
from narae.engine import actions
from narae.storage.queries import GridRun

routes = Routes(V2, tag="Grid")

READ = Needs(Resource.TASK_INSTANCE, Action.READ)
READ_RUNS = Needs(Resource.DAG_RUN, Action.READ)
_DAYS_MAX = 800
_YEAR = timedelta(days=366)
_FIRST = datetime(1, 1, 2, tzinfo=UTC)

_STATE = {"enum": [state.value for state in TaskState]}
_MOMENT = {"type": ["integer", "null"]}
_COUNT = {"type": "integer"}
_NAME = {"type": "string"}


def _rows(*columns: dict[str, Any], words: str) -> Meta:
    """Says in the document what the rows are made of."""
    row = {
        "type": "array",
        "prefixItems": list(columns),
        "minItems": len(columns),
        "maxItems": len(columns),
    }
    schema = {"type": "array", "items": row}
    return Meta(description=words, extra_json_schema=schema)


Cells = Annotated[
    msgspec.Raw,
    _rows(
        *(_NAME, _STATE, _COUNT, _MOMENT, _MOMENT, {"enum": [0, 1]}),
        words="Tasks that are not mapped: task id, state, try number, started, ended, whether "
        "it has a note. Moments are milliseconds since 1970 UTC.",
    ),
]
MappedCells = Annotated[
    msgspec.Raw,
    _rows(
        *(_NAME, _STATE, _COUNT, _COUNT, _MOMENT, _MOMENT),
        words="Instances of mapped tasks, a row for each state: task id, state, how many, "
        "latest try, first started, last ended.",
    ),
]
Bars = Annotated[
    msgspec.Raw,
    _rows(
        *(_NAME, _COUNT, _STATE, _COUNT, _MOMENT, _MOMENT),
        words="Task instances: task id, map index, state, try number, started, ended.",
    ),
]
Tries = Annotated[
    msgspec.Raw,
    _rows(
        *(_NAME, _COUNT, _COUNT, _MOMENT, _MOMENT, _MOMENT, _MOMENT),
        words="Attempts: task id, map index, try number, scheduled, queued, started, ended.",
    ),
]


class GridQuery(Query, frozen=True, kw_only=True):
    """Which runs."""

    limit: Annotated[int, Meta(ge=1, le=1000, description="How many runs.")] = 25
    run_after_lte: Moment | None = None
    run_type: tuple[RunType, ...] = ()
    state: tuple[RunState, ...] = ()


class GridRunView(View, frozen=True, kw_only=True):
    """One run and its tasks."""

    dag_run_id: str
    state: RunState
    run_type: RunType
    logical_date: datetime | None
    run_after: datetime
    queued_at: datetime
    start_date: datetime | None
    end_date: datetime | None
    version_number: int | None
    has_note: bool
    cells: Cells
    mapped: MappedCells


class GridView(View, frozen=True, kw_only=True):
    """A DAG's latest runs."""

    dag_id: str
    runs: list[GridRunView]
    """The latest first."""


class GanttView(View, frozen=True, kw_only=True):
    """One run over time."""

    dag_id: str
    dag_run_id: str
    state: RunState
    queued_at: datetime
    start_date: datetime | None
    end_date: datetime | None
    instances: Bars
    attempts: Tries


class CalendarQuery(Query, frozen=True, kw_only=True):
    """Which days."""

    start_date: Moment | None = None
    """A year before the end if it is left out."""
    end_date: Moment | None = None
    timezone: Annotated[Text, Meta(description="In which days begin; the DAG's own if empty.")] = ""


class DayView(View, frozen=True, kw_only=True):
    """The runs of one day, counted."""

    date: date
    counts: dict[RunState, int]


class CalendarView(View, frozen=True, kw_only=True):
    """Runs by day; days without runs are left out."""

    dag_id: str
    timezone: str
    days: list[DayView]


@routes.get("/grid/{dag_id}", needs=READ)
def get_grid(call: Call, dag_id: str, query: GridQuery) -> GridView:
    """The latest runs of a DAG with the state of every task."""
    runs = call.queries.grid(
        dag_id,
        runs=query.limit,
        until=query.run_after_lte,
        types=query.run_type or None,
        states=query.state or None,
    )
    if not runs:
        actions.find_dag(call.store, dag_id)
    versions = call.queries.versions_by_id([run.spec_id for run in runs])
    numbers = {spec_id: row.number for spec_id, row in versions.items()}
    return GridView(dag_id=dag_id, runs=[_run(run, numbers.get(run.spec_id)) for run in runs])


@routes.get("/gantt/{dag_id}/{dag_run_id}", needs=READ)
def get_gantt(call: Call, dag_id: str, dag_run_id: str) -> GanttView:
    """When the tasks of a run waited and ran."""
    run = actions.find_run(call.store, dag_id, dag_run_id)
    found = call.queries.gantt(run.uid)
    return GanttView(
        dag_id=dag_id,
        dag_run_id=dag_run_id,
        state=run.state,
        queued_at=run.queued_at,
        start_date=run.started_at,
        end_date=run.ended_at,
        instances=found.instances,
        attempts=found.attempts,
    )


@routes.get("/calendar/{dag_id}", needs=READ_RUNS)
def get_calendar(call: Call, dag_id: str, query: CalendarQuery) -> CalendarView:
    """How many runs of a DAG there were by day and state."""
    spec = call.spec(actions.find_dag(call.store, dag_id).spec_id)
    name = query.timezone or spec.timezone
    try:
        days_of = zone(name)
    except ValueError as error:
        raise invalid(call.flavour, "timezone", str(error)) from None
    until = query.end_date or call.now + timedelta(days=1)
    since = query.start_date or max(until, _FIRST + _YEAR) - _YEAR
    if until - since > timedelta(days=_DAYS_MAX):
        raise invalid(call.flavour, "start_date", f"over {_DAYS_MAX} days before the end")
    days = call.queries.calendar(dag_id, since=since, until=until, zone=days_of)
    views = [DayView(date=day, counts=counts) for day, counts in days.items()]
    return CalendarView(dag_id=dag_id, timezone=name, days=views)


def _run(run: GridRun, version_number: int | None) -> GridRunView:
    return GridRunView(
        dag_run_id=run.run_id,
        state=run.state,
        run_type=run.run_type,
        logical_date=run.logical_date,
        run_after=run.run_after,
        queued_at=run.queued_at,
        start_date=run.started_at,
        end_date=run.ended_at,
        version_number=version_number,
        has_note=run.has_note,
        cells=run.cells,
        mapped=run.mapped,
    )
