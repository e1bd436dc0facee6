"""A login at an OpenID provider: a small one of our own, over real sockets."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from tests.api.conftest import Api

from narae.api.security.claims import ClaimError, profile_of
from narae.config import load

CLIENT, SECRET = "narae", "provider-secret"
BAD = {"groups": ["data"], "sub": "u-1", "preferred_username": "dora"}


class Provider:
    """Says that whoever comes is ``claims``; keeps to the protocol otherwise."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "k1"})
        self.claims: dict[str, Any] = {
            "sub": "u-1",
            "preferred_username": "dora",
            "email": "dora@example.com",
            "groups": ["data"],
        }
        self.seen: dict[str, dict[str, str]] = {}
        self.nonce: str | None = None
        """Overrides the nonce that was asked for."""
        self.url = ""
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
            ]
        )

    def _metadata(self, request: Request) -> Response:
        del request
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["code_challenge_method"] == "S256"
        self.seen["code-1"] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?code=code-1&state={asked['state']}")

    async def _token(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        asked = self.seen.pop(form["code"][0])
        assert form["code_verifier"][0]
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 60,
            "nonce": self.nonce or asked["nonce"],
            **self.claims,
        }
        token = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.key)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def _keys(self, request: Request) -> Response:
        del request
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})


@contextmanager
def served(provider: Provider) -> Iterator[None]:
    """The provider at an address of its own."""
    config = uvicorn.Config(provider.app, port=0, log_level="error", loop="asyncio")
    server = uvicorn.Server(config)
    listener = config.bind_socket()
    provider.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    with served(made):
        yield made


@pytest.fixture
def door(provider: Provider, tmp_path: Path) -> Iterator[Api]:
    settings = load(
        {
            "NARAE_HOME": str(tmp_path),
            "NARAE__AUTH__OIDC_ISSUER": provider.url,
            "NARAE__AUTH__OIDC_CLIENT_ID": CLIENT,
            "NARAE__AUTH__OIDC_CLIENT_SECRET": SECRET,
            "NARAE__AUTH__OIDC_ROLES_CLAIM": "groups",
            "NARAE__AUTH__OIDC_ROLE_MAPPING": '{"data": "Op"}',
            "NARAE__AUTH__OIDC_DEFAULT_ROLE": "",
        }
    )
    made = Api(tmp_path, settings, with_accounts=True)
    with made.client:
        yield made
    made.store.close()


def walk(door: Api, onward: str = "/dags") -> Any:
    """What a browser does; the answer to its last step."""
    begun = door("GET", "/auth/oidc/login", params={"next": onward}, follow_redirects=False)
    assert begun.status_code == 302, begun.text
    with httpx2.Client() as browser:
        back = browser.get(begun.headers["location"]).headers["location"]
    found = urlsplit(back)
    assert found.path == "/auth/oidc/callback"
    return door("GET", f"{found.path}?{found.query}", follow_redirects=False)


def test_a_login_elsewhere_makes_a_user_and_a_session(door: Api) -> None:
    answer = walk(door)
    assert (answer.status_code, answer.headers["location"]) == (303, "/dags")
    me = door.good("GET", "/api/v2/auth/me")
    assert (me["username"], me["roles"]) == ("dora", ["Op"])
    assert door.accounts.store.user("dora") is not None


def test_roles_follow_the_provider_at_each_login(door: Api, provider: Provider) -> None:
    walk(door)
    provider.claims["groups"] = ["strangers"]
    answer = walk(door)
    assert answer.status_code == 403
    assert "no group of 'dora' gives a role here" in answer.json()["detail"]


def test_a_name_that_is_taken_here_is_not_handed_over(door: Api, provider: Provider) -> None:
    walk(door)
    provider.claims["sub"] = "somebody-else"
    answer = walk(door)
    assert answer.status_code == 403
    assert answer.json()["detail"] == "there is another user 'dora' here"


def test_a_token_for_another_login_is_refused(door: Api, provider: Provider) -> None:
    provider.nonce = "of-yesterday"
    answer = walk(door)
    assert answer.status_code == 400
    assert "the login was not completed" in answer.json()["detail"]
    assert door("GET", "/api/v2/auth/me").status_code == 401


def test_a_callback_that_nobody_asked_for_is_refused(door: Api) -> None:
    answer = door("GET", "/auth/oidc/callback?code=code-1&state=made-up", follow_redirects=False)
    assert answer.status_code == 400


def test_a_provider_that_is_away_is_said_so(tmp_path: Path) -> None:
    environ = {"NARAE_HOME": str(tmp_path), "NARAE__AUTH__OIDC_ISSUER": "http://127.0.0.1:9"}
    made = Api(tmp_path, load(environ), with_accounts=True)
    with made.client:
        answer = made("GET", "/auth/oidc/login", follow_redirects=False)
        assert answer.status_code == 502
        assert "can't be reached" in answer.json()["detail"]
    made.store.close()


def test_groups_may_stand_deep_in_the_claims() -> None:
    found = profile_of(
        {"sub": "1", "iss": "i", "name": "n", "realm_access": {"roles": ["a", "b"]}},
        username_claim="name",
        roles_claim="realm_access.roles",
        role_mapping={"b": "Op", "c": "Admin"},
        default_role="Viewer",
    )
    assert (found.external, found.roles) == ("i 1", ("Op",))


@pytest.mark.parametrize("missing", ["sub", "iss", "name"])
def test_claims_without_a_name_are_refused(missing: str) -> None:
    claims = {"sub": "1", "iss": "i", "name": "n"}
    del claims[missing]
    with pytest.raises(ClaimError, match=missing):
        profile_of(
            claims, username_claim="name", roles_claim="", role_mapping={}, default_role="Viewer"
        )
