"""What can be asked of each list: on SQLite and PostgreSQL."""

from typing import Any

import pytest

from narae.core.commands import Audit, ChangeFavorite, PutBackfill
from narae.core.ids import RunUid
from narae.core.reports import XComValue
from narae.core.requests import ConnectionValue
from narae.core.run import Backfill, BackfillState, Pool
from narae.core.spec import DagSpec, ImportFailure, TaskSpec
from narae.core.states import RunState, RunType, TaskState
from narae.core.timetables.spec import Never
from narae.engine.ports import VariableRow
from narae.storage.queries import (
    AuditFilter,
    BackfillFilter,
    ConnectionFilter,
    DagFilter,
    ImportErrorFilter,
    InstanceFilter,
    PoolFilter,
    QueryError,
    Range,
    RunFilter,
    Slice,
    VariableFilter,
    XComFilter,
)
from narae.storage.store import SqlStore
from narae.testing import samples as s
from narae.testing.samples import FOLDER, NOON, Samples, later

ALL = Slice()


def spec_of(dag_id: str, operator: str, **more: Any) -> DagSpec:
    task = TaskSpec(
        task_id="extract", operator=operator, display_name=f"The {operator}", owner="kim"
    )
    return DagSpec(dag_id=dag_id, timetable=Never(), tasks=(task,), **more)


@pytest.fixture
def world(sql_store: SqlStore, samples: Samples) -> SqlStore:
    """DAGs ``sales_eu`` and ``sales_us`` (a task each) and ``hr``; four runs."""
    files = [
        s.parsed(spec_of("sales_eu", "BashOperator", display_name="Umsatz"), file="eu.py"),
        s.parsed(spec_of("sales_us", "PythonOperator"), file="us.py", warnings=("slow",)),
        s.parsed(s.spec("hr", tags=("people",)), file="hr.py", parse_seconds=1.5),
        s.parsed(file="hr.py", failures=(ImportFailure(file="hr.py", message="no"),)),
    ]
    sql_store.record_parsed(files, folder=FOLDER, now=NOON, paused=True)
    changed = spec_of("sales_eu", "EmailOperator")
    sql_store.record_parsed(
        [s.parsed(changed, file="eu.py")], folder=FOLDER, now=later(1), paused=True
    )
    specs = {row.dag_id: row.spec_id for row in sql_store.dags()}
    first = sql_store.dag_versions("sales_eu")[0][0]
    wishes: tuple[tuple[str, dict[str, Any]], ...] = (
        ("sales_eu", {"spec_id": first, "conf": {"Region": "EU"}}),
        ("sales_eu", {"triggered_by_user": "Kim", "state": RunState.FAILED}),
        ("sales_us", {"run_type": RunType.SCHEDULED, "code_version": "c9"}),
        ("hr", {"started_at": NOON, "ended_at": later(2), "backfill_id": 3}),
    )
    for number, (dag_id, more) in enumerate(wishes):
        values: dict[str, Any] = {
            "spec_id": specs[dag_id],
            "run_id": f"{dag_id}_{number}",
            "run_after": later(number),
            "logical_date": later(-number),
        }
        run = samples.run(dag_id=dag_id, **(values | more))
        sql_store.apply([s.create(run, "extract")], now=later(10 * number))
    return sql_store


def found(store: SqlStore, wanted: RunFilter, **more: Any) -> str:
    """The numbers of the runs."""
    rows = store.queries.runs(wanted, Slice(order=("id",)), **more).rows
    return "".join(row.run.run_id[-1] for row in rows)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (RunFilter(), "0123"),
        (RunFilter(patterns={"dag_id": "SALES_%"}), "012"),
        (RunFilter(patterns={"dag_id": "%_us | hr"}), "23"),
        (RunFilter(patterns={"dag_id": "s_l"}), "012"),
        (RunFilter(patterns={"dag_id": "%"}), "0123"),
        (RunFilter(patterns={"dag_id": ""}), "0123"),
        (RunFilter(patterns={"dag_id": "sales\\_"}), ""),
        (RunFilter(patterns={"dag_id": "a\0b"}), ""),
        (RunFilter(prefixes={"dag_id": "sales_e|h"}), "013"),
        (RunFilter(prefixes={"dag_id": "S"}), ""),
        (RunFilter(prefixes={"run_id": "hr_"}), "3"),
        (RunFilter(patterns={"user": "kim"}), "1"),
        (RunFilter(prefixes={"user": "kim"}), ""),
        (RunFilter(conf_contains='region":"eu'), "0"),
        (RunFilter(versions=(1,), dag_ids=("sales_eu",)), "0"),
        (RunFilter(versions=(2,)), "1"),
        (RunFilter(code_version="c9"), "2"),
        (RunFilter(types=(RunType.SCHEDULED,)), "2"),
        (RunFilter(states=(RunState.FAILED, RunState.SUCCESS)), "1"),
        (RunFilter(states=()), ""),
        (RunFilter(backfill_id=3), "3"),
        (RunFilter(dag_ids=("hr", "x\0y")), "3"),
        (RunFilter(ranges={"duration": Range(gte=120, lt=120.5)}), "3"),
        (RunFilter(ranges={"duration": Range(gt=120)}), ""),
        (RunFilter(ranges={"run_after": Range(gt=later(1))}), "23"),
        (RunFilter(ranges={"run_after": Range(gte=later(1), lte=later(2))}), "12"),
        (RunFilter(ranges={"logical_date": Range(lt=later(-1))}), "23"),
        (RunFilter(ranges={"updated_at": Range(gte=later(20))}), "23"),
        (RunFilter(ranges={"ended_at": Range(lte=later(2))}), "3"),
    ],
)
def test_runs_can_be_asked_for_by(world: SqlStore, wanted: RunFilter, expected: str) -> None:
    assert found(world, wanted) == expected


