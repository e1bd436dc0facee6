"""Cursors, orders and totals: on SQLite and PostgreSQL."""

import pytest

from narae.core.commands import Audit
from narae.core.ids import RunUid
from narae.core.reports import XComValue
from narae.core.run import Run
from narae.core.states import RunState, TaskState
from narae.storage.queries import (
    AuditFilter,
    InstanceFilter,
    Page,
    QueryError,
    RunFilter,
    Slice,
    XComFilter,
)
from narae.storage.store import SqlStore
from narae.testing import samples as s
from narae.testing.samples import FOLDER, NOON, Samples, later

RUNS = 7


@pytest.fixture
def seven(sql_store: SqlStore, samples: Samples) -> SqlStore:
    """Seven runs of two DAGs, every other one not started; two tasks each."""
    files = [s.parsed(s.spec(dag_id), file=f"{dag_id}.py") for dag_id in ("alpha", "beta")]
    sql_store.record_parsed(files, folder=FOLDER, now=NOON, paused=True)
    for number in range(RUNS):
        run = samples.run(
            dag_id="beta" if number == 3 else "alpha",
            run_id=f"r{number}",
            logical_date=later(number // 2) if number != 4 else None,
            run_after=later(number),
            started_at=None if number % 2 else later(number),
            ended_at=None if number % 2 else later(2 * number),
            state=RunState.SUCCESS,
            queued_at=NOON,
        )
        if number in {1, 5}:  # one date a DAG
            run = s._replace(run, logical_date=None, run_after=later(number // 2))
        sql_store.apply([s.create(run, "extract", "load")], now=later(number))
    return sql_store


def walk(
    store: SqlStore, wanted: RunFilter, order: tuple[str, ...], *, limit: int
) -> list[list[str]]:
    """Pages from the first to the last by their cursors."""
    pages, cursor = [], ""
    while True:
        page = store.queries.runs(wanted, Slice(limit=limit, order=order, cursor=cursor))
        pages.append([row.run.run_id for row in page.rows])
        if page.next_cursor is None:
            return pages
        cursor = page.next_cursor


ORDERS = [
    (),
    ("id",),
    ("-id",),
    ("logical_date",),
    ("-run_after",),
    ("started_at",),
    ("-started_at",),
    ("-duration",),
    ("duration",),
    ("dag_id", "-run_after"),
    ("-state", "started_at"),
    ("conf",),
    ("user",),
]


@pytest.mark.parametrize("order", ORDERS)
def test_cursors_lead_through_the_whole_list_once(seven: SqlStore, order: tuple[str, ...]) -> None:
    whole = [row.run.run_id for row in seven.queries.runs(RunFilter(), Slice(order=order)).rows]
    assert sorted(whole) == [f"r{n}" for n in range(RUNS)]
    for limit in (1, 2, 3, 7):
        pages = walk(seven, RunFilter(), order, limit=limit)
        assert [run_id for page in pages for run_id in page] == whole
        assert len(pages) == -(-RUNS // limit)


@pytest.mark.parametrize("order", ORDERS)
def test_the_cursor_back_gives_the_page_before(seven: SqlStore, order: tuple[str, ...]) -> None:
    def page(cursor: str | None) -> Page[str]:
        found = seven.queries.runs(RunFilter(), Slice(limit=3, order=order, cursor=cursor or ""))
        return Page(
            rows=[row.run.run_id for row in found.rows],
            total=found.total,
            next_cursor=found.next_cursor,
            previous_cursor=found.previous_cursor,
        )

    first = page(None)
    assert first.previous_cursor is None
    second = page(first.next_cursor)
    third = page(second.next_cursor)
    assert (len(third.rows), third.next_cursor) == (1, None)
    back = page(third.previous_cursor)
    assert (back.rows, back.total) == (second.rows, RUNS)
    assert back.next_cursor is not None
    assert page(back.next_cursor).rows == third.rows
    start = page(back.previous_cursor)
    assert (start.rows, start.previous_cursor) == (first.rows, None)


def test_rows_without_a_value_come_last_either_way(seven: SqlStore) -> None:
    for order in ("started_at", "-started_at", "duration", "-duration"):
        rows = seven.queries.runs(RunFilter(), Slice(order=(order,))).rows
        assert {row.run.run_id for row in rows[-3:]} == {"r1", "r3", "r5"}
    up = seven.queries.runs(RunFilter(), Slice(order=("duration",), limit=4)).rows
    assert [row.run.run_id for row in up] == ["r0", "r2", "r4", "r6"]


def test_a_row_that_comes_in_between_moves_no_page(seven: SqlStore, samples: Samples) -> None:
    first = seven.queries.runs(RunFilter(), Slice(limit=2))
    newest = samples.run(dag_id="alpha", run_id="new", run_after=later(99))
    seven.apply([s.create(newest)], now=NOON)
    rest = seven.queries.runs(RunFilter(), Slice(cursor=first.next_cursor or ""))
    assert len(rest.rows) == RUNS - 2


@pytest.mark.parametrize(
    ("cursor", "words"),
    [
        ("x", "can't be read"),
        ("é", "can't be read"),
        ("!!!!", "can't be read"),
        ("W10", "can't be read"),  # []
        ("eyJhIjoxfQ", "can't be read"),  # {"a":1}
        ("WyJuIiwieCIsMSwieSJd", "belongs to another list"),  # ["n","x",1,"y"]
        ("A" * 5_000, "too long"),
    ],
)
def test_a_bad_cursor_says_so(seven: SqlStore, cursor: str, words: str) -> None:
    with pytest.raises(QueryError, match=words):
        seven.queries.runs(RunFilter(), Slice(cursor=cursor))


def test_a_cursor_is_good_for_its_own_list_only(seven: SqlStore) -> None:
    cursor = seven.queries.runs(RunFilter(), Slice(limit=2)).next_cursor or ""
    for wanted, part in (
        (RunFilter(dag_ids=("alpha",)), Slice(cursor=cursor)),
        (RunFilter(), Slice(cursor=cursor, order=("id",))),
    ):
        with pytest.raises(QueryError, match="belongs to another list"):
            seven.queries.runs(wanted, part)
    with pytest.raises(QueryError, match="belongs to another list"):
        seven.queries.audits(AuditFilter(), Slice(cursor=cursor))
    with pytest.raises(QueryError, match="don't go together"):
        seven.queries.runs(RunFilter(), Slice(cursor=cursor, offset=1))


def test_totals_count_the_list_not_the_page(seven: SqlStore) -> None:
    parts = [Slice(limit=2), Slice(limit=2, offset=6), Slice(limit=2, offset=99), Slice(limit=0)]
    for part in parts:
        assert seven.queries.runs(RunFilter(), part).total == RUNS
        assert seven.queries.instances(InstanceFilter(), part).total == 2 * RUNS
    wanted = InstanceFilter(states=(TaskState.SCHEDULED,), dag_ids=("beta",))
    assert seven.queries.instances(wanted, Slice(limit=1)).total == 2


def runs_of(store: SqlStore) -> dict[str, Run]:
    return {row.run.run_id: row.run for row in store.queries.runs(RunFilter(), Slice()).rows}


def test_instances_and_xcoms_are_walked_by_cursor(seven: SqlStore, samples: Samples) -> None:
    run = runs_of(seven)["r0"]
    start = samples.start(seven.instances(run.uid)[0])
    seven.apply([start], now=NOON)
    for key in "abcde":
        value = XComValue(key=key, value=b"1")
        assert seven.put_xcom(start.attempt.id, value, at=NOON)
    for filters in ({}, {"dag_ids": ("alpha", "beta")}, {"runs": (RunUid(run.uid),)}):
        found, keys, cursors = [], [], ["", ""]
        while True:
            page = seven.queries.instances(
                InstanceFilter(**filters), Slice(limit=3, cursor=cursors[0])
            )
            found += [(row.run_id, row.instance.task_id) for row in page.rows]
            cursors[0] = page.next_cursor or ""
            if not cursors[0]:
                break
        while True:
            entries = seven.queries.xcoms(XComFilter(**filters), Slice(limit=2, cursor=cursors[1]))
            keys += [entry.key for entry in entries.rows]
            cursors[1] = entries.next_cursor or ""
            if not cursors[1]:
                break
        assert len(found) == len(set(found)) == (2 if "runs" in filters else 2 * RUNS)
        assert sorted(keys) == list("abcde")


def test_the_event_log_is_walked_by_cursor(sql_store: SqlStore) -> None:
    audits = [Audit(at=later(n // 3), who="kim", what=f"w{n}", dag_id="a") for n in range(8)]
    sql_store.apply(audits, now=NOON)
    seen, cursor = [], ""
    for _ in range(4):
        page = sql_store.queries.audits(AuditFilter(who="kim"), Slice(limit=2, cursor=cursor))
        seen += [entry.audit.what for entry in page.rows]
        cursor = page.next_cursor or ""
    assert seen == [f"w{n}" for n in reversed(range(8))]
    assert cursor == ""
    page = sql_store.queries.audits(AuditFilter(), Slice(order=("id",), limit=1))
    assert sql_store.queries.audit(page.rows[0].id) == page.rows[0]
    assert sql_store.queries.audit(10**30) is None
