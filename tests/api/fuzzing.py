"""A deployment to be fuzzed: DAGs, runs in several states, and a bit of everything else."""

import threading
from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import sqlalchemy as sa
from tests.api.conftest import Api

from narae.accounts.logins import make_token
from narae.accounts.permissions import Action, Permission, Resource
from narae.accounts.roles import create_role
from narae.accounts.users import UserWish, create_user
from narae.api.file_tokens import FilePlace, signing_key, token_of
from narae.code_store import CodeStore, Pinned
from narae.config import load
from narae.core.log_paths import log_path
from narae.core.reports import XComValue
from narae.core.requests import ConnectionValue, VariableRow
from narae.core.run import Pool
from narae.core.spec import (
    DagSpec,
    Expansion,
    GroupSpec,
    ImportFailure,
    LiteralInput,
    ParamSpec,
    ParsedFile,
    RetryPolicy,
    TaskSpec,
)
from narae.core.timetables.spec import CronInterval, Never
from narae.core.workload import Workload
from narae.engine import actions
from narae.logs.file_store import FileLogStore
from narae.logs.lines import encode_line
from narae.storage.secrets import key_of_home
from narae.storage.tables import metadata
from narae.testing.fake_executor import Play, fails, hangs, succeeds

DAG_IDS = ("sales", "daily")
RUN_IDS = ("won", "lost", "going", "waiting")
"""Every DAG has a run of each id, so that what is drawn apart fits together."""
FILE = "sales.py"
SOURCE = "from airflow import DAG\n"
HOSTS = "testserver,localhost"
PASSWORD = "correct horse"

TASKS = (
    TaskSpec(task_id="buy", operator="BashOperator", retry=RetryPolicy(retries=1)),
    TaskSpec(
        task_id="sell",
        operator="PythonOperator",
        upstream=("buy",),
        expansion=Expansion(inputs={"x": LiteralInput(length=2)}),
    ),
    TaskSpec(task_id="tidy.sweep", group_id="tidy", upstream=("sell",), operator="Broom"),
)


def dag(dag_id: str, **more: Any) -> DagSpec:
    """Three tasks: one that may fail, one that is mapped, one in a group."""
    return DagSpec(
        dag_id=dag_id,
        file=FILE,
        generation=3,
        groups=(GroupSpec(group_id="tidy"),),
        tasks=TASKS,
        **more,
    )


SALES = dag(
    "sales",
    timetable=Never(),
    tags=("money",),
    params={"shop": ParamSpec(default="all", schema={"type": "string"})},
)
DAILY = dag(
    "daily",
    timetable=CronInterval(expression="0 3 * * *", timezone="Asia/Seoul"),
    start_date=datetime(2025, 12, 30, tzinfo=UTC),
    catchup=False,
)


