"""What ``Variable``, ``Connection`` and ``get_current_context`` reach in a task's process."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from narae.authoring.backend import Ambient
from narae.authoring.connection import Connection
from narae.core.requests import (
    ConnectionValue,
    DeleteVariable,
    GetConnection,
    GetVariable,
    PutVariable,
)
from narae.errors import AirflowException
from narae.runtime.client import Client
from narae.runtime.secrets import MASKER
from narae.runtime.templates import Renderer

SECRET_SETTINGS = frozenset({"NARAE__SMTP__SMTP_PASSWORD", "AIRFLOW__SMTP__SMTP_PASSWORD"})
"""The settings among those that user code may read which are secrets."""


class EngineBackend:
    """``narae.authoring.backend.Client`` over the attempt's own client."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get_variable(self, key: str) -> str | None:
        """The stored text, None for none."""
        value: str | None = self.client.ask(GetVariable(key=key))
        remember_variable(key, value)
        return value

    def put_variable(self, key: str, value: str, description: str | None = None) -> None:
        """Stores a variable."""
        remember_variable(key, value)
        self.client.ask(PutVariable(key=key, value=value, description=description))

    def delete_variable(self, key: str) -> bool:
        """Whether there was one."""
        return bool(self.client.ask(DeleteVariable(key=key)))

    def get_connection(self, conn_id: str) -> ConnectionValue | None:
        """The stored connection, None for none."""
        value: ConnectionValue | None = self.client.ask(GetConnection(conn_id=conn_id))
        if value is not None:
            remember_connection(value.password, value.extra)
        return value


def remember_variable(key: str, value: str | None) -> None:
    """A variable whose key says that it holds a secret is masked from now on."""
    if value and MASKER.looks_secret(key):
        MASKER.add(value)


def remember_connection(password: str | None, extra: str | None) -> None:
    """A connection's secrets are masked from now on: its password, and what its extra names so."""
    if password:
        MASKER.add(password)
    if extra:
        try:
            MASKER.add(json.loads(extra), name="extra")
        except ValueError:
            MASKER.add(extra)


def remember_environment(environ: Mapping[str, str]) -> None:
    """Secrets that came as environment variables are masked before anything is logged."""
    words = environ.get("NARAE__CORE__SENSITIVE_VAR_CONN_NAMES") or environ.get(
        "AIRFLOW__CORE__SENSITIVE_VAR_CONN_NAMES", ""
    )
    MASKER.words = tuple(word.strip() for word in words.split(",") if word.strip())
    for name, text in environ.items():
        if name.startswith(("AIRFLOW_CONN_", "NARAE_CONN_")):
            try:
                connection = Connection.from_text(text, name.partition("_CONN_")[2].lower())
            except (ValueError, AirflowException):
                continue  # whoever uses it is told what is wrong with it
            remember_connection(connection.password, connection.extra)
        elif name.startswith(("AIRFLOW_VAR_", "NARAE_VAR_")):
            remember_variable(name.partition("_VAR_")[2], text)
        elif name in SECRET_SETTINGS:
            MASKER.add(text)


@contextmanager
def ambient(client: Client, context: Any) -> Iterator[None]:
    """User code inside the block reaches ``client`` and ``context``."""
    before = Ambient.client, Ambient.renderer, Ambient.remember_secret
    Ambient.client = EngineBackend(client)
    Ambient.renderer = Renderer()
    Ambient.remember_secret = MASKER.add
    Ambient.context_stack.append(context)
    try:
        yield
    finally:
        Ambient.context_stack.remove(context)
        Ambient.client, Ambient.renderer, Ambient.remember_secret = before
