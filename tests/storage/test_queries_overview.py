"""How a deployment stands, every DAG in one answer, and a search: on SQLite and PostgreSQL."""

from typing import Any

import msgspec
import pytest

from narae.core.commands import CreateRun
from narae.core.ids import RunUid
from narae.core.run import Cause, CauseKind, Instance
from narae.core.spec import DagSpec, ImportFailure, TaskSpec
from narae.core.states import RunState, RunType, TaskState
from narae.core.timetables.spec import CronInterval, Never
from narae.storage import tables as t
from narae.storage.queries import overview
from narae.storage.store import SqlStore
from narae.testing import samples as s
from narae.testing.samples import FOLDER, NOON, Samples, later

ALPHA = DagSpec(
    dag_id="alpha",
    timetable=CronInterval(expression="0 3 * * *", timezone="Asia/Seoul"),
    schedule_text="0 3 * * *",
    timezone="Asia/Seoul",
    description='says "hello" ' + "x" * 300,
    tags=("hr", 'a"b'),
    tasks=(
        TaskSpec(task_id="Extract", operator="BashOperator", owner='Ann "A"'),
        TaskSpec(task_id="load", operator="PythonOperator", owner="bob"),
    ),
)
BETA = DagSpec(dag_id="beta", timetable=Never(), display_name="The Second %")
SEEN = frozenset({"beta"})
NONE: frozenset[str] = frozenset()


@pytest.fixture
def full(sql_store: SqlStore, samples: Samples) -> SqlStore:
    """Of alpha a run that failed and one that runs; beta has none, and its file is broken."""
    files = [
        s.parsed(ALPHA, file="a.py"),
        s.parsed(BETA, file="b.py"),
        s.parsed(s.spec("gone"), file="g.py"),
        s.parsed(file="b.py", failures=(ImportFailure(file="b.py", message="no"),)),
        s.parsed(file="g.py"),
    ]
    sql_store.record_parsed(files, folder=FOLDER, now=NOON, paused=False)
    lost = samples.run(dag_id="alpha", run_id="lost", state=RunState.FAILED, ended_at=later(3))
    going = samples.run(
        dag_id="alpha", run_id="going", run_after=later(5), state=RunState.RUNNING, started_at=NOON
    )
    waiting = samples.run(dag_id="alpha", run_id="waiting", run_after=later(4))
    create, second = s.create(lost, "Extract", "load"), s.create(going, "Extract")
    idle = Instance(run=going.uid, task_id="load")
    third = CreateRun(run=waiting, instances=(Instance(run=waiting.uid, task_id="load"),))
    second = msgspec.structs.replace(second, instances=(*second.instances, idle))
    start = samples.start(create.instances[0])
    begin = s.begin(start.after)
    cause = Cause(kind=CauseKind.USER_ERROR, words="ValueError: no fish")
    end = s.end(begin.after, state=TaskState.FAILED, cause=cause)
    assert all(sql_store.apply([create, second, third, start, begin, end], now=NOON))
    return sql_store


def rows(raw: Any) -> Any:
    return msgspec.json.decode(raw)


def test_every_dag_is_in_one_answer(full: SqlStore) -> None:
    alpha, beta = rows(full.queries.dag_table("kim"))
    assert alpha[:2] == ["alpha", "alpha"]
    assert (len(alpha[2]), alpha[2][:12]) == (200, 'says "hello"')
    assert (alpha[3], alpha[4]) == (['Ann "A"', "bob"], ['a"b', "hr"])
    assert alpha[5:9] == [0, 0, 0, "0 3 * * *"]
    assert alpha[9] == {
        "type": "cron_interval",
        "expression": "0 3 * * *",
        "timezone": "Asia/Seoul",
    }
    assert alpha[10:14] == ["Asia/Seoul", None, "going", "running"]
    assert alpha[14:] == [millis(5), millis(0), None, 1, 1, 16, "a.py"]
    assert beta[:6] == ["beta", "The Second %", None, [], [], 0]
    assert (beta[6], beta[9], beta[12:14]) == (1, {"type": "never"}, [None, None])


