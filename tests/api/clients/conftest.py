"""The HTTP API on a real socket, for Airflow's official Python clients.

Both clients go by one import name, so each is driven in a process of its own.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from tests.api.conftest import Api

from narae.accounts.users import UserWish, create_user
from narae.code_store import CodeStore, Pinned
from narae.config import load
from narae.core.ids import TaskRef
from narae.core.log_paths import log_path
from narae.core.spec import (
    DagSpec,
    Expansion,
    ImportFailure,
    LiteralInput,
    ParamSpec,
    ParsedFile,
    TaskSpec,
)
from narae.core.timetables.spec import CronInterval, Never
from narae.engine.actions import xcoms
from narae.logs.lines import encode_line

HERE = Path(__file__).parent
CLIENTS = Path(sys.prefix) / "clients"
PASSWORD = "correct horse"
SALES = DagSpec(
    dag_id="sales",
    timetable=CronInterval(expression="0 0 * * *"),
    schedule_text="@daily",
    catchup=False,
    tags=("money",),
    doc_md="# fish",
    dagrun_timeout=timedelta(hours=2),
    params={"shop": ParamSpec(default="all", schema={"type": "string"})},
    tasks=(
        TaskSpec(
            task_id="extract",
            operator="BashOperator",
            operator_module="airflow.operators.bash",
            execution_timeout=timedelta(minutes=3),
        ),
        TaskSpec(task_id="load", operator="PythonOperator", upstream=("extract",)),
        TaskSpec(
            task_id="each",
            operator="PythonOperator",
            upstream=("load",),
            expansion=Expansion(inputs={"x": LiteralInput(length=2)}),
        ),
    ),
)
OTHER = DagSpec(dag_id="other", timetable=Never(), tasks=(TaskSpec(task_id="a", operator="X"),))
LATER = DagSpec(dag_id="later", timetable=Never(), tasks=(TaskSpec(task_id="a", operator="X"),))


def add_dags(api: Api, *specs: DagSpec, file: str, warnings: tuple[str, ...] = ()) -> None:
    """A DAG file with its code, as the loader keeps it."""
    text = Path(api.settings.home) / file
    text.write_text("print('fish')\n")
    store = CodeStore(Path(api.settings.home))
    version = store.materialise({file: Pinned(store.keep(text)[0], executable=False)})
    parsed = ParsedFile(
        file=file, code_version=version, file_hash=version, dags=specs, warnings=warnings
    )
    api.stage.catalog.record([parsed], folder="/dags")


def write_log(api: Api, task_id: str) -> None:
    path = log_path("sales", "done", task_id, -1, 1)
    file = Path(api.settings.logging.base_log_folder) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(encode_line("one fish", at=api.stage.clock.now(), source="task"))


def fill(api: Api) -> None:
    """One run ``done`` that has succeeded, one ``new`` that is queued, and all that can be seen."""
    add_dags(api, SALES, OTHER, file="dags.py", warnings=("a thread is left",))
    add_dags(api, LATER, file="later.py")
    broken = ImportFailure(file="bad.py", message="no fish", traceback="Traceback: no fish")
    bad = ParsedFile(file="bad.py", code_version="b", file_hash="b", failures=(broken,))
    api.stage.catalog.record([bad], folder="/dags")
    api.stage.trigger("sales", run_id="done", conf={"shop": "seoul"})
    api.stage.play(timedelta(minutes=5))
    xcoms.create(api.stage.act(), "sales", "done", TaskRef("load"), "rows", {"a": [1]})
    write_log(api, "load")
    api.stage.trigger("sales", run_id="new")
    api.stage.turn()


class Served:
    """A deployment at an address."""

    def __init__(self, api: Api, port: int) -> None:
        self.api = api
        self.url = f"http://127.0.0.1:{port}"

    def drive(self, client: str, script: str) -> dict[str, Any]:
        """What the script tells; ``client`` is the folder of the client that it imports."""
        folder = CLIENTS / client
        assert folder.is_dir(), f"{folder} is not there: scripts/need-clients makes it"
        done = subprocess.run(
            [sys.executable, HERE / script, self.url, "alice", PASSWORD],
            env={**os.environ, "PYTHONPATH": str(folder)},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    settings = {
        "NARAE_HOME": str(tmp_path),
        "NARAE__AUTH__BASIC": "true",
        "NARAE__WEBSERVER__EXPOSE_CONFIG": "true",
    }
    api = Api(tmp_path, load(settings), with_accounts=True)
    wish = UserWish(username="alice", roles=("Admin",), email="alice@example.com")
    create_user(api.accounts, api.stage.act(), wish, password=PASSWORD)
    fill(api)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(api.client.app, log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Served(api, listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
        api.store.close()
