"""The runtime and real operators under a real supervisor."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import psutil
import pytest

from narae.core.reports import Failed, Succeeded
from narae.core.run import Cause, CauseKind
from narae.executors.local.settings import PRELOAD

if TYPE_CHECKING:
    from tests.executors.conftest import Deployment

pytestmark = pytest.mark.process

DAG = """
from datetime import datetime, timedelta
from airflow import DAG
from airflow.models import Variable
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator

def sleep():
    import time
    time.sleep(600)

with DAG("d", start_date=datetime(2026, 1, 1), schedule=None):
    PythonOperator(task_id="returns", python_callable=lambda: {"rows": 3})
    PythonOperator(task_id="asks", python_callable=lambda: Variable.get("k"))
    PythonOperator(task_id="raises", python_callable=lambda: 1 / 0)
    PythonOperator(
        task_id="late", python_callable=sleep, execution_timeout=timedelta(seconds=0.2)
    )
    BashOperator(task_id="bash", bash_command="echo started; sleep 600 & wait")
"""


@pytest.fixture(scope="module")
def real(make_deployment: type["Deployment"]) -> Iterator["Deployment"]:
    deployment = make_deployment(
        preload=PRELOAD,
        rehearse="narae.runtime.rehearsal:rehearse",
        run="narae.runtime.entry:run_child",
        load="narae.runtime.load:load_file",
        kill_grace_seconds=5.0,
    )
    deployment.write("d.py", DAG)
    deployment.start()
    deployment.accept()
    yield deployment
    deployment.close()


def test_a_python_task_returns_an_xcom(real: "Deployment") -> None:
    _, report = real.run("returns")
    assert isinstance(report, Succeeded)
    assert [(xcom.key, xcom.value) for xcom in report.xcoms] == [("return_value", b'{"rows": 3}')]


def test_a_variable_comes_over_the_supervisor(real: "Deployment") -> None:
    real.desk = lambda ask: "v"
    _, report = real.run("asks")
    assert isinstance(report, Succeeded)
    assert report.xcoms[0].value == b'"v"'


def test_a_users_error_has_its_traceback(real: "Deployment") -> None:
    _, report = real.run("raises")
    assert isinstance(report, Failed)
    assert report.cause.kind is CauseKind.USER_ERROR
    assert "ZeroDivisionError" in report.cause.traceback


def test_a_task_ends_its_own_time_out(real: "Deployment") -> None:
    _, report = real.run("late", execution_timeout=timedelta(seconds=0.2))
    assert isinstance(report, Failed)
    assert report.cause.kind is CauseKind.EXECUTION_TIMEOUT


def test_a_killed_bash_task_takes_its_command_along(real: "Deployment") -> None:
    workload = real.workload("bash")
    real.submit(workload)
    real.wait_until(lambda: "started" in real.events(workload, "task"))
    family = psutil.Process(real.started(workload).pid).children(recursive=True)
    assert family
    assert real.link is not None
    real.link.kill(workload.attempt, Cause(kind=CauseKind.KILLED_BY_USER, words="by ada"))
    report = real.ended(workload)
    assert isinstance(report, Failed)
    assert report.cause.kind is CauseKind.KILLED_BY_USER
    assert [process for process in family if process.is_running()] == []
