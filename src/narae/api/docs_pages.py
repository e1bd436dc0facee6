"""``/docs`` (Swagger UI), ``/redoc`` and the documents themselves, all served from here."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from narae.api.catalogue import OPERATIONS
from narae.api.openapi import document
from narae.api.surroundings import surroundings

FILES = Path(__file__).parent / "static" / "docs"
TITLES = {"v1": "Narae, stable API of Airflow 2.10", "v2": "Narae"}

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Both pages style their elements inline; neither runs inline scripts."""

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
"""
_SWAGGER = (
    _HEAD
    + """<link rel="stylesheet" href="/docs-files/swagger-ui.css"></head>
<body><div id="swagger" data-url="/api/{name}/openapi.json"></div>
<script src="/docs-files/swagger-ui-bundle.js"></script>
<script src="/docs-start.js"></script></body></html>
"""
)
_REDOC = (
    _HEAD
    + """</head><body><redoc spec-url="/api/{name}/openapi.json" disable-search="true"></redoc>
<script src="/docs-files/redoc.standalone.js"></script></body></html>
"""
)
_START = """const place = document.getElementById("swagger");
SwaggerUIBundle({ url: place.dataset.url, domNode: place, deepLinking: true, validatorUrl: null });
"""


def routes() -> list[BaseRoute]:
    """The pages' routes. They show shapes, no data, and are open to all."""
    found: list[BaseRoute] = [
        Route("/docs", _swagger("v2")),
        Route("/redoc", _redoc("v2")),
        Route("/docs-start.js", _start),
        Mount("/docs-files", StaticFiles(directory=FILES, check_dir=False)),
    ]
    for name in OPERATIONS:
        found += [
            Route(f"/api/{name}/openapi.json", _document(name)),
            Route(f"/api/{name}/docs", _swagger(name)),
            Route(f"/api/{name}/ui/", _swagger(name)),
            Route(f"/api/{name}/redoc", _redoc(name)),
        ]
    return found


@lru_cache(maxsize=4)
def encoded(name: str, version: str) -> bytes:
    """The OpenAPI document of an API, as JSON."""
    made = document(OPERATIONS[name], title=TITLES[name], version=version)
    return msgspec.json.encode(made)


def _document(name: str) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        content = encoded(name, surroundings(request).version)
        return Response(
            content, media_type="application/json", headers={"Cache-Control": "no-cache"}
        )

    return endpoint


def _page(template: str, name: str) -> Callable[[Request], Response]:
    content = template.format(title=TITLES[name], name=name)

    def endpoint(request: Request) -> Response:
        del request
        if not (FILES / "swagger-ui-bundle.js").exists():
            return PlainTextResponse(
                f"The page's files are not installed: run scripts/fetch-api-docs. The document "
                f"itself is at /api/{name}/openapi.json\n",
                503,
            )
        return HTMLResponse(content, headers={"Content-Security-Policy": _POLICY})

    return endpoint


def _swagger(name: str) -> Callable[[Request], Response]:
    return _page(_SWAGGER, name)


def _redoc(name: str) -> Callable[[Request], Response]:
    return _page(_REDOC, name)


def _start(request: Request) -> Response:
    del request
    return Response(_START, media_type="text/javascript")
