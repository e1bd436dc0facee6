from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from narae.core.commands import Command
from narae.core.run import CauseKind, Instance
from narae.core.spec import DagSpec, TaskSpec
from narae.core.states import TaskState
from narae.core.timetables.spec import Never
from narae.core.wire import Wake
from narae.engine.events import SupervisorLeft
from narae.engine.rescue import slot_faults
from narae.testing.fake_executor import hangs, succeeds
from narae.testing.memory_store import MemoryStore
from narae.testing.stage import Stage

MakeStage = Callable[..., Stage]

DIAMOND = DagSpec(
    dag_id="sales",
    timetable=Never(),
    callbacks=("success",),
    tasks=(
        TaskSpec(task_id="a", operator="X"),
        TaskSpec(task_id="b", operator="X", upstream=("a",)),
        TaskSpec(task_id="c", operator="X", upstream=("a",)),
        TaskSpec(task_id="d", operator="X", upstream=("b", "c")),
    ),
)
DONE = dict.fromkeys(("a", "b", "c", "d", "run"), "success")


class DiedError(BaseException):
    """The process is gone: nothing may catch this."""


class Unreliable:
    """A store whose ``apply`` number ``at`` fails, before or after it has committed."""

    def __init__(self, at: int, *, after: bool, error: type[BaseException]) -> None:
        self._store = MemoryStore()
        self._left = at
        self._after = after
        self._error = error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def apply(self, commands: Sequence[Command], *, now: datetime) -> list[bool]:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise self._error("before the commit")
        took = self._store.apply(commands, now=now)
        if self._left == 0:
            raise self._error("after the commit")
        return took


def started(stage: Stage) -> Counter[str]:
    return Counter(each.task_id for each in stage.executor.submitted)


def play_with_deaths(stage: Stage, error: type[BaseException], *, restart: bool) -> int:
    deaths = 0
    while True:
        try:
            stage.play()
        except error:
            deaths += 1
            if restart:
                stage.restart()
        else:
            return deaths


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(2, 9))
def test_a_scheduler_that_dies_around_a_commit_loses_and_doubles_nothing(
    at: int, after: bool
) -> None:
    store: Any = Unreliable(at, after=after, error=DiedError)
    stage = Stage(store=store, script=lambda _: succeeds(lasts=timedelta(seconds=1)))
    stage.add_dag(DIAMOND)
    run = stage.trigger("sales")
    assert play_with_deaths(stage, DiedError, restart=True) == 1
    assert stage.states(run) == DONE
    assert started(stage) == {"a": 1, "b": 1, "c": 1, "d": 1}
    assert [each.kind for each in stage.executor.callbacks] == ["dag_success"]
    assert stage.executor.unacknowledged == 0
    assert stage.store.open_attempts() == []


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(2, 9))
def test_a_store_that_fails_once_loses_and_doubles_nothing(at: int, after: bool) -> None:
    store: Any = Unreliable(at, after=after, error=OSError)
    stage = Stage(store=store, script=lambda _: succeeds(lasts=timedelta(seconds=1)))
    stage.add_dag(DIAMOND)
    run = stage.trigger("sales")
    assert play_with_deaths(stage, OSError, restart=False) == 1
    assert stage.states(run) == DONE
    assert stage.executor.unacknowledged == 0
    assert {task: attempts for task, attempts in started(stage).items() if attempts != 1} == {}


@pytest.mark.parametrize("turns", range(1, 14))
def test_a_scheduler_that_dies_between_turns_loses_and_doubles_nothing(
    make_stage: MakeStage, turns: int
) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(seconds=1)))
    stage.add_dag(DIAMOND)
    run = stage.trigger("sales")
    for _ in range(turns):
        stage.turn()
    stage.restart()
    stage.play()
    assert stage.states(run) == DONE
    assert started(stage) == {"a": 1, "b": 1, "c": 1, "d": 1}
    assert stage.executor.unacknowledged == 0


