"""Days of the week: 1 is Monday."""

from collections.abc import Iterable
from difflib import get_close_matches
from enum import IntEnum
from typing import Any

from narae.errors import DagDefinitionError


class WeekDay(IntEnum):
    """The days by number, as ISO has them."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7

    @classmethod
    def get_weekday_number(cls, week_day_str: str) -> "WeekDay":
        """The day of an English name, in any case."""
        found = cls.__members__.get(week_day_str.upper())
        if found is None:
            near = get_close_matches(week_day_str.upper(), cls.__members__, 1)
            hint = f", did you mean {near[0].title()}?" if near else ""
            raise AttributeError(f"unknown day of the week {week_day_str!r}{hint}")
        return found

    @classmethod
    def convert(cls, day: Any) -> int:
        """The number of a name or of a day."""
        return cls.get_weekday_number(day) if isinstance(day, str) else cls(day)

    @classmethod
    def validate_week_day(cls, week_day: Any) -> set[int]:
        """The numbers of one day or several."""
        if isinstance(week_day, str | WeekDay):
            return {cls.convert(week_day)}
        if isinstance(week_day, Iterable):
            return {cls.convert(day) for day in week_day}
        raise DagDefinitionError(f"a day of the week or a set of them is needed, not {week_day!r}")
