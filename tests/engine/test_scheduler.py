from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from narae.core.reports import Started
from narae.core.run import Limits, Pool, Resume
from narae.core.spec import DagSpec, RetryPolicy, TaskSpec
from narae.core.states import RunState
from narae.core.timetables.spec import Continuous, CronInterval, Never
from narae.core.wire import Wake
from narae.core.workload import Workload
from narae.engine import actions
from narae.engine.actions import Selection, TaskMark
from narae.engine.events import ReportsCame
from narae.testing.fake_executor import (
    Play,
    defers,
    fails,
    hangs,
    reschedules,
    skips,
    succeeds,
)
from narae.testing.stage import Stage

MakeStage = Callable[..., Stage]
MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)


def task(task_id: str, *upstream: str, **more: Any) -> TaskSpec:
    above = tuple(sorted(upstream))
    return TaskSpec(task_id=task_id, operator="PythonOperator", upstream=above, **more)


def dag(*tasks: TaskSpec, **more: Any) -> DagSpec:
    facts: dict[str, Any] = {"dag_id": "sales", "timetable": Never(), "tasks": tasks}
    return DagSpec(**(facts | more))


def by_task(**plays: Play | list[Play]) -> Callable[[Workload], Play]:
    """A play for each task, or one for each of its tries; everything else succeeds."""
    left = {name: list(p) if isinstance(p, list) else [p] for name, p in plays.items()}

    def script(workload: Workload) -> Play:
        some = left.get(workload.task_id, [succeeds()])
        return some.pop(0) if len(some) > 1 else some[0]

    return script


# -- whole runs -----------------------------------------------------------------------------


def test_a_run_goes_through_its_tasks_in_order(stage: Stage) -> None:
    stage.add_dag(dag(task("a"), task("b", "a"), task("c", "b")))
    run = stage.trigger("sales")
    stage.play()
    assert stage.states(run) == dict.fromkeys(("a", "b", "c", "run"), "success")
    assert [w.task_id for w in stage.executor.submitted] == ["a", "b", "c"]
    assert stage.executor.unacknowledged == 0


def test_a_failed_parent_leaves_its_child_upstream_failed(make_stage: MakeStage) -> None:
    stage = make_stage(script=by_task(a=fails()))
    stage.add_dag(dag(task("a"), task("b", "a")))
    run = stage.trigger("sales")
    stage.play()
    assert stage.states(run) == {"a": "failed", "b": "upstream_failed", "run": "failed"}


def test_a_skip_goes_down_and_the_run_succeeds(make_stage: MakeStage) -> None:
    stage = make_stage(script=by_task(a=skips()))
    stage.add_dag(dag(task("a"), task("b", "a")))
    run = stage.trigger("sales")
    stage.play()
    assert stage.states(run) == {"a": "skipped", "b": "skipped", "run": "success"}


def test_a_retry_waits_for_its_delay_and_no_longer(make_stage: MakeStage) -> None:
    stage = make_stage(script=by_task(a=[fails(), succeeds()]))
    retry = RetryPolicy(retries=1, delay=timedelta(minutes=5))
    stage.add_dag(dag(task("a", retry=retry)))
    run = stage.trigger("sales")
    stage.play(timedelta(minutes=4))
    assert stage.states(run) == {"a": "up_for_retry", "run": "running"}
    stage.play(timedelta(minutes=2))
    assert stage.states(run) == {"a": "success", "run": "success"}
    first, second = stage.store.attempts(run.uid, stage.instance(run, "a").ref)
    assert (first.try_number, second.try_number) == (1, 2)
    assert second.queued_at - first.queued_at == timedelta(minutes=5)


def test_a_rescheduled_sensor_stays_within_its_try(make_stage: MakeStage) -> None:
    stage = make_stage(script=by_task(a=[reschedules(timedelta(seconds=20)), succeeds()]))
    stage.add_dag(dag(task("a", reschedules=True)))
    run = stage.trigger("sales")
    stage.play()
    assert stage.states(run)["a"] == "success"
    first, second = stage.executor.submitted
    assert (first.try_number, second.try_number) == (1, 1)
    assert first.attempt != second.attempt
    assert second.first_started_at is not None


def test_a_deferred_task_goes_on_where_it_said(make_stage: MakeStage) -> None:
    resume = Resume(method="execute_complete", kwargs={"x": 1})
    stage = make_stage(script=by_task(a=[defers(timedelta(seconds=20), resume), succeeds()]))
    stage.add_dag(dag(task("a")))
    run = stage.trigger("sales")
    stage.play()
    assert stage.states(run)["a"] == "success"
    assert [w.resume for w in stage.executor.submitted] == [None, resume]


