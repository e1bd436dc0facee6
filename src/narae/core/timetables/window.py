"""What a DAG allows its timetable, and small words that all kinds share."""

from datetime import datetime
from typing import NamedTuple

from narae.core.timetables.spec import DataInterval, RunSlot
from narae.core.timetables.zones import in_utc


class Window(NamedTuple):
    """When runs may be, and whether those that were missed are made up for."""

    earliest: datetime | None
    """The start date."""
    latest: datetime | None
    """The end date, itself included."""
    catchup: bool
    now: datetime
    promised: datetime | None = None
    """The next run as users were last told. What came due since then is late, not past."""

    def closed(self, moment: datetime) -> bool:
        """Whether ``moment`` is past the end date."""
        return self.latest is not None and moment > self.latest


def between(start: datetime, end: datetime) -> RunSlot:
    """A run at ``end`` for ``[start, end]``, in UTC."""
    last = in_utc(end)
    return RunSlot(run_after=last, interval=DataInterval(start=in_utc(start), end=last))


def exactly(moment: datetime) -> DataInterval:
    """The empty interval at ``moment``, in UTC."""
    point = in_utc(moment)
    return DataInterval(start=point, end=point)


def newest(*moments: datetime | None) -> datetime | None:
    """The latest of those that are given."""
    return max((each for each in moments if each is not None), default=None)


def end_of(last: DataInterval | None) -> datetime | None:
    """Where the last run's interval ended, if there was one."""
    return None if last is None else last.end
