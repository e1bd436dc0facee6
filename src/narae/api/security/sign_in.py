"""Puts together who may come in: the authenticator, and the login at an OpenID provider."""

import hashlib

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from narae.accounts.logins import Profile, login_external
from narae.api.security.authenticator import Authenticator, address_of
from narae.api.security.cookies import SESSION, is_secure, put_session
from narae.api.security.oidc import oidc_routes
from narae.api.surroundings import Surroundings, surroundings
from narae.storage.secrets import key_of_home


def authenticator(around: Surroundings) -> Authenticator:
    """Tells who asks, over the deployment's accounts."""
    return Authenticator(
        accounts=around.accounts,
        settings=around.settings,
        act=lambda request: around.act("anonymous", origin=address_of(request)),
    )


def provider_routes(around: Surroundings) -> list[BaseRoute]:
    """The routes of a login at the provider that ``auth.oidc_issuer`` names; none without."""
    settings = around.settings
    if not settings.auth.oidc_issuer:
        return []
    key = (settings.webserver.secret_key or key_of_home(around.home)).encode()
    secret = hashlib.blake2b(key, person=b"narae oidc").hexdigest()
    return oidc_routes(settings.auth, secret=secret, secure=is_secure(settings), log_in=_log_in)


def _log_in(request: Request, profile: Profile, onward: str) -> Response:
    around = surroundings(request)
    address = address_of(request)
    act = around.act("anonymous", origin=address)
    made = login_external(
        around.accounts,
        act,
        profile,
        address=address,
        replaces=request.cookies.get(SESSION),
    )
    answer = RedirectResponse(onward, status_code=303)
    seconds = int((made.session.expires_at - act.now).total_seconds())
    secure = is_secure(around.settings, request)
    put_session(answer, made.key, seconds=seconds, secure=secure)
    return answer
