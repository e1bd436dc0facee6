"""What templates find under ``macros`` (Airflow's names)."""

import importlib
import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from random import random
from typing import Any

__all__ = [
    "datetime",
    "datetime_diff_for_humans",
    "ds_add",
    "ds_format",
    "ds_format_locale",
    "json",
    "random",
    "time",
    "timedelta",
    "uuid",
]

_LAZY = {"dateutil": "dateutil", "yaml": "yaml", "pendulum": "pendulum"}
_DATE = "%Y-%m-%d"


def __getattr__(name: str) -> Any:
    """``macros.dateutil`` and ``macros.yaml`` are loaded when a template first asks."""
    if name not in _LAZY:
        raise AttributeError(f"there is no macro {name!r}; known: {', '.join([*__all__, *_LAZY])}")
    if name == "dateutil":
        for part in ("parser", "relativedelta", "rrule", "tz"):
            importlib.import_module(f"dateutil.{part}")
    return importlib.import_module(_LAZY[name])


def ds_add(ds: str, days: int) -> str:
    """The date ``days`` later.

    >>> ds_add("2024-02-28", 2)
    '2024-03-01'
    """
    if not days:
        return str(ds)
    return (_parse(str(ds), _DATE) + timedelta(days=days)).strftime(_DATE)


def ds_format(ds: str, input_format: str, output_format: str) -> str:
    """``ds`` read in one format and written in another.

    >>> ds_format("2024-03-01", "%Y-%m-%d", "%d/%m/%y")
    '01/03/24'
    """
    return _parse(str(ds), input_format).strftime(output_format)


def ds_format_locale(ds: str, input_format: str, output_format: str, locale: Any = None) -> str:
    """The same with a pattern and the words of a locale, by Babel when it is installed."""
    dates = importlib.import_module("babel.dates")
    babel = importlib.import_module("babel")
    found = locale or dates.LC_TIME or babel.Locale.parse("en_US")
    text: str = dates.format_datetime(
        _parse(str(ds), input_format), format=output_format, locale=found
    )
    return text


def datetime_diff_for_humans(dt: datetime, since: datetime | None = None) -> str:
    """How far ``dt`` is from ``since`` (from now when not given), such as ``2 hours ago``."""
    pendulum = importlib.import_module("pendulum")
    moment = pendulum.instance(dt)
    text: str = moment.diff_for_humans(None if since is None else pendulum.instance(since))
    return text


def _parse(text: str, format_: str) -> datetime:
    return datetime.strptime(text, format_).replace(tzinfo=UTC)