def millis(minutes: float) -> int:
    return round(later(minutes).timestamp() * 1000)


def test_only_dags_in_sight_are_there(full: SqlStore) -> None:
    assert [row[0] for row in rows(full.queries.dag_table("kim", visible=SEEN))] == ["beta"]
    assert rows(full.queries.dag_table("kim", visible=NONE)) == []


def test_favourites_are_those_of_who_asks(full: SqlStore) -> None:
    with full._database.writing() as connection:
        connection.execute(t.dag_favorite.insert().values(user="kim", dag_id="beta"))
    assert [row[7] for row in rows(full.queries.dag_table("kim"))] == [0, 1]
    assert [row[7] for row in rows(full.queries.dag_table("min"))] == [0, 0]


def test_the_latest_runs_of_several_dags_come_together(full: SqlStore) -> None:
    found = full.queries.latest_runs(["beta", "alpha", "alpha", "none"], runs=2)
    assert list(found) == ["alpha"]
    assert [row[:3] for row in rows(found["alpha"].rows)] == [
        ["going", "running", "manual"],
        ["waiting", "queued", "manual"],
    ]
    assert rows(found["alpha"].rows)[0][3:] == [millis(5), millis(0), None]
    assert len(found["alpha"].telling) == 2
    assert full.queries.latest_runs([], runs=2) == {}


def test_without_a_run_that_goes_on_the_latest_one_tells(
    sql_store: SqlStore, samples: Samples
) -> None:
    runs = [
        samples.run(run_id=f"r{n}", run_after=later(n), state=RunState.SUCCESS) for n in range(3)
    ]
    sql_store.apply([s.create(run) for run in runs], now=NOON)
    assert sql_store.queries.latest_runs(["sales"], runs=9)["sales"].telling == (runs[2].uid,)


def test_runs_and_tasks_are_counted_as_they_stand(full: SqlStore) -> None:
    queries = full.queries
    assert queries.active_runs() == {RunState.QUEUED: 1, RunState.RUNNING: 1}
    assert queries.ended_runs(since=NOON) == {RunState.FAILED: 1}
    assert queries.ended_runs(since=later(9)) == {}
    # what is in a run that is queued does not wait yet
    assert queries.open_tasks() == {TaskState.NONE: 1, TaskState.SCHEDULED: 2}
    for visible in (SEEN, NONE):
        assert queries.active_runs(visible=visible) == {}
        assert queries.ended_runs(since=NOON, visible=visible) == {}
        assert queries.open_tasks(visible=visible) == {}


def test_counts_have_an_end(full: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "COUNT_MAX", 1)
    assert full.queries.open_tasks() == {TaskState.NONE: 1, TaskState.SCHEDULED: 1}


def test_failures_say_how_they_came_about(full: SqlStore) -> None:
    found = full.queries.failures(since=NOON, limit=50)
    (failure,) = found.rows
    assert (failure.dag_id, failure.run_id, failure.task_id) == ("alpha", "lost", "Extract")
    assert (failure.ended_at, failure.try_number, found.total) == (later(2), 1, 1)
    assert failure.cause is not None
    assert failure.cause.words == "ValueError: no fish"
    assert full.queries.failures(since=later(3), limit=50).total == 0
    assert full.queries.failures(since=NOON, limit=50, visible=SEEN).rows == []


def test_more_failures_than_are_shown_are_counted(sql_store: SqlStore, samples: Samples) -> None:
    creates = [s.create(samples.run(run_id=f"r{n}"), "a", "b") for n in range(3)]
    failed = [
        s.change(each, state=TaskState.FAILED, ended_at=later(n))
        for n, create in enumerate(creates)
        for each in create.instances
    ]
    sql_store.apply([*creates, *failed], now=NOON)
    found = sql_store.queries.failures(since=NOON, limit=2)
    assert ([row.run_id for row in found.rows], found.total) == (["r2", "r2"], 6)
    assert found.rows[0].cause is None


