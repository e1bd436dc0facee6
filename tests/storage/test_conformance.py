"""What every store does with commands: one suite for memory, SQLite and PostgreSQL."""

import threading
from datetime import datetime
from typing import Any

import msgspec
import pytest

from narae.core.commands import (
    AddInstances,
    Audit,
    ChangeDag,
    ChangeRun,
    Command,
    CreateRun,
    Expand,
    KillAttempt,
    PutBackfill,
)
from narae.core.ids import AttemptId, RunUid, TaskRef
from narae.core.reports import XComValue
from narae.core.requests import GetXCom
from narae.core.run import (
    Backfill,
    BackfillState,
    Branch,
    Cause,
    CauseKind,
    Figures,
    Instance,
    Resume,
    Run,
)
from narae.core.states import RunState, RunType, TaskState
from narae.core.timetables.spec import DataInterval
from narae.engine.ports import RunQuery, Store
from narae.testing import samples as s
from narae.testing.samples import FOLDER, NOON, Samples, later

replace = msgspec.structs.replace


def took(store: Store, *commands: Command) -> list[bool]:
    return store.apply(commands, now=NOON)


def new_run(store: Store, samples: Samples, *task_ids: str, **more: Any) -> Run:
    run = samples.run(**more)
    assert took(store, s.create(run, *task_ids)) == [True]
    return run


def one(store: Store, run: Run, task_id: str = "extract", map_index: int = -1) -> Instance:
    return next(i for i in store.instances(run.uid) if i.ref == TaskRef(task_id, map_index))


def running(store: Store, samples: Samples, run: Run) -> Instance:
    start = samples.start(one(store, run))
    begin = s.begin(start.after)
    assert took(store, start, begin) == [True, True]
    return begin.after


def values(store: Store, run: Run, key: str = "return_value") -> list[bytes]:
    query = GetXCom(dag_id=run.dag_id, run_id=run.run_id, key=key)
    return [row.value for row in store.xcoms(query)]


# -- runs -----------------------------------------------------------------------------------


def test_an_empty_batch_is_fine(store: Store) -> None:
    assert took(store) == []


def test_a_run_comes_back_as_it_was_put(store: Store, samples: Samples) -> None:
    run = samples.run(
        run_type=RunType.SCHEDULED,
        state=RunState.RUNNING,
        logical_date=NOON,
        interval=DataInterval(start=NOON, end=later(60)),
        run_after=later(60),
        conf={"a": [1, {"b": None}], "나래": "é"},
        started_at=later(61),
        ended_at=datetime.fromisoformat("2026-01-01T12:00:00.000001+00:00"),
        backfill_id=7,
        triggered_by="min",
        note="n",
        reason="r",
        clear_number=2,
        revision=3,
    )
    assert took(store, s.create(run)) == [True]
    assert store.runs(RunQuery()) == [run]


def test_an_instance_comes_back_as_it_was_put(store: Store, samples: Samples) -> None:
    run = samples.run()
    instance = Instance(
        run=run.uid,
        task_id="g.t",
        map_index=12,
        path=(3, 0),
        expanded=False,
        state=TaskState.DEFERRED,
        revision=9,
        try_number=2,
        max_tries=3,
        lost=2,
        attempt=None,
        fence=4,
        pool="p",
        pool_slots=2,
        priority=10**12,
        queue="q",
        not_before=later(1),
        scheduled_at=later(2),
        queued_at=later(3),
        first_started_at=later(4),
        started_at=later(5),
        ended_at=later(6),
        branch=Branch(followed=("x",), skipped=("y",)),
        lengths={"return_value": 3},
        resume=Resume(method="go_on", kwargs={"a": 1}, event={"b": [2]}),
        label="l",
        note="n",
    )
    assert took(store, CreateRun(run=run, instances=(instance,))) == [True]
    assert store.instances(run.uid) == [instance]


def test_instances_are_sorted_by_task_and_index(store: Store, samples: Samples) -> None:
    run = samples.run()
    refs = [("b", 2), ("b", 10), ("B", -1), ("a_", 0), ("a.", 0)]
    instances = tuple(Instance(run=run.uid, task_id=t, map_index=m) for t, m in refs)
    took(store, CreateRun(run=run, instances=instances))
    assert [i.ref for i in store.instances(run.uid)] == sorted(refs)
    assert list(store.instance_states(run.uid)) == sorted(refs)


