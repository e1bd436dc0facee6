"""Bash commands that are templates, and values that go from one to the next."""

from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG(
    dag_id="example_bash_templates",
    description="Templates, environment, XCom and an exit code that skips",
    doc_md=__doc__,
    schedule="0 * * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    default_args={"owner": "examples"},
    user_defined_macros={"shout": lambda text: text.upper()},
    tags=["example", "bash", "template"],
) as dag:
    count = BashOperator(
        task_id="count",
        bash_command="for i in $(seq 5); do echo line $i; done; echo 5",
    )
    use = BashOperator(
        task_id="use",
        bash_command="echo \"$DAY: {{ shout('counted') }} $NUMBER lines\"",
        env={"DAY": "{{ ds }}", "NUMBER": "{{ ti.xcom_pull(task_ids='count') }}"},
        append_env=True,
    )
    nothing_to_do = BashOperator(task_id="nothing_to_do", bash_command="exit 99")
    finish = BashOperator(
        task_id="finish",
        bash_command="echo 'run {{ run_id }} is done'",
        trigger_rule="none_failed",
    )

    count >> [use, nothing_to_do] >> finish
