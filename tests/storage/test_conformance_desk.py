"""What every store answers to attempts: one suite for memory, SQLite and PostgreSQL."""

import msgspec

from narae.core.commands import CreateRun
from narae.core.ids import AttemptId, TaskRef
from narae.core.reports import XComValue
from narae.core.requests import ConnectionValue, GetTaskStates, GetXCom
from narae.core.run import Instance, Run
from narae.core.spec import GroupSpec, TaskSpec
from narae.core.states import TaskState
from narae.engine.ports import Store, VariableRow
from narae.testing import samples as s
from narae.testing.samples import FOLDER, NOON, Samples, later

replace = msgspec.structs.replace


def started(store: Store, samples: Samples, run: Run, ref: TaskRef) -> AttemptId:
    before = next(i for i in store.instances(run.uid) if i.ref == ref)
    start = samples.start(before)
    assert store.apply([start], now=NOON) == [True]
    return start.attempt.id


def push(store: Store, samples: Samples, run: Run, *tasks: str, value: bytes = b"1") -> None:
    for task in tasks:
        name, _, index = task.partition(":")
        attempt = started(store, samples, run, TaskRef(name, int(index or -1)))
        assert store.put_xcom(attempt, XComValue(key="return_value", value=value), at=NOON)


def pull(store: Store, run: Run, **more: object) -> list[tuple[str, str, int]]:
    query = msgspec.convert({"dag_id": run.dag_id, "run_id": run.run_id} | more, GetXCom)
    return [(row.run_id, row.task_id, row.map_index) for row in store.xcoms(query)]


def mapped_run(store: Store, samples: Samples) -> Run:
    run = samples.run(run_id="r")
    places = [("m", 0, (0, 0)), ("m", 1, (1, 0)), ("m", 2, (0, 1)), ("m", 10, (0, 10))]
    instances = [
        Instance(run=run.uid, task_id=t, map_index=i, path=p, state=TaskState.SCHEDULED)
        for t, i, p in [*places, ("a", -1, ()), ("z", -1, ())]
    ]
    store.apply([CreateRun(run=run, instances=tuple(instances))], now=NOON)
    push(store, samples, run, "m:0", "m:1", "m:2", "m:10", "a", "z")
    return run


def test_variables_are_put_read_and_deleted(store: Store) -> None:
    rows = [VariableRow(key="b", value="나래"), VariableRow(key="a", value="", description="d")]
    for row in rows:
        store.put_variable(replace(row, value="old"))
        store.put_variable(row)
    assert store.variable("b") == "나래"
    assert store.variable("a") == ""
    assert store.variable("none") is None
    assert store.variables() == rows[::-1]
    assert store.delete_variable("a")
    assert not store.delete_variable("a")


def test_connections_are_put_read_and_deleted(store: Store) -> None:
    full = ConnectionValue(
        conn_id="db",
        conn_type="postgres",
        description="d",
        host="h",
        login="l",
        password="p",
        schema="s",
        port=5432,
        extra='{"a": 1}',
    )
    bare = ConnectionValue(conn_id="bare")
    store.put_connection(full)
    store.put_connection(replace(bare, password="x"))
    store.put_connection(bare)
    assert store.connection("db") == full
    assert store.connection("none") is None
    assert store.connections() == [bare, full]
    assert store.delete_connection("db")
    assert not store.delete_connection("db")


def test_xcoms_come_by_task_as_asked_then_by_path(store: Store, samples: Samples) -> None:
    run = mapped_run(store, samples)
    in_order = [("r", "m", 0), ("r", "m", 2), ("r", "m", 10), ("r", "m", 1)]
    assert pull(store, run) == [("r", "a", -1), *in_order, ("r", "z", -1)]
    assert pull(store, run, task_ids=["z", "m"]) == [("r", "z", -1), *in_order]
    assert pull(store, run, task_ids=[]) == []
    assert pull(store, run, map_indexes=[1, 2]) == [("r", "m", 2), ("r", "m", 1)]
    assert pull(store, run, task_ids=["m"], path_prefix=[0]) == in_order[:3]
    assert pull(store, run, key="other") == []
    assert pull(store, replace(run, run_id="none")) == []


def test_of_prior_dates_each_task_gives_its_latest_run(store: Store, samples: Samples) -> None:
    runs = [samples.run(run_id=str(n), logical_date=later(n)) for n in range(4)]
    store.apply([s.create(run, "a", "b") for run in runs], now=NOON)
    push(store, samples, runs[0], "a", "b")
    push(store, samples, runs[1], "a")
    push(store, samples, runs[3], "a", "b")
    assert pull(store, runs[2]) == []
    assert pull(store, runs[2], include_prior_dates=True) == [("1", "a", -1), ("0", "b", -1)]
    assert pull(store, runs[0], include_prior_dates=True) == [("0", "a", -1), ("0", "b", -1)]


