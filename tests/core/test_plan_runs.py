from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from narae.core.decide.plan_runs import Plan, logical_date, next_runs, plan_runs
from narae.core.ids import CodeVersion
from narae.core.run import DagRow
from narae.core.spec import DagSpec, TaskSpec
from narae.core.timetables.spec import (
    Continuous,
    CronInterval,
    CronTrigger,
    Custom,
    DataInterval,
    Never,
    Once,
    TimetableSpec,
)

START = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOURLY = CronInterval(expression="@hourly")
ROW = DagRow(
    dag_id="d",
    file="d.py",
    folder="/dags",
    spec_id=1,
    code_version=CodeVersion(""),
    is_paused=False,
    parsed_at=START,
)


def _spec(timetable: TimetableSpec = HOURLY, **facts: object) -> DagSpec:
    spec = DagSpec(dag_id="d", timetable=timetable, start_date=START)
    return replace(spec, **facts)


def _plan(
    spec: DagSpec, now: datetime, *, dag: DagRow = ROW, active: int = 0, limit: int = 100
) -> Plan:
    return plan_runs(dag=dag, spec=spec, active=active, now=now, limit=limit)


def _starts(plan: Plan) -> list[float]:
    return [(slot.interval.start - START) / HOUR for slot in plan.due]


def test_with_catchup_every_missed_interval_gets_a_run_oldest_first() -> None:
    plan = _plan(_spec(), START + 3.5 * HOUR)
    assert _starts(plan) == [0, 1, 2]
    assert plan.dag.cursor == plan.due[-1].interval
    assert plan.dag.next_run_after == START + 4 * HOUR
    assert plan.dag.next_interval == DataInterval(start=START + 3 * HOUR, end=START + 4 * HOUR)
    assert plan.again_at == START + 4 * HOUR
    assert plan.dag.revision == ROW.revision + 1


def test_without_catchup_only_the_latest_interval_gets_a_run() -> None:
    plan = _plan(_spec(catchup=False), START + 3.5 * HOUR)
    assert _starts(plan) == [2]
    assert plan.again_at == START + 4 * HOUR


def test_a_run_is_due_at_the_very_moment_that_its_interval_ends() -> None:
    tick = timedelta(microseconds=1)
    assert _starts(_plan(_spec(), START + HOUR - tick)) == []
    assert _starts(_plan(_spec(), START + HOUR)) == [0]


def test_a_second_look_makes_nothing_and_changes_nothing() -> None:
    spec, now = _spec(), START + 3.5 * HOUR
    first = _plan(spec, now)
    second = _plan(spec, now, dag=first.dag)
    assert second.due == ()
    assert second.dag is first.dag
    assert second.again_at == first.again_at


def test_no_more_runs_are_made_than_max_active_runs_leaves_room_for() -> None:
    spec, now = _spec(max_active_runs=3), START + 9.5 * HOUR
    plan = _plan(spec, now, active=1)
    assert _starts(plan) == [0, 1]
    assert plan.dag.next_run_after == START + 3 * HOUR
    assert plan.again_at is None  # the end of a run wakes it
    full = _plan(spec, now, dag=plan.dag, active=3)
    assert (full.due, full.dag) == ((), plan.dag)
    assert _starts(_plan(spec, now, dag=plan.dag, active=5)) == []
    assert _starts(_plan(spec, now, dag=plan.dag, active=2)) == [2]


def test_a_limit_cuts_a_plan_short_and_asks_to_be_called_again_at_once() -> None:
    now = START + 9.5 * HOUR
    plan = _plan(_spec(), now, limit=4)
    assert _starts(plan) == [0, 1, 2, 3]
    assert plan.again_at == now
    assert _starts(_plan(_spec(), now, dag=plan.dag)) == [4, 5, 6, 7, 8]


def test_a_paused_dag_gets_no_runs_and_keeps_its_cursor_but_shows_its_next_run() -> None:
    cursor = DataInterval(start=START, end=START + HOUR)
    paused = replace(ROW, is_paused=True, cursor=cursor)
    plan = _plan(_spec(), START + 9 * HOUR, dag=paused)
    assert plan.due == ()
    assert plan.dag.cursor == cursor
    assert plan.dag.next_run_after == START + 2 * HOUR
    assert plan.again_at is None


