"""The logical dates before and after a run's, for generation 2's context."""

from datetime import datetime, timedelta

from narae.authoring.dag import DAG
from narae.core.states import RunType
from narae.core.timetables.schedule import manual_interval
from narae.core.workload import RunFacts

_MOMENT = timedelta(microseconds=1)
_OFF_SCHEDULE = frozenset({RunType.MANUAL, RunType.OPERATOR_TRIGGERED, RunType.ASSET_TRIGGERED})


def next_logical_date(run: RunFacts) -> datetime | None:
    """Of the next scheduled run: the end of this one's interval. A manual run's is its own."""
    if run.run_type in _OFF_SCHEDULE or run.interval is None:
        return run.logical_date
    return run.interval.end


def previous_logical_date(run: RunFacts, dag: DAG) -> datetime | None:
    """Of the scheduled run before this one; a manual run's is its own."""
    if run.run_type in _OFF_SCHEDULE or run.interval is None:
        return run.logical_date
    empty = run.interval.start == run.interval.end
    before = run.interval.start - (_MOMENT if empty else timedelta())
    return manual_interval(dag.timetable.to_spec(dag.zone), run_after=before).start
