"""How well it is, as data: ``/health`` in Airflow's form, ``/livez``, ``/readyz``."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any, Protocol

import msgspec

from narae.engine.ports import Heartbeat
from narae.errors import NaraeError
from narae.storage.schema import check

ALIVE = timedelta(seconds=30)
"""A component without a sign of life for this long counts as unhealthy."""

ANSWER_KEPT = timedelta(seconds=1)
"""A look at the database's schema costs a connection, and anybody may ask for one."""

HEALTHY, UNHEALTHY = "healthy", "unhealthy"


class HealthStore(Protocol):
    """What is asked of the database."""

    def heartbeats(self) -> list[Heartbeat]:
        """The latest sign of life of every component."""
        ...


class DatabaseHealth(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The metadata database."""

    status: str
    words: str = ""
    """What is wrong with it."""


class SchedulerHealth(msgspec.Struct, frozen=True, kw_only=True):
    """The engine."""

    status: str | None
    latest_scheduler_heartbeat: datetime | None


class TriggererHealth(msgspec.Struct, frozen=True, kw_only=True):
    """There is none: the scheduler wakes what is deferred."""

    status: str | None = None
    latest_triggerer_heartbeat: datetime | None = None


class DagProcessorHealth(msgspec.Struct, frozen=True, kw_only=True):
    """The loader."""

    status: str | None
    latest_dag_processor_heartbeat: datetime | None


class ExecutorHealth(msgspec.Struct, frozen=True, kw_only=True):
    """The supervisors."""

    status: str | None
    latest_executor_heartbeat: datetime | None


class ComponentView(msgspec.Struct, frozen=True, kw_only=True):
    """A process that ``narae standalone`` looks after."""

    pid: int | None = None
    ready: bool = False
    restarts: int = 0
    last_exit: str | None = None


class HealthView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything. ``processes`` is empty where the components run on their own."""

    metadatabase: DatabaseHealth
    scheduler: SchedulerHealth
    triggerer: TriggererHealth = TriggererHealth()
    dag_processor: DagProcessorHealth
    executor: ExecutorHealth
    processes: dict[str, ComponentView] = {}

    @property
    def http_status(self) -> int:
        """200 while the database answers, as Airflow has it; what else is wrong stands inside."""
        return 200 if self.metadatabase.status == HEALTHY else 503


def health(store: HealthStore, *, home: Path, now: datetime) -> HealthView:
    """The state of the database and of each component, with its latest sign of life."""
    beats: list[Heartbeat] = []
    database = DatabaseHealth(status=HEALTHY)
    try:
        beats = store.heartbeats()
    except Exception as error:  # noqa: BLE001 - whatever the driver raises is the answer
        database = DatabaseHealth(status=UNHEALTHY, words=_words(error))
    newest: dict[str, datetime] = {}
    for beat in beats:
        newest[beat.component] = max(beat.at, newest.get(beat.component, beat.at))

    def status(component: str) -> str:
        at = newest.get(component)
        return HEALTHY if at is not None and now - at <= ALIVE else UNHEALTHY

    return HealthView(
        metadatabase=database,
        scheduler=SchedulerHealth(
            status=status("scheduler"), latest_scheduler_heartbeat=newest.get("scheduler")
        ),
        dag_processor=DagProcessorHealth(
            status=status("loader"), latest_dag_processor_heartbeat=newest.get("loader")
        ),
        executor=ExecutorHealth(
            status=status("supervisor"), latest_executor_heartbeat=newest.get("supervisor")
        ),
        processes=_processes(home),
    )


def _words(error: Exception) -> str:
    """The kind of error only: a driver's own words may hold a host and a user."""
    return f"the database does not answer ({type(error).__name__})"


def _processes(home: Path) -> dict[str, ComponentView]:
    try:
        told: Any = json.loads((home / "run" / "components.json").read_text())
        return msgspec.convert(told["components"], dict[str, ComponentView])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


class LiveView(msgspec.Struct, frozen=True, kw_only=True):
    """The process answers."""

    status: str = "alive"


class ReadyView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether it can do its work, and what it lacks."""

    status: str
    missing: tuple[str, ...] = ()
    http_status: int = 200


def live() -> LiveView:
    """The process answers: that is all that is asked."""
    return LiveView()


def ready(url: str) -> ReadyView:
    """The database is there, and has the schema of this version."""
    missing = tuple(_missing(url))
    if missing:
        return ReadyView(status="not ready", missing=missing, http_status=503)
    return ReadyView(status="ready")


class Readiness:
    """:func:`ready`, asked once a second at most.

    Whoever comes meanwhile gets the last answer: a database that hangs holds up one thread.
    """

    def __init__(self, url: str, *, look: Callable[[str], ReadyView] = ready) -> None:
        self._url = url
        self._look = look
        self._looking = Lock()
        self._last: tuple[datetime, ReadyView] | None = None

    def at(self, now: datetime) -> ReadyView:
        """The answer, not older than a second unless a newer one is on its way."""
        last = self._last
        if last is not None and abs(now - last[0]) < ANSWER_KEPT:
            return last[1]
        if last is not None and not self._looking.acquire(blocking=False):
            return last[1]
        if last is None:
            self._looking.acquire()
        try:
            found = self._look(self._url)
            self._last = (now, found)
            return found
        finally:
            self._looking.release()


def _missing(url: str) -> list[str]:
    try:
        check(url)
    except NaraeError as error:
        return [str(error)]
    except Exception as error:  # noqa: BLE001 - whatever the driver raises is the answer
        return [_words(error)]
    return []


HEALTH_STATUSES: Mapping[int, str] = MappingProxyType(
    {200: "the database answers", 503: "the database does not answer"}
)
"""What the statuses of ``/health`` mean, for the document of the API."""
