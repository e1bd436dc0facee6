from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from narae.core.ids import TaskRef
from narae.core.run import BackfillState, Reprocess
from narae.core.spec import DagSpec, ParamSpec, TaskSpec
from narae.core.states import RunState, RunType, TaskState
from narae.core.timetables.spec import CronInterval, CronTrigger, Never
from narae.engine import actions
from narae.engine.actions import Act, Selection, TaskMark, backfills
from narae.engine.actions.backfills import BackfillWish
from narae.engine.errors import AlreadyExists, Conflict, Invalid, NotFound
from narae.engine.ports import RunQuery
from narae.testing.fake_executor import fails, succeeds
from narae.testing.stage import Stage

MakeStage = Callable[..., Stage]
MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
A = TaskSpec(task_id="extract", operator="X")
B = TaskSpec(task_id="load", operator="X", upstream=("extract",))


def dag(dag_id: str = "sales", **more: Any) -> DagSpec:
    facts: dict[str, Any] = {"dag_id": dag_id, "timetable": Never(), "tasks": (A, B)}
    return DagSpec(**(facts | more))


def audits(stage: Stage) -> list[tuple[str, str]]:
    return [(each.who, each.what) for each in stage.store.tables.audits]  # type: ignore[attr-defined]  # only the memory store shows them


# -- trigger --------------------------------------------------------------------------------


def test_an_unknown_dag_is_named_with_the_nearest(stage: Stage) -> None:
    stage.add_dag(dag("daily_sales"))
    with pytest.raises(NotFound, match="no DAG 'dayly_sales'; did you mean 'daily_sales'"):
        stage.trigger("dayly_sales")


def test_a_run_id_that_exists_is_refused_with_the_run(stage: Stage) -> None:
    stage.add_dag(dag())
    stage.trigger("sales", run_id="mine")
    with pytest.raises(AlreadyExists, match="'mine', queued"):
        stage.trigger("sales", run_id="mine")


def test_a_logical_date_that_exists_is_refused_with_the_run(stage: Stage) -> None:
    stage.add_dag(dag())
    first = stage.trigger("sales", logical_date=MIDNIGHT)
    with pytest.raises(AlreadyExists) as caught:
        stage.trigger("sales", logical_date=MIDNIGHT, run_id="other")
    assert caught.value.name == first.run_id


def test_two_runs_at_one_moment_get_dates_of_their_own(stage: Stage) -> None:
    stage.add_dag(dag())
    first, second = stage.trigger("sales"), stage.trigger("sales")
    assert first.logical_date != second.logical_date
    assert first.run_id != second.run_id


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"conf": [1]}, "conf: has to be an object such as {}, not list"),
        ({"run_id": "has space"}, "run_id: run id 'has space' may not contain ' '"),
        (
            {"logical_date": datetime(2026, 1, 1)},  # noqa: DTZ001 - the very fault
            "logical_date: 2026-01-01T00:00:00 has no time zone",
        ),
        ({"without_logical_date": True}, "logical_date: a run of 'sales'"),
    ],
)
def test_a_wish_that_makes_no_sense_names_its_field(
    stage: Stage, wish: dict[str, Any], words: str
) -> None:
    stage.add_dag(dag())
    with pytest.raises(Invalid) as caught:
        stage.trigger("sales", **wish)
    assert caught.value.words.startswith(words)


def test_params_are_checked_against_their_schema(stage: Stage) -> None:
    params = {
        "size": ParamSpec(default=3, schema={"type": "integer", "maximum": 9}),
        "name": ParamSpec(has_default=False, schema={"type": "string"}),
    }
    stage.add_dag(dag(params=params))
    with pytest.raises(Invalid, match=r"'name'.*no default"):
        stage.trigger("sales")
    with pytest.raises(Invalid, match=r"'size'.*12 is greater than the maximum of 9"):
        stage.trigger("sales", conf={"name": "x", "size": 12})
    assert stage.trigger("sales", conf={"name": "x"}).conf == {"name": "x"}


def test_a_manual_run_covers_the_interval_before_it(stage: Stage) -> None:
    stage.add_dag(dag(timetable=CronInterval(expression="@daily"), start_date=MIDNIGHT))
    run = stage.trigger("sales", logical_date=MIDNIGHT + timedelta(hours=5))
    assert run.interval is not None
    assert (run.interval.start, run.interval.end) == (MIDNIGHT - timedelta(days=1), MIDNIGHT)
    assert run.run_type is RunType.MANUAL


def test_generation_3_may_do_without_a_logical_date(stage: Stage) -> None:
    stage.add_dag(dag(generation=3, timetable=CronTrigger(expressions=("@daily",))))
    run = stage.trigger("sales", without_logical_date=True)
    assert (run.logical_date, run.interval) == (None, None)
    stage.play()
    assert stage.run(run).state is RunState.SUCCESS


