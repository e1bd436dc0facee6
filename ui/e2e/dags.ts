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
