"""What ``/metrics``, ``/health``, ``/livez`` and ``/readyz`` answer, over a real SQLite file."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.fernet import Fernet
from prometheus_client.parser import text_string_to_metric_families

from narae.api.health_view import Readiness, ReadyView, health, live, ready
from narae.api.scrape import metrics_page
from narae.core.spec import DagSpec, TaskSpec
from narae.core.timetables.spec import Never
from narae.engine.meter import Meter
from narae.engine.ports import Heartbeat
from narae.engine.witness import Witnesses
from narae.storage.open import open_store
from narae.storage.store import SqlStore
from narae.telemetry.metrics import API
from narae.telemetry.registry import Registry
from narae.testing.stage import Stage

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/narae.db"


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    made = open_store(url, fernet_keys=[Fernet.generate_key().decode()], create=True)
    yield made
    made.close()


def beat(component: str, name: str, *, ago: float = 0, **detail: Any) -> Heartbeat:
    at = NOW - timedelta(seconds=ago)
    return Heartbeat(component=component, name=name, at=at, detail=detail)


def parses(count: int) -> dict[str, Any]:
    return {"narae_dag_files_parsed_total": [[["parsed"], count, []]]}


def scraped(store: SqlStore, now: datetime = NOW) -> dict[tuple[str, ...], float]:
    """(name, values of labels by their names) -> value."""
    page, _ = metrics_page(store, Registry(API), now=now, version="1.2")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
    }


def test_a_page_has_what_the_engine_the_database_and_the_api_say(store: SqlStore) -> None:
    stage = Stage(store=store, witness=Witnesses(Meter(per_dag=True)))
    task = TaskSpec(task_id="a", operator="X")
    stage.add_dag(DagSpec(dag_id="sales", timetable=Never(), tasks=(task,)))
    stage.trigger("sales")
    stage.play()
    found = scraped(store, stage.clock.now())
    assert found["narae_task_attempts_ended_total", "succeeded", "sales", "success"] == 1
    assert found["narae_dags", "active"] == 1
    assert found["narae_import_errors",] == 0
    assert found["narae_database_bytes",] > 100_000
    assert found["narae_info", "1.2"] == 1
    assert found["narae_process_resident_bytes", "api"] > 0
    assert found["narae_pool_slots", "default_pool"] == 128
    assert found["narae_component_heartbeat_age_seconds", "scheduler"] < 10


def test_the_dead_and_the_replaced_are_left_out(store: SqlStore) -> None:
    store.beat(
        [
            beat("loader", "box:1", ago=20, metrics=parses(100)),
            beat("loader", "box:2", ago=1, metrics=parses(3)),
            beat("loader", "other:1", ago=2, metrics=parses(4)),
            beat("loader", "gone:1", ago=31, metrics=parses(1000)),
        ]
    )
    found = scraped(store)
    assert found["narae_dag_files_parsed_total", "parsed"] == 7
    assert found["narae_component_heartbeat_age_seconds", "loader"] == 1


def test_a_heartbeat_without_figures_is_none(store: SqlStore) -> None:
    store.beat([beat("scheduler", "box:1"), beat("supervisor", "uuid", metrics="odd")])
    assert scraped(store)["narae_info", "1.2"] == 1


# -- health ---------------------------------------------------------------------------------


def test_health_is_in_the_form_of_airflow(store: SqlStore, tmp_path: Path) -> None:
    store.beat([beat("scheduler", "a", ago=2), beat("loader", "b", ago=31)])
    view = health(store, home=tmp_path, now=NOW)
    assert view.http_status == 200
    assert msgspec.to_builtins(view) == {
        "metadatabase": {"status": "healthy"},
        "scheduler": {
            "status": "healthy",
            "latest_scheduler_heartbeat": "2026-04-30T23:59:58Z",
        },
        "triggerer": {"status": None, "latest_triggerer_heartbeat": None},
        "dag_processor": {
            "status": "unhealthy",
            "latest_dag_processor_heartbeat": "2026-04-30T23:59:29Z",
        },
        "executor": {"status": "unhealthy", "latest_executor_heartbeat": None},
        "processes": {},
    }


def test_health_shows_the_processes_of_standalone(store: SqlStore, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    told = {"pid": 7, "ready": True, "restarts": 2, "last_exit": "exited with code 1"}
    (tmp_path / "run" / "components.json").write_text(
        json.dumps({"parent": 1, "components": {"engine": told}})
    )
    view = health(store, home=tmp_path, now=NOW)
    assert msgspec.to_builtins(view.processes) == {"engine": told}


class Away:
    def heartbeats(self) -> list[Heartbeat]:
        raise ConnectionError("no route to postgresql://narae:secret@db")


def test_a_database_that_is_away_is_unhealthy_and_its_url_stays_hidden(tmp_path: Path) -> None:
    view = health(Away(), home=tmp_path, now=NOW)
    assert view.http_status == 503
    assert view.metadatabase.status == "unhealthy"
    assert "secret" not in view.metadatabase.words
    assert view.scheduler.status == "unhealthy"


def test_it_is_alive_and_ready(store: SqlStore, url: str) -> None:
    assert live().status == "alive"
    assert ready(url).http_status == 200


def test_it_is_not_ready_without_its_schema(store: SqlStore, url: str, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "narae.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'old'")
    connection.close()
    view = ready(url)
    assert (view.status, view.http_status) == ("not ready", 503)
    (words,) = view.missing
    assert "revision old" in words


def test_it_is_not_ready_without_its_database() -> None:
    view = ready("postgresql://narae:secret@127.0.0.1:1/narae")
    assert view.http_status == 503
    assert "secret" not in str(view.missing)


def test_the_database_is_looked_at_once_a_second() -> None:
    looks: list[str] = []

    def look(url: str) -> ReadyView:
        looks.append(url)
        return ReadyView(status=f"look {len(looks)}")

    readiness = Readiness("sqlite:///here", look=look)
    assert readiness.at(NOW).status == "look 1"
    assert readiness.at(NOW + timedelta(seconds=0.9)).status == "look 1"
    assert readiness.at(NOW + timedelta(seconds=1)).status == "look 2"
    assert readiness.at(NOW - timedelta(hours=1)).status == "look 3"  # the clock was set back
    assert looks == ["sqlite:///here"] * 3


def test_who_asks_while_the_database_hangs_gets_the_last_answer() -> None:
    inside: list[ReadyView] = []

    def look(_url: str) -> ReadyView:
        if not inside:
            inside.append(ReadyView(status="ready"))
            return inside[0]
        inside.append(readiness.at(NOW + timedelta(seconds=9)))  # somebody else, meanwhile
        return ReadyView(status="not ready", http_status=503)

    readiness = Readiness("sqlite:///here", look=look)
    assert readiness.at(NOW).status == "ready"
    assert readiness.at(NOW + timedelta(seconds=9)).status == "not ready"
    assert [view.status for view in inside] == ["ready", "ready"]
