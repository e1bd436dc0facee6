"""Triggers for tests of deferrable operators."""

from collections.abc import AsyncIterator
from typing import Any

from narae.triggers.base import BaseTrigger, TriggerEvent


class SuccessTrigger(BaseTrigger):
    """Fires at once with True."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """See :class:`BaseTrigger`."""
        return "narae.triggers.testing.SuccessTrigger", {}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """One event."""
        yield TriggerEvent(True)


class FailureTrigger(BaseTrigger):
    """Fails at once."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """See :class:`BaseTrigger`."""
        return "narae.triggers.testing.FailureTrigger", {}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """No event."""
        for payload in range(0):
            yield TriggerEvent(payload)
        raise ValueError("this trigger always fails")
