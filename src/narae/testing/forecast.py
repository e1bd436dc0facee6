"""What would run when, over months or years, from the real timetables and the real scheduler.

Time falls into stretches in which the deployment is busy, with rest in between. Within one,
either no limit is ever reached: then every run goes as it goes alone, and laying the runs side
by side says all. Or one is: then the real scheduler runs the stretch on virtual time. Stretches
that look the same (the same DAGs at the same distances) are worked out once, and so are the days
of a long stretch that begin alike. So nothing is estimated. Where a deployment never rests and
no day is like another, as when work piles up, the beginning is simulated and the forecast says
up to when.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from narae.core.run import Limits, Pool
from narae.core.timetables.spec import RunSlot
from narae.testing.clock_changes import ClockChange, clock_changes
from narae.testing.forecast_days import DayByDay
from narae.testing.forecast_slots import ForecastDag, note_on, slots_of, takes_part
from narae.testing.forecast_stretch import (
    Alone,
    Start,
    Stretch,
    Wait,
    World,
    laid_out,
)
from narae.testing.rehearsal import alone, rehearse
from narae.testing.simulated import label_of

T = TypeVar("T")
MINUTE = timedelta(minutes=1)
DEFAULT_POOL = Pool(name="default_pool", slots=128)
WAITS_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a DAG's file does not say."""

    durations: Mapping[str, timedelta] = field(default_factory=dict)
    """``dag.task`` or ``task`` -> how long each attempt takes."""
    default_duration: timedelta = MINUTE
    mapped: Mapping[str, int] = field(default_factory=dict)
    """``dag.task`` or ``task`` -> how many instances are mapped over what it returns."""
    default_mapped: int = 1
    limits: Limits = field(default_factory=Limits)
    pools: tuple[Pool, ...] = (DEFAULT_POOL,)
    stretch_runs_max: int = 1_000
    """A stretch of more runs is worked out day by day."""
    simulated_runs_max: int = 20_000
    """How many runs of such stretches go through the scheduler, in all."""


@dataclass(frozen=True, kw_only=True)
class DagForecast:
    """One DAG over the whole time."""

    dag_id: str
    runs: int
    first: datetime | None
    last: datetime | None
    attempts: int
    """Of all runs together."""
    busy: timedelta
    """Slot time: how long its attempts take together."""
    duration: timedelta
    """Of one run that has the deployment for itself."""
    waited: timedelta
    """How long its runs and tasks waited for slots together."""
    timed_out: int
    """Runs that took longer than their dagrun_timeout."""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class WorstWait:
    """One of the longest waits."""

    dag_id: str
    run_after: datetime
    """Of the first run that it happens to."""
    task: str
    """"" when the run itself waits."""
    waited: timedelta
    code: str
    words: str
    times: int
    """In how many stretches that look the same it happens."""


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """All of it."""

    start: datetime
    end: datetime
    dags: tuple[DagForecast, ...]
    peak: int
    """The most attempts at once."""
    peak_at: datetime | None
    pools: Mapping[str, tuple[int, int]]
    """Pool -> (the most slots in use at once, its slots; -1: without limit)."""
    waits: tuple[WorstWait, ...]
    clock_changes: tuple[ClockChange, ...]
    notes: tuple[str, ...] = ()
    stretches: int = 0
    """How many stretches there are, ..."""
    simulated: int = 0
    """... how many different ones went through the scheduler, ..."""
    laid_out: int = 0
    """... and in how many different ones nobody had to wait."""


def forecast(
    dags: Sequence[ForecastDag],
    *,
    start: datetime,
    end: datetime,
    choices: Choices = Choices(),
) -> Forecast:
    """What these DAGs would do with ``start <= run_after < end``."""
    return _Forecaster(dags, start, end, choices).forecast()


