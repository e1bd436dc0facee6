/** The DAG files of the stories. */

/** Fails until its file is mended; takes a shop. */
export const SALES = `from datetime import datetime

from airflow.decorators import dag, task
from airflow.models.param import Param


@dag(
    schedule="0 6 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    tags=["money"],
    params={"shop": Param("all", type="string", title="Shop", description="Whose sales")},
    doc_md="# Sales of a day",
)
def sales():
    @task
    def extract(params=None):
        for number in range(1, 4):
            print("row", number, "of", params["shop"])
        return [1, 2, 3]

    @task
    def report(rows):
        raise ValueError("there is no such shop")

    report(extract())


sales()
`;

export const MENDED = SALES.replace(
  'raise ValueError("there is no such shop")',
  'print("total", sum(rows))',
);
