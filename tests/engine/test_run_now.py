"""Running one task instance now, whatever it depends on."""

from collections.abc import Callable

import pytest

from narae.core.ids import TaskRef
from narae.core.spec import DagSpec, TaskSpec
from narae.core.timetables.spec import Never
from narae.core.workload import Workload
from narae.engine.actions import run_now
from narae.engine.errors import Conflict, NotFound
from narae.testing.fake_executor import Play, fails, hangs, succeeds
from narae.testing.stage import Stage

CHAIN = DagSpec(
    dag_id="chain",
    timetable=Never(),
    tasks=(
        TaskSpec(task_id="a", operator="X"),
        TaskSpec(task_id="b", operator="X", upstream=("a",)),
        TaskSpec(task_id="c", operator="X", upstream=("b",)),
    ),
)


def first_fails(workload: Workload) -> Play:
    return fails() if workload.task_id == "a" else succeeds()


def test_a_task_goes_out_though_its_upstream_failed(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(script=first_fails)
    stage.add_dag(CHAIN)
    run = stage.trigger("chain")
    stage.play()
    before = run_now(stage.act(), "chain", run.run_id, TaskRef("b"))
    assert before.state == "upstream_failed"
    stage.play()
    assert stage.states(run) == {
        "a": "failed",
        "b": "success",
        "c": "upstream_failed",
        "run": "failed",
    }


def test_what_waits_for_its_upstream_goes_out_before_it(stage: Stage) -> None:
    stage.add_dag(CHAIN)
    run = stage.trigger("chain")
    run_now(stage.act(), "chain", run.run_id, TaskRef("c"))
    run_now(stage.act(), "chain", run.run_id, TaskRef("c"))
    stage.play()
    assert set(stage.states(run).values()) == {"success"}
    assert stage.executor.submitted[0].task_id in {"a", "c"}
    sent = [workload.task_id for workload in stage.executor.submitted]
    assert sorted(sent) == ["a", "b", "c"]
    assert sent.index("c") < sent.index("b")


def test_what_runs_is_left_alone(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(script=lambda _workload: hangs())
    stage.add_dag(CHAIN)
    run = stage.trigger("chain")
    stage.play()
    with pytest.raises(Conflict, match="'a' is running already"):
        run_now(stage.act(), "chain", run.run_id, TaskRef("a"))
    with pytest.raises(NotFound, match="no task of chain 'd'"):
        run_now(stage.act(), "chain", run.run_id, TaskRef("d"))
