"""What was in the way, and since when: kept while it happens, read once it is over."""

from collections.abc import Hashable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from narae.core.holds import HoldCode
from narae.core.run import Wait

SHORTEST = timedelta(milliseconds=1)
"""What is shorter is the scheduler's own time, not waiting."""
_KEPT = 16


class Obstacles:
    """The first obstacle of a line of candidates as it changed; None: nothing.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> seen = Obstacles()
    >>> seen.note(HoldCode.POOL_FULL, noon)
    >>> seen.note(None, noon + timedelta(minutes=2))
    >>> [(code, since.minute, until.minute) for code, since, until in
    ...     seen.between(noon + timedelta(minutes=1), noon + timedelta(minutes=5))]
    [(<HoldCode.POOL_FULL: 'pool_full'>, 1, 2), (None, 2, 5)]
    """

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: list[tuple[HoldCode | None, datetime]] = []

    def note(self, code: HoldCode | None, now: datetime) -> None:
        """From now on this is in the way. What lasted no time at all is forgotten."""
        entries = self._entries
        if entries and entries[-1][1] == now:
            entries.pop()
        if not entries or entries[-1][0] is not code:
            entries.append((code, now))
            if len(entries) > _KEPT:
                del entries[0]

    @property
    def latest(self) -> HoldCode | None:
        """What is in the way now."""
        return self._entries[-1][0] if self._entries else None

    def between(
        self, since: datetime, until: datetime
    ) -> Iterator[tuple[HoldCode | None, datetime, datetime]]:
        """What was in the way, without gaps; nothing before the first note."""
        at, code = since, None
        for next_code, begin in self._entries:
            if begin >= until:
                break
            if begin > at:
                yield code, at, begin
                at = begin
            code = next_code
        if at < until:
            yield code, at, until


def joined(parts: Iterator[Wait]) -> tuple[Wait, ...]:
    """Stretches of one kind that touch become one; the very short ones go."""
    found: list[Wait] = []
    for part in parts:
        if found and found[-1].code is part.code and found[-1].until == part.since:
            found[-1] = Wait(code=part.code, since=found[-1].since, until=part.until)
        else:
            found.append(part)
    return tuple(wait for wait in found if wait.until - wait.since >= SHORTEST)


class Held:
    """How long only the past or a date was in the way of instances that wait."""

    def __init__(self) -> None:
        self._seen: dict[Hashable, Obstacles] = {}

    def note(self, ref: Hashable, code: HoldCode, now: datetime) -> None:
        """From now on it is this."""
        self._seen.setdefault(ref, Obstacles()).note(code, now)

    def forget(self, ref: Hashable) -> None:
        """It waits no more."""
        self._seen.pop(ref, None)

    def waits(self, ref: Hashable, *, until: datetime) -> tuple[Wait, ...]:
        """All of it, up to when the instance was scheduled."""
        found = self._seen.get(ref)
        if found is None:
            return ()
        spells = found.between(datetime.min.replace(tzinfo=UTC), until)
        return joined(Wait(code=c, since=a, until=b) for c, a, b in spells if c is not None)


class Queueing:
    """What candidates for a slot have waited for, beside what their own lane waits for."""

    def __init__(self) -> None:
        self._everybody = Obstacles()
        self._aside: dict[Hashable, HoldCode] = {}
        self._waited: dict[Hashable, tuple[Wait, ...]] = {}

    def everybody(self, code: HoldCode | None, now: datetime) -> None:
        """From now on this keeps the whole line waiting; None: nothing does."""
        self._everybody.note(code, now)

    def set_aside(self, key: Hashable, code: HoldCode) -> None:
        """Out of line for a reason that no limit knows of, until it is offered again."""
        self._aside[key] = code

    def aside(self) -> Iterable[HoldCode]:
        """What those who are out of line wait for."""
        return self._aside.values()

    def everybody_waits_for(self) -> HoldCode | None:
        """What keeps the whole line waiting now; None: nothing does."""
        return self._everybody.latest

    def forget(self, key: Hashable) -> None:
        """It is no candidate any more."""
        self._aside.pop(key, None)
        self._waited.pop(key, None)

    def admitted(self, key: Hashable, lane: Obstacles, *, since: datetime, now: datetime) -> None:
        """It goes out, having waited in this lane."""
        if since < now:
            self._waited[key] = joined(self._parts(key, lane, since, now))

    def waited(self, key: Hashable) -> tuple[Wait, ...]:
        """What one that was just admitted has waited for since it was scheduled."""
        return self._waited.pop(key, ())

    def _parts(
        self, key: Hashable, lane: Obstacles, since: datetime, now: datetime
    ) -> Iterator[Wait]:
        """What its lane waited for; else why it was aside; else what everybody waited for."""
        aside = self._aside.pop(key, None)
        for own, begin, end in lane.between(since, now):
            if own is not None or aside is not None:
                yield Wait(code=own or aside or HoldCode.NEXT_TICK, since=begin, until=end)
                continue
            for code, first, last in self._everybody.between(begin, end):
                yield Wait(code=code or HoldCode.NEXT_TICK, since=first, until=last)
