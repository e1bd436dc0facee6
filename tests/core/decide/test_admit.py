from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from narae.core.decide.admit import Book, Candidate
from narae.core.holds import HoldCode
from narae.core.ids import RunUid, TaskKey
from narae.core.reports import Deferred
from narae.core.run import Limits, Pool, Resume

T0 = datetime(2026, 3, 2, tzinfo=UTC)


def _pool(slots: int, name: str = "default_pool", **more: Any) -> Pool:
    return Pool(name=name, slots=slots, **more)


def _book(*pools: Pool, parallelism: int = 10**6) -> Book:
    return Book(pools=pools or (_pool(10**6),), limits=Limits(parallelism=parallelism))


def _wanted(
    number: int, *, dag_id: str = "d", run: str = "r", task_id: str | None = None, **more: Any
) -> Candidate:
    key = TaskKey(RunUid(run), task_id or f"t{number}", -1 if task_id is None else number)
    since = more.pop("waiting_since", T0 + timedelta(seconds=number))
    more.setdefault("max_active_tasks", 10**6)
    return Candidate(
        key=key,
        dag_id=dag_id,
        run_id=f"manual__{run}",
        order=more.pop("order", (T0, run, number, -1)),
        waiting_since=since,
        **more,
    )


def _admit(book: Book, free: Any = 10**6) -> list[str]:
    return [wanted.key.task_id for wanted in book.admit(now=T0, free=free)]


def test_within_a_dag_priority_goes_first_then_the_order_of_runs_and_tasks() -> None:
    book = _book()
    book.offer(_wanted(1))
    book.offer(_wanted(0))
    book.offer(_wanted(2, priority=5))
    book.offer(_wanted(3, order=(T0 - timedelta(days=1), "r", 9, -1)))
    assert _admit(book) == ["t2", "t3", "t0", "t1"]


def test_no_more_go_out_than_slots_are_free() -> None:
    book = _book()
    for number in range(5):
        book.offer(_wanted(number))
    assert _admit(book, 0) == []
    assert _admit(book, 2) == ["t0", "t1"]
    assert _admit(book, 9) == ["t2", "t3", "t4"]
    assert _admit(book, 9) == []


def test_the_dag_that_holds_the_fewest_slots_goes_first() -> None:
    book = _book()
    for number in range(100):
        book.offer(_wanted(number, dag_id="big"))
    assert _admit(book, 10) == [f"t{n}" for n in range(10)]
    book.offer(_wanted(500, dag_id="small"))
    book.offer(_wanted(501, dag_id="small"))
    assert _admit(book, 3) == ["t500", "t501", "t10"]


def test_dags_that_hold_the_same_go_by_priority_then_by_waiting_longest() -> None:
    book = _book()
    book.offer(_wanted(1, dag_id="x"))
    book.offer(_wanted(2, dag_id="y", priority=3))
    book.offer(_wanted(0, dag_id="z"))
    assert _admit(book, 3) == ["t2", "t0", "t1"]


def test_a_pool_is_never_overfull_and_wakes_who_waits_for_it() -> None:
    book = _book(_pool(3))
    for number in range(4):
        book.offer(_wanted(number, pool_slots=2))
    assert _admit(book) == ["t0"]
    assert _admit(book) == []
    book.release(_wanted(0).key)
    assert _admit(book) == ["t1"]
    book.set_pools([_pool(6)])
    assert _admit(book) == ["t2", "t3"]


def test_who_needs_less_of_a_pool_may_pass_who_needs_more() -> None:
    book = _book(_pool(3))
    book.offer(_wanted(0, pool_slots=2))
    book.offer(_wanted(1, pool_slots=2))
    book.offer(_wanted(2))
    assert _admit(book) == ["t0", "t2"]


