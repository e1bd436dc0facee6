"""Which scheduled instances go out now.

Candidates that take of the same resources stand in one lane: when the first of them has to
wait for a resource, so have all, and the lane is parked at that resource until somebody gives
some of it back. So those who wait cost nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import NamedTuple

import msgspec

from narae.core.commands import StartAttempt
from narae.core.holds import Hold, HoldCode
from narae.core.ids import AttemptId, TaskKey, TaskRef
from narae.core.limits import PARALLELISM, UNLIMITED, Candidate, Claim, Resource, claims, hold
from narae.core.run import Attempt, Instance, Limits, Pool
from narae.core.run_view import RunView
from narae.core.states import HOLDS_SLOT, TaskState
from narae.core.waiting import Obstacles, Queueing

__all__ = ["Book", "Candidate", "candidate", "start_attempt"]

_Place = tuple[int, tuple[datetime, str, int, int]]
"""Sorts candidates within a DAG: higher priority first, then the order of runs and tasks."""
_COUNTS_WITHIN_RUNS = 3
"""From this generation on, max_active_tasks counts within a run (as of Airflow 3.0)."""
_LaneKey = tuple[str, str | None, str, tuple[Claim, ...]]
HasRoom = Callable[[str | None, str], bool]
"""Whether somebody who serves this executor and queue has a slot free."""


def candidate(view: RunView, instance: Instance) -> Candidate:
    """The candidate for an instance of a run (scheduled, or holding a slot)."""
    task, run = view.graph.tasks[instance.task_id], view.run
    return Candidate(
        key=instance.key,
        dag_id=run.dag_id,
        run_id=run.run_id,
        pool=instance.pool,
        pool_slots=instance.pool_slots,
        priority=instance.priority,
        order=(
            run.logical_date or run.run_after,
            run.uid,
            view.graph.place[instance.task_id],
            instance.map_index,
        ),
        waiting_since=instance.scheduled_at or run.queued_at,
        queue=instance.queue,
        executor=task.executor,
        max_active_tasks=view.spec.max_active_tasks,
        per_run=view.spec.generation >= _COUNTS_WITHIN_RUNS,
        max_active_tis_per_dag=task.max_active_tis_per_dag,
        max_active_tis_per_dagrun=task.max_active_tis_per_dagrun,
    )


class _Lane:
    """Candidates of one DAG that take of the same resources, the best first."""

    __slots__ = (
        "claims",
        "dag_id",
        "executor",
        "heap",
        "key",
        "obstacles",
        "parked",
        "queue",
        "ready_as",
    )

    def __init__(self, key: _LaneKey) -> None:
        self.key = key
        self.dag_id, self.executor, self.queue, self.claims = key
        self.heap: list[tuple[_Place, TaskKey]] = []
        self.obstacles = Obstacles()
        self.parked = False
        self.ready_as = 0
        """Number of its entry among its DAG's ready lanes; 0 while it is parked or empty."""


class PoolLine(NamedTuple):
    """A pool's slots (-1: without limit), those that are held, and how many want one."""

    slots: int
    used: int
    waiting: int


class Line(NamedTuple):
    """The candidates for slots, counted."""

    codes: Mapping[HoldCode, int]
    """By the first thing in their way."""
    pools: Mapping[str, PoolLine]
    oldest: datetime | None
    """Since when the one waits that has waited longest; None while nobody does."""


