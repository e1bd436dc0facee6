"""Runs one DAG here and now: the real scheduler over memory, tasks one by one, no server."""

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import Any

import msgspec

from narae.bootstrap.clock import SystemClock
from narae.bootstrap.deployment import limits_of, store_of
from narae.bootstrap.secrets import secrets_of
from narae.bootstrap.user_environment import user_environment
from narae.config import Settings
from narae.core.ids import AttemptId
from narae.core.reports import CallbackDone, Report
from narae.core.requests import GetConnection, GetVariable, Request
from narae.core.run import Instance, Run
from narae.core.spec import DagSpec, ParsedFile, TaskSpec
from narae.core.states import FINISHED_RUN
from narae.core.timetables.schedule import manual_interval
from narae.core.timetables.spec import Never
from narae.core.wire import Wake
from narae.engine.actions import Act, RunWish, find_run, trigger
from narae.engine.desk import Desk
from narae.engine.errors import NotFound
from narae.engine.events import ReportsCame, Woken
from narae.engine.ports import DeskStore
from narae.engine.scheduler import Scheduler
from narae.engine.secret_lookup import Later, SecretLookup
from narae.engine.state import SchedulerSettings
from narae.engine.tokens import KEY_BYTES_MIN, Tokens
from narae.errors import NaraeError
from narae.executors.in_process import InProcessExecutor, InProcessSettings
from narae.executors.solo_servers import SoloServers, SoloSettings
from narae.loader.local import parse_folder
from narae.loader.values import LoaderSettings, ParseSettings
from narae.testing.memory_store import MemoryStore

EXECUTOR = "InProcessExecutor"
_PAUSE_SECONDS_MAX = 3600.0
MANY = 1_000_000


@dataclass(frozen=True, kw_only=True)
class LocalRun:
    """What to run. ``log`` takes each line of the tasks' logs, as the log store would."""

    folder: Path
    file: str
    """Relative to ``folder``."""
    log: Callable[[bytes], None]
    dag_id: str | None = None
    """May be left out when the file has one DAG."""
    task_id: str | None = None
    """Only this task, whatever it depends on."""
    conf: dict[str, Any]
    logical_date: datetime | None = None
    fork: bool = True
    """Each task in a child; False: in this process, so that a debugger works."""


@dataclass(frozen=True, kw_only=True)
class LocalOutcome:
    """How it went."""

    run: Run
    instances: tuple[Instance, ...]


def parse_file(
    settings: Settings,
    folder: Path,
    file: str,
    environ: Mapping[str, str],
    *,
    store: MemoryStore | None = None,
) -> ParsedFile:
    """One file, parsed in a process of its own; NaraeError when it gives no DAG.

    ``store`` has the variables and connections that it may ask for; the deployment's own
    otherwise.
    """
    kept = store or memory_store(settings)
    found = parse_folder(
        folder,
        settings=LoaderSettings(
            parse=ParseSettings(
                import_timeout_seconds=settings.core.dagbag_import_timeout,
                memory_max_bytes=settings.core.dag_file_memory_max,
            ),
            safe_mode=False,
            ignore_syntax=settings.core.dag_ignore_file_syntax,
            pin_code=False,
        ),
        files={file},
        environ=environ,
        answer=partial(file_answer, secrets_of(settings, kept)),
    )
    if not found:
        raise NaraeError(f"{folder / file} is no DAG file: it is not there, or it is ignored")
    if found[0].failures:
        failure = found[0].failures[0]
        where = f"{folder / failure.file}{'' if failure.line is None else f':{failure.line}'}"
        raise NaraeError(f"{where}: {failure.message}\n{failure.traceback}".rstrip())
    return found[0]


def choose_dag(parsed: ParsedFile, dag_id: str | None) -> DagSpec:
    """The DAG of that id, or the file's only one."""
    dags = {dag.dag_id: dag for dag in parsed.dags}
    known = ", ".join(sorted(dags)) or "none"
    if dag_id is None and len(dags) == 1:
        return next(iter(dags.values()))
    if dag_id is None:
        raise NaraeError(f"which DAG of {parsed.file}? It has: {known} (--dag-id)")
    if dag_id not in dags:
        raise NotFound(f"DAG in {parsed.file}", dag_id, among=dags)
    return dags[dag_id]


def run_locally(settings: Settings, wanted: LocalRun) -> LocalOutcome:
    """Runs the DAG to its end. Variables, connections and pools are the deployment's."""
    logging.getLogger("narae").setLevel(logging.WARNING)
    environ = user_environment(settings, os.environ)
    store = memory_store(settings)
    with _environment(environ), _fork_servers(wanted, secrets_of(settings, store)) as servers:
        parsed = parse_file(settings, wanted.folder, wanted.file, environ, store=store)
        spec = choose_dag(parsed, wanted.dag_id)
        store.record_parsed(
            [_prepared(parsed, spec, wanted.task_id)],
            folder=str(wanted.folder),
            now=SystemClock().now(),
            paused=False,
        )
        driver = _Driver(settings, store, wanted, servers)
        run = driver.run(spec.dag_id, _wish(wanted, parsed, spec))
    return LocalOutcome(run=run, instances=tuple(store.instances(run.uid)))


