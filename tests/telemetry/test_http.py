from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from narae.telemetry.http import HttpMetrics
from narae.telemetry.metrics import API
from narae.telemetry.registry import Registry


async def show(request: Request) -> Response:
    if request.path_params["dag_id"] == "bad":
        raise RuntimeError("no")
    return PlainTextResponse("x")


class Ticking:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        self.at += 0.02
        return self.at


@pytest.fixture
def registry() -> Registry:
    return Registry(API)


@pytest.fixture
def client(registry: Registry) -> TestClient:
    app = Starlette(routes=[Route("/dags/{dag_id}", show)])
    wrapped = HttpMetrics(app, registry, clock=Ticking())
    return TestClient(wrapped, raise_server_exceptions=False)


def test_requests_are_counted_by_their_route(client: TestClient, registry: Registry) -> None:
    client.get("/dags/a")
    client.get("/dags/b")
    client.get("/dags/bad")
    client.get("/nowhere/1")
    client.request("BREW", "/dags/a")
    assert registry.counter("narae_http_requests_total").values == {
        ("GET", "/dags/{dag_id}", "200"): 2,
        ("GET", "/dags/{dag_id}", "500"): 1,
        ("GET", "unknown", "404"): 1,
        ("unknown", "/dags/{dag_id}", "405"): 1,
    }
    assert registry.gauge("narae_http_requests_open").values == {(): 0}
    counts = registry.histogram("narae_http_request_seconds").counts["GET", "/dags/{dag_id}"]
    assert counts[5] == 3  # 0.01 < 0.02 <= 0.025


def test_a_named_template_goes_first(registry: Registry) -> None:
    async def app(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        scope["route_template"] = "/own/{x}"
        await PlainTextResponse("x", 201)(scope, receive, send)

    TestClient(HttpMetrics(app, registry, clock=Ticking())).post("/own/1")
    assert registry.counter("narae_http_requests_total").values == {("POST", "/own/{x}", "201"): 1}
