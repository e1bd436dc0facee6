"""
### 아침 준비

매일 아침 여덟 시(서울 시각)에 도는 DAG입니다. 이름표와 그룹 이름은 한국어이고, 일정은
`Asia/Seoul` 기준의 cron입니다.
"""

import pendulum
from airflow import DAG
from airflow.decorators import task
from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator
from airflow.utils.edgemodifier import Label
from airflow.utils.task_group import TaskGroup

with DAG(
    dag_id="example_korean",
    dag_display_name="예제: 아침 준비",
    description="한국어 이름, 서울 시각 일정, 작업 그룹",
    doc_md=__doc__,
    schedule="0 8 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="Asia/Seoul"),
    catchup=False,
    default_args={"owner": "예제"},
    tags=["example", "한국어"],
) as dag:
    wake = EmptyOperator(task_id="wake", task_display_name="일어나기")

    with TaskGroup("kitchen", tooltip="아침 식사를 차립니다") as kitchen:
        rice = BashOperator(
            task_id="rice", task_display_name="밥 짓기", bash_command="echo '밥을 짓습니다'"
        )
        soup = BashOperator(
            task_id="soup", task_display_name="국 끓이기", bash_command="echo '국을 끓입니다'"
        )
        rice >> soup

    @task(task_display_name="날짜 알리기")
    def tell_the_day(data_interval_end=None):
        local = data_interval_end.in_timezone("Asia/Seoul")
        words = f"{local.year}년 {local.month}월 {local.day}일"
        print(words)
        return words

    leave = EmptyOperator(task_id="leave", task_display_name="집을 나서기")

    wake >> Label("배고프면") >> kitchen >> leave
    wake >> Label("언제나") >> tell_the_day() >> leave
