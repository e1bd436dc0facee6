from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from narae.core.holds import HoldCode
from narae.core.run import Limits, Pool, Resume, Run
from narae.core.spec import DagSpec, RetryPolicy, TaskSpec
from narae.core.states import WAITING
from narae.core.timetables.spec import CronInterval, Never
from narae.engine import actions
from narae.engine.errors import NotFound
from narae.engine.events import SupervisorLeft
from narae.testing.fake_executor import Play, defers, fails, hangs, reschedules
from narae.testing.stage import Stage

MakeStage = Callable[..., Stage]
MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)


def task(task_id: str, *upstream: str, **more: Any) -> TaskSpec:
    return TaskSpec(task_id=task_id, operator="X", upstream=upstream, **more)


def dag(*tasks: TaskSpec, **more: Any) -> DagSpec:
    facts: dict[str, Any] = {"dag_id": "sales", "timetable": Never(), "tasks": tasks}
    return DagSpec(**(facts | more))


def codes(stage: Stage, run: Run, task_id: str) -> list[str]:
    return [str(hold.code) for hold in actions.why(stage.act(), "sales", run.run_id, task_id)]


def check_everybody_who_waits_has_a_reason(stage: Stage, run: Run) -> None:
    found = actions.why_all(stage.act(), "sales", run.run_id)
    for instance in stage.store.instances(run.uid):
        if instance.state in WAITING:
            assert found.get(instance.ref), instance
            assert all(hold.words for hold in found[instance.ref])


PLAYS: dict[str, Play] = {
    "upstream": hangs(),
    "retry_delay": fails(),
    "rescheduled": reschedules(timedelta(hours=1)),
    "deferred": defers(timedelta(hours=1), Resume(method="m")),
}


@pytest.mark.parametrize("code", PLAYS)
def test_what_an_attempt_did_is_the_reason(make_stage: MakeStage, code: str) -> None:
    stage = make_stage(script=lambda _: PLAYS[code])
    retry = RetryPolicy(retries=3, delay=timedelta(hours=1))
    stage.add_dag(dag(task("a", retry=retry), task("b", "a")))
    run = stage.trigger("sales")
    stage.play()
    assert codes(stage, run, "b") == ["upstream"]
    if code != "upstream":
        assert codes(stage, run, "a") == [code]
        (hold,) = actions.why(stage.act(), "sales", run.run_id, "a")
        assert hold.until is not None
    check_everybody_who_waits_has_a_reason(stage, run)


def test_a_full_pool_is_named_with_who_holds_it(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: hangs())
    stage.store.put_pool(Pool(name="db", slots=1))
    stage.add_dag(dag(task("a", pool="db", priority_weight=9), task("b", pool="db")))
    run = stage.trigger("sales")
    stage.play()
    (hold,) = actions.why(stage.act(), "sales", run.run_id, "b")
    assert hold.code is HoldCode.POOL_FULL
    assert "db" in hold.words
    assert "a" in {link.task_id for link in hold.links}


@pytest.mark.parametrize(
    ("tasks", "facts", "options", "code"),
    [
        ([task("a"), task("b")], {"max_active_tasks": 1}, {}, "max_active_tasks"),
        ([task("a"), task("b")], {}, {"limits": Limits(parallelism=1)}, "parallelism"),
        ([task("a"), task("b")], {}, {"slots": 1}, "no_slot"),
        ([task("b", pool="nowhere")], {}, {}, "pool_missing"),
        ([task("b", pool_slots=999)], {}, {}, "pool_too_small"),
        ([task("b", executor="Nobody")], {}, {}, "no_worker"),
    ],
)
def test_limits_are_reasons(
    make_stage: MakeStage,
    tasks: list[TaskSpec],
    facts: dict[str, Any],
    options: dict[str, Any],
    code: str,
) -> None:
    stage = make_stage(script=lambda _: hangs(), **options)
    stage.add_dag(dag(*tasks, **facts))
    run = stage.trigger("sales")
    stage.play()
    assert code in codes(stage, run, "b")
    check_everybody_who_waits_has_a_reason(stage, run)


def test_a_paused_dag_is_the_reason(make_stage: MakeStage) -> None:
    stage = make_stage()
    stage.add_dag(dag(task("a")))
    actions.pause(stage.act(), "sales")
    run = stage.trigger("sales")
    stage.play()
    assert "dag_paused" in codes(stage, run, "a")
    check_everybody_who_waits_has_a_reason(stage, run)


def test_a_queued_run_names_those_before_it(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: hangs())
    stage.add_dag(dag(task("a"), max_active_runs=1))
    first = stage.trigger("sales", run_id="first")
    second = stage.trigger("sales", run_id="second")
    stage.play()
    (hold,) = actions.why(stage.act(), "sales", second.run_id, "a")
    assert hold.code is HoldCode.RUN_QUEUED
    assert first.run_id in hold.words


def test_a_run_for_later_says_when(stage: Stage) -> None:
    stage.add_dag(dag(task("a")))
    at = stage.clock.now() + timedelta(hours=1)
    run = stage.trigger("sales", run_after=at)
    stage.play()
    found = actions.why(stage.act(), "sales", run.run_id, "a")
    assert [(hold.code, hold.until) for hold in found] == [(HoldCode.RUN_NOT_DUE, at)]


def test_the_past_is_a_reason(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: hangs())
    stage.add_dag(
        dag(
            task("a", depends_on_past=True),
            timetable=CronInterval(expression="@daily"),
            start_date=MIDNIGHT - timedelta(days=3),
        )
    )
    stage.play()
    _, second, _ = stage.runs("sales")
    assert codes(stage, second, "a") == ["depends_on_past"]


def test_nobody_to_run_it_is_a_reason(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: hangs())
    stage.scheduler.handle(SupervisorLeft(holder=stage.executor.holder))
    stage.add_dag(dag(task("a")))
    run = stage.trigger("sales")
    stage.play(timedelta(seconds=30))
    assert "no_worker" in codes(stage, run, "a") or "no_slot" in codes(stage, run, "a")
    stage.reconnect()
    stage.play(timedelta(seconds=1))
    assert len(stage.executor.running) == 1


def test_a_dead_scheduler_is_a_reason(make_stage: MakeStage) -> None:
    stage = make_stage()
    stage.add_dag(dag(task("a")))
    stage.turn()
    run = stage.trigger("sales")
    stage.clock.advance(timedelta(minutes=5))
    assert "no_scheduler" in codes(stage, run, "a")


def test_an_unknown_task_is_named_with_the_nearest(stage: Stage) -> None:
    stage.add_dag(dag(task("extract")))
    run = stage.trigger("sales")
    with pytest.raises(NotFound, match="did you mean 'extract'"):
        actions.why(stage.act(), "sales", run.run_id, "extrakt")