# -- schedules ------------------------------------------------------------------------------


def daily(*tasks: TaskSpec, **more: Any) -> DagSpec:
    facts: dict[str, Any] = {
        "timetable": CronInterval(expression="@daily"),
        "start_date": MIDNIGHT - timedelta(days=5),
        "catchup": True,
    }
    return dag(*(tasks or (task("a"),)), **(facts | more))


def test_catchup_makes_a_run_for_each_day_since_the_start(stage: Stage) -> None:
    stage.add_dag(daily())
    stage.play()
    runs = stage.runs("sales")
    assert [run.logical_date for run in runs] == [
        MIDNIGHT - timedelta(days=days) for days in (5, 4, 3, 2, 1)
    ]
    assert {run.state for run in runs} == {RunState.SUCCESS}
    row = stage.store.dags(["sales"])[0]
    assert row.next_run_after == MIDNIGHT + timedelta(days=1)


def test_without_catchup_only_the_latest_day_runs(stage: Stage) -> None:
    stage.add_dag(daily(catchup=False))
    stage.play()
    assert [run.logical_date for run in stage.runs("sales")] == [MIDNIGHT - timedelta(days=1)]


def test_the_next_run_comes_when_its_interval_ends(stage: Stage) -> None:
    stage.add_dag(daily(catchup=False))
    stage.play(timedelta(hours=11))
    assert len(stage.runs("sales")) == 1
    stage.play(timedelta(hours=2))
    last = stage.runs("sales")[-1]
    assert last.logical_date == MIDNIGHT
    assert last.started_at == MIDNIGHT + timedelta(days=1)


def test_a_paused_dag_gets_no_runs_until_it_is_unpaused(stage: Stage) -> None:
    stage.add_dag(daily())
    actions.pause(stage.act(), "sales")
    stage.play()
    assert stage.runs("sales") == []
    actions.unpause(stage.act(), "sales")
    stage.play()
    assert len(stage.runs("sales")) == 5


def test_max_active_runs_holds_the_later_days_back(make_stage: MakeStage) -> None:
    stage = make_stage(script=by_task(a=succeeds(lasts=timedelta(minutes=10))))
    stage.add_dag(daily(max_active_runs=2))
    stage.play(timedelta(minutes=5))
    assert [run.state for run in stage.runs("sales")] == [RunState.RUNNING] * 2
    stage.play(timedelta(minutes=30))
    assert [run.state for run in stage.runs("sales")] == [RunState.SUCCESS] * 5
    assert stage.executor.peak == 2


def test_queued_manual_runs_start_in_the_order_of_their_dates(make_stage: MakeStage) -> None:
    stage = make_stage(script=by_task(a=succeeds(lasts=timedelta(seconds=10))))
    stage.add_dag(dag(task("a"), max_active_runs=1))
    dates = [MIDNIGHT - timedelta(days=days) for days in (1, 3, 2)]
    for date in dates:
        stage.trigger("sales", logical_date=date)
    stage.play()
    started = sorted(stage.runs("sales"), key=lambda run: run.started_at or MIDNIGHT)
    assert [run.logical_date for run in started] == sorted(dates)


def test_a_run_for_later_waits_until_then(stage: Stage) -> None:
    stage.add_dag(dag(task("a")))
    run = stage.trigger("sales", run_after=stage.clock.now() + timedelta(hours=1))
    stage.play(timedelta(minutes=59))
    assert stage.run(run).state is RunState.QUEUED
    stage.play(timedelta(minutes=2))
    assert stage.run(run).state is RunState.SUCCESS


def test_continuous_runs_follow_one_another(make_stage: MakeStage) -> None:
    stage = make_stage(script=by_task(a=succeeds(lasts=timedelta(seconds=10))))
    stage.add_dag(dag(task("a"), timetable=Continuous(), start_date=MIDNIGHT, max_active_runs=1))
    stage.play(timedelta(seconds=35))
    states = [run.state for run in stage.runs("sales")]
    assert states == [RunState.SUCCESS] * 3 + [RunState.RUNNING]


def test_too_many_failures_in_a_row_pause_the_dag(make_stage: MakeStage) -> None:
    stage = make_stage(script=by_task(a=fails()))
    stage.add_dag(daily(max_active_runs=1, max_consecutive_failed_runs=3))
    stage.play()
    row = stage.store.dags(["sales"])[0]
    assert row.is_paused
    assert row.failed_in_a_row == 3
    assert [run.state for run in stage.runs("sales")] == [RunState.FAILED] * 3


