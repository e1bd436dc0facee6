"""Branching by the day of the week."""

from collections.abc import Iterable
from typing import Any

from narae.authoring.weekday import WeekDay
from narae.operators.branch import BaseBranchOperator, Choice
from narae.sensors.poke import moment_of


class BranchDayOfWeekOperator(BaseBranchOperator):
    """Follows one side on the given days of the week, the other side on the others."""

    def __init__(
        self,
        *,
        follow_task_ids_if_true: str | Iterable[str],
        follow_task_ids_if_false: str | Iterable[str],
        week_day: str | WeekDay | Iterable[str | WeekDay],
        use_task_logical_date: bool = False,
        use_task_execution_day: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.follow_task_ids_if_true = follow_task_ids_if_true
        self.follow_task_ids_if_false = follow_task_ids_if_false
        self.week_day = week_day
        self.use_task_logical_date = use_task_logical_date or use_task_execution_day
        self.days = WeekDay.validate_week_day(week_day)

    def choose_branch(self, context: Any) -> Choice:
        """The side that the day is on."""
        today = moment_of(context, logical=self.use_task_logical_date).isoweekday()
        inside = today in self.days
        return self.follow_task_ids_if_true if inside else self.follow_task_ids_if_false
