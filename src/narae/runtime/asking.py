"""What a DAG file reaches while it is imported: stored variables and connections, to read."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TextIO, cast

from narae.authoring.backend import Ambient
from narae.core.requests import ConnectionValue, GetConnection, GetVariable
from narae.errors import AirflowException
from narae.runtime.ambient import remember_connection, remember_environment, remember_variable
from narae.runtime.client import SocketClient
from narae.runtime.secrets import MASKER, MaskedText


class FileBackend:
    """``narae.authoring.backend.Client`` of an import. Each thing is asked for once."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._client: SocketClient | None = None  # few files ask, and it holds a descriptor
        self.variables: dict[str, str | None] = {}
        """What was asked for, with its answers."""
        self.connections: dict[str, ConnectionValue | None] = {}

    def get_variable(self, key: str) -> str | None:
        """The stored text, None for none."""
        if key not in self.variables:
            self.variables[key] = self._ask(GetVariable(key=key))
            remember_variable(key, self.variables[key])
        return self.variables[key]

    def put_variable(self, key: str, value: str, description: str | None = None) -> None:
        """An import may not write: it happens at any time and any number of times."""
        del value, description
        _refuse("set", key)

    def delete_variable(self, key: str) -> bool:
        """The same."""
        _refuse("delete", key)

    def get_connection(self, conn_id: str) -> ConnectionValue | None:
        """The stored connection, None for none."""
        if conn_id not in self.connections:
            found: ConnectionValue | None = self._ask(GetConnection(conn_id=conn_id))
            if found is not None:
                remember_connection(found.password, found.extra)
            self.connections[conn_id] = found
        return self.connections[conn_id]

    def tell_secrets(self, values: tuple[str, ...]) -> None:
        """What must not be read in the output of the import."""
        self._connected().tell_secrets(values)

    def _ask(self, request: GetVariable | GetConnection) -> Any:
        return self._connected().ask(request)

    def _connected(self) -> SocketClient:
        self._client = self._client or SocketClient(self._sock)
        return self._client


def _refuse(verb: str, key: str) -> NoReturn:
    raise AirflowException(f"can't {verb} variable {key!r} here: do it within a task")


@contextmanager
def asking(sock: socket.socket) -> Iterator[FileBackend]:
    """User code inside the block asks over ``sock``, as attempts do (``ChildAsk``).

    Secrets that it is given, or that the environment holds, are masked from then on. Blocks in
    one process follow each other; they are not nested.
    """
    backend = FileBackend(sock)
    before = Ambient.client, Ambient.remember_secret
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (_masked_stream(each) for each in streams)
    MASKER.told = backend.tell_secrets
    remember_environment(os.environ)
    Ambient.client, Ambient.remember_secret = backend, MASKER.add
    try:
        yield backend
    finally:
        MASKER.told = None
        sys.stdout, sys.stderr = streams
        Ambient.client, Ambient.remember_secret = before


def _masked_stream(stream: TextIO) -> TextIO:
    return stream if isinstance(stream, MaskedText) else cast("TextIO", MaskedText(stream, MASKER))


def masked(text: str) -> str:
    """``text`` without the secrets that this process has seen."""
    return MASKER.mask(text)
