"""What a candidate counts against: pools, parallelism, and the limits of its DAG and task."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from narae.core.holds import Hold, HoldCode, Link
from narae.core.ids import RunUid, TaskKey
from narae.core.run import Pool
from narae.core.spec import Value

UNLIMITED = 2**62
_NAMED_MAX = 3
"""How many of those who hold slots are named."""


class Candidate(Value, frozen=True, kw_only=True):
    """A task instance that wants a slot or holds one, with all that its limits need."""

    key: TaskKey
    dag_id: str
    run_id: str = ""
    pool: str = "default_pool"
    pool_slots: int = 1
    priority: int = 1
    order: tuple[datetime, str, int, int]
    """Run date, run uid, place of the task in its DAG, map index: earlier goes first."""
    waiting_since: datetime
    queue: str = "default"
    executor: str | None = None
    """None: the deployment's default executor."""
    max_active_tasks: int = 16
    per_run: bool = False
    """max_active_tasks counts within the run (generation 3), not over the DAG's runs."""
    max_active_tis_per_dag: int | None = None
    max_active_tis_per_dagrun: int | None = None

    @property
    def run(self) -> RunUid:
        """The run it belongs to."""
        return self.key.run


class Resource(NamedTuple):
    """One thing that has a limited number of slots."""

    code: HoldCode
    name: tuple[str, ...] = ()


class Claim(NamedTuple):
    """What a candidate takes of a resource, and how much there may be taken in all."""

    resource: Resource
    amount: int
    bound: int


PARALLELISM = Resource(HoldCode.PARALLELISM)


def claims(wanted: Candidate, *, pools: Mapping[str, Pool], parallelism: int) -> list[Claim]:
    """All resources that a candidate takes of; a missing pool has room for nobody."""
    pool = pools.get(wanted.pool)
    room = 0 if pool is None else UNLIMITED if pool.slots < 0 else pool.slots
    whose = (wanted.run,) if wanted.per_run else (wanted.dag_id,)
    task_id = wanted.key.task_id
    found = [
        Claim(PARALLELISM, 1, parallelism),
        Claim(pool_of(wanted.pool), max(0, wanted.pool_slots), room if pool else -1),
        Claim(Resource(HoldCode.MAX_ACTIVE_TASKS, whose), 1, wanted.max_active_tasks),
    ]
    # Counted even without a limit: the DAG's next version may set one.
    over_dag = wanted.max_active_tis_per_dag
    found.append(
        Claim(
            Resource(HoldCode.MAX_ACTIVE_TIS_PER_DAG, (wanted.dag_id, task_id)),
            1,
            UNLIMITED if over_dag is None else over_dag,
        )
    )
    over_run = wanted.max_active_tis_per_dagrun
    if over_run is not None:
        found.append(
            Claim(Resource(HoldCode.MAX_ACTIVE_TIS_PER_DAGRUN, (wanted.run, task_id)), 1, over_run)
        )
    return found


def pool_of(name: str) -> Resource:
    """The resource that a pool is."""
    return Resource(HoldCode.POOL_FULL, (name,))


def hold(
    claim: Claim, wanted: Candidate, *, used: int, holders: Sequence[Candidate], known: bool
) -> Hold:
    """Why a claim has to wait, in words. ``known`` is False for a pool that is not there."""
    who = _holders(holders)
    names = ", ".join(_name(h, wanted) for h in holders[:_NAMED_MAX])
    more = f" and {len(holders) - _NAMED_MAX} more" if len(holders) > _NAMED_MAX else ""
    held = f", held by {names}{more}" if names else ""
    of = f"{used} of {claim.bound}"
    task_id = wanted.key.task_id
    match claim.resource.code:
        case HoldCode.POOL_FULL if not known:
            words = f"its pool {wanted.pool} does not exist"
            return Hold(code=HoldCode.POOL_MISSING, words=words, links=(_pool_link(wanted),))
        case HoldCode.POOL_FULL if claim.amount > claim.bound:
            words = f"needs {claim.amount} slots of pool {wanted.pool}, which has {claim.bound}"
            return Hold(code=HoldCode.POOL_TOO_SMALL, words=words, links=(_pool_link(wanted),))
        case HoldCode.POOL_FULL:
            need = f"{claim.amount} free slots" if claim.amount > 1 else "a free slot"
            words = f"waits for {need} in pool {wanted.pool}: {of} are taken{held}"
            links = (_pool_link(wanted), *who)
            return Hold(code=HoldCode.POOL_FULL, words=words, links=links)
        case HoldCode.MAX_ACTIVE_TASKS:
            where = f"run {wanted.run_id}" if wanted.per_run else f"DAG {wanted.dag_id}"
            words = f"{of} tasks that max_active_tasks allows {where} are active{held}"
        case HoldCode.MAX_ACTIVE_TIS_PER_DAG:
            words = f"{of} instances that {task_id} may have over all runs are active{held}"
        case HoldCode.MAX_ACTIVE_TIS_PER_DAGRUN:
            words = f"{of} instances that {task_id} may have in one run are active{held}"
        case _:
            words = f"{of} tasks that parallelism allows in this deployment are active"
    return Hold(code=claim.resource.code, words=words, links=who)


def _name(holder: Candidate, wanted: Candidate) -> str:
    """As short as it is clear to somebody who looks at ``wanted``."""
    key = holder.key
    index = f"[{key.map_index}]" if key.map_index >= 0 else ""
    if holder.dag_id != wanted.dag_id:
        return f"{holder.dag_id}.{key.task_id}{index} ({holder.run_id})"
    return f"{key.task_id}{index}" + ("" if key.run == wanted.run else f" ({holder.run_id})")


def _holders(holders: Iterable[Candidate]) -> tuple[Link, ...]:
    return tuple(
        Link(
            kind="task",
            dag_id=holder.dag_id,
            run_id=holder.run_id,
            task_id=holder.key.task_id,
            map_index=holder.key.map_index,
        )
        for holder in list(holders)[:_NAMED_MAX]
    )


def _pool_link(wanted: Candidate) -> Link:
    return Link(kind="pool", name=wanted.pool)
