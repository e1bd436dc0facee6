from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from narae.authoring.dag import DAG
from narae.authoring.group import TaskGroup
from narae.authoring.operator import BaseOperator
from narae.authoring.parsing import FileSettings, begin_file, current
from narae.errors import AirflowException, DuplicateTaskIdFound, InvalidArgumentsError

PARAMETERS = """
task_id owner email email_on_retry email_on_failure retries retry_delay
retry_exponential_backoff max_retry_delay start_date end_date depends_on_past
ignore_first_depends_on_past wait_for_past_depends_before_skipping wait_for_downstream dag params
default_args priority_weight weight_rule queue pool pool_slots sla execution_timeout
on_execute_callback on_failure_callback on_success_callback on_retry_callback
on_skipped_callback pre_execute post_execute trigger_rule resources run_as_user task_concurrency
map_index_template max_active_tis_per_dag max_active_tis_per_dagrun executor executor_config
do_xcom_push multiple_outputs inlets outlets task_group doc doc_md doc_json doc_yaml doc_rst
task_display_name logger_name allow_nested_operators retry_policy render_template_as_native_obj
"""
GIVEN: dict[str, Any] = {
    "task_id": "t",
    "retry_delay": timedelta(seconds=1),
    "max_retry_delay": 5.0,
    "start_date": datetime(2024, 1, 1, tzinfo=UTC),
    "end_date": datetime(2024, 1, 2, tzinfo=UTC),
    "execution_timeout": timedelta(seconds=1),
    "trigger_rule": "all_done",
    "weight_rule": "upstream",
    "params": {},
    "default_args": {},
    "dag": None,
    "task_group": None,
}


class Op(BaseOperator):
    template_fields = ("sql",)

    def __init__(self, *, sql: Any = "", rows: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sql = sql
        self.rows = rows


class Needy(BaseOperator):
    def __init__(self, *, needed: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.needed = needed


class Stubborn(Op):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(retries=7, **kwargs)


@pytest.mark.parametrize("name", PARAMETERS.split())
def test_every_parameter_of_airflow_is_taken(name: str) -> None:
    given = {"task_id": "t", name: GIVEN.get(name, 1)}
    assert BaseOperator(**given).task_id == "t"


def test_an_unknown_argument_is_refused_and_the_nearest_is_suggested() -> None:
    with pytest.raises(InvalidArgumentsError, match=r"'t'\) takes no argument 'retry'.*'retries'"):
        Op(task_id="t", retry=3)


def test_a_missing_argument_is_named_with_its_task() -> None:
    with pytest.raises(InvalidArgumentsError, match=r"Needy \(task_id: 't'\) needs: needed"):
        Needy(task_id="t")  # type: ignore[call-arg]  # what is refused


def test_positional_arguments_are_refused() -> None:
    with pytest.raises(InvalidArgumentsError, match="keyword arguments only"):
        Op("t")  # type: ignore[call-arg]  # what is refused


@pytest.mark.parametrize("task_id", ["", "a b", "a/b", "x" * 251])
def test_a_bad_task_id_is_refused(task_id: str) -> None:
    with pytest.raises(AirflowException, match="task_id"):
        Op(task_id=task_id)


def test_a_korean_task_id_is_taken() -> None:
    assert Op(task_id="추출.어제").task_id == "추출.어제"


def test_default_arguments_go_from_dag_to_group_to_operator() -> None:
    with DAG("d", default_args={"retries": 1, "owner": "dag", "sql": "dag", "unknown": 1}):
        plain = Op(task_id="plain")
        with TaskGroup("g", default_args={"owner": "group", "rows": 5}):
            inner = Op(task_id="inner", default_args={"rows": 6})
            given = Op(task_id="given", retries=9, owner="own")
    assert (plain.retries, plain.owner, plain.sql, plain.rows) == (1, "dag", "dag", 1)
    assert (inner.retries, inner.owner, inner.rows) == (1, "group", 6)
    assert (given.retries, given.owner) == (9, "own")


def test_what_a_subclass_fixes_no_default_argument_overrules() -> None:
    with DAG("d", default_args={"retries": 1}):
        assert Stubborn(task_id="t").retries == 7


def test_a_default_argument_satisfies_a_required_one() -> None:
    with DAG("d", default_args={"needed": "here"}):
        task = Needy(task_id="t")  # type: ignore[call-arg]  # the default arguments give it
    assert task.needed == "here"


def test_settings_give_defaults_of_last_resort() -> None:
    begin_file(settings=FileSettings(operator_defaults={"queue": "slow", "retries": 2}))
    with DAG("d", default_args={"retries": 1}):
        task = Op(task_id="t")
    assert (task.queue, task.retries) == ("slow", 1)


def test_values_are_normalised() -> None:
    task = Op(task_id="t", retry_delay=30, retries=None, pool=None, task_concurrency=4)
    assert task.retry_delay == timedelta(seconds=30)
    assert (task.retries, task.pool, task.max_active_tis_per_dag) == (0, "default_pool", 4)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("trigger_rule", "all_sucess", "did you mean 'all_success'"),
        ("weight_rule", "upstrem", "did you mean 'upstream'"),
        ("execution_timeout", 30, "a timedelta is needed"),
        ("pool_slots", 0, "at least 1"),
        ("retries", "many", "retries"),
    ],
)
def test_a_bad_value_is_refused(name: str, value: Any, words: str) -> None:
    with pytest.raises(AirflowException, match=words):
        Op(**{"task_id": "t", name: value})


def test_provide_context_is_dropped_with_a_remark() -> None:
    Op(task_id="t", provide_context=True)
    assert "provide_context" in current().notices[0]


def test_a_task_knows_its_line() -> None:
    task = Op(task_id="t")
    assert task.source_line == test_a_task_knows_its_line.__code__.co_firstlineno + 1


def test_two_tasks_of_one_id_are_refused_and_the_first_line_is_named() -> None:
    with DAG("d"):
        first = Op(task_id="t")
        with pytest.raises(DuplicateTaskIdFound, match=f"'t' is taken.*line {first.source_line}"):
            Op(task_id="t")


def test_params_of_dag_and_task_are_merged() -> None:
    with DAG("d", params={"a": 1, "b": 2}, default_args={"params": {"b": 3}}):
        task = Op(task_id="t", params={"c": 4})
    assert dict(task.params) == {"a": 1, "b": 3, "c": 4}


def test_a_deep_copy_stands_in_the_same_dag() -> None:
    with DAG("d") as dag:
        task = Op(task_id="t", sql=["x"])
    twin = deepcopy(task)
    twin.sql.append("y")
    assert twin.dag is dag
    assert task.sql == ["x"]


def test_a_task_without_dag_says_so() -> None:
    with pytest.raises(AirflowException, match="'t' has no DAG yet"):
        _ = Op(task_id="t").dag
