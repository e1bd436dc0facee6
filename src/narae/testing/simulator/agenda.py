"""True time, and what is to happen when. Nobody in the simulated world can read this clock."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import NamedTuple

Deed = Callable[[], None]


class Event(NamedTuple):
    """One thing that happens. Those of one moment happen in the order they were planned in."""

    moment: datetime
    number: int
    name: str
    deed: Deed


class Agenda:
    """A heap of events; time goes forward by taking the next one out."""

    def __init__(self, start: datetime) -> None:
        self.now = start
        self._heap: list[Event] = []
        self._numbers = count()

    def at(self, moment: datetime, name: str, deed: Deed) -> None:
        """Plans a deed; a moment that is over means now."""
        event = Event(max(moment, self.now), next(self._numbers), name, deed)
        heapq.heappush(self._heap, event)

    def after(self, seconds: float, name: str, deed: Deed) -> None:
        """Plans a deed, so many seconds from now."""
        self.at(self.now + timedelta(seconds=seconds), name, deed)

    def take(self, until: datetime) -> Event | None:
        """The next event; None when there is none before ``until``, which it is then."""
        if not self._heap or self._heap[0].moment > until:
            self.now = max(self.now, until)
            return None
        event = heapq.heappop(self._heap)
        self.now = max(self.now, event.moment)
        return event


class Skewed:
    """The wall clock of one machine: true time and an error. Implements ``engine.ports.Clock``."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self.error = timedelta()

    def now(self) -> datetime:
        """What the machine takes the time for."""
        return self._agenda.now + self.error
