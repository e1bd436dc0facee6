"""The web UI: one page for all of its addresses, and the files that it loads.

The page carries a nonce of its own in each answer, so that the policy can let in the styles
that the page makes and none else. The files' names contain their hashes: browsers keep them.
"""

import gzip
import mimetypes
import secrets
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

FILES = Path(__file__).parent / "static" / "ui"
NONCE = "NARAE-NONCE"
"""What ``ui/vite.config.ts`` puts where the nonce goes."""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_AN_HOUR = "public, max-age=3600"
_GZIP_BYTES_MIN = 1_000
NOT_OURS = ("/api/", "/auth/", "/docs-files/", "/assets/")
"""Below these are no pages: what is unknown there is 404, a wrong method 405."""
_MISSING = """The web UI is not built here. In a checkout, `make ui` builds it; a wheel contains it.
The API works without it: see /docs.
"""


class _AnyPage(Route):
    """Every address that belongs to nobody else."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Starlette's own, but not below :data:`NOT_OURS`."""
        if scope["type"] == "http" and scope["path"].startswith(NOT_OURS):
            return Match.NONE, {}
        return super().matches(scope)


class _File(NamedTuple):
    content: bytes
    zipped: bytes | None
    media_type: str


def routes(files: Path = FILES) -> list[BaseRoute]:
    """To stand after all others: the page answers whatever they don't."""
    read = lru_cache(maxsize=512)(lambda name: _read(files, name))
    return [
        Route("/assets/{name}", _file(read, "assets/", _FOR_EVER)),
        Route("/favicon.svg", _file(read, "favicon.svg", _FOR_AN_HOUR)),
        Route("/robots.txt", _robots),
        _AnyPage("/{path:path}", _page(files), methods=["GET"]),
    ]


def _page(files: Path) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        del request
        file = files / "index.html"
        if not file.exists():
            return PlainTextResponse(_MISSING, 503)
        nonce = secrets.token_urlsafe(16)
        content = file.read_text(encoding="utf-8").replace(NONCE, nonce)
        headers = {
            "Content-Security-Policy": _POLICY.format(nonce=nonce),
            "Cache-Control": "no-cache",
        }
        return HTMLResponse(content, headers=headers)

    return endpoint


def _file(
    read: Callable[[str], _File | None], prefix: str, caching: str
) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        found = read(prefix + request.path_params.get("name", ""))
        if found is None:
            return PlainTextResponse("Not Found", 404)
        headers = {"Cache-Control": caching, "Vary": "Accept-Encoding"}
        if found.zipped and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(found.zipped, media_type=found.media_type, headers=headers)
        return Response(found.content, media_type=found.media_type, headers=headers)

    return endpoint


def _read(files: Path, name: str) -> _File | None:
    """A file of the build, kept zipped; None if there is none of that name in the folder."""
    file = (files / name).resolve()
    if not file.is_relative_to(files.resolve()) or not file.is_file():
        return None
    content = file.read_bytes()
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    is_text = media_type.startswith("text/") or media_type.endswith(("javascript", "json", "xml"))
    worth_it = is_text and len(content) >= _GZIP_BYTES_MIN
    zipped = gzip.compress(content, mtime=0) if worth_it else None
    return _File(content, zipped, media_type)


def _robots(request: Request) -> Response:
    del request
    return PlainTextResponse("User-agent: *\nDisallow: /\n")