def test_a_pool_without_limit_and_one_that_is_missing() -> None:
    book = _book(_pool(-1))
    book.offer(_wanted(0, pool_slots=10**9))
    book.offer(_wanted(1, pool="nowhere"))
    book.offer(_wanted(2, pool="nowhere", pool_slots=0))
    assert _admit(book) == ["t0"]
    assert [h.code for h in book.blocked_by(_wanted(1, pool="nowhere"))] == [HoldCode.POOL_MISSING]
    book.set_pools([_pool(-1), _pool(1, "nowhere")])
    assert _admit(book) == ["t1", "t2"]


@pytest.mark.parametrize(("per_run", "admitted"), [(False, 2), (True, 4)])
def test_max_active_tasks_counts_over_the_dag_or_within_each_run(
    per_run: bool, admitted: int
) -> None:
    book = _book()
    for number in range(8):
        run = f"r{number % 2}"
        book.offer(_wanted(number, run=run, per_run=per_run, max_active_tasks=2))
    assert len(_admit(book)) == admitted


def test_the_limits_of_a_task_over_all_runs_and_in_one() -> None:
    book = _book()
    for number in range(6):
        run = f"r{number % 2}"
        book.offer(_wanted(number, run=run, task_id="a", max_active_tis_per_dag=3))
        book.offer(_wanted(number, run=run, task_id="b", max_active_tis_per_dagrun=1))
    found = _admit(book)
    assert (found.count("a"), found.count("b")) == (3, 2)


def test_parallelism_holds_over_everything() -> None:
    book = _book(parallelism=3)
    for number in range(5):
        book.offer(_wanted(number, dag_id=f"d{number}"))
    assert len(_admit(book)) == 3
    assert _admit(book) == []
    book.release(_wanted(0).key)
    assert _admit(book) == ["t3"]


def test_each_executor_has_its_own_slots() -> None:
    book = _book()
    for number in range(6):
        book.offer(_wanted(number, executor="other" if number % 2 else None))
    assert _admit(book, {None: 1, "other": 2}) == ["t0", "t1", "t3"]
    assert _admit(book, {None: 5}) == ["t2", "t4"]
    assert _admit(book, {None: 0, "other": 1}) == ["t5"]


def test_who_was_withdrawn_does_not_go_out() -> None:
    book = _book()
    for number in range(3):
        book.offer(_wanted(number))
    book.withdraw(_wanted(0).key)
    book.withdraw(_wanted(9).key)
    assert _admit(book) == ["t1", "t2"]


def test_an_offer_replaces_the_one_before() -> None:
    book = _book()
    book.offer(_wanted(0))
    book.offer(_wanted(1))
    book.offer(_wanted(1, priority=9))
    book.offer(_wanted(1, priority=9))
    assert _admit(book) == ["t1", "t0"]


def test_rebuilding_from_open_attempts_counts_them() -> None:
    book = _book(_pool(2))
    book.occupy(_wanted(0))
    book.occupy(_wanted(0))
    book.offer(_wanted(1))
    book.offer(_wanted(2))
    assert _admit(book) == ["t1"]


def test_a_deferred_instance_keeps_its_pool_slot_where_the_pool_says_so(kit: Any) -> None:
    for counts, expected in ((True, []), (False, ["b"])):
        spec = kit.dag(kit.task("a", priority_weight=9), kit.task("b"))
        play = kit.play(spec, pools=[_pool(1, include_deferred=counts)])
        play.settle()
        (a,) = play.start()
        until = play.now + timedelta(hours=1)
        resume = Resume(method="go")
        play.report(Deferred(attempt=a.attempt, at=play.now, until=until, resume=resume))
        assert [i.task_id for i in play.start()] == expected
        play.now = until
        play.settle()
        if counts:
            assert [i.task_id for i in play.start()] == ["a"]


def test_blocked_by_names_the_pool_and_who_holds_it() -> None:
    book = _book(_pool(2))
    book.occupy(_wanted(0))
    book.occupy(_wanted(1, dag_id="other", run="q"))
    (hold,) = book.blocked_by(_wanted(2))
    assert hold.code is HoldCode.POOL_FULL
    assert hold.words == (
        "waits for a free slot in pool default_pool: 2 of 2 are taken, "
        "held by t0, other.t1 (manual__q)"
    )
    assert [link.kind for link in hold.links] == ["pool", "task", "task"]
    (small,) = book.blocked_by(_wanted(2, pool_slots=3))
    assert small.code is HoldCode.POOL_TOO_SMALL


