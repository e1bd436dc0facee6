/** The DAG files of the stories. */

const HEAD = `from datetime import datetime
from pathlib import Path
from time import sleep

from airflow.decorators import dag, task
from airflow.models.param import Param


def wait_for(gate):
    """Until the story opens the gate."""
    while not (Path(%GATES%) / gate).exists():
        sleep(0.05)
`;

const FAULT = 'raise ValueError("there is no such shop")';

const SALES = `

@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1),
    tags=["money"],
    params={"shop": Param("all", type="string", title="Shop", description="Whose sales")},
    doc_md="# Sales of a day",
)
def sales():
    @task
    def extract(params=None):
        print("row 1 of", params["shop"])
        wait_for("more")
        print("row 2 of", params["shop"])
        wait_for("end")
        return [1, 2, 3]

    @task
    def report(rows):
        ${FAULT}

    report(extract())


sales()
`;

/** Fails until it is mended; takes a shop. */
export function sales(gates: string): string {
  return (HEAD + SALES).replace("%GATES%", JSON.stringify(gates));
}

/** With another body of a task, and with a retry, which makes another version of the DAG. */
export function mendedSales(gates: string): string {
  return sales(gates)
    .replace(FAULT, 'print("total", sum(rows))')
    .replace("@task\n    def report", "@task(retries=1)\n    def report");
}

/** Groups, mapped tasks, setup and teardown, templates; one task fails, another never starts. */
const ORDERS = `

@task_group(tooltip="What leaves the house")
def shipping(rows):
    @task(doc_md="Packs *one* order")
    def pack(row):
        print("::group::box", row)
        print("\\x1b[32mpacked\\x1b[0m", row)
        print("::endgroup::")
        return row

    return pack.expand(row=rows)


@dag(
    schedule="0 6 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    tags=["shop", "<b>daily</b>"],
    description="Orders of a day <script>alert(1)</script>",
    doc_md="# Orders\\n\\n| a | b |\\n|---|---|\\n| 1 | 2 |",
    params={
        "city": Param("Seoul", type="string", enum=["Seoul", "Busan"]),
        "count": Param(3, type="integer", minimum=1, maximum=9),
        "day": Param("2026-01-01", type="string", format="date"),
        "extra": Param({"a": 1}, type=["object", "null"], section="More"),
    },
)
def orders():
    @task
    def fetch():
        return ["a", "b", "c"]

    greet = BashOperator(task_id="greet", bash_command="echo {{ ds }} {{ params.city }}")

    @task
    def bill(rows):
        raise ValueError("no bill for <b>c</b>")

    @task
    def thank():
        pass

    rows = fetch()
    open_shop = greet.as_setup()
    close_shop = EmptyOperator(task_id="close").as_teardown(setups=open_shop)
    open_shop >> shipping(rows) >> close_shop
    bill(rows) >> thank()


orders()
`;

/** Its first task runs until the story lets it go; its second waits for it. */
const SLOW = `

@dag(schedule=None, start_date=datetime(2026, 1, 1))
def slow():
    @task
    def hold():
        print("holding on")
        wait_for("slow")

    @task
    def follow():
        pass

    hold() >> follow()


slow()
`;

const IMPORTS = `from airflow.decorators import task_group
from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator
`;

/** The files of a deployment in which something of everything has happened. */
export function someOfEverything(gates: string): Record<string, string> {
  const head = HEAD.replace("%GATES%", JSON.stringify(gates));
  return {
    "sales.py": mendedSales(gates),
    "orders.py": IMPORTS + head + ORDERS,
    "slow.py": head + SLOW,
    "broken.py": "from airflow import DAG\nimport no_such_module\n",
  };
}

export const NASTY_DAG = `long.${"d".repeat(195)}`;
export const NASTY_TASK = "매출_집계".repeat(20);

export const NASTY = `from datetime import datetime

from airflow.sdk import DAG
from airflow.operators.empty import EmptyOperator

with DAG(
    ${JSON.stringify(NASTY_DAG)},
    schedule=None,
    start_date=datetime(2026, 1, 1),
    dag_display_name="매출 <img src=x onerror=alert(1)> 🚀 مبيعات",
    description="<script>document.title = 1</script>",
    doc_md="<img src=x onerror=alert(1)> [link](javascript:alert(1))",
    tags=["<i>태그</i>", "وسم", "🎉"],
):
    EmptyOperator(task_id=${JSON.stringify(NASTY_TASK)}, doc_md="<b>bold?</b>") >> EmptyOperator(task_id="end")
`;

export const LARGE = `from datetime import datetime

from airflow.sdk import DAG
from airflow.operators.empty import EmptyOperator

with DAG("large", schedule=None, start_date=datetime(2026, 1, 1)):
    first = EmptyOperator(task_id="task_0")
    for number in range(1, 5_000):
        first >> EmptyOperator(task_id=f"task_{number}")
`;
