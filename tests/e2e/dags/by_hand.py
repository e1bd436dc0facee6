from datetime import datetime, timedelta
from pathlib import Path

from airflow.decorators import dag, task, task_group
from airflow.models.param import Param
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import PythonOperator
from airflow.sensors.filesystem import FileSensor


@dag(schedule=None, start_date=datetime(2024, 1, 1), params={"who": Param("you", type="string")})
def with_conf():
    @task
    def greet(params=None, dag_run=None):
        return f"{params['who']} {dag_run.conf['n'] + 1}"

    greet()


@dag(schedule=None, start_date=datetime(2024, 1, 1))
def with_retries():
    @task(retries=2, retry_delay=timedelta(milliseconds=50))
    def third_time_lucky(ti=None):
        if ti.try_number < 3:
            raise ValueError(f"try {ti.try_number} is not enough")

    @task(retries=1, retry_delay=timedelta(milliseconds=50))
    def never_lucky():
        raise RuntimeError("no luck")

    @task
    def after():
        pass

    third_time_lucky()
    never_lucky() >> after()


@dag(schedule=None, start_date=datetime(2024, 1, 1))
def with_branch():
    @task.branch
    def choose():
        return "left"

    left, right = EmptyOperator(task_id="left"), EmptyOperator(task_id="right")
    join = EmptyOperator(task_id="join", trigger_rule="none_failed_min_one_success")
    choose() >> [left, right] >> join


@dag(schedule=None, start_date=datetime(2024, 1, 1))
def with_mapped_group():
    @task
    def numbers():
        return [1, 2, 3]

    @task_group
    def each(n):
        @task
        def double(n):
            return 2 * n

        @task
        def add_one(n):
            return n + 1

        return add_one(double(n))

    @task
    def total(values):
        return sum(values)

    total(each.expand(n=numbers()))


@dag(schedule=None, start_date=datetime(2024, 1, 1))
def with_sensor():
    def write(params):
        with Path(params["path"]).open("w") as file:
            file.write("here")

    wait = FileSensor(
        task_id="wait",
        filepath="{{ dag_run.conf['path'] }}",
        poke_interval=0.2,
        mode="reschedule",
        timeout=30,
    )
    make = PythonOperator(
        task_id="make", python_callable=lambda dag_run: write({"path": dag_run.conf["path"]})
    )
    done = EmptyOperator(task_id="done")
    [wait, make] >> done


with_conf()
with_retries()
with_branch()
with_mapped_group()
with_sensor()
