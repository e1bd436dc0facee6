"""A page costs the same however large its table: SQLite says so itself, without statistics."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

import pytest
import sqlalchemy as sa

from narae.core.commands import Audit
from narae.core.ids import RunUid
from narae.core.reports import XComValue
from narae.core.states import RunState, TaskState
from narae.storage.open import open_store
from narae.storage.queries import (
    AuditFilter,
    DagFilter,
    InstanceFilter,
    PoolFilter,
    Queries,
    Range,
    RunFilter,
    Slice,
    XComFilter,
)
from narae.storage.store import SqlStore
from narae.testing import samples as s
from narae.testing.samples import FOLDER, NOON, Samples, later

LARGE = ("dag_run", "task_instance", "attempt", "xcom", "audit_log")
ONE = ("alpha",)
SEEN = frozenset(ONE)


def by_id(part: Slice) -> Slice:
    return Slice(limit=part.limit, cursor=part.cursor, order=("-id",))


PAGES: dict[str, Any] = {
    "runs": lambda q, part: q.runs(RunFilter(), part),
    "runs seen": lambda q, part: q.runs(RunFilter(), part, visible=SEEN),
    "runs of a DAG": lambda q, part: q.runs(RunFilter(dag_ids=ONE), part),
    "runs of a DAG by state": lambda q, part: q.runs(
        RunFilter(dag_ids=ONE, states=(RunState.FAILED,)), part
    ),
    "instances": lambda q, part: q.instances(InstanceFilter(), part),
    "instances seen": lambda q, part: q.instances(InstanceFilter(), part, visible=SEEN),
    "instances of a run": lambda q, part: q.instances(InstanceFilter(runs=(RunUid("r1"),)), part),
    "instances of a DAG": lambda q, part: q.instances(InstanceFilter(dag_ids=ONE), part),
    "failed instances": lambda q, part: q.instances(
        InstanceFilter(states=(TaskState.FAILED,)), part
    ),
    "instances that started since": lambda q, part: q.instances(
        InstanceFilter(ranges={"started_at": Range(gte=NOON)}), part
    ),
    "xcoms": lambda q, part: q.xcoms(XComFilter(), part),
    "xcoms of a run": lambda q, part: q.xcoms(XComFilter(runs=(RunUid("r1"),)), part),
    "xcoms of a DAG": lambda q, part: q.xcoms(XComFilter(dag_ids=ONE), part),
    "runs by id": lambda q, part: q.runs(RunFilter(), by_id(part)),
    "runs of a DAG by id": lambda q, part: q.runs(RunFilter(dag_ids=ONE), by_id(part)),
    "event log by id": lambda q, part: q.audits(AuditFilter(), by_id(part)),
    "event log": lambda q, part: q.audits(AuditFilter(), part),
    "event log of a DAG": lambda q, part: q.audits(AuditFilter(dag_id="alpha"), part),
}
OTHERS: dict[str, Any] = {
    "dags": lambda q: q.dags(DagFilter(), Slice()),
    "pools": lambda q: q.pools(PoolFilter(), Slice()),
    "calendar": lambda q: q.calendar("alpha", since=NOON, until=later(9), zone=UTC),
    "run counts": lambda q: q.run_state_counts(since=NOON, until=later(9)),
    "tries": lambda q: q.tries(RunUid("r1"), "extract"),
    "grid": lambda q: q.grid("alpha"),
    "every DAG": lambda q: q.dag_table("kim"),
    "latest runs": lambda q: q.latest_runs(["alpha", "beta"], runs=14),
    "active runs": lambda q: q.active_runs(),
    "open tasks": lambda q: q.open_tasks(),
    "failures": lambda q: q.failures(since=NOON, limit=50),
    "counts of a stretch": lambda q: q.counted(since=NOON, until=later(9)),
    "durations": lambda q: q.durations("alpha", limit=9, task_ids=["extract"]),
    "mapped instances": lambda q: q.mapped_instances(RunUid("r1"), "extract", limit=9),
    "recent confs": lambda q: q.recent_confs("alpha", limit=9),
}


def _fill(store: SqlStore) -> None:
    """Three runs with all that hangs on them: a page of one row has pages around it."""
    samples = Samples()
    store.record_parsed([s.parsed(s.spec("alpha"))], folder=FOLDER, now=NOON, paused=True)
    for number in range(3):
        uid = RunUid(f"r{number}")
        run = samples.run(
            uid=uid, dag_id="alpha", logical_date=later(number), state=RunState.FAILED
        )
        create = s.create(run, "extract", "load", "mail")
        starts = [samples.start(instance) for instance in create.instances]
        begins = [s.begin(start.after) for start in starts]
        ends = [s.end(begin.after, state=TaskState.FAILED) for begin in begins]
        audits = [Audit(at=later(n), who="kim", what="clear", dag_id="alpha") for n in range(3)]
        store.apply([create, *starts], now=NOON)
        for start in starts:
            for key in "abc":
                store.put_xcom(start.attempt.id, XComValue(key=key, value=b"1"), at=NOON)
        store.apply([*begins, *ends, *audits], now=NOON)


class Told:
    """Every statement of a store, and what SQLite says that it would do."""

    def __init__(self, url: str) -> None:
        self._store = open_store(url)
        _fill(self._store)
        self.queries: Queries = self._store.queries
        self._statements: list[tuple[str, Any]] = []
        sa.event.listen(self._store._database.engine, "before_cursor_execute", self._note)

    def _note(self, _c: Any, _cursor: Any, sql: str, parameters: Any, *_more: Any) -> None:
        self._statements.append((sql, parameters))

    def plans(self) -> list[list[str]]:
        """Of each statement since the last time; counts go on until they have enough."""
        asked, self._statements = self._statements, []
        with self._store._database.reading_raw() as raw:
            return [
                [row[3] for row in raw.rows(f"EXPLAIN QUERY PLAN {sql}", parameters)]
                for sql, parameters in asked
                if sql.startswith("SELECT") and not sql.startswith("SELECT count")
            ]

    def close(self) -> None:
        self._store.close()


@pytest.fixture
def told(sqlite_url: str) -> Iterator[Told]:
    found = Told(sqlite_url)
    yield found
    found.close()


def scans(plans: list[list[str]], *, deep: bool = True) -> list[str]:
    """Walks of a whole large table. Unless ``deep``, a page may begin one at its end."""
    return [
        line
        for plan in plans
        for line in (plan if deep else plan[1:])
        for table in LARGE
        if line.split(" USING ")[0] == f"SCAN {table}"
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_read_in_the_order_of_an_index(told: Told, name: str) -> None:
    cursor = ""
    for _ in range(3):  # the first, the next, and the one back
        page = PAGES[name](told.queries, Slice(limit=1, cursor=cursor))
        plans = told.plans()
        assert plans
        assert scans(plans, deep=bool(cursor)) == []
        assert [line for plan in plans for line in plan if "TEMP B-TREE" in line] == []
        cursor = page.previous_cursor or page.next_cursor
        assert cursor is not None


@pytest.mark.parametrize("name", OTHERS)
def test_other_answers_walk_no_large_table(told: Told, name: str) -> None:
    OTHERS[name](told.queries)
    assert scans(told.plans()) == []


def test_counts_by_day_read_nothing_but_the_index(told: Told) -> None:
    told.queries.calendar("alpha", since=NOON, until=later(9), zone=UTC)
    told.queries.run_state_counts(since=NOON, until=later(9))
    lines = [line for plan in told.plans() for line in plan]
    reads = [line for line in lines if line.startswith(("SEARCH", "SCAN"))]
    assert len(reads) == 2
    assert all("COVERING INDEX" in line for line in reads)