def test_an_attempt_that_got_lost_on_its_way_is_sent_again(make_stage: MakeStage) -> None:
    stage = make_stage()
    stage.add_dag(DIAMOND)
    run = stage.trigger("sales")
    stage.executor.cut_off = []
    stage.play(timedelta(seconds=1))
    assert len(stage.executor.cut_off) == 1
    stage.executor.cut_off = None
    stage.scheduler.handle(SupervisorLeft(holder=stage.executor.holder))
    stage.reconnect()
    stage.play()
    assert stage.states(run) == DONE
    assert len(stage.store.attempts(run.uid, stage.instance(run, "a").ref)) == 1


def test_a_supervisor_that_comes_back_has_lost_nothing(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(seconds=10)))
    stage.add_dag(DIAMOND)
    run = stage.trigger("sales")
    stage.play(timedelta(seconds=5))
    stage.scheduler.handle(SupervisorLeft(holder=stage.executor.holder))
    stage.scheduler.tick()
    stage.clock.advance(timedelta(seconds=20))
    stage.executor.take_reports()  # said to nobody, and kept
    stage.reconnect()
    stage.play()
    assert stage.states(run) == DONE
    assert started(stage) == {"a": 1, "b": 1, "c": 1, "d": 1}


def test_a_supervisor_that_died_spends_no_retry(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(seconds=10)))
    stage.add_dag(DIAMOND)
    run = stage.trigger("sales")
    stage.play(timedelta(seconds=5))
    stage.executor.crash("fake-2")
    stage.reconnect()
    stage.play()
    assert stage.states(run) == DONE
    first, second = stage.store.attempts(run.uid, stage.instance(run, "a").ref)
    assert first.cause is not None
    assert first.cause.kind is CauseKind.SUPERVISOR_LOST
    assert (second.holder, second.fence) == ("fake-2", first.fence + 1)


def test_a_silent_supervisor_loses_its_attempts_with_their_lease(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: hangs())
    stage.add_dag(DIAMOND)
    run = stage.trigger("sales")
    stage.play(timedelta(seconds=5))
    attempt = stage.instance(run, "a").attempt
    stage.scheduler.handle(SupervisorLeft(holder=stage.executor.holder))
    for _ in range(14):
        stage.scheduler.tick()
        stage.clock.advance(timedelta(seconds=5))
    stage.scheduler.tick()
    instance = stage.instance(run, "a")
    assert instance.state == "scheduled"
    (row,) = stage.store.attempts(run.uid, instance.ref)
    assert row.cause is not None
    assert row.cause.kind is CauseKind.SUPERVISOR_LOST
    assert "60 s" in row.cause.words
    # It comes back after all: what it still runs is no longer the current attempt.
    stage.reconnect()
    stage.scheduler.tick()
    assert [each for each, _ in stage.executor.killed] == [attempt]


def test_a_clock_that_is_set_takes_nobody_for_dead(make_stage: MakeStage) -> None:
    for jump in (timedelta(hours=1), timedelta(hours=-1)):
        stage = make_stage(script=lambda _: succeeds(lasts=timedelta(hours=2)))
        stage.add_dag(DIAMOND)
        run = stage.trigger("sales")
        stage.play(timedelta(seconds=5))
        stage.clock.advance(jump)
        before = stage.scheduler.tick()
        assert stage.instance(run, "a").state == "running"
        assert before is not None
        assert before <= stage.clock.now() + timedelta(seconds=5)
        (row,) = stage.store.open_attempts()
        assert row.lease_until is not None


def test_beats_keep_a_long_task_alive(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(hours=2)))
    stage.add_dag(DIAMOND)
    run = stage.trigger("sales")
    stage.play(timedelta(hours=7))
    assert stage.states(run) == DONE
    assert started(stage) == {"a": 1, "b": 1, "c": 1, "d": 1}


