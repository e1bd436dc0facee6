"""Where variables and connections are looked for: back ends first, then the store.

The engine has one thread, and a back end may take seconds. So what has to be asked of one comes
as :class:`Later`: ``work`` runs elsewhere and touches nothing of the engine's, ``then`` runs here.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from narae.core.requests import DeleteVariable, GetConnection, GetVariable, PutVariable, Refused
from narae.core.secret_scope import Scope
from narae.core.secret_scope import refusal as scope_refusal
from narae.engine.ports import Clock, DeskStore, SecretsBackend
from narae.errors import SecretsBackendError

CACHED_MAX = 10_000

Read = GetVariable | GetConnection
Scoped = Read | PutVariable | DeleteVariable
"""Requests about something that may be one DAG's alone."""


@dataclass(frozen=True, kw_only=True)
class Later:
    """An answer that takes time."""

    work: Callable[[], Any]
    """Runs in a thread; never raises."""
    then: Callable[[Any], Any]
    """Makes the answer of what ``work`` gave, in the engine's own thread."""

    def now(self) -> Any:
        """The answer, for callers that can wait."""
        return self.then(self.work())


class SecretLookup:
    """Answers :class:`GetVariable` and :class:`GetConnection`. A back end that fails is told."""

    def __init__(
        self,
        *,
        store: DeskStore,
        clock: Clock,
        backends: Sequence[SecretsBackend] = (),
        keeps: timedelta = timedelta(),
        scopes: tuple[Scope, ...] = (),
    ) -> None:
        """``backends`` are asked in this order; what they say counts for as long as ``keeps``."""
        self._store = store
        self._clock = clock
        self._backends = tuple(backends)
        self._keeps = keeps
        self._scopes = scopes
        self._lock = threading.Lock()
        self._kept: dict[Read, tuple[datetime, Any]] = {}

    def refusal(self, kind: str, name: str, dag_id: str | None) -> str | None:
        """Why this DAG may not have it; None when it may."""
        return scope_refusal(self._scopes, kind, name, dag_id) if self._scopes else None

    def answer(self, request: Read) -> Any:
        """The value, None when nobody has it, a :class:`Refused`, or :class:`Later`."""
        if not self._backends:
            return self._stored(request)
        with self._lock:
            until, found = self._kept.get(request, (None, None))
        if until is not None and self._clock.now() < until:
            return self._finished(request, found)
        return Later(
            work=lambda: self._asked(request), then=lambda found: self._finished(request, found)
        )

    def _finished(self, request: Read, found: Any) -> Any:
        return self._stored(request) if found is None else found

    def _stored(self, request: Read) -> Any:
        match request:
            case GetVariable(key=key):
                return self._store.variable(key)
            case GetConnection(conn_id=conn_id):
                return self._store.connection(conn_id)

    def _asked(self, request: Read) -> Any:
        """What the first back end that has it says. In a thread."""
        found = None
        for backend in self._backends:
            try:
                found = _of(backend, request)
            except SecretsBackendError as error:
                return Refused(words=_words(request, backend, error))
            except Exception as error:  # noqa: BLE001 - of a plug-in; its text may hold the value
                why = f"its code raised {type(error).__name__}"
                return Refused(words=_words(request, backend, why))
            if found is not None:
                break
        if self._keeps:
            with self._lock:
                if len(self._kept) >= CACHED_MAX:
                    self._kept.clear()
                self._kept[request] = (self._clock.now() + self._keeps, found)
        return found


def _of(backend: SecretsBackend, request: Read) -> Any:
    match request:
        case GetVariable(key=key):
            return backend.variable(key)
        case GetConnection(conn_id=conn_id):
            return backend.connection(conn_id)


def named(request: Scoped) -> tuple[str, str]:
    """``variable`` or ``connection``, and which."""
    if isinstance(request, GetConnection):
        return "connection", request.conn_id
    return "variable", request.key


def _words(request: Read, backend: SecretsBackend, why: object) -> str:
    kind, name = named(request)
    return f"{kind} {name!r} can't be read from {backend.name}: {why}"
