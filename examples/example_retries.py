"""Fails twice and then succeeds: what retries, their delays and their logs look like."""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators.python import PythonOperator


def flaky(ti):
    if ti.try_number < 3:
        raise ConnectionError(f"try {ti.try_number}: the other side is not there yet")
    print(f"try {ti.try_number}: it answered")


def steady():
    print("works at once")


with DAG(
    dag_id="example_retries",
    description="A task that needs its third try",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2026, 1, 1),
    default_args={
        "owner": "examples",
        "retries": 3,
        "retry_delay": timedelta(seconds=1),
    },
    tags=["example", "retry"],
) as dag:
    PythonOperator(task_id="flaky", python_callable=flaky) >> PythonOperator(
        task_id="steady", python_callable=steady, retries=0
    )