@pytest.mark.parametrize(
    "same",
    [{"run_id": "x"}, {"run_id": "x", "dag_id": "sales"}, {"logical_date": NOON}],
)
def test_a_run_is_not_made_twice(store: Store, samples: Samples, same: dict[str, Any]) -> None:
    first, second = samples.run(**same), samples.run(**same)
    assert took(store, s.create(first), s.create(second)) == [True, False]
    assert [run.uid for run in store.runs(RunQuery())] == [first.uid]
    assert store.instances(second.uid) == []


def test_another_dag_may_use_the_same_names_and_dates(store: Store, samples: Samples) -> None:
    runs = [samples.run(run_id="x", logical_date=NOON, dag_id=name) for name in ("a", "b")]
    assert took(store, *(s.create(run) for run in runs)) == [True, True]


def test_runs_without_a_logical_date_do_not_collide(store: Store, samples: Samples) -> None:
    assert took(store, s.create(samples.run()), s.create(samples.run())) == [True, True]


def test_a_run_moves_only_from_the_revision_that_was_seen(store: Store, samples: Samples) -> None:
    run = new_run(store, samples)
    after = replace(run, state=RunState.RUNNING, revision=1, started_at=later(1))
    owed = s.callback(run)
    move = ChangeRun(before=run, after=after, callback=owed)
    again = replace(move, after=replace(after, note="late"), callback=s.callback(run, id="two"))
    assert took(store, move, again) == [True, False]
    assert store.runs(RunQuery(uids=(run.uid,))) == [after]
    assert store.callbacks() == [owed]


def test_runs_are_found_by_everything_that_is_given(store: Store, samples: Samples) -> None:
    facts: list[dict[str, Any]] = [
        {"state": RunState.RUNNING},
        {"state": RunState.SUCCESS, "backfill_id": 5},
        {"dag_id": "other"},
        {"run_type": RunType.MANUAL, "run_id": "mine"},
    ]
    scheduled = {"run_type": RunType.SCHEDULED}
    runs = [
        new_run(store, samples, logical_date=later(n), **(scheduled | more))
        for n, more in enumerate(facts)
    ]
    undated = new_run(store, samples, run_after=later(1.5))
    for query, expected in (
        (RunQuery(), [runs[0], runs[1], undated, runs[2], runs[3]]),
        (RunQuery(latest_first=True, limit=2), [runs[3], runs[2]]),
        (RunQuery(uids=(runs[2].uid, runs[0].uid)), [runs[0], runs[2]]),
        (RunQuery(uids=()), []),
        (RunQuery(dag_id="other"), [runs[2]]),
        (RunQuery(run_ids=("mine", "none")), [runs[3]]),
        (RunQuery(logical_dates=(later(1), later(99))), [runs[1]]),
        (RunQuery(states=(RunState.RUNNING, RunState.SUCCESS)), runs[:2]),
        (RunQuery(types=(RunType.MANUAL,)), [undated, runs[3]]),
        (RunQuery(backfill_id=5), [runs[1]]),
        (RunQuery(since=later(1), until=later(2)), [runs[1], runs[2]]),
        (RunQuery(dag_id="sales", states=(RunState.QUEUED,), until=later(9)), [runs[3]]),
    ):
        assert store.runs(query) == expected, query


def test_the_previous_run_is_the_latest_before(store: Store, samples: Samples) -> None:
    first = new_run(store, samples, logical_date=later(1), run_type=RunType.SCHEDULED)
    asked = new_run(store, samples, logical_date=later(2))
    last = new_run(store, samples, logical_date=later(3), run_type=RunType.BACKFILL)
    new_run(store, samples, logical_date=later(2.5), dag_id="other")
    undated = new_run(store, samples)
    assert store.previous_run(last, scheduled_only=False) == asked
    assert store.previous_run(last, scheduled_only=True) == first
    assert store.previous_run(first, scheduled_only=False) is None
    assert store.previous_run(undated, scheduled_only=False) is None


def test_runs_as_user_code_sees_them(store: Store, samples: Samples) -> None:
    interval = DataInterval(start=NOON, end=later(1))
    run = new_run(store, samples, logical_date=NOON, interval=interval, conf={"a": 1})
    (row,) = store.run_rows([run])
    assert (row.run_id, row.state, row.interval_end, row.conf) == (
        *(run.run_id, "queued", later(1)),
        {"a": 1},
    )


# -- instances and attempts -----------------------------------------------------------------


