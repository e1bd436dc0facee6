"""Clearing with the latest code: the run moves to another spec and code version."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from narae.core.run import Run
from narae.core.spec import DagSpec, Expansion, LiteralInput, TaskSpec, XComInput
from narae.core.timetables.spec import Never
from narae.core.workload import CodeRef, Workload
from narae.engine import actions
from narae.engine.actions import Selection
from narae.engine.errors import Conflict
from narae.testing.fake_executor import Play, fails, succeeds
from narae.testing.stage import Stage

MakeStage = Callable[..., Stage]


def task(task_id: str, *upstream: str, **more: Any) -> TaskSpec:
    return TaskSpec(task_id=task_id, operator="X", upstream=upstream, **more)


def over(length: int) -> Expansion:
    return Expansion(inputs={"x": LiteralInput(length=length)})


def dag(*tasks: TaskSpec) -> DagSpec:
    return DagSpec(dag_id="d", timetable=Never(), tasks=tasks)


def cleared_with_latest(stage: Stage, run: Run, *task_ids: str, **more: Any) -> Run:
    tasks = tuple((each, None) for each in task_ids) or None
    selection = Selection(run_ids=(run.run_id,), tasks=tasks, **more)
    actions.clear(stage.act(), "d", selection, latest_code=True)
    return stage.run(run)


def ended(stage: Stage, *tasks: TaskSpec) -> Run:
    stage.add_dag(dag(*tasks), code_version="v1")
    run = stage.trigger("d")
    stage.play()
    assert stage.run(run).state in {"success", "failed"}
    return run


def test_new_tasks_come_along_and_gone_ones_become_removed(make_stage: MakeStage) -> None:
    codes: list[CodeRef] = []

    def script(workload: Workload) -> Play:
        codes.append(workload.code)
        return succeeds()

    stage = make_stage(script=script)
    run = ended(stage, task("a"), task("old", "a"), task("z", "old"))
    row = stage.add_dag(dag(task("a"), task("new", "a"), task("z", "new")), code_version="v2")
    moved = cleared_with_latest(stage, run, "z")
    assert (moved.spec_id, moved.code_version) == (row.spec_id, "v2")
    assert (moved.state, moved.clear_number) == ("queued", 1)
    stage.play()
    assert {code.version for code in codes} == {"v1", "v2"}
    assert stage.states(run) == {
        "a": "success",
        "old": "removed",
        "new": "success",
        "z": "success",
        "run": "success",
    }
    assert stage.instance(run, "a").try_number == 1
    assert stage.instance(run, "z").try_number == 2


def test_the_same_code_is_kept_unless_the_latest_is_asked_for(stage: Stage) -> None:
    run = ended(stage, task("a"))
    stage.add_dag(dag(task("a"), task("b")), code_version="v2")
    actions.clear(stage.act(), "d", Selection(run_ids=(run.run_id,)))
    stage.play()
    assert stage.run(run).code_version == "v1"
    assert stage.states(run) == {"a": "success", "run": "success"}


def test_a_run_that_moved_can_be_cleared_whole_once_more(stage: Stage) -> None:
    run = ended(stage, task("a"), task("old"))
    stage.add_dag(dag(task("a")), code_version="v2")
    cleared_with_latest(stage, run)
    stage.play()
    actions.clear(stage.act(), "d", Selection(run_ids=(run.run_id,)))
    stage.play()
    assert stage.states(run) == {"a": "success", "old": "removed", "run": "success"}
    assert stage.instance(run, "a").try_number == 3
    assert actions.why(stage.act(), "d", run.run_id, "old") == []


def test_a_task_that_comes_back_runs_again(stage: Stage) -> None:
    run = ended(stage, task("a"), task("b"))
    stage.add_dag(dag(task("a")), code_version="v2")
    cleared_with_latest(stage, run)
    stage.play()
    stage.add_dag(dag(task("a"), task("b")), code_version="v3")
    cleared_with_latest(stage, run, "b")
    stage.play()
    assert stage.states(run) == {"a": "success", "b": "success", "run": "success"}
    assert stage.instance(run, "b").try_number == 2


def test_only_new_tasks_are_reason_enough_to_run_again(stage: Stage) -> None:
    run = ended(stage, task("a"))
    stage.add_dag(dag(task("a"), task("new", "a")), code_version="v2")
    cleared_with_latest(stage, run, "a", only_failed=True)
    stage.play()
    assert stage.states(run) == {"a": "success", "new": "success", "run": "success"}
    assert stage.instance(run, "a").try_number == 1


@pytest.mark.parametrize(
    ("before", "after", "states"),
    [
        (over(2), over(3), {"m[0]": "success", "m[1]": "success", "m[2]": "success"}),
        (over(3), over(1), {"m[0]": "success", "m[1]": "removed", "m[2]": "removed"}),
        (None, over(2), {"m": "removed", "m[0]": "success", "m[1]": "success"}),
        (over(2), None, {"m": "success", "m[0]": "removed", "m[1]": "removed"}),
    ],
)
def test_a_literal_mapping_takes_its_new_shape(
    stage: Stage, before: Expansion | None, after: Expansion | None, states: dict[str, str]
) -> None:
    run = ended(stage, task("m", expansion=before))
    stage.add_dag(dag(task("m", expansion=after)), code_version="v2")
    cleared_with_latest(stage, run)
    stage.play()
    assert stage.states(run) == states | {"run": "success"}


def test_what_is_mapped_over_an_xcom_follows_it_when_that_runs_again(
    make_stage: MakeStage,
) -> None:
    lengths = iter((3, 2))
    stage = make_stage(
        script=lambda workload: succeeds(
            lengths={"return_value": next(lengths)} if workload.task_id == "list" else {}
        )
    )
    expansion = Expansion(inputs={"x": XComInput(task_id="list")})
    spec = (task("list", mapped_over=("return_value",)), task("m", "list", expansion=expansion))
    run = ended(stage, *spec)
    stage.add_dag(dag(*spec, task("new", "m")), code_version="v2")
    cleared_with_latest(stage, run)
    stage.play()
    assert stage.states(run) == {
        "list": "success",
        "m[0]": "success",
        "m[1]": "success",
        "m[2]": "removed",
        "new": "success",
        "run": "success",
    }


def test_a_task_that_is_now_mapped_over_an_xcom_is_expanded_anew(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _workload: succeeds(lengths={"return_value": 2}))
    run = ended(stage, task("list"), task("m", "list", expansion=over(4)), task("plain", "list"))
    expansion = Expansion(inputs={"x": XComInput(task_id="list")})
    source = task("list", mapped_over=("return_value",))
    mapped = [task(each, "list", expansion=expansion) for each in ("m", "plain")]
    stage.add_dag(dag(source, *mapped), code_version="v2")
    cleared_with_latest(stage, run)
    stage.play()
    assert stage.states(run) == {
        "list": "success",
        "m[0]": "success",
        "m[1]": "success",
        "m[2]": "removed",
        "m[3]": "removed",
        "plain[0]": "success",
        "plain[1]": "success",
        "run": "success",
    }


def test_a_gone_task_that_still_runs_is_in_the_way(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _workload: succeeds(lasts=timedelta(hours=1)))
    stage.add_dag(dag(task("a"), task("old")), code_version="v1")
    run = stage.trigger("d")
    stage.play(timedelta(minutes=1))
    stage.add_dag(dag(task("a")), code_version="v2")
    with pytest.raises(Conflict, match=r"no longer has old of run .* which still runs"):
        cleared_with_latest(stage, run)
    assert stage.run(run).code_version == "v1"


def test_new_settings_of_a_task_count_for_its_next_try(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda each: succeeds() if each.queue == "big" else fails())
    run = ended(stage, task("a"))
    stage.add_dag(dag(task("a", queue="big")), code_version="v2")
    cleared_with_latest(stage, run)
    stage.play()
    assert stage.states(run) == {"a": "success", "run": "success"}
