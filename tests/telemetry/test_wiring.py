"""What bootstrap puts together, for each kind of database."""

from pathlib import Path

import pytest

from narae.api.change_sources import EngineSource, NoticeSource
from narae.bootstrap.api_telemetry import api_feed, api_registry
from narae.bootstrap.engine_telemetry import engine_telemetry
from narae.bootstrap.user_environment import user_environment
from narae.config import load
from narae.storage.change_notices import PostgresChangeSender
from narae.testing.memory_store import MemoryStore

POSTGRES = {"NARAE__DATABASE__URL": "postgresql://u@127.0.0.1:1/narae"}


@pytest.mark.parametrize(("more", "listens"), [({}, False), (POSTGRES, True)])
def test_the_engine_tells_who_can_hear_it(
    tmp_path: Path, more: dict[str, str], listens: bool
) -> None:
    settings = load({"NARAE_HOME": str(tmp_path), **more})
    made = engine_telemetry(settings, MemoryStore())
    sink = made.changes._sink
    assert isinstance(sink, PostgresChangeSender) is listens
    assert sink.heard is listens  # on SQLite, once somebody has connected
    told: list[tuple[str, ...]] = []
    made.changed(told.append)(("sales",))
    assert told == [("sales",)]
    made.close()


def test_the_api_listens_where_the_engine_tells(tmp_path: Path) -> None:
    embedded = api_feed(load({"NARAE_HOME": str(tmp_path)}), api_registry())
    other = api_feed(load({"NARAE_HOME": str(tmp_path), **POSTGRES}), api_registry())
    assert isinstance(embedded._source, EngineSource)
    assert isinstance(other._source, NoticeSource)
    assert embedded.epoch != other.epoch


def test_statsd_at_no_address_is_said_and_no_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    environ = {
        "NARAE_HOME": str(tmp_path),
        "NARAE__METRICS__STATSD_ON": "true",
        "NARAE__METRICS__STATSD_HOST": "nowhere.invalid",
    }
    engine_telemetry(load(environ), MemoryStore()).close()
    assert "nowhere.invalid" in caplog.text


def test_a_task_never_sees_the_collectors_headers(tmp_path: Path) -> None:
    environ = {
        "NARAE_HOME": str(tmp_path),
        "NARAE__TRACES__OTEL_ON": "true",
        "NARAE__TRACES__OTEL_HEADERS": "authorization=secret",
    }
    seen = user_environment(load(environ), environ)
    assert seen["NARAE__TRACES__OTEL_ON"] == "True"
    assert "secret" not in str(seen)