def test_dags_are_counted(full: SqlStore) -> None:
    numbers = full.queries.dag_numbers()
    assert (numbers.total, numbers.paused, numbers.broken, numbers.running) == (2, 0, 1, 1)
    numbers = full.queries.dag_numbers(visible=SEEN)
    assert (numbers.total, numbers.broken, numbers.running) == (1, 1, 0)


def test_what_comes_next_comes_first(full: SqlStore) -> None:
    assert full.queries.coming(limit=9) == []
    with full._database.writing() as connection:
        for dag_id, minutes in (("alpha", 9), ("beta", 5), ("gone", 1)):
            row = t.dag.update().where(t.dag.c.dag_id == dag_id)
            connection.execute(row.values(next_run_after=later(minutes)))
    found = full.queries.coming(limit=9)
    assert [(each.dag_id, each.run_after) for each in found] == [
        ("beta", later(5)),
        ("alpha", later(9)),
    ]
    assert (found[1].timezone, found[1].schedule_text) == ("Asia/Seoul", "0 3 * * *")
    assert [each.dag_id for each in full.queries.coming(limit=1)] == ["beta"]


def test_a_stretch_of_time_is_counted(full: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    found = full.queries.counted(since=NOON, until=later(5))
    assert found.run_states == {RunState.FAILED: 1, RunState.QUEUED: 1}
    assert found.run_types == {RunType.MANUAL: 2}
    assert found.tasks == {TaskState.FAILED: 1, TaskState.SCHEDULED: 1, TaskState.NONE: 1}
    assert found.complete
    assert full.queries.counted(since=NOON, until=later(9), visible=SEEN).run_states == {}
    monkeypatch.setattr(overview, "COUNTED_RUNS_MAX", 1)
    found = full.queries.counted(since=NOON, until=later(5))
    assert (found.run_states, found.complete) == ({RunState.QUEUED: 1}, False)


def test_a_few_letters_find_dags(full: SqlStore) -> None:
    def found(part: str, **more: Any) -> list[str]:
        return [row.dag_id for row in full.queries.dags_named(part, limit=9, **more)]

    assert found("A") == ["alpha", "beta"]  # what begins with it stands first
    assert found("second %") == ["beta"]
    assert found('a"B') == ["alpha"]
    assert (found("%"), found("gone"), found("\0"), found("a", visible=NONE)) == (
        ["beta"],
        [],
        [],
        [],
    )
    assert full.queries.dags_named("hr", limit=9)[0].tags == ('a"b', "hr")


def test_a_few_letters_find_runs(full: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def found(prefix: str, **more: Any) -> list[str]:
        return [row.run_id for row in full.queries.runs_named(prefix, limit=9, **more)]

    assert found("lo") == ["lost"]
    assert (found("ost"), found("\0"), found("lo", visible=SEEN)) == ([], [], [])
    monkeypatch.setattr("narae.storage.queries.search.RUNS_WALKED", 1)
    assert found("lost") == ["lost"]  # however long ago
    assert (found("")[0], set(found(""))) == ("waiting", {"waiting", "going", "lost"})


def test_a_few_letters_find_tasks(full: SqlStore) -> None:
    def found(part: str, **more: Any) -> list[tuple[str, str]]:
        rows = full.queries.tasks_named(part, limit=9, **more)
        return [(row.dag_id, row.task_id) for row in rows]

    assert found("extr") == [("alpha", "Extract")]
    assert (found("gone"), found("\0"), found("extr", visible=SEEN)) == ([], [], [])
    assert len(full.queries.tasks_named("", limit=1)) == 1


def test_a_dag_names_others(full: SqlStore) -> None:
    spec = DagSpec(
        dag_id="alpha",
        timetable=Never(),
        tasks=(
            TaskSpec(task_id="go", operator="X", operator_facts={"trigger_dag_id": "beta"}),
            TaskSpec(
                task_id="wait",
                operator="X",
                operator_facts={"external_dag_id": "beta", "external_task_ids": ["a", "b"]},
            ),
        ),
    )
    full.record_parsed([s.parsed(spec, file="a.py")], folder=FOLDER, now=later(1), paused=False)
    named = {row.dag_id: row.spec_id for row in full.queries.dags_named_briefly()}
    assert list(named) == ["alpha", "beta"]
    said = dict(full.queries.references(list(named.values())))
    assert [
        (each.kind, each.name, each.task_id, each.other_task_id) for each in said[named["alpha"]]
    ] == [
        ("triggers", "beta", "go", None),
        ("waits", "beta", "wait", "a"),
        ("waits", "beta", "wait", "b"),
    ]
    assert said[named["beta"]] == ()
    assert full.queries.version_span("alpha")[0] == 2


def test_files_and_confs_are_told(full: SqlStore, samples: Samples) -> None:
    facts = full.queries.file_facts(FOLDER, "a.py")
    assert facts is not None
    assert full.queries.file_facts(FOLDER, "none.py") is None
    runs = [
        samples.run(run_id=f"c{n}", run_after=later(n), conf={"n": n} if n else {}, run_type=kind)
        for n, kind in enumerate([RunType.MANUAL, RunType.MANUAL, RunType.SCHEDULED])
    ]
    full.apply([s.create(run) for run in runs], now=NOON)
    assert [run.conf for run in full.queries.recent_confs("sales", limit=9)] == [{"n": 1}]
    assert full.queries.outcomes(["none"]) == {}


def test_times_of_tasks_are_added_up(full: SqlStore, samples: Samples) -> None:
    run = samples.run(run_id="wide", state=RunState.SUCCESS, started_at=NOON, ended_at=later(9))
    instances = tuple(
        Instance(
            run=run.uid,
            task_id="many",
            map_index=n,
            state=TaskState.FAILED if n == 2 else TaskState.SUCCESS,
            try_number=n,
            started_at=later(n),
            ended_at=later(2 * n),
            label=f"no {n}" if n else None,
        )
        for n in range(3)
    )
    full.apply([CreateRun(run=run, instances=instances)], now=NOON)
    (found,) = full.queries.durations("sales", limit=5, task_ids=["many", "none"])
    assert (found.run_id, found.run_after, found.ended_at) == ("wide", NOON, later(9))
    assert rows(found.tasks) == [
        ["many", 3, 2, None, millis(0), millis(4), 180_000, 120_000, 1],
    ]
    assert full.queries.durations("sales", limit=5, task_ids=[], types=[RunType.SCHEDULED]) == []
    (found,) = full.queries.durations("sales", limit=5, task_ids=[], states=[RunState.SUCCESS])
    assert rows(found.tasks) == []
    assert full.queries.durations("sales", limit=5, task_ids=[], until=later(-1)) == []

    mapped = full.queries.mapped_instances(run.uid, "many", limit=9)
    assert mapped.counts == {TaskState.FAILED: 1, TaskState.SUCCESS: 2}
    assert rows(mapped.rows)[1] == [1, "success", 1, None, millis(1), millis(2), "no 1", 0]
    failed = full.queries.mapped_instances(run.uid, "many", states=[TaskState.FAILED], limit=9)
    assert [row[0] for row in rows(failed.rows)] == [2]
    assert len(rows(full.queries.mapped_instances(run.uid, "many", limit=1).rows)) == 1
    assert rows(full.queries.mapped_instances(RunUid("none"), "many", limit=1).rows) == []
    assert full.queries.attempts_counted(run.uid, limit=5) == 0
