from typing import Any

import pytest

from narae.authoring.dag import DAG
from narae.authoring.edges import Label, chain, chain_linear, cross_downstream
from narae.authoring.group import TaskGroup
from narae.authoring.operator import BaseOperator
from narae.errors import AirflowException, DuplicateTaskIdFound


class Op(BaseOperator):
    template_fields = ("value",)

    def __init__(self, *, value: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.value = value


def tasks(names: str) -> list[Op]:
    return [Op(task_id=name) for name in names]


def edges(dag: DAG) -> set[str]:
    return {f"{up}{task.task_id}" for task in dag.tasks for up in task.upstream_task_ids}


def test_arrows_lead_from_left_to_right_and_back() -> None:
    with DAG("d") as dag:
        a, b, c, d = tasks("abcd")
        a >> b >> [c, d]
        b << Op(task_id="e")
    assert edges(dag) == {"ab", "bc", "bd", "eb"}


def test_a_list_can_stand_on_the_left() -> None:
    with DAG("d") as dag:
        a, b, c, d = tasks("abcd")
        [a, b] >> c
        [a, b] << d
    assert edges(dag) == {"ac", "bc", "da", "db"}


def test_set_upstream_and_set_downstream_say_the_same() -> None:
    with DAG("d") as dag:
        a, b, c = tasks("abc")
        a.set_downstream([b])
        b.set_upstream(c, edge_modifier=Label("why"))
    assert edges(dag) == {"ab", "cb"}
    assert dag.edge_labels == {("c", "b"): "why"}


def test_a_label_stands_on_the_edges_around_it() -> None:
    with DAG("d") as dag:
        a, b, c = tasks("abc")
        a >> Label("ok") >> [b, c]
    assert edges(dag) == {"ab", "ac"}
    assert dag.edge_labels == {("a", "b"): "ok", ("a", "c"): "ok"}


def test_chain_ties_lists_pairwise() -> None:
    with DAG("d") as dag:
        a, b, c, d, e, f = tasks("abcdef")
        chain(a, [b, c], [d, e], f)
    assert edges(dag) == {"ab", "ac", "bd", "ce", "df", "ef"}


def test_chain_refuses_lists_of_unequal_length() -> None:
    with DAG("d"):
        a, b, c = tasks("abc")
        with pytest.raises(AirflowException, match="lists of 2 and of 1"):
            chain([a, b], [c])


def test_chain_linear_ties_each_with_each() -> None:
    with DAG("d") as dag:
        a, b, c, d = tasks("abcd")
        chain_linear([a, b], [c, d])
    assert edges(dag) == {"ac", "ad", "bc", "bd"}


def test_cross_downstream_ties_each_with_each() -> None:
    with DAG("d") as dag:
        a, b, c, d = tasks("abcd")
        cross_downstream([a, b], [c, d])
    assert edges(dag) == {"ac", "ad", "bc", "bd"}


def test_an_edge_between_two_dags_is_refused() -> None:
    with DAG("d"):
        a = Op(task_id="a")
    with DAG("e"), pytest.raises(AirflowException, match="from one DAG to another"):
        a >> Op(task_id="b")


def test_an_edge_to_a_function_says_that_it_has_to_be_called() -> None:
    with DAG("d"), pytest.raises(AirflowException, match="f\\(\\), not f"):
        Op(task_id="a") >> (lambda: None)


def test_a_task_without_dag_gets_its_neighbours() -> None:
    dag = DAG("d")
    Op(task_id="a", dag=dag) >> Op(task_id="b")
    assert dag.task_ids == ["a", "b"]


def test_a_result_as_an_argument_makes_an_edge_however_deep() -> None:
    with DAG("d") as dag:
        a, b = tasks("ab")
        Op(task_id="c", value={"x": [a.output, (b.output["key"],)]})
    assert edges(dag) == {"ac", "bc"}


def test_a_group_stands_for_its_first_and_last_tasks() -> None:
    with DAG("d") as dag:
        a, b = tasks("ab")
        with TaskGroup("g") as group:
            Op(task_id="x") >> Op(task_id="y")
        a >> group >> b
    assert edges(dag) == {"ag.x", "g.xg.y", "g.yb"}


def test_a_group_prefixes_ids_unless_told_not_to() -> None:
    with DAG("d") as dag, TaskGroup("g"), TaskGroup("h", prefix_group_id=False):
        task = Op(task_id="x")
    assert dag.task_ids == ["g.x"]
    assert task.label == "g.x"


def test_a_second_group_of_one_name_is_refused_or_numbered() -> None:
    with DAG("d") as dag:
        with TaskGroup("g"):
            Op(task_id="x")
        with pytest.raises(DuplicateTaskIdFound, match="'g' is taken"):
            TaskGroup("g")
        with TaskGroup("g", add_suffix_on_collision=True):
            Op(task_id="x")
    assert dag.task_ids == ["g.x", "g__1.x"]


def test_a_groups_last_task_is_what_its_teardown_cleans_up_after() -> None:
    with DAG("d") as dag:
        with TaskGroup("g") as group:
            setup, work, teardown = tasks("swt")
            setup >> work >> teardown.as_teardown(setups=setup)
        group >> Op(task_id="after")
    assert dag.get_task("after").upstream_task_ids == {"g.w"}
