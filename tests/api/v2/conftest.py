"""A deployment with a DAG that has a mapped task, a group and retries."""

from datetime import timedelta

import pytest
from tests.api.conftest import Api

from narae.core.reports import XComValue
from narae.core.spec import DagSpec, Expansion, GroupSpec, LiteralInput, RetryPolicy, TaskSpec
from narae.core.timetables.spec import Never
from narae.core.workload import Workload
from narae.testing.fake_executor import Play, fails, succeeds

SHOP = DagSpec(
    dag_id="shop",
    timetable=Never(),
    display_name="The shop",
    generation=3,
    groups=(GroupSpec(group_id="tidy"),),
    tasks=(
        TaskSpec(
            task_id="buy",
            operator="BashOperator",
            retry=RetryPolicy(retries=1, delay=timedelta(seconds=10)),
        ),
        TaskSpec(
            task_id="sell",
            operator="PythonOperator",
            upstream=("buy",),
            expansion=Expansion(inputs={"x": LiteralInput(length=3)}),
        ),
        TaskSpec(task_id="tidy.sweep", group_id="tidy", upstream=("sell",), operator="Broom"),
        TaskSpec(task_id="tidy.close", group_id="tidy", upstream=("tidy.sweep",), operator="Key"),
    ),
)
XCOM = b'{"rows": 3, "password": "hunter2", "at": {"__type__": "date", "value": "2026-01-02"}}'


@pytest.fixture
def shop(api: Api) -> Api:
    """The DAG ``shop`` beside the others; its tasks take half a minute and leave an XCom."""

    def script(workload: Workload) -> Play:
        if workload.task_id in api.failing:
            return fails("ValueError: no fish", lasts=timedelta(seconds=5))
        value = XComValue(key="return_value", value=XCOM)
        return succeeds(lasts=timedelta(seconds=30), xcoms=(value,))

    api.stage.executor.script = script
    api.stage.add_dag(SHOP, file="shop.py")
    api.stage.play()
    return api