def test_dagrun_timeout_ends_a_scheduled_run(make_stage: MakeStage) -> None:
    stage = make_stage(script=by_task(a=hangs()))
    stage.add_dag(daily(catchup=False, dagrun_timeout=timedelta(minutes=5)))
    stage.play(timedelta(minutes=6))
    assert stage.runs("sales")[0].state is RunState.FAILED
    assert stage.executor.running == {}


# -- limits ---------------------------------------------------------------------------------


def many(count: int, **more: Any) -> DagSpec:
    return dag(*(task(f"t{i:05}", **more) for i in range(count)))


def test_a_pool_is_never_exceeded(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(seconds=5)))
    stage.store.put_pool(Pool(name="db", slots=3))
    stage.wake(Wake(pools=True))
    stage.add_dag(many(9, pool="db"))
    run = stage.trigger("sales")
    stage.play()
    assert stage.executor.peak == 3
    assert stage.run(run).state is RunState.SUCCESS


def test_pool_slots_count(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(seconds=5)))
    stage.store.put_pool(Pool(name="db", slots=3))
    stage.add_dag(many(4, pool="db", pool_slots=2))
    stage.trigger("sales")
    stage.play()
    assert stage.executor.peak == 1


def test_a_bigger_pool_lets_more_out_at_once(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: hangs())
    stage.store.put_pool(Pool(name="db", slots=1))
    stage.add_dag(many(4, pool="db"))
    stage.trigger("sales")
    stage.play()
    assert len(stage.executor.running) == 1
    stage.store.put_pool(Pool(name="db", slots=3))
    stage.wake(Wake(pools=True))
    stage.play()
    assert len(stage.executor.running) == 3


@pytest.mark.parametrize(
    ("spec", "options", "most"),
    [
        (dag(*(task(f"t{i}") for i in range(9)), max_active_tasks=4), {}, 4),
        (dag(*(task(f"t{i}") for i in range(9))), {"limits": Limits(parallelism=5)}, 5),
        (dag(*(task(f"t{i}") for i in range(9))), {"slots": 6}, 6),
    ],
)
def test_limits_hold(
    make_stage: MakeStage, spec: DagSpec, options: dict[str, Any], most: int
) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(seconds=5)), **options)
    stage.add_dag(spec)
    run = stage.trigger("sales")
    stage.play()
    assert stage.executor.peak == most
    assert stage.run(run).state is RunState.SUCCESS


def test_a_task_limit_counts_over_the_runs_of_a_dag(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(seconds=5)))
    stage.add_dag(daily(task("a", max_active_tis_per_dag=2)))
    stage.play()
    assert stage.executor.peak == 2
    assert {run.state for run in stage.runs("sales")} == {RunState.SUCCESS}


def test_ten_thousand_waiting_tasks_do_not_delay_a_single_one(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(seconds=5)), slots=4)
    stage.add_dag(
        dag(*(task(f"t{i:05}") for i in range(10_000)), dag_id="big", max_active_tasks=16)
    )
    stage.trigger("big")
    stage.play(timedelta(seconds=2))
    stage.add_dag(dag(task("one"), dag_id="small"), file="small.py")
    run = stage.trigger("small")
    before = stage.clock.now()
    stage.play(timedelta(seconds=5))
    started = stage.instance(run, "one").started_at
    assert started is not None
    assert started - before <= timedelta(seconds=5)


# -- the past -------------------------------------------------------------------------------


def test_depends_on_past_waits_for_the_day_before(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(seconds=5)))
    stage.add_dag(daily(task("a", depends_on_past=True)))
    stage.play()
    runs = stage.runs("sales")
    assert {run.state for run in runs} == {RunState.SUCCESS}
    assert stage.executor.peak == 1
    assert [w.run.run_id for w in stage.executor.submitted] == [run.run_id for run in runs]


def test_a_failed_day_holds_those_behind_it_until_it_is_marked(make_stage: MakeStage) -> None:
    stage = make_stage(script=by_task(a=[fails(), succeeds()]))
    stage.add_dag(daily(task("a", depends_on_past=True)))
    stage.play()
    first, *others = stage.runs("sales")
    assert first.state is RunState.FAILED
    assert {run.state for run in others} == {RunState.RUNNING}
    mark = TaskMark(task_id="a", state=stage.instance(first, "a").state.SUCCESS)
    actions.mark_tasks(stage.act(), "sales", first.run_id, mark)
    stage.play()
    assert {run.state for run in stage.runs("sales")[1:]} == {RunState.SUCCESS}


