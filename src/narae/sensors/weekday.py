"""Waiting for a day of the week."""

from collections.abc import Iterable
from typing import Any

from narae.authoring.weekday import WeekDay
from narae.sensors.base import BaseSensorOperator
from narae.sensors.poke import moment_of


class DayOfWeekSensor(BaseSensorOperator):
    """Waits until today, or the logical date, is one of the given days."""

    def __init__(
        self,
        *,
        week_day: str | WeekDay | Iterable[str | WeekDay],
        use_task_logical_date: bool = False,
        use_task_execution_day: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.week_day = week_day
        self.use_task_logical_date = use_task_logical_date or use_task_execution_day
        self._days = WeekDay.validate_week_day(week_day)

    def poke(self, context: Any) -> bool:
        """Whether it is one of the days."""
        return moment_of(context, logical=self.use_task_logical_date).isoweekday() in self._days
