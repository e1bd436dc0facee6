"""The grid, one run over time, and counts by day: on SQLite and PostgreSQL."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from narae.core.commands import Command, CreateRun, Expand
from narae.core.ids import RunUid
from narae.core.run import Instance
from narae.core.states import RunState, RunType, TaskState
from narae.storage.queries import GRID_RUNS_MAX, QueryError
from narae.storage.store import SqlStore
from narae.testing import samples as s
from narae.testing.samples import FOLDER, NOON, Samples, later


def millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)


@pytest.fixture
def played(sql_store: SqlStore, samples: Samples) -> SqlStore:
    """Three runs of ``sales``: one with a task that ended, one mapped, one without tasks."""
    sql_store.record_parsed([s.parsed(s.spec())], folder=FOLDER, now=NOON, paused=True)
    first, second, third = (
        samples.run(run_id=f"r{n}", run_after=later(n), state=state, run_type=kind)
        for n, (state, kind) in enumerate(
            (
                (RunState.SUCCESS, RunType.MANUAL),
                (RunState.FAILED, RunType.SCHEDULED),
                (RunState.QUEUED, RunType.MANUAL),
            )
        )
    )
    one, two = s.create(first, 'with "quotes"', "load"), s.create(second, "mapped", "load")
    sql_store.apply([one, two, CreateRun(run=third, instances=())], now=NOON)
    start = samples.start(one.instances[0])
    begin = s.begin(start.after)
    noted = s.change(one.instances[1], note="look")
    mapped = two.instances[0]
    expanded = tuple(
        Instance(
            run=second.uid,
            task_id="mapped",
            map_index=n,
            state=TaskState.SUCCESS if n < 3 else TaskState.FAILED,
            try_number=n + 1,
            revision=mapped.revision + 1,
            started_at=later(n),
            ended_at=later(2 * n),
        )
        for n in range(5)
    )
    commands: list[Command] = [start, begin, s.end(begin.after), noted]
    commands.append(Expand(before=mapped, after=expanded))
    assert all(sql_store.apply(commands, now=NOON))
    return sql_store


def test_the_grid_shows_runs_latest_first_with_their_tasks(played: SqlStore) -> None:
    third, second, first = played.queries.grid("sales")
    assert [run.run_id for run in (first, second, third)] == ["r0", "r1", "r2"]
    assert (first.state, first.run_type, first.run_after) == (
        RunState.SUCCESS,
        RunType.MANUAL,
        NOON,
    )
    assert sorted(msgspec.json.decode(first.cells)) == [
        ["load", "scheduled", 0, None, None, 1],
        ['with "quotes"', "success", 1, millis(later(1)), millis(later(2)), 0],
    ]
    assert msgspec.json.decode(second.cells) == [["load", "scheduled", 0, None, None, 0]]
    assert msgspec.json.decode(second.mapped) == [
        ["mapped", "failed", 2, 5, millis(later(3)), millis(later(8))],
        ["mapped", "success", 3, 3, millis(later(0)), millis(later(4))],
    ]
    assert (bytes(first.mapped), bytes(third.cells)) == (b"[]", b"[]")
    assert b'"cells":[["load"' in msgspec.json.encode(second)


def test_the_grid_can_be_narrowed(played: SqlStore) -> None:
    queries = played.queries
    assert [run.run_id for run in queries.grid("sales", runs=1)] == ["r2"]
    assert [run.run_id for run in queries.grid("sales", until=later(1))] == ["r1", "r0"]
    assert [run.run_id for run in queries.grid("sales", types=[RunType.SCHEDULED])] == ["r1"]
    states = [RunState.FAILED, RunState.SUCCESS]
    assert [run.run_id for run in queries.grid("sales", states=states)] == ["r1", "r0"]
    assert queries.grid("none") == []
    for runs in (0, GRID_RUNS_MAX + 1):
        with pytest.raises(QueryError, match="from 1 to"):
            queries.grid("sales", runs=runs)


def test_a_run_over_time_has_its_instances_and_attempts(played: SqlStore) -> None:
    run = played.queries.grid("sales")[-1]
    gantt = played.queries.gantt(run.uid)
    assert ['with "quotes"', -1, "success", 1, millis(later(1)), millis(later(2))] in (
        msgspec.json.decode(gantt.instances)
    )
    assert msgspec.json.decode(gantt.attempts) == [
        ['with "quotes"', -1, 1, None, millis(NOON), millis(later(1)), millis(later(2))]
    ]
    nothing = played.queries.gantt(RunUid("none"))
    assert (bytes(nothing.instances), bytes(nothing.attempts)) == (b"[]", b"[]")


def test_days_are_those_of_the_zone(sql_store: SqlStore, samples: Samples) -> None:
    hours = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(48)]
    runs = [
        samples.run(
            run_id=str(n), logical_date=at, state=RunState.FAILED if n % 2 else RunState.SUCCESS
        )
        for n, at in enumerate(hours)
    ]
    sql_store.apply([s.create(run, "x") for run in runs], now=NOON)
    queries, span = sql_store.queries, {"since": hours[0], "until": hours[0] + timedelta(days=9)}
    half = {RunState.SUCCESS: 12, RunState.FAILED: 12}
    assert queries.calendar("sales", zone=UTC, **span) == {
        date(2026, 1, 1): half,
        date(2026, 1, 2): half,
    }
    kathmandu = queries.calendar("sales", zone=ZoneInfo("Asia/Kathmandu"), **span)
    assert [sum(day.values()) for day in kathmandu.values()] == [19, 24, 5]  # +05:45
    assert queries.calendar("other", zone=UTC, **span) == {}
    early = queries.calendar("sales", since=hours[0], until=hours[1], zone=UTC)
    assert early == {date(2026, 1, 1): {RunState.SUCCESS: 1}}


def test_states_are_counted_in_a_window(played: SqlStore) -> None:
    counts = played.queries.metrics(since=NOON, until=later(1))
    assert counts.runs == {RunState.SUCCESS: 1, RunState.FAILED: 1}
    assert counts.tasks == {TaskState.SUCCESS: 4, TaskState.FAILED: 2, TaskState.SCHEDULED: 2}