class Book:
    """Who holds slots, who wants one, and what the limits are."""

    def __init__(self, *, pools: Iterable[Pool] = (), limits: Limits | None = None) -> None:
        self._pools = {pool.name: pool for pool in pools}
        self._parallelism = (limits or Limits()).parallelism
        self._used: dict[Resource, int] = {}
        self._holders: dict[TaskKey, tuple[Candidate, tuple[Claim, ...]]] = {}
        self._held_by_dag: dict[str, int] = {}
        self._waiting: dict[TaskKey, tuple[Candidate, _Lane, tuple[Claim, ...]]] = {}
        self._lanes: dict[_LaneKey, _Lane] = {}
        self._parked: dict[Resource, dict[_LaneKey, _Lane]] = {}
        self._ready: dict[str, list[tuple[_Place, int, _Lane]]] = {}
        """By DAG: lanes that may have somebody to admit, as a heap by their first."""
        self._tick = 0
        self.queueing = Queueing()

    # -- who holds, who waits ---------------------------------------------------------------

    def set_pools(self, pools: Iterable[Pool]) -> None:
        """Replaces all pools."""
        found = {pool.name: pool for pool in pools}
        if found != self._pools:
            self._pools = found
            self._line_up_again()

    def set_limits(self, limits: Limits) -> None:
        """Replaces the deployment's limits."""
        if limits.parallelism != self._parallelism:
            self._parallelism = limits.parallelism
            self._line_up_again()

    def offer(self, wanted: Candidate) -> None:
        """Puts a candidate in line; one with the same key is replaced."""
        there = self._waiting.get(wanted.key)
        if there is not None and there[0] == wanted:
            return
        taken = tuple(self._claims(wanted))
        limited = tuple(claim for claim in taken if claim.bound < UNLIMITED)
        key = (wanted.dag_id, wanted.executor, wanted.queue, limited)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane(key)
        self._waiting[wanted.key] = (wanted, lane, taken)
        entry = (_place(wanted), wanted.key)
        heappush(lane.heap, entry)
        if not lane.parked and lane.heap[0] == entry:
            self._make_ready(lane)

    def withdraw(self, key: TaskKey) -> None:
        """Takes a candidate out of line; nothing happens when it is not there."""
        # Its entry stays in the lane's heap until it comes up.
        self._waiting.pop(key, None)
        self.queueing.forget(key)

    def occupy(self, holder: Candidate, *, pool_only: bool = False) -> None:
        """Counts an open attempt; one with the same key is replaced.

        ``admit`` has done so already for what it gave out. ``pool_only``: a deferred instance
        in a pool that counts those.
        """
        self.release(holder.key)
        taken = tuple(
            claim
            for claim in self._claims(holder)
            if not pool_only or claim.resource.code is HoldCode.POOL_FULL
        )
        self._take(holder, taken)

    def release(self, key: TaskKey) -> None:
        """The attempt has ended; nothing happens when it held nothing."""
        found = self._holders.pop(key, None)
        if found is None:
            return
        holder, taken = found
        self._held_by_dag[holder.dag_id] -= 1
        for claim in taken:
            self._used[claim.resource] -= claim.amount
            if not self._used[claim.resource]:
                del self._used[claim.resource]
            self._unpark(claim.resource)

    def follow(self, view: RunView, instance: Instance) -> None:
        """Offers, occupies or releases as the instance's state says: call it after each change."""
        state, key = instance.state, instance.key
        if state is TaskState.SCHEDULED:
            self.release(key)
            self.offer(candidate(view, instance))
            return
        self._waiting.pop(key, None)
        if state in HOLDS_SLOT:
            if key not in self._holders:
                self.occupy(candidate(view, instance))
            return
        self.release(key)
        pool = self._pools.get(instance.pool)
        if state is TaskState.DEFERRED and pool is not None and pool.include_deferred:
            self.occupy(candidate(view, instance), pool_only=True)

    # -- admitting --------------------------------------------------------------------------

    def admit(
        self,
        *,
        now: datetime,
        free: int | Mapping[str | None, int],
        has_room: HasRoom = lambda _executor, _queue: True,
    ) -> list[Candidate]:
        """Which candidates go out now, best first. They are occupied when this returns.

        ``free`` is the number of executor slots that are free, or that number by
        ``Candidate.executor`` (an executor that is not named has none); where some of them
        serve some queues only, ``has_room`` says of which there are any. The DAG that holds
        the fewest slots goes first, then the one whose best candidate has the higher
        priority, then the one whose best candidate waits the longest.
        """
        anywhere = isinstance(free, int)
        left: dict[str | None, int] = {None: free} if isinstance(free, int) else dict(free)
        admitted: list[Candidate] = []
        open_ = _full(self._used, self._parallelism, left) is None
        for name, count in left.items():
            if open_ and count > 0:
                self._unpark(_executor(name))
        ready = list(self._ready) if open_ else []  # those who wait cost nothing
        line = [rank for dag_id in ready if (rank := self._rank(dag_id))]
        heapify(line)
        while line and _full(self._used, self._parallelism, left) is None:
            dag_id = heappop(line)[-1]
            if self._rank(dag_id) is None:
                continue
            lane = heappop(self._ready[dag_id])[-1]
            name = None if anywhere else lane.executor
            obstacle = self._obstacle(lane, left.get(name, 0), name)
            if obstacle is None and not has_room(lane.executor, lane.queue):
                obstacle = _executor(name)
            if obstacle is None:
                admitted.append(self._admit_first(lane, now))
                left[name] -= 1
                self._make_ready(lane)
            else:
                lane.parked, lane.ready_as = True, 0
                lane.obstacles.note(obstacle.code, now)
                self._parked.setdefault(obstacle, {})[lane.key] = lane
            if rank := self._rank(dag_id):
                heappush(line, rank)
        self.queueing.everybody(_full(self._used, self._parallelism, left), now)
        return admitted

    def blocked_by(self, wanted: Candidate) -> list[Hold]:
        """Every limit that keeps the candidate from going out now, and who holds the slots."""
        return [
            hold(
                claim,
                wanted,
                used=self._used.get(claim.resource, 0),
                holders=_holding(self._holders, claim.resource),
                known=wanted.pool in self._pools,
            )
            for claim in self._claims(wanted)
            if self._used.get(claim.resource, 0) + claim.amount > claim.bound
        ]

    def line(self) -> "Line":
        """Who waits for what. Costs a step for each candidate: not for every turn."""
        codes: dict[HoldCode, int] = dict(Counter(self.queueing.aside()))
        waiting: dict[str, int] = {}
        oldest: datetime | None = None
        parked = {key: what.code for what, lanes in self._parked.items() for key in lanes}
        others = self.queueing.everybody_waits_for() or HoldCode.NEXT_TICK
        for wanted, lane, _ in self._waiting.values():
            code = parked.get(lane.key, others)
            codes[code] = codes.get(code, 0) + 1
            waiting[wanted.pool] = waiting.get(wanted.pool, 0) + 1
            if oldest is None or wanted.waiting_since < oldest:
                oldest = wanted.waiting_since
        pools = {
            name: PoolLine(
                slots=pool.slots,
                used=self._used.get(Resource(HoldCode.POOL_FULL, (name,)), 0),
                waiting=waiting.get(name, 0),
            )
            for name, pool in self._pools.items()
        }
        return Line(codes=codes, pools=pools, oldest=oldest)

    # -- inside -----------------------------------------------------------------------------

    def _claims(self, wanted: Candidate) -> list[Claim]:
        return claims(wanted, pools=self._pools, parallelism=self._parallelism)

    def _take(self, holder: Candidate, taken: tuple[Claim, ...]) -> None:
        self._holders[holder.key] = (holder, taken)
        self._held_by_dag[holder.dag_id] = self._held_by_dag.get(holder.dag_id, 0) + 1
        for claim in taken:
            self._used[claim.resource] = self._used.get(claim.resource, 0) + claim.amount

    def _admit_first(self, lane: _Lane, now: datetime) -> Candidate:
        _, key = heappop(lane.heap)
        wanted, _, taken = self._waiting.pop(key)
        self.queueing.admitted(key, lane.obstacles, since=wanted.waiting_since, now=now)
        lane.obstacles.note(None, now)
        self.release(key)
        self._take(wanted, taken)
        return wanted

    def _obstacle(self, lane: _Lane, slots: int, name: str | None) -> Resource | None:
        """The first resource that has not enough left for a lane's candidates."""
        for claim in lane.claims:
            if self._used.get(claim.resource, 0) + claim.amount > claim.bound:
                return claim.resource
        return None if slots > 0 else _executor(name)

    def _first(self, lane: _Lane) -> TaskKey | None:
        """A lane's best candidate; entries of those who are gone or moved are dropped."""
        while lane.heap:
            place, key = lane.heap[0]
            found = self._waiting.get(key)
            if found is not None and found[1] is lane and _place(found[0]) == place:
                return key
            heappop(lane.heap)
        return None

    def _make_ready(self, lane: _Lane) -> None:
        lane.parked, lane.ready_as = False, 0
        if self._first(lane) is None:
            if self._lanes.get(lane.key) is lane:
                del self._lanes[lane.key]
            return
        self._tick += 1
        lane.ready_as = self._tick
        entry = (lane.heap[0][0], self._tick, lane)
        heappush(self._ready.setdefault(lane.dag_id, []), entry)

    def _unpark(self, resource: Resource) -> None:
        for lane in self._parked.pop(resource, {}).values():
            self._make_ready(lane)

    def _rank(self, dag_id: str) -> tuple[int, int, datetime, str] | None:
        """Where a DAG stands among the others; None when none of its lanes is ready."""
        ready = self._ready.get(dag_id)
        while ready:
            place, number, lane = ready[0]
            if number == lane.ready_as:
                key = self._first(lane)
                if key is not None and lane.heap[0][0] == place:
                    wanted = self._waiting[key][0]
                    held = self._held_by_dag.get(dag_id, 0)
                    return (held, -wanted.priority, wanted.waiting_since, dag_id)
                # Its first has left the line: it stands further back now, or is empty.
                self._make_ready(lane)
            # The heap's top is what was looked at: a lane that went back sorts after it.
            heappop(ready)
        self._ready.pop(dag_id, None)
        return None

    def _line_up_again(self) -> None:
        """Limits have changed, and with them who stands in which lane."""
        waiting = [wanted for wanted, _, _ in self._waiting.values()]
        self._waiting, self._lanes, self._parked, self._ready = {}, {}, {}, {}
        for wanted in waiting:
            self.offer(wanted)


