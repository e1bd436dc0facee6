"""Metrics and the feed of changes of the API's process, put together once."""

from secrets import token_hex

from narae.api.change_sources import EngineSource, NoticeSource
from narae.api.events import Feed
from narae.bootstrap.components import engine_socket
from narae.config import Settings
from narae.storage.change_notices import PostgresChangeReceiver
from narae.storage.dialects import is_sqlite
from narae.telemetry.metrics import API
from narae.telemetry.registry import Registry


def api_registry() -> Registry:
    """What the API's process counts: for ``HttpMetrics``, the feed and ``metrics_page``."""
    return Registry(API)


def api_feed(settings: Settings, registry: Registry) -> Feed:
    """The feed of ``/events``. Connects when somebody listens, and only then."""
    url = settings.database.url
    source = (
        EngineSource(engine_socket(settings))
        if is_sqlite(url)
        else NoticeSource(lambda: PostgresChangeReceiver(url))
    )
    return Feed(source, epoch=token_hex(4), registry=registry)
