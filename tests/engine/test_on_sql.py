"""The same story on a store in memory and on SQLite, with the engine dying all the while."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from narae.core.run import Pool, Run
from narae.core.spec import DagSpec, Expansion, RetryPolicy, TaskSpec, XComInput
from narae.core.states import RunState, TaskState
from narae.core.timetables.spec import CronInterval, Never
from narae.core.workload import Workload
from narae.engine import actions
from narae.engine.actions import Selection, TaskMark, backfills
from narae.engine.actions.backfills import BackfillWish
from narae.engine.ports import Store
from narae.storage.open import open_store
from narae.testing.fake_executor import Play, fails, skips, succeeds
from narae.testing.memory_store import MemoryStore
from narae.testing.stage import Stage

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)


def task(task_id: str, *upstream: str, **more: Any) -> TaskSpec:
    return TaskSpec(task_id=task_id, operator="X", upstream=tuple(sorted(upstream)), **more)


MAPPED = DagSpec(
    dag_id="mapped",
    timetable=Never(),
    callbacks=("success", "failure"),
    tasks=(
        task("list", mapped_over=("return_value",)),
        task(
            "each",
            "list",
            pool="small",
            expansion=Expansion(inputs={"x": XComInput(task_id="list")}),
        ),
        task("flaky", "list", retry=RetryPolicy(retries=2, delay=timedelta(seconds=30))),
        task("maybe", "list"),
        task("sum", "each", "flaky", trigger_rule="none_failed"),
        task("after", "maybe", "sum"),
    ),
)
DAILY = DagSpec(
    dag_id="daily",
    timetable=CronInterval(expression="@daily"),
    start_date=MIDNIGHT - timedelta(days=4),
    max_active_runs=2,
    tasks=(task("a", depends_on_past=True), task("b", "a", wait_for_downstream=True)),
)


def script(workload: Workload) -> Play:
    lasts = timedelta(seconds=3)
    match workload.task_id:
        case "list":
            return succeeds(lasts=lasts, lengths={"return_value": 5})
        case "flaky" if workload.try_number < 3:
            return fails(lasts=lasts)
        case "maybe":
            return skips(lasts=lasts)
        case _:
            return succeeds(lasts=lasts)


def in_memory(folder: Path) -> Store:
    del folder
    return MemoryStore()


def on_sqlite(folder: Path) -> Store:
    key = Fernet.generate_key().decode()
    return open_store(f"sqlite:///{folder}/narae.db", fernet_keys=(key,), create=True)


def story(stage: Stage) -> dict[str, Any]:
    stage.store.put_pool(Pool(name="small", slots=2))
    stage.add_dag(MAPPED, DAILY)
    run = stage.trigger("mapped", run_id="one")
    for _ in range(25):
        stage.turn()
        stage.restart()
        stage.clock.advance(timedelta(seconds=2))
    stage.play(timedelta(minutes=5))
    made = backfills.create(
        stage.act(),
        "daily",
        BackfillWish(start=MIDNIGHT - timedelta(days=8), end=MIDNIGHT - timedelta(days=5)),
    )
    actions.clear(
        stage.act(), "mapped", Selection(run_ids=("one",), tasks=(("sum", None),), downstream=True)
    )
    stage.play(timedelta(minutes=5))
    mark = TaskMark(task_id="maybe", state=TaskState.SUCCESS, downstream=True)
    actions.mark_tasks(stage.act(), "mapped", "one", mark)
    stage.play(timedelta(minutes=5))
    return {
        "mapped": stage.states(run),
        "tries": {i.ref: (i.try_number, i.fence) for i in stage.store.instances(run.uid)},
        "daily": [(r.logical_date, r.run_type, r.state) for r in stage.runs("daily")],
        "backfill": backfills.find(stage.act(), made.id).state,
        "peak": stage.executor.peak,
        "callbacks": sorted(each.kind for each in stage.executor.callbacks),
        "outbox": stage.store.callbacks(),
        "open": stage.store.open_attempts(),
    }


def play(store: Store) -> dict[str, Any]:
    stage = Stage(store=store, script=script)
    try:
        return story(stage)
    finally:
        store.close()


def test_a_story_ends_the_same_on_every_store(tmp_path: Path) -> None:
    memory, sqlite = play(in_memory(tmp_path)), play(on_sqlite(tmp_path))
    assert memory == sqlite
    assert memory["mapped"]["flaky"] == "success"
    assert memory["mapped"]["each[4]"] == "success"
    assert memory["mapped"]["run"] == "success"
    assert memory["open"] == memory["outbox"] == []
    assert [state for _, _, state in memory["daily"]] == [RunState.SUCCESS] * 8


@pytest.mark.parametrize("make", [in_memory, on_sqlite])
def test_every_try_ran_once(tmp_path: Path, make: Callable[[Path], Store]) -> None:
    stage = Stage(store=make(tmp_path), script=script)
    stage.store.put_pool(Pool(name="small", slots=2))
    stage.add_dag(MAPPED)
    run: Run = stage.trigger("mapped")
    for _ in range(30):
        stage.turn()
        stage.restart()
        stage.clock.advance(timedelta(seconds=1))
    stage.play(timedelta(minutes=5))
    tries = [(w.task_id, w.map_index, w.try_number) for w in stage.executor.submitted]
    assert len(tries) == len(set(tries)) == 1 + 5 + 3 + 1 + 1
    assert stage.run(run).state is RunState.SUCCESS
    stage.store.close()
