import os
import time
from datetime import datetime
from pathlib import Path

from airflow import DAG
from airflow.operators.python import PythonOperator


def note(index, dag_run):
    """Leaves one line for each start and end: what a test counts."""
    trace = Path(dag_run.conf["trace"])
    with trace.open("a") as file:
        file.write(f"start {index} {os.getpid()} {time.time()}\n")
    time.sleep(dag_run.conf.get("seconds", 0.05))
    with trace.open("a") as file:
        file.write(f"end {index} {os.getpid()} {time.time()}\n")


with DAG("wide", schedule=None, start_date=datetime(2024, 1, 1), max_active_tasks=32):
    for number in range(200):
        PythonOperator(task_id=f"t{number:03}", python_callable=note, op_args=[number])
