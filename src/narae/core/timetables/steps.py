"""Distances in time: real seconds, and calendar units that keep the local wall time."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta, tzinfo
from difflib import get_close_matches

from narae.core.timetables.spec import Step
from narae.core.timetables.zones import in_utc, moment_of, wall

_SAMPLES = tuple(
    datetime(2024, month, day, tzinfo=UTC) for month in range(1, 13) for day in (1, 28)
)
_CLOCK = ("hour", "minute", "second", "microsecond")
_ABSOLUTE = ("year", "month", "day", "weekday", *_CLOCK)


def is_calendar(step: Step) -> bool:
    """Whether any part of it depends on the calendar."""
    return bool(step.years or step.months or step.days or step.absolute)


def shift(moment: datetime, step: Step, where: tzinfo, *, times: int = 1) -> datetime:
    """``moment`` and ``times`` (which may be negative) steps, in UTC.

    Calendar units move the wall time of ``where`` as dateutil's relativedelta does: years and
    months first, a day that the month lacks becomes its last one, then days, then a weekday
    (the same or the next one). Seconds are real.
    """
    moment = in_utc(moment)
    seconds = timedelta(seconds=step.seconds * times)
    if not is_calendar(step):
        return moment + seconds
    return moment_of(_shift_wall(wall(moment, where), step, times), where) + seconds


def _shift_wall(wall_time: datetime, step: Step, times: int) -> datetime:
    absolute = step.absolute
    months = absolute.get("year", wall_time.year) * 12 + absolute.get("month", wall_time.month) - 1
    months += (step.years * 12 + step.months) * times
    year, month = months // 12, months % 12 + 1
    day = min(absolute.get("day", wall_time.day), monthrange(year, month)[1])
    clock = {unit: absolute[unit] for unit in _CLOCK if unit in absolute}
    moved = wall_time.replace(year=year, month=month, day=day, **clock)  # type: ignore[arg-type]  # mypy: the keys are clock units
    moved += timedelta(days=step.days * times)
    if "weekday" in absolute:
        moved += timedelta(days=(absolute["weekday"] - moved.weekday()) % 7)
    return moved


def latest_on_grid(anchor: datetime, step: Step, where: tzinfo, limit: datetime) -> datetime:
    """The last of ``anchor``, ``anchor`` and a step, and two, ... that is not after ``limit``.

    ``anchor`` itself when it is later than ``limit``.
    """
    low, high = 0, 1
    while shift(anchor, step, where, times=high) <= limit:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if shift(anchor, step, where, times=middle) <= limit:
            low = middle
        else:
            high = middle
    return shift(anchor, step, where, times=low) if low else in_utc(anchor)


def check_step(step: Step, where: tzinfo) -> None:
    """Raises :exc:`ValueError` unless the step leads forward from everywhere."""
    for unit in step.absolute:
        if unit not in _ABSOLUTE:
            near = get_close_matches(unit, _ABSOLUTE, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"unknown unit {unit!r} in {step_words(step)}{hint}")
    if any(shift(sample, step, where) <= sample for sample in _SAMPLES):
        raise ValueError(f"a schedule has to lead forward in time, {step_words(step)} does not")


_UNITS = (("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def step_words(step: Step) -> str:
    """Such as ``1 day``, ``2 hours 30 minutes``, ``1 month (day=1)``.

    >>> step_words(Step(seconds=5400))
    '1 hour 30 minutes'
    """
    counts = [(step.years, "year"), (step.months, "month"), (step.days, "calendar day")]
    rest = abs(step.seconds)
    for name, length in _UNITS:
        if name == "week" and rest % length:
            continue
        count, rest = divmod(rest, length)
        counts.append((-int(count) if step.seconds < 0 else int(count), name))
    words = [f"{count} {name}{'' if abs(count) == 1 else 's'}" for count, name in counts if count]
    if rest:
        words.append(f"{rest:g} seconds")
    if step.absolute:
        words.append(f"({', '.join(f'{k}={v}' for k, v in sorted(step.absolute.items()))})")
    return " ".join(words) or "0 seconds"
