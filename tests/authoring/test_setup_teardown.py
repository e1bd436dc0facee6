import pytest

from narae.authoring.compile import compile_dag
from narae.authoring.dag import DAG
from narae.authoring.operator import BaseOperator
from narae.authoring.setup_teardown import context_wrapper
from narae.errors import AirflowException


def op(name: str) -> BaseOperator:
    return BaseOperator(task_id=name)


def test_a_teardown_with_setups_draws_the_edge_and_takes_the_rule() -> None:
    with DAG("d", schedule=None) as dag:
        make, work, clean = op("make"), op("work"), op("clean")
        make >> work >> clean.as_teardown(setups=make, on_failure_fail_dagrun=True)
    spec = {task.task_id: task for task in compile_dag(dag, file="d.py").tasks}
    assert spec["make"].is_setup
    assert spec["clean"].is_teardown
    assert spec["clean"].setups == ("make",)
    assert spec["clean"].trigger_rule == "all_done_setup_success"
    assert spec["clean"].on_failure_fail_dagrun
    assert spec["clean"].upstream == ("make", "work")


def test_tasks_made_in_the_scope_run_between_setup_and_teardown() -> None:
    with DAG("d") as dag:
        make, clean = op("make").as_setup(), op("clean").as_teardown()
        with make >> clean:
            op("first") >> op("second")
            op("alone")
    ups = {task.task_id: task.upstream_task_ids for task in dag.tasks}
    assert ups["first"] == {"make"}
    assert ups["second"] == {"first"}
    assert ups["alone"] == {"make"}
    assert ups["clean"] == {"make", "second", "alone"}


def test_a_scope_can_be_opened_with_the_teardown_alone() -> None:
    with DAG("d") as dag:
        make = op("make")
        with op("clean").as_teardown(setups=make):
            op("work")
    assert dag.get_task("work").upstream_task_ids == {"make"}
    assert dag.get_task("clean").upstream_task_ids == {"make", "work"}


def test_several_teardowns_can_share_a_scope() -> None:
    with DAG("d") as dag:
        one, two = op("one").as_setup(), op("two").as_setup()
        ends = [op("end1").as_teardown(setups=one), op("end2").as_teardown(setups=two)]
        with context_wrapper(ends):
            op("work")
    assert dag.get_task("work").upstream_task_ids == {"one", "two"}
    assert dag.get_task("end2").upstream_task_ids == {"two", "work"}


def test_a_task_made_before_can_be_added_to_a_scope() -> None:
    with DAG("d") as dag:
        work = op("work")
        with context_wrapper([op("clean").as_teardown(setups=op("make"))]) as scope:
            scope.add_task(work)
    assert dag.get_task("work").upstream_task_ids == {"make"}


def test_a_plain_task_opens_no_scope() -> None:
    with DAG("d"), pytest.raises(AirflowException, match="'work' is neither"), op("work"):
        pass
