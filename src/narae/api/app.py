"""The HTTP application."""

import socket
from collections.abc import Callable
from time import monotonic

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from narae.accounts.permissions import Principal
from narae.api import docs_pages, problems, ui_pages
from narae.api.catalogue import OPERATIONS
from narae.api.operation import V1, V2
from narae.api.problems import Problem
from narae.api.routes import starlette_routes
from narae.api.security.headers import SecurityHeaders
from narae.api.security.hosts import HostCheck, allowed_hosts
from narae.api.security.sign_in import authenticator, provider_routes
from narae.api.surroundings import Surroundings
from narae.telemetry.http import HttpMetrics


def create_app(
    surroundings: Surroundings, *, authenticate: Callable[[Request], Principal] | None = None
) -> Starlette:
    """The application over one deployment. Loads nothing from afar.

    ``authenticate`` says who asks, when it is not to be the deployment's accounts.
    """
    routes: list[BaseRoute] = docs_pages.routes()
    routes += provider_routes(surroundings)
    for operations in OPERATIONS.values():
        routes += starlette_routes(operations)
    routes += ui_pages.routes()
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(HttpMetrics, registry=surroundings.registry, clock=monotonic),
            Middleware(SecurityHeaders),
            Middleware(HostCheck, names=allowed_hosts(surroundings.settings, socket.gethostname())),
        ],
        exception_handlers={HTTPException: _http_error},
    )
    app.state.surroundings = surroundings
    app.state.authenticate = authenticate or authenticator(surroundings)
    return app


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
    flavour = V1 if request.url.path.startswith(V1.prefix) else V2
    words = f"{request.method} {request.url.path}: {error.detail}"
    headers = dict(error.headers or {})
    return problems.answer(Problem(error.status_code, words, headers=headers), flavour)
