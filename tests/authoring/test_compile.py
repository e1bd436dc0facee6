from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from narae.authoring.assets import Asset, AssetAlias, Dataset
from narae.authoring.compile import compile_dag
from narae.authoring.dag import DAG
from narae.authoring.edges import Label
from narae.authoring.group import TaskGroup
from narae.authoring.operator import BaseOperator
from narae.authoring.params import Param
from narae.authoring.parsing import begin_file
from narae.core.codec import encode_json
from narae.core.spec import DagSpec, GroupSpec, ParamSpec, RetryPolicy, TaskSpec
from narae.core.timetables.spec import CronInterval, Never
from narae.errors import (
    AirflowDagCycleException,
    AirflowException,
    DagDefinitionError,
    FailStopDagInvalidTriggerRule,
    ParamValidationError,
)

START = datetime(2024, 1, 1, tzinfo=UTC)


class Nothing(BaseOperator):
    runs_nothing = True
    ui_color = "#e8f7e4"

    def execute(self, context: Any) -> None: ...


class Op(BaseOperator):
    template_fields = ("sql",)
    template_fields_renderers = {"sql": "sql"}

    def __init__(self, *, sql: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sql = sql

    def facts(self) -> dict[str, Any]:
        return {"tables": 3}


def a_dag() -> DAG:
    with DAG(
        "etl",
        description="Rows to the lake",
        schedule="@daily",
        start_date=datetime(2024, 1, 1, tzinfo=ZoneInfo("Asia/Seoul")),
        default_args={"owner": "data", "retries": 2, "retry_delay": timedelta(minutes=1)},
        max_active_runs=3,
        tags=["b", "a", "b"],
        params={"size": Param(5, type="integer", description="rows")},
        on_failure_callback=print,
        catchup=False,
    ) as dag:
        begin = Nothing(task_id="begin")
        with TaskGroup("load", tooltip="both") as load:
            Op(
                task_id="orders",
                sql="select 1",
                pool="db",
                pool_slots=2,
                trigger_rule="none_failed",
                execution_timeout=timedelta(minutes=5),
                on_success_callback=print,
                outlets=[Dataset("s3://lake/orders"), AssetAlias("lake")],
                email="a@x.org; b@x.org",
                params={"fast": True},
                doc_md="# Orders",
                weight_rule="absolute",
            )
            Op(task_id="users", depends_on_past=True, max_active_tis_per_dag=1)
        begin >> Label("go") >> load
    return dag


def test_a_dag_becomes_its_spec() -> None:
    spec = compile_dag(a_dag(), file="etl.py")
    common: dict[str, Any] = {
        "owner": "data",
        "retry": RetryPolicy(retries=2, delay=timedelta(minutes=1)),
    }
    op: dict[str, Any] = {
        "operator": "Op",
        "operator_module": __name__,
        "template_fields": ("sql",),
    }
    op |= {"template_fields_renderers": {"sql": "sql"}, "operator_facts": {"tables": 3}}
    op |= {"group_id": "load", "upstream": ("begin",), "edge_labels": {"begin": "go"}}
    assert spec == DagSpec(
        dag_id="etl",
        description="Rows to the lake",
        file="etl.py",
        timezone="Asia/Seoul",
        timetable=CronInterval(expression="@daily", timezone="Asia/Seoul"),
        schedule_text="@daily",
        start_date=datetime(2023, 12, 31, 15, tzinfo=UTC),
        catchup=False,
        max_active_runs=3,
        tags=("a", "b"),
        params={"size": ParamSpec(default=5, schema={"type": "integer"}, description="rows")},
        callbacks=("failure",),
        tasks=(
            TaskSpec(
                task_id="begin",
                operator="Nothing",
                operator_module=__name__,
                label="begin",
                inert=True,
                ui_color="#e8f7e4",
                **common,
            ),
            TaskSpec(
                task_id="load.orders",
                label="orders",
                pool="db",
                pool_slots=2,
                trigger_rule="none_failed",
                execution_timeout=timedelta(minutes=5),
                callbacks=("success",),
                outlets=(
                    {
                        "asset": {
                            "name": "s3://lake/orders",
                            "uri": "s3://lake/orders",
                            "group": "asset",
                        }
                    },
                    {"alias": {"name": "lake", "group": "asset"}},
                ),
                email=("a@x.org", "b@x.org"),
                params={"fast": True},
                doc="# Orders",
                weight_rule="absolute",
                **op,
                **common,
            ),
            TaskSpec(
                task_id="load.users",
                label="users",
                depends_on_past=True,
                max_active_tis_per_dag=1,
                **op,
                **common,
            ),
        ),
        groups=(GroupSpec(group_id="load", label="load", tooltip="both"),),
    )


def test_reading_twice_gives_the_same_bytes() -> None:
    first, second = (encode_json(compile_dag(a_dag(), file="etl.py")) for _ in range(2))
    assert first == second


def test_a_start_date_from_the_clock_does_not_make_a_new_version() -> None:
    bytes_of = []
    for seconds in (0.25, 61.5):
        now = datetime(2026, 11, 22, 8, 30, tzinfo=UTC) + timedelta(seconds=seconds)
        dag = DAG("d", schedule="@daily", start_date=now)
        bytes_of.append(encode_json(compile_dag(dag, file="d.py")))
    assert bytes_of[0] == bytes_of[1]
    assert b"2026-11-22T00:00:00Z" in bytes_of[0]


def test_the_end_of_a_day_and_of_time_are_kept() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    spec = compile_dag(DAG("d", schedule=None, end_date=last), file="d.py")
    assert spec.end_date == last.replace(microsecond=0)


def test_tasks_come_in_topological_order_and_ties_in_the_order_of_the_file() -> None:
    with DAG("d", schedule=None) as dag:
        tasks = {name: Op(task_id=name) for name in "dcba"}
        tasks["a"] >> tasks["d"]
    assert [task.task_id for task in compile_dag(dag, file="d.py").tasks] == ["c", "b", "a", "d"]


def test_a_task_with_callbacks_or_outlets_is_not_inert() -> None:
    with DAG("d", schedule=None) as dag:
        Nothing(task_id="a", on_success_callback=print)
        Nothing(task_id="b", outlets=[Asset("x")])
        Nothing(task_id="c", pre_execute=print)
        Nothing(task_id="e", on_failure_callback=print)
    assert [task.inert for task in compile_dag(dag, file="d.py").tasks] == [False] * 3 + [True]


def test_a_naive_start_date_takes_the_deployments_zone() -> None:
    state = begin_file()
    state.settings = state.settings._replace(default_timezone="Asia/Seoul")
    spec = compile_dag(DAG("d", schedule=None, start_date=datetime(2024, 1, 1)), file="d.py")  # noqa: DTZ001 - what the test is about
    assert spec.timezone == "Asia/Seoul"
    assert spec.start_date == datetime(2023, 12, 31, 15, tzinfo=UTC)


def test_start_dates_of_default_args_count() -> None:
    dag = DAG("d", schedule="@daily", default_args={"start_date": START})
    assert compile_dag(dag, file="d.py").start_date == START


def test_a_cycle_is_told_in_full_with_its_line() -> None:
    with DAG("d", schedule=None) as dag:
        a, b, c = (Op(task_id=name) for name in "abc")
        Op(task_id="before") >> a >> b >> c >> a
    with pytest.raises(AirflowDagCycleException, match=r"DAG 'd': .*: a >> b >> c >> a") as caught:
        compile_dag(dag, file="d.py")
    assert caught.value.line == a.source_line


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"schedule": "0 0 * *", "start_date": START}, "DAG 'd'"),
        ({"schedule": "61 * * * *", "start_date": START}, "minute"),
        ({"schedule": 5, "start_date": START}, "schedule=5"),
        ({"schedule": "@daily", "schedule_interval": "@daily"}, "only one of"),
        ({"schedule": "@continuous", "start_date": START, "max_active_runs": 4}, "max_active_runs"),
        ({"tags": ["x" * 101]}, "longer than 100"),
        ({"owner_links": {"me": "nowhere"}}, "owner_links"),
    ],
)
def test_a_wrong_dag_is_refused_with_its_line(options: Any, words: str) -> None:
    dag = DAG("d", **options)
    with pytest.raises(AirflowException, match=words) as caught:
        compile_dag(dag, file="d.py")
    assert caught.value.line == dag.line


