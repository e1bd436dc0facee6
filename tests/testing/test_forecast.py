"""``narae.testing.forecast``: what would run when."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from narae.core.run import Limits, Pool
from narae.core.spec import DagSpec, Expansion, TaskSpec, XComInput
from narae.core.timetables.spec import (
    Continuous,
    CronInterval,
    CronTrigger,
    Custom,
    DeltaInterval,
    Never,
    PlannedRun,
    Step,
    TimetableSpec,
)
from narae.testing.forecast import Choices, Forecast, _Forecaster, forecast
from narae.testing.forecast_slots import ForecastDag
from narae.testing.rehearsal import rehearse

YEAR = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def chain(count: int = 1, **task: Any) -> tuple[TaskSpec, ...]:
    names = [f"t{number}" for number in range(count)]
    upstream = {second: (first,) for first, second in pairwise(names)}
    return tuple(
        TaskSpec(task_id=name, operator="Bash", upstream=upstream.get(name, ()), **task)
        for name in names
    )


def fan(count: int, **task: Any) -> tuple[TaskSpec, ...]:
    names = [f"f{number}" for number in range(count)]
    return (
        *(TaskSpec(task_id=name, operator="Bash", **task) for name in names),
        TaskSpec(task_id="join", operator="Bash", upstream=tuple(names), **task),
    )


def dag(
    dag_id: str = "d",
    timetable: TimetableSpec | str = "0 * * * *",
    *,
    tasks: tuple[TaskSpec, ...] | None = None,
    zone: str = "UTC",
    **more: Any,
) -> ForecastDag:
    if isinstance(timetable, str):
        timetable = CronTrigger(expressions=(timetable,), timezone=zone)
    facts: dict[str, Any] = {"start_date": datetime(2020, 1, 1, tzinfo=UTC), "catchup": False}
    return ForecastDag(
        spec=DagSpec(
            dag_id=dag_id,
            timetable=timetable,
            timezone=zone,
            tasks=chain() if tasks is None else tasks,
            **(facts | more),
        )
    )


def days(count: int, *dags: ForecastDag, start: datetime = YEAR, **choices: Any) -> Forecast:
    return forecast(dags, start=start, end=start + count * DAY, choices=Choices(**choices))


def test_runs_are_counted_with_their_first_and_last() -> None:
    found = days(365, dag("hourly"), dag("daily", "30 2 * * *", tasks=chain(3)))
    hourly, daily = found.dags
    assert (hourly.runs, hourly.attempts) == (8760, 8760)
    assert (daily.runs, daily.attempts) == (365, 1095)
    assert daily.first == YEAR + timedelta(hours=2, minutes=30)
    assert daily.last == YEAR + timedelta(days=364, hours=2, minutes=30)
    assert daily.busy == 1095 * MINUTE
    assert daily.duration == 3 * MINUTE


def test_a_start_and_an_end_date_bound_the_runs() -> None:
    found = days(10, dag(start_date=YEAR + DAY, end_date=YEAR + 2 * DAY))
    assert (found.dags[0].first, found.dags[0].last) == (YEAR + DAY, YEAR + 2 * DAY)


def test_durations_are_by_dag_and_task_or_by_task() -> None:
    found = days(
        1,
        dag("a", tasks=chain(2)),
        dag("b"),
        durations={"a.t0": 5 * MINUTE, "t0": 2 * MINUTE},
        default_duration=3 * MINUTE,
    )
    assert [each.duration for each in found.dags] == [8 * MINUTE, 2 * MINUTE]


def test_mapped_tasks_have_as_many_instances_as_told() -> None:
    tasks = (
        TaskSpec(task_id="list", operator="Python", mapped_over=("return_value",)),
        TaskSpec(
            task_id="each",
            operator="Python",
            upstream=("list",),
            expansion=Expansion(inputs={"x": XComInput(task_id="list")}),
        ),
    )
    assert days(1, dag(tasks=tasks)).dags[0].attempts == 24 * 2
    assert days(1, dag(tasks=tasks), mapped={"d.list": 9}).dags[0].attempts == 24 * 10


def test_the_peak_is_how_many_run_at_once() -> None:
    found = days(2, dag("a"), dag("b"), dag("c", "30 5 * * *"))
    assert (found.peak, found.peak_at) == (2, YEAR)
    assert found.pools == {"default_pool": (2, 128)}
    assert found.simulated == 0


def test_a_full_pool_makes_wait() -> None:
    tasks = chain(pool="db")
    found = days(
        3,
        *(dag(name, tasks=tasks) for name in "abc"),
        pools=(Pool(name="db", slots=1),),
        default_duration=5 * MINUTE,
    )
    assert found.pools == {"db": (1, 1)}
    worst = found.waits[0]
    assert (worst.waited, worst.code, worst.times) == (10 * MINUTE, "pool_full", 72)
    assert "db" in worst.words
    assert sum((each.waited for each in found.dags), timedelta()) == 72 * 15 * MINUTE
    assert (found.stretches, found.simulated) == (72, 1)


def test_tasks_of_one_run_wait_for_each_other() -> None:
    found = days(1, dag(tasks=fan(3), max_active_tasks=2))
    worst = found.waits[0]
    assert (worst.code, worst.waited, worst.times) == ("max_active_tasks", MINUTE, 24)
    assert found.dags[0].waited == 24 * MINUTE


def test_parallelism_makes_wait() -> None:
    found = days(1, *(dag(name) for name in "abc"), limits=Limits(parallelism=2))
    assert found.peak == 2
    assert found.waits[0].code == "parallelism"


def test_runs_wait_for_runs() -> None:
    found = days(1, dag(max_active_runs=1), default_duration=90 * MINUTE)
    worst = found.waits[0]
    assert (worst.code, worst.task) == ("run_queued", "")
    assert worst.waited == 23 * 30 * MINUTE
    assert "max_active_runs is 1" in worst.words


def test_a_run_that_depends_on_its_past_waits_for_it() -> None:
    free = days(1, dag(), default_duration=90 * MINUTE)
    held = days(1, dag(tasks=chain(depends_on_past=True)), default_duration=90 * MINUTE)
    assert (free.peak, held.peak) == (2, 1)


def test_missed_deadlines_are_counted() -> None:
    found = days(1, dag(dagrun_timeout=5 * MINUTE), default_duration=10 * MINUTE)
    assert found.dags[0].timed_out == 24
    assert found.dags[0].duration == 5 * MINUTE


def test_a_task_s_own_dates_are_heeded() -> None:
    late = TaskSpec(task_id="late", operator="Bash", start_date=YEAR + DAY)
    assert days(2, dag(tasks=(*chain(), late))).dags[0].attempts == 24 + 48


@pytest.mark.parametrize(
    ("timetable", "words"),
    [(Never(), "only when triggered"), (Continuous(), "as soon as it has ended")],
)
def test_what_can_t_be_planned_says_so(timetable: TimetableSpec, words: str) -> None:
    (only,) = days(1, dag("d", timetable)).dags
    assert only.runs == 0
    assert words in only.note


def test_of_a_custom_timetable_there_are_the_planned_runs() -> None:
    planned = [
        PlannedRun(run_after=YEAR + hour * MINUTE, start=YEAR, end=YEAR + hour * MINUTE)
        for hour in range(1, 4)
    ]
    custom = ForecastDag(spec=dag("d", Custom(classpath="mine.Own")).spec, planned=tuple(planned))
    (only,) = days(1, custom).dags
    assert only.runs == 3
    assert "its timetable is code" in only.note


def test_an_unknown_pool_is_noted() -> None:
    found = days(1, dag(tasks=chain(pool="db")))
    assert found.notes == ("pool 'db' is unknown: taken as without limit",)


def test_a_run_that_never_ends_is_noted() -> None:
    found = days(1, dag(tasks=chain(pool="db", pool_slots=3)), pools=(Pool(name="db", slots=2),))
    assert found.dags[0].note.startswith("its runs never end: ")
    assert "db" in found.dags[0].note


def test_a_stretch_in_which_work_piles_up_is_cut_and_says_so() -> None:
    found = days(
        5,
        dag("a"),
        dag("b"),
        default_duration=70 * MINUTE,
        limits=Limits(parallelism=1),
        stretch_runs_max=50,
        simulated_runs_max=100,
    )
    (note,) = found.notes
    assert "240 runs follow without a rest" in note
    assert "simulated up to 2026-01-03T00:00:00" in note
    assert found.dags[0].runs == 120


def test_a_stretch_that_repeats_itself_costs_a_few_days() -> None:
    dags = [dag("a"), dag("b"), dag("long", "0 0 * * *", tasks=chain(13))]
    limits = Limits(parallelism=6)
    found = days(300, *dags, default_duration=125 * MINUTE, limits=limits)
    assert found.notes == ()
    assert found.dags[0].runs == 7200
    assert found.waits[0].times > 200
    assert found.simulated < 10


# -- clock changes --------------------------------------------------------------------------


def changed(timetable: TimetableSpec | str, zone: str = "America/New_York") -> list[str]:
    found = days(365, dag("d", timetable, zone=zone))
    return [change.words for change in found.clock_changes]


def test_a_wall_time_that_does_not_exist_moves_and_one_that_comes_twice_runs_once() -> None:
    assert changed("30 2 * * *") == ["02:30 does not exist: runs at 03:00"]
    assert changed("30 1 * * *") == ["01:30 comes twice: runs once"]


def test_hours_are_skipped_and_doubled() -> None:
    assert changed("0 * * * *") == [
        "02:00 does not exist: 23 runs that day instead of 24",
        "01:00 comes twice: runs both times",
    ]


def test_a_distance_of_a_day_moves_on_the_wall() -> None:
    step = DeltaInterval(step=Step(seconds=86400), timezone="America/New_York")
    found = days(365, dag("d", step, zone="America/New_York"))
    words = [change.words for change in found.clock_changes]
    assert words == [
        "keeps its distance of 24 h: from then on at 20:00, not 19:00",
        "keeps its distance of 24 h: from then on at 19:00, not 20:00",
    ]


def test_what_clocks_do_not_touch_is_not_mentioned() -> None:
    assert changed("0 12 * * *") == []
    assert changed("30 2 * * *", "Asia/Seoul") == []
    assert changed(CronInterval(expression="@weekly", timezone="Europe/Berlin")) == []


def test_dags_that_fare_alike_stand_together() -> None:
    found = days(365, *(dag(name, "30 2 * * *", zone="Europe/Berlin") for name in ("one", "two")))
    change, back = found.clock_changes
    assert back.words == "02:30 comes twice: runs once"
    assert (change.dags, change.forward) == (("one", "two"), True)
    assert change.at == datetime(2026, 3, 29, 1, tzinfo=UTC)


# -- honesty --------------------------------------------------------------------------------


def random_dags(chance: Random) -> Sequence[ForecastDag]:
    return [
        dag(
            f"d{number}",
            f"{chance.choice([0, 0, 10, 30])} {chance.choice(['*', '*/2', '3', '3,4'])} * * *",
            tasks=chance.choice([chain, fan])(
                chance.randint(1, 3), pool=chance.choice(["default_pool", "db"])
            ),
            max_active_runs=chance.choice([1, 2, 16]),
            max_active_tasks=chance.choice([1, 16]),
            generation=chance.choice([2, 3]),
        )
        for number in range(6)
    ]


@pytest.mark.parametrize("runs_max", [1_000, 5])
@pytest.mark.parametrize("seed", range(5))
def test_the_short_way_gives_what_the_scheduler_gives_for_the_whole(
    seed: int, runs_max: int
) -> None:
    chance = Random(seed)
    dags = random_dags(chance)
    choices = Choices(
        default_duration=chance.choice([3, 9, 17]) * MINUTE,
        pools=(Pool(name="db", slots=chance.choice([1, 2, 5])),),
        limits=Limits(parallelism=chance.choice([2, 4, 32])),
        stretch_runs_max=runs_max,
    )
    end = YEAR + 3 * DAY
    short = forecast(dags, start=YEAR, end=end, choices=choices)
    forecaster = _Forecaster(dags, YEAR, end, choices)
    whole = rehearse(forecaster._world, forecaster._starts(), begin=YEAR)
    assert short.peak == whole.peak
    assert {name: used for name, (used, _) in short.pools.items()} == whole.pool_peaks
    waited = {n: each.waited.total_seconds() for n, each in enumerate(short.dags) if each.waited}
    assert waited == pytest.approx(whole.waited)
    longest = max((wait.seconds for wait in whole.waits), default=0.0)
    assert max((w.waited.total_seconds() for w in short.waits), default=0.0) == longest


def test_a_month_of_forty_dags_takes_a_second_or_two() -> None:
    """A year of 100 DAGs takes some 20 s of one core; this is a thirtieth of that."""
    dags = [dag(f"h{n}", tasks=chain(3)) for n in range(20)]
    dags += [dag(f"d{n}", f"0 {n} * * *", tasks=chain(3)) for n in range(20)]
    begun = time.process_time()
    found = days(30, *dags)
    assert sum(each.runs for each in found.dags) == 20 * 30 * 24 + 20 * 30
    assert time.process_time() - begun < 10
