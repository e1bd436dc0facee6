"""Passwords: argon2id, the same time for users that are not there, and random ones."""

from random import Random
from typing import TYPE_CHECKING

from narae.engine.errors import Invalid

if TYPE_CHECKING:
    from pwdlib.hashers.argon2 import Argon2Hasher

LENGTH_MAX = 256
"""More is refused: the hash of a whole book would take a while."""
RANDOM_LENGTH = 16
_LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that look like another."""
_MEMORY_KIB = 19456
_ROUNDS = 2
"""As OWASP advises for argon2id: 19 MiB, two rounds, one lane."""
_NOBODYS = (
    "$argon2id$v=19$m=19456,t=2,p=1$hSLckzbv/I++XBzWVMF9RQ"
    "$Hy8CzTL1TAdJrVK2WcaEqwNeNNDUiLksZfPg2/RCLYM"
)
"""What the password of a user who is not there is compared with."""


def hash_password(password: str) -> str:
    """The hash, with its own salt and costs in it."""
    return _hasher().hash(password)


def is_password(password: str, hashed: str | None) -> bool:
    """Whether it is the one; without a hash, no, after as long a time."""
    found = _hasher().verify(password, hashed or _NOBODYS)
    return found and hashed is not None


def is_outdated(hashed: str) -> bool:
    """Whether the hash was made at other costs than today's."""
    return _hasher().check_needs_rehash(hashed)


def check_password(password: str, *, length_min: int, username: str) -> None:
    """Invalid when it is too short, too long, or the user's own name."""
    if len(password) < length_min:
        raise Invalid("password", f"it has {len(password)} characters, {length_min} are needed")
    if len(password) > LENGTH_MAX:
        raise Invalid("password", f"it has more than {LENGTH_MAX} characters")
    if password.lower() == username.lower():
        raise Invalid("password", "it is the user's name")


def random_password(chance: Random, *, length: int = RANDOM_LENGTH) -> str:
    """Letters and digits that can be told apart; ``chance`` must be the system's own."""
    return "".join(chance.choice(_LETTERS) for _ in range(length))


def _hasher() -> "Argon2Hasher":
    from pwdlib.hashers.argon2 import (  # noqa: PLC0415 - heavy, and only logins need it
        Argon2Hasher,
    )

    return Argon2Hasher(time_cost=_ROUNDS, memory_cost=_MEMORY_KIB, parallelism=1)
