"""Time zones by name, and moments from wall times.

Core moments are aware datetimes in UTC. A wall time is a naive datetime read in some zone; it
may have no moment (the gap when clocks go forward) or two (the fold when they go back).
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?(?::?(\d{2}))?")
_DAY = timedelta(days=1)


@lru_cache(maxsize=1024)
def zone(name: str) -> tzinfo:
    """The zone of an IANA name such as ``Asia/Seoul``, or of an offset such as ``+09:00``.

    :raises ValueError: no such zone; the message suggests the nearest name.

    >>> zone("+09:00").utcoffset(None) == timedelta(hours=9)
    True
    """
    if name.upper() in {"UTC", "Z"}:
        return UTC
    offset = _OFFSET.fullmatch(name.strip())
    if offset:
        sign, hours, minutes, seconds = offset.groups()
        length = timedelta(hours=int(hours), minutes=int(minutes or 0), seconds=int(seconds or 0))
        if length < _DAY:
            return timezone(-length if sign == "-" else length, name=name)
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise ValueError(f"unknown time zone {name!r}{nearest_zone(name)}") from None


def nearest_zone(name: str) -> str:
    """``; did you mean 'Asia/Seoul'?`` for a name that is nearly right, else nothing."""
    known = {each.lower(): each for each in available_timezones()}
    cities = {each.rpartition("/")[2].lower(): each for each in sorted(known.values())}
    found = get_close_matches(name.lower(), [*known, *cities], n=1)
    if not found:
        return ", write it as in 'Asia/Seoul' or '+09:00'"
    return f"; did you mean {known.get(found[0]) or cities[found[0]]!r}?"


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC; :exc:`ValueError` for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC)


def wall(moment: datetime, where: tzinfo) -> datetime:
    """What clocks on the wall show at ``moment``: naive."""
    return moment.astimezone(where).replace(tzinfo=None, fold=0)


def moments(wall_time: datetime, where: tzinfo) -> tuple[datetime, ...]:
    """The moments when clocks show ``wall_time``: none in a gap, two in a fold, else one."""
    first = wall_time.replace(tzinfo=where, fold=0)
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return (first.astimezone(UTC),)
    found = (first.astimezone(UTC), second.astimezone(UTC))
    return found if found[0] < found[1] else ()


def gap_end(wall_time: datetime, where: tzinfo) -> tuple[datetime, timedelta]:
    """Of a wall time in a gap: the first moment after the gap, and how long the gap is."""
    before = wall_time.replace(tzinfo=where, fold=0).utcoffset() or timedelta()
    after = wall_time.replace(tzinfo=where, fold=1).utcoffset() or timedelta()
    length = after - before
    # The gap began at most its own length before. Offsets change on whole seconds.
    low = (wall_time - length - before).replace(tzinfo=UTC)
    high = (wall_time - before).replace(tzinfo=UTC)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(where).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high.replace(microsecond=0), length


def moment_of(wall_time: datetime, where: tzinfo) -> datetime:
    """The moment for ``wall_time``: the first of two; in a gap the next valid moment."""
    found = moments(wall_time, where)
    return found[0] if found else gap_end(wall_time, where)[0]


def offset_changes(
    where: tzinfo, start: datetime, end: datetime
) -> Iterator[tuple[datetime, timedelta, timedelta]]:
    """When clocks are changed in ``[start, end)``: the moment, the offset before and after.

    >>> year = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    >>> for at, before, after in offset_changes(zone("Europe/Berlin"), *year):
    ...     print(at, after - before)
    2026-03-29 01:00:00+00:00 1:00:00
    2026-10-25 01:00:00+00:00 -1 day, 23:00:00
    """
    low = start.astimezone(UTC)
    while low < end:
        high = min(low + _DAY, end.astimezone(UTC))
        before, after = _offset(where, low), _offset(where, high)
        if before != after:
            yield _change(where, low, high), before, after
        low = high


def _change(where: tzinfo, low: datetime, high: datetime) -> datetime:
    """The first second with the offset of ``high``."""
    after = _offset(where, high)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if _offset(where, middle) == after:
            high = middle
        else:
            low = middle
    return high.replace(microsecond=0)


def _offset(where: tzinfo, moment: datetime) -> timedelta:
    return moment.astimezone(where).utcoffset() or timedelta()
