"""What every store does with commands that people give, with favourites and idempotency keys."""

from datetime import timedelta

import msgspec
import pytest
import sqlalchemy as sa
from tests.storage.conftest import KEY

from narae.core.commands import (
    Audit,
    ChangeConnection,
    ChangeFavorite,
    ChangePool,
    ChangeVariable,
    ChangeXCom,
    Command,
    DeleteInstance,
    DeleteRun,
)
from narae.core.ids import TaskKey, TaskRef
from narae.core.reports import XComValue
from narae.core.requests import ConnectionValue, GetXCom
from narae.core.run import Instance, Pool, Run
from narae.core.spec import DagSpec, ParsedFile
from narae.core.timetables.spec import Never
from narae.engine import idempotency
from narae.engine.idempotency import Differs, Fresh, Replay, Unfinished
from narae.engine.ports import RunQuery, Store, VariableRow
from narae.storage.cleaning import clean
from narae.storage.open import open_store
from narae.storage.queries import AuditFilter, Slice
from narae.storage.store import SqlStore
from narae.storage.tables import idempotency as table
from narae.testing import samples as s
from narae.testing.samples import FOLDER, NOON, Samples, later

replace = msgspec.structs.replace
REF = TaskRef("extract")


def took(store: Store, *commands: Command) -> list[bool]:
    return store.apply(commands, now=NOON)


@pytest.fixture
def run(store: Store, samples: Samples) -> Run:
    made = samples.run()
    assert took(store, s.create(made, "extract", "load")) == [True]
    return made


def one(store: Store, run: Run) -> Instance:
    return next(each for each in store.instances(run.uid) if each.ref == REF)


def change(run: Run, value: bytes | None, *, existed: bool) -> ChangeXCom:
    after = None if value is None else XComValue(key="k", value=value, length=2)
    of = TaskKey(run.uid, *REF)
    return ChangeXCom(of=of, key="k", at=NOON, existed=existed, after=after)


def values(store: Store, run: Run) -> list[bytes]:
    query = GetXCom(dag_id=run.dag_id, run_id=run.run_id, key="k")
    return [row.value for row in store.xcoms(query)]


# -- runs and instances ---------------------------------------------------------------------


def test_a_deleted_run_takes_all_of_it_along(store: Store, samples: Samples, run: Run) -> None:
    begin = samples.start(one(store, run))
    took(store, begin, change(run, b"1", existed=False))
    assert took(store, DeleteRun(before=run)) == [True]
    assert store.runs(RunQuery()) == []
    assert store.instances(run.uid) == []
    assert store.open_attempts() == []
    assert took(store, s.create(run, "extract")) == [True]


def test_a_run_that_has_changed_is_not_deleted(store: Store, run: Run) -> None:
    assert took(store, DeleteRun(before=replace(run, revision=7))) == [False]
    assert store.runs(RunQuery()) == [run]


def test_a_deleted_instance_leaves_nothing(store: Store, samples: Samples, run: Run) -> None:
    start = samples.start(one(store, run))
    took(store, start, s.end(start.after))
    ended = one(store, run)
    took(store, change(run, b"1", existed=False))
    assert took(store, DeleteInstance(before=one(store, run))) == [True]
    assert ended.ref not in {each.ref for each in store.instances(run.uid)}
    assert values(store, run) == []
    assert store.run_attempts(run.uid) == []
    assert took(store, DeleteInstance(before=ended)) == [False]


# -- XComs ----------------------------------------------------------------------------------


def test_an_xcom_is_written_only_as_it_was_seen(store: Store, run: Run) -> None:
    assert took(store, change(run, b"0", existed=True)) == [False]
    assert took(store, change(run, b"1", existed=False)) == [True]
    assert took(store, change(run, b"2", existed=False)) == [False]
    assert values(store, run) == [b"1"]
    assert took(store, change(run, b"3", existed=True)) == [True]
    assert values(store, run) == [b"3"]
    assert took(store, change(run, None, existed=True)) == [True]
    assert took(store, change(run, None, existed=True)) == [False]
    assert values(store, run) == []