def test_a_scheduled_dag_of_generation_2_needs_a_start_date() -> None:
    with DAG("d", schedule="@daily") as dag:
        Op(task_id="t")
    with pytest.raises(DagDefinitionError, match="needs a start_date"):
        compile_dag(dag, file="d.py")
    begin_file("", 3)
    with DAG("d", schedule="@daily") as dag:
        Op(task_id="t")
    assert compile_dag(dag, file="d.py").start_date is None


def test_fail_fast_takes_no_rule_that_outlives_a_failure() -> None:
    with DAG("d", schedule=None, fail_stop=True) as dag:
        task = Op(task_id="t", trigger_rule="all_done")
    with pytest.raises(FailStopDagInvalidTriggerRule, match="task 't'") as caught:
        compile_dag(dag, file="d.py")
    assert caught.value.line == task.source_line


def test_a_param_without_default_or_with_a_wrong_one_stops_a_scheduled_dag_only() -> None:
    for param in (Param(type="integer"), Param("x", type="integer")):
        scheduled = DAG("d", schedule="@daily", start_date=START, params={"p": param})
        with pytest.raises(ParamValidationError, match="param 'p'"):
            compile_dag(scheduled, file="d.py")
        by_hand = compile_dag(DAG("d", schedule=None, params={"p": param}), file="d.py")
        assert isinstance(by_hand.timetable, Never)
        assert by_hand.params["p"].schema == {"type": "integer"}