class _Forecaster:
    def __init__(
        self, dags: Sequence[ForecastDag], start: datetime, end: datetime, choices: Choices
    ) -> None:
        self._dags = dags
        self._start, self._end = start.astimezone(UTC), end.astimezone(UTC)
        self._notes: list[str] = []
        self._choices = choices
        self._world = World(
            specs=[dag.spec for dag in dags],
            limits=choices.limits,
            pools=self._pools(),
            durations=_lookup(choices.durations, choices.default_duration),
            mapped=_lookup(choices.mapped, choices.default_mapped),
        )
        self._profiles: dict[tuple[int, tuple[bool, ...]], Alone] = {}
        self._known: dict[Hashable, Stretch] = {}
        self._times: Counter[Hashable] = Counter()
        self._first_at: dict[Hashable, datetime] = {}
        self._day_by_day = DayByDay(
            self._world, begin=self._start, known=self._known, runs_max=choices.simulated_runs_max
        )
        self._moments: dict[int, list[datetime]] = {n: [] for n in range(len(dags))}
        self._shapes: Counter[tuple[int, tuple[bool, ...]]] = Counter()
        self._simulated = self._laid_out = 0

    def _pools(self) -> dict[str, Pool]:
        pools = {pool.name: pool for pool in (DEFAULT_POOL, *self._choices.pools)}
        for dag in self._dags:
            for task in dag.spec.tasks:
                if task.pool not in pools:
                    pools[task.pool] = Pool(name=task.pool, slots=-1)
                    self._notes.append(f"pool {task.pool!r} is unknown: taken as without limit")
        return pools

    def forecast(self) -> Forecast:
        """Goes through all stretches, then adds up."""
        starts = self._starts()
        at = 0
        while at < len(starts):
            at = self._stretch(starts, at)
        peak, peak_at = self._peak()
        return Forecast(
            start=self._start,
            end=self._end,
            dags=tuple(self._dag(number) for number in range(len(self._dags))),
            peak=peak,
            peak_at=peak_at,
            pools=self._pool_peaks(),
            waits=self._worst(),
            clock_changes=tuple(
                clock_changes(self._dags, self._moments, start=self._start, end=self._end)
            ),
            notes=tuple(self._notes),
            stretches=sum(self._times.values()),
            simulated=self._simulated + self._day_by_day.simulated,
            laid_out=self._laid_out,
        )

    # -- what runs when ---------------------------------------------------------------------

    def _starts(self) -> list[Start]:
        """All runs, offsets in seconds from the forecast's beginning."""
        return list(heapq.merge(*map(self._of, range(len(self._dags))), key=lambda s: s.offset))

    def _of(self, number: int) -> Iterator[Start]:
        dag = self._dags[number]
        for slot in slots_of(dag, start=self._start, end=self._end):
            start = self._start_of(number, slot)
            key = (number, start.shape)
            if key not in self._profiles:
                self._profiles[key] = alone(self._world, start, begin=slot.run_after)
            self._moments[number].append(slot.run_after)
            if self._profiles[key].stuck:
                continue
            self._shapes[key] += 1
            yield start

    def _start_of(self, number: int, slot: RunSlot) -> Start:
        offset = round((slot.run_after - self._start).total_seconds())
        return Start(number, offset, takes_part(self._dags[number].spec, slot))

    # -- stretches --------------------------------------------------------------------------

    def _stretch(self, starts: Sequence[Start], first: int) -> int:
        """Works out the stretch that begins with ``starts[first]``; where the next one begins."""
        begin = starts[first].offset
        last, again = self._busy_until(starts, first, first, begin + 1), 0
        while True:
            key = tuple(s._replace(offset=s.offset - begin) for s in starts[first:last])
            found = self._outcome(key, begin)
            if found.cut or last == len(starts) or starts[last].offset >= begin + found.seconds:
                break
            # It took longer than its runs do alone, into the next runs: they belong to it.
            again += 1
            wider = found.seconds * (_WIDER if again > _NARROW_TRIES else 1)
            last = self._busy_until(starts, first, last, begin + wider)
        if found.cut:
            self._notes.append(_cut_words(self._moment(begin), len(key), found))
        for name, offset in found.parts or ((key, 0.0),):
            self._times[name] += 1
            self._first_at.setdefault(name, self._moment(begin + offset))
        return last

    def _busy_until(self, starts: Sequence[Start], first: int, last: int, busy: float) -> int:
        """Up to where runs begin while others are under way, as they go alone."""
        for each in starts[first:last]:
            busy = max(busy, each.offset + self._profile(each).seconds)
        while last < len(starts) and starts[last].offset < busy:
            busy = max(busy, starts[last].offset + self._profile(starts[last]).seconds)
            last += 1
        return last

    def _profile(self, start: Start) -> Alone:
        return self._profiles[start.dag, start.shape]

    def _moment(self, offset: float) -> datetime:
        return self._start + timedelta(seconds=offset)

    def _outcome(self, key: tuple[Start, ...], begin: int) -> Stretch:
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._worked_out(key, begin)
        return found

    def _worked_out(self, key: tuple[Start, ...], begin: int) -> Stretch:
        found = laid_out(self._world, key, [self._profile(start) for start in key])
        if found is not None:
            self._laid_out += 1
            return found
        if len(key) > self._choices.stretch_runs_max:
            return self._day_by_day.work_out(key)
        self._simulated += 1
        return rehearse(self._world, key, begin=self._moment(begin))

    # -- adding up --------------------------------------------------------------------------

    def _dag(self, number: int) -> DagForecast:
        spec, moments = self._dags[number].spec, self._moments[number]
        counted = [(self._profiles[key], n) for key, n in self._shapes.items() if key[0] == number]
        profiles = [each for (dag, _), each in self._profiles.items() if dag == number]
        stretches = [(self._known[key], n) for key, n in self._times.items()]
        stuck = next((each.stuck for each in profiles if each.stuck), "")
        note = f"its runs never end: {stuck}" if stuck else note_on(spec.timetable)
        return DagForecast(
            dag_id=spec.dag_id,
            runs=len(moments),
            first=moments[0] if moments else None,
            last=moments[-1] if moments else None,
            attempts=sum(len(each.taken) * n for each, n in counted),
            busy=timedelta(seconds=sum(_busy(each) * n for each, n in counted)),
            duration=timedelta(seconds=max((each.seconds for each in profiles), default=0.0)),
            waited=timedelta(seconds=sum(s.waited.get(number, 0.0) * n for s, n in stretches)),
            timed_out=sum(s.timed_out.get(number, 0) * n for s, n in stretches),
            note=note or "",
        )

    def _peak(self) -> tuple[int, datetime | None]:
        best: tuple[int, datetime | None] = (0, None)
        for key in self._times:
            found = self._known[key]
            if found.peak > best[0]:
                best = found.peak, self._first_at[key] + timedelta(seconds=found.peak_at)
        return best

    def _pool_peaks(self) -> dict[str, tuple[int, int]]:
        peaks: Counter[str] = Counter()
        for key in self._times:
            for pool, used in self._known[key].pool_peaks.items():
                peaks[pool] = max(peaks[pool], used)
        return {name: (peaks[name], self._world.pools[name].slots) for name in sorted(peaks)}

    def _worst(self) -> tuple[WorstWait, ...]:
        """The longest wait of each task for each reason, longest first."""
        worst: dict[tuple[int, str, str], tuple[Wait, datetime]] = {}
        times: Counter[tuple[int, str, str]] = Counter()
        for key, count in self._times.items():
            seen = set()
            for wait in self._known[key].waits:
                place = (wait.dag, wait.task_id, wait.code)
                seen.add(place)
                if place not in worst or wait.seconds > worst[place][0].seconds:
                    run_after = self._first_at[key] + timedelta(seconds=wait.offset)
                    worst[place] = (wait, run_after)
            times.update(dict.fromkeys(seen, count))
        longest = heapq.nlargest(WAITS_SHOWN, worst, key=lambda place: worst[place][0].seconds)
        return tuple(self._worst_wait(*worst[place], times[place]) for place in longest)

    def _worst_wait(self, wait: Wait, run_after: datetime, times: int) -> WorstWait:
        return WorstWait(
            dag_id=self._dags[wait.dag].spec.dag_id,
            run_after=run_after,
            task=label_of(wait.task_id, wait.map_index),
            waited=timedelta(seconds=wait.seconds),
            code=wait.code,
            words=wait.words,
            times=times,
        )


def _cut_words(begin: datetime, runs: int, found: Stretch) -> str:
    until = begin + timedelta(seconds=found.seconds)
    return (
        f"from {begin.isoformat()} on, {runs} runs follow without a rest, wait for each other and "
        f"never come round to where they were: simulated up to {until.isoformat()}; later waits "
        "are not here"
    )


_NARROW_TRIES = 3
_WIDER = 1.5
"""A stretch that gets longer and longer grows by so much at a time, so that it is done soon."""


def _busy(profile: Alone) -> float:
    return sum((each.ended - each.begun) * each.slots for each in profile.taken)


def _lookup(given: Mapping[str, T], default: T) -> Callable[[str, str], T]:
    """By ``dag.task``, else by ``task``."""

    def find(dag_id: str, task_id: str) -> T:
        return given.get(f"{dag_id}.{task_id}", given.get(task_id, default))

    return find