def test_a_dag_that_is_stale_has_no_next_run() -> None:
    stale = replace(ROW, is_stale=True, next_run_after=START)
    plan = _plan(_spec(), START + 9 * HOUR, dag=stale)
    assert (plan.due, plan.dag.next_run_after, plan.again_at) == ((), None, None)


def test_no_run_starts_its_interval_after_the_end_date() -> None:
    plan = _plan(_spec(end_date=START + HOUR), START + 9 * HOUR)
    assert _starts(plan) == [0, 1]
    assert (plan.dag.next_run_after, plan.again_at) == (None, None)


def test_nothing_is_due_before_the_start_date() -> None:
    plan = _plan(_spec(catchup=False), START - 5.5 * HOUR)
    assert plan.due == ()
    assert plan.again_at == START + HOUR


def test_where_only_tasks_have_dates_these_are_the_dags() -> None:
    tasks = tuple(
        TaskSpec(task_id=f"t{hour}", operator="E", start_date=START + hour * HOUR, end_date=end)
        for hour, end in ((2, START + 4 * HOUR), (3, START + 5 * HOUR))
    )
    plan = _plan(_spec(start_date=None, tasks=tasks), START + 9 * HOUR)
    assert _starts(plan) == [2, 3, 4, 5]


def test_once_runs_once() -> None:
    plan = _plan(_spec(Once()), START + HOUR)
    assert [slot.run_after for slot in plan.due] == [START]
    again = _plan(_spec(Once()), START + 2 * HOUR, dag=plan.dag)
    assert (again.due, again.dag.next_run_after) == ((), None)


def test_no_schedule_no_runs() -> None:
    plan = _plan(_spec(Never()), START + HOUR)
    assert plan == Plan(dag=ROW)


def test_a_continuous_dag_runs_one_at_a_time_each_from_the_end_of_the_last() -> None:
    spec = _spec(Continuous(), max_active_runs=16)
    first = _plan(spec, START + HOUR)
    assert len(first.due) == 1
    assert first.again_at is None
    running = _plan(spec, START + 2 * HOUR, dag=first.dag, active=1)
    assert running.due == ()
    assert running.dag == first.dag  # no row is written while it runs
    second = _plan(spec, START + 3 * HOUR, dag=first.dag)
    assert [slot.interval for slot in second.due] == [
        DataInterval(start=START + HOUR, end=START + 3 * HOUR)
    ]


def test_a_continuous_dag_waits_for_its_start_date() -> None:
    plan = _plan(_spec(Continuous()), START - HOUR)
    assert (plan.due, plan.again_at) == ((), START)


def test_a_dag_without_a_start_date_first_runs_at_the_next_tick() -> None:
    spec = _spec(CronTrigger(expressions=("@hourly",)), start_date=None, catchup=False)
    seen = _plan(spec, START + 0.5 * HOUR)
    assert (seen.due, seen.again_at) == ((), START + HOUR)
    late = _plan(spec, START + HOUR + timedelta(milliseconds=5), dag=seen.dag)
    assert [slot.run_after for slot in late.due] == [START + HOUR]
    assert late.again_at == START + 2 * HOUR


def test_a_custom_timetable_may_allow_fewer_active_runs() -> None:
    spec = _spec(Custom(classpath="a.B", active_runs_limit=1))
    plan = plan_runs(dag=ROW, spec=spec, active=1, planned=(), now=START, limit=9)
    assert plan.due == ()


@pytest.mark.parametrize("generation", [2, 3])
def test_the_logical_date_is_where_the_interval_starts(generation: int) -> None:
    spec = _spec(generation=generation)
    slot = _plan(spec, START + HOUR).due[0]
    assert logical_date(slot) == START


def test_the_next_runs_are_listed_for_display() -> None:
    slots = next_runs(_spec(), ROW, 3, now=START + 1.5 * HOUR)
    assert [slot.run_after for slot in slots] == [START + n * HOUR for n in (1, 2, 3)]
    assert next_runs(_spec(Continuous()), ROW, 3, now=START) == []
    assert len(next_runs(_spec(Once()), ROW, 3, now=START)) == 1