def test_a_stale_dag_is_not_run(stage: Stage) -> None:
    stage.add_dag(dag())
    stage.store.record_gone(["dags.py"], folder="/dags", now=stage.clock.now())
    with pytest.raises(Invalid, match=r"'sales' is gone: dags\.py no longer gives it"):
        stage.trigger("sales")


def test_who_did_what_is_written(stage: Stage) -> None:
    stage.add_dag(dag())
    run = actions.trigger(stage.act("ann"), "sales")
    actions.pause(stage.act("bob"), "sales")
    actions.set_run_note(stage.act("cy"), "sales", run.run_id, "look here")
    assert audits(stage) == [("ann", "trigger"), ("bob", "pause"), ("cy", "note")]
    assert stage.run(run).note == "look here"


# -- clear and mark -------------------------------------------------------------------------


def test_a_dry_run_of_clear_changes_nothing(stage: Stage) -> None:
    stage.add_dag(dag())
    run = stage.trigger("sales")
    stage.play()
    selection = Selection(run_ids=(run.run_id,), tasks=(("extract", None),), downstream=True)
    found = actions.clear(stage.act(), "sales", selection, dry_run=True)
    assert {instance.task_id for _, instance in found} == {"extract", "load"}
    assert stage.states(run)["run"] == "success"
    assert ("tester", "clear") not in audits(stage)


def test_clear_names_an_unknown_task_with_the_nearest(stage: Stage) -> None:
    stage.add_dag(dag())
    run = stage.trigger("sales")
    selection = Selection(run_ids=(run.run_id,), tasks=(("extrakt", None),))
    with pytest.raises(NotFound, match="did you mean 'extract'"):
        actions.clear(stage.act(), "sales", selection)


def test_clear_by_dates_takes_the_runs_between(stage: Stage) -> None:
    stage.add_dag(dag())
    runs = [stage.trigger("sales", logical_date=MIDNIGHT - timedelta(days=d)) for d in range(4)]
    stage.play()
    start, end = MIDNIGHT - timedelta(days=2), MIDNIGHT - timedelta(days=1)
    actions.clear(stage.act(), "sales", Selection(start=start, end=end))
    states = [stage.run(run).state for run in runs]
    assert states == [RunState.SUCCESS, RunState.QUEUED, RunState.QUEUED, RunState.SUCCESS]
    with pytest.raises(Invalid, match="say which runs"):
        actions.clear(stage.act(), "sales", Selection())


def test_clear_only_failed_leaves_the_rest_alone(make_stage: MakeStage) -> None:
    plays = {"extract": [succeeds()], "load": [fails(), succeeds()]}
    stage = make_stage(script=lambda w: plays[w.task_id].pop(0))
    stage.add_dag(dag())
    run = stage.trigger("sales")
    stage.play()
    assert stage.states(run)["run"] == "failed"
    actions.retry_run(stage.act(), "sales", run.run_id, only_failed=True)
    stage.play()
    assert stage.states(run) == {"extract": "success", "load": "success", "run": "success"}


def test_an_action_goes_on_though_the_engine_was_quicker(stage: Stage) -> None:
    stage.add_dag(dag())
    run = stage.trigger("sales")
    stage.play()
    notes = ["quick"]

    class Racing:
        """The engine changes the run between the action's reading and its writing."""

        def __getattr__(self, name: str) -> Any:
            return getattr(stage.store, name)

        def apply(self, commands: Any, *, now: datetime) -> list[bool]:
            while notes:
                actions.set_run_note(stage.act(), "sales", run.run_id, notes.pop())
            return stage.store.apply(commands, now=now)

    store: Any = Racing()
    act = Act(store=store, notifier=stage, now=stage.clock.now(), chance=stage.chance, who="ann")
    actions.mark_run(act, "sales", run.run_id, RunState.FAILED)
    assert stage.run(run).state is RunState.FAILED
    assert stage.run(run).note == "quick"
    assert [what for who, what in audits(stage) if who == "ann"] == ["mark_run_failed"]


def test_only_ends_can_be_marked(stage: Stage) -> None:
    stage.add_dag(dag())
    run = stage.trigger("sales")
    mark = TaskMark(task_id="load", state=TaskState.RUNNING)
    with pytest.raises(Invalid, match="state: running is not for users to give"):
        actions.mark_tasks(stage.act(), "sales", run.run_id, mark)


def test_a_note_stays_with_its_task(stage: Stage) -> None:
    stage.add_dag(dag())
    run = stage.trigger("sales")
    actions.set_task_note(stage.act(), "sales", run.run_id, TaskRef("load"), "slow")
    stage.play()
    assert stage.instance(run, "load").note == "slow"


# -- whole DAGs -----------------------------------------------------------------------------


