"""The HTTP API over a deployment on SQLite, played on virtual time."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.routing import compile_path
from starlette.testclient import TestClient

from narae.accounts.permissions import Principal, everybody
from narae.api.app import create_app
from narae.api.catalogue import OPERATIONS
from narae.api.events import Feed
from narae.api.openapi import document
from narae.api.operation import V1
from narae.api.surroundings import Surroundings
from narae.bootstrap.deployment import accounts_of
from narae.config import Settings, load
from narae.core.changes import Changed
from narae.core.spec import DagSpec, ParamSpec, TaskSpec
from narae.core.timetables.spec import Never
from narae.core.workload import Workload
from narae.storage.open import open_store
from narae.storage.secrets import key_of_home
from narae.telemetry.metrics import API
from narae.telemetry.registry import Registry
from narae.testing.fake_executor import Play, fails, succeeds
from narae.testing.stage import Stage

SALES = DagSpec(
    dag_id="sales",
    timetable=Never(),
    tags=("money",),
    params={"shop": ParamSpec(default="all", schema={"type": "string"})},
    tasks=(
        TaskSpec(task_id="extract", operator="BashOperator", owner="ann"),
        TaskSpec(task_id="load", operator="PythonOperator", upstream=("extract",), owner="bob"),
    ),
)
OTHER = DagSpec(dag_id="other", timetable=Never(), tasks=(TaskSpec(task_id="a", operator="X"),))


class Silence:
    """A source of changes that has none to tell."""

    def open(self, publish: Callable[[Changed], None]) -> None:
        """Implements ``api.events.Source``."""

    def close(self) -> None:
        """Implements ``api.events.Source``."""


class Api:
    """One deployment with its API, and whoever asks it (``principal`` may be replaced)."""

    def __init__(
        self,
        home: Path,
        settings: Settings,
        *,
        with_accounts: bool = False,
        url: str | None = None,
    ) -> None:
        """``with_accounts``: who asks has to say who they are. ``url``: another database."""
        self.settings = settings
        self.principal: Principal = everybody()
        self.store = open_store(
            url or f"sqlite:///{home}/narae.db", fernet_keys=[key_of_home(home)], create=True
        )
        self.stage = Stage(store=self.store, script=self._script)
        self.accounts = accounts_of(settings, self.store)
        self.failing: set[str] = set()
        app = create_app(
            Surroundings(
                store=self.store,
                notifier=self.stage,
                clock=self.stage.clock,
                chance=Random(1),
                settings=settings,
                version="0",
                accounts=self.accounts,
                feed=Feed(Silence(), epoch="test"),
                registry=Registry(API),
            ),
            authenticate=None if with_accounts else lambda _request: self.principal,
        )
        self.client = TestClient(app, base_url="http://localhost", raise_server_exceptions=False)

    def _script(self, workload: Workload) -> Play:
        if workload.task_id in self.failing:
            return fails("ValueError: no fish")
        return succeeds(lasts=timedelta(seconds=30), lengths={"return_value": 1})

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """One request; ``body`` is sent as JSON."""
        if body is not None:
            more["json"] = body
        return self.client.request(method, path, **more)

    def good(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """A request that has to succeed; its JSON."""
        answer = self(method, path, body, **more)
        assert answer.status_code < 300, answer.text
        return fits(answer) if answer.content else None

    def bad(self, status: int, method: str, path: str, body: Any = None, **more: Any) -> str:
        """A request that has to be refused with ``status``; the problem's detail."""
        answer = self(method, path, body, **more)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
        return str(answer.json()["detail"])


@cache
def _documents() -> dict[str, Any]:
    made = {}
    for name, operations in OPERATIONS.items():
        made[name] = document(operations, title=name, version="0")
    return made


def fits(answer: Any) -> Any:
    """The JSON of an answer, which has to be as the OpenAPI document says."""
    method, path = answer.request.method, answer.request.url.path
    for each in chain.from_iterable(OPERATIONS.values()):
        if each.method == method and compile_path(each.flavour.prefix + each.path)[0].match(path):
            break
    else:
        return answer.json()
    described = _documents()["v1" if each.flavour is V1 else "v2"]
    template = (each.flavour.prefix + each.path).replace(":path}", "}")
    response = described["paths"][template][method.lower()]["responses"][str(answer.status_code)]
    media = answer.headers["content-type"].partition(";")[0]
    schema = response["content"][media]["schema"]
    found = answer.json()
    Draft202012Validator({**schema, "components": described["components"]}).validate(found)
    return found


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    made = Api(tmp_path, load({"NARAE_HOME": str(tmp_path)}))
    made.stage.add_dag(SALES, OTHER)
    made.stage.play()
    with made.client:
        yield made
    made.store.close()
