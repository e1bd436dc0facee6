from collections.abc import Callable
from datetime import timedelta
from typing import Any

from narae.core.spec import DagSpec, TaskSpec
from narae.core.timetables.spec import Never
from narae.engine import actions
from narae.engine.events import SupervisorLeft
from narae.testing.fake_executor import FakeExecutor, hangs, succeeds
from narae.testing.stage import Stage

MakeStage = Callable[..., Stage]


def dag(*tasks: TaskSpec) -> DagSpec:
    return DagSpec(dag_id="sales", timetable=Never(), tasks=tasks)


def task(task_id: str, **more: Any) -> TaskSpec:
    return TaskSpec(task_id=task_id, operator="X", **more)


def another(stage: Stage, **facts: Any) -> FakeExecutor:
    """A second executor that joins the stage's scheduler."""
    executor = FakeExecutor(clock=stage.clock, script=stage.executor.script, **facts)
    for event in executor.join():
        stage.scheduler.handle(event)
    return executor


def ran(executor: FakeExecutor) -> set[str]:
    return {each.task_id for each in executor.submitted}


def test_a_task_goes_to_the_executor_that_it_names(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: hangs())
    gpu = another(stage, name="Gpu", holder="gpu-1", host="far")
    stage.add_dag(dag(task("a"), task("b", executor="Gpu"), task("c", executor="Nobody")))
    run = stage.trigger("sales")
    stage.play()
    assert (ran(stage.executor), ran(gpu)) == ({"a"}, {"b"})
    assert stage.states(run)["c"] == "scheduled"


def test_a_queue_that_nobody_serves_waits_for_somebody_who_does(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: hangs())
    stage.executor.queues = frozenset({"default"})
    stage.reconnect()
    stage.add_dag(dag(*(task(f"t{i}", queue="fast") for i in range(50)), task("a")))
    run = stage.trigger("sales")
    stage.play()
    assert ran(stage.executor) == {"a"}
    assert "no_worker" in [h.code for h in actions.why(stage.act(), "sales", run.run_id, "t1")]
    fast = another(stage, holder="fast-1", host="far", queues=frozenset({"fast"}), slots=3)
    stage.play()
    assert len(fast.running) == 3


def test_two_supervisors_share_the_work_by_their_room(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: hangs(), slots=2)
    big = another(stage, holder="big-1", host="far", slots=6)
    stage.add_dag(dag(*(task(f"t{i}") for i in range(20))))
    stage.trigger("sales")
    stage.play()
    assert (len(stage.executor.running), len(big.running)) == (2, 6)


def test_one_of_two_supervisors_may_go_without_the_other_losing_anything(
    make_stage: MakeStage,
) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(seconds=30)), slots=1)
    far = another(stage, holder="far-1", host="far", slots=1)
    stage.add_dag(dag(task("a"), task("b")))
    run = stage.trigger("sales")
    stage.play(timedelta(seconds=1))
    stage.scheduler.handle(SupervisorLeft(holder=stage.executor.holder))
    stage.scheduler.tick()
    reports = far.take_reports()
    assert reports is not None
    stage.scheduler.handle(reports)
    stage.scheduler.tick()
    stage.reconnect()
    stage.play(timedelta(seconds=1))
    assert len(stage.store.open_attempts()) == 2
    assert {stage.states(run)[name] for name in "ab"} == {"running"}
    assert all(
        len(stage.store.attempts(run.uid, i.ref)) == 1 for i in stage.store.instances(run.uid)
    )


def test_an_old_connection_that_ends_late_takes_nothing_from_the_new_one(
    make_stage: MakeStage,
) -> None:
    stage = make_stage()
    old = FakeExecutor(clock=stage.clock, holder=stage.executor.holder)
    stage.scheduler.handle(SupervisorLeft(holder=stage.executor.holder, executor=old))
    stage.add_dag(dag(task("a")))
    run = stage.trigger("sales")
    stage.play()
    assert stage.states(run)["a"] == "success"
