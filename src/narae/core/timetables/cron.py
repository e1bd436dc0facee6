"""Cron expressions: Airflow's dialect, read once, and the moments they mean in a time zone.

The only module that knows ``cronsim``, which walks wall times; daylight saving is ours:

- an expression with a run in every hour of the day (``0 * * * *``, ``*/30 * * * *``) follows
  the clocks: each moment at which they show a matching time is a tick, so both hours of a fold
  count. Clocks that jump by less than an hour may skip its minute; then it ticks after the gap;
- every other expression keeps its local wall time: a time in the gap ticks once, at the next
  valid moment, and a time in the fold ticks once, the first time.
"""

import copy
import re
from datetime import datetime, timedelta, tzinfo
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from cronsim import CronSim, CronSimError

from narae.core.timetables.zones import gap_end, in_utc, moment_of, moments, wall

PRESETS = MappingProxyType(
    {
        "@hourly": "0 * * * *",
        "@daily": "0 0 * * *",
        "@midnight": "0 0 * * *",
        "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *",
        "@quarterly": "0 0 1 */3 *",
        "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
    }
)
"""Names for common schedules, with their 5-field expressions."""

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_SOME_DAY = datetime(2000, 1, 1)  # noqa: DTZ001 - a wall time is naive
_NTH_MAX = 5


class CronError(ValueError):
    """The expression is none; says which field, and what is allowed there."""


class _Field(NamedTuple):
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    also: str = ""


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31, (), ", L (last day), LW (last weekday)"),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 0, 7, _DAYS, ", MON#1 (first Monday), L5 (last Friday)"),
    _Field("second", 0, 59),
)
_DAY_OF_MONTH, _DAY_OF_WEEK = _FIELDS[2], _FIELDS[4]


class Cron(NamedTuple):
    """A read expression."""

    text: str
    """As it was written."""
    parts: tuple[str, ...]
    """Second, minute, hour, day of month, month, day of week: ``*`` or numbers and specials."""
    hourly: bool
    """Whether it has a run in every hour of the day, and so follows the clocks."""
    walker: CronSim

    def walk(self, start: datetime, *, back: bool = False) -> CronSim:
        """Matching wall times after (or before) the naive ``start``, without end."""
        # Reading is the slow part of making a CronSim, so a read one is copied and set.
        walker = copy.copy(self.walker)
        walker.dt = start.replace(microsecond=0)
        walker.tick_direction = -1 if back else 1
        walker.skip_initial_tick = back and start.microsecond > 0
        return walker


@lru_cache(maxsize=4096)
def parse(text: str) -> Cron:
    """Reads a preset, or an expression of 5 fields, or 6 with the seconds last.

    :raises CronError: with the field, its value and what is allowed there.

    >>> parse("@daily").parts
    ('0', '0', '0', '*', '*', '*')
    """
    fields = _expand_preset(text).upper().split()
    if len(fields) not in {5, 6}:
        raise CronError(_count_message(text, len(fields)))
    read = [_read_field(value, field, text) for value, field in zip(fields, _FIELDS, strict=False)]
    seconds = read.pop() if len(read) == len(_FIELDS) else "0"
    parts = (seconds, *read)
    hours = parts[2]
    hourly = hours == "*" or len(hours.split(",")) == 24  # noqa: PLR2004 - hours of a day
    try:
        walker = CronSim(" ".join(parts), _SOME_DAY)
        next(copy.copy(walker))
    except (CronSimError, StopIteration):
        raise CronError(f"cron expression {text!r} names a date that never comes") from None
    return Cron(text, parts, hourly, walker)


def _expand_preset(text: str) -> str:
    name = text.strip().lower()
    if not name.startswith("@"):
        return text
    if name in PRESETS:
        return PRESETS[name]
    near = get_close_matches(name, [*PRESETS, "@once", "@continuous"], n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(PRESETS)}"
    raise CronError(f"unknown schedule {text!r}; {hint}")


def _count_message(text: str, count: int) -> str:
    hint = " (a year field is not supported)" if count == len(_FIELDS) + 1 else ""
    return (
        f"cron expression {text!r} has {count} field{'' if count == 1 else 's'}{hint}: "
        "write minute, hour, day of month, month, day of week, and optionally second"
    )


def _read_field(value: str, field: _Field, text: str) -> str:
    if value == "*" or (value == "?" and field in {_DAY_OF_MONTH, _DAY_OF_WEEK}):
        return "*"
    numbers: set[int] = set()
    specials: list[str] = []
    for term in value.split(","):
        special = _special(term, field, text)
        if special:
            specials.append(special)
        else:
            numbers |= _numbers(term, field, text)
    return ",".join([*map(str, sorted(numbers)), *specials])


