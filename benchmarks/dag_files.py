"""The DAG files that are measured, in Airflow's own words, as text."""

_HEAD = """\
from datetime import datetime
from airflow import DAG
from airflow.decorators import task
from airflow.operators.python import PythonOperator

def nothing():
    pass

COMMON = {"schedule": None, "start_date": datetime(2026, 1, 1), "catchup": False}
"""

STAMP = (
    _HEAD
    + """
import os
import time

def stamp():
    now = time.time_ns()
    with open(os.environ["BENCH_STAMPS"], "a") as file:
        file.write(f"{now}\\n")

with DAG("stamp", max_active_runs=1000, **COMMON):
    PythonOperator(task_id="stamp", python_callable=stamp)
"""
)
"""One task, which writes its time (ns) as its first act."""

CHAIN = (
    _HEAD
    + """
with DAG("chain", **COMMON):
    before = None
    for number in range(40):
        each = PythonOperator(task_id=f"step_{number}", python_callable=nothing)
        if before is not None:
            before >> each
        before = each
"""
)


STAMPED_CHAIN = (
    _HEAD
    + """
import os
import time

def stamp():
    now = time.time_ns()
    with open(os.environ["BENCH_STAMPS"] + "-chain", "a") as file:
        file.write(f"{now}\\n")

with DAG("stamped_chain", **COMMON):
    before = None
    for number in range(20):
        each = PythonOperator(task_id=f"step_{number}", python_callable=stamp)
        if before is not None:
            before >> each
        before = each
"""
)
"""Twenty tasks in a row, each of which writes its time as its first act."""


def fan(dag_id: str, width: int) -> str:
    """1 -> ``width`` -> 1."""
    return _HEAD + (
        f'\nwith DAG("{dag_id}", max_active_tasks=64, **COMMON):\n'
        '    first = PythonOperator(task_id="first", python_callable=nothing)\n'
        '    last = PythonOperator(task_id="last", python_callable=nothing)\n'
        f"    for number in range({width}):\n"
        '        each = PythonOperator(task_id=f"each_{number}", python_callable=nothing)\n'
        "        first >> each >> last\n"
    )


def flat(dag_id: str, tasks: int) -> str:
    """``tasks`` tasks without edges."""
    return _HEAD + (
        f'\nwith DAG("{dag_id}", max_active_tasks=64, **COMMON):\n'
        f"    for number in range({tasks}):\n"
        '        PythonOperator(task_id=f"each_{number}", python_callable=nothing)\n'
    )


def many(prefix: str, count: int) -> str:
    """A file with ``count`` DAGs of one task."""
    return _HEAD + (
        f"\nfor number in range({count}):\n"
        f'    with DAG(f"{prefix}_{{number}}", **COMMON):\n'
        '        PythonOperator(task_id="only", python_callable=nothing)\n'
    )


def usual(dag_id: str) -> str:
    """A file as people write it: three tasks, a schedule, tags."""
    return _HEAD + (
        f'\nwith DAG("{dag_id}", schedule="@daily", start_date=datetime(2026, 1, 1),\n'
        '         catchup=False, tags=["bench"], description="One of many"):\n'
        '    extract = PythonOperator(task_id="extract", python_callable=nothing)\n'
        '    transform = PythonOperator(task_id="transform", python_callable=nothing)\n'
        '    load = PythonOperator(task_id="load", python_callable=nothing)\n'
        "    extract >> transform >> load\n"
    )
