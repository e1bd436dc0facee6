"""Pools with what is in them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from narae.core.run import Pool
from narae.core.spec import Value
from narae.core.states import TaskState
from narae.storage import tables as t
from narae.storage.queries.conditions import Matching, among, matching
from narae.storage.queries.page import Listing, Orders, Page, Slice, columns, cut
from narae.storage.queries.reading import Reading

_COUNTED = {
    TaskState.QUEUED: "queued",
    TaskState.RUNNING: "running",
    TaskState.RESTARTING: "running",
    TaskState.SCHEDULED: "scheduled",
    TaskState.DEFERRED: "deferred",
}
"""State of an instance -> what its slots count as."""


class PoolFilter(Matching, frozen=True, kw_only=True):
    """Pools that match everything that is given. Patterns and prefixes: ``name``."""

    names: tuple[str, ...] | None = None


class PoolRow(Value, frozen=True, kw_only=True):
    """A pool and the slots of the task instances that use it or want to."""

    pool: Pool
    running: int = 0
    queued: int = 0
    scheduled: int = 0
    deferred: int = 0

    @property
    def occupied(self) -> int:
        """Slots that nobody else gets."""
        held = self.running + self.queued
        return held + self.deferred if self.pool.include_deferred else held

    @property
    def open(self) -> int:
        """Slots that are free; -1 in a pool without limit."""
        return -1 if self.pool.slots < 0 else max(0, self.pool.slots - self.occupied)


_P = t.pool.c
_ORDERS: Orders = columns(t.pool, "name", "slots", "description", "include_deferred")


class PoolQueries(Reading):
    """Each method is one read transaction."""

    def pools(self, wanted: PoolFilter, part: Slice) -> Page[PoolRow]:
        """By name unless ordered otherwise."""
        names = matching(wanted, texts={"name": _P.name}, measures={})
        listing = Listing(
            name="pools",
            found=sa.select(_P.name, _P.slots, _P.description, _P.include_deferred).where(
                *among(_P.name, wanted.names), *names
            ),
            orders=_ORDERS,
            default=("name",),
            ties=(_P.name,),
            wanted=wanted,
        )
        with self._database.reading() as connection:
            page = cut(connection, listing, part, _pool)
            used = _used(connection, [pool.name for pool in page.rows])
        return Page(
            rows=[PoolRow(pool=pool, **used.get(pool.name, {})) for pool in page.rows],
            total=page.total,
            next_cursor=page.next_cursor,
            previous_cursor=page.previous_cursor,
        )


def _pool(row: Sequence[Any]) -> Pool:
    name, slots, description, deferred = row[:4]
    return Pool(name=name, slots=slots, description=description, include_deferred=deferred)


def _used(connection: sa.Connection, pools: list[str]) -> dict[str, dict[str, int]]:
    """The cost is that of what waits or runs now, not of what ever did."""
    i = t.task_instance.c
    states = sorted(state.value for state in _COUNTED)
    found = (
        sa.select(i.pool, i.state, sa.func.sum(i.pool_slots))
        .where(i.state.in_(states), sa.text("task_instance.state <> 'success'"))
        .where(i.pool.in_(pools))
        .group_by(i.pool, i.state)
    )
    answer: dict[str, dict[str, int]] = {}
    for pool, state, slots in connection.execute(found):
        counts = answer.setdefault(pool, {})
        name = _COUNTED[TaskState(state)]
        counts[name] = counts.get(name, 0) + int(slots)
    return answer