def test_two_schedulers_on_one_store_run_nothing_twice() -> None:
    store = MemoryStore()
    one = Stage(store=store, script=lambda _: succeeds(lasts=timedelta(seconds=1)), seed=1)
    two = Stage(store=store, script=one.executor.script, clock=one.clock, seed=2)
    two.executor.holder, two.executor.host = "fake-9", "another"
    two.restart()
    one.add_dag(*(_named(DIAMOND, f"d{i}") for i in range(5)))
    runs = [one.trigger(f"d{i}") for i in range(5)]
    for run in runs:
        two.wake(Wake(runs=(run.uid,)))
    for _ in range(60):
        one.turn()
        two.turn()
        one.clock.advance(timedelta(seconds=1))
    assert all(one.states(run) == DONE for run in runs)
    both = Counter(
        (each.run.dag_id, each.task_id)
        for each in [*one.executor.submitted, *two.executor.submitted]
    )
    assert set(both.values()) == {1}
    assert len(both) == 20


def _named(spec: DagSpec, dag_id: str) -> DagSpec:
    return DagSpec(dag_id=dag_id, timetable=spec.timetable, tasks=spec.tasks)


# -- the proof about slots ------------------------------------------------------------------


def faults(stage: Stage) -> dict[str, str]:
    state = stage.scheduler.state
    found = slot_faults(state.active, state.fleet.open, stage.store.open_attempts())
    return {str(uid): words for uid, words in found.items()}


def test_slots_match_at_every_turn(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(seconds=1)))
    stage.add_dag(DIAMOND)
    stage.trigger("sales")
    for _ in range(20):
        stage.turn()
        assert faults(stage) == {}
        stage.clock.advance(timedelta(seconds=0.5))


def test_a_leaked_slot_is_found_and_given_back(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: hangs())
    stage.add_dag(DIAMOND)
    run = stage.trigger("sales")
    stage.play(timedelta(seconds=1))
    attempt = stage.instance(run, "a").attempt
    assert attempt is not None
    stage.scheduler.state.fleet.ended(attempt)
    assert "holds no slot" in faults(stage)[run.uid]
    stage.play(timedelta(minutes=2))
    assert faults(stage) == {}
    assert attempt in stage.executor.running


def test_a_stray_attempt_is_closed_at_start(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: hangs())
    stage.add_dag(DIAMOND)
    run = stage.trigger("sales")
    stage.play(timedelta(seconds=1))
    (row,) = stage.store.open_attempts()
    tables = stage.store.tables  # type: ignore[attr-defined]  # damage that no command can do
    stray = type(row)(
        **({name: getattr(row, name) for name in row.__struct_fields__} | {"id": "stray"})
    )
    tables.attempts["stray"] = stray
    tables.open_attempts["stray"] = None
    stage.restart()
    stage.play(timedelta(seconds=1))
    assert [each.id for each in stage.store.open_attempts()] == [row.id]
    assert tables.attempts["stray"].cause.kind is CauseKind.NEVER_STARTED
    assert stage.instance(run, "a").attempt == row.id


@pytest.mark.parametrize("state", list(TaskState))
def test_a_run_with_rows_that_make_no_sense_stops_nobody_else(
    make_stage: MakeStage, state: TaskState
) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(seconds=1)))
    stage.add_dag(_named(DIAMOND, "broken"), DIAMOND)
    broken = stage.trigger("broken")
    ghost = Instance(run=broken.uid, task_id="ghost", state=state, path=(1, 2))
    stage.store.tables.instances[broken.uid][ghost.ref] = ghost  # type: ignore[attr-defined]  # damage that no command can do
    run = stage.trigger("sales")
    stage.play(timedelta(minutes=2))
    assert stage.states(run) == DONE
    stage.restart()
    again = stage.trigger("sales")
    stage.play(timedelta(minutes=2))
    assert stage.states(again) == DONE
