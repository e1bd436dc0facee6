from collections.abc import Callable

import pytest
from msgspec.structs import replace

from narae.core.commands import (
    Audit,
    ChangeDag,
    ChangeRun,
    ChangeTask,
    Command,
    CreateRun,
    Expand,
)
from narae.core.ids import AttemptId, RunUid
from narae.core.run import DagRow, Instance
from narae.core.states import LEGAL_TASK_MOVES, RunState, TaskState
from narae.engine.apply import apply
from narae.engine.batch import Batch
from narae.engine.errors import IllegalMove
from narae.testing.memory_store import MemoryStore
from narae.testing.samples import NOON, Samples, begin, change, create, end

SAMPLES = Samples()
RUN = SAMPLES.run()
SCHEDULED = Instance(run=RUN.uid, task_id="extract", state=TaskState.SCHEDULED)
START = SAMPLES.start(SCHEDULED)
QUEUED = START.after
RUNNING = begin(QUEUED).after
OTHER = AttemptId("00000000-0000-7000-8000-000000000000")
DAG = DagRow(
    dag_id="sales",
    file="sales.py",
    folder="/dags",
    spec_id=1,
    code_version=RUN.code_version,
    is_paused=False,
    parsed_at=NOON,
)

ILLEGAL: dict[str, Command] = {
    "revision": ChangeTask(before=SCHEDULED, after=replace(SCHEDULED, state=TaskState.SKIPPED)),
    "no legal move": change(SCHEDULED, state=TaskState.DEFERRED),
    "with attempt": change(SCHEDULED, state=TaskState.QUEUED),
    "changes the attempt": change(RUNNING, state=TaskState.RESTARTING, attempt=OTHER),
    "becomes": change(SCHEDULED, task_id="load"),
    "instance and attempt disagree": replace(START, attempt=replace(START.attempt, id=OTHER)),
    "does not grow": replace(
        START, after=replace(QUEUED, fence=0), attempt=replace(START.attempt, fence=0)
    ),
    "another attempt": replace(begin(QUEUED), attempt=OTHER),
    "ends": end(RUNNING, attempt=OTHER),
    "queued -> queued": ChangeRun(before=RUN, after=RUN),
    "success -> running": ChangeRun(
        before=replace(RUN, state=RunState.SUCCESS),
        after=replace(RUN, state=RunState.RUNNING, revision=1),
    ),
    "another DAG": ChangeDag(before=DAG, after=replace(DAG, dag_id="x", revision=1)),
    "gives": Expand(before=SCHEDULED, after=(replace(SCHEDULED, task_id="load"),)),
    "holds": CreateRun(run=RUN, instances=(replace(SCHEDULED, run=RunUid("x")),)),
}
WORDS = {"queued -> queued": "revision 0 -> 0"}


@pytest.mark.parametrize("words", ILLEGAL)
def test_what_may_not_be_changes_nothing(words: str) -> None:
    store = MemoryStore()
    audit = Audit(at=NOON, who="ann", what="note")
    with pytest.raises(IllegalMove, match=WORDS.get(words, words)):
        apply(store, [audit, ILLEGAL[words]], now=NOON)
    assert store.tables.audits == []


def test_the_life_of_an_attempt_is_legal() -> None:
    store = MemoryStore()
    commands: list[Command] = [create(RUN, "extract"), START, begin(QUEUED), end(RUNNING)]
    assert apply(store, commands, now=NOON) == [True] * 4
    assert store.instances(RUN.uid)[0].state is TaskState.SUCCESS


@pytest.mark.parametrize("before", list(TaskState))
def test_the_table_of_moves_is_the_law(before: TaskState) -> None:
    held = {TaskState.QUEUED, TaskState.RUNNING, TaskState.RESTARTING}
    instance = replace(SCHEDULED, state=before, attempt=OTHER if before in held else None)
    for after in set(TaskState) - held - {before}:
        command = change(instance, state=after) if before not in held else None
        if command is None:
            continue
        try:
            apply(MemoryStore(), [command], now=NOON)
        except IllegalMove:
            assert after not in LEGAL_TASK_MOVES[before]
        else:
            assert after in LEGAL_TASK_MOVES[before]


def test_no_command_asks_the_store_for_nothing() -> None:
    class Untouched:
        apply: Callable[..., list[bool]]

    assert apply(Untouched(), [], now=NOON) == []


def test_a_run_with_an_illegal_command_is_left_out_whole() -> None:
    store = MemoryStore()
    other = SAMPLES.run()
    batch = Batch()
    batch.add(RUN.uid, create(RUN))
    batch.add(RUN.uid, ILLEGAL["another attempt"])
    batch.add(other.uid, create(other))
    outcome = batch.write(store, now=NOON)
    assert list(outcome.faults) == [RUN.uid]
    assert [run for run, _ in outcome.taken] == [other.uid]
    assert list(store.tables.runs) == [other.uid]
