from datetime import timedelta

from msgspec.structs import replace

from narae.core.spec import ImportFailure, ParamSpec, ParsedFile
from narae.core.timetables.spec import CronInterval, Custom, PlannedRun
from narae.core.wire import Gone, LoaderBeat, Parsed, PlanMore, Scanned
from narae.engine.catalog import Catalog
from narae.testing.samples import parsed, spec
from narae.testing.stage import Stage


def message(*files: ParsedFile) -> Parsed:
    return Parsed(seq=7, folder="/dags", files=files)


def test_a_message_is_acknowledged_once_it_is_recorded(stage: Stage) -> None:
    assert stage.catalog.take(message(parsed(spec("sales")))) == 7
    assert [row.dag_id for row in stage.store.dags()] == ["sales"]
    assert stage.catalog.take(LoaderBeat(at=stage.clock.now())) is None


def test_new_dags_are_paused_when_the_deployment_says_so(stage: Stage) -> None:
    told: list[tuple[str, ...]] = []
    catalog = Catalog(store=stage.store, clock=stage.clock, changed=told.append)
    catalog.take(message(parsed(spec("sales"), spec("eager", is_paused_upon_creation=False))))
    assert {row.dag_id: row.is_paused for row in stage.store.dags()} == {
        "sales": True,
        "eager": False,
    }
    assert sorted(told[0]) == ["eager", "sales"]


def test_a_file_that_is_gone_makes_its_dags_stale(stage: Stage) -> None:
    stage.catalog.take(message(parsed(spec("sales")), parsed(spec("other"), file="other.py")))
    stage.catalog.take(Gone(seq=8, folder="/dags", files=("sales.py",)))
    assert {row.dag_id: row.is_stale for row in stage.store.dags()} == {
        "sales": True,
        "other": False,
    }
    stage.catalog.take(Scanned(seq=9, folder="/dags", files=("sales.py",)))
    assert [row.dag_id for row in stage.store.dags() if row.is_stale] == ["other", "sales"]


def test_a_new_version_is_followed_by_new_runs_only(stage: Stage) -> None:
    stage.add_dag(spec("sales", tasks=("a", "b")))
    old = stage.trigger("sales")
    stage.add_dag(spec("sales", tasks=("a", "c")), code_version="v2")
    new = stage.trigger("sales")
    stage.play()
    assert set(stage.states(old)) == {"a", "b", "run"}
    assert set(stage.states(new)) == {"a", "c", "run"}
    versions = {w.run.run_id: w.code.version for w in stage.executor.submitted}
    assert versions == {old.run_id: "v1", new.run_id: "v2"}


def test_wrong_defaults_of_a_scheduled_dag_are_an_import_error(stage: Stage) -> None:
    params = {"size": ParamSpec(default="big", schema={"type": "integer"})}
    cron = CronInterval(expression="@daily")
    bad = replace(spec("sales", params=params), timetable=cron)
    stage.catalog.take(message(parsed(bad, spec("fine"))))
    assert [row.dag_id for row in stage.store.dags()] == ["fine"]
    ((_, failure, _),) = stage.store.import_failures()
    assert isinstance(failure, ImportFailure)
    assert "param 'size': 'big' is not of type 'integer'" in failure.message


def test_without_a_schedule_defaults_may_wait_for_a_person(stage: Stage) -> None:
    params = {"size": ParamSpec(default=None, schema={"type": "integer"})}
    stage.catalog.take(message(parsed(spec("sales", params=params))))
    assert [row.dag_id for row in stage.store.dags()] == ["sales"]


def test_a_custom_timetable_that_runs_out_asks_for_more(stage: Stage) -> None:
    noon = stage.clock.now()
    moments = [noon - timedelta(hours=2), noon - timedelta(hours=1)]
    planned = tuple(PlannedRun(run_after=m, start=m, end=m) for m in moments)
    dag = replace(
        spec("sales"), timetable=Custom(classpath="x.Y"), start_date=noon - timedelta(days=1)
    )
    stage.catalog.take(message(parsed(dag, planned={"sales": planned})))
    stage.play()
    assert [run.run_after for run in stage.runs("sales")] == moments
    (wish,) = stage.scheduler.take_plan_more()
    assert isinstance(wish, PlanMore)
    assert (wish.dag_id, wish.file) == ("sales", "sales.py")
    assert wish.after is not None
    assert wish.after.end == moments[-1]
    # The answer may be that there is no more: then nobody asks again.
    again = parsed(dag, planned={"sales": planned}, code_version="c2")
    stage.catalog.take(message(again))
    stage.play()
    assert stage.scheduler.take_plan_more() == []


def test_a_file_whose_dag_another_had_is_to_be_parsed_again(stage: Stage) -> None:
    stage.catalog.take(message(parsed(spec("sales"), file="old.py")))
    stage.catalog.take(message(parsed(spec("sales"), file="renamed.py")))
    assert stage.catalog.take_again() == []
    stage.catalog.take(Gone(seq=8, folder="/dags", files=("old.py",)))
    assert stage.catalog.take_again() == ["renamed.py"]
    assert stage.catalog.take_again() == []
