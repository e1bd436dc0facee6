"""``kill -9`` in the middle of committing: what was acknowledged is there, in whole batches."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from narae.core.states import TaskState
from narae.engine.ports import RunQuery
from narae.storage.open import open_store

WRITER = """
import sys
from narae.storage.open import open_store
from narae.testing import samples as s
store = open_store(sys.argv[1])
made = s.Samples()
for number in range(100_000):
    run = made.run(run_id=str(number))
    create = s.create(run, *map(str, range(20)))
    start = [made.start(i) for i in create.instances]
    assert all(store.apply([create, *start], now=s.NOON))
    print(number, flush=True)
"""


@pytest.mark.process
@pytest.mark.parametrize("acknowledged_min", [1, 12, 40])
def test_nothing_acknowledged_is_lost(sqlite_url: str, acknowledged_min: int) -> None:
    command = [sys.executable, "-c", WRITER, sqlite_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for _ in range(acknowledged_min):
            child.stdout.readline()
        os.kill(child.pid, signal.SIGKILL)
        rest = child.stdout.read().split("\n")
    assert child.returncode == -signal.SIGKILL
    acknowledged = acknowledged_min + sum(1 for line in rest[:-1] if line)
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    store = open_store(sqlite_url)
    runs = store.runs(RunQuery())
    assert acknowledged <= len(runs) <= acknowledged + 1
    assert {run.run_id for run in runs} >= {str(n) for n in range(acknowledged)}
    for run in runs:
        assert list(store.instance_states(run.uid).values()) == [TaskState.QUEUED] * 20
    assert len(store.open_attempts()) == 20 * len(runs)
    store.close()


def test_a_batch_that_fails_half_way_leaves_nothing(sqlite_url: str) -> None:
    from narae.testing import samples as s

    store = open_store(sqlite_url)
    made = s.Samples()
    create = s.create(made.run())
    start = made.start(create.instances[0])
    twice = made.start(create.instances[1])
    same_id = s.change(create.instances[1])
    twice = type(twice)(before=same_id.before, after=twice.after, attempt=start.attempt, fresh=True)
    with pytest.raises(sqlite3.IntegrityError):
        store.apply([create, start, twice], now=s.NOON)
    assert store.runs(RunQuery()) == []
    store.close()
