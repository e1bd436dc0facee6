"""Random DAGs with random outcomes: whatever happens, the bookkeeping is right and runs end."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from narae.core.clear import plan_clear
from narae.core.decide.stop import kill
from narae.core.ids import CodeVersion, TaskRef
from narae.core.marks import plan_mark_task
from narae.core.readiness import ExecutorFacts, World, holds
from narae.core.reports import (
    Deferred,
    Ended,
    Failed,
    Rescheduled,
    Skipped,
    Succeeded,
)
from narae.core.run import Cause, CauseKind, DagRow, Instance, Limits, Pool, Resume
from narae.core.run_view import RunView
from narae.core.spec import DagSpec, TaskSpec
from narae.core.states import FINISHED, FINISHED_RUN, WAITING, TaskState
from narae.core.trigger_rules import RULES

_RULES = sorted(RULES.keys() - {"all_done_setup_success"})
_GROUPS = (None, "g", "g.h", "p")


def _spec(kit: Any, chance: Random) -> DagSpec:
    """A DAG of up to nine tasks: mapped groups, mapped tasks, setups, teardowns, any rule."""
    groups = [
        kit.group("g", over="t0" if chance.random() < 0.5 else chance.randrange(3)),
        kit.group("g.h", over=2 if chance.random() < 0.5 else None, parent="g"),
        kit.group("p"),
    ]
    tasks: list[TaskSpec] = [kit.task("t0", mapped_over=("return_value",), retries=1)]
    for number in range(1, chance.randrange(2, 10)):
        before = [task.task_id for task in tasks]
        up = set(chance.sample(before, min(len(before), chance.randrange(4))))
        group = chance.choice(_GROUPS)
        if group in {"g", "g.h"}:
            up.add("t0")
        over: Any = None
        if chance.random() < 0.25:
            over = chance.choice([0, 1, 3, chance.choice(before)])
            up |= {over} if isinstance(over, str) else set()
        setup, teardown = chance.random() < 0.15, chance.random() < 0.15
        tasks.append(
            kit.task(
                f"t{number}",
                " ".join(up),
                over=over,
                group_id=group,
                trigger_rule="all_done_setup_success" if teardown else chance.choice(_RULES),
                is_setup=setup and not teardown,
                is_teardown=teardown,
                on_failure_fail_dagrun=teardown and chance.random() < 0.5,
                inert=chance.random() < 0.2,
                retries=chance.randrange(2),
                pool=chance.choice(["default_pool", "small"]),
                mapped_over=("return_value",),
                ignores_downstream_rules=chance.random() < 0.5,
                max_active_tis_per_dag=chance.choice([None, 1, 2]),
            )
        )
    spec: DagSpec = kit.dag(
        *tasks,
        groups=groups,
        max_active_tasks=chance.choice([2, 16]),
        fail_fast=chance.random() < 0.2,
        generation=chance.choice([2, 3]),
    )
    return spec


def _outcome(play: Any, instance: Instance, chance: Random) -> Ended:
    attempt = instance.attempt
    assert attempt is not None
    at, later = play.now, play.now + timedelta(minutes=2)
    below = play.view.graph.downstream[instance.task_id]
    cause = Cause(kind=CauseKind.USER_ERROR, words="ValueError")
    lost = Cause(kind=CauseKind.SUPERVISOR_LOST)
    followed = tuple(t for t in below if chance.random() < 0.5)
    lengths = {"return_value": chance.randrange(5)} if chance.random() < 0.9 else {}
    resume = Resume(method="go")
    plain = Succeeded(attempt=attempt, at=at, lengths=lengths)
    choices: list[Ended] = [
        Failed(attempt=attempt, at=at, cause=cause),
        Failed(attempt=attempt, at=at, cause=cause, retryable=False),
        Failed(attempt=attempt, at=at, cause=lost),
        Skipped(attempt=attempt, at=at, cause=Cause(kind=CauseKind.SKIPPED)),
        Rescheduled(attempt=attempt, at=at, until=later),
        Deferred(attempt=attempt, at=at, until=later, resume=resume),
        Succeeded(attempt=attempt, at=at, followed=followed),
        Succeeded(attempt=attempt, at=at, short_circuit=chance.random() < 0.5),
        *[plain] * 5,
    ]
    return chance.choice(choices)


def _same_as_rebuilt(view: RunView) -> None:
    """The counters kept change by change are those of a recount."""
    fresh = RunView.build(run=view.run, spec=view.spec, instances=view.instances.values())
    assert view.counts == fresh.counts
    assert view.deciding_bad == fresh.deciding_bad
    for kept, counted in ((view.tallies, fresh.tallies), (view.gates, fresh.gates)):
        for node in kept.keys() | counted.keys():
            ours, theirs = kept.get(node), counted.get(node)
            seen = (ours.seen if ours else 0, theirs.seen if theirs else 0)
            assert seen[0] == seen[1], (node, seen)
            if ours and theirs:
                assert ours.counts == theirs.counts, node
                assert ours.forced == theirs.forced, node
    for node, refs in fresh.under.items():
        assert set(view.under[node]) == set(refs), node
    assert view.dirty == {}
    assert view.dirty_nodes == {}
    assert view.dirty_gates == {}


def _everybody_who_waits_is_held(play: Any) -> None:
    now = play.now
    dag = DagRow(
        dag_id="d",
        file="d.py",
        folder="/dags",
        spec_id=1,
        code_version=CodeVersion("v"),
        is_paused=False,
        parsed_at=now,
    )
    facts = ExecutorFacts(slots=8, free=8)
    world = World(
        now=now, dag=dag, book=play.book, limits=play.limits, executors={"LocalExecutor": facts}
    )
    for ref, instance in play.view.instances.items():
        found = holds(play.view, ref, world=world)
        if instance.state in WAITING:
            assert found, instance
            assert all(hold.words and not hold.words.endswith(".") for hold in found)
            assert "waits for nothing" not in " ".join(hold.words for hold in found), instance
        else:
            assert not found or instance.state is TaskState.RESTARTING


def _within_limits(play: Any) -> None:
    running = play.running()
    assert sum(i.pool_slots for i in running if i.pool == "small") <= 2
    assert len(running) <= min(play.spec.max_active_tasks, play.limits.parallelism)
    for task in play.spec.tasks:
        if task.max_active_tis_per_dag is not None:
            of_task = [i for i in running if i.task_id == task.task_id]
            assert len(of_task) <= task.max_active_tis_per_dag


def _meddle(play: Any, chance: Random) -> None:
    """A user clears, marks or kills something, or an attempt is killed from outside."""
    refs = list(play.view.instances)
    ref: TaskRef = chance.choice(refs)
    what = chance.randrange(4)
    if what == 0:
        down = chance.random() < 0.5
        play.do(plan_clear([play.view], {play.view.run.uid: [ref]}, downstream=down, now=play.now))
    elif what == 1:
        state = chance.choice([TaskState.SUCCESS, TaskState.FAILED, TaskState.SKIPPED])
        play.do(plan_mark_task(play.view, [ref], state, now=play.now))
    elif what == 2:
        cause = Cause(kind=CauseKind.KILLED_BY_USER)
        play.do(kill(play.view, ref, cause, now=play.now))


@given(seed=st.integers(0, 10**9), meddled=st.booleans())
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_any_run_ends_and_its_counters_are_those_of_a_recount(
    kit: Any, seed: int, meddled: bool
) -> None:
    chance = Random(seed)
    play = kit.play(
        _spec(kit, chance),
        default=lambda play, instance: _outcome(play, instance, chance),
        pools=[Pool(name="default_pool", slots=8), Pool(name="small", slots=2)],
        limits=Limits(parallelism=6, max_map_length=4),
    )
    for number in range(400):
        play.settle()
        if play.view.run.state in FINISHED_RUN:
            break
        if meddled and number < 8 and chance.random() < 0.3:
            _meddle(play, chance)
            play.settle()
        play.start(chance.randrange(4))
        play.settle()
        _same_as_rebuilt(play.view)
        _everybody_who_waits_is_held(play)
        _within_limits(play)
        play.now += timedelta(seconds=chance.choice([1, 400]))
        for instance in play.running():
            if chance.random() < 0.7:
                play.end(play.view.instances[instance.ref])
    assert play.view.run.state in FINISHED_RUN, play.states
    assert play.view.run.reason != "all_tasks_deadlocked", play.states
    assert {i.state for i in play.view.instances.values()} <= FINISHED


def test_a_run_played_twice_from_the_same_seed_is_the_same(kit: Any) -> None:
    def played() -> Any:
        chance = Random(3)
        play = kit.play(_spec(kit, chance), default=lambda p, i: _outcome(p, i, chance))
        return play.run().log

    assert played() == played()


@pytest.mark.parametrize("rule", _RULES)
def test_a_task_with_any_rule_and_no_upstream_runs(kit: Any, rule: str) -> None:
    play = kit.play(kit.dag(kit.task("a", trigger_rule=rule))).run()
    assert play.states == {"a": "success"}
    assert datetime(2026, 3, 2, tzinfo=UTC) < play.now
