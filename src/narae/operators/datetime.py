"""Branching by the time."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from narae.errors import AirflowException
from narae.operators.branch import BaseBranchOperator, Choice
from narae.sensors.poke import moment_of

Bound = datetime | time | None


class BranchDateTimeOperator(BaseBranchOperator):
    """Follows one side while the time is between two bounds, the other side otherwise.

    The time is now, or the logical date with ``use_task_logical_date``. With times of day as
    bounds the day is that of the time itself; an upper bound before the lower one is of the next
    day.
    """

    def __init__(
        self,
        *,
        follow_task_ids_if_true: str | Iterable[str],
        follow_task_ids_if_false: str | Iterable[str],
        target_lower: Bound,
        target_upper: Bound,
        use_task_logical_date: bool = False,
        use_task_execution_date: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if target_lower is None and target_upper is None:
            raise AirflowException(
                f"{self.task_id!r}: at least one of target_lower and target_upper is needed"
            )
        self.follow_task_ids_if_true = follow_task_ids_if_true
        self.follow_task_ids_if_false = follow_task_ids_if_false
        self.target_lower = target_lower
        self.target_upper = target_upper
        self.use_task_logical_date = use_task_logical_date or use_task_execution_date

    def choose_branch(self, context: Any) -> Choice:
        """The side that the time is on."""
        at = moment_of(context, logical=self.use_task_logical_date)
        zone = ZoneInfo(self.dag.zone)
        lower, upper = bounds(at.astimezone(zone), self.target_lower, self.target_upper)
        inside = (lower is None or at >= lower) and (upper is None or at <= upper)
        return self.follow_task_ids_if_true if inside else self.follow_task_ids_if_false


def bounds(at: datetime, lower: Bound, upper: Bound) -> tuple[datetime | None, datetime | None]:
    """Both bounds as moments; what has no zone is in that of ``at``, times of day on its day."""
    low, high = _moment(at, lower), _moment(at, upper)
    if isinstance(lower, time) and isinstance(upper, time) and low and high and high < low:
        high += timedelta(days=1)
    return low, high


def _moment(at: datetime, bound: Bound) -> datetime | None:
    if isinstance(bound, time):
        return datetime.combine(at.date(), bound, tzinfo=bound.tzinfo or at.tzinfo)
    if isinstance(bound, datetime) and bound.tzinfo is None:
        return bound.replace(tzinfo=at.tzinfo)
    return bound
