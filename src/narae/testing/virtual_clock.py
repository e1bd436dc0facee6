"""A clock that stands still until it is told to go on."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class VirtualClock:
    """Implements ``engine.ports.Clock``.

    >>> clock = VirtualClock()
    >>> clock.advance(timedelta(minutes=5)).isoformat()
    '2026-01-01T12:05:00+00:00'
    """

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        """The time now."""
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Goes on by so much; the time then."""
        self._now += by
        return self._now

    def advance_to(self, moment: datetime) -> datetime:
        """Goes on to ``moment``, never back; the time then."""
        self._now = max(self._now, moment)
        return self._now
