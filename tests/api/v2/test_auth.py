"""One's own account by ``/api/v2/auth``: tokens, password, and what is refused.

How people come in is tested in ``tests/api/test_logins.py``.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.api.conftest import Api

from narae.accounts.users import UserWish, create_user
from narae.config import load

PASSWORD = "correct horse"
TOKENS = "/api/v2/auth/tokens"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Api]:
    """A deployment with accounts: alice is an Admin, victor a Viewer."""
    made = Api(tmp_path, load({"NARAE_HOME": str(tmp_path)}), with_accounts=True)
    for name, role in (("alice", "Admin"), ("victor", "Viewer")):
        wish = UserWish(username=name, roles=(role,), email=f"{name}@example.com")
        create_user(made.accounts, made.stage.act(), wish, password=PASSWORD)
    with made.client:
        yield made
    made.store.close()


def bearer(house: Api, username: str = "alice", password: str = PASSWORD) -> dict[str, str]:
    found = house.good("POST", "/auth/token", {"username": username, "password": password})
    return {"Authorization": f"Bearer {found['access_token']}"}


def test_a_login_token_says_when_it_ends_and_ends_then(house: Api) -> None:
    made = house.good("POST", "/auth/token", {"username": "alice", "password": PASSWORD})
    assert made["token_type"] == "bearer"
    assert made["expires_at"].startswith("2026-01-02T")
    headers = {"Authorization": f"Bearer {made['access_token']}"}
    house.good("GET", "/api/v2/auth/me", headers=headers)
    house.stage.clock.advance_to(house.stage.clock.now() + timedelta(hours=24))
    house.bad(401, "GET", "/api/v2/auth/me", headers=headers)


def test_me_says_who_asks_and_what_they_may(house: Api) -> None:
    me = house.good("GET", "/api/v2/auth/me", headers=bearer(house, "victor"))
    assert (me["username"], me["roles"], me["csrf_token"]) == ("victor", ["Viewer"], None)
    assert "can_read:DAGs" in me["permissions"]
    assert "can_edit:DAGs" not in me["permissions"]
    house.bad(401, "GET", "/api/v2/auth/me")


def test_tokens_are_listed_for_their_owner_alone(house: Api) -> None:
    alice, victor = bearer(house), bearer(house, "victor")
    mine = house.good("POST", TOKENS, {"name": "ci", "scope": "read"}, headers=victor)
    assert (mine["name"], mine["scope"], mine["revoked_at"]) == ("ci", "read", None)
    names = [each["name"] for each in house.good("GET", TOKENS, headers=victor)["tokens"]]
    assert "ci" in names
    assert "ci" not in str(house.good("GET", TOKENS, headers=alice))
    words = house.bad(404, "DELETE", f"{TOKENS}/{mine['token_id']}", headers=alice)
    others = house.good("GET", TOKENS, headers=victor)["tokens"]
    assert not any(each["token_id"] in words.partition(";")[2] for each in others)
    assert all(each["revoked_at"] is None for each in others)
    house.bad(404, "DELETE", f"{TOKENS}/nothing", headers=victor)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "\u200b"}, "name"),
        ({"name": "x", "scope": "everything"}, "scope"),
        ({"name": "x", "scope": "can_paint:DAGs"}, "scope"),
        ({"name": "x", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "x", "expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"name": "x", "colour": "red"}, "colour"),
    ],
)
def test_a_token_that_can_not_be_is_refused(house: Api, body: Any, field: str) -> None:
    alice = bearer(house)
    before = house.good("GET", TOKENS, headers=alice)["total_entries"]
    assert field in house.bad(422, "POST", TOKENS, body, headers=alice)
    assert house.good("GET", TOKENS, headers=alice)["total_entries"] == before


def test_the_same_key_gives_the_same_token_once(house: Api) -> None:
    headers = bearer(house) | {"Idempotency-Key": "k"}
    first = house.good("POST", TOKENS, {"name": "ci"}, headers=headers)
    assert house.good("POST", TOKENS, {"name": "ci"}, headers=headers) == first
    victor = bearer(house, "victor") | {"Idempotency-Key": "k"}
    other = house.good("POST", TOKENS, {"name": "ci"}, headers=victor)
    assert other["access_token"] != first["access_token"]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"old": "guess", "new": "battery staple"}, 401, ""),
        ({"old": PASSWORD, "new": "short"}, 422, "password"),
        ({"old": PASSWORD}, 422, "new"),
        ({"old": PASSWORD, "new": "x" * 1025}, 422, "new"),
    ],
)
def test_a_password_is_not_changed_by_a_wrong_one(
    house: Api, body: Any, status: int, words: str
) -> None:
    detail = house.bad(status, "PUT", "/api/v2/auth/password", body, headers=bearer(house))
    assert words in detail
    assert str(body.get("new")) not in detail
    bearer(house)


def test_who_has_no_account_has_no_password_and_no_tokens(api: Api) -> None:
    assert api.good("GET", TOKENS) == {"tokens": [], "total_entries": 0}
    assert "account" in api.bad(403, "POST", TOKENS, {"name": "ci"})
    body = {"old": PASSWORD, "new": "battery staple"}
    assert "account" in api.bad(403, "PUT", "/api/v2/auth/password", body)
    assert "account" in api.bad(403, "DELETE", f"{TOKENS}/x")


def test_the_ways_to_log_in_are_told_to_everybody(house: Api) -> None:
    assert house.good("GET", "/api/v2/auth/logins") == {"password": True, "oidc": None}
    for path, onward in (("login", "/login?next=%2Fdags"), ("logout", "/login?logout=1")):
        query = {"next": "/dags"} if path == "login" else {}
        answer = house("GET", f"/api/v2/auth/{path}", params=query, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (307, onward)


@pytest.mark.parametrize("path", ["/auth/token", "/api/v2/auth/session"])
def test_a_login_that_can_not_be_read_repeats_nothing_of_it(house: Api, path: str) -> None:
    for body in ({"username": "alice", "password": ["s3cret"]}, {"username": ["s3cret"]}):
        assert "s3cret" not in house.bad(422, "POST", path, body)
    broken = b'{"username": "alice", "password": "s3cret'
    headers = {"Content-Type": "application/json"}
    assert "s3cret" not in house.bad(400, "POST", path, content=broken, headers=headers)
    house.bad(401, "POST", path, {"username": "alice", "password": ""})
