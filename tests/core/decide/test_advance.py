"""Whole runs, played in memory: what becomes of each task."""

from datetime import timedelta
from typing import Any

import pytest

from narae.core.clear import plan_clear
from narae.core.commands import ChangeRun, EndAttempt, StartAttempt
from narae.core.decide.advance import advance_run, next_timer
from narae.core.ids import TaskRef
from narae.core.reports import Deferred, Ended, Rescheduled, Skipped
from narae.core.run import Cause, CauseKind, Instance, Limits, Resume
from narae.core.run_view import Past, RunView
from narae.core.spec import ConcatenatedInput, LiteralInput, MappedInput, XComInput, ZippedInput
from narae.core.states import RunType, TaskState


def test_a_failed_parent_leaves_its_child_upstream_failed(kit: Any) -> None:
    play = kit.play(kit.dag(kit.task("a"), kit.task("b", "a")), outcomes={"a": kit.fail()}).run()
    assert play.states == {"a": "failed", "b": "upstream_failed"}
    assert (play.outcome, play.view.run.reason) == ("failed", "task_failure")


def test_a_run_without_tasks_succeeds(kit: Any) -> None:
    assert kit.play(kit.dag()).run().outcome == "success"


def test_a_failure_that_no_leaf_saw_does_not_fail_the_run(kit: Any) -> None:
    spec = kit.dag(kit.task("a"), kit.task("b", "a", trigger_rule="all_done"))
    play = kit.play(spec, outcomes={"a": kit.fail()}).run()
    assert play.outcome == "success"


def test_an_inert_task_succeeds_without_an_attempt(kit: Any) -> None:
    play = kit.play(kit.dag(kit.task("a", inert=True), kit.task("b", "a"))).run()
    assert play.states == {"a": "success", "b": "success"}
    assert play.order == [TaskRef("b")]


# -- branches -------------------------------------------------------------------------------


def _branching(kit: Any) -> Any:
    return kit.dag(
        kit.task("b"),
        kit.task("x", "b"),
        kit.task("y", "b"),
        kit.task("y2", "y"),
        kit.task("join", "x y2", trigger_rule="none_failed_min_one_success"),
    )


def test_a_branch_skips_what_it_did_not_choose_and_a_join_goes_on(kit: Any) -> None:
    play = kit.play(_branching(kit), outcomes={"b": kit.succeed(followed=("x",))}).run()
    expected = {"b": "success", "x": "success", "y": "skipped", "y2": "skipped"}
    assert play.states == {**expected, "join": "success"}


def test_a_branch_that_chooses_nothing_skips_everything(kit: Any) -> None:
    play = kit.play(_branching(kit), outcomes={"b": kit.succeed(followed=())}).run()
    assert play.states == {"b": "success"} | dict.fromkeys(["x", "y", "y2", "join"], "skipped")
    assert play.outcome == "success"


def test_a_task_that_can_be_reached_from_the_chosen_one_is_not_skipped(kit: Any) -> None:
    spec = kit.dag(
        kit.task("b"),
        kit.task("x", "b"),
        kit.task("join", "b x", trigger_rule="none_failed"),
        kit.task("y", "b"),
    )
    play = kit.play(spec, outcomes={"b": kit.succeed(followed=("x",))}).run()
    assert play.states == {"b": "success", "x": "success", "join": "success", "y": "skipped"}


def test_a_branch_may_choose_a_group(kit: Any) -> None:
    spec = kit.dag(
        kit.task("b"),
        kit.task("g.x", "b", group_id="g"),
        kit.task("y", "b"),
        groups=[kit.group("g")],
    )
    play = kit.play(spec, outcomes={"b": kit.succeed(followed=("g",))}).run()
    assert play.states == {"b": "success", "g.x": "success", "y": "skipped"}


