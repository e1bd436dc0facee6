"""The next runs of a custom timetable, worked out by its own code when its file is parsed."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from narae.authoring.timetables import DataInterval as AuthorInterval
from narae.authoring.timetables import TimeRestriction, Timetable
from narae.core.spec import DagSpec
from narae.core.timetables.spec import DataInterval, PlannedRun
from narae.errors import AirflowTimetableInvalid

PLANNED_MAX = 50
"""Runs planned at once; the engine asks for more when they run out."""


def plan_custom(
    timetable: Any, spec: DagSpec, *, after: DataInterval | None
) -> tuple[PlannedRun, ...]:
    """The first runs of a DAG after the data interval ``after``; of all when that is None.

    AirflowTimetableInvalid when the timetable does not move on; what its code raises passes.
    """
    last = None if after is None else AuthorInterval(_pendulum(after.start), _pendulum(after.end))
    restriction = TimeRestriction(
        earliest=_pendulum(spec.start_date),
        latest=_pendulum(spec.end_date),
        catchup=spec.catchup,
    )
    found: list[PlannedRun] = []
    while len(found) < PLANNED_MAX:
        info = timetable.next_dagrun_info(
            last_automated_data_interval=last, restriction=restriction
        )
        if info is None:
            break
        last = info.data_interval
        found.append(
            PlannedRun(
                run_after=_plain(info.run_after), start=_plain(last.start), end=_plain(last.end)
            )
        )
    for one, next_one in pairwise(found):
        if next_one.run_after <= one.run_after:
            raise AirflowTimetableInvalid(
                f"after the run of {one.run_after.isoformat()} the timetable of {spec.dag_id!r} "
                f"names {next_one.run_after.isoformat()}, which is not later"
            )
    return tuple(found)


def custom_timetable(dag: Any) -> Timetable | None:
    """The timetable that the author gave to ``dag``, None when it was none."""
    given = (getattr(dag, name, None) for name in ("schedule", "timetable", "schedule_interval"))
    return next((value for value in given if isinstance(value, Timetable)), None)


def _pendulum(moment: datetime | None) -> Any:
    """What Airflow's timetables are given: a pendulum DateTime in UTC."""
    if moment is None:
        return None
    import pendulum  # noqa: PLC0415 - heavy, and only custom timetables need it

    return pendulum.instance(moment).in_timezone("UTC")


def _plain(moment: datetime) -> datetime:
    """A plain datetime in UTC, whatever the user's code made."""
    return datetime.fromtimestamp(moment.timestamp(), tz=UTC)
