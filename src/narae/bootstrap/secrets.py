"""A deployment's secrets: where they are looked for, who may read them, and the key of tokens."""

import json
import os
from datetime import timedelta
from pathlib import Path

from narae.bootstrap.clock import SystemClock
from narae.config import Settings
from narae.core.secret_scope import Scope
from narae.engine.ports import DeskStore, SecretsBackend
from narae.engine.secret_lookup import SecretLookup
from narae.engine.tokens import Tokens
from narae.errors import NaraeError
from narae.secrets_backends.environment import EnvironmentBackend
from narae.secrets_backends.named import backend_of
from narae.storage.secrets import key_of_home

TOKEN_KEY_FILE = "attempt-tokens.key"  # noqa: S105 - a file's name


def secrets_of(settings: Settings, store: DeskStore) -> SecretLookup:
    """The configured back end and the environment, then the store.

    Without a back end the engine does not look into the environment: tasks have done so.
    """
    backend = backend_of(settings.secrets.backend, settings.secrets.backend_kwargs)
    backends: list[SecretsBackend] = []
    if backend is not None:
        backends = [backend, EnvironmentBackend(environ=os.environ)]
    return SecretLookup(
        store=store,
        clock=SystemClock(),
        backends=backends,
        keeps=timedelta(seconds=settings.secrets.cache_ttl_seconds),
        scopes=scopes_of(settings),
    )


def scopes_of(settings: Settings) -> tuple[Scope, ...]:
    """None while ``secrets.dag_scope`` is off."""
    if not settings.secrets.dag_scope:
        return ()
    given = json.loads(settings.secrets.scopes)
    for names, dags in given.items():
        if not isinstance(dags, list) or not all(isinstance(each, str) for each in dags):
            raise NaraeError(f"secrets.scopes: {names!r} needs a list of patterns of DAG ids")
    return tuple(Scope(names=names, dags=tuple(dags)) for names, dags in given.items())


def tokens_of(home: Path) -> Tokens:
    """Of the key that the home keeps, so that an engine that starts again knows its attempts."""
    return Tokens(key_of_home(home, name=TOKEN_KEY_FILE).encode())
