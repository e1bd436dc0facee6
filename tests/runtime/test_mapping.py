"""Mapped tasks and the XComs that they see."""

from typing import Any

from narae.authoring.dag import DAG
from narae.authoring.decorators import task
from narae.authoring.group_decorator import task_group
from narae.core.reports import Succeeded
from narae.core.requests import GetXCom
from narae.errors import AirflowSkipException
from narae.operators.bash import BashOperator
from narae.operators.python import PythonOperator
from narae.testing.attempts import DATE, MemoryClient, run_task


def test_an_instance_gets_its_own_element_the_last_keyword_varying_fastest() -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:

        @task
        def pair(a: int, b: str) -> str:
            return f"{a}{b}"

        pair.expand(a=[1, 2], b=["x", "y", "z"])
    assert [run_task(dag, "pair", path=(n,)).returned for n in range(6)] == [
        "1x",
        "1y",
        "1z",
        "2x",
        "2y",
        "2z",
    ]


def test_an_instance_is_mapped_over_what_another_task_returned() -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:

        @task
        def names() -> list[str]:
            return ["a", "b"]

        BashOperator.partial(task_id="say", env={"WHO": "x"}, append_env=True).expand(
            bash_command=names().map(lambda name: f"echo {name} $WHO {{{{ ds }}}}")
        )
    client = MemoryClient()
    client.add_xcom("names", ["a", "b"])
    assert run_task(dag, "say", path=(1,), client=client).returned == "b x 2024-01-15"


def test_one_element_can_be_skipped_while_it_is_mapped() -> None:
    def odd(n: int) -> int:
        if n % 2 == 0:
            raise AirflowSkipException("even")
        return n

    with DAG("d", schedule=None, start_date=DATE) as dag:

        @task
        def numbers() -> list[int]:
            return [1, 2]

        @task
        def use(n: int) -> int:
            return n

        use.expand(n=numbers().map(odd))
    client = MemoryClient()
    client.add_xcom("numbers", [1, 2])
    assert run_task(dag, "use", path=(0,), client=client).returned == 1
    assert run_task(dag, "use", path=(1,), client=client).skipped


def test_a_consumer_of_a_mapped_task_gets_a_sequence_of_all_values() -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:

        @task
        def one(n: int) -> int:
            return n

        @task
        def total(values: Any) -> Any:
            return {"sum": sum(values), "len": len(values), "last": values[-1], "all": values}

        total(one.expand(n=[1, 2, 3]))
    client = MemoryClient()
    for n in range(3):
        client.add_xcom("one", n * 10, path=(n,))
    done = run_task(dag, "total", client=client)
    assert done.returned == {"sum": 30, "len": 3, "last": 20, "all": [0, 10, 20]}


def test_within_a_mapped_group_a_task_sees_its_own_instance_of_the_group() -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:

        @task
        def first(n: int) -> int:
            return n

        @task
        def second(n: int, m: int) -> int:
            return n * 100 + m

        @task_group
        def group(m: int) -> Any:
            return second(first(m), m)

        @task
        def outside(values: Any) -> list[int]:
            return list(values)

        outside(group.expand(m=[7, 8]))
    client = MemoryClient()
    client.add_xcom("group.first", 5, path=(0,))
    client.add_xcom("group.first", 6, path=(1,))
    assert run_task(dag, "group.second", path=(1,), client=client).returned == 608
    asked = [r for r in client.asked if isinstance(r, GetXCom)]
    assert asked[0].path_prefix == (1,)
    client.add_xcom("group.second", 1, path=(0,))
    client.add_xcom("group.second", 2, path=(1,))
    assert run_task(dag, "outside", client=client).returned == [1, 2]


def test_an_instance_may_return_what_nobody_can_map_over_though_the_task_is_mapped_over() -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:

        @task
        def one(n: int) -> int:
            return n

        @task
        def two(n: int) -> int:
            return n

        two.expand(n=one.expand(n=[1, 2]))
    done = run_task(dag, "one", path=(0,), mapped_over=("return_value",))
    assert isinstance(done.report, Succeeded)
    assert done.report.lengths == {}


def test_the_label_of_an_instance_is_rendered_at_its_end() -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:

        @task(map_index_template="{{ colour }} {{ task.op_kwargs['n'] }}")
        def one(n: int, **context: Any) -> None:
            context["ti"].context["colour"] = "red"

        one.expand(n=[1, 2])
    report = run_task(dag, "one", path=(1,)).report
    assert isinstance(report, Succeeded)
    assert report.label == "red 2"


# -- ti.xcom_pull -----------------------------------------------------------------------------


def pulled(client: MemoryClient, **arguments: Any) -> Any:
    def pull(ti: Any) -> dict[str, Any]:
        return {"got": ti.xcom_pull(**arguments)}

    with DAG("d", schedule=None, start_date=DATE) as dag:
        PythonOperator(task_id="t", python_callable=pull)
    return run_task(dag, "t", client=client).returned["got"]


def test_xcom_pull_gives_one_value_a_list_or_the_default() -> None:
    client = MemoryClient()
    client.add_xcom("a", 1)
    client.add_xcom("b", 2)
    client.add_xcom("b", 3, key="k")
    for n in range(3):
        client.add_xcom("m", n, path=(n,))
    assert pulled(client, task_ids="a") == 1
    assert pulled(client, task_ids="b", key="k") == 3
    assert pulled(client, task_ids="nobody") is None
    assert pulled(client, task_ids="nobody", default=9) == 9
    assert pulled(client, task_ids=["b", "a"]) == [2, 1]
    assert pulled(client, task_ids=["b", "nobody"]) == [2]
    assert pulled(client, task_ids="m") == [0, 1, 2]
    assert pulled(client, task_ids="m", map_indexes=1) == 1
    assert pulled(client, task_ids="m", map_indexes=[0, 2]) == [0, 2]


def test_an_argument_whose_task_pushed_nothing_is_none() -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:

        @task
        def nothing() -> None: ...

        @task
        def use(value: Any) -> str:
            return repr(value)

        use(nothing())
    assert run_task(dag, "use").returned == "None"
