"""The engine's process: scheduler, catalog and desk. The one that decides."""

import gc
import logging
import os
import signal
import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import SystemRandom

from narae.bootstrap.clock import SystemClock
from narae.bootstrap.components import engine_socket
from narae.bootstrap.deployment import limits_of, store_of
from narae.bootstrap.engine_telemetry import engine_telemetry
from narae.bootstrap.secrets import secrets_of, tokens_of
from narae.bootstrap.standalone import Channel, ChannelHandler
from narae.config import Settings
from narae.engine.catalog import Catalog
from narae.engine.desk import Desk
from narae.engine.loop import EngineLoop, dags_changed
from narae.engine.scheduler import RUNS_LOGGER, Scheduler
from narae.engine.state import SchedulerSettings
from narae.executors.local.link import SupervisorLink
from narae.framed import listen
from narae.storage.lock import engine_lock
from narae.storage.notify import wake_receiver, wake_sender


def run_engine(settings: Settings) -> None:
    """Runs until SIGTERM or SIGINT. NaraeError when the home has an engine already."""
    home = Path(settings.home)
    url = settings.database.url
    clock, chance = SystemClock(), SystemRandom()
    with engine_lock(url, home):
        store = store_of(settings, create=True)
        telemetry = engine_telemetry(settings, store)
        tokens = tokens_of(home)
        scheduler = Scheduler(
            store=store,
            tokens=tokens,
            clock=clock,
            chance=chance,
            limits=limits_of(settings),
            witness=telemetry.witness,
            stopwatch=telemetry.stopwatch,
            settings=_numbers(settings),
        )
        loop = EngineLoop(
            scheduler=scheduler,
            desk=Desk(
                store=store,
                notifier=wake_sender(url, home),
                clock=clock,
                chance=chance,
                current=scheduler.current,
                secrets=secrets_of(settings, store),
                tokens=tokens,
            ),
            catalog=Catalog(
                store=store,
                clock=clock,
                changed=telemetry.changed(dags_changed(scheduler)),
                paused_at_creation=settings.core.dags_are_paused_at_creation,
            ),
            listener=listen(engine_socket(settings)),
            wakes=wake_receiver(url, home),
            clock=clock,
            supervisor=lambda connection, hello: SupervisorLink(connection, hello=hello),
            changes=telemetry.changes,
            listeners=telemetry.listeners,
        )
        _stop_on_signals(loop.stop)
        channel = Channel(os.environ)
        logging.getLogger(RUNS_LOGGER).addHandler(ChannelHandler(channel))
        channel.ready()
        gc.collect()
        gc.freeze()  # a collection that walks through all modules would hold tasks up
        loop.run()
        telemetry.close()
        store.close()


def _numbers(settings: Settings) -> SchedulerSettings:
    return SchedulerSettings(
        name=f"{socket.gethostname()}:{os.getpid()}",
        default_executor="LocalExecutor",
        lease=timedelta(seconds=settings.scheduler.lease_seconds),
        lease_check=timedelta(seconds=min(5.0, settings.scheduler.lease_seconds / 4)),
        beat=timedelta(seconds=settings.scheduler.heartbeat_seconds),
    )


def _stop_on_signals(stop: Callable[[], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop())
