"""What an attempt proves itself with: a token that is good for that one attempt.

An HMAC of the attempt's id under the home's key. So nothing is stored, an engine that starts
again knows the tokens of what still runs, and a token tells nothing of another. It is worth
something for as long as its attempt is the current one of its task.
"""

import hmac

KEY_BYTES_MIN = 32


class Tokens:
    """Makes and checks tokens. Pure."""

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_BYTES_MIN:
            raise ValueError(f"a key of tokens has at least {KEY_BYTES_MIN} bytes")
        self._key = key

    def of(self, attempt: str) -> str:
        """The attempt's token: 64 hexadecimal digits."""
        return hmac.digest(self._key, b"attempt:" + attempt.encode(), "sha256").hex()

    def fits(self, attempt: str, token: str) -> bool:
        """Whether it is the attempt's token. Takes as long for a wrong one as for a right one."""
        return hmac.compare_digest(self.of(attempt).encode(), token.encode())

    def __repr__(self) -> str:
        return "Tokens(...)"