def test_nobody_writes_into_an_open_attempt(store: Store, samples: Samples, run: Run) -> None:
    assert took(store, samples.start(one(store, run))) == [True]
    assert took(store, change(run, b"1", existed=False)) == [False]
    assert values(store, run) == []


def test_an_attempt_of_the_same_batch_counts_too(store: Store, samples: Samples, run: Run) -> None:
    start = samples.start(one(store, run))
    assert took(store, start, change(run, b"1", existed=False)) == [True, False]


# -- rows without a revision ----------------------------------------------------------------


def test_a_pool_changes_only_as_it_was_seen(store: Store) -> None:
    small = Pool(name="small", slots=1, description="d", include_deferred=True)
    large = replace(small, slots=9)
    assert took(store, ChangePool(before=small, after=large)) == [False]
    assert took(store, ChangePool(before=None, after=small)) == [True]
    assert took(store, ChangePool(before=None, after=large)) == [False]
    assert small in store.pools()
    assert took(store, ChangePool(before=small, after=large)) == [True]
    assert large in store.pools()
    assert took(store, ChangePool(before=large, after=None)) == [True]
    assert took(store, ChangePool(before=large, after=None)) == [False]
    assert [pool.name for pool in store.pools()] == ["default_pool"]


def test_a_variable_changes_only_as_it_was_seen(store: Store) -> None:
    row = VariableRow(key="k", value="나래", description="d")
    assert took(store, ChangeVariable(key="k", existed=True, after=row)) == [False]
    assert took(store, ChangeVariable(key="k", existed=False, after=row)) == [True]
    assert took(store, ChangeVariable(key="k", existed=False, after=row)) == [False]
    assert store.variables() == [row]
    other = replace(row, value="", description=None)
    assert took(store, ChangeVariable(key="k", existed=True, after=other)) == [True]
    assert store.variables() == [other]
    assert store.public_variable("k") == {"key": "k", "description": None}
    assert store.variable_keys() == ["k"]
    assert took(store, ChangeVariable(key="k", existed=True, after=None)) == [True]
    assert store.public_variable("k") is None


def test_a_connection_changes_only_as_it_was_seen(store: Store) -> None:
    value = ConnectionValue(
        conn_id="db", conn_type="pg", host="h", login="l", password="open", port=1, extra="{}"
    )
    assert took(store, ChangeConnection(conn_id="db", existed=True, after=value)) == [False]
    assert took(store, ChangeConnection(conn_id="db", existed=False, after=value)) == [True]
    assert store.connection("db") == value
    public = store.public_connection("db")
    assert public is not None
    assert sorted(public) == [
        *("conn_id", "conn_type", "description", "host", "login", "port", "schema")
    ]
    assert store.connection_ids() == ["db"]
    assert took(store, ChangeConnection(conn_id="db", existed=True, after=None)) == [True]
    assert store.connection("db") is None


def test_a_favourite_belongs_to_its_user_and_goes_with_its_dag(store: Store) -> None:
    spec = DagSpec(dag_id="sales", timetable=Never())
    file = ParsedFile(file="a.py", code_version="v", file_hash="h", dags=(spec,))
    store.record_parsed([file], folder=FOLDER, now=NOON, paused=False)
    like = ChangeFavorite(dag_id="sales", user="ann", favorite=True)
    assert took(store, replace(like, dag_id="other")) == [False]
    assert took(store, like) == [True]
    assert took(store, like) == [False]
    assert store.favorites("ann") == {"sales"}
    assert store.favorites("bob") == frozenset()
    assert took(store, replace(like, favorite=False)) == [True]
    assert took(store, replace(like, favorite=False)) == [False]
    took(store, like)
    store.delete_dag("sales")
    assert store.favorites("ann") == frozenset()


