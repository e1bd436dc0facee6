"""Moments to come, one for each key, in a heap."""

import heapq
from collections.abc import Hashable
from datetime import datetime
from itertools import count
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Timers(Generic[K]):
    """At most one moment for each key.

    >>> from datetime import UTC, datetime, timedelta
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> timers = Timers[str]()
    >>> timers.set("a", noon); timers.set("b", noon + timedelta(hours=1)); timers.set("a", None)
    >>> timers.next() == noon + timedelta(hours=1), timers.due(noon)
    (True, [])
    """

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, K]] = []
        self._moments: dict[K, datetime] = {}
        self._order = count()

    def set(self, key: K, at: datetime | None) -> None:
        """Replaces the key's moment; None takes it away."""
        if at is None:
            self._moments.pop(key, None)
            return
        if self._moments.get(key) != at:
            self._moments[key] = at
            heapq.heappush(self._heap, (at, next(self._order), key))

    def sooner(self, key: K, at: datetime) -> None:
        """Like :meth:`set`, unless the key's moment is earlier already."""
        known = self._moments.get(key)
        if known is None or at < known:
            self.set(key, at)

    def due(self, now: datetime) -> list[K]:
        """Takes out the keys whose moment has come, earliest first."""
        keys = []
        while (moment := self.next()) is not None and moment <= now:
            key = heapq.heappop(self._heap)[2]
            del self._moments[key]
            keys.append(key)
        return keys

    def next(self) -> datetime | None:
        """The earliest moment."""
        while self._heap:
            at, _, key = self._heap[0]
            if self._moments.get(key) == at:
                return at
            heapq.heappop(self._heap)
        return None