def test_an_instance_moves_only_from_the_revision_that_was_seen(
    store: Store, samples: Samples
) -> None:
    run = new_run(store, samples)
    before = one(store, run)
    first, stale = s.change(before, note="first"), s.change(before, note="stale")
    assert took(store, first, stale) == [True, False]
    assert one(store, run) == first.after
    assert took(store, stale) == [False]


def test_an_unknown_instance_does_not_move(store: Store, samples: Samples) -> None:
    run = samples.run()
    assert took(store, s.change(Instance(run=run.uid, task_id="a"), note="x")) == [False]


def test_after_a_stale_command_none_about_its_row_takes(store: Store, samples: Samples) -> None:
    """Somebody else moved the row, so that the second command's revision fits by chance."""
    run = new_run(store, samples)
    before = one(store, run)
    others = s.change(before, state=TaskState.SUCCESS)
    assert took(store, others) == [True]
    mine = s.change(before, note="mine")
    load = s.change(one(store, run, "load"), note="of another row")
    assert took(store, mine, samples.start(mine.after), load) == [False, False, True]
    assert one(store, run) == others.after
    assert one(store, run, "load") == load.after


def test_a_second_thought_from_an_old_view_does_not_take(store: Store, samples: Samples) -> None:
    run = new_run(store, samples)
    first = s.change(one(store, run), note="first")
    second, third = s.change(first.before, note="second"), s.change(first.after, note="third")
    assert took(store, first, second, third) == [True, False, False]
    assert one(store, run) == first.after


def test_a_run_that_others_moved_is_left_alone(store: Store, samples: Samples) -> None:
    run = new_run(store, samples)
    theirs = replace(run, state=RunState.FAILED, revision=1)
    mine = replace(run, state=RunState.RUNNING, revision=1)
    over = replace(mine, state=RunState.SUCCESS, revision=2)
    assert took(store, ChangeRun(before=run, after=theirs)) == [True]
    commands = ChangeRun(before=run, after=mine), ChangeRun(before=mine, after=over)
    assert took(store, *commands) == [False, False]
    assert store.runs(RunQuery()) == [theirs]


def test_what_builds_on_a_stale_command_does_not_take(store: Store, samples: Samples) -> None:
    run = new_run(store, samples)
    ahead = s.change(replace(one(store, run), revision=5), note="ahead")
    start = samples.start(ahead.after)
    assert took(store, ahead, start) == [False, False]
    assert store.open_attempts() == []


def test_an_attempt_lives_from_start_to_end(store: Store, samples: Samples) -> None:
    run = new_run(store, samples)
    start = samples.start(one(store, run))
    assert took(store, start) == [True]
    assert one(store, run) == start.after
    assert store.open_attempts() == [start.attempt]
    begin = s.begin(start.after)
    assert took(store, begin) == [True]
    known = replace(start.attempt, started_at=later(1), holder="supervisor-1", host="box", pid=4711)
    assert store.open_attempts() == [known]
    cause = Cause(kind=CauseKind.USER_ERROR, words="ValueError: x", traceback="t", exit_code=1)
    figures = Figures(wall_seconds=1.5, cpu_seconds=0.25, memory_peak_bytes=2**33)
    owed = s.callback(run)
    ended = s.end(begin.after, state=TaskState.FAILED, cause=cause, figures=figures, callback=owed)
    assert took(store, ended) == [True]
    assert one(store, run) == ended.after
    assert store.open_attempts() == []
    over = replace(known, ended_at=later(2), cause=cause, figures=figures)
    assert store.attempts(run.uid, TaskRef("extract")) == [over]
    assert store.callbacks() == [owed]


def test_a_whole_life_fits_into_one_batch(store: Store, samples: Samples) -> None:
    run = new_run(store, samples)
    scheduled = s.change(one(store, run), priority=9)
    start = samples.start(scheduled.after)
    begin = s.begin(start.after)
    ended = s.end(begin.after, xcoms=(XComValue(key="return_value", value=b"1"),))
    other = s.change(one(store, run, "load"), note="between")
    assert took(store, scheduled, start, other, begin, ended) == [True] * 5
    assert one(store, run) == ended.after
    assert one(store, run, "load") == other.after
    (attempt,) = store.attempts(run.uid, TaskRef("extract"))
    assert (attempt.started_at, attempt.ended_at) == (later(1), later(2))
    assert values(store, run) == [b"1"]


