"""Waiting for a moment."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from narae.errors import AirflowException
from narae.sensors.base import BaseSensorOperator
from narae.sensors.poke import moment_of
from narae.triggers.temporal import DateTimeTrigger


class DateTimeSensor(BaseSensorOperator):
    """Waits until ``target_time``: a datetime, or a template that gives its ISO 8601 text."""

    template_fields: Sequence[str] = ("target_time",)

    def __init__(self, *, target_time: str | datetime, **options: Any) -> None:
        super().__init__(**options)
        if not isinstance(target_time, str | datetime):
            raise TypeError(
                f"target_time of {self.task_id!r} is {target_time!r}: a datetime or its text is"
                " needed"
            )
        text = target_time.isoformat() if isinstance(target_time, datetime) else target_time
        self.target_time = text

    @property
    def moment(self) -> datetime:
        """The target, with a time zone; a naive one is in the DAG's zone."""
        try:
            found = datetime.fromisoformat(self.target_time.strip())
        except ValueError as error:
            raise AirflowException(
                f"target_time of {self.task_id!r} is {self.target_time!r}: {error}"
            ) from None
        zone = ZoneInfo(self.dag.zone) if self.has_dag() else UTC
        return found if found.tzinfo is not None else found.replace(tzinfo=zone)

    def poke(self, context: Any) -> bool:
        """Whether the moment has come."""
        self.log.info("Waiting until %s", self.target_time)
        return moment_of(context) > self.moment


class DateTimeSensorAsync(DateTimeSensor):
    """The same without a slot while it waits."""

    def __init__(
        self,
        *,
        start_from_trigger: bool = False,
        end_from_trigger: bool = False,
        trigger_kwargs: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.start_from_trigger = start_from_trigger
        self.end_from_trigger = end_from_trigger
        self.trigger_kwargs = trigger_kwargs

    def execute(self, context: Any) -> NoReturn:
        """Gives the slot back until the moment has come."""
        del context
        trigger = DateTimeTrigger(self.moment, end_from_trigger=self.end_from_trigger)
        self.defer(trigger=trigger, method_name="execute_complete")
        raise AssertionError("defer() raises")

    def execute_complete(self, context: Any, event: Any = None) -> None:
        """The moment has come."""
