from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from narae.core.decide.backfill import (
    RUNS_MAX,
    ended,
    next_backfill_runs,
    plan_backfill,
    with_started,
)
from narae.core.ids import CodeVersion, RunUid
from narae.core.run import Backfill, BackfillState, DagRow, Reprocess, Run
from narae.core.spec import DagSpec, TaskSpec
from narae.core.states import RunState, RunType
from narae.core.timetables.spec import Continuous, CronInterval, Never, Once, TimetableSpec

START = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
NOW = START + 30 * DAY
DAILY = CronInterval(expression="@daily")
ROW = DagRow(
    dag_id="d",
    file="d.py",
    folder="/dags",
    spec_id=1,
    code_version=CodeVersion(""),
    is_paused=False,
    parsed_at=START,
)


def _run(day: int, state: RunState) -> Run:
    return Run(
        uid=RunUid(f"run-{day}"),
        dag_id="d",
        run_id=f"scheduled__{day}",
        run_type=RunType.SCHEDULED,
        state=state,
        logical_date=START + day * DAY,
        run_after=START + (day + 1) * DAY,
        spec_id=1,
        code_version=CodeVersion(""),
        queued_at=START,
    )


def _backfill(
    *,
    days: int = 4,
    timetable: TimetableSpec = DAILY,
    existing: tuple[Run, ...] = (),
    reprocess: Reprocess = Reprocess.NONE,
    backwards: bool = False,
    max_active_runs: int = 2,
    now: datetime = NOW,
    tasks: tuple[TaskSpec, ...] = (),
) -> Backfill:
    return plan_backfill(
        id=7,
        spec=DagSpec(dag_id="d", timetable=timetable, tasks=tasks),
        dag=ROW,
        start=START,
        end=START + (days - 1) * DAY,
        existing=existing,
        reprocess=reprocess,
        backwards=backwards,
        conf={"full": True},
        max_active_runs=max_active_runs,
        now=now,
    )


def _days(backfill: Backfill) -> list[float]:
    return [(run.logical_date - START) / DAY for run in backfill.planned]


def test_a_backfill_has_every_run_whose_logical_date_is_in_its_range() -> None:
    backfill = _backfill()
    assert _days(backfill) == [0, 1, 2, 3]
    assert all(run.run_after == run.logical_date + DAY for run in backfill.planned)
    assert all(run.skip_reason is None for run in backfill.planned)
    assert (backfill.id, backfill.conf, backfill.state) == (7, {"full": True}, "running")


def test_backwards_begins_with_the_latest() -> None:
    assert _days(_backfill(backwards=True)) == [3, 2, 1, 0]


@pytest.mark.parametrize(
    ("reprocess", "state", "reason"),
    [
        (Reprocess.NONE, RunState.SUCCESS, "already ran: success"),
        (Reprocess.NONE, RunState.FAILED, "already ran: failed"),
        (Reprocess.FAILED, RunState.SUCCESS, "already ran: success"),
        (Reprocess.FAILED, RunState.FAILED, None),
        (Reprocess.COMPLETED, RunState.SUCCESS, None),
        (Reprocess.COMPLETED, RunState.FAILED, None),
        (Reprocess.NONE, RunState.RUNNING, "in progress: running"),
        (Reprocess.FAILED, RunState.QUEUED, "in progress: queued"),
        (Reprocess.COMPLETED, RunState.RUNNING, "in progress: running"),
    ],
)
def test_an_existing_run_is_run_again_or_left_with_a_reason(
    reprocess: Reprocess, state: RunState, reason: str | None
) -> None:
    backfill = _backfill(existing=(_run(1, state),), reprocess=reprocess)
    assert [run.skip_reason for run in backfill.planned] == [None, reason, None, None]
    assert [run.existing for run in backfill.planned] == [None, "run-1", None, None]


@pytest.mark.parametrize("backwards", [False, True])
def test_what_is_not_over_is_left_out_and_said_once(backwards: bool) -> None:
    backfill = _backfill(now=START + 2 * DAY, days=300, backwards=backwards)
    assert _days(backfill) == ([1, 0, 2] if backwards else [0, 1, 2])
    assert [run.skip_reason for run in backfill.planned[:2]] == [None, None]
    assert "not due before 2026-03-05" in str(backfill.planned[2].skip_reason)


def test_only_so_many_run_at_once() -> None:
    backfill = _backfill(max_active_runs=3)
    assert len(next_backfill_runs(backfill, 0)) == 3
    assert len(next_backfill_runs(backfill, 2)) == 1
    assert next_backfill_runs(backfill, 3) == []
    assert next_backfill_runs(backfill, 9) == []


def test_a_backfill_runs_each_of_its_runs_once_and_is_done_when_the_last_has_ended() -> None:
    backfill = _backfill(existing=(_run(1, RunState.SUCCESS),))
    seen: list[datetime] = []
    while runs := next_backfill_runs(backfill, 0):
        assert ended(backfill, active=0, now=NOW) is None
        seen += [run.logical_date for run in runs]
        backfill = with_started(backfill, runs)
    assert seen == [START, START + 2 * DAY, START + 3 * DAY]
    assert ended(backfill, active=1, now=NOW) is None
    done = ended(backfill, active=0, now=NOW)
    assert done
    assert (done.state, done.ended_at) == (BackfillState.DONE, NOW)
    assert ended(done, active=0, now=NOW) is None


def test_a_backfill_with_nothing_to_run_is_done_at_once() -> None:
    backfill = _backfill(days=1, existing=(_run(0, RunState.SUCCESS),))
    assert next_backfill_runs(backfill, 0) == []
    assert ended(backfill, active=0, now=NOW) is not None


@pytest.mark.parametrize("state", [BackfillState.PAUSED, BackfillState.CANCELLED])
def test_a_backfill_that_is_paused_or_cancelled_starts_nothing(state: BackfillState) -> None:
    assert next_backfill_runs(replace(_backfill(), state=state), 0) == []


@pytest.mark.parametrize("timetable", [Never(), Once(), Continuous()])
def test_a_dag_without_a_rhythm_can_not_be_backfilled(timetable: TimetableSpec) -> None:
    with pytest.raises(ValueError, match="'d' has no schedule that a backfill could follow"):
        _backfill(timetable=timetable)


def test_a_range_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before it starts"):
        _backfill(days=-3)


def test_a_dag_that_depends_on_its_past_can_not_run_backwards() -> None:
    tasks = (TaskSpec(task_id="t", operator="E", depends_on_past=True),)
    with pytest.raises(ValueError, match="'t' depends on its past"):
        _backfill(backwards=True, tasks=tasks)
    assert len(_backfill(tasks=tasks).planned) == 4


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1, not 0"):
        _backfill(max_active_runs=0)


def test_a_range_with_too_many_runs_is_refused_before_all_are_counted() -> None:
    with pytest.raises(ValueError, match=f"more than {RUNS_MAX} runs"):
        _backfill(timetable=CronInterval(expression="* * * * *"), days=4000, now=START + 4000 * DAY)
