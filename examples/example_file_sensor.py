"""Waits for a file without holding a slot: between two looks the sensor gives its place back."""

from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.sensors.filesystem import FileSensor

PLACE = "/tmp/narae-example-{{ ts_nodash }}.txt"

with DAG(
    dag_id="example_file_sensor",
    description="A sensor in reschedule mode, and the task that makes its file",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2026, 1, 1),
    default_args={"owner": "examples"},
    tags=["example", "sensor"],
) as dag:
    make_file = BashOperator(
        task_id="make_file", bash_command=f"sleep 1 && echo 'ready at '$(date) > {PLACE}"
    )
    wait_for_file = FileSensor(
        task_id="wait_for_file",
        filepath=PLACE,
        mode="reschedule",
        poke_interval=1,
        timeout=60,
    )
    read_file = BashOperator(task_id="read_file", bash_command=f"cat {PLACE} && rm {PLACE}")

    make_file
    wait_for_file >> read_file
