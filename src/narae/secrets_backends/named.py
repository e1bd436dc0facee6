"""The back end that the configuration names: one of ours, or anybody's."""

import importlib
import json
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any, Protocol

from narae.core.connection_text import connection_of_text
from narae.core.requests import ConnectionValue
from narae.errors import NaraeError, SecretsBackendError

ENTRY_POINTS = "narae.secrets"
"""The group under which packages name their back ends."""

OURS: Mapping[str, str] = MappingProxyType(
    {
        "files": "narae.secrets_backends.files.FilesBackend",
        "vault": "narae.secrets_backends.vault.VaultBackend",
        "aws": "narae.secrets_backends.aws.SecretsManagerBackend",
    }
)
"""Short name -> class. The environment is looked through anyway."""

AIRFLOWS: Mapping[str, str] = MappingProxyType(
    {
        "airflow.secrets.local_filesystem.LocalFilesystemBackend": "files",
        "airflow.providers.hashicorp.secrets.vault.VaultBackend": "vault",
        "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend": "aws",
        "airflow.secrets.environment_variables.EnvironmentVariablesBackend": "",
        "airflow.secrets.metastore.MetastoreBackend": "",
    }
)
"""Airflow's class -> ours; "" for what Narae looks through anyway."""


class Backend(Protocol):
    """``engine.ports.SecretsBackend``."""

    @property
    def name(self) -> str:
        """What people call it."""

    def variable(self, key: str) -> str | None:
        """A variable's value."""

    def connection(self, conn_id: str) -> ConnectionValue | None:
        """A connection."""

    def config(self, key: str) -> str | None:
        """An option's value."""


def backend_of(name: str, kwargs: str) -> Backend | None:
    """The back end of that name, called with ``kwargs`` (a JSON object).

    ``name`` is one of ours, one of Airflow's classes, an entry point, or a dotted path. None for
    an empty name. NaraeError says what is wrong, without the values in ``kwargs``.
    """
    short = AIRFLOWS.get(name, name)
    if not short:
        return None
    path = OURS.get(short, short)
    try:
        arguments = json.loads(kwargs or "{}")
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        raise NaraeError("secrets.backend_kwargs is no JSON object")
    make = _loaded(name, path)
    try:
        made = make(**arguments)
    except SecretsBackendError as error:
        raise NaraeError(f"secrets.backend {name}: {error}") from None
    except Exception as error:  # noqa: BLE001 - of anybody's code
        hint = f": {error}" if isinstance(error, TypeError) else ""
        raise NaraeError(
            f"secrets.backend {name} can't be made with secrets.backend_kwargs"
            f" ({', '.join(sorted(arguments)) or 'none'}): {type(error).__name__}{hint}"
        ) from None
    return made if hasattr(made, "variable") else AirflowStyle(name, made)


def _loaded(name: str, path: str) -> Callable[..., Any]:
    for entry in entry_points(group=ENTRY_POINTS, name=name):
        loaded: Callable[..., Any] = entry.load()
        return loaded
    module, _, attribute = path.rpartition(".")
    try:
        found: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        known = ", ".join(OURS)
        raise NaraeError(
            f"secrets.backend {name!r} can't be loaded ({error}): it is one of {known}, an entry"
            f" point in {ENTRY_POINTS}, or the dotted path of a class"
        ) from None
    return found


class AirflowStyle:
    """A back end written for Airflow: ``get_variable``, ``get_conn_value``, ``get_config``."""

    def __init__(self, name: str, backend: Any) -> None:
        self.name = name
        self._backend = backend

    def variable(self, key: str) -> str | None:
        """Of ``get_variable``."""
        value = self._backend.get_variable(key)
        return None if value is None else str(value)

    def connection(self, conn_id: str) -> ConnectionValue | None:
        """Of ``get_conn_value`` (a URI or JSON), else of ``get_connection``."""
        if hasattr(self._backend, "get_conn_value"):
            text = self._backend.get_conn_value(conn_id)
        else:
            found = self._backend.get_connection(conn_id)
            text = None if found is None else found.get_uri()
        if text is None:
            return None
        try:
            return connection_of_text(conn_id, str(text))
        except ValueError as error:
            raise SecretsBackendError(str(error)) from None

    def config(self, key: str) -> str | None:
        """Of ``get_config``."""
        value = self._backend.get_config(key)
        return None if value is None else str(value)
