from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from narae.core.commands import CreateRun
from narae.core.decide.new_run import new_run, start_run
from narae.core.ids import CodeVersion, RunUid
from narae.core.run import Limits
from narae.core.run_view import RunView
from narae.core.spec import DagSpec
from narae.core.states import RunState, RunType, TaskState

T0 = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def _new(spec: DagSpec, **more: Any) -> CreateRun:
    facts: dict[str, Any] = {
        "spec": spec,
        "spec_id": 1,
        "code_version": CodeVersion("v"),
        "uid": RunUid("u"),
        "run_id": "r",
        "run_type": RunType.SCHEDULED,
        "logical_date": T0,
        "interval": None,
        "run_after": T0,
        "conf": {"x": 1},
        "now": T0,
    }
    return new_run(**(facts | more))


def test_a_new_run_is_queued_with_all_its_instances(kit: Any) -> None:
    created = _new(
        kit.dag(kit.task("a", retries=3, pool="p", pool_slots=2, queue="q"), kit.task("b", "a")),
        backfill_id=7,
        triggered_by="minsu",
    )
    run, (a, b) = created.run, created.instances
    assert (run.state, run.conf, run.backfill_id) == (RunState.QUEUED, {"x": 1}, 7)
    assert (a.state, a.try_number, a.max_tries) == (TaskState.NONE, 0, 3)
    assert (a.pool, a.pool_slots, a.queue, a.priority) == ("p", 2, "q", 2)
    assert (b.priority, b.map_index, b.path) == (1, -1, ())


def test_a_stand_in_stands_for_what_nobody_can_count(kit: Any) -> None:
    spec = kit.dag(
        kit.task("a"),
        kit.task("m", "a", over="a"),
        kit.task("n", over=0),
        kit.task("g.x", group_id="g", over="a"),
        groups=[kit.group("g", over=2)],
    )
    found = [(i.task_id, i.map_index, i.path, i.expanded) for i in _new(spec).instances]
    assert found == [
        ("a", -1, (), True),
        ("m", -1, (), False),
        ("n", -1, (), False),
        ("g.x", 0, (0,), False),
        ("g.x", 1, (1,), False),
    ]


def test_a_literal_longer_than_the_limit_stays_a_stand_in(kit: Any) -> None:
    created = _new(kit.dag(kit.task("m", over=11)), limits=Limits(max_map_length=10))
    assert [i.expanded for i in created.instances] == [False]


# Type of the run, the task's dates and the DAG's start -> whether the task takes part.
DATES = [
    (RunType.SCHEDULED, {"start_date": T0 + DAY}, None, False),
    (RunType.SCHEDULED, {"start_date": T0}, None, True),
    (RunType.SCHEDULED, {"end_date": T0 - DAY}, None, False),
    (RunType.SCHEDULED, {"end_date": T0}, None, True),
    (RunType.MANUAL, {"start_date": T0 + DAY}, T0 + DAY, True),
    (RunType.MANUAL, {"start_date": T0 + 2 * DAY}, T0 + DAY, False),
    (RunType.BACKFILL, {"start_date": T0 + DAY}, None, True),
    (RunType.BACKFILL, {"end_date": T0 - DAY}, None, False),
]


@pytest.mark.parametrize(("run_type", "dates", "dag_start", "there"), DATES)
def test_a_task_takes_part_between_its_dates(
    kit: Any, run_type: RunType, dates: dict[str, Any], dag_start: Any, there: bool
) -> None:
    spec = kit.dag(kit.task("a", **dates), start_date=dag_start)
    assert bool(_new(spec, run_type=run_type).instances) is there


def test_a_run_without_a_logical_date_goes_by_its_run_after(kit: Any) -> None:
    spec = kit.dag(kit.task("a", start_date=T0 + DAY))
    assert not _new(spec, logical_date=None).instances
    assert _new(spec, logical_date=None, run_after=T0 + DAY).instances


def test_a_run_is_started_once(kit: Any) -> None:
    spec = kit.dag(kit.task("a"))
    created = _new(spec)
    view = RunView.build(run=created.run, spec=spec, instances=created.instances)
    (start,) = start_run(view, now=T0 + DAY)
    view.absorb(start)
    assert (view.run.state, view.run.started_at) == (RunState.RUNNING, T0 + DAY)
    assert start_run(view, now=T0 + DAY) == []