def _full(
    used: Mapping[Resource, int], parallelism: int, left: Mapping[str | None, int]
) -> HoldCode | None:
    """What keeps everybody waiting; None when somebody may go out."""
    if used.get(PARALLELISM, 0) >= parallelism:
        return HoldCode.PARALLELISM
    return None if any(count > 0 for count in left.values()) else HoldCode.NO_SLOT


def _holding(
    holders: Mapping[TaskKey, tuple[Candidate, tuple[Claim, ...]]], resource: Resource
) -> list[Candidate]:
    if resource == PARALLELISM:
        return []
    return [
        holder
        for holder, taken in holders.values()
        if any(claim.resource == resource for claim in taken)
    ]


def _place(wanted: Candidate) -> _Place:
    return (-wanted.priority, wanted.order)


def _executor(name: str | None) -> Resource:
    return Resource(HoldCode.NO_SLOT, () if name is None else (name,))


def start_attempt(
    view: RunView,
    ref: TaskRef,
    *,
    attempt: AttemptId,
    executor: str,
    lease_until: datetime,
    now: datetime,
) -> StartAttempt:
    """Scheduled -> queued with a new attempt: a new try, or the next part of one that paused."""
    before = view.instances[ref]
    fresh = before.first_started_at is None
    try_number = before.try_number + 1 if fresh else before.try_number
    fence = before.fence + 1
    after = msgspec.structs.replace(
        before,
        revision=before.revision + 1,
        state=TaskState.QUEUED,
        try_number=try_number,
        attempt=attempt,
        fence=fence,
        queued_at=now,
        started_at=None,
        ended_at=None,
        branch=None,
        lengths={},
    )
    row = Attempt(
        id=attempt,
        key=before.key,
        try_number=try_number,
        fence=fence,
        executor=executor,
        queued_at=now,
        lease_until=lease_until,
        scheduled_at=before.scheduled_at,
        waits=view.held.waits(ref, until=before.scheduled_at or now),
    )
    return StartAttempt(before=before, after=after, attempt=row, fresh=fresh)
