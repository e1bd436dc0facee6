"""Metrics, StatsD, traces and the feed of changes of a whole deployment."""

import http.client
import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any
from urllib import request
from uuid import UUID

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families
from tests.e2e.conftest import Deployment, Until

pytestmark = [pytest.mark.e2e, pytest.mark.process]

DAGS = Path(__file__).parent / "traced" / "dags"
TIMEOUT_SECONDS = 20


class Collector(ThreadingHTTPServer):
    """Takes traces."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.received: Queue[tuple[str, ExportTraceServiceRequest]] = Queue()


class Taking(BaseHTTPRequestHandler):
    """One request of an exporter."""

    server: Collector

    def do_POST(self) -> None:
        made = ExportTraceServiceRequest()
        made.ParseFromString(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.received.put((self.headers["x-key"], made))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        """Says nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as made:
        thread = Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def statsd() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(TIMEOUT_SECONDS)
        yield sock


@pytest.fixture
def watched(tmp_path: Path, collector: Collector, statsd: socket.socket) -> Iterator[Deployment]:
    made = Deployment(tmp_path / "h", DAGS)
    made.environ |= {
        "NARAE__TRACES__OTEL_ON": "true",
        "NARAE__TRACES__OTEL_PORT": str(collector.server_port),
        "NARAE__TRACES__OTEL_HEADERS": "x-key=collectors-secret",
        "NARAE__METRICS__STATSD_ON": "true",
        "NARAE__METRICS__STATSD_PORT": str(statsd.getsockname()[1]),
        "NARAE__METRICS__PER_DAG": "true",
        "NARAE__SCHEDULER__HEARTBEAT_SECONDS": "0.5",
    }
    made.start()
    yield made
    assert made.stop() == 0


def metrics(deployment: Deployment) -> dict[tuple[str, ...], float]:
    url = f"http://127.0.0.1:{deployment.port}/metrics"
    asked = request.Request(url, headers=deployment.headers)
    with request.urlopen(asked, timeout=10) as answer:
        page = answer.read().decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


@contextmanager
def listening(deployment: Deployment) -> Iterator[http.client.HTTPResponse]:
    """What ``/events`` says from now on."""
    connection = http.client.HTTPConnection("127.0.0.1", deployment.port, timeout=TIMEOUT_SECONDS)
    path = "/api/v2/events?dag_id=traced"
    connection.request("GET", path, headers=deployment.headers)
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.readline().startswith(b"retry:")
    yield answer
    answer.close()
    connection.close()


def finished(events: http.client.HTTPResponse) -> dict[str, Any]:
    """The event that says that the run has ended."""
    while True:
        line = events.readline()
        assert line, "the feed ended"
        if line.startswith(b"data: "):
            data: dict[str, Any] = json.loads(line[6:])
            if data.get("state") == "success":
                return data


def heard(statsd: socket.socket, wanted: str) -> None:
    while wanted not in statsd.recv(65536).decode().split("\n"):
        pass


def _ended(deployment: Deployment) -> bool:
    key = ("narae_task_attempts_ended_total", "succeeded", "traced", "success")
    return metrics(deployment).get(key) == 1


def test_a_run_is_seen_by_all_who_look(
    watched: Deployment, until: Until, collector: Collector, statsd: socket.socket
) -> None:
    until(lambda: "traced" in str(watched.api("GET", "/api/v2/dags")))
    with listening(watched) as events:
        run_id = watched.trigger("traced")
        end = {"kind": "run", "dag_id": "traced", "run_id": run_id, "state": "success"}
        assert finished(events) == end
    heard(statsd, "airflow.ti.finish.traced.tell.success:1|c")
    key, sent = collector.received.get(timeout=TIMEOUT_SECONDS)
    assert key == "collectors-secret"
    spans = {s.name: s for r in sent.resource_spans for c in r.scope_spans for s in c.spans}
    log = next(watched.home.rglob("attempt=1.log")).read_text()
    header = f"00-{spans['dag_run traced'].trace_id.hex()}-{spans['task tell'].span_id.hex()}-01"
    assert f"traceparent: {header}" in log
    assert "headers: []" in log
    assert UUID(bytes=spans["dag_run traced"].trace_id).version == 7
    until(lambda: _ended(watched))
    until(lambda: metrics(watched).get(("narae_fork_servers",)) == 1)
    found = metrics(watched)
    assert found["narae_dag_files_parsed_total", "parsed"] >= 1
    assert found["narae_trace_spans_total", "exported"] == len(spans)
    components = {"engine", "loader", "supervisor", "api"}
    assert {k[1] for k in found if k[0] == "narae_process_resident_bytes"} == components
    with listening(watched) as events:
        os.kill(watched.component_pid("api"), signal.SIGTERM)
        events.read()  # to a proper end: not cut off
