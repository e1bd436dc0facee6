import pytest

from narae.core.commands import Audit
from narae.core.reports import XComValue
from narae.core.run import Run
from narae.core.spec import ImportFailure
from narae.core.states import RunState, TaskState
from narae.storage.queries import (
    AuditFilter,
    DagFilter,
    InstanceFilter,
    QueryError,
    Range,
    RunFilter,
    Slice,
)
from narae.storage.store import SqlStore
from narae.testing import samples as s
from narae.testing.samples import FOLDER, NOON, Samples, later


@pytest.fixture
def full(sql_store: SqlStore, samples: Samples) -> SqlStore:
    """Three DAGs, four runs, one attempt that runs."""
    files = [
        s.parsed(s.spec("alpha", tags=("hr", "x%"), schedule_text="@daily"), file="a.py"),
        s.parsed(s.spec("beta", tags=("hr",), display_name="The Second"), file="b.py"),
        s.parsed(s.spec("gone"), file="g.py"),
        s.parsed(file="b.py", failures=(ImportFailure(file="b.py", message="no"),)),
        s.parsed(file="g.py"),
    ]
    sql_store.record_parsed(files, folder=FOLDER, now=NOON, paused=True)
    runs = [
        samples.run(dag_id="alpha", run_id=f"r{n}", logical_date=later(n), state=state)
        for n, state in enumerate((RunState.SUCCESS, RunState.FAILED, RunState.RUNNING))
    ]
    runs.append(samples.run(dag_id="beta", run_id="b_1", run_after=later(9)))
    creates = [s.create(run) for run in runs]
    start = samples.start(creates[2].instances[0])
    audit = [
        Audit(at=later(n), who=who, what="clear", dag_id="alpha")
        for n, who in enumerate(("min", "kim", "min"))
    ]
    sql_store.apply([*creates, start, s.begin(start.after), *audit], now=NOON)
    sql_store.put_xcom(start.attempt.id, XComValue(key="k", value=b"12345", length=3), at=NOON)
    return sql_store


def names(store: SqlStore, wanted: DagFilter, *order: str) -> list[str]:
    return [row.dag.dag_id for row in store.queries.dags(wanted, Slice(order=order)).rows]


def test_dags_are_listed_with_what_a_list_shows(full: SqlStore) -> None:
    page = full.queries.dags(DagFilter(), Slice())
    assert page.total == 2
    alpha, beta = page.rows
    assert alpha.dag == full.dags(["alpha"])[0]
    assert (alpha.schedule_text, alpha.tags, alpha.owners) == ("@daily", ("hr", "x%"), ("airflow",))
    assert alpha.last_run is not None
    assert alpha.last_run.run_id == "r2"
    assert (alpha.has_import_errors, beta.has_import_errors) == (False, True)
    assert (beta.display_name, beta.tags) == ("The Second", ("hr",))
    assert beta.last_run is not None
    assert beta.last_run.run_id == "b_1"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (DagFilter(stale=None), ["alpha", "beta", "gone"]),
        (DagFilter(stale=True), ["gone"]),
        (DagFilter(pattern="ALP"), ["alpha"]),
        (DagFilter(pattern="second"), ["beta"]),
        (DagFilter(pattern="%"), []),
        (DagFilter(tags=("x%", "none")), ["alpha"]),
        (DagFilter(tags=("x%", "hr"), every_tag=True), ["alpha"]),
        (DagFilter(tags=("hr",)), ["alpha", "beta"]),
        (DagFilter(owners=("airflow", "x")), ["alpha", "beta"]),
        (DagFilter(owners=("air",)), []),
        (DagFilter(paused=False), []),
        (DagFilter(dag_ids=("beta", "gone")), ["beta"]),
        (DagFilter(last_run_state=RunState.RUNNING), ["alpha"]),
    ],
)
def test_dags_are_filtered(full: SqlStore, wanted: DagFilter, expected: list[str]) -> None:
    assert names(full, wanted) == expected