def test_a_dag_with_a_running_run_is_not_deleted(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(minutes=5)))
    stage.add_dag(dag())
    run = stage.trigger("sales")
    stage.play()
    with pytest.raises(Conflict, match=run.run_id.replace("+", r"\+")):
        actions.delete_dag(stage.act(), "sales")
    stage.play(timedelta(minutes=15))
    actions.delete_dag(stage.act(), "sales")
    assert stage.store.dags(["sales"]) == []
    stage.play()
    stage.add_dag(dag())
    again = stage.trigger("sales")
    stage.play(timedelta(minutes=15))
    assert stage.run(again).state is RunState.SUCCESS


# -- backfills ------------------------------------------------------------------------------


DAILY = dag(
    timetable=CronInterval(expression="@daily"),
    start_date=MIDNIGHT,
    catchup=False,
    max_active_runs=1,
)


def wish(days: int, **more: Any) -> BackfillWish:
    start = MIDNIGHT - timedelta(days=days)
    return BackfillWish(start=start, end=MIDNIGHT - timedelta(days=1), **more)


def test_a_backfill_runs_its_days_within_its_own_limit(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(seconds=5)))
    stage.add_dag(DAILY)
    made = backfills.create(stage.act(), "sales", wish(7, max_active_runs=3))
    stage.play(timedelta(seconds=7))
    states = [run.state for run in stage.runs("sales")]
    assert states == [RunState.RUNNING] * 3
    stage.play()
    runs = stage.store.runs(RunQuery(dag_id="sales", backfill_id=made.id))
    assert [run.state for run in runs] == [RunState.SUCCESS] * 7
    assert {run.run_type for run in runs} == {RunType.BACKFILL}
    assert backfills.find(stage.act(), made.id).state is BackfillState.DONE
    assert stage.executor.peak == 3


def test_the_dry_run_says_what_is_left_out_and_writes_nothing(stage: Stage) -> None:
    stage.add_dag(DAILY)
    stage.trigger("sales", logical_date=MIDNIGHT - timedelta(days=2))
    stage.play()
    planned = backfills.plan(stage.act(), "sales", wish(3)).planned
    assert [each.skip_reason for each in planned] == [None, "already ran: success", None]
    assert stage.store.backfills() == []


def test_a_backfill_runs_failed_days_again_when_asked_to(make_stage: MakeStage) -> None:
    outcomes = [fails()]
    stage = make_stage(script=lambda _: outcomes.pop() if outcomes else succeeds())
    stage.add_dag(DAILY)
    run = stage.trigger("sales", logical_date=MIDNIGHT - timedelta(days=2))
    stage.play()
    assert stage.run(run).state is RunState.FAILED
    made = backfills.create(stage.act(), "sales", wish(2, reprocess=Reprocess.FAILED))
    stage.play()
    again = stage.run(run)
    assert (again.state, again.backfill_id) == (RunState.SUCCESS, made.id)
    assert again.clear_number == 1


def test_a_paused_backfill_starts_nothing_more(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(seconds=5)))
    stage.add_dag(DAILY)
    made = backfills.create(stage.act(), "sales", wish(5, max_active_runs=1))
    stage.play(timedelta(seconds=7))
    backfills.pause(stage.act(), made.id)
    stage.play()
    assert len(stage.runs("sales")) == 1
    backfills.unpause(stage.act(), made.id)
    stage.play(timedelta(minutes=2))
    assert [run.state for run in stage.runs("sales")] == [RunState.SUCCESS] * 5


def test_a_cancelled_backfill_ends_what_is_queued(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(seconds=5)))
    stage.add_dag(DAILY)
    made = backfills.create(stage.act(), "sales", wish(5, max_active_runs=2))
    stage.play(timedelta(seconds=7))
    backfills.cancel(stage.act(), made.id)
    stage.play()
    assert [run.state for run in stage.runs("sales")] == [RunState.SUCCESS] * 2
    assert backfills.find(stage.act(), made.id).state is BackfillState.CANCELLED
    with pytest.raises(Conflict, match="ended already"):
        backfills.cancel(stage.act(), made.id)


def test_one_backfill_of_a_dag_at_a_time(stage: Stage) -> None:
    stage.add_dag(DAILY)
    made = backfills.create(stage.act(), "sales", wish(5))
    with pytest.raises(Conflict, match=f"number {made.id}"):
        backfills.create(stage.act(), "sales", wish(5))


def test_a_scheduler_that_dies_goes_on_with_a_backfill(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(seconds=5)))
    stage.add_dag(DAILY)
    backfills.create(stage.act(), "sales", wish(4, max_active_runs=2))
    for _ in range(8):
        stage.play(timedelta(seconds=3))
        stage.restart()
    stage.play()
    assert [run.state for run in stage.runs("sales")] == [RunState.SUCCESS] * 4
