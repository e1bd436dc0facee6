"""Login through an OpenID provider: authorization code with PKCE, by Authlib.

State, nonce and verifier stand in a signed cookie that lives for ten minutes and goes to these
two paths alone.
"""

import json
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from narae.accounts.logins import Profile
from narae.api import problems
from narae.api.operation import V2
from narae.api.problems import Problem
from narae.api.security.claims import ClaimError, local_path, profile_of
from narae.config.auth import AuthOptions
from narae.errors import NaraeError

PATH = "/auth/oidc"
COOKIE = "narae_oidc"
STATE_SECONDS = 600

LogIn = Callable[[Request, Profile, str], Response]
"""Makes a session for somebody, and the answer that sends the browser on to a path."""


def oidc_routes(
    options: AuthOptions, *, secret: str, secure: bool, log_in: LogIn
) -> list[BaseRoute]:
    """The routes of the login."""
    flow = _Flow(options, log_in)
    state = Middleware(
        SessionMiddleware,
        secret_key=secret,
        session_cookie=COOKIE,
        max_age=STATE_SECONDS,
        path=PATH,
        same_site="lax",
        https_only=secure,
    )
    return [
        Route(f"{PATH}/login", flow.begin, middleware=[state]),
        Route(f"{PATH}/callback", flow.end, middleware=[state]),
    ]


class _Flow:
    def __init__(self, options: AuthOptions, log_in: LogIn) -> None:
        self._options = options
        self._log_in = log_in
        self._client = _client(options)

    async def begin(self, request: Request) -> Response:
        """Sends the browser to the provider."""
        request.session["next"] = local_path(request.query_params.get("next"))
        try:
            found: Response = await self._client.authorize_redirect(
                request, str(request.url_for("end"))
            )
        except Exception as error:  # noqa: BLE001 - whatever keeps us from the provider
            return _refused(502, f"the OpenID provider can't be reached: {type(error).__name__}")
        return found

    async def end(self, request: Request) -> Response:
        """The browser comes back with a code; it becomes a session."""
        try:
            token = await self._client.authorize_access_token(request)
            profile = self._profile(token.get("userinfo") or {})
            onward = local_path(request.session.pop("next", None))
            return await run_in_threadpool(self._log_in, request, profile, onward)
        except NaraeError as error:
            return _refused(403, str(error))
        except Exception as error:  # noqa: BLE001 - Authlib's, joserfc's and httpx2's have no common base
            return _refused(400, f"the login was not completed: {error}")

    def _profile(self, claims: dict[str, Any]) -> Profile:
        if not claims:
            raise ClaimError("the OpenID provider sent no id_token")
        options = self._options
        return profile_of(
            claims,
            username_claim=options.oidc_username_claim,
            roles_claim=options.oidc_roles_claim,
            role_mapping=json.loads(options.oidc_role_mapping),
            default_role=options.oidc_default_role,
        )


def _client(options: AuthOptions) -> Any:
    try:
        from authlib.integrations.starlette_client import (  # noqa: PLC0415 - an extra
            OAuth,
        )
    except ImportError:
        raise NaraeError("auth.oidc needs more packages: pip install 'narae[oidc]'") from None
    oauth = OAuth()
    issuer = options.oidc_issuer.rstrip("/")
    oauth.register(
        "provider",
        client_id=options.oidc_client_id,
        client_secret=options.oidc_client_secret or None,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": options.oidc_scopes, "code_challenge_method": "S256"},
    )
    return oauth.provider


def _refused(status: int, words: str) -> Response:
    return problems.answer(Problem(status, words), V2)
