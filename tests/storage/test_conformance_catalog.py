"""What every store keeps of parsed files: one suite for memory, SQLite and PostgreSQL."""

import msgspec
import pytest

from narae.core.commands import ChangeDag
from narae.core.run import DagRow, Pool
from narae.core.spec import ImportFailure, ParsedFile, TaskSpec
from narae.core.states import RunState
from narae.core.timetables.spec import PlannedRun
from narae.engine.ports import Catalogued, Heartbeat, RunQuery, Store
from narae.testing import samples as s
from narae.testing.samples import FOLDER, NOON, Samples, later

replace = msgspec.structs.replace


def record(
    store: Store, *files: ParsedFile, minutes: float = 0, folder: str = FOLDER
) -> Catalogued:
    return store.record_parsed(files, folder=folder, now=later(minutes), paused=True)


def row(store: Store, dag_id: str = "sales") -> DagRow:
    (found,) = store.dags([dag_id])
    return found


def test_a_new_dag_gets_a_row_and_a_version(store: Store) -> None:
    spec = s.spec()
    assert record(store, s.parsed(spec)) == Catalogued(new=("sales",))
    found = row(store)
    assert (found.file, found.folder, found.is_paused) == ("sales.py", FOLDER, True)
    assert (found.code_version, found.parsed_at) == ("c1", NOON)
    assert store.spec(found.spec_id) == spec
    assert store.dag_versions("sales") == [(found.spec_id, "c1", NOON)]


def test_a_dag_may_say_itself_whether_it_starts_paused(store: Store) -> None:
    record(store, s.parsed(s.spec(is_paused_upon_creation=False)))
    assert not row(store).is_paused


def test_an_unknown_spec_is_a_key_error(store: Store) -> None:
    with pytest.raises(KeyError):
        store.spec(4711)


def test_dags_are_listed_by_id(store: Store) -> None:
    record(store, *(s.parsed(s.spec(name), file=f"{name}.py") for name in ("b", "B", "a_", "a.")))
    assert [dag.dag_id for dag in store.dags()] == ["B", "a.", "a_", "b"]
    assert [dag.dag_id for dag in store.dags(["b", "a.", "none"])] == ["a.", "b"]
    assert store.dags([]) == []


def test_the_same_spec_makes_no_version(store: Store) -> None:
    record(store, s.parsed(s.spec()))
    before = row(store)
    answer = record(store, s.parsed(s.spec()), minutes=1)
    assert answer == Catalogued(seen=("sales",))
    assert row(store) == replace(before, parsed_at=later(1))


def test_new_code_with_the_same_spec_moves_the_row_alone(store: Store) -> None:
    record(store, s.parsed(s.spec()))
    before = row(store)
    answer = record(store, s.parsed(s.spec(), code_version="c2"), minutes=1)
    assert answer == Catalogued(seen=("sales",))
    assert row(store) == replace(before, code_version="c2", revision=1, parsed_at=later(1))
    assert len(store.dag_versions("sales")) == 1


def test_a_changed_spec_makes_a_version_and_keeps_what_people_set(store: Store) -> None:
    record(store, s.parsed(s.spec()))
    before = row(store)
    unpaused = replace(before, is_paused=False, failed_in_a_row=3, revision=1)
    store.apply([ChangeDag(before=before, after=unpaused)], now=NOON)
    changed = s.spec(description="new")
    answer = record(store, s.parsed(changed, code_version="c2"), minutes=1)
    assert answer == Catalogued(changed=("sales",))
    found = row(store)
    assert (found.is_paused, found.failed_in_a_row, found.revision) == (False, 3, 2)
    assert store.spec(found.spec_id) == changed
    assert store.spec(before.spec_id) == s.spec()
    assert [(v[1], v[2]) for v in store.dag_versions("sales")] == [("c1", NOON), ("c2", later(1))]


def test_a_file_that_is_parsed_twice_in_one_batch_counts_in_order(store: Store) -> None:
    record(store, s.parsed(s.spec()), s.parsed(s.spec()), s.parsed(s.spec(description="x")))
    assert store.spec(row(store).spec_id).description == "x"
    assert len(store.dag_versions("sales")) == 2


def test_a_dag_that_its_file_no_longer_gives_is_stale(store: Store) -> None:
    record(store, s.parsed(s.spec("a"), s.spec("b")))
    assert record(store, s.parsed(s.spec("a"))) == Catalogued(seen=("a",), stale=("b",))
    assert row(store, "b").is_stale
    assert record(store, s.parsed(s.spec("a"))) == Catalogued(seen=("a",))