def test_a_second_try_in_one_batch_clears_what_the_first_pushed(
    store: Store, samples: Samples
) -> None:
    run = new_run(store, samples)
    first = samples.start(one(store, run))
    failed = s.end(
        first.after, state=TaskState.SCHEDULED, xcoms=(XComValue(key="return_value", value=b"1"),)
    )
    second = samples.start(failed.after)
    assert took(store, first, failed, second) == [True] * 3
    assert values(store, run) == []
    ended = s.end(second.after, xcoms=(XComValue(key="return_value", value=b"2"),))
    assert took(store, ended) == [True]
    assert values(store, run) == [b"2"]
    assert [a.fence for a in store.attempts(run.uid, TaskRef("extract"))] == [1, 2]


def test_two_batches_of_the_same_decision_start_one_attempt(store: Store, samples: Samples) -> None:
    run = new_run(store, samples)
    before = one(store, run)
    assert took(store, samples.start(before)) == [True]
    assert took(store, samples.start(before)) == [False]
    assert len(store.open_attempts()) == 1


def test_an_end_from_a_stale_view_changes_nothing(store: Store, samples: Samples) -> None:
    run = new_run(store, samples)
    current = running(store, samples, run)
    stale = s.end(
        replace(current, revision=current.revision - 1),
        xcoms=(XComValue(key="return_value", value=b"1"),),
        callback=s.callback(run),
    )
    assert took(store, stale) == [False]
    assert one(store, run) == current
    assert len(store.open_attempts()) == 1
    assert (values(store, run), store.callbacks()) == ([], [])


def test_a_kill_is_asked_for_while_the_attempt_is_open(store: Store, samples: Samples) -> None:
    run = new_run(store, samples)
    current = running(store, samples, run)
    assert current.attempt is not None
    cause = Cause(kind=CauseKind.CLEARED, by="min")
    kill = KillAttempt(attempt=current.attempt, cause=cause)
    assert took(store, kill, KillAttempt(attempt=AttemptId("x"), cause=cause)) == [True, False]
    assert store.open_attempts()[0].kill_reason == cause
    assert took(store, s.end(current), kill) == [True, False]


def test_a_kill_reaches_an_attempt_of_the_same_batch(store: Store, samples: Samples) -> None:
    run = new_run(store, samples)
    start = samples.start(one(store, run))
    kill = KillAttempt(attempt=start.attempt.id, cause=Cause(kind=CauseKind.FAIL_FAST))
    assert took(store, start, kill) == [True, True]


def test_leases_of_open_attempts_are_renewed(store: Store, samples: Samples) -> None:
    run = new_run(store, samples)
    start = samples.start(one(store, run))
    ended = samples.start(one(store, run, "load"))
    took(store, start, ended, s.end(ended.after))
    store.renew_leases([start.attempt.id, ended.attempt.id, AttemptId("x")], until=later(77))
    assert store.open_attempts()[0].lease_until == later(77)
    assert store.attempts(run.uid, TaskRef("load"))[0].lease_until == later(5)


def test_slots_are_counted_over_all_runs_of_a_dag(store: Store, samples: Samples) -> None:
    for dag_id in ("sales", "sales", "other"):
        run = new_run(store, samples, dag_id=dag_id)
        took(store, samples.start(one(store, run)))
    assert store.task_held("sales") == {"extract": 2}
    assert store.task_held("none") == {}


# -- mapping --------------------------------------------------------------------------------


def stand_in(store: Store, samples: Samples) -> tuple[Run, Instance]:
    run = samples.run()
    before = Instance(run=run.uid, task_id="m", expanded=False)
    took(store, CreateRun(run=run, instances=(before,)))
    return run, before


def mapped(run: Run, *indexes: int, revision: int = 0) -> tuple[Instance, ...]:
    return tuple(
        Instance(run=run.uid, task_id="m", map_index=i, path=(i,), revision=revision)
        for i in indexes
    )


def test_a_stand_in_gives_way_to_its_instances(store: Store, samples: Samples) -> None:
    run, before = stand_in(store, samples)
    expand = Expand(before=before, after=mapped(run, 0, 1, 2))
    assert took(store, expand, expand) == [True, False]
    assert store.instances(run.uid) == list(mapped(run, 0, 1, 2))


def test_a_stand_in_may_stay_as_one_of_its_instances(store: Store, samples: Samples) -> None:
    run, before = stand_in(store, samples)
    skipped = replace(before, state=TaskState.SKIPPED, expanded=True, revision=1)
    assert took(store, Expand(before=before, after=(skipped,))) == [True]
    assert store.instances(run.uid) == [skipped]