def test_lists_are_ordered_and_cut(full: SqlStore) -> None:
    assert names(full, DagFilter(), "-dag_id") == ["beta", "alpha"]
    assert names(full, DagFilter(stale=None), "-last_run_at") == ["beta", "alpha", "gone"]
    pages = [
        full.queries.runs(RunFilter(dag_ids=("alpha",)), Slice(limit=2, offset=n))
        for n in (0, 2, 4)
    ]
    assert [[row.run.run_id for row in page.rows] for page in pages] == [["r2", "r1"], ["r0"], []]
    assert [page.total for page in pages] == [3, 3, 3]


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Slice(order=("dagid",)), "did you mean 'dag_id'"),
        (Slice(limit=5_000), "from 0 to 1000"),
        (Slice(offset=-1), "offset"),
    ],
)
def test_a_list_that_makes_no_sense_says_why(full: SqlStore, part: Slice, words: str) -> None:
    with pytest.raises(QueryError, match=words):
        full.queries.dags(DagFilter(), part)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (RunFilter(), ["b_1", "r2", "r1", "r0"]),
        (RunFilter(states=(RunState.FAILED, RunState.RUNNING)), ["r2", "r1"]),
        (RunFilter(pattern="_"), ["b_1"]),
        (RunFilter(run_ids=("r0",)), ["r0"]),
        (RunFilter(ranges={"logical_date": Range(gte=later(1))}), ["r2", "r1"]),
        (RunFilter(ranges={"run_after": Range(lte=NOON)}), ["r2", "r1", "r0"]),
    ],
)
def test_runs_are_filtered(full: SqlStore, wanted: RunFilter, expected: list[str]) -> None:
    assert [row.run.run_id for row in full.queries.runs(wanted, Slice()).rows] == expected


def test_instances_are_listed_with_their_attempts(full: SqlStore) -> None:
    wanted = InstanceFilter(dag_ids=("alpha",), states=(TaskState.RUNNING,))
    (row,) = full.queries.instances(wanted, Slice()).rows
    assert (row.run_id, row.instance.task_id, row.host, row.pid) == ("r2", "extract", "box", 4711)
    everything = full.queries.instances(InstanceFilter(), Slice(order=("task_id",), limit=5))
    assert everything.total == 8
    assert [r.instance.task_id for r in everything.rows] == ["extract"] * 4 + ["load"]
    wanted = InstanceFilter(run_ids=("r1",), task_ids=("load",), pools=("default_pool",))
    assert full.queries.instances(wanted, Slice()).total == 1
    wanted = InstanceFilter(
        ranges={"started_at": Range(gte=NOON), "logical_date": Range(gte=NOON, lte=NOON)}
    )
    assert full.queries.instances(wanted, Slice()).total == 0
    with pytest.raises(QueryError, match="only of"):
        full.queries.instances(InstanceFilter(ranges={"x": Range()}), Slice())


def test_states_are_counted(full: SqlStore) -> None:
    found = full.queries.runs(RunFilter(run_ids=("r2", "r1")), Slice()).rows
    runs: list[Run] = [row.run for row in found]
    assert full.queries.state_counts([run.uid for run in runs]) == {
        runs[0].uid: {TaskState.RUNNING: 1, TaskState.SCHEDULED: 1},
        runs[1].uid: {TaskState.SCHEDULED: 2},
    }
    counts = full.queries.run_state_counts(since=later(1), until=later(9))
    assert counts == {RunState.FAILED: 1, RunState.RUNNING: 1, RunState.QUEUED: 1}


def test_what_people_did_is_listed_latest_first(full: SqlStore) -> None:
    page = full.queries.audits(AuditFilter(who="min"), Slice())
    assert [entry.audit.at for entry in page.rows] == [later(2), later(0)]
    assert full.queries.audits(AuditFilter(since=later(1), what=("clear",)), Slice()).total == 2
    assert full.queries.audits(AuditFilter(dag_id="beta"), Slice()).total == 0


def test_xcoms_are_listed_without_their_values(full: SqlStore) -> None:
    (row,) = full.queries.runs(RunFilter(run_ids=("r2",)), Slice()).rows
    run = row.run
    (entry,) = full.queries.xcom_entries(run.uid, task_id="extract")
    assert (entry.key, entry.size_bytes, entry.length) == ("k", 5, 3)
    assert full.queries.xcom_entries(run.uid, task_id="load") == []


def test_tags_and_warnings_are_listed(full: SqlStore) -> None:
    assert full.queries.tags() == ["hr", "x%"]
    file = s.parsed(s.spec("w"), file="w.py", warnings=("left a thread",))
    full.record_parsed([file], folder=FOLDER, now=NOON, paused=True)
    assert full.queries.warnings(FOLDER, "w.py") == ("left a thread",)
    assert full.queries.warnings(FOLDER, "none.py") == ()
