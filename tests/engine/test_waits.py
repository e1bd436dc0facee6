"""What attempts waited for is recorded; who is silent is given nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from narae.core.run import Pool, Run
from narae.core.spec import DagSpec, TaskSpec
from narae.core.timetables.spec import Never
from narae.core.wire import Wake
from narae.engine import actions
from narae.engine.events import BeatCame
from narae.testing.fake_executor import hangs, succeeds
from narae.testing.stage import Stage

MakeStage = Callable[..., Stage]
MINUTE = timedelta(minutes=1)


def task(task_id: str, **more: Any) -> TaskSpec:
    return TaskSpec(task_id=task_id, operator="X", **more)


def dag(*tasks: TaskSpec, **more: Any) -> DagSpec:
    return DagSpec(dag_id="sales", timetable=Never(), tasks=tasks, **more)


def waits(stage: Stage, run: Run, task_id: str) -> list[tuple[str, float]]:
    """Of the latest attempt: reason and seconds."""
    ref = stage.instance(run, task_id).ref
    *_, (_, found) = actions.attempts_of(stage.act(), stage.run(run), ref)
    return [(wait.code.value, (wait.until - wait.since).total_seconds()) for wait in found]


@pytest.mark.parametrize(
    ("more", "limits", "code"),
    [
        ({}, {"pool": "one"}, "pool_full"),
        ({"max_active_tasks": 1}, {}, "max_active_tasks"),
    ],
)
def test_a_limit_that_kept_a_task_waiting_is_remembered(
    make_stage: MakeStage, more: dict[str, Any], limits: dict[str, Any], code: str
) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=MINUTE))
    stage.store.put_pool(Pool(name="one", slots=1))
    stage.wake(Wake(pools=True))
    stage.add_dag(dag(*(task(t, **limits) for t in "abc"), **more))
    run = stage.trigger("sales")
    stage.play(5 * MINUTE)
    assert [waits(stage, run, t) for t in "abc"] == [[], [(code, 60.0)], [(code, 120.0)]]


def test_a_full_executor_is_remembered_too(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=MINUTE), slots=1)
    stage.add_dag(dag(task("a"), task("b"), task("c", upstream=("a",))))
    run = stage.trigger("sales")
    stage.play(5 * MINUTE)
    assert waits(stage, run, "b") == [("no_slot", 60.0)]
    assert waits(stage, run, "c") == [("upstream", 60.0), ("no_slot", 60.0)]


def test_a_pause_is_told_from_the_audit_log(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=MINUTE))
    stage.add_dag(dag(task("a"), task("b", upstream=("a",))))
    run = stage.trigger("sales")
    stage.play(timedelta(seconds=30))
    actions.pause(stage.act(), "sales")
    stage.play(2 * MINUTE)
    actions.unpause(stage.act(), "sales")
    stage.play(5 * MINUTE)
    assert waits(stage, run, "b") == [("upstream", 60.0), ("dag_paused", 90.0)]
    found = actions.why_late(stage.act(), "sales", run.run_id)
    told = [(each.phase.value, each.code, each.lasted.total_seconds()) for each in found.stretches]
    assert told == [
        ("running", None, 60.0),
        ("waiting", "dag_paused", 90.0),
        ("running", None, 60.0),
    ]


def test_a_past_that_kept_a_task_waiting_is_remembered(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=MINUTE))
    stage.add_dag(dag(task("a", depends_on_past=True), catchup=False))
    first = stage.trigger("sales", logical_date=stage.clock.now() - MINUTE)
    later = stage.trigger("sales", logical_date=stage.clock.now())
    stage.play(5 * MINUTE)
    assert waits(stage, first, "a") == []
    assert waits(stage, later, "a") == [("depends_on_past", 60.0)]


def test_a_run_that_was_not_due_says_so(make_stage: MakeStage) -> None:
    stage = make_stage()
    stage.add_dag(dag(task("a")))
    run = stage.trigger("sales", run_after=stage.clock.now() + MINUTE)
    stage.play(5 * MINUTE)
    assert waits(stage, run, "a") == [("run_not_due", 60.0)]
    found = actions.why_late(stage.act(), "sales", run.run_id)
    assert [each.code for each in found.stretches] == ["run_not_due"]


def test_nobody_gives_work_to_a_supervisor_that_has_gone_silent(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: hangs())
    stage.add_dag(dag(task("a")), dag_named("other"))
    run = stage.trigger("sales")
    stage.play(timedelta(seconds=5))
    for _ in range(14):
        stage.scheduler.tick()
        stage.clock.advance(timedelta(seconds=5))
    stage.scheduler.tick()
    assert stage.instance(run, "a").state == "scheduled"
    other = stage.trigger("other")
    stage.scheduler.tick()
    given = len(stage.executor.submitted)
    assert stage.instance(other, "x").state == "scheduled"
    stage.clock.advance(timedelta(seconds=6))
    stage.scheduler.tick()
    assert {h.code for h in actions.why(stage.act(), "other", other.run_id, "x")} == {"no_worker"}
    stage.scheduler.handle(BeatCame(holder=stage.executor.holder))
    stage.scheduler.tick()
    assert stage.instance(other, "x").state == "queued"
    assert len(stage.executor.submitted) == given + 2
    assert waits(stage, other, "x")[-1][0] == "no_worker"


def dag_named(dag_id: str) -> DagSpec:
    return DagSpec(dag_id=dag_id, timetable=Never(), tasks=(task("x"),))