def test_a_stale_dag_comes_back_as_it_was(store: Store) -> None:
    record(store, s.parsed(s.spec()))
    record(store, s.parsed())
    assert record(store, s.parsed(s.spec())) == Catalogued(changed=("sales",))
    assert not row(store).is_stale
    assert len(store.dag_versions("sales")) == 1


def test_a_broken_file_keeps_its_last_good_dags(store: Store) -> None:
    record(store, s.parsed(s.spec("a"), s.spec("b")))
    failure = ImportFailure(file="sales.py", line=3, message="SyntaxError: no", traceback="t")
    assert record(store, s.parsed(failures=(failure,)), minutes=1) == Catalogued()
    assert [dag.is_stale for dag in store.dags()] == [False, False]
    assert store.import_failures() == [(FOLDER, failure, later(1))]


def test_an_import_failure_is_as_old_as_its_first_sight(store: Store) -> None:
    first = ImportFailure(file="sales.py", message="one")
    second = ImportFailure(file="sales.py", message="two")
    record(store, s.parsed(failures=(first,)), minutes=1)
    record(store, s.parsed(failures=(first, second)), minutes=2)
    assert store.import_failures() == [(FOLDER, first, later(1)), (FOLDER, second, later(2))]
    record(store, s.parsed(s.spec()))
    assert store.import_failures() == []


@pytest.mark.parametrize("together", [True, False])
def test_the_first_file_keeps_a_dag_id(store: Store, together: bool) -> None:
    files = [s.parsed(s.spec()), s.parsed(s.spec(description="other"), file="copy.py")]
    if together:
        record(store, *files)
    else:
        for file in files:
            record(store, file)
    assert row(store).file == "sales.py"
    ((_, failure, _),) = store.import_failures()
    assert failure.file == "copy.py"
    assert "sales.py" in failure.message
    assert "copy.py" in failure.message
    assert "'sales'" in failure.message


def test_a_dag_id_of_a_stale_dag_may_move_to_another_file(store: Store) -> None:
    record(store, s.parsed(s.spec()))
    store.record_gone(["sales.py"], folder=FOLDER, now=later(1))
    assert record(store, s.parsed(s.spec(), file="new.py")) == Catalogued(changed=("sales",))
    assert (row(store).file, row(store).is_stale) == ("new.py", False)


@pytest.mark.parametrize("how", ["gone", "scanned", "edited"])
def test_a_file_that_was_refused_a_dag_id_is_named_once_the_id_is_free(
    store: Store, how: str
) -> None:
    """As in a rename whose new file is seen before the old one is missed."""
    record(store, s.parsed(s.spec()))
    record(store, s.parsed(s.spec(), s.spec("mine"), file="renamed.py"))
    if how == "gone":
        answer = store.record_gone(["sales.py"], folder=FOLDER, now=later(1))
    elif how == "scanned":
        answer = store.record_scanned(["renamed.py"], folder=FOLDER, now=later(1))
    else:
        answer = record(store, s.parsed())
    assert answer == Catalogued(stale=("sales",), contested=((FOLDER, "renamed.py"),))
    again = record(store, s.parsed(s.spec(), s.spec("mine"), file="renamed.py"))
    assert again == Catalogued(changed=("sales",), seen=("mine",))
    assert store.import_failures() == []
    assert store.record_gone(["renamed.py"], folder=FOLDER, now=later(2)).contested == ()


def test_files_of_the_same_name_in_two_folders_are_two_files(store: Store) -> None:
    record(store, s.parsed(s.spec("a")))
    record(store, s.parsed(s.spec("b")), folder="/more")
    assert [dag.is_stale for dag in store.dags()] == [False, False]
    record(store, s.parsed(s.spec("a")), folder="/more")
    ((folder, failure, _),) = store.import_failures()
    assert folder == "/more"
    assert "/dags/sales.py" in failure.message


def test_gone_files_leave_stale_dags_and_no_failures(store: Store) -> None:
    failure = ImportFailure(file="sales.py", message="no")
    record(store, s.parsed(s.spec("a"), failures=(failure,)), s.parsed(s.spec("b"), file="b.py"))
    answer = store.record_gone(["sales.py", "none.py"], folder=FOLDER, now=later(1))
    assert answer == Catalogued(stale=("a",))
    assert [dag.is_stale for dag in store.dags()] == [True, False]
    assert store.import_failures() == []


