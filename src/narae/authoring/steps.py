"""Distances in time as authors give them, as the core's ``Step``."""

from datetime import timedelta
from typing import Any

from narae.core.timetables.spec import Step
from narae.errors import DagDefinitionError

_SINGULAR = ("year", "month", "day", "hour", "minute", "second", "microsecond")


def is_distance(value: Any) -> bool:
    """Whether it is a timedelta, a pendulum duration or dateutil's relativedelta."""
    return isinstance(value, timedelta) or type(value).__name__ == "relativedelta"


def step_of(value: Any) -> Step:
    """The step; relativedelta is told by its name, so that dateutil need not be loaded."""
    if type(value).__name__ == "relativedelta":
        return _relative(value)
    if not isinstance(value, timedelta):
        raise DagDefinitionError(f"a timedelta or a relativedelta is needed, not {value!r}")
    years, months = getattr(value, "years", 0), getattr(value, "months", 0)
    if years or months:
        rest = value - type(value)(years=years, months=months)  # type: ignore[call-arg]  # pendulum's
        return Step(years=years, months=months, seconds=rest.total_seconds())
    return Step(seconds=value.total_seconds())


def _relative(value: Any) -> Step:
    seconds = value.hours * 3600 + value.minutes * 60 + value.seconds + value.microseconds / 1e6
    absolute = {
        name: int(getattr(value, name)) for name in _SINGULAR if getattr(value, name) is not None
    }
    if value.weekday is not None:
        absolute["weekday"] = int(getattr(value.weekday, "weekday", value.weekday))
    return Step(
        years=value.years, months=value.months, days=value.days, seconds=seconds, absolute=absolute
    )


def length_of(value: Any) -> Step | None:
    """The step, None for an empty distance."""
    return step_of(value) if value else None
