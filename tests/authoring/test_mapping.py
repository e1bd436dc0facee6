from typing import Any

import pytest

from narae.authoring.compile import compile_dag
from narae.authoring.dag import DAG
from narae.authoring.decorators import task
from narae.authoring.expand import shared_levels
from narae.authoring.group_decorator import task_group
from narae.authoring.notset import NOTSET
from narae.authoring.operator import BaseOperator
from narae.authoring.xcom_arg import resolved
from narae.core.spec import (
    ConcatenatedInput,
    Expansion,
    LiteralInput,
    MapInput,
    MappedInput,
    TaskSpec,
    XComInput,
    ZippedInput,
)
from narae.errors import (
    AirflowSkipException,
    DagDefinitionError,
    InvalidArgumentsError,
    UnmappableXComTypePushed,
)


class Op(BaseOperator):
    template_fields = ("a",)

    def __init__(self, *, a: Any = None, b: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.a, self.b = a, b


class Pushed:
    """What upstream tasks pushed, as runtime would give it."""

    def __init__(self, path: tuple[int, ...] = (), **values: Any) -> None:
        self.path, self.values = path, values

    def pull(self, task: Any, key: str) -> Any:
        return self.values.get(task.task_id.replace(".", "_"), NOTSET)

    def param(self, name: str) -> Any:
        return f"param {name}"


@task
def make() -> list[int]:
    return []


@task
def use(x: Any, y: Any = None) -> None: ...


def spec_of(dag: DAG, task_id: str) -> TaskSpec:
    specs = {spec.task_id: spec for spec in compile_dag(dag, file="d.py").tasks}
    return specs[task_id]


def test_a_literal_list_counts_its_elements_and_the_last_keyword_varies_fastest() -> None:
    with DAG("d", schedule=None) as dag:
        mapped = Op.partial(task_id="t", retries=2).expand(a=[1, 2], b={"k": 1, "l": 2, "m": 3})
    spec = spec_of(dag, "t")
    assert spec.expansion == Expansion(
        inputs={"a": LiteralInput(length=2), "b": LiteralInput(length=3)}
    )
    assert spec.retry.retries == 2
    made = [mapped.unmap(index, Pushed()) for index in range(6)]
    assert [(one.a, one.b[0]) for one in made] == [
        (1, "k"), (1, "l"), (1, "m"), (2, "k"), (2, "l"), (2, "m"),
    ]  # fmt: skip
    with pytest.raises(IndexError, match="map index 6 of 6"):
        mapped.unmap(6, Pushed())


def test_an_instance_stands_where_its_mapped_task_stands() -> None:
    with DAG("d", default_args={"owner": "me"}) as dag:
        before = Op(task_id="before")
        mapped = Op.partial(task_id="t").expand(a=[1])
        before >> mapped
    one = mapped.unmap(0, Pushed())
    assert (one.task_id, one.dag, one.owner) == ("t", dag, "me")
    assert one.upstream_task_ids == {"before"}
    assert dag.task_dict["t"] is mapped


def test_a_result_is_counted_by_its_task_which_is_told_so() -> None:
    with DAG("d", schedule=None) as dag:
        use.partial(y=5).expand(x=make())
    assert spec_of(dag, "use").expansion == Expansion(inputs={"x": XComInput(task_id="make")})
    assert spec_of(dag, "use").upstream == ("make",)
    assert spec_of(dag, "make").mapped_over == ("return_value",)
    one = dag.get_task("use").unmap(1, Pushed(make=[7, 8]))
    assert one.op_kwargs == {"y": 5, "x": 8}


def test_map_zip_and_concat_are_counted_and_resolved() -> None:
    def double(value: int) -> int:
        if value == 2:
            raise AirflowSkipException("two")
        return value * 2

    with DAG("d", schedule=None) as dag:
        one, two = make(), make()
        use.expand(x=one.map(double))
        use.override(task_id="zipped").expand(x=one.zip(two, fillvalue=0))
        use.override(task_id="joined").expand(x=one.concat(two))
    source = XComInput(task_id="make")
    other = XComInput(task_id="make__1")
    expected: dict[str, MapInput] = {
        "use": MappedInput(source=source),
        "zipped": ZippedInput(sources=(source, other), longest=True),
        "joined": ConcatenatedInput(sources=(source, other)),
    }
    for task_id, counted in expected.items():
        assert spec_of(dag, task_id).expansion == Expansion(inputs={"x": counted})
    pushed = Pushed(make=[1, 2, 3], make__1=[9])

    def x_of(task_id: str, index: int) -> Any:
        return dag.get_task(task_id).unmap(index, pushed).op_kwargs["x"]

    assert x_of("use", 2) == 6
    with pytest.raises(AirflowSkipException):
        x_of("use", 1)
    assert [x_of("zipped", index) for index in range(3)] == [(1, 9), (2, 0), (3, 0)]
    assert [x_of("joined", index) for index in range(4)] == [1, 2, 3, 9]


def test_rows_give_whole_sets_of_arguments() -> None:
    with DAG("d", schedule=None) as dag:
        mapped = Op.partial(task_id="t").expand_kwargs([{"a": 1, "b": 2}, {"a": 3}])
        use.expand_kwargs(make())
    assert spec_of(dag, "t").expansion == Expansion(inputs={"": LiteralInput(length=2)})
    assert mapped.unmap(1, Pushed()).a == 3
    one = dag.get_task("use").unmap(0, Pushed(make=[{"x": 1}]))
    assert one.op_kwargs == {"x": 1}


def test_a_value_without_length_cannot_be_mapped_over() -> None:
    with DAG("d") as dag:
        use.expand(x=make())
    with pytest.raises(UnmappableXComTypePushed, match="type int"):
        dag.get_task("use").unmap(0, Pushed(make=3))


@pytest.mark.parametrize(
    ("expand", "words"),
    [
        (lambda: Op.partial(task_id="t").expand(), "at least one"),
        (lambda: Op.partial(task_id="t").expand(a="text"), "for 'a', not a str"),
        (lambda: Op.partial(task_id="t").expand(c=[1]), "no argument 'c'"),
        (lambda: Op.partial(task_id="t", aa=1), "did you mean 'a'"),
        (lambda: Op.partial(task_id="t", a=1).expand(a=[1]), "both partial and mapped"),
        (lambda: Op.partial(task_id="t").expand(trigger_rule=["x"]), "can't be mapped"),
        (lambda: use.partial(x=1).expand(x=[1]), "both partial and mapped"),
        (lambda: Op.partial(task_id="t").expand_kwargs([1]), "a list of dicts"),
    ],
)
def test_a_wrong_expansion_is_refused(expand: Any, words: str) -> None:
    with DAG("d"), pytest.raises(InvalidArgumentsError, match=words):
        expand()


def test_a_mapped_group_gives_each_instance_its_element_by_its_path() -> None:
    @task_group
    def part(name: Any) -> Any:
        return use(use.override(task_id="first")(name), y=name)

    with DAG("d", schedule=None) as dag:
        part.expand(name=make())
    spec = compile_dag(dag, file="d.py")
    assert spec.groups[0].expansion == Expansion(inputs={"name": XComInput(task_id="make")})
    assert spec_of(dag, "part.first").upstream == ("make",)
    assert spec_of(dag, "make").mapped_over == ("return_value",)
    pushed = Pushed(path=(1,), make=["a", "b"], part_first="done")
    last = dag.get_task("part.use")
    assert resolved(last.op_kwargs, pushed) == {"y": "b"}
    assert resolved(last.op_args, pushed) == ["done"]
    assert shared_levels(last, dag.get_task("part.first")) == 1
    assert shared_levels(last, dag.get_task("make")) == 0


def test_mappings_can_be_nested() -> None:
    @task_group
    def inner(x: Any, y: Any) -> None:
        use(x, y)

    @task_group
    def outer(y: Any) -> None:
        inner.partial(y=y).expand(x=make())

    with DAG("d", schedule=None) as dag:
        outer.expand(y=["a", "b"])
    used = dag.get_task("outer.inner.use")
    assert [group.level for group in used.mapped_groups()] == [0, 1]
    assert spec_of(dag, "outer.make").mapped_over == ("return_value",)
    pushed = Pushed(path=(1, 2), outer_make=[10, 20, 30])
    assert resolved(used.op_args, pushed) == [30, "b"]


def test_a_groups_argument_cannot_be_counted_before_it_is_known() -> None:
    @task_group
    def outer(rows: Any) -> None:
        use.expand(x=rows)

    with DAG("d", schedule=None) as dag:
        outer.expand(rows=[[1], [2, 3]])
    with pytest.raises(InvalidArgumentsError, match=r"task 'outer.use': x can't be counted"):
        compile_dag(dag, file="d.py")


def test_a_keyed_result_that_was_not_pushed_is_an_error_and_a_return_value_is_none() -> None:
    with DAG("d"):
        result = make()
    assert resolved({"x": [result]}, Pushed()) == {"x": [None]}
    with pytest.raises(Exception, match="no XCom with key 'k'"):
        resolved(result["k"], Pushed())


def test_a_dag_param_is_resolved_at_run_time() -> None:
    with DAG("d") as dag:
        assert resolved((dag.param("p", 1),), Pushed()) == ("param p",)


def test_mapping_is_refused_where_the_value_is_a_function() -> None:
    with DAG("d"), pytest.raises(InvalidArgumentsError, match="call the @task function"):
        use.expand(x=make)
    assert issubclass(InvalidArgumentsError, TypeError)
    assert issubclass(DagDefinitionError, ValueError)
