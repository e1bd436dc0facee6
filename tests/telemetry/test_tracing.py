"""Traces, as a collector receives them over HTTP."""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Event, Thread
from typing import Any
from uuid import UUID

import msgspec
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from narae.authoring.dag import DAG
from narae.core.ids import RunUid
from narae.core.run import Attempt, Run
from narae.core.spec import DagSpec, RetryPolicy, TaskSpec
from narae.core.states import RunState
from narae.core.timetables.spec import Never
from narae.core.workload import Workload
from narae.engine.otlp import otlp_export
from narae.engine.spans import Span, spans_of
from narae.engine.tracing import RunTracer
from narae.engine.witness import Witnesses
from narae.operators.python import PythonOperator
from narae.telemetry.metrics import ENGINE
from narae.telemetry.registry import Counter, Registry
from narae.telemetry.trace_ids import span_id, trace_id, traceparent
from narae.testing.attempts import DATE, run_task
from narae.testing.fake_executor import Play, fails, succeeds
from narae.testing.memory_store import MemoryStore
from narae.testing.samples import Samples
from narae.testing.stage import Stage

SALES = DagSpec(
    dag_id="sales",
    timetable=Never(),
    tasks=(
        TaskSpec(
            task_id="extract",
            operator="X",
            retry=RetryPolicy(retries=1, delay=timedelta(seconds=30)),
        ),
        TaskSpec(task_id="load", operator="X", upstream=("extract",)),
    ),
)


class Collector:
    """Takes OTLP over HTTP; ``status`` is what it answers."""

    def __init__(self) -> None:
        self.received: Queue[tuple[str, dict[str, str], ExportTraceServiceRequest]] = Queue()
        self.status = 200
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                request = ExportTraceServiceRequest()
                request.ParseFromString(body)
                collector.received.put((self.path, dict(self.headers), request))
                self.send_response(collector.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1/traces"
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})

    def spans(self) -> dict[str, list[Any]]:
        """Name -> spans of everything that has come."""
        found: dict[str, list[Any]] = {}
        while not self.received.empty():
            _, _, request = self.received.get()
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        found.setdefault(span.name, []).append(span)
        return found


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    made.thread.start()
    yield made
    made.server.shutdown()
    made.thread.join()
    made.server.server_close()


def counter() -> Counter:
    return Registry(ENGINE).counter("narae_trace_spans_total")


def exporter(collector: Collector) -> Callable[[Sequence[Span]], bool]:
    return otlp_export(collector.url, headers={"x-key": "k"}, service="narae-test", version="1")


def fails_once(workload: Workload) -> Play:
    if workload.task_id == "extract" and workload.try_number == 1:
        return fails("ValueError: no fish", lasts=timedelta(seconds=5))
    return succeeds(lasts=timedelta(seconds=10))


def attributes(span: Any) -> dict[str, Any]:
    return {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in span.attributes}


def test_a_run_is_one_trace_with_its_attempts(collector: Collector) -> None:
    store = MemoryStore()
    tracer = RunTracer(store, exporter(collector), counter())
    stage = Stage(store=store, witness=Witnesses(tracer), script=fails_once)
    stage.add_dag(SALES)
    run = stage.trigger("sales")
    stage.play(timedelta(minutes=5))
    tracer.close()
    path, headers, _ = collector.received.queue[0]
    assert path == "/v1/traces"
    assert headers["x-key"] == "k"
    spans = collector.spans()
    (root,) = spans["dag_run sales"]
    assert root.trace_id == UUID(run.uid).bytes
    assert root.parent_span_id == b""
    assert attributes(root)["narae.run_id"] == run.run_id
    assert attributes(root)["narae.state"] == "success"
    first, second = spans["task extract"]
    (load,) = spans["task load"]
    assert {s.parent_span_id for s in (first, second, load)} == {root.span_id}
    assert {s.trace_id for named in spans.values() for s in named} == {root.trace_id}
    assert (first.status.code, first.status.message) == (2, "ValueError: no fish")
    assert second.status.code == 1
    told = attributes(first)
    assert (told["narae.try_number"], told["narae.cause"]) == (1, "user_error")
    assert told["narae.state"] == "failed"
    running = [s for s in spans["running"] if s.parent_span_id == load.span_id]
    assert [s.end_time_unix_nano - s.start_time_unix_nano for s in running] == [10**10]
    stored = stage.store.attempts(run.uid, stage.instance(run, "load").ref)[0]
    header = traceparent(run.uid, stored.id)
    assert header == f"00-{root.trace_id.hex()}-{load.span_id.hex()}-01"