def test_a_branch_in_a_mapped_group_counts_for_its_own_index(kit: Any) -> None:
    spec = kit.dag(
        kit.task("g.b", group_id="g"),
        kit.task("g.x", "g.b", group_id="g"),
        kit.task("g.y", "g.b", group_id="g"),
        groups=[kit.group("g", over=2)],
    )
    outcomes = {
        "g.b[0]": kit.succeed(followed=("g.x",)),
        "g.b[1]": kit.succeed(followed=("g.y",)),
    }
    play = kit.play(spec, outcomes=outcomes).run()
    assert play.states["g.x[0]"] == play.states["g.y[1]"] == "success"
    assert play.states["g.x[1]"] == play.states["g.y[0]"] == "skipped"


@pytest.mark.parametrize(("ignores", "last"), [(True, "skipped"), (False, "success")])
def test_a_short_circuit_skips_all_or_only_direct_downstream(
    kit: Any, ignores: bool, last: str
) -> None:
    spec = kit.dag(
        kit.task("s", ignores_downstream_rules=ignores),
        kit.task("a", "s"),
        kit.task("z", "a", trigger_rule="all_done"),
    )
    play = kit.play(spec, outcomes={"s": kit.succeed(short_circuit=True)}).run()
    assert play.states == {"s": "success", "a": "skipped", "z": last}


# -- setups and teardowns -------------------------------------------------------------------


def _with_teardown(kit: Any, **teardown: Any) -> Any:
    return kit.dag(
        kit.task("s", is_setup=True),
        kit.task("w", "s"),
        kit.task(
            "t",
            "s w",
            is_teardown=True,
            trigger_rule="all_done_setup_success",
            setups=("s",),
            **teardown,
        ),
    )


def test_a_teardown_runs_though_the_work_failed_and_the_run_fails(kit: Any) -> None:
    play = kit.play(_with_teardown(kit), outcomes={"w": kit.fail()}).run()
    assert play.states == {"s": "success", "w": "failed", "t": "success"}
    assert play.outcome == "failed"


@pytest.mark.parametrize(("counts", "outcome"), [(False, "success"), (True, "failed")])
def test_a_failed_teardown_fails_the_run_only_when_asked(
    kit: Any, counts: bool, outcome: str
) -> None:
    spec = _with_teardown(kit, on_failure_fail_dagrun=counts)
    assert kit.play(spec, outcomes={"t": kit.fail()}).run().outcome == outcome


def test_a_failed_setup_stops_work_and_teardown(kit: Any) -> None:
    play = kit.play(_with_teardown(kit), outcomes={"s": kit.fail()}).run()
    assert play.states == {"s": "failed", "w": "upstream_failed", "t": "upstream_failed"}


def test_a_short_circuit_leaves_teardowns_alone(kit: Any) -> None:
    spec = kit.dag(
        kit.task("s", is_setup=True),
        kit.task("c", "s", ignores_downstream_rules=True),
        kit.task("w", "c"),
        kit.task("t", "s w", is_teardown=True, trigger_rule="all_done_setup_success"),
    )
    play = kit.play(spec, outcomes={"c": kit.succeed(short_circuit=True)}).run()
    assert play.states == {"s": "success", "c": "success", "w": "skipped", "t": "success"}


# -- mapping --------------------------------------------------------------------------------


def _source(kit: Any, task_id: str = "a", up: str = "", **more: Any) -> Any:
    return kit.task(task_id, up, mapped_over=("return_value",), **more)


# Inputs of the expansion -> number of instances, when a pushes 3 and b pushes 2 values.
LENGTHS = [
    ({"x": XComInput(task_id="a")}, 3),
    ({"x": XComInput(task_id="a"), "y": XComInput(task_id="b")}, 6),
    ({"x": XComInput(task_id="a"), "y": LiteralInput(length=4)}, 12),
    ({"x": MappedInput(source=XComInput(task_id="a"))}, 3),
    ({"x": ZippedInput(sources=(XComInput(task_id="a"), XComInput(task_id="b")))}, 2),
    ({"x": ZippedInput(sources=(XComInput(task_id="a"), LiteralInput(length=9)), longest=True)}, 9),
    ({"x": ConcatenatedInput(sources=(XComInput(task_id="a"), XComInput(task_id="b")))}, 5),
]


