"""The API server's process. Runs no user code."""

import gc
import os
import socket
from pathlib import Path
from random import SystemRandom
from types import FrameType

import uvicorn

from narae.api.app import create_app
from narae.api.events import Feed
from narae.api.lanes import Lanes
from narae.api.surroundings import Surroundings
from narae.bootstrap.api_telemetry import api_feed, api_registry
from narae.bootstrap.clock import SystemClock
from narae.bootstrap.deployment import accounts_of, store_of
from narae.bootstrap.info import VERSION
from narae.bootstrap.standalone import Channel
from narae.bootstrap.way_in import check_exposure, greet
from narae.config import Settings
from narae.errors import NaraeError
from narae.storage.notify import wake_sender


def run_api_process(settings: Settings) -> None:
    """Runs until SIGTERM or SIGINT. NaraeError when it can't listen there."""
    check_exposure(settings)
    home = Path(settings.home)
    store = store_of(settings, create=True)
    registry = api_registry()
    surroundings = Surroundings(
        store=store,
        notifier=wake_sender(settings.database.url, home),
        clock=SystemClock(),
        chance=SystemRandom(),
        settings=settings,
        version=VERSION,
        accounts=accounts_of(settings, store),
        feed=api_feed(settings, registry),
        registry=registry,
        lanes=Lanes(reads=settings.api.reads_at_once),
    )
    app = create_app(surroundings)
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=3)
    listener = _listener(settings.api.host, settings.api.port)
    channel = Channel(os.environ)
    greet(settings, surroundings.accounts, surroundings.act("api"), channel)
    channel.ready()  # the socket takes connections from here on
    gc.collect()
    gc.freeze()  # a collection that walks through all modules would hold requests up
    _Server(config, surroundings.feed).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends the streams of changes first when it is asked to stop: else it would wait for them."""

    def __init__(self, config: uvicorn.Config, feed: Feed) -> None:
        super().__init__(config)
        self._feed = feed

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal asks for the end."""
        self._feed.end()
        super().handle_exit(sig, frame)


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        raise NaraeError(
            f"can't listen at {host}:{port}: {error.strerror}. Choose another with --port"
        ) from error
    return listener