def test_nobody_sees_more_than_they_may(world: SqlStore) -> None:
    queries, eu = world.queries, frozenset({"sales_eu"})
    assert found(world, RunFilter(), visible=eu) == "01"
    assert found(world, RunFilter(dag_ids=("hr",)), visible=eu) == ""
    assert found(world, RunFilter(), visible=frozenset()) == ""
    assert queries.instances(InstanceFilter(), ALL, visible=eu).total == 2
    assert queries.instances(InstanceFilter(), Slice(limit=1), visible=eu).total == 2
    assert queries.dags(DagFilter(), ALL, visible=eu).total == 1
    assert queries.versions(ALL, visible=eu).total == 2
    assert queries.tags(visible=eu) == []
    assert queries.owners(visible=eu) == ["kim"]
    assert queries.dag_warnings(visible=eu) == []
    assert queries.import_errors(ImportErrorFilter(), ALL, visible=eu).total == 0
    assert queries.import_errors(ImportErrorFilter(), ALL, visible=frozenset({"hr"})).total == 1
    assert list(queries.dag_stats(visible=eu)) == ["sales_eu"]
    counts = queries.metrics(since=later(-9), until=later(9), visible=eu)
    assert (sum(counts.runs.values()), sum(counts.tasks.values())) == (2, 2)
    audits = [Audit(at=NOON, who="a", what="w", dag_id=d) for d in ("hr", "sales_eu", None)]
    world.apply(audits, now=NOON)
    rows = queries.audits(AuditFilter(), ALL, visible=eu).rows
    assert {row.audit.dag_id for row in rows} == {"sales_eu", None}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (DagFilter(patterns={"display_name": "umsatz"}), []),
        (DagFilter(patterns={"display_name": "SALES"}), ["sales_eu", "sales_us"]),
        (DagFilter(prefixes={"dag_id": "sales_u"}), ["sales_us"]),
        (DagFilter(owners=("kim",)), ["sales_eu", "sales_us"]),
        (DagFilter(broken=True), ["hr"]),
        (DagFilter(broken=False), ["sales_eu", "sales_us"]),
        (DagFilter(run_states=(RunState.FAILED,)), ["sales_eu"]),
        (DagFilter(run_ranges={"started_at": Range(gte=NOON)}), ["hr"]),
        (
            DagFilter(run_states=(RunState.FAILED,), run_ranges={"started_at": Range(gte=NOON)}),
            [],
        ),
        (DagFilter(timetable_types=("Never",)), ["hr", "sales_eu", "sales_us"]),
        (DagFilter(timetable_types=("Cron",)), []),
        (DagFilter(folders=("/other",)), []),
        (DagFilter(code_version="c1"), ["hr", "sales_eu", "sales_us"]),
        (DagFilter(favorite_of="kim"), ["hr"]),
        (DagFilter(not_favorite_of="kim"), ["sales_eu", "sales_us"]),
    ],
)
def test_dags_can_be_asked_for_by(world: SqlStore, wanted: DagFilter, expected: list[str]) -> None:
    world.apply([ChangeFavorite(dag_id="hr", user="kim", favorite=True)], now=NOON)
    page = world.queries.dags(wanted, ALL)
    assert [row.dag.dag_id for row in page.rows] == expected
    assert page.total == len(expected)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (InstanceFilter(operators=("EmailOperator",)), "01"),
        (InstanceFilter(patterns={"operator": "python"}), "23"),
        (InstanceFilter(patterns={"display_name": "the email"}), "01"),
        (InstanceFilter(prefixes={"display_name": "The P"}), "2"),
        (InstanceFilter(patterns={"dag_id": "sales", "pool": "default%"}), "012"),
        (InstanceFilter(patterns={"pool": "x"}), ""),
        (InstanceFilter(versions=(1,), dag_ids=("sales_eu",)), "0"),
        (InstanceFilter(try_numbers=(1,)), "3"),
        (InstanceFilter(executors=("local",)), "3"),
        (InstanceFilter(executors=("celery",)), ""),
        (InstanceFilter(states=(TaskState.SUCCESS,)), "3"),
        (InstanceFilter(states=(TaskState.SCHEDULED,)), "012"),
        (InstanceFilter(states=(TaskState.SCHEDULED, TaskState.SUCCESS)), "0123"),
        (InstanceFilter(mapped=True), ""),
        (InstanceFilter(mapped=False, map_indexes=(-1,)), "0123"),
        (InstanceFilter(queues=("default",), prefixes={"run_id": "hr"}), "3"),
        (InstanceFilter(ranges={"duration": Range(gte=59, lte=61)}), "3"),
        (InstanceFilter(ranges={"started_at": Range(gte=later(1))}), "3"),
        (InstanceFilter(ranges={"started_at": Range(gt=later(1))}), ""),
        (InstanceFilter(ranges={"updated_at": Range(gte=later(20))}), "23"),
        (InstanceFilter(ranges={"run_after": Range(lt=later(1))}), "0"),
    ],
)
def test_instances_can_be_asked_for_by(
    world: SqlStore, samples: Samples, wanted: InstanceFilter, expected: str
) -> None:
    last = world.queries.runs(RunFilter(dag_ids=("hr",)), ALL).rows[0].run
    start = samples.start(world.instances(last.uid)[0])
    begin = s.begin(start.after)
    world.apply([start, begin, s.end(begin.after)], now=later(40))
    page = world.queries.instances(wanted, ALL)
    assert "".join(sorted(row.run_id[-1] for row in page.rows)) == expected
    assert world.queries.instances(wanted, Slice(limit=1)).total == len(expected)


