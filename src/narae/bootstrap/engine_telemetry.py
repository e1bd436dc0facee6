"""Metrics, traces and changes of the engine's process, put together once."""

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from narae.bootstrap.info import VERSION
from narae.config import Settings
from narae.core.changes import Changed
from narae.engine.changes import ChangeLog, Sink
from narae.engine.listeners import Listeners
from narae.engine.meter import Meter
from narae.engine.otlp import otlp_export
from narae.engine.ports import RunQuery, Store
from narae.engine.statsd import StatsdWitness
from narae.engine.tracing import RunTracer
from narae.engine.witness import Witness, Witnesses
from narae.storage.change_notices import PostgresChangeSender
from narae.storage.dialects import is_sqlite
from narae.telemetry.own_process import own_figures
from narae.telemetry.statsd import StatsdLines

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class EngineTelemetry:
    """What looks on in the engine's process."""

    witness: Witness
    changes: ChangeLog
    listeners: Listeners
    stopwatch: Callable[[], float]
    close: Callable[[], None]

    def changed(self, tell: Callable[[tuple[str, ...]], None]) -> Callable[[tuple[str, ...]], None]:
        """``tell``, and the feed with it: for the catalog."""

        def both(dag_ids: tuple[str, ...]) -> None:
            tell(dag_ids)
            self.changes.dags_changed(dag_ids)

        return both


def engine_telemetry(settings: Settings, store: Store) -> EngineTelemetry:
    """As the settings say. NaraeError when traces are wanted and OpenTelemetry is not there."""
    closing = ExitStack()
    listeners = Listeners()
    sink: Sink = listeners
    if not is_sqlite(settings.database.url):
        sender = PostgresChangeSender(settings.database.url)
        closing.callback(sender.close)
        sender.tell(Changed(everything=True))  # whatever happened while there was no engine
        sink = sender
    changes = ChangeLog(sink, runs=lambda uids: store.runs(RunQuery(uids=tuple(uids))))
    meter = Meter(per_dag=settings.metrics.per_dag, own=lambda: own_figures("engine"))
    before: list[Witness] = [changes]
    if settings.traces.otel_on:
        counter = meter.registry.counter("narae_trace_spans_total")
        tracer = RunTracer(store, _export(settings), counter)
        closing.callback(tracer.close)
        before.append(tracer)
    statsd = _statsd(settings)
    if statsd is not None:
        closing.callback(statsd.close)
        before.append(StatsdWitness(statsd))
    return EngineTelemetry(
        witness=Witnesses(*before, meter),  # the meter last: it tells what the others count
        changes=changes,
        listeners=listeners,
        stopwatch=time.perf_counter,
        close=closing.close,
    )


def _statsd(settings: Settings) -> StatsdLines | None:
    options = settings.metrics
    if not options.statsd_on:
        return None
    try:
        return StatsdLines(options.statsd_host, options.statsd_port, prefix=options.statsd_prefix)
    except OSError as error:
        log.warning("no StatsD: %s can't be found (%s)", options.statsd_host, error)
        return None


def _export(settings: Settings) -> Callable[..., bool]:
    traces = settings.traces
    scheme = "https" if traces.otel_ssl_active else "http"
    pairs = (part.partition("=") for part in (traces.otel_headers or "").split(",") if part)
    return otlp_export(
        traces.otel_endpoint or f"{scheme}://{traces.otel_host}:{traces.otel_port}/v1/traces",
        headers={name.strip(): value.strip() for name, _, value in pairs},
        service=traces.otel_service,
        version=VERSION,
    )
