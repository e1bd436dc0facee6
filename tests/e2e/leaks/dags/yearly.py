"""Has a past that can be run again."""

import pendulum
from airflow import DAG
from airflow.operators.empty import EmptyOperator

with DAG(
    "yearly",
    schedule="@yearly",
    start_date=pendulum.datetime(2020, 1, 1),
    catchup=False,
    tags=["past"],
):
    EmptyOperator(task_id="nothing")