def _special(term: str, field: _Field, text: str) -> str | None:
    """A term with L or #, in cronsim's spelling; None for an ordinary one."""
    if field is _DAY_OF_MONTH and term in {"L", "LW"}:
        return term
    if field is not _DAY_OF_WEEK:
        return None
    day, mark, nth = term.partition("#")
    if mark:
        if not (nth.isdecimal() and 1 <= int(nth) <= _NTH_MAX):
            raise _bad(term, field, text, "the part after # is 1 to 5")
        return f"{_number(day, field, text) % 7}#{int(nth)}"
    last = re.fullmatch(r"L([0-7])|([0-7]|[A-Z]{3})L", term)
    return f"{_number(last[1] or last[2], field, text) % 7}L" if last else None


def _numbers(term: str, field: _Field, text: str) -> set[int]:
    base, slash, step_text = term.partition("/")
    step = 1
    if slash:
        if not step_text.isdecimal() or int(step_text) == 0:
            raise _bad(term, field, text, "the part after / is a whole number from 1")
        step = int(step_text)
    high = 6 if field is _DAY_OF_WEEK else field.high
    if base == "*":
        return set(range(field.low, high + 1, step))
    first_text, dash, last_text = base.partition("-")
    first = _number(first_text, field, text)
    if not dash:
        return set(range(first, max(first, high) + 1, step)) if slash else {first}
    last = _number(last_text, field, text)
    if first <= last:
        return set(range(first, last + 1, step))
    # FRI-MON, 22-2: over the end and on from the start.
    size = high - field.low + 1
    return {(n - field.low) % size + field.low for n in range(first, last + size + 1, step)}


def _number(value: str, field: _Field, text: str) -> int:
    if value in field.names:
        return field.names.index(value) + field.low
    if value.isdecimal() and field.low <= int(value) <= field.high:
        return int(value)
    near = get_close_matches(value, field.names, n=1)
    raise _bad(value, field, text, f"did you mean {near[0]}?" if near else "")


def _bad(value: str, field: _Field, text: str, hint: str) -> CronError:
    names = f" or {field.names[0]} to {field.names[-1]}" if field.names else ""
    if value.endswith("W") and field is _DAY_OF_MONTH:
        hint = "the weekday nearest to a date is not supported, LW is"
    return CronError(
        f"cron expression {text!r}: {value!r} is no {field.name}; {field.low} to {field.high}"
        f"{names}{field.also}, with - , / and *, are allowed{'; ' if hint else ''}{hint}"
    )


# -- moments --------------------------------------------------------------------------------


def _ticks(cron: Cron, wall_time: datetime, where: tzinfo) -> tuple[datetime, ...]:
    """The moments at which a matching wall time ticks."""
    if not cron.hourly:
        return (moment_of(wall_time, where),)
    found = moments(wall_time, where)
    if found:
        return found
    end, length = gap_end(wall_time, where)
    return (end,) if length % _HOUR else ()


def tick_after(cron: Cron, where: tzinfo, moment: datetime) -> datetime:
    """The first tick later than ``moment``, in UTC."""
    return _after(cron.text, where, in_utc(moment).replace(microsecond=0))


def tick_before(cron: Cron, where: tzinfo, moment: datetime) -> datetime:
    """The last tick earlier than ``moment``, in UTC."""
    moment = in_utc(moment)
    whole = moment.replace(microsecond=0)
    return _before(cron.text, where, whole + _SECOND if moment.microsecond else whole)


# Ticks lie on whole seconds, so moments within one share an answer; so do DAGs that share a
# schedule, and looks at the same DAG.


@lru_cache(maxsize=16384)
def _after(text: str, where: tzinfo, moment: datetime) -> datetime:
    cron, here = parse(text), wall(moment, where)
    second = here.replace(tzinfo=where, fold=1).utcoffset() or timedelta()
    # In the first pass of a fold, wall times that are past come again.
    start = min(here, moment.replace(tzinfo=None) + second)
    found: list[datetime] = []
    for wall_time in cron.walk(start):
        found += [tick for tick in _ticks(cron, wall_time, where) if tick > moment]
        if found and wall_time > here:
            return min(found)
    raise CronError(f"cron expression {text!r} has no date after {moment.isoformat()}")


@lru_cache(maxsize=16384)
def _before(text: str, where: tzinfo, moment: datetime) -> datetime:
    cron, here = parse(text), wall(moment, where)
    first = here.replace(tzinfo=where, fold=0).utcoffset() or timedelta()
    # In the second pass of a fold, wall times that are still to come were there before.
    start = max(here, moment.replace(tzinfo=None) + first) + _SECOND
    found: list[datetime] = []
    for wall_time in cron.walk(start, back=True):
        found += [tick for tick in _ticks(cron, wall_time, where) if tick < moment]
        if found and wall_time < here:
            return max(found)
    raise CronError(f"cron expression {text!r} has no date before {moment.isoformat()}")


def tick_from(cron: Cron, where: tzinfo, moment: datetime) -> datetime:
    """``moment`` when it is a tick, else the next one."""
    return tick_after(cron, where, in_utc(moment) - timedelta(microseconds=1))


def tick_until(cron: Cron, where: tzinfo, moment: datetime) -> datetime:
    """``moment`` when it is a tick, else the one before."""
    return tick_before(cron, where, in_utc(moment) + timedelta(microseconds=1))