def test_a_scan_makes_stale_what_it_did_not_see(store: Store) -> None:
    failure = ImportFailure(file="old.py", message="no")
    record(store, *(s.parsed(s.spec(n), file=f"{n}.py") for n in "abc"))
    record(store, s.parsed(failures=(failure,), file="old.py"))
    record(store, s.parsed(s.spec("elsewhere")), folder="/more")
    answer = store.record_scanned(["b.py"], folder=FOLDER, now=later(1))
    assert answer == Catalogued(stale=("a", "c"))
    assert [d.dag_id for d in store.dags() if not d.is_stale] == ["b", "elsewhere"]
    assert store.import_failures() == []


def test_planned_runs_of_a_custom_timetable_are_kept(store: Store) -> None:
    plan = PlannedRun(run_after=later(2), start=NOON, end=later(1))
    record(store, s.parsed(s.spec(), planned={"sales": (plan,)}))
    assert store.planned("sales") == [plan]
    assert store.planned("none") == []


def test_a_large_spec_survives(store: Store) -> None:
    tasks = tuple(
        TaskSpec(task_id=f"t{n}", operator="BashOperator", doc="나래\x00" * 20)
        for n in range(2_000)
    )
    spec = replace(s.spec(), tasks=tasks)
    record(store, s.parsed(spec))
    assert store.spec(row(store).spec_id) == spec


def test_a_deleted_dag_takes_its_runs_along(store: Store, samples: Samples) -> None:
    record(store, s.parsed(s.spec()), s.parsed(s.spec("other"), file="o.py"))
    runs = [samples.run(), samples.run(dag_id="other")]
    store.apply([s.create(run) for run in runs], now=NOON)
    start = samples.start(store.instances(runs[0].uid)[0])
    owed = s.callback(runs[0])
    store.apply([start, s.end(start.after, callback=owed)], now=NOON)
    assert store.delete_dag("sales")
    assert not store.delete_dag("sales")
    assert [dag.dag_id for dag in store.dags()] == ["other"]
    assert store.runs(RunQuery()) == [runs[1]]
    assert store.instances(runs[0].uid) == []
    assert store.attempts(runs[0].uid, start.attempt.key.ref) == []
    assert (store.dag_versions("sales"), store.callbacks()) == ([], [])
    assert record(store, s.parsed(s.spec())) == Catalogued(new=("sales",))


def test_the_latest_sign_of_life_stays(store: Store) -> None:
    beats = [
        Heartbeat(component="scheduler", name="box:1", at=NOON),
        Heartbeat(component="loader", name="box:2", at=NOON, detail={"files": 3}),
    ]
    store.beat(beats)
    later_beat = replace(beats[0], at=later(1))
    store.beat([later_beat])
    store.beat([])
    assert store.heartbeats() == [beats[1], later_beat]


def test_pools_are_made_changed_and_deleted(store: Store) -> None:
    (default,) = store.pools()
    assert (default.name, default.slots) == ("default_pool", 128)
    pool = Pool(name="small", slots=2, description="d", include_deferred=True)
    store.put_pool(replace(pool, slots=1))
    store.put_pool(pool)
    assert store.pools() == [default, pool]
    assert store.delete_pool("small")
    assert not store.delete_pool("small")
    with pytest.raises(ValueError, match="default_pool"):
        store.delete_pool("default_pool")


def test_a_callback_leaves_the_outbox_when_it_is_done(store: Store, samples: Samples) -> None:
    run = samples.run()
    store.apply([s.create(run)], now=NOON)
    owed = [s.callback(run, id=n, queued_at=later(-i)) for i, n in enumerate("ab")]
    start = [samples.start(i) for i in store.instances(run.uid)]
    ends = [s.end(c.after, callback=o) for c, o in zip(start, owed, strict=True)]
    store.apply([*start, *ends], now=NOON)
    assert store.callbacks() == owed[::-1]
    store.callback_done("b", at=later(5), error="boom")
    store.callback_done("none", at=later(5), error=None)
    assert store.callbacks() == owed[:1]


def test_code_versions_in_use_are_those_of_dags_and_runs(store: Store, samples: Samples) -> None:
    record(store, s.parsed(s.spec(), code_version="c1"))
    record(store, s.parsed(s.spec(description="new"), code_version="c2"))
    record(store, s.parsed(s.spec("loose"), file="loose.py", code_version=""))
    runs = [
        samples.run(run_id="a", code_version="c0"),
        samples.run(run_id="b", code_version="b0", state=RunState.SUCCESS),
    ]
    store.apply([s.create(run) for run in runs], now=NOON)
    found = store.code_in_use()
    assert found.trees == ("c0", "c2")
    assert found.contents == ("b0", "c0", "c1", "c2")
