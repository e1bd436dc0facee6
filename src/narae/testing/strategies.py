"""Random DAGs and random endings, from a ``random.Random`` alone: the same for the same seed.

>>> from random import Random
>>> random_dag("d", Random(1)) == random_dag("d", Random(1))
True
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec

from narae.core.reports import (
    Deferred,
    Ended,
    Failed,
    Rescheduled,
    Skipped,
    Succeeded,
    XComValue,
)
from narae.core.run import Cause, CauseKind, Resume
from narae.core.spec import (
    DagSpec,
    Expansion,
    GroupSpec,
    LiteralInput,
    MapInput,
    RetryPolicy,
    TaskSpec,
    XComInput,
)
from narae.core.timetables.spec import (
    CronInterval,
    CronTrigger,
    DeltaInterval,
    Never,
    Once,
    Step,
    TimetableSpec,
)
from narae.core.trigger_rules import RULES
from narae.core.workload import Workload
from narae.testing.virtual_clock import NOON

POOLS = ("default_pool", "small", "odd")
QUEUES = ("default", "default", "default", "big")
TEARDOWN_RULE = "all_done_setup_success"
_RULES = tuple(sorted(RULES.keys() - {TEARDOWN_RULE}))
_FENCE_MAX = 12
"""Attempts after this many do nothing but succeed, so that every story ends."""


def _yes(chance: Random, often: float) -> bool:
    return chance.random() < often


def random_dag(dag_id: str, chance: Random, *, start: datetime = NOON) -> DagSpec:
    """A DAG of two to nine tasks with anything in it that the scheduler knows.

    It is scheduled, if at all, for some minutes around ``start``.
    """
    groups = _groups(chance)
    tasks: list[TaskSpec] = []
    for number in range(chance.randrange(2, 10)):
        tasks.append(_task(number, tasks, groups, chance))
    begins = start - timedelta(minutes=chance.choice([1, 5, 15]))
    timetable = random_timetable(chance)
    return DagSpec(
        dag_id=dag_id,
        file=f"{dag_id}.py",
        generation=chance.choice([2, 3]),
        timetable=timetable,
        start_date=begins,
        end_date=start + timedelta(minutes=chance.choice([2, 6])),
        catchup=_yes(chance, 0.6),
        max_active_runs=chance.choice([1, 2, 16]),
        max_active_tasks=chance.choice([1, 2, 3, 16]),
        max_consecutive_failed_runs=chance.choice([0, 0, 0, 2]),
        dagrun_timeout=chance.choice([None, None, timedelta(seconds=90)]),
        fail_fast=_yes(chance, 0.15),
        callbacks=chance.choice([(), ("success", "failure")]),
        tasks=tuple(tasks),
        groups=groups,
    )


def changed_dag(spec: DagSpec, chance: Random) -> DagSpec:
    """A new version of a DAG: other tasks, the same schedule."""
    other = random_dag(spec.dag_id, chance)
    return msgspec.structs.replace(
        other,
        timetable=spec.timetable,
        start_date=spec.start_date,
        end_date=spec.end_date,
        catchup=spec.catchup,
        generation=spec.generation,
    )


def random_timetable(chance: Random) -> TimetableSpec:
    """Half of them never run by themselves."""
    if _yes(chance, 0.5):
        return Never()
    found: list[TimetableSpec] = [
        Once(),
        CronInterval(expression="*/5 * * * *"),
        CronTrigger(expressions=("*/3 * * * *",)),
        DeltaInterval(step=Step(seconds=240)),
    ]
    return chance.choice(found)


def _groups(chance: Random) -> tuple[GroupSpec, ...]:
    over: MapInput = LiteralInput(length=chance.randrange(4))
    if _yes(chance, 0.6):
        over = XComInput(task_id="t0")
    inner: Expansion | None = None
    if _yes(chance, 0.4):
        inner = Expansion(inputs={"y": LiteralInput(length=2)})
    return (
        GroupSpec(group_id="g", expansion=Expansion(inputs={"x": over})),
        GroupSpec(group_id="g.h", parent_id="g", expansion=inner),
        GroupSpec(group_id="p"),
    )


def _task(
    number: int, before: Sequence[TaskSpec], groups: Sequence[GroupSpec], chance: Random
) -> TaskSpec:
    names = [task.task_id for task in before]
    above = set(chance.sample(names, min(len(names), chance.choice([0, 1, 1, 2, 3]))))
    group = chance.choice([None, None, None, "g", "g.h", "p"]) if number else None
    if group in {"g", "g.h"}:
        above.add("t0")
    expansion = _expansion(names, chance) if number and _yes(chance, 0.25) else None
    if expansion is not None:
        above.update(i.task_id for i in expansion.inputs.values() if isinstance(i, XComInput))
    setup, teardown = _yes(chance, 0.1), _yes(chance, 0.1) and number > 0
    facts: dict[str, Any] = {
        "task_id": f"t{number}",
        "operator": "Simulated",
        "upstream": tuple(sorted(above)),
        "group_id": group,
        "expansion": expansion,
        "trigger_rule": _rule(chance, teardown=teardown),
        "is_setup": setup and not teardown,
        "is_teardown": teardown,
        "on_failure_fail_dagrun": teardown and _yes(chance, 0.5),
        "setups": tuple(t.task_id for t in before if t.is_setup and t.task_id in above)
        if teardown
        else (),
        "mapped_over": ("return_value",),
        "ignores_downstream_rules": _yes(chance, 0.5),
        "inert": _yes(chance, 0.1),
        "callbacks": chance.choice([(), ("failure", "retry")]),
    }
    del groups
    return TaskSpec(**facts, **_limits(chance))


def _rule(chance: Random, *, teardown: bool) -> str:
    if teardown:
        return TEARDOWN_RULE
    return "all_success" if _yes(chance, 0.5) else chance.choice(_RULES)


def _limits(chance: Random) -> dict[str, Any]:
    past = _yes(chance, 0.1)
    return {
        "retry": RetryPolicy(
            retries=chance.choice([0, 0, 1, 2]),
            delay=timedelta(seconds=chance.choice([0, 1, 10])),
            exponential_backoff=_yes(chance, 0.3),
        ),
        "depends_on_past": past,
        "wait_for_downstream": past and _yes(chance, 0.3),
        "ignore_first_depends_on_past": _yes(chance, 0.8),
        "wait_for_past_depends_before_skipping": past and _yes(chance, 0.3),
        "pool": chance.choice(POOLS),
        "pool_slots": chance.choice([1, 1, 2]),
        "priority_weight": chance.choice([1, 1, 5]),
        "weight_rule": chance.choice(["downstream", "upstream", "absolute"]),
        "queue": chance.choice(QUEUES),
        "max_active_tis_per_dag": chance.choice([None, None, 1, 2]),
        "max_active_tis_per_dagrun": chance.choice([None, None, 1, 2]),
        "execution_timeout": chance.choice([None, timedelta(seconds=50)]),
        "reschedules": _yes(chance, 0.1),
    }


def _expansion(names: Sequence[str], chance: Random) -> Expansion:
    inputs: dict[str, MapInput] = {"x": LiteralInput(length=chance.randrange(4))}
    if _yes(chance, 0.6):
        inputs = {"x": XComInput(task_id=chance.choice(names))}
    if _yes(chance, 0.2):
        inputs["y"] = LiteralInput(length=2)
    return Expansion(inputs=inputs)


@dataclass(frozen=True, kw_only=True)
class Story:
    """How one attempt goes when nobody disturbs it."""

    starts_after: float
    """Seconds until user code runs."""
    lasts: float
    """Seconds of user code."""
    ending: Ended
    """Its last report; the moment in it is put in when it has come."""
    asks: int = 0
    """How many requests it sends meanwhile."""


def random_story(workload: Workload, below: Sequence[str], chance: Random) -> Story:
    """What user code does; ``below`` are the direct downstream tasks, for a branch to choose."""
    kind = chance.choices(list(_ENDINGS), [weight for weight, _ in _ENDINGS.values()])[0]
    if workload.fence > _FENCE_MAX:
        kind = "succeeds"
    return Story(
        starts_after=chance.choice([0.0, 0.01, 0.3]),
        lasts=chance.choice([0.0, 0.05, 0.5, 2.0, 7.0, 7.0, 45.0, 45.0, 200.0]),
        ending=_ENDINGS[kind][1](workload, below, chance),
        asks=chance.choice([0, 0, 1, 12]),
    )


def xcom_of(workload: Workload, length: int, *, key: str = "return_value") -> XComValue:
    """An XCom that says who wrote it."""
    return XComValue(key=key, value=f'"{workload.attempt}"'.encode(), length=length)


def _succeeds(workload: Workload, below: Sequence[str], chance: Random) -> Ended:
    del below
    length = chance.randrange(4)
    lengths = {"return_value": length} if _yes(chance, 0.95) else {}
    xcoms = (xcom_of(workload, length),)
    return Succeeded(attempt=workload.attempt, at=NOON, lengths=lengths, xcoms=xcoms)


def _branches(workload: Workload, below: Sequence[str], chance: Random) -> Ended:
    followed = tuple(each for each in below if _yes(chance, 0.5))
    lengths = {"return_value": 1}
    return Succeeded(attempt=workload.attempt, at=NOON, followed=followed, lengths=lengths)


def _stops_short(workload: Workload, below: Sequence[str], chance: Random) -> Ended:
    del below, chance
    lengths = {"return_value": 1}
    return Succeeded(attempt=workload.attempt, at=NOON, short_circuit=True, lengths=lengths)


def _fails(workload: Workload, below: Sequence[str], chance: Random) -> Ended:
    del below
    kind = chance.choice([CauseKind.USER_ERROR, CauseKind.USER_ERROR, CauseKind.EXIT_CODE])
    return Failed(attempt=workload.attempt, at=NOON, cause=Cause(kind=kind, words="ValueError"))


def _gives_up(workload: Workload, below: Sequence[str], chance: Random) -> Ended:
    del below, chance
    cause = Cause(kind=CauseKind.USER_FAIL, words="AirflowFailException")
    return Failed(attempt=workload.attempt, at=NOON, cause=cause, retryable=False)


def _cannot_start(workload: Workload, below: Sequence[str], chance: Random) -> Ended:
    del below, chance
    cause = Cause(kind=CauseKind.START_FAILED, words="no process could be made")
    return Failed(attempt=workload.attempt, at=NOON, cause=cause)


def _skips(workload: Workload, below: Sequence[str], chance: Random) -> Ended:
    del below, chance
    return Skipped(attempt=workload.attempt, at=NOON, cause=Cause(kind=CauseKind.SKIPPED))


def _reschedules(workload: Workload, below: Sequence[str], chance: Random) -> Ended:
    del below
    until = NOON + timedelta(seconds=chance.choice([0, 4, 20]))
    return Rescheduled(attempt=workload.attempt, at=NOON, until=until)


def _defers(workload: Workload, below: Sequence[str], chance: Random) -> Ended:
    del below
    until = NOON + timedelta(seconds=chance.choice([0, 4, 20]))
    resume = Resume(method="go_on")
    return Deferred(attempt=workload.attempt, at=NOON, until=until, resume=resume)


_ENDINGS: dict[str, tuple[float, Any]] = {
    "succeeds": (12.0, _succeeds),
    "branches": (1.0, _branches),
    "stops_short": (0.5, _stops_short),
    "fails": (3.0, _fails),
    "gives_up": (0.5, _gives_up),
    "cannot_start": (0.3, _cannot_start),
    "skips": (1.0, _skips),
    "reschedules": (1.0, _reschedules),
    "defers": (1.0, _defers),
}


def dated(ending: Ended, at: datetime) -> Ended:
    """An ending as of ``at``; waits count from there."""
    if isinstance(ending, Rescheduled | Deferred):
        return msgspec.structs.replace(ending, at=at, until=at + (ending.until - ending.at))
    return msgspec.structs.replace(ending, at=at)
