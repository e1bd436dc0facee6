"""Long stretches, day by day: a day that begins as one before it did, with the same runs, is known.

What a deployment does next depends on what is under way (and for how long) and on the runs to
come. Both are compared exactly, so a year that repeats itself costs a few days.
"""

from collections.abc import Hashable, MutableMapping, Sequence
from datetime import datetime

from narae.testing.forecast_stretch import Start, Stretch, World
from narae.testing.rehearsal import Rehearsal

DAY_SECONDS = 86_400
_NOTHING: Hashable = ()
"""The state of a deployment at rest."""

Day = tuple[Start, ...]
"""Its runs, offsets from its own beginning."""


class DayByDay:
    """Works long stretches out. What it learns of a day goes into ``known``, by a name for it."""

    def __init__(
        self,
        world: World,
        *,
        begin: datetime,
        known: MutableMapping[Hashable, Stretch],
        runs_max: int,
    ) -> None:
        self._world = world
        self._begin = begin
        self._known = known
        self._runs_left = runs_max
        self._next: dict[Hashable, Hashable] = {}
        """By a day's name: the state at its end."""
        self._came_from: dict[Hashable, tuple[Hashable, Day]] = {}
        """By state: the state and the day that led to it first."""
        self._live: tuple[Hashable, Rehearsal, int] | None = None
        """A rehearsal, the state that it is in, and how many days it has gone."""
        self.simulated = 0
        """How many days went through the scheduler."""

    def work_out(self, starts: Sequence[Start]) -> Stretch:
        """The stretch as ``parts``; ``cut`` when it does not repeat itself soon enough."""
        state = _NOTHING
        parts: list[tuple[Hashable, float]] = []
        days = _days(starts)
        for number, day in enumerate(days):
            is_last = number == len(days) - 1
            name = ("day", state, day, is_last)
            if name not in self._known and not self._go(name, state, day, is_last=is_last):
                return _joined(parts, number * DAY_SECONDS, cut=True)
            parts.append((name, float(number * DAY_SECONDS)))
            state = self._next[name]
        seconds = (len(days) - 1) * DAY_SECONDS + self._known[parts[-1][0]].seconds
        return _joined(parts, seconds, cut=False)

    def _go(self, name: Hashable, state: Hashable, day: Day, *, is_last: bool) -> bool:
        """Simulates one day; False when that would be too many."""
        live, gone = self._in_state(state)
        if self._runs_left < len(day):
            return False
        self._runs_left -= len(day)
        self.simulated += 1
        found, after = _play(live, day, gone, to_the_end=is_last)
        self._known[name] = found
        self._next[name] = after
        self._live = None if is_last else (after, live, gone + 1)
        if not is_last and after != _NOTHING:
            self._came_from.setdefault(after, (state, day))
        return True

    def _in_state(self, state: Hashable) -> tuple[Rehearsal, int]:
        """A rehearsal that is in ``state``: the one at hand, or one that is led there again."""
        if self._live is not None and self._live[0] == state:
            return self._live[1:]
        way: list[Day] = []
        while state != _NOTHING:
            state, day = self._came_from[state]
            way.append(day)
        live = Rehearsal(self._world, begin=self._begin)
        for gone, day in enumerate(reversed(way)):
            self._runs_left -= len(day)
            _play(live, day, gone, to_the_end=False)
        return live, len(way)


def _play(live: Rehearsal, day: Day, gone: int, *, to_the_end: bool) -> tuple[Stretch, Hashable]:
    since = gone * DAY_SECONDS
    shifted = [start._replace(offset=start.offset + since) for start in day]
    live.play(shifted, until=None if to_the_end else since + DAY_SECONDS)
    return live.take(since=since), live.state()


def _days(starts: Sequence[Start]) -> list[Day]:
    days: list[list[Start]] = [[] for _ in range(starts[-1].offset // DAY_SECONDS + 1)]
    for start in starts:
        number, offset = divmod(start.offset, DAY_SECONDS)
        days[number].append(start._replace(offset=offset))
    return [tuple(day) for day in days]


def _joined(parts: Sequence[tuple[Hashable, float]], seconds: float, *, cut: bool) -> Stretch:
    return Stretch(seconds=seconds, peak=0, peak_at=0.0, pool_peaks={}, parts=tuple(parts), cut=cut)
