"""Users act between the scheduler's deciding and its writing."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from narae.core.commands import Command, EndAttempt
from narae.core.spec import DagSpec, TaskSpec
from narae.core.states import RunState, TaskState
from narae.core.timetables.spec import Never
from narae.engine import actions
from narae.engine.actions import Selection, TaskMark
from narae.testing.fake_executor import fails, succeeds
from narae.testing.memory_store import MemoryStore
from narae.testing.stage import Stage

CHAIN = DagSpec(
    dag_id="sales",
    timetable=Never(),
    tasks=(
        TaskSpec(task_id="a", operator="X"),
        TaskSpec(task_id="b", operator="X", upstream=("a",)),
        TaskSpec(task_id="c", operator="X", upstream=("b",)),
    ),
)


class Raced:
    """Lets ``act`` go first, once, when the scheduler ends an attempt of task a."""

    def __init__(self) -> None:
        self.inner = MemoryStore()
        self.act: Callable[[], object] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def apply(self, commands: Sequence[Command], *, now: datetime) -> list[bool]:
        ends_a = any(isinstance(c, EndAttempt) and c.before.task_id == "a" for c in commands)
        if ends_a and self.act is not None:
            act, self.act = self.act, None
            act()
        return self.inner.apply(commands, now=now)


@pytest.mark.parametrize("first", [succeeds(), fails()])
def test_a_clear_that_was_quicker_leaves_nothing_of_the_old_decision(first: Any) -> None:
    raced: Any = Raced()
    plays = [first]
    stage = Stage(store=raced, script=lambda _: plays.pop() if plays else succeeds())
    stage.add_dag(CHAIN)
    run = stage.trigger("sales")
    selection = Selection(run_ids=(run.run_id,), tasks=(("a", None),))
    raced.act = lambda: actions.clear(stage.act(), "sales", selection)
    stage.play()
    assert [w.task_id for w in stage.executor.submitted] == ["a", "a", "b", "c"]
    assert stage.states(run) == dict.fromkeys(("a", "b", "c", "run"), "success")
    assert stage.instance(run, "b").try_number == 1
    assert stage.store.open_attempts() == []


def test_a_mark_that_was_quicker_stands() -> None:
    raced: Any = Raced()
    stage = Stage(store=raced, script=lambda _: succeeds(lasts=timedelta(seconds=1)))
    stage.add_dag(CHAIN)
    run = stage.trigger("sales")
    mark = TaskMark(task_id="a", state=TaskState.FAILED)
    raced.act = lambda: actions.mark_tasks(stage.act(), "sales", run.run_id, mark)
    stage.play()
    assert stage.states(run) == {
        "a": "failed",
        "b": "upstream_failed",
        "c": "upstream_failed",
        "run": "failed",
    }
    assert [w.task_id for w in stage.executor.submitted] == ["a"]


def test_a_run_that_was_ended_meanwhile_stays_ended() -> None:
    raced: Any = Raced()
    stage = Stage(store=raced, script=lambda _: succeeds(lasts=timedelta(seconds=1)))
    stage.add_dag(CHAIN)
    run = stage.trigger("sales")
    raced.act = lambda: actions.mark_run(stage.act(), "sales", run.run_id, RunState.FAILED)
    stage.play()
    assert stage.run(run).state is RunState.FAILED
    assert stage.executor.running == {}
    assert stage.store.open_attempts() == []
    assert [w.task_id for w in stage.executor.submitted] == ["a"]
