from datetime import UTC, datetime
from typing import Any

import pytest

from narae.core.changes import Change, Changed, ChangeKind
from narae.core.ids import RunUid
from narae.core.run import Run
from narae.core.spec import DagSpec, ImportFailure, ParsedFile, TaskSpec
from narae.core.timetables.spec import Never
from narae.core.wire import Gone, LoaderBeat, Parsed, Wake
from narae.engine.changes import ChangeLog
from narae.engine.ports import RunQuery
from narae.engine.witness import Witnesses
from narae.testing.memory_store import MemoryStore
from narae.testing.stage import Stage

SALES = DagSpec(
    dag_id="sales",
    timetable=Never(),
    tasks=(
        TaskSpec(task_id="a", operator="X"),
        TaskSpec(task_id="b", operator="X", upstream=("a",)),
    ),
)


class Ear:
    def __init__(self) -> None:
        self.heard = True
        self.told: list[Changed] = []

    def tell(self, changed: Changed) -> None:
        self.told.append(changed)

    def take(self) -> set[tuple[str, ...]]:
        told, self.told = self.told, []
        return {
            tuple(part for part in (c.kind, c.dag_id, c.run_id, c.state) if part)
            for changed in told
            for c in changed.changes
        }


class Heard:
    """A stage with a log that hears its wake-ups as the engine's loop does."""

    def __init__(self) -> None:
        self.ear = Ear()
        self.store = MemoryStore()
        self.log = ChangeLog(self.ear, runs=self.runs)
        self.stage = Stage(store=self.store, witness=Witnesses(self.log))
        self.asked: list[RunUid] = []

    def runs(self, uids: Any) -> list[Run]:
        self.asked += uids
        return self.store.runs(RunQuery(uids=tuple(uids)))


@pytest.fixture
def heard() -> Heard:
    return Heard()


def test_a_run_tells_of_itself_and_its_tasks(heard: Heard) -> None:
    heard.stage.add_dag(SALES)
    run = heard.stage.trigger("sales")
    heard.stage.play()
    states = [c.state for t in heard.ear.told for c in t.changes if c.kind is ChangeKind.RUN]
    assert states[-1] == "success"
    assert heard.ear.take() >= {
        ("run", "sales", run.run_id, "running"),
        ("run", "sales", run.run_id, "success"),
        ("task_instances", "sales", run.run_id),
    }


def test_one_turn_is_told_at_once_and_each_place_once(heard: Heard) -> None:
    heard.stage.add_dag(SALES)
    heard.stage.play()
    heard.ear.take()
    for number in range(5):
        run = heard.stage.trigger("sales", run_id=f"r{number}")
        heard.log.woken(Wake(runs=(run.uid,)))
    heard.stage.turn()
    (told,) = heard.ear.told
    places = [(c.kind, c.run_id) for c in told.changes]
    assert len(places) == len(set(places)) == 10


def test_nothing_is_gathered_while_nobody_listens(heard: Heard) -> None:
    heard.ear.heard = False
    heard.stage.add_dag(SALES)
    run = heard.stage.trigger("sales")
    heard.log.woken(Wake(runs=(run.uid,), pools=True))
    heard.stage.play()
    heard.ear.heard = True
    heard.stage.turn()
    assert heard.ear.told == []
    assert heard.asked == []


def test_what_others_commit_is_told_too(heard: Heard) -> None:
    heard.stage.add_dag(SALES)
    run = heard.stage.trigger("sales")
    heard.stage.play()
    heard.ear.take()
    wake = Wake(
        runs=(run.uid, "unknown"), dags=("sales",), pools=True, variables=("x",), connections=("y",)
    )
    heard.log.woken(wake)
    heard.stage.wake(wake)
    heard.stage.turn()
    assert heard.ear.take() == {
        ("run", "sales", run.run_id, "success"),
        ("task_instances", "sales", run.run_id),
        ("dag", "sales"),
        ("pools",),
        ("variables",),
        ("connections",),
    }
    assert set(heard.asked) == {run.uid, "unknown"}  # it has ended, so it is not in memory


def test_nobody_knowing_what_changed_is_everything(heard: Heard) -> None:
    heard.log.woken(Wake(everything=True))
    heard.stage.turn()
    assert any(changed.everything for changed in heard.ear.told)


def test_broken_files_are_told_when_they_come_and_go(heard: Heard) -> None:
    bad = ParsedFile(
        file="a.py",
        code_version="1",
        file_hash="1",
        failures=(ImportFailure(file="a.py", message="no"),),
    )
    good = ParsedFile(file="a.py", code_version="1", file_hash="1")
    errors = Change(kind=ChangeKind.IMPORT_ERRORS)
    for message, told in (
        (Parsed(seq=1, folder="/d", files=(good,)), False),
        (Parsed(seq=2, folder="/d", files=(bad,)), True),
        (Parsed(seq=3, folder="/d", files=(bad,)), True),
        (Parsed(seq=4, folder="/d", files=(good,)), True),
        (Parsed(seq=5, folder="/d", files=(good,)), False),
        (Parsed(seq=6, folder="/d", files=(bad,)), True),
        (Gone(seq=7, folder="/d", files=("a.py",)), True),
        (Gone(seq=8, folder="/d", files=("a.py",)), False),
        (LoaderBeat(at=datetime.now(UTC)), False),
    ):
        heard.ear.told.clear()
        heard.log.loader_said(message)
        heard.stage.turn()
        assert (errors in [c for t in heard.ear.told for c in t.changes]) is told, message
