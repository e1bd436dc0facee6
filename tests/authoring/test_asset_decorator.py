from typing import Any

from narae.authoring.asset_decorator import asset
from narae.authoring.assets import Asset
from narae.authoring.compile import compile_dag
from narae.authoring.parsing import current


def test_an_asset_function_is_an_asset_and_a_dag_of_one_task() -> None:
    @asset(uri="s3://lake/orders", schedule="@daily", group="lake")
    def orders() -> None:
        """All orders."""

    assert orders == Asset("orders", "s3://lake/orders")
    (dag,) = current().dags
    dag.settings = dag.settings._replace(catchup_by_default=False)
    assert dag.task_ids == ["orders"]
    assert dag.get_task("orders").outlets == [orders]


def test_its_parameters_are_itself_the_context_and_assets_that_it_reads() -> None:
    seen: list[Any] = []

    @asset(schedule=None)
    def report(self: Asset, context: Any, orders: Asset) -> None:
        seen.extend([self, context["ds"], orders])

    task = current().dags[0].get_task("report")
    task.python_callable(ds="2024-01-01")
    assert seen == [report, "2024-01-01", Asset("orders")]
    assert compile_dag(current().dags[0], file="d.py").tasks[0].inlets == (
        {"asset": {"name": "orders", "uri": "orders", "group": "asset"}},
    )


def test_one_function_can_make_several_assets() -> None:
    outlets = [Asset("a"), Asset("b")]

    @asset.multi(schedule=None, outlets=outlets)
    def both() -> None: ...

    assert both.get_task("both").outlets == outlets
