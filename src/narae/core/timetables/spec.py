"""Timetables as values. What they mean is in the modules beside this one."""

from datetime import datetime
from typing import Any

import msgspec


class TimetableValue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The base of timetable values."""


class Never(TimetableValue, tag="never", frozen=True, kw_only=True):
    """``schedule=None``: runs only when asked to."""


class Once(TimetableValue, tag="once", frozen=True, kw_only=True):
    """``@once``: one run, at the start date."""


class Continuous(TimetableValue, tag="continuous", frozen=True, kw_only=True):
    """``@continuous``: the next run as soon as the last has ended."""


class CronInterval(TimetableValue, tag="cron_interval", frozen=True, kw_only=True):
    """Each tick ends a data interval that began at the tick before (generation 2's cron)."""

    expression: str
    timezone: str = "UTC"


class CronTrigger(TimetableValue, tag="cron_trigger", frozen=True, kw_only=True):
    """Each tick is a run. The data interval is ``[tick - interval, tick]``, empty by default."""

    expressions: tuple[str, ...]
    """More than one: MultipleCronTriggerTimetable; a tick of any of them counts."""
    timezone: str = "UTC"
    interval: "Step | None" = None
    run_immediately: bool | float = False
    """False, True, or how many seconds after a missed tick it is still made up for."""


class Step(TimetableValue, tag="step", frozen=True, kw_only=True):
    """A distance in time: fixed seconds, or calendar units as in dateutil's relativedelta."""

    seconds: float = 0.0
    years: int = 0
    months: int = 0
    days: int = 0
    """Calendar days: they keep the local wall time, where seconds keep real spacing."""
    absolute: dict[str, int] = {}
    """relativedelta's singular fields (year, month, day, weekday as ``0..6``, hour, ...)."""


class DeltaInterval(TimetableValue, tag="delta_interval", frozen=True, kw_only=True):
    """Data intervals of one length, back to back."""

    step: Step
    timezone: str = "UTC"


class DeltaTrigger(TimetableValue, tag="delta_trigger", frozen=True, kw_only=True):
    """A run every so often."""

    step: Step
    interval: Step | None = None
    timezone: str = "UTC"


class Events(TimetableValue, tag="events", frozen=True, kw_only=True):
    """Runs at listed moments."""

    moments: tuple[datetime, ...]
    restrict_to_events: bool = False
    description: str = ""


class Assets(TimetableValue, tag="assets", frozen=True, kw_only=True):
    """Runs when assets have been updated. Not yet scheduled by the engine: such a run is manual."""

    condition: Any = None
    description: str = ""


class AssetsOrTime(TimetableValue, tag="assets_or_time", frozen=True, kw_only=True):
    """Runs on a timetable, and when assets have been updated."""

    timetable: "TimetableSpec"
    condition: Any = None


class Custom(TimetableValue, tag="custom", frozen=True, kw_only=True):
    """User code. The loader works out the next runs when it parses the file."""

    classpath: str
    data: dict[str, Any] = {}
    description: str = ""
    periodic: bool = True
    active_runs_limit: int | None = None


TimetableSpec = (
    Never
    | Once
    | Continuous
    | CronInterval
    | CronTrigger
    | DeltaInterval
    | DeltaTrigger
    | Events
    | Assets
    | AssetsOrTime
    | Custom
)


class DataInterval(TimetableValue, frozen=True, kw_only=True):
    """The stretch of time that a run covers, from ``start`` up to ``end``."""

    start: datetime
    end: datetime


class RunSlot(TimetableValue, frozen=True, kw_only=True):
    """One run that a timetable asks for: not before ``run_after``, covering ``interval``."""

    run_after: datetime
    interval: DataInterval


class PlannedRun(TimetableValue, frozen=True, kw_only=True):
    """One future run of a custom timetable, worked out by user code at parse time."""

    run_after: datetime
    start: datetime
    end: datetime
