"""Coming in over HTTP: passwords, sessions, tokens, and what keeps others out."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.api.conftest import Api

from narae.accounts.users import UserWish, create_user
from narae.config import load

PASSWORD = "correct horse"


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Api]:
    """A deployment with accounts: alice is an Admin, victor a Viewer."""
    made = Api(
        tmp_path,
        load({"NARAE_HOME": str(tmp_path), "NARAE__AUTH__BASIC": "true"}),
        with_accounts=True,
    )
    act = made.stage.act()
    for name, role in (("alice", "Admin"), ("victor", "Viewer")):
        wish = UserWish(username=name, roles=(role,), email=f"{name}@example.com")
        create_user(made.accounts, act, wish, password=PASSWORD)
    with made.client:
        yield made
    made.store.close()


def log_in(door: Api, username: str = "alice") -> str:
    """Logs the client in; the CSRF token."""
    me = door.good("POST", "/api/v2/auth/session", {"username": username, "password": PASSWORD})
    return str(me["csrf_token"])


def bearer(door: Api, username: str = "alice") -> dict[str, str]:
    found = door.good("POST", "/auth/token", {"username": username, "password": PASSWORD})
    return {"Authorization": f"Bearer {found['access_token']}"}


def test_who_has_not_logged_in_gets_no_further(door: Api) -> None:
    answer = door("GET", "/api/v2/dags")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("B")
    assert answer.json()["title"] == "Unauthenticated"
    for path in ("/health", "/livez", "/readyz", "/api/v2/version", "/api/v2/monitor/health"):
        assert door("GET", path).status_code == 200, path


def test_a_password_opens_a_session_that_no_script_reads(door: Api) -> None:
    body = {"username": "alice", "password": PASSWORD}
    answer = door("POST", "/api/v2/auth/session", body)
    assert answer.status_code == 201
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie  # plain HTTP on loopback
    assert door.good("GET", "/api/v2/auth/me")["username"] == "alice"


def test_a_session_changes_nothing_without_its_proof(door: Api) -> None:
    csrf = log_in(door)
    body = {"name": "p", "slots": 1}
    words = door.bad(403, "POST", "/api/v2/pools", body)
    assert words == "X-CSRF-Token is missing or wrong: see GET /api/v2/auth/me"
    door.bad(403, "POST", "/api/v2/pools", body, headers={"X-CSRF-Token": "x" + csrf})
    door.good("POST", "/api/v2/pools", body, headers={"X-CSRF-Token": csrf})


def test_a_login_rotates_the_session(door: Api) -> None:
    log_in(door)
    before = door.client.cookies["narae_session"]
    log_in(door)
    after = door.client.cookies["narae_session"]
    assert before != after
    door.client.cookies.clear()
    door.client.cookies.set("narae_session", before)
    assert door("GET", "/api/v2/auth/me").status_code == 401


def test_a_logout_ends_the_session_on_the_server(door: Api) -> None:
    csrf = log_in(door)
    key = door.client.cookies["narae_session"]
    assert door("DELETE", "/api/v2/auth/session", headers={"X-CSRF-Token": csrf}).status_code == 204
    door.client.cookies.set("narae_session", key)
    assert door("GET", "/api/v2/auth/me").status_code == 401


def test_a_session_ends_by_itself(door: Api) -> None:
    log_in(door)
    door.stage.clock.advance_to(door.stage.clock.now() + timedelta(hours=13))
    assert door("GET", "/api/v2/auth/me").status_code == 401


def test_a_token_is_good_until_it_is_revoked(door: Api) -> None:
    headers = bearer(door)
    made = door.good("POST", "/api/v2/auth/tokens", {"name": "ci"}, headers=headers)
    mine = {"Authorization": f"Bearer {made['access_token']}"}
    assert door.good("GET", "/api/v2/auth/me", headers=mine)["kind"] == "token"
    listed = door.good("GET", "/api/v2/auth/tokens", headers=headers)
    assert made["access_token"] not in str(listed)
    path = f"/api/v2/auth/tokens/{made['token_id']}"
    assert door("DELETE", path, headers=headers).status_code == 204
    words = door.bad(401, "GET", "/api/v2/dags", headers=mine)
    assert words == "the token is unknown, expired or revoked"


def test_a_token_with_a_scope_does_no_more_than_that(door: Api) -> None:
    body = {"name": "eyes", "scope": "read"}
    made = door.good("POST", "/api/v2/auth/tokens", body, headers=bearer(door))
    eyes = {"Authorization": f"Bearer {made['access_token']}"}
    door.good("GET", "/api/v2/pools", headers=eyes)
    door.bad(403, "POST", "/api/v2/pools", {"name": "p", "slots": 1}, headers=eyes)
    door.bad(403, "POST", "/api/v2/auth/tokens", {"name": "more"}, headers=eyes)


def test_a_role_bounds_what_a_user_does(door: Api) -> None:
    victor = bearer(door, "victor")
    door.good("GET", "/api/v2/pools", headers=victor)
    words = door.bad(403, "POST", "/api/v2/pools", {"name": "p", "slots": 1}, headers=victor)
    assert words == "victor lacks can_create on Pools"


def test_a_password_with_each_request_where_that_is_allowed(door: Api) -> None:
    assert door("GET", "/api/v2/pools", auth=("alice", PASSWORD)).status_code == 200
    assert door("GET", "/api/v2/pools", auth=("alice", "wrong")).status_code == 401
    broken = {"Authorization": "Basic %%%"}
    assert "can't be read" in door.bad(401, "GET", "/api/v2/pools", headers=broken)


@pytest.mark.parametrize("username", ["alice", "nobody"])
def test_guessing_is_slowed_down_for_known_and_unknown_names_alike(
    door: Api, username: str
) -> None:
    body = {"username": username, "password": "guess"}
    answer = door("POST", "/auth/token", body)
    assert answer.status_code == 401
    for _ in range(30):
        answer = door("POST", "/auth/token", body)
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert door("POST", "/auth/token", body | {"password": PASSWORD}).status_code == 429


def test_a_new_password_ends_the_other_sessions(door: Api) -> None:
    headers = bearer(door)
    csrf = log_in(door)
    body = {"old": PASSWORD, "new": "battery staple"}
    answer = door("PUT", "/api/v2/auth/password", body, headers={"X-CSRF-Token": csrf})
    assert answer.status_code == 204, answer.text
    assert door.good("GET", "/api/v2/auth/me")["username"] == "alice"
    assert door("GET", "/api/v2/dags", headers=headers).status_code == 401


def test_logins_are_in_the_event_log_and_passwords_are_not(door: Api) -> None:
    door("POST", "/auth/token", {"username": "alice", "password": "my-wrong-guess"})
    headers = bearer(door)
    text = door("GET", "/api/v2/eventLogs?limit=100", headers=headers).text
    assert '"login"' in text
    assert '"login_failed"' in text
    assert PASSWORD not in text
    assert "my-wrong-guess" not in text


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_a_login_leads_nowhere_else(door: Api, onward: str) -> None:
    answer = door("GET", "/api/v2/auth/login", params={"next": onward}, follow_redirects=False)
    assert answer.headers["location"] == "/login?next=%2F"
