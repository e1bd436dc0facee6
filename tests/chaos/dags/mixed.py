"""The load of a campaign: each task leaves spans of life and pushes its fence as an XCom."""

import os
import time
from datetime import datetime, timedelta
from pathlib import Path

from airflow.decorators import dag, task
from airflow.operators.bash import BashOperator

TRACE = Path(os.environ["CHAOS_TRACE"])
BEGAN = datetime.fromisoformat(os.environ["CHAOS_BEGAN"])
STEP_SECONDS = 0.05


def leave(file, *words):
    with (TRACE / file).open("ab", buffering=0) as out:
        out.write(("|".join(str(word) for word in words) + "\n").encode())


def work(context, seconds):
    """Says every moment that it is alive, and speaks for its task all the time."""
    ti, fence = context["ti"], context["fence"]
    end = time.monotonic() + seconds
    while True:
        where = (ti.dag_id, ti.run_id, ti.task_id, ti.map_index)
        leave("spans", *where, fence, os.getpid(), time.monotonic())
        ti.xcom_push(f"mark{fence}", fence)
        if time.monotonic() >= end:
            break
        time.sleep(STEP_SECONDS)


def ended_well(context):
    leave("callbacks", context["dag_run"].dag_id, context["dag_run"].run_id)


COMMON = {
    "start_date": datetime(2024, 1, 1),
    "schedule": None,
    "max_active_runs": 50,
    "max_active_tasks": 50,
    "default_args": {"retries": 60, "retry_delay": timedelta(milliseconds=200)},
}


@dag(**COMMON)
def chain():
    @task
    def link(n, **context):
        work(context, 0.1 * n)

    before = None
    for n in range(5):
        now = link.override(task_id=f"link{n}")(n)
        if before is not None:
            before >> now
        before = now


@dag(**COMMON)
def wide():
    @task(pool="narrow")
    def part(**context):
        work(context, 0.3)

    @task
    def end(**context):
        work(context, 0.0)

    begin = end.override(task_id="begin")()
    done = end()
    for n in range(8):
        begin >> part.override(task_id=f"part{n}")() >> done


@dag(**COMMON)
def mapped():
    @task
    def numbers(**context):
        work(context, 0.1)
        return list(range(6))

    @task
    def double(n, **context):
        work(context, 0.2)
        return 2 * n

    @task
    def total(values, **context):
        work(context, 0.0)
        found = sum(values)
        if found != 30:
            leave("wrong", context["ti"].run_id, found)
        return found

    total(double.expand(n=numbers()))


@dag(**COMMON)
def sensing():
    @task.sensor(mode="reschedule", poke_interval=1, timeout=3600)
    def wait(dag_run=None):
        return time.time() > dag_run.queued_at.timestamp() + 3

    @task
    def after(**context):
        work(context, 0.1)

    wait() >> after()


@dag(**COMMON)
def flaky():
    @task
    def third_time_lucky(**context):
        work(context, 0.1)
        marks = TRACE / f"flaky-{context['ti'].run_id}"
        with marks.open("a") as file:
            file.write("x")
        if marks.stat().st_size < 3:
            raise ValueError("not lucky yet")

    third_time_lucky()


@dag(**COMMON)
def bashing():
    BashOperator(
        task_id="leaves_something",
        bash_command="""
            (setsid sleep 3600 >/dev/null 2>&1 &)
            sleep 3601 >/dev/null 2>&1 &
            sleep 0.4
            echo {{ fence }}
        """,
    )


@dag(**COMMON)
def long():
    @task
    def takes_its_time(**context):
        work(context, 9.0)

    @task
    def after(**context):
        work(context, 0.0)

    takes_its_time() >> after()


@dag(**COMMON, on_success_callback=ended_well)
def calling():
    @task
    def one(**context):
        work(context, 0.2)

    one()


@dag(
    start_date=BEGAN,
    end_date=BEGAN + timedelta(seconds=int(os.environ["CHAOS_SECONDS"])),
    schedule=timedelta(seconds=5),
    catchup=True,
    max_active_runs=4,
    default_args=COMMON["default_args"],
)
def ticking():
    @task
    def tick(**context):
        work(context, 0.1)

    tick()


chain()
wide()
mapped()
sensing()
flaky()
bashing()
long()
calling()
ticking()