# -- audit rows -----------------------------------------------------------------------------


def audit(what: str) -> Audit:
    return Audit(
        at=NOON,
        who="ann",
        what=what,
        origin="127.0.0.1",
        before={"slots": 1},
        after={"slots": 2, "at": "나래"},
        of_previous=True,
    )


def test_an_audit_row_goes_with_its_change(sql_store: SqlStore) -> None:
    pool = Pool(name="small", slots=1)
    make, lose = ChangePool(before=None, after=pool), ChangePool(before=pool, after=None)
    batch: list[Command] = [make, audit("made"), make, audit("made twice"), lose, audit("lost")]
    assert took(sql_store, *batch) == [True, True, False, False, True, True]
    entries = sql_store.queries.audits(AuditFilter(), Slice()).rows
    rows = [entry.audit for entry in entries]
    assert sorted(row.what for row in rows) == ["lost", "made"]
    stored = replace(audit("made"), of_previous=False)
    assert next(row for row in rows if row.what == "made") == stored


def test_an_audit_row_goes_with_an_instance_too(store: Store, samples: Samples, run: Run) -> None:
    start = samples.start(one(store, run))
    assert took(store, start, audit("started")) == [True, True]
    assert took(store, start, audit("started")) == [False, False]


# -- idempotency keys -----------------------------------------------------------------------


def begin(store: Store, *, who: str = "ann", print_: str = "f", hours: float = 0) -> object:
    now = NOON + timedelta(hours=hours)
    return idempotency.begin(store, key="k", who=who, fingerprint=print_, now=now)


def test_a_request_is_carried_out_once(store: Store) -> None:
    assert begin(store) == Fresh()
    assert begin(store, hours=1) == Unfinished(since=NOON)
    assert begin(store, who="bob") == Fresh()
    idempotency.finish(store, key="k", who="ann", status=201, body=b'{"a": "\xff"}')
    assert begin(store, hours=23) == Replay(status=201, body=b'{"a": "\xff"}')
    assert begin(store, print_="g") == Differs()
    assert begin(store, who="bob") == Unfinished(since=NOON)


def test_a_key_is_free_again_after_a_day(store: Store) -> None:
    begin(store)
    idempotency.finish(store, key="k", who="ann", status=200, body=b"")
    assert begin(store, hours=24) == Fresh()
    assert begin(store, hours=24) == Unfinished(since=later(24 * 60))


def test_a_refused_request_gives_its_key_back(store: Store) -> None:
    begin(store)
    idempotency.forget(store, key="k", who="ann")
    assert begin(store, print_="g") == Fresh()
    idempotency.finish(store, key="k", who="ann", status=200, body=b"x")
    idempotency.forget(store, key="k", who="ann")
    idempotency.finish(store, key="k", who="ann", status=500, body=b"y")
    assert begin(store, print_="g") == Replay(status=200, body=b"x")


def test_old_keys_are_cleaned_one_by_one(url: str) -> None:
    store = open_store(url, fernet_keys=(KEY,))
    for key, hours in (("old", 0), ("new", 5)):
        now = NOON + timedelta(hours=hours)
        idempotency.begin(store, key=key, who="ann", fingerprint="f", now=now)
    before = NOON + timedelta(hours=1)
    assert clean(url, before=before, tables=("idempotency",), dry_run=False) == {"idempotency": 1}
    kept = [
        idempotency.begin(store, key=key, who="ann", fingerprint="f", now=before)
        for key in ("old", "new")
    ]
    assert [type(each) for each in kept] == [Fresh, Unfinished]
    store.close()


def test_kept_answers_are_encrypted(sql_store: SqlStore) -> None:
    begin(sql_store)
    idempotency.finish(sql_store, key="k", who="ann", status=200, body=b"open-sesame-1")
    with sql_store._database.reading() as connection:
        assert "open-sesame-1" not in repr(connection.execute(sa.select(table)).all())
