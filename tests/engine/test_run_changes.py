"""Runs, task instances and XComs: what users change of them by hand."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from narae.core.commands import Audit
from narae.core.ids import TaskRef
from narae.core.requests import GetXCom
from narae.core.run import Reprocess, Run
from narae.core.spec import DagSpec, Expansion, GroupSpec, LiteralInput, TaskSpec, XComInput
from narae.core.states import RunState, RunType, TaskState
from narae.core.timetables.spec import CronInterval, DataInterval, Never
from narae.engine import actions
from narae.engine.actions import (
    RunWish,
    Selection,
    TaskMark,
    backfills,
    instances,
    runs,
    xcoms,
)
from narae.engine.actions.backfills import BackfillWish
from narae.engine.actions.bulk import OnMissing
from narae.engine.actions.instances import InstancePatch
from narae.engine.actions.runs import RunPatch
from narae.engine.errors import AlreadyExists, Conflict, Invalid, NotFound
from narae.testing.fake_executor import fails, hangs, succeeds
from narae.testing.memory_store import MemoryStore
from narae.testing.stage import Stage

MakeStage = Callable[..., Stage]
MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
A = TaskSpec(task_id="extract", operator="X")
B = TaskSpec(task_id="load", operator="X", upstream=("extract",))
GROUP = GroupSpec(group_id="g")
ONE = TaskSpec(task_id="g.one", operator="X", group_id="g")
TWO = TaskSpec(task_id="g.two", operator="X", group_id="g")


def dag(*tasks: TaskSpec, **more: Any) -> DagSpec:
    facts: dict[str, Any] = {"dag_id": "sales", "timetable": Never(), "tasks": tasks or (A, B)}
    return DagSpec(**(facts | more))


def audits(stage: Stage) -> list[Audit]:
    assert isinstance(stage.store, MemoryStore)
    return stage.store.tables.audits


def three_days(stage: Stage, *tasks: TaskSpec, **more: Any) -> list[Run]:
    """Three runs that have ended, of three days."""
    stage.add_dag(dag(*tasks, **more))
    found = [stage.trigger("sales", logical_date=MIDNIGHT - n * DAY) for n in (3, 2, 1)]
    stage.play(timedelta(minutes=5))
    return found


# -- runs -----------------------------------------------------------------------------------


def test_a_run_is_found_by_its_date(stage: Stage) -> None:
    first = three_days(stage)[0]
    assert runs.find_at(stage.act(), "sales", MIDNIGHT - 3 * DAY).uid == first.uid
    with pytest.raises(NotFound, match="logical date"):
        runs.find_at(stage.act(), "sales", MIDNIGHT)
    with pytest.raises(NotFound, match="did you mean 'sales'"):
        runs.find_at(stage.act(), "sale", MIDNIGHT)
    with pytest.raises(Invalid, match="no time zone"):
        runs.find_at(stage.act(), "sales", MIDNIGHT.replace(tzinfo=None))


def test_who_triggered_stands_with_the_run(stage: Stage) -> None:
    stage.add_dag(dag())
    assert actions.trigger(stage.act("ann"), "sales").triggered_by_user == "ann"
    task = RunWish(run_type=RunType.OPERATOR_TRIGGERED)
    assert actions.trigger(stage.act("task a.b"), "sales", task).triggered_by_user is None
    named = RunWish(triggering_user="bob", run_id="x")
    assert actions.trigger(stage.act("ann"), "sales", named).triggered_by_user == "bob"


def test_a_refused_trigger_is_not_told_as_done(stage: Stage) -> None:
    stage.add_dag(dag())
    stage.trigger("sales", run_id="x")
    told = len(audits(stage))
    with pytest.raises(AlreadyExists):
        stage.trigger("sales", run_id="x")
    assert len(audits(stage)) == told
    after = audits(stage)[-1].after
    assert after is not None
    assert after["run_id"] == "x"


def test_what_conf_names_a_secret_is_not_told(stage: Stage) -> None:
    stage.add_dag(dag())
    conf = {"day": 3, "db": {"password": "open-sesame-1"}}
    assert stage.trigger("sales", conf=conf).conf == conf
    assert audits(stage)[-1].detail["conf"] == {"day": 3, "db": {"password": "***"}}


def test_a_run_that_runs_is_deleted_only_when_that_is_meant(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: hangs())
    stage.add_dag(dag())
    run = stage.trigger("sales")
    stage.play()
    with pytest.raises(Conflict, match="is running: let it end, or end it first"):
        runs.delete(stage.act(), "sales", run.run_id)
    runs.delete(stage.act(), "sales", run.run_id, even_running=True)
    assert stage.runs("sales") == []
    stage.play()
    assert not stage.executor.running
    assert [row.what for row in audits(stage)][-1] == "delete_dag_run"
    with pytest.raises(NotFound):
        runs.delete(stage.act(), "sales", run.run_id)


def test_a_queued_run_that_is_deleted_leaves_the_line(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: succeeds(lasts=timedelta(seconds=10)))
    stage.add_dag(dag(max_active_runs=1))
    first, second, third = (stage.trigger("sales") for _ in range(3))
    stage.play(timedelta(seconds=1))
    runs.delete(stage.act(), "sales", second.run_id)
    stage.play(timedelta(minutes=5))
    assert [run.uid for run in stage.runs("sales")] == [first.uid, third.uid]
    assert {run.state for run in stage.runs("sales")} == {RunState.SUCCESS}


def test_who_waited_for_a_deleted_run_goes_on(make_stage: MakeStage) -> None:
    plays = [fails()]
    stage = make_stage(script=lambda _: plays.pop() if plays else succeeds())
    past = TaskSpec(task_id="extract", operator="X", depends_on_past=True)
    first, second, _ = three_days(stage, past, catchup=False)
    assert stage.states(second) == {"extract": "none", "run": "running"}
    runs.delete(stage.act(), "sales", first.run_id)
    stage.play()
    assert stage.states(second) == {"extract": "success", "run": "success"}


def test_a_run_changes_in_what_is_given(stage: Stage) -> None:
    run = three_days(stage)[0]
    after = runs.patch(stage.act(), "sales", run.run_id, RunPatch(note="n"))
    assert (after.note, after.state) == ("n", RunState.SUCCESS)
    patch = RunPatch(state=RunState.FAILED, note=None)
    after = runs.patch(stage.act(), "sales", run.run_id, patch)
    assert (after.note, after.state) == (None, RunState.FAILED)
    rows = [(row.what, row.before, row.after) for row in audits(stage)][-2:]
    assert rows == [
        ("mark_run_failed", {"state": "success"}, {"state": "failed"}),
        ("note", {"note": "n"}, {"note": None}),
    ]
    with pytest.raises(Invalid, match="note: has at most 1000"):
        runs.patch(stage.act(), "sales", run.run_id, RunPatch(note="x" * 1001))
    with pytest.raises(Invalid, match="state: running is not for users"):
        runs.patch(stage.act(), "sales", run.run_id, RunPatch(state=RunState.RUNNING))


def test_whoever_waits_learns_of_the_end(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: hangs())
    stage.add_dag(dag())
    run = stage.trigger("sales")
    stage.play()
    assert runs.ended(stage.act(), "sales", run.run_id) is None
    runs.stop(stage.act(), "sales", run.run_id)
    ended = runs.ended(stage.act(), "sales", run.run_id)
    assert ended is not None
    assert ended.state is RunState.FAILED
    assert stage.states(run)["load"] == "skipped"
    with pytest.raises(Conflict, match="has ended already: failed"):
        runs.stop(stage.act(), "sales", run.run_id)


def test_a_dry_run_of_a_clear_changes_nothing(stage: Stage) -> None:
    run = three_days(stage)[0]
    told = len(audits(stage))
    found = runs.clear(stage.act(), "sales", run.run_id, dry_run=True, note="n")
    assert [each.task_id for _, each in found] == ["extract", "load"]
    assert stage.run(run).state is RunState.SUCCESS
    assert len(audits(stage)) == told
    runs.clear(stage.act(), "sales", run.run_id, note="again")
    assert stage.run(run).state is RunState.QUEUED
    assert stage.run(run).note == "again"
    assert stage.instance(run, "load").note == "again"


def test_only_new_tasks_are_run(stage: Stage) -> None:
    run = three_days(stage)[0]
    stage.add_dag(dag(A, B, TaskSpec(task_id="new", operator="X")), code_version="v2")
    dry = runs.clear(stage.act(), "sales", run.run_id, only_new=True, dry_run=True)
    assert [each.task_id for _, each in dry] == ["new"]
    assert "new" not in stage.states(run)
    runs.clear(stage.act(), "sales", run.run_id, only_new=True)
    stage.play()
    assert stage.states(run) == {
        "extract": "success",
        "load": "success",
        "new": "success",
        "run": "success",
    }
    assert stage.instance(run, "load").try_number == 1
    with pytest.raises(Invalid, match="only_new"):
        runs.clear(stage.act(), "sales", run.run_id, only_new=True, only_failed=True)


def test_each_run_of_many_has_its_own_result(stage: Stage) -> None:
    first, second, _ = three_days(stage)
    names = [("sales", run.run_id) for run in (first, second)]
    patches = [(name, RunPatch(note="n")) for name in [*names, ("sales", "none")]]
    result = runs.bulk_update(stage.act(), patches)
    assert result.success == tuple(".".join(name) for name in names)
    assert [fault.status for fault in result.errors] == [404]
    gone = runs.bulk_delete(stage.act(), [*names, names[0]], OnMissing.SKIP)
    assert (len(gone.success), gone.errors) == (2, ())
    assert len(stage.runs("sales")) == 1


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"logical_date": datetime(1, 1, 1, tzinfo=UTC)}, "logical_date: 0001-01-01"),
        ({"run_after": datetime(9999, 1, 1, tzinfo=UTC)}, "run_after: 9999-01-01"),
        (
            {"interval": DataInterval(start=MIDNIGHT, end=MIDNIGHT - DAY)},
            "data_interval_end: the data interval ends before it starts",
        ),
        ({"note": "x" * 1001}, "note: has at most 1000"),
        ({"note": "\x00"}, "note: holds a NUL"),
    ],
)
def test_a_wish_out_of_reach_names_its_field(
    stage: Stage, wish: dict[str, Any], words: str
) -> None:
    stage.add_dag(dag())
    with pytest.raises(Invalid) as caught:
        stage.trigger("sales", **wish)
    assert caught.value.words.startswith(words)


def test_dates_without_a_zone_are_refused_everywhere(stage: Stage) -> None:
    stage.add_dag(dag())
    naive = MIDNIGHT.replace(tzinfo=None)
    with pytest.raises(Invalid, match=r"start: .* has no time zone"):
        actions.clear(stage.act(), "sales", Selection(start=naive))
    wish = BackfillWish(start=MIDNIGHT, end=naive)
    with pytest.raises(Invalid, match=r"end: .* has no time zone"):
        backfills.plan(stage.act(), "sales", wish)


# -- clear and mark -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sides", "days"),
    [
        ({}, [30]),
        ({"past": True}, [29, 30]),
        ({"future": True}, [30, 31]),
        ({"past": True, "future": True}, [29, 30, 31]),
    ],
)
def test_a_clear_and_a_mark_reach_other_days(
    stage: Stage, sides: dict[str, Any], days: list[int]
) -> None:
    middle = three_days(stage)[1]
    selection = Selection(run_ids=(middle.run_id,), tasks=(("load", None),), **sides)
    found = actions.clear(stage.act(), "sales", selection, dry_run=True)
    assert sorted(run.logical_date.day for run, _ in found if run.logical_date) == days
    mark = TaskMark(task_id="load", state=TaskState.FAILED, **sides)
    found = actions.mark_tasks(stage.act(), "sales", middle.run_id, mark, dry_run=True)
    assert sorted(run.logical_date.day for run, _ in found if run.logical_date) == days
    assert {state for run in stage.runs("sales") for state in stage.states(run).values()} == {
        "success"
    }
    actions.mark_tasks(stage.act(), "sales", middle.run_id, mark)
    states = [stage.instance(run, "load").state for run in stage.runs("sales")]
    assert states.count(TaskState.FAILED) == len(days)


def test_a_task_group_is_cleared_and_marked_whole(stage: Stage) -> None:
    run = three_days(stage, A, ONE, TWO, groups=(GROUP,))[0]
    selection = Selection(run_ids=(run.run_id,), groups=("g",))
    found = actions.clear(stage.act(), "sales", selection, dry_run=True)
    assert [each.task_id for _, each in found] == ["g.one", "g.two"]
    mark = TaskMark(group_id="g", state=TaskState.SKIPPED)
    found = actions.mark_tasks(stage.act(), "sales", run.run_id, mark)
    assert [each.task_id for _, each in found] == ["g.one", "g.two"]
    assert stage.instance(run, "g.two").state is TaskState.SKIPPED
    with pytest.raises(NotFound, match="task group of sales 'h'"):
        actions.clear(stage.act(), "sales", Selection(run_ids=(run.run_id,), groups=("h",)))
    named: list[dict[str, Any]] = [{}, {"task_id": "extract", "group_id": "g"}]
    for both in named:
        wrong = TaskMark(state=TaskState.SKIPPED, **both)
        with pytest.raises(Invalid, match="name a task or a task group"):
            actions.mark_tasks(stage.act(), "sales", run.run_id, wrong)


def test_what_runs_is_not_cleared_by_accident(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: hangs())
    stage.add_dag(dag())
    run = stage.trigger("sales")
    stage.play()
    selection = Selection(run_ids=(run.run_id,), prevent_running=True)
    with pytest.raises(Conflict, match=r"extract of .* is running; let it end first"):
        actions.clear(stage.act(), "sales", selection)
    assert stage.instance(run, "extract").state is TaskState.RUNNING


def test_an_audit_row_says_what_was_cleared(stage: Stage) -> None:
    run = three_days(stage)[0]
    actions.clear(stage.act("ann"), "sales", Selection(run_ids=(run.run_id,)))
    row = audits(stage)[-1]
    assert (row.who, row.what, row.run_id) == ("ann", "clear", run.run_id)
    states = {f"{run.run_id} extract": "success", f"{run.run_id} load": "success"}
    assert row.before == {"count": 2, "states": states}


# -- task instances -------------------------------------------------------------------------


def test_an_instance_changes_in_what_is_given(stage: Stage) -> None:
    run = three_days(stage)[0]
    both = InstancePatch(task_id="load", state=TaskState.FAILED, note="n")
    dry = instances.patch(stage.act(), "sales", run.run_id, both, dry_run=True)
    assert [(each.task_id, each.state, each.note) for _, each in dry] == [
        ("load", TaskState.SUCCESS, None)
    ]
    assert stage.instance(run, "load").note is None
    found = instances.patch(stage.act(), "sales", run.run_id, both)
    assert [(each.task_id, each.state, each.note) for _, each in found] == [
        ("load", TaskState.FAILED, "n")
    ]
    note = InstancePatch(task_id="load", note=None)
    assert instances.patch(stage.act(), "sales", run.run_id, note)[0][1].note is None
    again = instances.patch(stage.act(), "sales", run.run_id, note)
    assert [each.task_id for _, each in again] == ["load"]
    with pytest.raises(NotFound, match="did you mean 'load'"):
        instances.patch(stage.act(), "sales", run.run_id, InstancePatch(task_id="lod"))


def test_all_mapped_instances_or_some_are_meant(stage: Stage) -> None:
    expansion = Expansion(inputs={"x": LiteralInput(length=3)})
    run = three_days(stage, TaskSpec(task_id="m", operator="X", expansion=expansion))[0]
    some = InstancePatch(task_id="m", map_indexes=(0, 2), note="n")
    found = instances.patch(stage.act(), "sales", run.run_id, some)
    assert [each.map_index for _, each in found] == [0, 2]
    every = InstancePatch(task_id="m", state=TaskState.SKIPPED)
    assert len(instances.patch(stage.act(), "sales", run.run_id, every)) == 3
    missing = InstancePatch(task_id="m", map_indexes=(7,), note="n")
    with pytest.raises(NotFound):
        instances.patch(stage.act(), "sales", run.run_id, missing)


def test_what_runs_is_stopped(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: hangs())
    stage.add_dag(dag())
    run = stage.trigger("sales")
    stage.play()
    stopped = instances.stop(stage.act(), "sales", run.run_id, TaskRef("extract"))
    assert stopped.state is TaskState.FAILED
    stage.play()
    assert not stage.executor.running
    assert stage.states(run)["run"] == "failed"
    with pytest.raises(Conflict, match="extract does not run: it is failed"):
        instances.stop(stage.act(), "sales", run.run_id, TaskRef("extract"))


def test_only_what_was_removed_is_deleted(stage: Stage) -> None:
    run = three_days(stage)[0]
    with pytest.raises(Conflict, match="only what has been removed can be deleted"):
        instances.delete(stage.act(), "sales", run.run_id, TaskRef("load"))
    stage.add_dag(dag(A), code_version="v2")
    runs.clear(stage.act(), "sales", run.run_id, latest_code=True)
    stage.play()
    assert stage.states(run)["load"] == "removed"
    result = instances.bulk_delete(
        stage.act(),
        [(("sales", run.run_id), TaskRef(task_id)) for task_id in ("load", "extract", "no")],
    )
    assert result.success == (f"sales.{run.run_id}.load",)
    assert [fault.status for fault in result.errors] == [409, 404]
    assert "load" not in stage.states(run)
    patch = InstancePatch(task_id="extract", note="n")
    done = instances.bulk_update(stage.act(), [(("sales", run.run_id), patch)])
    assert done.errors == ()
    assert stage.instance(run, "extract").note == "n"


# -- XComs ----------------------------------------------------------------------------------


def stored(stage: Stage, run: Run, key: str) -> list[Any]:
    query = GetXCom(dag_id="sales", run_id=run.run_id, key=key)
    return [json.loads(row.value) for row in stage.store.xcoms(query)]


def test_an_xcom_is_made_changed_and_deleted(stage: Stage) -> None:
    run = three_days(stage)[0]
    place = ("sales", run.run_id, TaskRef("load"), "k")
    with pytest.raises(NotFound, match="XCom of load"):
        xcoms.update(stage.act(), *place, 1)
    xcoms.create(stage.act(), *place, {"a": [1, None, "나래"]})
    assert stored(stage, run, "k") == [{"a": [1, None, "나래"]}]
    with pytest.raises(AlreadyExists, match="has an XCom 'k' already"):
        xcoms.create(stage.act(), *place, 1)
    xcoms.update(stage.act(), *place, "open-sesame-1")
    assert stored(stage, run, "k") == ["open-sesame-1"]
    xcoms.delete(stage.act(), *place)
    assert stored(stage, run, "k") == []
    with pytest.raises(NotFound):
        xcoms.delete(stage.act(), *place)
    assert [row.what for row in audits(stage)][-3:] == [
        *("create_xcom_entry", "update_xcom_entry", "delete_xcom_entry")
    ]
    assert "open-sesame-1" not in repr(audits(stage))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("", 1, "key: has to have 1 to 512"),
        ("k", [{"__type__": "x"}], "value: an object with the key '__type__'"),
        ("k", "x" * (4 * 1024 * 1024), "value: has 4194306 bytes"),
        ("k", object(), "value: JSON can't hold it"),
    ],
)
def test_an_xcom_that_makes_no_sense_is_refused(
    stage: Stage, key: str, value: object, words: str
) -> None:
    run = three_days(stage)[0]
    with pytest.raises(Invalid) as caught:
        xcoms.create(stage.act(), "sales", run.run_id, TaskRef("load"), key, value)
    assert caught.value.words.startswith(words)


def test_xcoms_of_an_open_attempt_are_its_own(make_stage: MakeStage) -> None:
    stage = make_stage(script=lambda _: hangs())
    stage.add_dag(dag())
    run = stage.trigger("sales")
    stage.play()
    with pytest.raises(Conflict, match=r"extract of .* is running"):
        xcoms.create(stage.act(), "sales", run.run_id, TaskRef("extract"), "k", 1)


def test_what_is_mapped_over_an_xcom_follows_it(stage: Stage) -> None:
    first = TaskSpec(task_id="list", operator="X", mapped_over=("return_value",))
    over = Expansion(inputs={"x": XComInput(task_id="list")})
    each = TaskSpec(task_id="each", operator="X", upstream=("list",), expansion=over)
    stage.add_dag(dag(first, each))
    run = stage.trigger("sales")
    place = ("sales", run.run_id, TaskRef("list"), "return_value")
    xcoms.create(stage.act(), *place, [1, 2, 3])
    mark = TaskMark(task_id="list", state=TaskState.SUCCESS)
    actions.mark_tasks(stage.act(), "sales", run.run_id, mark)
    stage.play()
    assert stage.states(run) == {
        **{f"each[{n}]": "success" for n in range(3)},
        "list": "success",
        "run": "success",
    }


# -- backfills ------------------------------------------------------------------------------


def test_a_backfill_can_run_old_days_on_the_latest_code(stage: Stage) -> None:
    days: dict[str, Any] = {
        "timetable": CronInterval(expression="@daily"),
        "start_date": MIDNIGHT,
        "catchup": False,
    }
    for latest_code, version in ((False, "v1"), (True, "v2")):
        stage.add_dag(dag(**days), code_version="v1")
        found = [*stage.runs("sales")] or [
            stage.trigger("sales", logical_date=MIDNIGHT - n * DAY) for n in (2, 1)
        ]
        stage.play()
        stage.add_dag(dag(A, B, TaskSpec(task_id="new", operator="X"), **days), code_version="v2")
        wish = BackfillWish(
            start=MIDNIGHT - 2 * DAY,
            end=MIDNIGHT - DAY,
            reprocess=Reprocess.COMPLETED,
            latest_code=latest_code,
        )
        made = backfills.create(stage.act(), "sales", wish)
        stage.play(timedelta(minutes=5))
        old = [run for run in stage.runs("sales") if run.uid in {each.uid for each in found[:2]}]
        assert [run.code_version for run in old] == [version, version]
        assert {run.state for run in old} == {RunState.SUCCESS}
        assert ("new" in stage.states(old[0])) is latest_code
        assert backfills.find(stage.act(), made.id).ended_at is not None
    assert len(backfills.list_(stage.act(), "sales")) == 2
    assert backfills.list_(stage.act(), active_only=True) == []
    with pytest.raises(NotFound):
        backfills.list_(stage.act(), "other")
