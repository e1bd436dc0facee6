"""The real time."""

from datetime import UTC, datetime


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        """The time now, UTC and aware."""
        return datetime.now(UTC)
