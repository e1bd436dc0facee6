"""Who asks: a bearer token, a session's cookie, a password where that is allowed, or nobody."""

import base64
import binascii
import hmac
from collections.abc import Callable

from starlette.requests import Request

from narae.accounts.basic import BasicAuth
from narae.accounts.deployment import Accounts
from narae.accounts.logins import anonymous, authenticate_bearer, authenticate_session
from narae.accounts.permissions import Principal, everybody
from narae.api.problems import Problem
from narae.api.security.cookies import CSRF_HEADER, SAFE_METHODS, SESSION
from narae.config import Settings
from narae.engine.actions.act import Act

MODE_NONE = "none"


class Authenticator:
    """Makes a request's principal. What is shown and wrong is a 401, never taken for nobody."""

    def __init__(
        self, *, accounts: Accounts, settings: Settings, act: Callable[[Request], Act]
    ) -> None:
        """``act`` gives the doing in whose name a login is counted and written down."""
        self._accounts = accounts
        self._settings = settings
        self._act = act
        self._basic = BasicAuth(accounts)

    def __call__(self, request: Request) -> Principal:
        """The principal; Problem 401 for a wrong proof, 403 for a missing CSRF token."""
        if self._settings.auth.mode == MODE_NONE:
            return everybody()
        scheme, _, proof = request.headers.get("authorization", "").partition(" ")
        match scheme.lower():
            case "bearer":
                return self._bearer(request, proof.strip())
            case "basic" if self._settings.auth.basic:
                return self._password(request, proof.strip())
            case "":
                return self._session(request)
            case _:
                raise _unauthenticated(f"{scheme[:20]!r} is no way to log in here")

    def _bearer(self, request: Request, secret: str) -> Principal:
        found = authenticate_bearer(self._accounts, secret, now=self._act(request).now)
        if found is None:
            raise _unauthenticated("the token is unknown, expired or revoked")
        return found

    def _password(self, request: Request, proof: str) -> Principal:
        try:
            text = base64.b64decode(proof, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise _unauthenticated("the basic credentials can't be read") from None
        username, _, password = text.partition(":")
        if "\x00" in text:
            raise _unauthenticated("the basic credentials can't be read")
        return self._basic.authenticate(
            self._act(request), username, password, address=address_of(request)
        )

    def _session(self, request: Request) -> Principal:
        key = request.cookies.get(SESSION)
        found = None
        if key:
            found = authenticate_session(self._accounts, key, now=self._act(request).now)
        if found is None:
            return anonymous(self._accounts)
        if request.method not in SAFE_METHODS:
            sent = request.headers.get(CSRF_HEADER, "")
            if found.csrf is None or not hmac.compare_digest(sent.encode(), found.csrf.encode()):
                raise Problem(403, "X-CSRF-Token is missing or wrong: see GET /api/v2/auth/me")
        return found


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def _unauthenticated(words: str) -> Problem:
    return Problem(401, words, headers={"WWW-Authenticate": 'Bearer realm="narae"'})
