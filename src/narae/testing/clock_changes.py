"""What happens to schedules on the days on which clocks are changed, in words."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

import msgspec

from narae.core.timetables.schedule import innermost
from narae.core.timetables.spec import CronInterval, CronTrigger, DeltaInterval, DeltaTrigger
from narae.core.timetables.zones import wall, zone
from narae.testing.forecast_slots import ForecastDag, slots_of

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
_WALL_KINDS = (CronInterval, CronTrigger)
_NAMED_MAX = 3


@dataclass(frozen=True, kw_only=True)
class ClockChange:
    """One change of the clocks, and what it does to some DAGs."""

    timezone: str
    at: datetime
    forward: bool
    dags: tuple[str, ...]
    words: str


@dataclass(frozen=True, kw_only=True)
class _Change:
    at: datetime
    before: timedelta
    after: timedelta

    @property
    def forward(self) -> bool:
        return self.after > self.before

    @property
    def day(self) -> date:
        """The local day on which it happens."""
        return (self.at + min(self.before, self.after)).date()

    def says_no(self, shown: datetime) -> bool:
        """Whether clocks skip this wall time, or show it twice."""
        first = (self.at + min(self.before, self.after)).replace(tzinfo=None)
        last = (self.at + max(self.before, self.after)).replace(tzinfo=None)
        return first <= shown < last


def changes(where: tzinfo, start: datetime, end: datetime) -> Iterator[_Change]:
    """All changes of a zone's clocks in ``[start, end)``."""
    at = start
    while at < end:
        then = min(at + DAY, end)
        before, after = at.astimezone(where).utcoffset(), then.astimezone(where).utcoffset()
        if before != after and before is not None and after is not None:
            yield _Change(at=_moment(where, at, then), before=before, after=after)
        at = then


def _moment(where: tzinfo, low: datetime, high: datetime) -> datetime:
    offset = low.astimezone(where).utcoffset()
    while high - low > SECOND:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle in {low, high}:
            break
        if middle.astimezone(where).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high


def clock_changes(
    dags: Sequence[ForecastDag],
    moments: Mapping[int, Sequence[datetime]],
    *,
    start: datetime,
    end: datetime,
) -> list[ClockChange]:
    """What clock changes do to these DAGs. ``moments`` are their runs' ``run_after``, in order."""
    found: dict[tuple[datetime, str, bool, str], list[str]] = {}
    known: dict[str, list[_Change]] = {}
    for number, dag in enumerate(dags):
        name = _zone_of(dag)
        if name not in known:
            known[name] = list(changes(zone(name), start, end))
        for change in known[name]:
            for words in _words(dag, moments[number], change, zone(name)):
                place = (change.at, name, change.forward, words)
                found.setdefault(place, []).append(dag.spec.dag_id)
    return [
        ClockChange(timezone=name, at=at, forward=forward, dags=tuple(ids), words=words)
        for (at, name, forward, words), ids in sorted(found.items())
    ]


def _zone_of(dag: ForecastDag) -> str:
    timetable: Any = innermost(dag.spec.timetable)
    return getattr(timetable, "timezone", None) or dag.spec.timezone


def _words(
    dag: ForecastDag, moments: Sequence[datetime], change: _Change, where: tzinfo
) -> Iterator[str]:
    timetable = innermost(dag.spec.timetable)
    if isinstance(timetable, DeltaInterval | DeltaTrigger):
        yield from _spaced(timetable, moments, change, where)
    elif isinstance(timetable, _WALL_KINDS):
        yield from _by_the_clock(dag, timetable, moments, change, where)


def _spaced(
    timetable: DeltaInterval | DeltaTrigger,
    moments: Sequence[datetime],
    change: _Change,
    where: tzinfo,
) -> Iterator[str]:
    """Real distances stay, so the wall time moves. Below a day nobody sees it."""
    step = timetable.step
    if step.seconds < DAY.total_seconds() or step.seconds % DAY.total_seconds():
        return
    before = [at for at in moments if at < change.at]
    after = [at for at in moments if at >= change.at]
    if before and after:
        then, now = _clock(wall(before[-1], where)), _clock(wall(after[0], where))
        yield f"keeps its distance of 24 h: from then on at {now}, not {then}"


def _by_the_clock(
    dag: ForecastDag,
    timetable: CronInterval | CronTrigger,
    moments: Sequence[datetime],
    change: _Change,
    where: tzinfo,
) -> Iterator[str]:
    """Compares the day with what it would be if clocks were not changed."""
    real = [wall(at, where) for at in moments if wall(at, where).date() == change.day]
    wanted = list(_unchanged(dag, timetable, change))
    missing = sorted((Counter(wanted) - Counter(real)).elements())
    extra = sorted((Counter(real) - Counter(wanted)).elements())
    if change.forward and missing:
        if len(missing) == len(extra):
            yield f"{_clocks(missing)} {_do(missing)} not exist: runs at {_clocks(extra)}"
        else:
            yield f"{_clocks(missing)} {_do(missing)} not exist: {_counts(real, wanted)}"
    elif not change.forward and extra:
        words = "runs both times" if len(extra) == 1 else _counts(real, wanted)
        yield f"{_clocks(extra)} {_come(extra)} twice: {words}"
    elif not change.forward:
        twice = [shown for shown in wanted if change.says_no(shown)]
        if twice:
            yield f"{_clocks(twice)} {_come(twice)} twice: runs once"


def _unchanged(
    dag: ForecastDag, timetable: CronInterval | CronTrigger, change: _Change
) -> Iterable[datetime]:
    """Wall times of that day's runs if the offset stayed as it was."""
    fixed = msgspec.structs.replace(timetable, timezone=_offset_name(change.before))
    spec = msgspec.structs.replace(dag.spec, timetable=fixed)
    begin = datetime.combine(change.day, time(), UTC) - change.before
    for slot in slots_of(ForecastDag(spec=spec), start=begin, end=begin + DAY):
        yield (slot.run_after + change.before).replace(tzinfo=None)


def _offset_name(offset: timedelta) -> str:
    sign = "-" if offset < timedelta() else "+"
    minutes = abs(offset) // timedelta(minutes=1)
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"


def _counts(real: Sequence[datetime], wanted: Sequence[datetime]) -> str:
    return f"{len(real)} runs that day instead of {len(wanted)}"


def _clocks(shown: Sequence[datetime]) -> str:
    names = [_clock(each) for each in dict.fromkeys(shown)]
    rest = len(names) - _NAMED_MAX
    return ", ".join(names[:_NAMED_MAX]) + (f" and {rest} more" if rest > 0 else "")


def _clock(shown: datetime) -> str:
    return f"{shown:%H:%M}"


def _do(shown: Sequence[datetime]) -> str:
    return "does" if len(set(shown)) == 1 else "do"


def _come(shown: Sequence[datetime]) -> str:
    return "comes" if len(set(shown)) == 1 else "come"
