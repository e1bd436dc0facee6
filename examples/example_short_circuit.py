"""Leaves work out: when there is none, and when the run is not the latest one."""

from datetime import datetime

from airflow import DAG
from airflow.operators.empty import EmptyOperator
from airflow.operators.latest_only import LatestOnlyOperator
from airflow.operators.python import PythonOperator, ShortCircuitOperator


def is_there_mail():
    return False


def is_there_bread():
    return True


with DAG(
    dag_id="example_short_circuit",
    description="Short circuits and latest-only",
    doc_md=__doc__,
    schedule="@hourly",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    default_args={"owner": "examples"},
    tags=["example", "branch"],
) as dag:
    mail = ShortCircuitOperator(task_id="is_there_mail", python_callable=is_there_mail)
    read = PythonOperator(task_id="read_mail", python_callable=lambda: print("never printed"))
    bread = ShortCircuitOperator(task_id="is_there_bread", python_callable=is_there_bread)
    toast = PythonOperator(task_id="make_toast", python_callable=lambda: print("toast is ready"))
    latest = LatestOnlyOperator(task_id="only_when_latest")
    publish = EmptyOperator(task_id="publish")

    mail >> read
    bread >> toast
    latest >> publish
