"""Between the plain UTC datetimes of the core and the pendulum ones that DAG files expect."""

import importlib
from datetime import UTC, datetime
from typing import Any


def shown(moment: datetime | None) -> Any:
    """``moment`` as a pendulum DateTime in UTC: what a context holds. None stays None."""
    if moment is None:
        return None
    pendulum = importlib.import_module("pendulum")  # 50 ms unless the fork server has it
    return (
        pendulum.DateTime(
            moment.year,
            moment.month,
            moment.day,
            moment.hour,
            moment.minute,
            moment.second,
            moment.microsecond,
            tzinfo=pendulum.UTC,
        )
        if moment.tzinfo is UTC
        else pendulum.instance(moment).in_timezone("UTC")
    )


def plain(moment: datetime) -> datetime:
    """Any datetime as a plain one in UTC, which is what can be sent; a naive one counts as UTC."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    at = aware.astimezone(UTC)
    return datetime(
        at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, tzinfo=UTC
    )


def parsed(value: datetime | str) -> datetime:
    """A datetime, or its ISO 8601 text, as a plain one in UTC; ValueError for other text."""
    if isinstance(value, datetime):
        return plain(value)
    return plain(datetime.fromisoformat(value.strip().replace("Z", "+00:00").replace(" ", "T", 1)))
