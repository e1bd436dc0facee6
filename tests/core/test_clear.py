from typing import Any

from narae.core.clear import plan_clear
from narae.core.commands import KillAttempt
from narae.core.decide.new_run import start_run
from narae.core.ids import TaskRef
from narae.core.run import CauseKind
from narae.core.states import RunState, TaskState


def _clear(play: Any, *task_ids: str, **more: Any) -> None:
    refs = [TaskRef(task_id) for task_id in task_ids]
    play.do(plan_clear([play.view], {play.view.run.uid: refs}, now=play.now, **more))
    play.do(start_run(play.view, now=play.now))


def test_a_cleared_task_runs_again_with_all_its_retries(kit: Any) -> None:
    spec = kit.dag(kit.task("a", retries=1), kit.task("b", "a"))
    play = kit.play(spec, outcomes={"a": kit.fail(times=3)}).run()
    assert play.outcome == "failed"
    _clear(play, "a", downstream=True)
    assert play.states == {"a": "none", "b": "none"}
    assert (play.view.run.state, play.view.run.clear_number) == (RunState.RUNNING, 1)
    play.run()
    assert play.states == {"a": "success", "b": "success"}
    assert (play.instance("a").try_number, play.instance("a").max_tries) == (4, 3)


def test_a_finished_run_is_queued_again_and_forgets_its_end(kit: Any) -> None:
    play = kit.play(kit.dag(kit.task("a")), outcomes={"a": kit.fail()}).run()
    play.do(plan_clear([play.view], {}, now=play.now))
    run = play.view.run
    assert (run.state, run.queued_at) == (RunState.QUEUED, play.now)
    assert (run.started_at, run.ended_at, run.reason) == (None, None, None)


def test_what_runs_is_killed_and_starts_again_once_it_is_gone(kit: Any) -> None:
    play = kit.play(kit.dag(kit.task("a", retries=2)))
    play.settle()
    (a,) = play.start()
    _clear(play, "a")
    assert play.states == {"a": "restarting"}
    (killed,) = [c for c in play.log if isinstance(c, KillAttempt)]
    assert (killed.attempt, killed.cause.kind) == (a.attempt, CauseKind.CLEARED)
    _clear(play, "a")
    assert len(play.killed()) == 1
    assert play.start() == []
    play.end(play.instance("a"))
    assert play.states == {"a": "none"}
    play.run()
    assert play.states == {"a": "success"}
    assert (play.instance("a").try_number, play.instance("a").max_tries) == (2, 3)


def test_only_failed_and_only_running(kit: Any) -> None:
    spec = kit.dag(kit.task("a"), kit.task("b"), kit.task("c", "a b"))
    play = kit.play(spec, outcomes={"b": kit.fail(times=1)}).run()
    _clear(play, "a", "b", "c", only_running=True)
    assert play.view.run.clear_number == 0
    _clear(play, "a", "b", "c", only_failed=True)
    assert play.states == {"a": "success", "b": "none", "c": "none"}


def test_upstream_and_downstream_widen_what_is_cleared(kit: Any) -> None:
    spec = kit.dag(
        kit.task("a"), kit.task("b", "a"), kit.task("c", "b"), kit.task("d", "c"), kit.task("z")
    )
    play = kit.play(spec).run()
    _clear(play, "b", upstream=True)
    assert [t for t, state in play.states.items() if state == "none"] == ["a", "b"]
    play.run()
    _clear(play, "c", downstream=True)
    assert [t for t, state in play.states.items() if state == "none"] == ["c", "d"]


def test_setups_and_teardowns_come_along(kit: Any) -> None:
    spec = kit.dag(
        kit.task("s", is_setup=True),
        kit.task("w1", "s"),
        kit.task("w2", "w1"),
        kit.task("t", "s w2", is_teardown=True, trigger_rule="all_done_setup_success"),
        kit.task("after", "t"),
    )
    play = kit.play(spec).run()
    _clear(play, "w2")
    cleared = [t for t, state in play.states.items() if state == "none"]
    assert cleared == ["s", "w2", "t"]
    assert play.run().outcome == "success"


