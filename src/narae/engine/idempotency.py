"""The same request, sent twice, is carried out once.

A client that does not know whether its request came through sends it again with the same key.
``begin`` says what to do; after the work, ``finish`` keeps the answer for a day, encrypted. What
began and has no answer may have been carried out or not: nobody does it a second time, and the
client is told to look first.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from narae.core.spec import Value
from narae.engine.ports import IdempotencyStore

LASTS = timedelta(hours=24)
"""How long a key is remembered."""


class Fresh(Value, frozen=True, kw_only=True):
    """Nobody has used this key: carry the request out, then ``finish`` or ``forget``."""


class Replay(Value, frozen=True, kw_only=True):
    """It has been carried out; this was the answer."""

    status: int
    body: bytes


class Differs(Value, frozen=True, kw_only=True):
    """The key came with another request before."""


class Unfinished(Value, frozen=True, kw_only=True):
    """It began and has not ended: it may still be at work, or have died half-way."""

    since: datetime


Begun = Fresh | Replay | Differs | Unfinished


def begin(store: IdempotencyStore, *, key: str, who: str, fingerprint: str, now: datetime) -> Begun:
    """Claims the key for this request, or says what became of the one that had it."""
    kept = store.claim_key(key, who=who, fingerprint=fingerprint, now=now, lasts=LASTS)
    if kept is None:
        return Fresh()
    if kept.fingerprint != fingerprint:
        return Differs()
    if kept.status is None:
        return Unfinished(since=kept.since)
    return Replay(status=kept.status, body=kept.body)


def finish(store: IdempotencyStore, *, key: str, who: str, status: int, body: bytes) -> None:
    """Keeps the answer. Before it is sent, so that an answer that got lost can be asked for."""
    store.keep_answer(key, who=who, status=status, body=body)


def forget(store: IdempotencyStore, *, key: str, who: str) -> None:
    """The request was refused before it did anything: the key is as if never used."""
    store.give_key_back(key, who=who)


def fingerprint_of(method: str, path: str, body: bytes) -> str:
    """What tells one request from another.

    >>> fingerprint_of("POST", "/pools", b"{}") == fingerprint_of("POST", "/pools", b"{} ")
    False
    """
    return sha256(b"\n".join((method.encode(), path.encode(), body))).hexdigest()