@pytest.mark.parametrize(("inputs", "length"), LENGTHS)
def test_expansions_are_counted(kit: Any, inputs: Any, length: int) -> None:
    spec = kit.dag(_source(kit), _source(kit, "b"), kit.task("m", "a b", over=inputs))
    play = kit.play(spec, outcomes={"a": kit.returns(3), "b": kit.returns(2)}).run()
    found = [ref.map_index for ref in play.view.instances if ref.task_id == "m"]
    assert sorted(found) == list(range(length))
    assert play.outcome == "success"


def test_literal_mappings_are_there_from_the_start(kit: Any) -> None:
    spec = kit.dag(kit.task("g.m", group_id="g", over=3), groups=[kit.group("g", over=2)])
    play = kit.play(spec)
    found = sorted((i.path, i.map_index) for i in play.view.instances.values())
    assert [path for path, _ in found] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert sorted(index for _, index in found) == list(range(6))


def test_nothing_to_map_over_is_a_skip(kit: Any) -> None:
    spec = kit.dag(_source(kit), kit.task("m", "a", over="a"), kit.task("z", "m"))
    play = kit.play(spec, outcomes={"a": kit.returns(0)}).run()
    assert play.states == {"a": "success", "m*": "skipped", "z": "skipped"}


def test_too_much_to_map_over_fails_and_says_why(kit: Any) -> None:
    spec = kit.dag(_source(kit), kit.task("m", "a", over="a"))
    play = kit.play(spec, outcomes={"a": kit.returns(7)}, limits=Limits(max_map_length=6)).run()
    assert play.states["m*"] == "failed"
    assert "7 instances; max_map_length is 6" in play.instance("m").note


def test_a_value_that_nobody_pushed_fails_the_expansion_and_says_whose(kit: Any) -> None:
    spec = kit.dag(_source(kit), kit.task("m", "a", over="a"))
    play = kit.play(spec).run()
    assert play.states["m*"] == "failed"
    assert "a left no list" in play.instance("m").note


@pytest.mark.parametrize(("kind", "state"), [("fail", "upstream_failed"), ("skip", "skipped")])
@pytest.mark.parametrize("rule", ["all_success", "all_done"])
def test_what_maps_over_something_that_is_not_there_follows_it(
    kit: Any, kind: str, state: str, rule: str
) -> None:
    spec = kit.dag(_source(kit), kit.task("m", "a", over="a", trigger_rule=rule))
    outcome = kit.fail() if kind == "fail" else _skip
    assert kit.play(spec, outcomes={"a": outcome}).run().states["m*"] == state


def test_mapping_over_a_mapped_task_counts_the_values_that_it_pushed(kit: Any) -> None:
    spec = kit.dag(_source(kit, over=4), kit.task("m", "a", over="a", trigger_rule="all_done"))
    value = kit.succeed(lengths={"return_value": -1})
    outcomes = {"a[0]": kit.fail(), "a[1]": kit.succeed()}
    play = kit.play(spec, outcomes=outcomes, default=value).run()
    assert sorted(ref.map_index for ref in play.view.instances if ref.task_id == "m") == [0, 1]


def test_rules_in_a_mapped_group_are_judged_index_by_index(kit: Any) -> None:
    spec = kit.dag(
        _source(kit),
        kit.task("g.x", "a", group_id="g"),
        kit.task("g.y", "g.x", group_id="g"),
        kit.task("z", "g.y", trigger_rule="all_done"),
        groups=[kit.group("g", over="a")],
    )
    play = kit.play(spec, outcomes={"a": kit.returns(3), "g.x[1]": kit.fail()}).run()
    found = [play.states[f"g.y[{index}]"] for index in range(3)]
    assert found == ["success", "upstream_failed", "success"]
    assert play.states["z"] == "success"


