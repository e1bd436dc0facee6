from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from narae.core.ids import AttemptId
from narae.core.reports import XComValue
from narae.core.requests import (
    ConnectionValue,
    CountInstances,
    DeleteVariable,
    GetConnection,
    GetDag,
    GetFirstStart,
    GetRuns,
    GetTaskStates,
    GetVariable,
    GetXCom,
    PushXCom,
    PutRendered,
    PutVariable,
    Refused,
    Triggered,
    TriggerRun,
)
from narae.core.run import Run
from narae.core.states import RunState, RunType
from narae.engine.desk import Desk
from narae.testing.fake_executor import hangs
from narae.testing.samples import spec
from narae.testing.stage import Stage


class Conversation:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.stage.add_dag(spec("sales"), spec("other"))
        self.run: Run = stage.trigger("sales", run_id="r1")
        stage.play(timedelta(seconds=1))
        (self.attempt,) = stage.executor.running
        self.desk = Desk(
            store=stage.store,
            notifier=stage,
            clock=stage.clock,
            chance=stage.chance,
            current=stage.scheduler.current,
        )

    def ask(self, request: Any, attempt: AttemptId | None = None) -> Any:
        return self.desk.answer(attempt or self.attempt, request)


@pytest.fixture
def talk(make_stage: Callable[..., Stage]) -> Conversation:
    return Conversation(make_stage(script=lambda _: hangs()))


def test_variables_come_and_go(talk: Conversation) -> None:
    assert talk.ask(GetVariable(key="k")) is None
    assert talk.ask(PutVariable(key="k", value="v")) is None
    assert talk.ask(GetVariable(key="k")) == "v"
    assert talk.ask(DeleteVariable(key="k")) is True
    assert talk.ask(DeleteVariable(key="k")) is False


def test_a_task_s_writes_are_told_with_its_name(talk: Conversation) -> None:
    talk.ask(PutVariable(key="k", value="open-sesame-1"))
    talk.ask(DeleteVariable(key="k"))
    talk.ask(TriggerRun(dag_id="other", run_id="x"))
    rows = talk.stage.store.tables.audits[-3:]  # type: ignore[attr-defined]  # only the memory store shows them
    assert [row.what for row in rows] == ["post_variable", "delete_variable", "trigger"]
    assert {row.who for row in rows} == {"task sales.extract"}
    assert {row.origin for row in rows} == {"task sales.r1.extract"}
    assert "open-sesame-1" not in repr(rows)


def test_a_variable_that_can_t_be_stored_is_refused_in_words(talk: Conversation) -> None:
    answer = talk.ask(PutVariable(key="", value="v"))
    assert answer == Refused(words="key: has to have 1 to 250 characters, this one has 0")


def test_a_connection_is_given_whole(talk: Conversation) -> None:
    value = ConnectionValue(conn_id="db", host="h", password="secret")
    talk.stage.store.put_connection(value)
    assert talk.ask(GetConnection(conn_id="db")) == value
    assert talk.ask(GetConnection(conn_id="no")) is None


def test_an_xcom_is_there_once_it_is_pushed(talk: Conversation) -> None:
    assert talk.ask(PushXCom(xcom=XComValue(key="k", value=b"1"))) is None
    (row,) = talk.ask(GetXCom(dag_id="sales", run_id="r1", key="k"))
    assert (row.task_id, row.value) == ("extract", b"1")


def test_a_stale_attempt_is_refused_and_told_to_stop(talk: Conversation) -> None:
    stale = AttemptId("00000000-0000-7000-8000-000000000000")
    for request in (
        PushXCom(xcom=XComValue(key="k", value=b"1")),
        PutRendered(fields={}),
        GetVariable(key="k"),
        TriggerRun(dag_id="other"),
    ):
        answer = talk.ask(request, attempt=stale)
        assert isinstance(answer, Refused)
        assert answer.stop


def test_an_attempt_that_ended_elsewhere_can_push_nothing(talk: Conversation) -> None:
    tables = talk.stage.store.tables  # type: ignore[attr-defined]  # another scheduler was here
    instance = talk.stage.instance(talk.run, "extract")
    tables.instances[talk.run.uid][instance.ref] = type(instance)(
        run=talk.run.uid, task_id="extract"
    )
    answer = talk.ask(PushXCom(xcom=XComValue(key="k", value=b"1")))
    assert answer == Refused(words=answer.words, stop=True)


def test_rendered_fields_are_kept(talk: Conversation) -> None:
    assert talk.ask(PutRendered(fields={"sql": "select 1"})) is None
    ref = talk.stage.instance(talk.run, "extract").ref
    assert talk.stage.store.rendered(talk.run.uid, ref) == {"sql": "select 1"}


def test_runs_before_a_date_leave_that_date_out(talk: Conversation) -> None:
    date = talk.run.logical_date
    assert date is not None
    for days in (1, 2, 3):
        talk.stage.trigger("sales", logical_date=date - timedelta(days=days))
    rows = talk.ask(GetRuns(dag_id="sales", before=date, limit=2, latest_first=True))
    assert [row.logical_date for row in rows] == [date - timedelta(days=d) for d in (1, 2)]
    running = talk.ask(GetRuns(dag_id="sales", states=("running", "nonsense")))
    assert [row.state for row in running] == ["running"] * len(running)


def test_states_of_tasks_are_given_by_run(talk: Conversation) -> None:
    found = talk.ask(GetTaskStates(dag_id="sales", run_ids=("r1",)))
    assert found == {"r1": {"extract": "running", "load": "none"}}


def test_facts_of_a_dag_are_given(talk: Conversation) -> None:
    facts = talk.ask(GetDag(dag_id="other"))
    assert (facts.task_ids, facts.is_paused) == (("extract", "load"), False)
    assert talk.ask(GetDag(dag_id="no")) is None


def test_a_task_triggers_another_dag(talk: Conversation) -> None:
    answer = talk.ask(TriggerRun(dag_id="other", conf={"a": 1}))
    assert answer == Triggered(run_id=answer.run_id)
    (run,) = talk.stage.runs("other")
    assert (run.run_type, run.conf) == (RunType.OPERATOR_TRIGGERED, {"a": 1})
    assert run.triggered_by == "sales.extract"
    talk.stage.play(timedelta(seconds=1))
    assert talk.stage.run(run).state is RunState.RUNNING


def test_a_run_that_exists_is_named_or_cleared(talk: Conversation) -> None:
    assert talk.ask(TriggerRun(dag_id="other", run_id="x")) == Triggered(run_id="x")
    assert talk.ask(TriggerRun(dag_id="other", run_id="x")) == Triggered(run_id="x", existed=True)
    talk.stage.play(timedelta(seconds=1))
    answer = talk.ask(TriggerRun(dag_id="other", run_id="x", reset=True))
    assert answer == Triggered(run_id="x", existed=True)
    (run,) = talk.stage.runs("other")
    assert run.clear_number == 1


def test_a_trigger_that_can_not_be_says_why(talk: Conversation) -> None:
    answer = talk.ask(TriggerRun(dag_id="othr"))
    assert answer.error == "there is no DAG 'othr'; did you mean 'other'?"


def test_an_attempt_may_ask_about_itself(talk: Conversation) -> None:
    assert talk.ask(CountInstances(task_id="load")) == 1
    assert talk.ask(GetFirstStart()) == talk.stage.clock.now() - timedelta(seconds=1)
