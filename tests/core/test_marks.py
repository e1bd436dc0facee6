from typing import Any

import pytest

from narae.core.commands import EndAttempt, KillAttempt
from narae.core.ids import TaskRef
from narae.core.marks import plan_mark_run, plan_mark_task
from narae.core.run import CauseKind
from narae.core.states import RunState, TaskState


def _mark(play: Any, task_id: str, state: str, **more: Any) -> None:
    refs = [TaskRef(task_id)]
    play.do(plan_mark_task(play.view, refs, TaskState(state), now=play.now, **more))


def test_marking_what_runs_ends_it_and_kills_its_process(kit: Any) -> None:
    play = kit.play(kit.dag(kit.task("a"), kit.task("b", "a")))
    play.settle()
    (a,) = play.start()
    _mark(play, "a", "success")
    assert play.states["a"] == "success"
    kill, end, _ = play.log[-3:]
    assert isinstance(kill, KillAttempt)
    assert isinstance(end, EndAttempt)
    assert kill.attempt == end.attempt == a.attempt
    assert end.cause.kind is CauseKind.MARKED
    assert play.run().outcome == "success"


def test_marking_a_failure_as_success_gives_what_failed_after_it_a_chance(kit: Any) -> None:
    spec = kit.dag(kit.task("a"), kit.task("b", "a"), kit.task("c"), kit.task("d", "c"))
    play = kit.play(spec, outcomes={"a": kit.fail()}).run()
    assert play.outcome == "failed"
    _mark(play, "a", "success")
    assert play.states == {"a": "success", "b": "none", "c": "success", "d": "success"}
    assert play.view.run.state is RunState.QUEUED
    assert play.view.run.clear_number == 0


def test_marking_what_it_is_already_changes_nothing(kit: Any) -> None:
    play = kit.play(kit.dag(kit.task("a"))).run()
    before = len(play.log)
    _mark(play, "a", "success")
    assert len(play.log) == before


def test_marks_reach_upstream_and_downstream(kit: Any) -> None:
    spec = kit.dag(kit.task("a"), kit.task("b", "a"), kit.task("c", "b"), kit.task("z"))
    play = kit.play(spec)
    _mark(play, "b", "skipped", upstream=True, downstream=True)
    assert play.states == {"a": "skipped", "b": "skipped", "c": "skipped", "z": "none"}


@pytest.mark.parametrize("state", ["running", "none", "upstream_failed"])
def test_only_three_marks_exist(kit: Any, state: str) -> None:
    play = kit.play(kit.dag(kit.task("a")))
    with pytest.raises(ValueError, match="choose success, failed or skipped"):
        _mark(play, "a", state)


def test_a_run_marked_failed_fails_what_runs_and_skips_what_waits(kit: Any) -> None:
    spec = kit.dag(kit.task("done"), kit.task("a", "done"), kit.task("b", "a"))
    play = kit.play(spec)
    play.step()
    play.start()
    play.do(plan_mark_run(play.view, RunState.FAILED, now=play.now))
    assert play.states == {"done": "success", "a": "failed", "b": "skipped"}
    assert (play.outcome, play.view.run.reason) == ("failed", "marked")
    assert len(play.killed()) == 1


def test_a_run_marked_success_makes_all_of_it_a_success(kit: Any) -> None:
    spec = kit.dag(kit.task("a"), kit.task("b", "a"), kit.task("c"))
    play = kit.play(spec, outcomes={"a": kit.fail()}).run()
    play.do(plan_mark_run(play.view, RunState.SUCCESS, now=play.now))
    assert set(play.states.values()) == {"success"}
    assert (play.outcome, play.view.run.reason) == ("success", None)


def test_a_finished_run_can_be_queued_again_as_it_is(kit: Any) -> None:
    play = kit.play(kit.dag(kit.task("a"))).run()
    play.do(plan_mark_run(play.view, RunState.QUEUED, now=play.now))
    assert (play.outcome, play.states) == ("queued", {"a": "success"})
    with pytest.raises(ValueError, match="can't mark a run as running"):
        plan_mark_run(play.view, RunState.RUNNING, now=play.now)
