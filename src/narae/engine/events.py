"""What happens to the engine, as values. The loop makes them, ``Scheduler.handle`` takes them."""

from datetime import datetime
from typing import Any

from narae.core.ids import AttemptId
from narae.core.reports import CallbackDone, Report
from narae.core.spec import Value
from narae.core.wire import Wake


class SupervisorJoined(Value, tag="joined", frozen=True, kw_only=True):
    """Somebody who can run attempts is there, for the first time or again.

    ``executor`` is a :class:`narae.engine.ports.Executor` that reaches just this holder.
    """

    executor: Any
    holder: str
    host: str
    attempts: frozenset[AttemptId] = frozenset()
    """Live, waiting or ended but not yet acknowledged."""
    callbacks: frozenset[str] = frozenset()
    permanent: bool = False
    """It lives in the engine's own process and needs no lease."""


class SupervisorLeft(Value, tag="left", frozen=True, kw_only=True):
    """The connection is gone; its attempts may well go on."""

    holder: str
    executor: Any = None
    """Which link is gone: the holder may be there on a newer one. None: whichever it has."""


class ReportsCame(Value, tag="reports", frozen=True, kw_only=True):
    """Acknowledged by ``seq`` once what they lead to is committed."""

    holder: str
    seq: int
    reports: tuple[Report | CallbackDone, ...]


class BeatCame(Value, tag="beat", frozen=True, kw_only=True):
    """A supervisor's sign of life."""

    holder: str
    live: tuple[AttemptId, ...] = ()
    facts: dict[str, Any] = {}
    """What its heartbeat is to say."""


class LoaderBeatCame(Value, tag="loader_beat", frozen=True, kw_only=True):
    """The loader's sign of life."""

    name: str
    at: datetime
    facts: dict[str, Any] = {}


class Woken(Value, tag="woken", frozen=True, kw_only=True):
    """Somebody committed something."""

    wake: Wake


class DagsChanged(Value, tag="dags_changed", frozen=True, kw_only=True):
    """The catalog wrote these DAGs' rows."""

    dag_ids: tuple[str, ...]


Event = (
    SupervisorJoined
    | SupervisorLeft
    | ReportsCame
    | BeatCame
    | LoaderBeatCame
    | Woken
    | DagsChanged
)
