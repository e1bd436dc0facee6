"""Random batches of sound and stale commands: the SQL stores answer as the one in memory."""

from random import Random

import msgspec
import pytest

from narae.core.commands import (
    AddInstances,
    ChangeRun,
    ChangeTask,
    Command,
    CreateRun,
    Expand,
    KillAttempt,
)
from narae.core.reports import XComValue
from narae.core.requests import GetXCom
from narae.core.run import Cause, CauseKind, Instance, Run
from narae.core.states import HOLDS_SLOT, RunState, TaskState
from narae.engine.ports import RunQuery, Store
from narae.storage.store import SqlStore
from narae.testing import samples as s
from narae.testing.memory_store import MemoryStore
from narae.testing.samples import NOON, Samples, later

replace = msgspec.structs.replace


class Player:
    """Makes commands from a view that is sometimes behind and sometimes ahead."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.samples = Samples(seed)
        self.runs: list[Run] = []
        self.view: dict[tuple[str, str, int], Instance] = {}

    def batch(self) -> list[Command]:
        return [self.command() for _ in range(self.chance.randrange(1, 12))]

    def command(self) -> Command:
        kind = self.chance.random()
        if not self.view or kind < 0.05:
            return self.create()
        if kind < 0.1:
            return self.change_run()
        before = self.chance.choice(list(self.view.values()))
        if self.chance.random() < 0.15:  # out of date, or too early
            before = replace(before, revision=max(0, before.revision + self.chance.choice((-1, 1))))
        if kind < 0.15:
            return self.expand(before)
        if kind < 0.18:
            new = Instance(run=before.run, task_id=self.chance.choice("abxy"))
            return AddInstances(run=before.run, instances=(new,))
        if kind < 0.22 and before.attempt is not None:
            return KillAttempt(attempt=before.attempt, cause=Cause(kind=CauseKind.MARKED))
        return self.move(before)

    def create(self) -> CreateRun:
        date = self.chance.choice((None, later(self.chance.randrange(4))))
        run = self.samples.run(logical_date=date, run_id=str(self.chance.randrange(9)))
        command = s.create(run, "a", "b")
        self.runs.append(run)
        self.view |= {i.key: i for i in command.instances}
        return command

    def change_run(self) -> ChangeRun:
        place = self.chance.randrange(len(self.runs))
        before = self.runs[place]
        after = replace(before, state=RunState.RUNNING, revision=before.revision + 1)
        self.runs[place] = after
        owed = s.callback(before, id=self.samples.id())
        return ChangeRun(before=before, after=after, callback=owed)

    def expand(self, before: Instance) -> Expand:
        first = self.chance.choice((-1, 0))
        count = self.chance.randrange(3)
        after = tuple(
            Instance(
                run=before.run,
                task_id=before.task_id,
                map_index=first + n,
                revision=before.revision + 1,
            )
            for n in range(count)
        )
        self.view |= {i.key: i for i in after}
        return Expand(before=before, after=after)

    def move(self, before: Instance) -> Command:
        command: Command
        if before.state in HOLDS_SLOT and before.attempt is not None:
            xcom = XComValue(key="return_value", value=self.samples.id().encode())
            command = self.chance.choice(
                (s.begin(before), s.end(before, state=TaskState.SCHEDULED, xcoms=(xcom,)))
            )
        elif self.chance.random() < 0.7:
            command = self.samples.start(before, fresh=self.chance.random() < 0.5)
        else:
            command = s.change(before, note=self.samples.id())
        assert isinstance(command, ChangeTask) or hasattr(command, "after")
        self.view[before.key] = command.after
        return command


def everything(store: Store) -> object:
    runs = store.runs(RunQuery())
    instances = [i for run in runs for i in store.instances(run.uid)]
    attempts = [a for i in instances for a in store.attempts(i.run, i.ref)]
    xcoms = [store.xcoms(GetXCom(dag_id=run.dag_id, run_id=run.run_id)) for run in runs]
    return runs, instances, attempts, store.open_attempts(), xcoms, store.callbacks()


@pytest.mark.parametrize("seed", range(6))
def test_every_store_answers_as_the_model_does(sql_store: SqlStore, seed: int) -> None:
    model, player = MemoryStore(), Player(seed)
    took = 0
    for _ in range(40):
        batch = player.batch()
        expected = model.apply(batch, now=NOON)
        assert sql_store.apply(batch, now=NOON) == expected
        took += sum(expected)
        if not all(expected):
            stored = [i for run in model.runs(RunQuery()) for i in model.instances(run.uid)]
            player.view = {i.key: i for i in stored}
    assert took > 50
    assert everything(sql_store) == everything(model)
