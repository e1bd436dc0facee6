"""Logging in and out, and one's own tokens."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from msgspec import Meta
from starlette.responses import RedirectResponse, Response

from narae.accounts import logins, users
from narae.accounts.logins import Login
from narae.accounts.permissions import (
    Permission,
    Principal,
    PrincipalKind,
    permission_text,
)
from narae.accounts.ports import ApiToken
from narae.api.call import Call
from narae.api.fields import Moment, Name
from narae.api.operation import ROOT, V2, Body, Open, Query
from narae.api.problems import Problem
from narae.api.routes import Routes
from narae.api.security.claims import local_path
from narae.api.security.cookies import SESSION, drop_session, is_secure, put_session

root = Routes(ROOT, tag="Login")
routes = Routes(V2, tag="Login")

PASSWORD_MAX = 1024
Password = Annotated[str, Meta(max_length=PASSWORD_MAX)]
LOGIN_PAGE = "/login"


class Credentials(Body, frozen=True, kw_only=True):
    """A name and its password."""

    username: Annotated[str, Meta(min_length=1, max_length=256)]
    password: Password

    def __repr__(self) -> str:
        return f"Credentials({self.username!r})"


class TokenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A bearer token, shown this once."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - RFC 6750's name
    expires_at: datetime | None = None


class MeView(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, and what they may do."""

    username: str
    kind: PrincipalKind
    roles: tuple[str, ...]
    permissions: tuple[str, ...]
    csrf_token: str | None
    """To be sent as ``X-CSRF-Token`` with everything that changes something."""


class LoginsView(msgspec.Struct, frozen=True, kw_only=True):
    """The ways to log in."""

    password: bool
    oidc: str | None
    """Where to send the browser for a login elsewhere."""


class NewPassword(Body, frozen=True, kw_only=True):
    """One's own new password."""

    old: Password
    new: Password

    def __repr__(self) -> str:
        return "NewPassword()"


class TokenWish(Body, frozen=True, kw_only=True):
    """A personal token."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    scope: Annotated[str, Meta(max_length=2000)] = "all"
    """``all``, ``read``, or permissions such as ``can_create:DAG Runs``, comma-separated."""
    expires_at: Moment | None = None


class TokenView(msgspec.Struct, frozen=True, kw_only=True):
    """A personal token, without what it is."""

    token_id: str
    name: str
    kind: str
    scope: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewTokenView(TokenView, frozen=True, kw_only=True):
    """The same, with what it is: shown this once."""

    access_token: str


class TokenCollection(msgspec.Struct, frozen=True, kw_only=True):
    """One's own tokens."""

    tokens: tuple[TokenView, ...]
    total_entries: int


class NextQuery(Query, frozen=True, kw_only=True):
    """Where to go on."""

    next: str | None = None


# -- coming and going -------------------------------------------------------------------------


@root.post("/auth/token", needs=Open.ANYBODY, status=201, errors=(401, 429))
def create_token(call: Call, body: Credentials) -> TokenAnswer:
    """A bearer token for a name and a password."""
    made = logins.login_token(
        call.accounts, call.act(), body.username, body.password, address=call.origin
    )
    return TokenAnswer(access_token=made.secret, expires_at=made.token.expires_at)


@routes.post("/auth/session", needs=Open.ANYBODY, status=201, errors=(401, 429))
def log_in(call: Call, body: Credentials) -> MeView | Response:
    """A session of this browser, in a cookie that no script reads."""
    made = logins.login(
        call.accounts,
        call.act(),
        body.username,
        body.password,
        address=call.origin,
        replaces=call.request.cookies.get(SESSION),
    )
    view = _me(logins.principal_of(call.accounts, made.user), made.session.csrf)
    answer = Response(msgspec.json.encode(view), 201, media_type="application/json")
    return with_session(call, answer, made)


def with_session(call: Call, answer: Response, made: Login) -> Response:
    """The answer, with the new session's cookie."""
    seconds = int((made.session.expires_at - call.now).total_seconds())
    put_session(answer, made.key, seconds=seconds, secure=is_secure(call.settings, call.request))
    return answer


