"""Basic auth: a password with every request, and not the work of a login with each of them."""

import hmac
import secrets
from datetime import datetime, timedelta

from narae.accounts.deployment import Accounts
from narae.accounts.logins import check_login, principal_of
from narae.accounts.permissions import Principal
from narae.engine.actions.act import Act

REMEMBERED_FOR = timedelta(minutes=1)
_REMEMBERED_MAX = 1024


class BasicAuth:
    """Remembers for a minute which passwords were right, under a key of this process alone."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._key = secrets.token_bytes(32)
        self._good: dict[bytes, datetime] = {}

    def authenticate(
        self, act: Act, username: str, password: str, *, address: str | None = None
    ) -> Principal:
        """Whose password it is; LoginRefused or Throttled otherwise."""
        store = self._accounts.store
        user = store.user(username)
        if user is not None and user.is_active:
            mark = self._mark(username, password, store.password_hash(user.user_id) or "")
            if self._good.get(mark, act.now) > act.now:
                return principal_of(self._accounts, user)
        user = check_login(self._accounts, act, username, password, address=address)
        hashed = store.password_hash(user.user_id) or ""  # a login may have renewed it
        if len(self._good) >= _REMEMBERED_MAX:
            self._good.clear()
        self._good[self._mark(username, password, hashed)] = act.now + REMEMBERED_FOR
        return principal_of(self._accounts, user)

    def _mark(self, *words: str) -> bytes:
        text = "\0".join(words).encode()
        return hmac.digest(self._key, text, "sha256")
