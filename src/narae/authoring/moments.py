"""Dates and zones as authors give them: naive, pendulum's, zoneinfo's, fixed offsets."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from narae.errors import DagDefinitionError

_HOUR = timedelta(hours=1)


def zone_named(name: str) -> tzinfo:
    """The zone of this IANA name; an unknown one is an error that says so."""
    if name in {"UTC", "utc"}:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise DagDefinitionError(f"unknown time zone {name!r}") from error


def zone_of(zone: tzinfo | str) -> str:
    """The IANA name of a zone. Fixed offsets of whole hours have one; others have none."""
    if isinstance(zone, str):
        zone_named(zone)
        return zone
    for attribute in ("key", "zone"):
        name = getattr(zone, attribute, None)
        if isinstance(name, str):
            return name
    offset = zone.utcoffset(None)
    if offset is None:
        name = getattr(zone, "name", None)
        if isinstance(name, str):
            return name
        raise DagDefinitionError(f"the time zone {zone!r} has no name; use zoneinfo or pendulum")
    if not offset:
        return "UTC"
    if offset % _HOUR:
        raise DagDefinitionError(
            f"the time zone {zone!r} is a fixed offset of no whole hours; name a zone instead"
        )
    hours = offset // _HOUR
    return f"Etc/GMT{-hours:+d}"


def aware(moment: datetime | None, zone: str) -> datetime | None:
    """``moment`` with a zone: its own, else ``zone``."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=zone_named(zone))


_END_OF_SECOND = 999_999


def settled(moment: datetime | None, *, zone: str) -> datetime | None:
    """``moment`` in UTC and in whole seconds; one that came from a clock is cut to its day.

    ``start_date=datetime.now()`` would otherwise be another value, and so another version of the
    DAG, each time the file is read. Nobody writes microseconds by hand, so they tell; but 999999
    is the end of a day.
    """
    known = aware(moment, zone)
    if known is None:
        return None
    if known.microsecond not in {0, _END_OF_SECOND}:
        local = known.astimezone(zone_named(zone))
        known = local.replace(hour=0, minute=0, second=0)
    utc = known.astimezone(UTC)
    return datetime(utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, tzinfo=UTC)
