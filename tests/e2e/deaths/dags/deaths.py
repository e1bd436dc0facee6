"""One task for each way to die."""

import os
import signal
import time
from datetime import datetime, timedelta
from pathlib import Path

from airflow.decorators import dag, task
from airflow.exceptions import AirflowFailException

FOLDER = Path(os.environ["DEATHS_FOLDER"])
PLAIN = {"start_date": datetime(2024, 1, 1), "schedule": None}

if (FOLDER / "broken").exists():
    raise ImportError("the library went away")


def hold(seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end and not (FOLDER / "over").exists():
        time.sleep(0.05)


@dag(**PLAIN)
def deaths():
    @task
    def exits():
        os._exit(7)

    @task
    def crashes():
        os.kill(os.getpid(), signal.SIGSEGV)

    @task
    def is_killed():
        os.kill(os.getpid(), signal.SIGKILL)

    @task
    def eats():
        return len(bytearray(4 << 30))

    @task(execution_timeout=timedelta(seconds=0.3))
    def is_slow():
        hold()

    @task
    def raises():
        raise ValueError("no rows")

    @task
    def gives_up():
        raise AirflowFailException("never again")

    @task
    def number(n):
        os._exit(n)

    exits(), crashes(), is_killed(), eats(), is_slow(), raises(), gives_up()
    number.expand(n=[3, 4])


@dag(
    start_date=datetime(2024, 1, 1),
    schedule=timedelta(days=1),
    catchup=False,
    dagrun_timeout=timedelta(seconds=1),
)
def run_too_slow():
    @task
    def waits():
        hold()

    waits()


@dag(**PLAIN)
def waits():
    @task
    def first(ti=None, fence=None):
        """Speaks for itself all the time, whoever else has taken over."""
        with (FOLDER / "lives").open("a") as lives:
            lives.write(f"{fence} {os.getpid()}\n")
        if fence == 1:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        end = time.monotonic() + 60
        while time.monotonic() < end and not (FOLDER / "over").exists():
            ti.xcom_push("mark", fence)
            time.sleep(0.02)
        ti.xcom_push("mark", fence)

    first()


@dag(**PLAIN, fail_fast=True)
def fails_fast():
    @task
    def other():
        hold()

    @task
    def fails():
        while not (FOLDER / "other").exists():
            time.sleep(0.02)
        raise ValueError("enough")

    other()
    fails()


deaths()
run_too_slow()
waits()
fails_fast()
