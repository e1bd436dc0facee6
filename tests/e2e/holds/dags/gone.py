from datetime import datetime

from airflow.decorators import dag, task
from holding import hold


@dag(start_date=datetime(2024, 1, 1), schedule=None)
def stale():
    @task
    def blocker():
        hold()

    @task
    def quick():
        pass

    blocker() >> [quick.override(task_id=f"t{n}")() for n in range(5)]


stale()
