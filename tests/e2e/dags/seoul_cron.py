from datetime import datetime, timedelta

import pendulum
from airflow import DAG
from airflow.operators.bash import BashOperator

SEOUL = pendulum.timezone("Asia/Seoul")

with DAG(
    "seoul_cron",
    schedule="0 0 * * *",
    start_date=datetime.now(tz=SEOUL).replace(hour=0, minute=0, second=0, microsecond=0)
    - timedelta(days=2),
    catchup=True,
):
    BashOperator(
        task_id="say",
        bash_command="echo {{ data_interval_start.in_timezone('Asia/Seoul') | ts_nodash }}",
    )
