"""Waiting for a time of day."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from narae.sensors.base import BaseSensorOperator
from narae.sensors.poke import moment_of
from narae.triggers.temporal import DateTimeTrigger


class TimeSensor(BaseSensorOperator):
    """Waits until ``target_time`` of the day on which it starts, in the DAG's time zone."""

    def __init__(
        self,
        *,
        target_time: time,
        deferrable: bool = False,
        start_from_trigger: bool = False,
        end_from_trigger: bool = False,
        trigger_kwargs: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.target_time = target_time
        self.deferrable = deferrable
        self.start_from_trigger = start_from_trigger
        self.end_from_trigger = end_from_trigger
        self.trigger_kwargs = trigger_kwargs

    def target(self, context: Any) -> datetime:
        """The moment that is waited for: on the day of the wait's begin."""
        zone = self.target_time.tzinfo or ZoneInfo(self.dag.zone)
        ti = context.get("ti")
        begin: datetime = getattr(ti, "first_started_at", None) or moment_of(context)
        return datetime.combine(begin.astimezone(zone).date(), self.target_time, tzinfo=zone)

    def poke(self, context: Any) -> bool:
        """Whether the time has come."""
        target = self.target(context)
        self.log.info("Checking if the time (%s) has come", target)
        return moment_of(context) > target

    def execute(self, context: Any) -> Any:
        """Waits here, or without a slot when it is deferrable."""
        if not self.deferrable:
            return super().execute(context)
        trigger = DateTimeTrigger(self.target(context), end_from_trigger=self.end_from_trigger)
        self.defer(
            trigger=trigger,
            method_name="execute_complete",
            timeout=timedelta(seconds=self.timeout),
        )
        return None

    def execute_complete(self, context: Any, event: Any = None) -> None:
        """The time has come."""


class TimeSensorAsync(TimeSensor):
    """The same without a slot while it waits."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**(options | {"deferrable": True}))