def test_what_a_collector_refuses_is_counted(collector: Collector) -> None:
    collector.status = 400
    store, count = MemoryStore(), counter()
    tracer = RunTracer(store, exporter(collector), count)
    stage = Stage(store=store, witness=Witnesses(tracer))
    stage.add_dag(SALES)
    stage.trigger("sales")
    stage.play()
    tracer.close()
    tracer.facts(stage.scheduler.state, stage.clock.now())
    assert set(count.values) == {("failed",)}


class Slow:
    """A collector that takes nothing until it is let."""

    def __init__(self) -> None:
        self.let = Event()
        self.busy = Event()
        self.sent: list[Span] = []

    def __call__(self, spans: Sequence[Span]) -> bool:
        self.busy.set()
        self.let.wait(10)
        self.sent += spans
        return True


def test_a_slow_collector_holds_nobody_up() -> None:
    slow, count, store = Slow(), counter(), MemoryStore()
    tracer = RunTracer(store, slow, count, waiting_max=2)
    stage = Stage(store=store, witness=Witnesses(tracer))
    stage.add_dag(SALES)
    stage.trigger("sales", run_id="r0")
    stage.play()
    assert slow.busy.wait(5)
    for number in range(1, 5):
        stage.trigger("sales", run_id=f"r{number}")
        stage.play()
    slow.let.set()
    tracer.close()
    tracer.facts(stage.scheduler.state, stage.clock.now())
    assert count.values["dropped",] == 2
    roots = [span for span in slow.sent if span.parent is None]
    assert [span.attributes["narae.run_id"] for span in roots] == ["r0", "r1", "r2"]


def test_a_store_that_is_away_ends_no_thread() -> None:
    class Away:
        def __init__(self) -> None:
            self.times = 0

        def run_attempts(self, run: RunUid) -> list[Attempt]:
            self.times += 1
            if self.times == 1:
                raise OSError("away")
            return []

    sent: list[Span] = []

    def export(spans: Sequence[Span]) -> bool:
        sent.extend(spans)
        return True

    tracer = RunTracer(Away(), export, counter())
    stage = Stage(store=MemoryStore(), witness=Witnesses(tracer))
    stage.add_dag(SALES)
    for number in range(2):
        stage.trigger("sales", run_id=f"r{number}")
        stage.play()
    tracer.close()
    assert [span.attributes["narae.run_id"] for span in sent] == ["r1"]


# -- spans ----------------------------------------------------------------------------------


@pytest.fixture
def make_run() -> Callable[..., Run]:
    def make(**more: Any) -> Run:
        return Samples().run(**more)

    return make


def test_a_failed_run_says_why(make_run: Callable[..., Run]) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    run = make_run(state=RunState.FAILED, queued_at=at, ended_at=at, reason="timed_out")
    (root,) = spans_of(run, [])
    assert root.failed == "timed_out"


def test_a_second_pass_is_another_span_of_the_same_trace(make_run: Callable[..., Run]) -> None:
    run = make_run(state=RunState.SUCCESS)
    (first,) = spans_of(run, [])
    (second,) = spans_of(msgspec.structs.replace(run, clear_number=1), [])
    assert first.trace == second.trace
    assert first.id != second.id


def test_ids_are_never_zero_and_always_the_same() -> None:
    assert trace_id("no uuid") == trace_id("no uuid") != 0
    assert span_id("a") == span_id("a") != span_id("b")
    assert trace_id(str(UUID(int=0))) == 1


@pytest.mark.parametrize(("on", "told"), [("true", True), ("False", False), (None, False)])
def test_a_task_hears_of_its_trace_while_traces_are_on(
    monkeypatch: pytest.MonkeyPatch, on: str | None, told: bool
) -> None:
    if on is not None:
        monkeypatch.setenv("NARAE__TRACES__OTEL_ON", on)
    with DAG("d", start_date=DATE, schedule=None) as dag:
        PythonOperator(task_id="t", python_callable=lambda: os.environ.get("TRACEPARENT"))
    done = run_task(dag, "t")
    assert bool(done.returned) is told
    assert "TRACEPARENT" not in os.environ
