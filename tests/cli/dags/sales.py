"""What the commands are tried on: a chain, a group, a mapped task, a task that fails."""

from datetime import datetime

from airflow.decorators import dag, task, task_group


@dag(
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    tags=["shop", "daily"],
    default_args={"owner": "ada"},
)
def sales():
    """Sales of the day."""

    @task
    def extract():
        return [1, 2, 3]

    @task
    def double(number):
        return 2 * number

    @task_group
    def report(numbers):
        @task(trigger_rule="all_done")
        def write(numbers):
            print("total", sum(numbers))

        return write(numbers)

    report(double.expand(number=extract()))


sales()
