"""``/api/v2/ui/calendar/{dag_id}``: runs that were and runs that will be, by day or hour."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Moment, Text
from narae.api.operation import V2, Needs, Query
from narae.api.problems import invalid
from narae.api.routes import Routes
from narae.api.view import View
from narae.core.decide.plan_runs import dates, logical_date, upcoming
from narae.core.run import DagRow
from narae.core.spec import DagSpec
from narae.core.states import RunState
from narae.core.timetables.schedule import innermost, slots_between
from narae.core.timetables.spec import CronInterval, CronTrigger, RunSlot
from narae.core.timetables.zones import moment_of, offset_changes, zone
from narae.engine import actions

routes = Routes(V2, tag="UI")

DAYS_MAX = 800
HOURLY_DAYS_MAX = 93
PLANNED_MAX = 2_000
_YEAR = timedelta(days=366)
_MONTH = timedelta(days=31)
_MINUTE = timedelta(minutes=1)
_INSTANT = timedelta(microseconds=1)
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


class PlanQuery(Query, frozen=True, kw_only=True):
    """Which stretch of time."""

    start_date: Moment | None = None
    """A year before the end if it is left out; 31 days when hours are asked for."""
    end_date: Moment | None = None
    """Exclusive. The end of the current year in ``timezone`` if it is left out; of the current
    month when hours are asked for."""
    granularity: Literal["day", "hour"] = "day"
    timezone: Annotated[Text, Meta(description="In which days begin; the DAG's own if empty.")] = ""


class PlanCell(View, frozen=True, kw_only=True):
    """The runs of one day or hour, by their logical date, or run_after where there is none."""

    start: datetime
    """When it begins. Two hours of a day on which clocks go back have the same ``hour``."""
    date: date
    """In the zone."""
    hour: int | None
    """None of a day."""
    counts: dict[RunState, int]
    planned: int
    """Runs to come, by the schedule as it stands now."""


class OffsetChange(View, frozen=True, kw_only=True):
    """The zone's clocks are changed."""

    at: datetime
    date: date
    """In the zone."""
    before_minutes: int
    """Offset from UTC."""
    after_minutes: int
    minutes: int
    """How far clocks go forward; negative: back."""


class PlanView(View, frozen=True, kw_only=True):
    """Runs by day or hour; those without runs are left out."""

    dag_id: str
    timezone: str
    granularity: Literal["day", "hour"]
    start: datetime
    end: datetime
    cells: list[PlanCell]
    changes: list[OffsetChange]
    is_paused: bool
    """Whether none of the planned runs comes before somebody unpauses the DAG."""
    planned_until: datetime | None
    """Up to when runs are planned, if that is short of ``end``: there are too many."""


@routes.get("/ui/calendar/{dag_id}", needs=Needs(Resource.DAG_RUN, Action.READ))
def get_ui_calendar(call: Call, dag_id: str, query: PlanQuery) -> PlanView:
    """Runs of a DAG that were and will be, by day or hour, and when clocks are changed."""
    row = actions.find_dag(call.store, dag_id)
    spec = call.spec(row.spec_id)
    name = query.timezone or spec.timezone
    try:
        where = zone(name)
    except ValueError as error:
        raise invalid(call.flavour, "timezone", str(error)) from None
    hourly = query.granularity == "hour"
    start, end = _stretch(call, query, where)
    cells: dict[datetime, PlanCell] = {}
    for at, state, count in call.queries.quarters(dag_id, since=start, until=end):
        counts = _cell(cells, at, where, hourly=hourly).counts
        counts[state] = counts.get(state, 0) + count
    planned, planned_until = _planned(call, row, spec, start, end)
    for at, number in planned.items():
        cell = _cell(cells, at, where, hourly=hourly)
        cells[cell.start] = replace(cell, planned=cell.planned + number)
    return PlanView(
        dag_id=dag_id,
        timezone=name,
        granularity=query.granularity,
        start=start,
        end=end,
        cells=[cells[at] for at in sorted(cells)],
        changes=[_change(*each, where) for each in offset_changes(where, start, end)],
        is_paused=row.is_paused,
        planned_until=planned_until,
    )


def _stretch(call: Call, query: PlanQuery, where: tzinfo) -> tuple[datetime, datetime]:
    hourly = query.granularity == "hour"
    end = query.end_date or _end_of(call.now, where, month=hourly)
    start = query.start_date or max(end, _EARLIEST + _YEAR) - (_MONTH if hourly else _YEAR)
    if start < _EARLIEST or end > _LATEST:
        field = "start_date" if start < _EARLIEST else "end_date"
        raise invalid(call.flavour, field, f"not within {_EARLIEST:%Y} and {_LATEST:%Y}")
    days = HOURLY_DAYS_MAX if hourly else DAYS_MAX
    if end - start > timedelta(days=days):
        raise invalid(call.flavour, "start_date", f"over {days} days before the end")
    return start.astimezone(UTC), end.astimezone(UTC)


def _end_of(now: datetime, where: tzinfo, *, month: bool) -> datetime:
    """Where the month or the year ends."""
    today = now.astimezone(where).date()
    year, number = (today.year + today.month // 12, today.month % 12 + 1) if month else (0, 1)
    return moment_of(datetime(year or today.year + 1, number, 1), where)  # noqa: DTZ001 - a wall time


def _cell(
    cells: dict[datetime, PlanCell], at: datetime, where: tzinfo, *, hourly: bool
) -> PlanCell:
    """The day or hour that a moment lies in."""
    local = at.astimezone(where)
    if hourly:
        start = at - timedelta(
            minutes=local.minute, seconds=local.second, microseconds=local.microsecond
        )
    else:
        start = moment_of(datetime.combine(local.date(), time()), where)
    hour = local.hour if hourly else None
    empty = PlanCell(start=start, date=local.date(), hour=hour, counts={}, planned=0)
    return cells.setdefault(start, empty)


def _planned(
    call: Call, row: DagRow, spec: DagSpec, start: datetime, end: datetime
) -> tuple[Counter[datetime], datetime | None]:
    """Moments of runs to come in the stretch; and up to when, where they are too many."""
    found: Counter[datetime] = Counter()
    for slot in () if row.is_stale else _slots(call, row, spec, start, end):
        at = logical_date(slot)
        if at >= end:
            break
        if found.total() == PLANNED_MAX:
            return found, at
        if at >= start:
            found[at] += 1
    return found, None


def _slots(
    call: Call, row: DagRow, spec: DagSpec, start: datetime, end: datetime
) -> Iterator[RunSlot]:
    """Those to come. What is before the stretch is left out where that can be told."""
    slots = upcoming(spec, row, now=call.now, planned=call.store.planned(row.dag_id))
    first = next(slots, None)
    if first is None:
        return
    yield first
    if isinstance(innermost(spec.timetable), CronInterval | CronTrigger):
        since = max(start, first.interval.start + _INSTANT)
        last = dates(spec)[1]
        slots = slots_between(spec.timetable, since, end if last is None else min(end, last))
    yield from slots


def _change(at: datetime, before: timedelta, after: timedelta, where: tzinfo) -> OffsetChange:
    return OffsetChange(
        at=at,
        date=at.astimezone(where).date(),
        before_minutes=before // _MINUTE,
        after_minutes=after // _MINUTE,
        minutes=(after - before) // _MINUTE,
    )
