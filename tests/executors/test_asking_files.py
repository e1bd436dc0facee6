"""DAG files that ask for variables and connections while a fork server imports them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from narae.core.reports import CallbackDone, Failed, Succeeded
from narae.core.requests import ConnectionValue, GetConnection, GetVariable
from narae.core.run import CauseKind
from narae.core.wire import Ask, FileAsk, StoredChanged
from narae.core.workload import CallbackWorkload, CodeRef, Workload
from narae.executors.local.settings import PRELOAD

if TYPE_CHECKING:
    from tests.executors.conftest import Deployment

pytestmark = pytest.mark.process

DAG = """
import os
from datetime import datetime
from airflow import DAG
from airflow.hooks.base import BaseHook
from airflow.models import Variable
from airflow.operators.python import PythonOperator

READ = Variable.get("k")
DB = BaseHook.get_connection("db")

def late(context):
    print("the callback reads", Variable.get("other"))

with DAG("d", start_date=datetime(2026, 1, 1), schedule=None, on_failure_callback=late):
    PythonOperator(
        task_id="says", python_callable=lambda: [READ, DB.host, os.getppid()]
    )
    PythonOperator(task_id="prints", python_callable=lambda: print("password", DB.password))
"""
RAISES = """
from airflow.models import Variable
raise ValueError(Variable.get("secret_k"))
"""


@pytest.fixture(scope="module")
def real(make_deployment: type["Deployment"]) -> Iterator["Deployment"]:
    deployment = make_deployment(
        preload=PRELOAD,
        run="narae.runtime.entry:run_child",
        load="narae.runtime.load:load_file",
    )
    deployment.write("d.py", DAG)
    deployment.write("raises.py", RAISES)
    deployment.start()
    deployment.accept()
    yield deployment
    deployment.close()


@pytest.fixture(autouse=True)
def stored(real: "Deployment") -> None:
    assert real.link is not None
    real.link.tell(StoredChanged(everything=True))
    real.seen.clear()
    real.desk = lambda ask: None
    real.stored = {
        GetVariable(key="k"): "one",
        GetVariable(key="other"): "two",
        GetVariable(key="secret_k"): "hidden-words",
        GetConnection(conn_id="db"): ConnectionValue(
            conn_id="db", host="db.example", password="s3cret-w0rd"
        ),
    }


def returned(real: "Deployment", **fields: object) -> bytes:
    _, report = real.run("says", **fields)
    assert isinstance(report, Succeeded)
    return report.xcoms[0].value


def test_a_server_asks_once_and_anew_when_what_it_read_has_changed(real: "Deployment") -> None:
    first = returned(real)
    assert first.startswith(b'["one", "db.example"')
    assert returned(real) == first
    assert len([m for m in real.seen if isinstance(m, FileAsk)]) == 2
    real.stored[GetVariable(key="k")] = "changed"
    assert real.link is not None
    real.link.tell(StoredChanged(variables=("unread",)))
    assert returned(real) == first
    real.link.tell(StoredChanged(variables=("k",)))
    assert returned(real).startswith(b'["changed", "db.example"')


def test_a_fresh_python_asks_in_the_name_of_its_attempt(real: "Deployment") -> None:
    real.desk = lambda ask: real.stored.get(ask.request)
    assert returned(real, execution="spawn").startswith(b'["one", "db.example"')
    assert {m.request for m in real.seen if isinstance(m, Ask)} == {
        GetVariable(key="k"),
        GetConnection(conn_id="db"),
    }


def test_a_secret_that_the_import_read_is_masked_in_the_tasks_log(real: "Deployment") -> None:
    workload, report = real.run("prints")
    assert isinstance(report, Succeeded)
    assert "password ***" in real.events(workload, "stdout")


def test_a_secret_is_masked_in_the_words_of_a_broken_import(real: "Deployment") -> None:
    _, report = real.run("a", file="raises.py")
    assert isinstance(report, Failed)
    assert report.cause.kind is CauseKind.IMPORT_ERROR
    assert report.cause.words == "ValueError: ***"
    assert "hidden-words" not in report.cause.traceback


def test_a_callback_may_read_variables(real: "Deployment") -> None:
    like: Workload = real.workload("a")
    callback = CallbackWorkload(
        id="c1",
        code=CodeRef(folder=str(real.dags), version="", file="d.py"),
        run=like.run,
        kind="dag_failure",
        log_path="dag_id=d/callback.log",
        queued_at=datetime.now(UTC),
    )
    real.submit(callback)
    done: CallbackDone = real.wait_until(
        lambda: [r for r in real.reports if isinstance(r, CallbackDone)]
    )[0]
    assert done.error is None
    lines = list(real.logs.read(callback.log_path, limit=1000).lines)
    assert "the callback reads two" in [line["event"] for line in lines]


def test_what_changed_while_there_was_no_engine_is_asked_for_anew(real: "Deployment") -> None:
    assert returned(real).startswith(b'["one", ')
    real.hang_up()
    real.stored[GetVariable(key="k")] = "changed meanwhile"
    real.accept()
    assert returned(real).startswith(b'["changed meanwhile", ')