# -- users while it runs --------------------------------------------------------------------


def test_clearing_a_running_task_ends_it_and_runs_it_again(make_stage: MakeStage) -> None:
    stage = make_stage(script=by_task(a=[hangs(), succeeds()]))
    stage.add_dag(dag(task("a"), task("b", "a")))
    run = stage.trigger("sales")
    stage.play()
    old = stage.instance(run, "a").attempt
    actions.clear(stage.act(), "sales", Selection(run_ids=(run.run_id,), tasks=(("a", None),)))
    stage.play()
    assert [attempt for attempt, _ in stage.executor.killed] == [old]
    assert stage.states(run) == {"a": "success", "b": "success", "run": "success"}


def test_marking_a_running_task_ends_its_process(make_stage: MakeStage) -> None:
    stage = make_stage(script=by_task(a=hangs()))
    stage.add_dag(dag(task("a"), task("b", "a")))
    run = stage.trigger("sales")
    stage.play()
    state = stage.instance(run, "a").state.SUCCESS
    actions.mark_tasks(stage.act(), "sales", run.run_id, TaskMark(task_id="a", state=state))
    stage.play()
    assert len(stage.executor.killed) == 1
    assert stage.executor.running == {}
    assert stage.states(run) == {"a": "success", "b": "success", "run": "success"}


def test_marking_a_run_failed_ends_everything(make_stage: MakeStage) -> None:
    stage = make_stage(script=by_task(a=hangs()))
    stage.add_dag(dag(task("a"), task("b", "a")))
    run = stage.trigger("sales")
    stage.play()
    actions.mark_run(stage.act(), "sales", run.run_id, RunState.FAILED)
    stage.play()
    assert stage.executor.running == {}
    assert stage.run(run).state is RunState.FAILED


def test_a_cleared_run_that_had_ended_runs_again(stage: Stage) -> None:
    stage.add_dag(dag(task("a"), task("b", "a")))
    run = stage.trigger("sales")
    stage.play()
    actions.clear(stage.act(), "sales", Selection(run_ids=(run.run_id,)))
    stage.play()
    assert stage.states(run) == {"a": "success", "b": "success", "run": "success"}
    assert stage.instance(run, "b").try_number == 2
    assert stage.run(run).clear_number == 1


def test_pausing_lets_running_tasks_end_and_starts_no_others(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(seconds=20)))
    stage.add_dag(dag(task("a"), task("b", "a")))
    run = stage.trigger("sales")
    stage.play(timedelta(seconds=10))
    actions.pause(stage.act(), "sales")
    stage.play(timedelta(minutes=5))
    assert stage.states(run) == {"a": "success", "b": "scheduled", "run": "running"}
    actions.unpause(stage.act(), "sales")
    stage.play()
    assert stage.run(run).state is RunState.SUCCESS


# -- callbacks and stale reports ------------------------------------------------------------


def test_the_callback_of_a_failed_run_is_sent_until_it_is_done(make_stage: MakeStage) -> None:
    stage = make_stage(script=by_task(a=fails()))
    stage.add_dag(dag(task("a"), callbacks=("failure",)))
    stage.trigger("sales")
    stage.play()
    assert [each.kind for each in stage.executor.callbacks] == ["dag_failure"]
    assert stage.executor.callbacks[0].code.folder == "/dags"
    assert stage.executor.callbacks[0].log_path
    assert stage.store.callbacks() == []


def test_a_stale_start_is_acknowledged_and_killed(make_stage: MakeStage) -> None:
    stage = make_stage(script=by_task(a=hangs()))
    stage.add_dag(dag(task("a")))
    run = stage.trigger("sales")
    stage.play()
    current = stage.executor.submitted[0]
    stale = "00000000-0000-7000-8000-000000000000"
    stage.executor.running[stale] = stage.executor.running[current.attempt]  # type: ignore[index]  # an id nobody gave
    report = Started(attempt=stale, at=stage.clock.now(), holder="x", host="y", pid=1)  # type: ignore[arg-type]  # the same
    stage.scheduler.handle(ReportsCame(holder=stage.executor.holder, seq=99, reports=(report,)))
    stage.scheduler.tick()
    assert [done.seq for done in stage.scheduler.take_acknowledgements()] == [99]
    assert [attempt for attempt, _ in stage.executor.killed] == [stale]
    assert stage.instance(run, "a").attempt == current.attempt
