"""What happens in one stretch of time in which a deployment is busy without a pause.

The runs of a stretch are given relative to its beginning, so one answer holds for every
stretch that looks the same.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from narae.core.run import Limits, Pool
from narae.core.spec import DagSpec

Durations = Callable[[str, str], timedelta]
"""(DAG id, task id) -> how long an attempt takes."""


class Start(NamedTuple):
    """One run: which DAG, and how many seconds after the stretch's beginning."""

    dag: int
    offset: int
    shape: tuple[bool, ...] = ()
    """Which of its tasks are in the run, where that differs."""


class Taken(NamedTuple):
    """What one attempt takes, in seconds after its run's start."""

    task_id: str
    begun: float
    ended: float
    pool: str
    slots: int


class Wait(NamedTuple):
    """Somebody who was ready and had to wait."""

    seconds: float
    dag: int
    offset: int
    """Of its run."""
    task_id: str
    """"" when it is the run itself that waited."""
    map_index: int
    code: str
    words: str


@dataclass(frozen=True, kw_only=True)
class World:
    """What all stretches have in common."""

    specs: Sequence[DagSpec]
    limits: Limits
    pools: Mapping[str, Pool]
    durations: Durations
    mapped: Callable[[str, str], int]
    """(DAG id, task id) -> how many instances are mapped over what it returns."""


@dataclass(frozen=True, kw_only=True)
class Alone:
    """A run that has the deployment for itself."""

    taken: tuple[Taken, ...]
    seconds: float
    timed_out: bool
    stuck: str = ""
    """Why it never ends, in words; "" when it does."""
    waits: tuple[Wait, ...] = ()
    """Its tasks' waits for each other."""


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """What happened."""

    seconds: float
    """Until everything was over."""
    peak: int
    peak_at: float
    """Seconds after its beginning."""
    pool_peaks: Mapping[str, int]
    waits: tuple[Wait, ...] = ()
    """The longest, longest first."""
    waited: Mapping[int, float] = field(default_factory=dict)
    """DAG -> seconds that its tasks and runs waited in all."""
    timed_out: Mapping[int, int] = field(default_factory=dict)
    """DAG -> runs that took longer than their dagrun_timeout."""
    parts: tuple[tuple[Hashable, float], ...] = ()
    """Of a stretch that was worked out day by day: the days' names, and when each begins."""
    cut: bool = False
    """Only its beginning was simulated."""


WAITS_KEPT = 20


def longest(waits: Sequence[Wait]) -> tuple[Wait, ...]:
    """The longest few, longest first."""
    return tuple(sorted(waits, key=lambda wait: -wait.seconds)[:WAITS_KEPT])


def in_all(waits: Iterable[Wait]) -> dict[int, float]:
    """DAG -> seconds waited."""
    found: dict[int, float] = {}
    for wait in waits:
        found[wait.dag] = found.get(wait.dag, 0.0) + wait.seconds
    return found


def laid_out(world: World, starts: Sequence[Start], profiles: Sequence[Alone]) -> Stretch | None:
    """The stretch as its runs' own profiles side by side; None when that would break a limit.

    Where no limit is reached, nobody waits for anybody, so each run goes as it goes alone.
    """
    if _may_meet_their_past(world, starts, profiles):
        return None
    events: list[tuple[float, int, int, int]] = []
    taken: list[tuple[int, Taken]] = []
    for start, profile in zip(starts, profiles, strict=True):
        for each in profile.taken:
            if each.ended <= each.begun:
                continue  # it takes no time, so nobody waits for it
            number = len(taken)
            taken.append((start.dag, each))
            events.append((start.offset + each.begun, 1, number, 1))
            events.append((start.offset + each.ended, 0, number, -1))
    events.sort()
    used: Counter[object] = Counter()
    bounds = _Bounds(world)
    peak, peak_at = 0, 0.0
    pool_peaks: Counter[str] = Counter()
    for at, _, number, sign in events:
        dag, each = taken[number]
        for resource, amount, bound in bounds.of(dag, each):
            used[resource] += sign * amount
            if used[resource] > bound:
                return None
        if used["parallelism"] > peak:
            peak, peak_at = used["parallelism"], at
        pool_peaks[each.pool] = max(pool_peaks[each.pool], used["pool", each.pool])
    if not _fit_active_runs(world, starts, profiles):
        return None
    waits = [
        wait._replace(offset=start.offset)
        for start, profile in zip(starts, profiles, strict=True)
        for wait in profile.waits
    ]
    return Stretch(
        seconds=max(s.offset + p.seconds for s, p in zip(starts, profiles, strict=True)),
        peak=peak,
        peak_at=peak_at,
        pool_peaks=dict(pool_peaks),
        waits=longest(waits),
        waited=in_all(waits),
        timed_out=Counter(s.dag for s, p in zip(starts, profiles, strict=True) if p.timed_out),
    )


class _Bounds:
    """Which resources an attempt takes of, with their limits."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[tuple[int, str], list[tuple[object, int, float]]] = {}

    def of(self, dag: int, taken: Taken) -> list[tuple[object, int, float]]:
        """(resource, amount, limit)."""
        found = self._known.get((dag, taken.task_id))
        if found is None:
            found = self._known[dag, taken.task_id] = list(self._resources(dag, taken))
        return found

    def _resources(self, dag: int, taken: Taken) -> Iterable[tuple[object, int, float]]:
        world, spec = self._world, self._world.specs[dag]
        task = next(task for task in spec.tasks if task.task_id == taken.task_id)
        yield "parallelism", 1, world.limits.parallelism
        pool = world.pools.get(taken.pool)
        slots = pool.slots if pool is not None and pool.slots >= 0 else float("inf")
        yield ("pool", taken.pool), taken.slots, slots
        if spec.generation < _COUNTS_WITHIN_RUNS:
            yield ("dag", dag), 1, spec.max_active_tasks
        if task.max_active_tis_per_dag is not None:
            yield ("task", dag, taken.task_id), 1, task.max_active_tis_per_dag


_COUNTS_WITHIN_RUNS = 3
"""From this generation on, max_active_tasks counts within a run: a profile knows of it."""


def _may_meet_their_past(world: World, starts: Sequence[Start], profiles: Sequence[Alone]) -> bool:
    """Whether a run begins while one before it, which its tasks wait for, is under way."""
    ends: dict[int, float] = {}
    for start, profile in zip(starts, profiles, strict=True):
        tasks = world.specs[start.dag].tasks
        if any(task.depends_on_past or task.wait_for_downstream for task in tasks):
            if start.offset < ends.get(start.dag, 0.0):
                return True
            ends[start.dag] = start.offset + profile.seconds
    return False


def _fit_active_runs(world: World, starts: Sequence[Start], profiles: Sequence[Alone]) -> bool:
    by_dag: dict[int, list[tuple[float, int]]] = {}
    for start, profile in zip(starts, profiles, strict=True):
        events = by_dag.setdefault(start.dag, [])
        events += [(start.offset, 1), (start.offset + profile.seconds, -1)]
    for dag, events in by_dag.items():
        active = 0
        for _, change in sorted(events):
            active += change
            if active > world.specs[dag].max_active_runs:
                return False
    return True
