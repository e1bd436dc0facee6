"""The smallest useful DAG: three commands, one after the other."""

from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG(
    dag_id="example_hello_bash",
    description="Three shell commands in a row",
    doc_md=__doc__,
    schedule="0 7 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    default_args={"owner": "examples"},
    tags=["example", "bash"],
) as dag:
    greet = BashOperator(task_id="greet", bash_command="echo 'Hello from Narae'")
    look = BashOperator(task_id="look_around", bash_command="date && uname -s && df -h . | tail -1")
    say_when = BashOperator(
        task_id="say_when",
        bash_command="echo 'This run covers {{ data_interval_start }} to {{ data_interval_end }}'",
    )

    greet >> look >> say_when