@pytest.mark.parametrize(
    "wanted",
    [
        RunFilter(patterns={"dagid": "x"}),
        RunFilter(prefixes={"dagid": "x"}),
        RunFilter(ranges={"rununtil": Range()}),
    ],
)
def test_an_unknown_filter_is_named(world: SqlStore, wanted: RunFilter) -> None:
    with pytest.raises(QueryError, match="only of"):
        world.queries.runs(wanted, ALL)


def test_tries_tell_attempts_apart(world: SqlStore, samples: Samples) -> None:
    run = world.queries.runs(RunFilter(dag_ids=("hr",)), ALL).rows[0].run
    instance = world.instances(run.uid)[0]
    for fresh in (True, False, True):
        start = samples.start(instance, fresh=fresh)
        begin = s.begin(start.after)
        ended = s.end(begin.after, state=TaskState.SCHEDULED)
        world.apply([start, begin, ended], now=NOON)
        instance = ended.after
    first, second = world.queries.tries(run.uid, "extract")
    assert (first.try_number, first.attempts, second.try_number) == (1, 2, 2)
    assert (first.started_at, first.ended_at) == (later(1), later(2))
    assert first.last.id != second.last.id
    assert world.queries.tries(run.uid, "extract", map_index=3) == []


def test_xcoms_can_be_asked_for(world: SqlStore, samples: Samples) -> None:
    run = world.queries.runs(RunFilter(dag_ids=("hr",)), ALL).rows[0].run
    start = samples.start(world.instances(run.uid)[0])
    world.apply([start], now=NOON)
    for key in ("rows", "url"):
        world.put_xcom(start.attempt.id, XComValue(key=key, value=b"[1]", length=1), at=later(5))
    queries = world.queries
    (url,) = queries.xcoms(XComFilter(keys=("url",), dag_ids=("hr",)), ALL).rows
    assert (url.at, url.run_id, url.size_bytes) == (later(5), run.run_id, 3)
    assert queries.xcoms(XComFilter(patterns={"key": "R"}), ALL).total == 2
    assert queries.xcoms(XComFilter(ranges={"at": Range(gt=later(5))}), ALL).total == 0
    assert queries.xcoms(XComFilter(), ALL, visible=frozenset({"x"})).total == 0
    whole = queries.xcom(run.uid, "extract", "url", map_index=-1)
    assert whole is not None
    assert (whole.entry, whole.value) == (url, b"[1]")
    assert queries.xcom(run.uid, "extract", "url", map_index=0) is None


