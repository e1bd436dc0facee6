"""Counts HTTP requests, around any ASGI application."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from narae.telemetry.registry import Registry

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

UNKNOWN = "unknown"
"""The route of requests that no route took: their paths are as many as people can think of."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class HttpMetrics:
    """Wraps ``app``: requests by method, route template and status, and how long they took.

    The template is ``scope["route_template"]`` where whoever routes has put one, else the
    ``path`` of Starlette's ``scope["route"]``. ``clock`` gives monotonic seconds.
    """

    def __init__(self, app: Application, registry: Registry, *, clock: Callable[[], float]) -> None:
        self._app = app
        self._clock = clock
        self._requests = registry.counter("narae_http_requests_total")
        self._seconds = registry.histogram("narae_http_request_seconds")
        self._open = registry.gauge("narae_http_requests_open")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or whatever else the server asks."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500  # of who fails before there is an answer

        async def watched(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        begun = self._clock()
        self._open.add(1)
        try:
            await self._app(scope, receive, watched)
        finally:
            self._open.add(-1)
            method = scope["method"] if scope["method"] in METHODS else UNKNOWN
            route = _template(scope)
            self._requests.add((method, route, str(status)))
            self._seconds.observe(self._clock() - begun, (method, route))


def _template(scope: Scope) -> str:
    named = scope.get("route_template")
    if named is None:
        named = getattr(scope.get("route"), "path", None)
    return str(named) if named else UNKNOWN
