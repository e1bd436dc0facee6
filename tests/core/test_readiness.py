"""Why an instance waits, in words."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from narae.core.holds import Hold, HoldCode
from narae.core.ids import CodeVersion, TaskRef
from narae.core.readiness import ExecutorFacts, World, holds
from narae.core.reports import Deferred, Rescheduled
from narae.core.run import DagRow, Pool, Resume
from narae.core.run_view import Past
from narae.core.states import RunState, TaskState


def _holds(play: Any, task_id: str, map_index: int = -1, **world: Any) -> list[Hold]:
    dag_facts: dict[str, Any] = {"is_paused": False}
    dag_facts |= {key: world.pop(key) for key in ("is_paused", "is_stale") if key in world}
    dag = DagRow(
        dag_id="d",
        file="d.py",
        folder="/dags",
        spec_id=1,
        code_version=CodeVersion("v"),
        parsed_at=play.now,
        **dag_facts,
    )
    facts: dict[str, Any] = {
        "now": play.now,
        "dag": dag,
        "book": play.book,
        "executors": {"LocalExecutor": ExecutorFacts(slots=4, free=4)},
    }
    return holds(play.view, TaskRef(task_id, map_index), world=World(**(facts | world)))


def _words(play: Any, *args: Any, **more: Any) -> list[str]:
    return [hold.words for hold in _holds(play, *args, **more)]


def _settled(play: Any) -> Any:
    play.settle()
    return play


def test_upstream_tasks_are_named_with_their_states(kit: Any) -> None:
    play = _settled(kit.play(kit.dag(kit.task("a"), kit.task("b"), kit.task("c", "a b"))))
    play.start(1)
    (hold,) = _holds(play, "c")
    assert hold.words == (
        "waits for a, which is running, b, which is scheduled; "
        "all_success needs all upstream tasks to succeed"
    )
    assert [link.task_id for link in hold.links] == ["a", "b"]


def test_many_upstream_tasks_are_cut_short(kit: Any) -> None:
    spec = kit.dag(kit.task("m", over=9), kit.task("z", "m"))
    (words,) = _words(_settled(kit.play(spec)), "z")
    assert words.startswith("waits for m[0], which is scheduled, ")
    assert "m[4], which is scheduled and 4 more;" in words


def test_an_upstream_that_nobody_has_counted_yet(kit: Any) -> None:
    spec = kit.dag(kit.task("a"), kit.task("m", "a", over="a"), kit.task("z", "m"))
    play = _settled(kit.play(spec))
    assert [h.code for h in _holds(play, "z")] == [HoldCode.UPSTREAM_NOT_EXPANDED]


def test_a_mapped_group_that_nobody_can_count_yet(kit: Any) -> None:
    spec = kit.dag(kit.task("a"), kit.task("g.x", group_id="g"), groups=[kit.group("g", over="a")])
    assert _words(_settled(kit.play(spec)), "g.x") == [
        "nobody knows yet how many instances g has: waits for a, which is scheduled"
    ]


def test_a_setup_far_up_is_named(kit: Any) -> None:
    spec = kit.dag(
        kit.task("s", is_setup=True),
        kit.task("w", "s", trigger_rule="always"),
        kit.task("x", "w", trigger_rule="one_success"),
    )
    play = _settled(kit.play(spec))
    for instance in play.start():
        if instance.task_id == "w":
            play.end(instance)
    play.settle()
    assert play.states == {"s": "running", "w": "success", "x": "none"}
    assert _words(play, "x")[0].startswith("waits for s, which is running")


def test_the_past_is_named(kit: Any) -> None:
    before = kit.play(kit.dag(), uid="before").view.run
    spec = kit.dag(
        kit.task("a", depends_on_past=True),
        kit.task("b", depends_on_past=True, wait_for_downstream=True),
        kit.task("c", "b"),
    )
    states = {TaskRef("a"): TaskState.FAILED, TaskRef("b"): TaskState.SUCCESS}
    states[TaskRef("c")] = TaskState.RUNNING
    play = _settled(kit.play(spec, past=Past(previous=before, states=states)))
    assert _words(play, "a") == [
        "depends on its past: in manual__before it is failed, not success or skipped"
    ]
    assert _words(play, "b") == ["waits for what was downstream of it in manual__before: c"]


def test_times_are_told_in_the_dags_zone(kit: Any) -> None:
    date = kit.t0 + timedelta(hours=5)
    spec = kit.dag(kit.task("a", start_date=date), start_date=date, timezone="Asia/Seoul")
    (hold,) = _holds(_settled(kit.play(spec)), "a")
    assert hold.words == "its start date is 2026-03-02 14:00:00 Asia/Seoul"
    assert hold.until == date


def test_a_retry_a_reschedule_and_a_deferral_say_until_when(kit: Any) -> None:
    spec = kit.dag(kit.task("a", retries=1), kit.task("s"), kit.task("d"))
    until = kit.t0 + timedelta(hours=1)

    def sensor(play: Any, i: Any) -> Any:
        return Rescheduled(attempt=i.attempt, at=play.now, until=until)

    def deferred(play: Any, i: Any) -> Any:
        resume = Resume(method="go")
        return Deferred(attempt=i.attempt, at=play.now, until=until, resume=resume)

    play = kit.play(spec, outcomes={"a": kit.fail(), "s": sensor, "d": deferred})
    play.settle()
    for instance in play.start():
        play.end(instance)
    play.settle()
    assert _words(play, "a") == ["try 1 failed, the next one is due at 2026-03-02 00:05:00 UTC"]
    assert _words(play, "s") == ["looks again at 2026-03-02 01:00:00 UTC"]
    assert _words(play, "d") == ["deferred until 2026-03-02 01:00:00 UTC"]
    play.now = until
    assert [h.code for h in _holds(play, "a")] == [HoldCode.NEXT_TICK]


def test_a_full_pool_names_its_holders(kit: Any) -> None:
    spec = kit.dag(kit.task("a", priority_weight=9), kit.task("b"))
    play = _settled(kit.play(spec, pools=[Pool(name="default_pool", slots=1)]))
    play.start()
    assert _words(play, "b") == [
        "waits for a free slot in pool default_pool: 1 of 1 are taken, held by a"
    ]


# What there is of executors -> what a scheduled task is held by.
EXECUTORS = [
    ({}, HoldCode.NO_WORKER, "there is no executor LocalExecutor here; known: none"),
    (
        {"LocalExecutor": ExecutorFacts(slots=0, free=0)},
        HoldCode.NO_WORKER,
        "nobody is there to run it: LocalExecutor has no slots",
    ),
    (
        {"LocalExecutor": ExecutorFacts(slots=4, free=0)},
        HoldCode.NO_SLOT,
        "all 4 slots of LocalExecutor are taken",
    ),
    (
        {"LocalExecutor": ExecutorFacts(slots=4, free=4, queues=frozenset({"gpu"}))},
        HoldCode.NO_WORKER,
        "no worker is alive for queue default; served: gpu",
    ),
    (
        {"LocalExecutor": ExecutorFacts(slots=4, free=4)},
        HoldCode.NEXT_TICK,
        "nothing holds it: it goes on with the scheduler's next tick",
    ),
]


@pytest.mark.parametrize(("executors", "code", "words"), EXECUTORS)
def test_what_executors_there_are(kit: Any, executors: Any, code: HoldCode, words: str) -> None:
    play = _settled(kit.play(kit.dag(kit.task("a"))))
    (hold,) = _holds(play, "a", executors=executors)
    assert (hold.code, hold.words) == (code, words)


def test_what_holds_the_whole_run_comes_first(kit: Any) -> None:
    play = _settled(kit.play(kit.dag(kit.task("a"))))
    found = _words(play, "a", is_paused=True, is_stale=True, scheduler_alive=False)
    assert found == [
        "no scheduler is alive",
        "DAG d is paused",
        "DAG d is no longer in its file d.py",
    ]


def test_a_queued_run_names_the_runs_before_it(kit: Any) -> None:
    play = kit.play(kit.dag(kit.task("a"), max_active_runs=1))
    other = kit.play(kit.dag(), uid="first").view.run
    play.view.run = replace(play.view.run, state=RunState.QUEUED)
    found = _words(play, "a", runs_before=(other,))
    assert found == ["its run is queued behind manual__first (running): max_active_runs is 1"]
    play.view.run = replace(play.view.run, run_after=kit.t0 + timedelta(days=1))
    (hold, *_) = _holds(play, "a", runs_before=(other,))
    assert hold.code is HoldCode.RUN_NOT_DUE


def test_what_is_finished_or_running_is_not_held(kit: Any) -> None:
    play = _settled(kit.play(kit.dag(kit.task("a"))))
    play.start()
    assert _holds(play, "a") == []
    play.run()
    assert _holds(play, "a") == []
    with pytest.raises(KeyError):
        _holds(play, "nobody")
