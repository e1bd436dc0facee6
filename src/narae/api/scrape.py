"""What ``/metrics`` answers: the figures of all components, and of the database."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from narae.engine.meter import METRICS
from narae.engine.ports import Heartbeat
from narae.storage.figures import StoredFigures
from narae.telemetry.exposition import exposed, merged
from narae.telemetry.own_process import own_figures
from narae.telemetry.registry import Point, Registry, Snapshot, from_facts

ALIVE = timedelta(seconds=30)
"""The figures of a component that has been silent for longer are left out."""


class ScrapedStore(Protocol):
    """What is read when somebody asks."""

    def heartbeats(self) -> list[Heartbeat]:
        """The latest sign of life of every component."""
        ...

    def stored_figures(self) -> StoredFigures:
        """How much there is."""
        ...


def metrics_page(
    store: ScrapedStore, own: Registry, *, now: datetime, version: str, accept: str = ""
) -> tuple[bytes, str]:
    """The page and its media type. ``own``: what this process counts itself."""
    beats = store.heartbeats()
    told = [from_facts(beat.detail.get(METRICS)) for beat in latest(beats) if _alive(beat, now)]
    mine = (own.snapshot(), own_figures("api"), _stored(store.stored_figures()))
    about = {"narae_info": [Point((version,), 1.0)], **_ages(beats, now)}
    return exposed(merged((*told, *mine, about)), accept)


def latest(beats: Iterable[Heartbeat]) -> list[Heartbeat]:
    """The newest of each component on each host: the one before it is dead or dying."""
    found: dict[tuple[str, str], Heartbeat] = {}
    for beat in sorted(beats, key=lambda each: each.at):
        host = beat.detail.get("host") or beat.name.rpartition(":")[0]
        found[beat.component, str(host)] = beat
    return list(found.values())


def _alive(beat: Heartbeat, now: datetime) -> bool:
    return now - beat.at <= ALIVE


def _ages(beats: Iterable[Heartbeat], now: datetime) -> Snapshot:
    newest: dict[str, datetime] = {}
    for beat in beats:
        newest[beat.component] = max(beat.at, newest.get(beat.component, beat.at))
    points = [
        Point((component,), max(0.0, (now - at).total_seconds()))
        for component, at in newest.items()
    ]
    return {"narae_component_heartbeat_age_seconds": points}


def _stored(figures: StoredFigures) -> Snapshot:
    dags: Mapping[str, Any] = {
        "active": figures.dags_active,
        "paused": figures.dags_paused,
        "stale": figures.dags_stale,
    }
    return {
        "narae_dags": [Point((state,), float(count)) for state, count in dags.items()],
        "narae_import_errors": [Point((), float(figures.import_errors))],
        "narae_database_bytes": [Point((), float(figures.bytes))],
    }
