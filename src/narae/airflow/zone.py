"""``airflow.utils.timezone``: dates with zones, as pendulum has them."""

from datetime import datetime as plain_datetime
from typing import Any

import pendulum

utc = pendulum.UTC
TIMEZONE = utc


def utcnow() -> Any:
    """Now, in UTC."""
    return pendulum.now("UTC")


def utc_epoch() -> Any:
    """1970-01-01."""
    return pendulum.datetime(1970, 1, 1)


def is_localized(value: plain_datetime) -> bool:
    """Whether the date has a zone."""
    return value.utcoffset() is not None


def is_naive(value: plain_datetime) -> bool:
    """Whether the date has no zone."""
    return value.utcoffset() is None


def convert_to_utc(value: plain_datetime | None) -> Any:
    """In UTC; a naive date is taken to be UTC's."""
    return None if value is None else pendulum.instance(value, tz="UTC").in_timezone("UTC")


def make_aware(value: plain_datetime | None, timezone: Any = None) -> Any:
    """A naive date with a zone (UTC unless given); an aware one is an error."""
    if value is None:
        return None
    if is_localized(value):
        raise ValueError(f"{value} has a time zone already")
    return pendulum.instance(value, tz=timezone or utc)


def make_naive(value: plain_datetime, timezone: Any = None) -> plain_datetime:
    """The wall time in a zone (UTC unless given), without the zone."""
    if is_naive(value):
        raise ValueError(f"{value} has no time zone")
    return value.astimezone(timezone or utc).replace(tzinfo=None)


def datetime(*args: Any, **kwargs: Any) -> Any:
    """As the standard library's, in UTC unless ``tzinfo`` is given."""
    kwargs.setdefault("tzinfo", utc)
    return pendulum.instance(plain_datetime(*args, **kwargs))  # noqa: DTZ001 - it has one


def parse(string: str, timezone: Any = None, *, strict: bool = False) -> Any:
    """A date from text."""
    return pendulum.parse(string, tz=timezone or utc, strict=strict)


def coerce_datetime(v: plain_datetime | None, tz: Any = None) -> Any:
    """As pendulum's, with a zone."""
    return None if v is None else pendulum.instance(v, tz=tz or utc)


def from_timestamp(timestamp: float, tz: Any = utc) -> Any:
    """Of seconds since 1970."""
    return pendulum.from_timestamp(timestamp, tz="UTC" if tz == "utc" else tz)


def parse_timezone(name: str | int) -> Any:
    """A zone by name or by offset in seconds."""
    return pendulum.timezone(name)


def local_timezone() -> Any:
    """The machine's zone."""
    return pendulum.tz.local_timezone()


def initialize(default_timezone: str) -> None:
    """Nothing: the default comes from the settings."""
    del default_timezone