def test_an_xcom_may_be_large_and_is_replaced(store: Store, samples: Samples) -> None:
    run = samples.run()
    store.apply([s.create(run)], now=NOON)
    attempt = started(store, samples, run, TaskRef("extract"))
    large = bytes(range(256)) * 4_096
    for value in (b"1", large):
        assert store.put_xcom(
            attempt, XComValue(key="return_value", value=value, length=2**40), at=NOON
        )
    (row,) = store.xcoms(GetXCom(dag_id="sales", run_id=run.run_id))
    assert row.value == large


def test_only_the_current_attempt_writes(store: Store, samples: Samples) -> None:
    run = samples.run()
    store.apply([s.create(run)], now=NOON)
    first = samples.start(store.instances(run.uid)[0])
    again = s.end(first.after, state=TaskState.SCHEDULED)
    second = samples.start(again.after, fresh=False)
    store.apply([first, again, second], now=NOON)
    xcom = XComValue(key="return_value", value=b"1")
    for attempt, expected in (
        (first.attempt.id, False),
        (AttemptId("unknown"), False),
        (second.attempt.id, True),
    ):
        assert store.put_xcom(attempt, xcom, at=NOON) is expected
        assert store.put_rendered(attempt, {"sql": str(attempt)}, None) is expected
    ref = TaskRef("extract")
    assert store.rendered(run.uid, ref) == {"sql": second.attempt.id}
    store.apply([s.end(second.after)], now=NOON)
    assert not store.put_xcom(second.attempt.id, xcom, at=NOON)
    assert len(pull(store, run)) == 1


def test_a_fresh_try_forgets_and_a_resumed_one_remembers(store: Store, samples: Samples) -> None:
    run = samples.run()
    ref = TaskRef("extract")
    store.apply([s.create(run)], now=NOON)
    for fresh, kept in ((True, True), (False, True), (True, False)):
        start = samples.start(store.instances(run.uid)[0], fresh=fresh)
        store.apply([start], now=NOON)
        assert bool(pull(store, run)) is (kept and not fresh)
        assert (store.rendered(run.uid, ref) is not None) is (kept and not fresh)
        store.put_xcom(start.attempt.id, XComValue(key="return_value", value=b"1"), at=NOON)
        store.put_rendered(start.attempt.id, {"a": [1, None]}, "label")
        store.apply([s.end(start.after, state=TaskState.SCHEDULED)], now=NOON)
    assert store.rendered(run.uid, ref) == {"a": [1, None]}


def test_task_states_are_found_by_task_group_date_and_run(store: Store, samples: Samples) -> None:
    tasks = [TaskSpec(task_id="a", operator="X")]
    tasks += [TaskSpec(task_id=t, operator="X", group_id=g) for t, g in (("p", "g"), ("q", "g.h"))]
    groups = (GroupSpec(group_id="g"), GroupSpec(group_id="g.h", parent_id="g"))
    spec = replace(s.spec(), tasks=tuple(tasks), groups=groups)
    store.record_parsed([s.parsed(spec)], folder=FOLDER, now=NOON, paused=False)
    spec_id = store.dags()[0].spec_id
    runs = [samples.run(spec_id=spec_id, run_id=str(n), logical_date=later(n)) for n in range(2)]
    for run in runs:
        instances = [Instance(run=run.uid, task_id=t) for t in "ap"]
        instances += [Instance(run=run.uid, task_id="q", map_index=n) for n in range(2)]
        store.apply([CreateRun(run=run, instances=tuple(instances))], now=NOON)
    names = {"a": "none", "p": "none", "q[0]": "none", "q[1]": "none"}

    def ask(**more: object) -> dict[str, set[str]]:
        query = msgspec.convert({"dag_id": "sales"} | more, GetTaskStates, strict=False)
        return {run: set(states) for run, states in store.task_states(query).items()}

    assert store.task_states(GetTaskStates(dag_id="sales")) == {"0": names, "1": names}
    assert ask(run_ids=["1"], task_ids=["a"]) == {"1": {"a"}}
    assert ask(run_ids=["1"], group_id="g") == {"1": {"p", "q[0]", "q[1]"}}
    assert ask(run_ids=["1"], group_id="g.h", task_ids=["a"]) == {"1": {"a", "q[0]", "q[1]"}}
    assert ask(logical_dates=[later(0), later(5)]) == {"0": set(names)}
    assert store.task_states(GetTaskStates(dag_id="none")) == {}