def test_a_mapped_task_in_a_mapped_group_maps_over_its_own_index(kit: Any) -> None:
    spec = kit.dag(
        _source(kit),
        _source(kit, "g.x", "a", group_id="g"),
        kit.task("g.y", "g.x", group_id="g", over="g.x"),
        kit.task("g.z", "g.y", group_id="g"),
        groups=[kit.group("g", over="a")],
    )
    outcomes = {
        "a": kit.returns(3),
        "g.x[0]": kit.returns(2),
        "g.x[1]": kit.returns(0),
        "g.x[2]": kit.returns(1),
    }
    play = kit.play(spec, outcomes=outcomes).run()
    assert {k: v for k, v in play.states.items() if k.startswith("g.y")} == {
        "g.y[0,0]": "success",
        "g.y[0,1]": "success",
        "g.y[1]*": "skipped",
        "g.y[2,0]": "success",
    }
    assert [play.states[f"g.z[{i}]"] for i in range(3)] == ["success", "skipped", "success"]


def test_a_failed_input_of_a_mapped_group_fails_all_of_it_unexpanded(kit: Any) -> None:
    spec = kit.dag(
        _source(kit),
        kit.task("g.x", "a", group_id="g"),
        kit.task("g.y", "g.x", group_id="g", trigger_rule="all_done"),
        groups=[kit.group("g", over="a")],
    )
    play = kit.play(spec, outcomes={"a": kit.fail()}).run()
    assert play.states == {"a": "failed", "g.x*": "upstream_failed", "g.y*": "upstream_failed"}


def test_a_mapped_group_is_expanded_though_one_of_its_tasks_waits_for_something_else(
    kit: Any,
) -> None:
    spec = kit.dag(
        _source(kit),
        kit.task("slow"),
        kit.task("g.x", "a", group_id="g"),
        kit.task("g.y", "g.x slow", group_id="g"),
        groups=[kit.group("g", over="a")],
    )
    play = kit.play(spec, outcomes={"a": kit.returns(2)})
    play.settle()
    for instance in play.start():
        if instance.task_id == "a":
            play.end(instance)
    play.settle()
    assert play.states["g.y[0]"] == play.states["g.y[1]"] == "none"


def test_what_maps_over_a_mapped_task_that_never_was_follows_it(kit: Any) -> None:
    spec = kit.dag(
        _source(kit),
        kit.task("m", "a", over="a"),
        kit.task("n", "m", over="m", trigger_rule="all_done"),
    )
    play = kit.play(spec, outcomes={"a": kit.fail()}).run()
    assert play.states == {"a": "failed", "m*": "upstream_failed", "n*": "upstream_failed"}


# -- retries, reschedules, deferrals --------------------------------------------------------


def test_a_failed_try_is_repeated_after_its_delay(kit: Any) -> None:
    play = kit.play(kit.dag(kit.task("a", retries=2)), outcomes={"a": kit.fail(times=2)}).run()
    assert play.outcome == "success"
    assert play.instance("a").try_number == 3
    assert play.now - kit.t0 >= timedelta(seconds=600)


def test_tries_run_out(kit: Any) -> None:
    play = kit.play(kit.dag(kit.task("a", retries=1)), outcomes={"a": kit.fail()}).run()
    assert play.states == {"a": "failed"}
    assert len(play.order) == 2


def test_a_retry_waits_for_an_upstream_that_was_cleared_meanwhile(kit: Any) -> None:
    spec = kit.dag(kit.task("a"), kit.task("b", "a", retries=1))
    play = kit.play(spec, outcomes={"b": kit.fail(times=1)})
    play.step()
    play.step()
    assert play.states["b"] == "up_for_retry"
    play.do(plan_clear([play.view], {play.view.run.uid: [TaskRef("a")]}, now=play.now))
    play.now += timedelta(hours=1)
    play.settle()
    assert play.states == {"a": "scheduled", "b": "up_for_retry"}
    assert play.run().states == {"a": "success", "b": "success"}


def _skip(play: Any, instance: Instance) -> Ended:
    assert instance.attempt is not None
    return Skipped(attempt=instance.attempt, at=play.now, cause=Cause(kind=CauseKind.SKIPPED))


