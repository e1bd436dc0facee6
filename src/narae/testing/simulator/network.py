"""Connections between processes: ordered streams that are slow, and break in the middle.

As with sockets, what was sent last may be lost when a connection ends, in each direction
another part. ``lossy`` is worse than any socket: single messages are lost, doubled or come
late; only what a sender keeps until it is acknowledged is spared the first and the last.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from narae.core.wire import Acknowledge, Answer, Beat, Kill, Reports, Submit
from narae.testing.simulator.agenda import Agenda

_MAY_GET_LOST = (Submit, Kill, Beat)
_MAY_COME_TWICE = (Submit, Kill, Acknowledge, Reports, Beat)
_OFTEN = 0.15
"""How often each of these happens to a message while the network is lossy."""
_MAY_COME_LATE = (Submit, Kill, Answer, Beat)


class Weather:
    """How the network is now."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.slow = False
        self.lossy = False

    def delay(self) -> float:
        """Seconds on the way."""
        if self.slow:
            return self.chance.choice([0.01, 0.5, 3.0])
        return self.chance.choice([0.0, 0.001, 0.02])


class Pipe:
    """One direction of a connection."""

    def __init__(
        self, agenda: Agenda, weather: Weather, name: str, deliver: Callable[[Any], None]
    ) -> None:
        self._agenda = agenda
        self._weather = weather
        self._name = name
        self._deliver = deliver
        self._numbers = 0
        self._arrived = 0
        self._last = agenda.now
        self._limit: int | None = None

    def send(self, message: Any) -> None:
        """Puts a message on its way."""
        weather = self._weather
        luck = weather.chance.random() if weather.lossy else 1.0
        if luck < _OFTEN and isinstance(message, _MAY_GET_LOST):
            return
        if 2 * _OFTEN < luck < 3 * _OFTEN and isinstance(message, _MAY_COME_LATE):
            self._apart(message)
            return
        self._numbers += 1
        number = self._numbers
        arrival = self._agenda.now + timedelta(seconds=weather.delay())
        self._last = max(self._last, arrival)
        self._agenda.at(self._last, self._name, lambda: self._arrive(number, message))
        if _OFTEN < luck < 2 * _OFTEN and isinstance(message, _MAY_COME_TWICE):
            self._apart(message)

    def _apart(self, message: Any) -> None:
        """Out of order, some time later, but never ahead of what was sent before it."""
        wait = timedelta(seconds=self._weather.chance.choice([0.0, 1.0, 9.0]))
        moment = max(self._last, self._agenda.now + wait)
        self._agenda.at(moment, f"{self._name} late", lambda: self._arrive(0, message))

    def _arrive(self, number: int, message: Any) -> None:
        if self._limit is not None and (number > self._limit or number == 0):
            return
        self._arrived = max(self._arrived, number)
        self._deliver(message)

    def cut(self, *, keep_all: bool = False, keep_none: bool = False) -> None:
        """The stream ends; of what is on its way, a beginning still comes."""
        if self._limit is not None:
            return
        on_way = self._numbers - self._arrived
        kept = self._weather.chance.randrange(on_way + 1)
        self._limit = self._arrived + (on_way if keep_all else 0 if keep_none else kept)

    @property
    def ends_at(self) -> datetime:
        """When its last message has come."""
        return max(self._last, self._agenda.now)


class Connection:
    """Two pipes. Each end has ``heard(connection, message)`` and ``lost(connection)``."""

    def __init__(
        self, agenda: Agenda, weather: Weather, name: str, *, here: Any, there: Any
    ) -> None:
        """``here`` is the one who connects, ``there`` the engine."""
        self._agenda = agenda
        self.name = name
        self._here = here
        self._there = there
        self.to_engine = Pipe(agenda, weather, f"{name}>", lambda m: there.heard(self, m))
        self.from_engine = Pipe(agenda, weather, f"{name}<", lambda m: here.heard(self, m))
        self.is_open = True

    def unacknowledged(self, seq: int) -> list[Reports]:
        """What the one who connected would forget on hearing that it is safe up to ``seq``."""
        return [message for number, message in self._here.said.items() if number <= seq]

    def end(self, *, by: str) -> None:
        """``here`` or ``there`` has closed it or is dead, or (``nobody``) the network has."""
        if not self.is_open:
            return
        self.is_open = False
        self.to_engine.cut(keep_none=by == "there")
        self.from_engine.cut(keep_none=by == "here")
        if by != "here":
            moment = self.from_engine.ends_at
            self._agenda.at(moment, f"{self.name}< end", lambda: self._here.lost(self))
        if by != "there":
            moment = self.to_engine.ends_at
            self._agenda.at(moment, f"{self.name}> end", lambda: self._there.lost(self))
