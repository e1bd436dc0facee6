"""Triggers that wait for a moment."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from narae.triggers.base import BaseTrigger, TaskSuccessEvent, TriggerEvent

_PATH = "narae.triggers.temporal"


class DateTimeTrigger(BaseTrigger):
    """Fires at ``moment``; ``end_from_trigger`` ends the task there with success."""

    def __init__(self, moment: datetime, *, end_from_trigger: bool = False) -> None:
        super().__init__()
        if not isinstance(moment, datetime):
            raise TypeError(f"DateTimeTrigger needs a datetime, not a {type(moment).__name__}")
        if moment.tzinfo is None:
            raise ValueError(f"DateTimeTrigger needs a datetime with a time zone, not {moment}")
        self.moment = moment
        self.end_from_trigger = end_from_trigger

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """See :class:`BaseTrigger`."""
        arguments = {"moment": self.moment, "end_from_trigger": self.end_from_trigger}
        return f"{_PATH}.DateTimeTrigger", arguments

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """One event, with the moment as its payload."""
        import asyncio  # noqa: PLC0415 - heavy, and the runtime turns this trigger into a timer

        left = (self.moment - datetime.now(UTC)).total_seconds()
        await asyncio.sleep(max(left, 0))
        yield TaskSuccessEvent() if self.end_from_trigger else TriggerEvent(self.moment)


class TimeDeltaTrigger(DateTimeTrigger):
    """Fires ``delta`` after it was made."""

    def __init__(self, delta: timedelta, *, end_from_trigger: bool = False) -> None:
        super().__init__(datetime.now(UTC) + delta, end_from_trigger=end_from_trigger)