def test_a_rescheduled_sensor_goes_on_in_the_same_try_and_keeps_its_first_start(kit: Any) -> None:
    def poke(play: Any, instance: Instance) -> Ended:
        assert instance.attempt is not None
        if play.now - instance.first_started_at > timedelta(minutes=3):
            done: Ended = kit.succeed()(play, instance)
            return done
        until = play.now + timedelta(minutes=1)
        return Rescheduled(attempt=instance.attempt, at=play.now, until=until)

    play = kit.play(kit.dag(kit.task("s", retries=1)), outcomes={"s": poke}).run()
    started = [c for c in play.log if isinstance(c, StartAttempt)]
    assert [c.fresh for c in started] == [True, False, False, False]
    assert len({c.attempt.id for c in started}) == 4
    assert [c.attempt.fence for c in started] == [1, 2, 3, 4]
    assert play.instance("s").try_number == 1
    assert play.instance("s").first_started_at == kit.t0


def test_a_timed_deferral_resumes_where_it_said(kit: Any) -> None:
    resume = Resume(method="go_on", kwargs={"x": 1})

    def defer(play: Any, instance: Instance) -> Ended:
        assert instance.attempt is not None
        if instance.resume is not None:
            assert instance.resume == resume
            done: Ended = kit.succeed()(play, instance)
            return done
        until = play.now + timedelta(hours=1)
        return Deferred(attempt=instance.attempt, at=play.now, until=until, resume=resume)

    play = kit.play(kit.dag(kit.task("d")), outcomes={"d": defer}).run()
    assert play.outcome == "success"
    assert play.instance("d").resume is None
    assert [c.fresh for c in play.log if isinstance(c, StartAttempt)] == [True, False]


# -- the past and dates ---------------------------------------------------------------------


def _past(kit: Any, **states: str) -> Past:
    run = kit.play(kit.dag(), uid="before").view.run
    return Past(previous=run, states={TaskRef(t): TaskState(s) for t, s in states.items()})


@pytest.mark.parametrize("state", ["success", "skipped"])
def test_depends_on_past_goes_on_after_success_or_skip(kit: Any, state: str) -> None:
    spec = kit.dag(kit.task("a", depends_on_past=True))
    assert kit.play(spec, past=_past(kit, a=state)).run().outcome == "success"


@pytest.mark.parametrize("state", ["failed", "running", "none", "upstream_failed"])
def test_depends_on_past_waits_for_success_and_the_run_stays_open(kit: Any, state: str) -> None:
    spec = kit.dag(kit.task("a", depends_on_past=True), kit.task("b", "a"))
    play = kit.play(spec, past=_past(kit, a=state)).run()
    assert (play.outcome, play.states) == ("running", {"a": "none", "b": "none"})
    play.view.renew_past(_past(kit, a="success"))
    assert play.run().outcome == "success"


def test_the_first_run_has_no_past_to_wait_for(kit: Any) -> None:
    spec = kit.dag(kit.task("a", depends_on_past=True, ignore_first_depends_on_past=False))
    assert kit.play(spec).run().outcome == "success"


@pytest.mark.parametrize(("ignore", "outcome"), [(True, "success"), (False, "running")])
def test_a_task_that_the_past_does_not_know(kit: Any, ignore: bool, outcome: str) -> None:
    task = kit.task("a", depends_on_past=True, ignore_first_depends_on_past=ignore)
    assert kit.play(kit.dag(task), past=_past(kit, z="success")).run().outcome == outcome


def test_wait_for_downstream_looks_at_what_followed_in_the_past(kit: Any) -> None:
    spec = kit.dag(
        kit.task("a", depends_on_past=True, wait_for_downstream=True), kit.task("b", "a")
    )
    play = kit.play(spec, past=_past(kit, a="success", b="running")).run()
    assert play.states["a"] == "none"
    play.view.renew_past(_past(kit, a="success", b="success"))
    assert play.run().outcome == "success"


def test_a_skip_waits_for_the_past_when_asked(kit: Any) -> None:
    spec = kit.dag(
        kit.task("a"),
        kit.task("b", "a", depends_on_past=True, wait_for_past_depends_before_skipping=True),
    )
    play = kit.play(spec, outcomes={"a": _skip}, past=_past(kit, a="success", b="running")).run()
    assert play.states == {"a": "skipped", "b": "none"}
    play.view.renew_past(_past(kit, a="success", b="success"))
    assert play.run().states == {"a": "skipped", "b": "skipped"}