@routes.delete("/auth/session", needs=Open.LOGGED_IN)
def log_out(call: Call) -> Response | None:
    """Ends this browser's session."""
    return _gone(call, Response(status_code=204))


def _gone(call: Call, answer: Response) -> Response:
    if key := call.request.cookies.get(SESSION):
        logins.logout(call.accounts, call.act(), key)
    drop_session(answer, secure=is_secure(call.settings, call.request))
    return answer


@routes.get("/auth/logins", needs=Open.ANYBODY)
def get_logins(call: Call) -> LoginsView:
    """The ways to log in."""
    auth = call.settings.auth
    return LoginsView(
        password=auth.mode != "none",
        oidc="/auth/oidc/login" if auth.oidc_issuer else None,
    )


@routes.get("/auth/login", needs=Open.ANYBODY, status=307, media=())
def get_login_page(call: Call, query: NextQuery) -> Response | None:
    """Sends the browser to where people log in."""
    onward = urlencode({"next": local_path(query.next)})
    del call
    return RedirectResponse(f"{LOGIN_PAGE}?{onward}")


@routes.get("/auth/logout", needs=Open.ANYBODY, status=307, media=())
def get_logout_page(call: Call) -> Response | None:
    """Sends the browser to where people log out: a link alone ends no session."""
    del call
    return RedirectResponse(f"{LOGIN_PAGE}?logout=1")


# -- oneself ----------------------------------------------------------------------------------


@routes.get("/auth/me", needs=Open.LOGGED_IN)
def get_me(call: Call) -> MeView:
    """Who asks, and what they may do."""
    return _me(call.principal, call.principal.csrf)


@routes.put("/auth/password", needs=Open.LOGGED_IN, errors=(429,))
def put_own_password(call: Call, body: NewPassword) -> None:
    """A new password for whoever asks. All of their other sessions end."""
    who = _user(call)
    logins.check_login(call.accounts, call.act(), who, body.old, address=call.origin)
    users.set_password(call.accounts, call.act(), who, body.new, keep=call.principal.session)


@routes.get("/auth/tokens", needs=Open.LOGGED_IN)
def get_own_tokens(call: Call) -> TokenCollection:
    """The tokens of whoever asks."""
    found = call.accounts.store.tokens(call.principal.user_id) if call.principal.user_id else []
    return TokenCollection(
        tokens=tuple(TokenView(**_token(each)) for each in found), total_entries=len(found)
    )


@routes.post("/auth/tokens", needs=Open.LOGGED_IN, status=201)
def create_own_token(call: Call, body: TokenWish) -> NewTokenView | Response:
    """A personal token for whoever asks, good for what its scope says of what they may do."""
    made = logins.make_token(
        call.accounts,
        call.act(),
        _user(call),
        body.name,
        scope=body.scope,
        expires_at=body.expires_at,
        by=call.principal,
    )
    return NewTokenView(**_token(made.token), access_token=made.secret)


@routes.delete("/auth/tokens/{token_id}", needs=Open.LOGGED_IN)
def revoke_own_token(call: Call, token_id: Name) -> None:
    """Ends one of one's own tokens."""
    _user(call)
    logins.revoke_token(call.accounts, call.act(), token_id, user_id=call.principal.user_id)


def _user(call: Call) -> str:
    if call.principal.user_id is None:
        raise Problem(403, "only somebody with an account has a password and tokens")
    if call.principal.scope is not None:
        raise Problem(403, "a token with a scope can't change the account")
    return call.principal.username


def _me(principal: Principal, csrf: str | None) -> MeView:
    texts: set[Permission] = set(principal.permissions)
    return MeView(
        username=principal.username,
        kind=principal.kind,
        roles=principal.roles,
        permissions=tuple(sorted(map(permission_text, texts))),
        csrf_token=csrf,
    )


def _token(token: ApiToken) -> dict[str, Any]:
    return {name: getattr(token, name) for name in TokenView.__struct_fields__}
