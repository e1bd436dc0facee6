"""Bearer tokens and keys of sessions: random, opaque, kept as hashes; and what they are good for.

A token is ``narae_`` and 43 characters, of 256 bits. So a plain SHA-256 is enough: there is
nothing to guess.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256
from random import Random

from narae.accounts.permissions import (
    ALL,
    Action,
    Permission,
    parse_permission,
    permission_text,
)
from narae.engine.errors import Invalid

PREFIX = "narae_"
_BYTES = 32
_ID_LENGTH = 12
READ = "read"
EVERYTHING = "all"


def new_key(chance: Random) -> str:
    """A key that nobody can guess; ``chance`` must be the system's own."""
    return urlsafe_b64encode(chance.randbytes(_BYTES)).rstrip(b"=").decode()


def new_token(chance: Random) -> str:
    """A token; its prefix lets people and scanners see what it is."""
    return PREFIX + new_key(chance)


def hash_key(key: str) -> str:
    """What is kept of a token or key.

    >>> hash_key("narae_x")[:12]
    '4458c79570fb'
    """
    return sha256(key.encode()).hexdigest()


def token_id(token_hash: str) -> str:
    """The name by which people list and revoke a token."""
    return token_hash[:_ID_LENGTH]


def parse_scope(scope: str) -> frozenset[Permission] | None:
    """The permissions that a scope names; None: all of the user's. Invalid otherwise.

    >>> sorted(parse_scope("can_read:DAGs, can_create:DAG Run:sales"))[0].resource
    <Resource.DAG_RUN: 'DAG Runs'>
    """
    text = scope.strip()
    if text == EVERYTHING:
        return None
    if text == READ:
        return _READ_ONLY
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words:
        raise Invalid("scope", _FORMS)
    return frozenset(map(_permission, words))


def plain_scope(scope: str) -> str:
    """The same scope as everybody writes it; Invalid when it is none."""
    if scope.strip() in {EVERYTHING, READ}:
        return scope.strip()
    return ",".join(sorted(map(permission_text, parse_scope(scope) or ())))


def _permission(word: str) -> Permission:
    try:
        return parse_permission(word)
    except ValueError:
        raise Invalid("scope", f"{word!r} is no permission; {_FORMS}") from None


_FORMS = "it is `all`, `read`, or permissions such as `can_create:DAG Runs`, comma-separated"
_READ_ONLY = frozenset(each for each in ALL if each.action in {Action.READ, Action.MENU})