def test_a_start_date_in_the_future_is_a_timer(kit: Any) -> None:
    date = kit.t0 + timedelta(hours=5)
    play = kit.play(kit.dag(kit.task("a", start_date=date), start_date=date))
    play.settle()
    assert play.states == {"a": "none"}
    assert next_timer(play.view) == date
    assert play.run().outcome == "success"
    assert play.instance("a").queued_at == date


# -- ends before their time -----------------------------------------------------------------


def test_fail_fast_kills_what_runs_and_skips_the_rest_but_teardowns(kit: Any) -> None:
    spec = kit.dag(
        kit.task("s", is_setup=True),
        kit.task("bad", "s"),
        kit.task("long", "s"),
        kit.task("later", "long"),
        kit.task("t", "s later bad", is_teardown=True, trigger_rule="all_done_setup_success"),
        fail_fast=True,
    )
    play = kit.play(spec, outcomes={"bad": kit.fail()}).run()
    expected = {"s": "success", "bad": "failed", "long": "failed", "later": "skipped"}
    assert play.states == {**expected, "t": "success"}
    assert len(play.killed()) == 1
    causes = [c.cause.kind for c in play.log if isinstance(c, EndAttempt)]
    assert causes.count(CauseKind.FAIL_FAST) == 1


def test_a_scheduled_run_that_takes_too_long_is_ended(kit: Any) -> None:
    spec = kit.dag(
        kit.task("a", retries=3),
        kit.task("b", "a"),
        dagrun_timeout=timedelta(minutes=10),
        callbacks=("failure",),
    )
    play = kit.play(spec, run_type=RunType.SCHEDULED)
    play.settle()
    (a,) = play.start()
    assert next_timer(play.view) == kit.t0 + timedelta(minutes=10)
    play.now += timedelta(minutes=10)
    play.settle()
    assert next_timer(play.view) is None
    assert (play.states, play.outcome) == ({"a": "running", "b": "skipped"}, "running")
    assert play.killed() == [a.attempt]
    play.end(a)
    play.settle()
    assert play.states == {"a": "skipped", "b": "skipped"}
    assert (play.outcome, play.view.run.reason) == ("failed", "timed_out")
    (end,) = [c for c in play.log if isinstance(c, ChangeRun) and c.callback is not None]
    assert end.callback is not None
    assert (end.callback.kind, end.callback.reason) == ("dag_failure", "timed_out")


def test_a_manual_run_has_no_time_out(kit: Any) -> None:
    play = kit.play(kit.dag(kit.task("a"), dagrun_timeout=timedelta(seconds=1)))
    play.settle()
    play.start()
    play.now += timedelta(days=1)
    play.settle()
    assert play.states == {"a": "running"}
    assert next_timer(play.view) is None


def test_the_end_of_a_run_owes_its_callback(kit: Any) -> None:
    play = kit.play(kit.dag(kit.task("a"), callbacks=("success", "failure"))).run()
    end = play.log[-1]
    assert isinstance(end, ChangeRun)
    assert end.callback is not None
    assert end.callback.kind == "dag_success"
    assert len(end.callback.id) == 36


def test_what_is_settled_costs_nothing_to_ask_again(kit: Any) -> None:
    play = kit.play(kit.dag(kit.task("a"), kit.task("b", "a")))
    play.settle()
    assert not play.view.dirty
    assert advance_run(play.view, now=play.now, limits=play.limits) == []


def test_a_view_rebuilt_from_rows_goes_on_where_the_old_one_was(kit: Any) -> None:
    spec = kit.dag(
        _source(kit, retries=1),
        kit.task("g.x", "a", group_id="g"),
        kit.task("g.y", "g.x", group_id="g", over="a"),
        kit.task("z", "g.y"),
        groups=[kit.group("g", over="a")],
    )
    play = kit.play(spec, outcomes={"a": kit.returns(3)})
    for _ in range(40):
        play.view = RunView.build(
            run=play.view.run, spec=spec, instances=list(play.view.instances.values())
        )
        play.step()
    assert play.outcome == "success"
    assert set(play.states.values()) == {"success"}
    assert len(play.states) == 1 + 3 + 9 + 1