def test_ten_thousand_that_wait_for_a_full_pool_cost_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    book = _book(_pool(1, "full"), _pool(10**6))
    for number in range(10_000):
        book.offer(_wanted(number, dag_id="crowd", pool="full"))
    assert len(_admit(book)) == 1
    looked_at: list[Any] = []
    obstacle = book._obstacle

    def spy(lane: Any, *slots: Any) -> Any:
        looked_at.append(lane)
        return obstacle(lane, *slots)

    monkeypatch.setattr(book, "_obstacle", spy)
    book.offer(_wanted(99_999, dag_id="single"))
    assert _admit(book) == ["t99999"]
    assert len(looked_at) == 1


@given(seed=st.integers(0, 10**9))
@settings(max_examples=150, deadline=None)
def test_no_sequence_of_events_ever_exceeds_a_limit_or_forgets_anybody(seed: int) -> None:
    chance = Random(seed)
    pools = {"p": chance.randrange(4), "q": 3}
    parallelism = chance.randrange(1, 7)
    book = _book(*[_pool(n, name) for name, n in pools.items()], parallelism=parallelism)
    waiting: dict[TaskKey, Candidate] = {}
    holding: dict[TaskKey, Candidate] = {}
    for number in range(80):
        what = chance.randrange(10)
        if what < 5:
            wanted = _random_candidate(chance, number)
            waiting[wanted.key] = wanted
            book.offer(wanted)
        elif what == 5 and waiting:
            key = chance.choice(list(waiting))
            del waiting[key]
            book.withdraw(key)
        elif what < 8 and holding:
            key = chance.choice(list(holding))
            del holding[key]
            book.release(key)
        elif what == 8:
            pools["p"] = chance.randrange(4)
            book.set_pools([_pool(n, name) for name, n in pools.items()])
        free = chance.randrange(4)
        admitted = book.admit(now=T0, free=free)
        for wanted in admitted:
            assert waiting.pop(wanted.key) == wanted
            holding[wanted.key] = wanted
            _within(holding, wanted, pools, parallelism)
        assert len(admitted) <= free
        if len(admitted) < free:
            # Whoever is left has a reason.
            assert all(book.blocked_by(wanted) for wanted in waiting.values())


def _random_candidate(chance: Random, number: int) -> Candidate:
    dag_id = chance.choice("de")
    run = f"{dag_id}{chance.randrange(2)}"
    task_id = chance.choice("abc")
    return _wanted(
        number,
        dag_id=dag_id,
        run=run,
        task_id=task_id,
        pool=chance.choice(["p", "q", "missing"]) if chance.random() < 0.9 else "p",
        pool_slots=chance.randrange(1, 4),
        priority=chance.randrange(3),
        max_active_tasks=2 if dag_id == "d" else 3,
        per_run=dag_id == "e",
        max_active_tis_per_dag=2 if task_id == "a" else None,
        max_active_tis_per_dagrun=1 if task_id == "b" else None,
    )


def _within(
    holding: dict[TaskKey, Candidate],
    new: Candidate,
    pools: dict[str, int],
    parallelism: int,
) -> None:
    """Nothing that ``new`` takes of is overfull."""
    held = list(holding.values())
    assert len(held) <= parallelism
    assert sum(c.pool_slots for c in held if c.pool == new.pool) <= pools[new.pool]
    whose = [c for c in held if (c.run == new.run if new.per_run else c.dag_id == new.dag_id)]
    assert len(whose) <= new.max_active_tasks
    same = [c for c in held if (c.dag_id, c.key.task_id) == (new.dag_id, new.key.task_id)]
    if new.max_active_tis_per_dag is not None:
        assert len(same) <= new.max_active_tis_per_dag
    if new.max_active_tis_per_dagrun is not None:
        assert sum(c.run == new.run for c in same) <= new.max_active_tis_per_dagrun