def test_versions_are_numbered_for_each_dag(world: SqlStore) -> None:
    page = world.queries.versions(Slice(), dag_ids=("sales_eu",))
    assert [row.number for row in page.rows] == [1, 2]
    assert world.queries.versions(Slice(), numbers=(2,)).total == 1
    assert world.queries.versions_by_id([page.rows[1].id]) == {page.rows[1].id: page.rows[1]}


def test_an_import_error_keeps_its_number_while_it_stays(world: SqlStore) -> None:
    (before,) = world.queries.import_errors(ImportErrorFilter(), ALL).rows
    worse = tuple(ImportFailure(file="hr.py", message=words) for words in ("oh", "no"))
    world.record_parsed(
        [s.parsed(file="hr.py", failures=worse)], folder=FOLDER, now=later(9), paused=True
    )
    rows = world.queries.import_errors(ImportErrorFilter(patterns={"file": "HR"}), ALL).rows
    assert {row.failure.message: row.id == before.id for row in rows} == {"oh": False, "no": True}
    assert world.queries.import_error(before.id) == before
    assert world.queries.import_error(0) is None


def test_pools_are_listed_with_what_is_in_them(world: SqlStore, samples: Samples) -> None:
    world.put_pool(Pool(name="wide", slots=-1))
    run = samples.run(dag_id="hr", run_id="pools")
    create = s.create(run, *"abcd")
    world.apply([create], now=NOON)
    a, b, c, _ = create.instances
    starts = [samples.start(i) for i in (a, b)]
    deferred = s.change(c, state=TaskState.DEFERRED, pool_slots=3)
    world.apply([*starts, s.begin(starts[0].after), deferred], now=NOON)
    default, wide = world.queries.pools(PoolFilter(), ALL).rows
    assert (default.running, default.queued, default.deferred) == (1, 1, 3)
    assert default.scheduled == 5  # d, and one of each run of the fixture
    assert (default.occupied, default.open, wide.open) == (2, 126, -1)
    assert world.queries.pools(PoolFilter(names=("wide",)), ALL).total == 1
    assert world.queries.pools(PoolFilter(patterns={"name": "W"}), ALL).rows == [wide]


def test_small_lists_are_cut_and_matched(world: SqlStore) -> None:
    queries = world.queries
    for key in ("a", "b", "c"):
        world.put_variable(VariableRow(key=key, value=f"v{key}"))
        world.put_connection(ConnectionValue(conn_id=key, conn_type="http", password="p" + key))
    page = queries.variables(VariableFilter(), Slice(limit=2, order=("-key",)))
    assert ([row.value for row in page.rows], page.total) == (["vc", "vb"], 3)
    rest = queries.variables(
        VariableFilter(), Slice(order=("-key",), cursor=page.next_cursor or "")
    )
    assert [row.key for row in rest.rows] == ["a"]
    assert queries.variables(VariableFilter(patterns={"key": "B"}), ALL).total == 1
    (one,) = queries.connections(ConnectionFilter(conn_ids=("b",)), ALL).rows
    assert (one.conn_type, one.password) == ("http", "pb")
    assert queries.connections(ConnectionFilter(patterns={"conn_type": "ftp"}), ALL).total == 0
    assert [w.words for w in queries.dag_warnings(dag_ids=("sales_us",))] == ["slow"]
    assert queries.dag_names(["hr", "none"]) == {"hr": "hr"}
    assert queries.dag_stats(["sales_eu", "none"]) == {
        "sales_eu": {RunState.QUEUED: 1, RunState.FAILED: 1}
    }


def test_backfills_are_listed(world: SqlStore) -> None:
    for number, state in enumerate((BackfillState.RUNNING, BackfillState.DONE), start=1):
        backfill = Backfill(
            id=number, dag_id="hr", start=NOON, end=later(1), state=state, created_at=NOON
        )
        world.apply([PutBackfill(backfill=backfill)], now=NOON)
    queries = world.queries
    assert queries.backfills(BackfillFilter(), ALL).total == 2
    (active,) = queries.backfills(BackfillFilter(active=True), ALL).rows
    assert active.id == 1
    assert queries.backfills(BackfillFilter(active=False, dag_ids=("hr",)), ALL).total == 1
    assert queries.backfills(BackfillFilter(ids=(2,)), ALL, visible=frozenset()).total == 0


def test_a_run_that_is_gone_has_no_instances(world: SqlStore) -> None:
    assert world.queries.instances(InstanceFilter(runs=(RunUid("gone"),)), ALL).rows == []
