"""Which names the server answers to: a page elsewhere must not reach it under another one.

(DNS rebinding: a foreign site lets its own name point to 127.0.0.1.)
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from narae.api import problems
from narae.api.operation import V2
from narae.api.problems import Problem
from narae.config import Settings

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
ALL_ADDRESSES = frozenset({"0.0.0.0", "::"})


def allowed_hosts(settings: Settings, hostname: str) -> frozenset[str]:
    """The names: loopback, where it listens, what ``base_url`` says, ``api.allowed_hosts``."""
    host = settings.api.host
    here = (
        {hostname.lower()}
        if host in ALL_ADDRESSES
        else {bare(host) if ":" not in host else f"[{host}]"}
    )
    base = urlsplit(settings.webserver.base_url).hostname or ""
    return LOOPBACK | here | {bare(base)} | {each.lower() for each in settings.api.allowed_hosts}


def bare(host: str) -> str:
    """Without the port.

    >>> bare("Narae.example:8080"), bare("[::1]:80")
    ('narae.example', '[::1]')
    """
    host = host.strip().lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


class HostCheck:
    """Refuses requests for other names. ``*`` among the names allows all."""

    def __init__(self, app: ASGIApp, *, names: Collection[str]) -> None:
        self._app = app
        self._names = frozenset(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http" and "*" not in self._names:
            name = bare(Headers(scope=scope).get("host", ""))
            if name not in self._names:
                words = f"this server does not answer to {name!r}: see api.allowed_hosts"
                await problems.answer(Problem(400, words), V2)(scope, receive, send)
                return
        await self._app(scope, receive, send)