def test_a_stand_in_may_become_nothing(store: Store, samples: Samples) -> None:
    run, before = stand_in(store, samples)
    assert took(store, Expand(before=before, after=())) == [True]
    assert store.instances(run.uid) == []


def test_a_stale_expansion_adds_nothing(store: Store, samples: Samples) -> None:
    run, before = stand_in(store, samples)
    moved = s.change(before, note="moved")
    assert took(store, moved, Expand(before=before, after=mapped(run, 0))) == [True, False]
    assert store.instances(run.uid) == [moved.after]


def test_an_expansion_builds_on_a_change_of_the_same_batch(store: Store, samples: Samples) -> None:
    run, before = stand_in(store, samples)
    moved = s.change(before, note="moved")
    instances = mapped(run, 0, 1)
    start = samples.start(replace(instances[0], state=TaskState.SCHEDULED))
    assert took(store, moved, Expand(before=moved.after, after=instances), start) == [True] * 3
    assert [i.ref.map_index for i in store.instances(run.uid)] == [0, 1]


def test_an_expansion_never_replaces_an_instance(store: Store, samples: Samples) -> None:
    run, before = stand_in(store, samples)
    took(store, AddInstances(run=run.uid, instances=mapped(run, 1)))
    assert took(store, Expand(before=before, after=mapped(run, 0, 1))) == [False]
    assert [i.map_index for i in store.instances(run.uid)] == [-1, 1]


def test_instances_are_added_all_or_none(store: Store, samples: Samples) -> None:
    run = new_run(store, samples, "a")
    new = Instance(run=run.uid, task_id="b")
    both = AddInstances(run=run.uid, instances=(new, one(store, run, "a")))
    assert took(store, both) == [False]
    assert took(store, AddInstances(run=run.uid, instances=(new,))) == [True]
    assert took(store, AddInstances(run=RunUid("x"), instances=())) == [False]
    assert [i.task_id for i in store.instances(run.uid)] == ["a", "b"]


# -- DAGs, backfills, audit -----------------------------------------------------------------


def test_a_dag_row_moves_only_from_the_revision_that_was_seen(store: Store) -> None:
    store.record_parsed([s.parsed(s.spec())], folder=FOLDER, now=NOON, paused=True)
    (before,) = store.dags()
    interval = DataInterval(start=NOON, end=later(1))
    after = replace(
        before,
        is_paused=False,
        cursor=interval,
        next_interval=interval,
        next_run_after=later(9),
        failed_in_a_row=2,
        revision=1,
    )
    change = ChangeDag(before=before, after=after)
    assert took(store, change, change) == [True, False]
    assert store.dags() == [after]


def test_backfills_are_put_and_put_again(store: Store) -> None:
    first, second = store.next_backfill_id(), store.next_backfill_id()
    assert first != second
    backfill = Backfill(
        id=second, dag_id="sales", start=NOON, end=later(9), conf={"a": 1}, created_at=NOON
    )
    older = replace(backfill, id=first, state=BackfillState.PAUSED)
    assert took(store, PutBackfill(backfill=backfill), PutBackfill(backfill=older)) == [True] * 2
    assert store.backfills() == [older, backfill]
    done = replace(backfill, state=BackfillState.DONE, ended_at=later(10))
    assert took(store, PutBackfill(backfill=done)) == [True]
    assert store.backfills() == [older]
    assert store.backfills(active_only=False) == [older, done]


def test_a_backfill_number_in_use_is_never_given(store: Store) -> None:
    backfill = Backfill(id=40, dag_id="sales", start=NOON, end=NOON, created_at=NOON)
    took(store, PutBackfill(backfill=backfill))
    assert store.next_backfill_id() == 41


def test_an_audit_entry_always_takes(store: Store) -> None:
    entry = Audit(at=NOON, who="min", what="pause", dag_id="sales", detail={"a": 1})
    assert took(store, entry, entry) == [True, True]


# -- several writers ------------------------------------------------------------------------


def test_of_racing_writers_one_wins(store: Store, samples: Samples) -> None:
    run = new_run(store, samples, "a", "b", "c", "d")
    instances = store.instances(run.uid)
    gate = threading.Barrier(2)
    answers: list[list[bool]] = []

    def race(commands: list[Command]) -> None:
        gate.wait()
        answers.append(took(store, *commands))

    batches = [[samples.start(i) for i in instances], [samples.start(i) for i in instances[::-1]]]
    threads = [threading.Thread(target=race, args=(batch,)) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sum(answer) for answer in answers) == 4
    assert len(store.open_attempts()) == 4
