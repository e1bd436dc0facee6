"""What ``schedule=`` means, by the two generations' rules (authoring facts, B0 and B2)."""

from typing import Any

from narae.authoring.assets import BaseAsset
from narae.authoring.parsing import FileSettings, Generation
from narae.authoring.steps import is_distance
from narae.authoring.timetables import (
    AssetTriggeredTimetable,
    ContinuousTimetable,
    CronDataIntervalTimetable,
    CronTriggerTimetable,
    DeltaDataIntervalTimetable,
    DeltaTriggerTimetable,
    NullTimetable,
    OnceTimetable,
    Timetable,
)
from narae.errors import DagDefinitionError

_NAMED = {"@once": OnceTimetable, "@continuous": ContinuousTimetable}


def timetable_of(
    schedule: Any, *, zone: str, generation: Generation, settings: FileSettings
) -> Timetable:
    """The timetable that a ``schedule=`` stands for."""
    if schedule is None:
        return NullTimetable()
    if isinstance(schedule, Timetable):
        return schedule
    if isinstance(schedule, str):
        return _of_text(schedule.strip(), zone, generation, settings)
    if is_distance(schedule):
        chosen = settings.create_delta_data_intervals
        with_interval = generation == 2 if chosen is None else chosen  # noqa: PLR2004 - as above
        kind = DeltaDataIntervalTimetable if with_interval else DeltaTriggerTimetable
        return kind(schedule)
    if isinstance(schedule, BaseAsset) or (isinstance(schedule, list | tuple) and schedule):
        return AssetTriggeredTimetable(schedule)
    raise DagDefinitionError(
        f"schedule={schedule!r}: a cron expression, a preset such as '@daily', a timedelta, a"
        " timetable, assets or None is needed"
    )


def _of_text(text: str, zone: str, generation: Generation, settings: FileSettings) -> Timetable:
    if text in _NAMED:
        return _NAMED[text]()
    chosen = settings.create_cron_data_intervals
    with_interval = generation == 2 if chosen is None else chosen  # noqa: PLR2004 - as above
    kind = CronDataIntervalTimetable if with_interval else CronTriggerTimetable
    return kind(text, timezone=zone)


def schedule_text(schedule: Any) -> str:
    """The schedule as its author wrote it, for display."""
    if schedule is None:
        return ""
    if isinstance(schedule, Timetable):
        return schedule.summary
    if isinstance(schedule, str):
        return schedule
    if isinstance(schedule, BaseAsset | list | tuple):
        return "Asset"
    return str(schedule)