def test_one_index_of_a_mapped_group_clears_its_own_index_downstream(kit: Any) -> None:
    spec = kit.dag(
        kit.task("g.x", group_id="g"),
        kit.task("g.y", "g.x", group_id="g"),
        kit.task("z", "g.y"),
        groups=[kit.group("g", over=2)],
    )
    play = kit.play(spec).run()
    refs = {play.view.run.uid: [TaskRef("g.x", 1)]}
    play.do(plan_clear([play.view], refs, downstream=True, now=play.now))
    cleared = sorted(t for t, state in play.states.items() if state == "none")
    assert cleared == ["g.x[1]", "g.y[1]", "z"]


def _remapped(kit: Any, first: int, second: int) -> Any:
    """A mapped task whose source pushes another length after a clear."""
    spec = kit.dag(
        kit.task("a", mapped_over=("return_value",)),
        kit.task("m", "a", over="a"),
        kit.task("z", "m", trigger_rule="none_failed"),
    )
    play = kit.play(spec, outcomes={"a": kit.returns(first)}).run()
    play.outcomes["a"] = kit.returns(second)
    _clear(play, "a", downstream=True)
    return play.run()


def test_instances_beyond_the_new_length_are_removed(kit: Any) -> None:
    play = _remapped(kit, 3, 1)
    assert play.states == {
        "a": "success",
        "m[0]": "success",
        "m[1]": "removed",
        "m[2]": "removed",
        "z": "success",
    }
    assert play.outcome == "success"
    play.outcomes["a"] = kit.returns(2)
    _clear(play, "a", downstream=True)
    play.run()
    assert [play.states[f"m[{i}]"] for i in range(3)] == ["success", "success", "removed"]


def test_instances_that_the_new_length_adds_are_run(kit: Any) -> None:
    play = _remapped(kit, 1, 3)
    assert [play.states[f"m[{i}]"] for i in range(3)] == ["success"] * 3
    assert play.instance("m", 2).try_number == 1


def test_a_new_length_of_nothing_is_a_skip(kit: Any) -> None:
    play = _remapped(kit, 2, 0)
    assert [play.states[f"m[{i}]"] for i in range(2)] == ["skipped", "removed"]
    assert play.states["z"] == "success"


def test_a_cleared_branch_chooses_anew(kit: Any) -> None:
    spec = kit.dag(kit.task("b"), kit.task("x", "b"), kit.task("y", "b"))
    play = kit.play(spec, outcomes={"b": kit.succeed(followed=("x",))}).run()
    play.outcomes["b"] = kit.succeed(followed=("y",))
    _clear(play, "b", downstream=True)
    play.run()
    assert play.states == {"b": "success", "x": "skipped", "y": "success"}


def test_a_task_that_a_branch_skipped_is_skipped_again_when_cleared_alone(kit: Any) -> None:
    spec = kit.dag(kit.task("b"), kit.task("x", "b"), kit.task("y", "b"))
    play = kit.play(spec, outcomes={"b": kit.succeed(followed=("x",))}).run()
    _clear(play, "y")
    play.run()
    assert play.instance("y").state is TaskState.SKIPPED


def test_new_indices_of_a_nested_mapping_take_no_number_that_is_taken(kit: Any) -> None:
    spec = kit.dag(
        kit.task("a", mapped_over=("return_value",)),
        kit.task("g.x", "a", group_id="g", over=3),
        groups=[kit.group("g", over="a")],
    )
    play = kit.play(spec, outcomes={"a": kit.returns(2)}).run()
    play.outcomes["a"] = kit.returns(4)
    _clear(play, "a", downstream=True)
    play.run()
    paths = sorted(i.path for i in play.view.instances.values() if i.task_id == "g.x")
    assert paths == [(i, j) for i in range(4) for j in range(3)]
    assert set(play.states.values()) == {"success"}


def test_a_long_run_is_cleared_whole_in_no_time(kit: Any) -> None:
    tasks = [kit.task("t0", inert=True)]
    tasks += [kit.task(f"t{i}", f"t{i - 1}", inert=True) for i in range(1, 1500)]
    play = kit.play(kit.dag(*tasks)).run()
    refs = {play.view.run.uid: list(play.view.instances)}
    commands = plan_clear([play.view], refs, upstream=True, downstream=True, now=play.now)
    assert len(commands) == 1501
