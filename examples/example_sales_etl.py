"""
### Sales into SQLite

Reads `data/sales.csv`, loads it into a SQLite file of this run, checks the table, and reports
what each shop earned. A check that does not hold fails the run before anybody reads a report.
"""

import csv
import sqlite3
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from airflow.decorators import dag, task

SOURCE = Path(__file__).parent / "data" / "sales.csv"
CHECKS = {
    "the table has rows": "SELECT count(*) > 0 FROM sales",
    "no quantity is negative": "SELECT count(*) = 0 FROM sales WHERE quantity < 0",
    "every row names a shop": "SELECT count(*) = 0 FROM sales WHERE shop = ''",
}


@dag(
    dag_id="example_sales_etl",
    description="CSV into SQLite, a quality check, a report",
    doc_md=__doc__,
    schedule="30 6 * * 1-5",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    default_args={"owner": "examples", "retries": 1, "retry_delay": timedelta(seconds=5)},
    tags=["example", "etl"],
)
def sales_etl():
    @task
    def extract() -> list:
        with SOURCE.open(newline="", encoding="utf-8") as source:
            rows = list(csv.DictReader(source))
        print(f"{len(rows)} rows in {SOURCE.name}")
        return rows

    @task
    def transform(rows: list) -> list:
        return [
            [r["day"], r["shop"], r["item"], int(r["quantity"]), int(r["unit_price"])] for r in rows
        ]

    @task
    def load(rows: list) -> str:
        target = Path(tempfile.mkdtemp(prefix="narae-sales-")) / "sales.db"
        with sqlite3.connect(target) as db:
            db.execute("CREATE TABLE sales (day, shop, item, quantity INTEGER, price INTEGER)")
            db.executemany("INSERT INTO sales VALUES (?, ?, ?, ?, ?)", rows)
        return str(target)

    @task
    def check(database: str) -> str:
        with sqlite3.connect(database) as db:
            broken = [name for name, sql in CHECKS.items() if not db.execute(sql).fetchone()[0]]
        if broken:
            raise ValueError(f"these do not hold: {', '.join(broken)}")
        print(f"{len(CHECKS)} checks hold")
        return database

    @task
    def report(database: str) -> dict:
        with sqlite3.connect(database) as db:
            totals = dict(
                db.execute(
                    "SELECT shop, sum(quantity * price) FROM sales GROUP BY shop ORDER BY 2 DESC"
                )
            )
        for shop, total in totals.items():
            print(f"{shop:<12}{total:>12,} KRW")
        return totals

    @task(trigger_rule="all_done")
    def tidy_up(database: str) -> None:
        Path(database).unlink(missing_ok=True)
        Path(database).parent.rmdir()

    database = load(transform(extract()))
    report(check(database)) >> tidy_up(database)


sales_etl()