class Target:
    """The deployment, its application as the fuzzer meets it, and how it goes back to the start."""

    def __init__(self, home: Path, url: str | None = None, **environment: str) -> None:
        if url is not None:
            environment["NARAE__DATABASE__URL"] = url
        settings = load(
            {"NARAE_HOME": str(home), "NARAE__API__ALLOWED_HOSTS": HOSTS, **environment}
        )
        self.api = Api(home, settings, url=url, with_accounts=True)
        self.token = ""
        self._home = home
        self._files(home)
        self._runs()
        self._secrets()
        self._accounts()
        self._engine = sa.create_engine(
            (url or f"sqlite:///{home}/narae.db").replace("postgresql:", "postgresql+psycopg:")
        )
        self._rows = self._all_rows()
        self._busy = threading.Lock()

    async def app(self, scope: Any, receive: Any, send: Any) -> Any:
        """The application; streams end soon."""
        await bounded(self.api.client.app, scope, receive, send)

    def restore(self) -> None:
        """Everything is as in the beginning."""
        with self._busy, self._engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(sa.delete(table))
            for table in metadata.sorted_tables:
                names = [column.name for column in table.columns]
                rows = [dict(zip(names, row, strict=True)) for row in self._rows[table.name]]
                if rows:
                    connection.execute(sa.insert(table), rows)

    def fingerprint(self) -> str:
        """Another one after any change, but for when tokens were used last."""
        return repr({name: rows for name, rows in self._all_rows().items() if "token" not in name})

    def _all_rows(self) -> dict[str, list[tuple[Any, ...]]]:
        with self._engine.connect() as connection:
            return {
                table.name: [tuple(row) for row in connection.execute(sa.select(table))]
                for table in metadata.sorted_tables
            }

    def close(self) -> None:
        """No connection stays."""
        self._engine.dispose()
        self.api.store.close()

    def words(self) -> dict[str, list[Any]]:
        """What there is, by the names that parameters have."""
        place = FilePlace("/dags", FILE)
        return {
            "dag_id": [*DAG_IDS, "~"],
            "dag_run_id": [*RUN_IDS, "~"],
            "task_id": [*(task.task_id for task in TASKS), "~"],
            "group_id": ["tidy"],
            "map_index": [-1, 0, 1],
            "try_number": [1, 2],
            "task_try_number": [1, 2],
            "version_number": [1],
            "code_version": [self.code_version],
            "pool_name": ["default_pool", "fish"],
            "variable_key": ["color", "a/b"],
            "connection_id": ["shop_db"],
            "xcom_key": ["return_value"],
            "backfill_id": [1],
            "import_error_id": [1],
            "event_log_id": [1, 2],
            "username": ["ann", "bob"],
            "role_name": ["Viewer", "guard"],
            "file_token": [token_of(place, signing_key(key_of_home(self._home)))],
            "section": ["core", "api"],
            "option": ["parallelism"],
        }

    def _files(self, home: Path) -> None:
        (home / FILE).write_text(SOURCE)
        code = CodeStore(home)
        sha256, _ = code.keep(home / FILE)
        self.code_version = code.materialise({FILE: Pinned(sha256, executable=False)})
        stage = self.api.stage
        stage.add_dag(SALES, DAILY, file=FILE, code_version=self.code_version)
        failure = ImportFailure(file="bad.py", line=3, message="no fish", traceback="line 3")
        broken = ParsedFile(file="bad.py", code_version="v1", file_hash="1", failures=(failure,))
        warned = ParsedFile(file="w.py", code_version="v1", file_hash="1", warnings=("a thread",))
        stage.catalog.record([broken, warned], folder="/dags")

    def _runs(self) -> None:
        stage = self.api.stage
        stage.executor.script = _script
        for run_id in RUN_IDS[:3]:
            for dag_id in DAG_IDS:
                stage.trigger(dag_id, run_id=run_id, note=f"the {run_id} one")
                stage.play(timedelta(minutes=1))
        stage.play(timedelta(hours=1))
        for dag_id in DAG_IDS:
            actions.pause(stage.act(), dag_id)
            stage.trigger(dag_id, run_id=RUN_IDS[3])
        store = FileLogStore(self.api.settings.logging.base_log_folder)
        writer = store.writer(log_path("sales", "won", "buy", -1, 1))
        at = stage.clock.now()
        writer.write(b"".join(encode_line(f"line {n}", at=at, source="task") for n in range(5)))
        writer.close()
        wish = actions.backfills.BackfillWish(start=at - timedelta(days=2), end=at)
        actions.backfills.create(stage.act(), "daily", wish)

    def _secrets(self) -> None:
        act = self.api.stage.act()
        actions.pools.create(act, Pool(name="fish", slots=3))
        for key in ("color", "a/b"):
            actions.variables.create(act, VariableRow(key=key, value="red", description="a word"))
        shop = ConnectionValue(conn_id="shop_db", conn_type="postgres", password="x", port=1)
        actions.connections.create(act, shop)

    def _accounts(self) -> None:
        api, act = self.api, self.api.stage.act()
        create_role(api.accounts, act, "guard", {Permission(Action.READ, Resource.DAG)})
        for name, role in (("keeper", "Admin"), ("ann", "Admin"), ("bob", "Viewer")):
            wish = UserWish(username=name, roles=(role,), email=f"{name}@example.com")
            create_user(api.accounts, act, wish, password=PASSWORD)
        self.token = make_token(api.accounts, act, "keeper", "fuzzer").secret


def _script(workload: Workload) -> Play:
    if workload.run.run_id == "lost":
        return fails("ValueError: no fish", lasts=timedelta(seconds=5))
    if workload.run.run_id == "going" and workload.task_id == "sell":
        return hangs()
    value = XComValue(key="return_value", value=b'{"rows": 3, "at": "2026-01-02"}')
    return succeeds(lasts=timedelta(seconds=5), xcoms=(value,))


async def bounded(app: Any, scope: Any, receive: Any, send: Any) -> None:
    """The application, whose answers end after two parts, or when nothing comes for a moment."""
    path = scope.get("path", "")
    if scope["type"] != "http" or (
        not path.endswith(("/events", "/wait")) and "/logs/" not in path
    ):
        await app(scope, receive, send)
        return
    parts = 0
    open_ = False
    with anyio.CancelScope() as limit:

        async def some(message: MutableMapping[str, Any]) -> None:
            nonlocal parts, open_
            if message["type"] == "http.response.start":
                open_ = True
                limit.deadline = anyio.current_time() + 0.05
            else:
                parts += 1
                open_ = message.get("more_body", False)
            await send(message)
            if open_ and parts > 1:
                limit.cancel()

        await app(scope, receive, some)
    if open_:
        await send({"type": "http.response.body", "body": b"", "more_body": False})
