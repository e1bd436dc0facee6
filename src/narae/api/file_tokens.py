"""A DAG file's name in URLs: its path, signed, so that nobody can ask for a path of their own.

A token says which file, not that its bearer may see it.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from narae.api.call import Call
from narae.api.problems import Problem
from narae.storage.secrets import key_of_home

_SIGNATURE_BYTES = 16


class FilePlace(NamedTuple):
    """Where a DAG file is."""

    folder: str
    file: str
    """Relative to ``folder``."""


def signing_key(secret: str) -> bytes:
    """What signs tokens, from the deployment's secret key."""
    return hashlib.blake2b(secret.encode(), person=b"narae file token").digest()


@lru_cache(maxsize=4096)  # a page of a list names the same files again and again
def token_of(place: FilePlace, key: bytes) -> str:
    """The token of a file: always the same.

    >>> place = FilePlace("/dags", "sales.py")
    >>> read_token(token_of(place, b"key"), b"key")
    FilePlace(folder='/dags', file='sales.py')
    >>> read_token(token_of(place, b"key"), b"another") is None
    True
    """
    text = "\0".join(place).encode()
    return f"{_encoded(text)}.{_encoded(_signature(text, key))}"


def read_token(token: str, key: bytes) -> FilePlace | None:
    """The file of a token; None when the token is not one of ours."""
    payload, _, signature = token.partition(".")
    try:
        text, signed = _decoded(payload), _decoded(signature)
        if not hmac.compare_digest(signed, _signature(text, key)):
            return None
        return FilePlace(*text.decode().split("\0"))
    except (ValueError, TypeError):
        return None


def file_token(call: Call, folder: str, file: str) -> str:
    """The token of a DAG file in this deployment."""
    return token_of(FilePlace(folder, file), _deployment_key(call))


def file_of_token(call: Call, token: str) -> FilePlace:
    """The file of a token that this deployment gave; Problem 404 otherwise."""
    place = read_token(token, _deployment_key(call))
    if place is None:
        raise Problem(404, f"file_token: {token!r} is not a token that a list of DAGs gave")
    return place


def _deployment_key(call: Call) -> bytes:
    return _key(call.settings.webserver.secret_key, call.settings.home)


@lru_cache(maxsize=8)
def _key(secret: str, home: str) -> bytes:
    return signing_key(secret or key_of_home(Path(home)))


def _signature(text: bytes, key: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")[:_SIGNATURE_BYTES]


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