@contextmanager
def _environment(environ: Mapping[str, str]) -> Iterator[None]:
    """For what runs user code; afterwards this process has its own again."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _fork_servers(wanted: LocalRun, secrets: SecretLookup) -> Iterator[SoloServers]:
    """What tasks are forked from: it imports the runtime while the file is parsed."""
    servers = SoloServers(SoloSettings(), answer=partial(file_answer, secrets))
    try:
        if wanted.fork:
            servers.start()
        yield servers
    finally:
        servers.close()


def _wish(wanted: LocalRun, parsed: ParsedFile, spec: DagSpec) -> RunWish:
    now = SystemClock().now()
    date = wanted.logical_date or now
    planned = parsed.planned.get(spec.dag_id, ())
    return RunWish(
        conf=wanted.conf,
        logical_date=date,
        interval=manual_interval(spec.timetable, date, planned=planned),
        run_after=now,
        triggered_by="test",
    )


def _prepared(parsed: ParsedFile, spec: DagSpec, task_id: str | None) -> ParsedFile:
    """The file with just that DAG, unscheduled: it runs once, because somebody asks."""
    tasks = spec.tasks if task_id is None else (_alone(spec, task_id),)
    alone = msgspec.structs.replace(
        spec,
        timetable=Never(),
        tasks=tasks,
        groups=spec.groups if task_id is None else (),
        max_active_tasks=MANY,
    )
    return msgspec.structs.replace(parsed, dags=(alone,), planned={})


def _alone(spec: DagSpec, task_id: str) -> TaskSpec:
    for task in spec.tasks:
        if task.task_id == task_id:
            if task.expansion is not None:
                raise NaraeError(f"{task_id!r} is mapped: test the whole DAG instead")
            return msgspec.structs.replace(
                task, upstream=(), setups=(), group_id=None, depends_on_past=False
            )
    raise NotFound(f"task of {spec.dag_id}", task_id, among=[each.task_id for each in spec.tasks])


def memory_store(settings: Settings) -> MemoryStore:
    """An empty store with the deployment's variables, connections and pools, if it has any."""
    store = MemoryStore()
    url = settings.database.url
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        return store
    stored = store_of(settings)
    try:
        for variable in stored.variables():
            store.put_variable(variable)
        for connection in stored.connections():
            store.put_connection(connection)
        for pool in stored.pools():
            store.put_pool(pool)
    finally:
        stored.close()
    return store


def file_answer(secrets: SecretLookup, request: GetVariable | GetConnection) -> Any:
    """What a file gets that asks while it is imported; it waits for slow back ends."""
    value = secrets.answer(request)
    return value.now() if isinstance(value, Later) else value


def stored_answer(store: DeskStore, request: GetVariable | GetConnection) -> Any:
    """What a file gets that asks while it is imported."""
    match request:
        case GetVariable(key=key):
            return store.variable(key)
        case GetConnection(conn_id=conn_id):
            return store.connection(conn_id)


class _Driver:
    """Ticks the scheduler until the run has ended. Also the notifier of what tasks commit."""

    def __init__(
        self, settings: Settings, store: MemoryStore, wanted: LocalRun, servers: SoloServers
    ) -> None:
        self._store = store
        self._clock = SystemClock()
        self._chance = SystemRandom()
        self._seq = 0
        self._wakes: list[Wake] = []
        tokens = Tokens(self._chance.randbytes(KEY_BYTES_MIN))
        executor = InProcessExecutor(
            InProcessSettings(fork=wanted.fork, name=EXECUTOR),
            inbox=self._hear,
            desk=self._answer,
            log=wanted.log,
            now=self._clock.now,
            servers=servers,
        )
        self._scheduler = Scheduler(
            store=store,
            clock=self._clock,
            chance=self._chance,
            executors=(executor,),
            limits=limits_of(settings),
            settings=SchedulerSettings(name="local", default_executor=EXECUTOR),
            tokens=tokens,
        )
        self._desk = Desk(
            store=store,
            notifier=self,
            clock=self._clock,
            chance=self._chance,
            current=self._scheduler.current,
            secrets=secrets_of(settings, store),
            tokens=tokens,
        )

    def wake(self, message: Wake) -> None:
        """Something was committed: the next tick looks."""
        self._wakes.append(message)

    def _answer(self, attempt: AttemptId, request: Request, token: str) -> Any:
        value = self._desk.answer(attempt, request, token)
        return value.now() if isinstance(value, Later) else value

    def _hear(self, report: Report | CallbackDone) -> None:
        self._seq += 1
        self._scheduler.handle(ReportsCame(holder=EXECUTOR, seq=self._seq, reports=(report,)))

    def run(self, dag_id: str, wish: RunWish) -> Run:
        """Triggers the run and ticks to its end."""
        act = Act(
            store=self._store,
            notifier=self,
            now=self._clock.now(),
            chance=self._chance,
            who="local",
        )
        run = trigger(act, dag_id, wish)
        while not self._is_over(run):
            self._turn()
        return find_run(self._store, dag_id, run.run_id)

    def _is_over(self, run: Run) -> bool:
        found = find_run(self._store, run.dag_id, run.run_id)
        return found.state in FINISHED_RUN and not self._store.callbacks()

    def _turn(self) -> None:
        wakes, self._wakes = self._wakes, []
        for wake in wakes:
            self._scheduler.handle(Woken(wake=wake))
        seq = self._seq
        moment = self._scheduler.tick()
        if moment is None or self._seq != seq or self._wakes:
            return
        seconds = (moment - self._clock.now()).total_seconds()
        time.sleep(min(max(0.0, seconds), _PAUSE_SECONDS_MAX))
