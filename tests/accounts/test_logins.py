"""Coming in: by password, session, token, or by somebody who vouches."""

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from narae.accounts import logins
from narae.accounts.basic import BasicAuth
from narae.accounts.errors import Forbidden, LoginRefused, Throttled
from narae.accounts.logins import Profile
from narae.accounts.passwords import is_password
from narae.accounts.permissions import (
    ROLES,
    Action,
    Principal,
    PrincipalKind,
    Resource,
    may,
    parse_permission,
)
from narae.accounts.ports import PutUser, TokenKind, User
from narae.accounts.roles import set_permissions
from narae.accounts.throttle import subjects
from narae.accounts.tokens import hash_key
from narae.accounts.users import UserWish, create_user, delete_user, set_password, update_user
from narae.engine.errors import Invalid, NotFound
from narae.testing.samples import NOON, later

if TYPE_CHECKING:
    from tests.accounts.conftest import Scene

PASSWORD = "correct horse"
HOUR = timedelta(hours=1)


@pytest.fixture
def ann(scene: "Scene") -> User:
    wish = UserWish(username="ann", roles=("Op",))
    return create_user(scene.accounts, scene.act(), wish, password=PASSWORD)


def came_in(scene: "Scene", key: str, minutes: float = 0) -> Principal | None:
    return logins.authenticate_session(scene.accounts, key, now=later(minutes))


def test_a_login_makes_a_session(scene: "Scene", ann: User) -> None:
    done = logins.login(scene.accounts, scene.act(later(1)), "ann", PASSWORD, address="10.0.0.7")
    session = done.session
    assert scene.store.sessions(ann.user_id) == [session]
    assert session.key_hash == hash_key(done.key) != done.key
    assert session.expires_at == later(1) + scene.accounts.rules.session
    assert session.address == "10.0.0.7"
    found = came_in(scene, done.key, 2)
    assert found == Principal(
        username="ann",
        kind=PrincipalKind.USER,
        user_id=ann.user_id,
        roles=("Op",),
        permissions=ROLES["Op"],
        csrf=session.csrf,
        session=session.key_hash,
    )
    user = scene.store.user("ann")
    assert user is not None
    assert (user.login_count, user.last_login_at) == (1, later(1))


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("ann", "wrong horse"),
        ("ann", ""),
        ("bob", PASSWORD),
        ("Ann", PASSWORD),
        ("x" * 257, PASSWORD),
        ("ann", "x" * 257),
    ],
)
def test_what_is_wrong_is_not_said(scene: "Scene", ann: User, username: str, password: str) -> None:
    del ann
    with pytest.raises(LoginRefused) as caught:
        logins.login(scene.accounts, scene.act(), username, password)
    assert str(caught.value) == "the name or the password is wrong"


def test_a_user_who_is_switched_off_gets_nowhere(scene: "Scene", ann: User) -> None:
    done = logins.login(scene.accounts, scene.act(), "ann", PASSWORD)
    token = logins.make_token(scene.accounts, scene.act(), "ann", "ci")
    scene.store.change_accounts([PutUser(user=msgspec.structs.replace(ann, is_active=False))])
    assert came_in(scene, done.key) is None
    assert logins.authenticate_bearer(scene.accounts, token.secret, now=NOON) is None
    with pytest.raises(LoginRefused):
        logins.login(scene.accounts, scene.act(), "ann", PASSWORD)


def test_a_user_without_a_password_can_not_log_in(scene: "Scene") -> None:
    create_user(scene.accounts, scene.act(), UserWish(username="bob"), password=None)
    for password in ("", "None", PASSWORD):
        with pytest.raises(LoginRefused):
            logins.login(scene.accounts, scene.act(), "bob", password)


def test_each_login_has_a_key_of_its_own_and_ends_the_browsers_last(
    scene: "Scene", ann: User
) -> None:
    first = logins.login(scene.accounts, scene.act(), "ann", PASSWORD)
    second = logins.login(scene.accounts, scene.act(), "ann", PASSWORD, replaces=first.key)
    assert first.key != second.key
    assert first.session.csrf != second.session.csrf
    assert came_in(scene, first.key) is None
    assert scene.store.sessions(ann.user_id) == [second.session]


def test_a_session_ends(scene: "Scene", ann: User) -> None:
    del ann
    one, two, three = (logins.login(scene.accounts, scene.act(), "ann", PASSWORD) for _ in range(3))
    hours = scene.accounts.rules.session / timedelta(minutes=1)
    assert came_in(scene, one.key, hours - 1)
    assert came_in(scene, one.key, hours) is None
    logins.logout(scene.accounts, scene.act(), two.key)
    assert came_in(scene, two.key) is None
    logins.logout(scene.accounts, scene.act(), two.key)
    set_password(scene.accounts, scene.act(), "ann", "battery staple")
    assert came_in(scene, three.key) is None
    assert came_in(scene, "") is None
    assert came_in(scene, three.session.key_hash) is None


def test_a_sign_of_life_is_noted_once_a_minute(scene: "Scene", ann: User) -> None:
    del ann
    done = logins.login(scene.accounts, scene.act(), "ann", PASSWORD)
    seen = []
    for minute in (0.5, 1, 1.5, 3):
        came_in(scene, done.key, minute)
        found = scene.store.session(done.session.key_hash)
        assert found is not None
        seen.append(found.seen_at)
    assert seen == [NOON, later(1), later(1), later(3)]


def test_changed_roles_are_felt_at_once(scene: "Scene", ann: User) -> None:
    del ann
    done = logins.login(scene.accounts, scene.act(), "ann", PASSWORD)

    def may_read_pools() -> bool:
        found = came_in(scene, done.key)
        assert found is not None
        return may(found, Action.READ, Resource.POOL)

    assert may_read_pools()
    update_user(scene.accounts, scene.act(), "ann", UserWish(roles=("Public",)))
    assert not may_read_pools()
    set_permissions(scene.accounts, scene.act(), "Public", [parse_permission("can_read:Pools")])
    assert may_read_pools()
    assert may(logins.anonymous(scene.accounts), Action.READ, Resource.POOL)


def test_strangers_have_the_public_role(scene: "Scene") -> None:
    found = logins.anonymous(scene.accounts)
    assert (found.kind, found.roles, found.permissions) == (
        PrincipalKind.ANONYMOUS,
        ("Public",),
        frozenset(),
    )


# -- guessing -----------------------------------------------------------------------------------


def guess(scene: "Scene", at: Any = NOON, *, username: str = "ann", address: str = "") -> None:
    with pytest.raises(LoginRefused):
        logins.login(scene.accounts, scene.act(at), username, "wrong", address=address or None)


def test_a_guesser_has_to_wait_and_the_right_password_too(scene: "Scene", ann: User) -> None:
    del ann
    for _ in range(5):
        guess(scene)
    for password in ("wrong", PASSWORD):
        with pytest.raises(Throttled) as caught:
            logins.login(scene.accounts, scene.act(), "ann", password)
        assert caught.value.seconds == 1
    assert logins.login(scene.accounts, scene.act(later(1)), "ann", PASSWORD)
    assert scene.store.failures(subjects("ann", None)) == []
    guess(scene, later(1))


def test_an_address_has_to_wait_whoever_it_guesses_at(scene: "Scene", ann: User) -> None:
    del ann
    for number in range(20):
        guess(scene, username=f"u{number}", address="10.6.6.6")
    with pytest.raises(Throttled):
        logins.login(scene.accounts, scene.act(), "ann", PASSWORD, address="10.6.6.6")
    assert logins.login(scene.accounts, scene.act(), "ann", PASSWORD, address="10.0.0.7")


def test_an_account_of_ones_own_does_not_wash_an_address_clean(scene: "Scene", ann: User) -> None:
    del ann
    for number in range(12):
        guess(scene, username=f"u{number}", address="10.6.6.6")
    logins.login(scene.accounts, scene.act(), "ann", PASSWORD, address="10.6.6.6")
    (known,) = scene.store.failures(["address:10.6.6.6"])
    assert known.count == 12


def test_guesses_at_once_get_no_further_than_one_by_one(scene: "Scene", ann: User) -> None:
    del ann
    looked_at: list[str] = []

    def one() -> None:
        try:
            logins.login(scene.accounts, scene.act(), "ann", "wrong")
        except LoginRefused:
            looked_at.append("refused")
        except Throttled:
            pass

    threads = [threading.Thread(target=one) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked_at) == 5


def test_failures_and_logins_are_on_record(scene: "Scene", ann: User) -> None:
    del ann
    guess(scene, later(1))
    guess(scene, later(2), username="my-own-password")
    done = logins.login(scene.accounts, scene.act(later(3), who="anonymous"), "ann", PASSWORD)
    logins.logout(scene.accounts, scene.act(later(4), who="anonymous"), done.key)
    assert scene.audits()[1:] == [
        ("cli:root", "login_failed"),
        ("cli:root", "login_failed"),
        ("ann", "login"),
        ("ann", "logout"),
    ]
    user = scene.store.user("ann")
    assert user is not None
    assert (user.failed_login_count, user.login_count) == (0, 1)
    connection = scene.store._database.engine.raw_connection()
    assert "my-own-password" not in "\n".join(connection.iterdump())
    connection.close()


# -- tokens -------------------------------------------------------------------------------------


def bearer(scene: "Scene", secret: str, minutes: float = 0) -> Principal | None:
    return logins.authenticate_bearer(scene.accounts, secret, now=later(minutes))


def test_a_token_comes_in_until_it_expires(scene: "Scene", ann: User) -> None:
    made = logins.make_token(
        scene.accounts, scene.act(), "ann", " ci ", scope="read", expires_at=later(60)
    )
    assert (made.token.name, made.token.kind, made.token.scope) == ("ci", "personal", "read")
    found = bearer(scene, made.secret, 59)
    assert found is not None
    assert (found.username, found.kind, found.token_id) == (
        "ann",
        PrincipalKind.TOKEN,
        made.token.token_id,
    )
    assert found.csrf is None
    assert may(found, Action.READ, Resource.VARIABLE)
    assert not may(found, Action.EDIT, Resource.VARIABLE)
    (kept,) = scene.store.tokens(ann.user_id)
    assert kept.last_used_at == later(59)
    assert bearer(scene, made.secret, 60) is None
    assert bearer(scene, made.secret + "x") is None
    assert bearer(scene, hash_key(made.secret)) is None


def test_a_token_is_revoked_once_and_by_its_owner(scene: "Scene", ann: User) -> None:
    made = logins.make_token(scene.accounts, scene.act(), "ann", "ci")
    token_id = made.token.token_id
    with pytest.raises(NotFound):
        logins.revoke_token(scene.accounts, scene.act(), token_id, user_id=ann.user_id + 1)
    with pytest.raises(NotFound, match="did you mean"):
        logins.revoke_token(scene.accounts, scene.act(), token_id[:-1] + "x")
    assert bearer(scene, made.secret)
    for minute in (1, 2):
        ended = logins.revoke_token(
            scene.accounts, scene.act(later(minute)), token_id, user_id=ann.user_id
        )
        assert ended.revoked_at == later(1)
    assert bearer(scene, made.secret) is None
    assert [what for _, what in scene.audits()].count("revoke_token") == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scope": "fly"}, "scope"),
        ({"expires_at": NOON}, "expires_at"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(
    scene: "Scene", ann: User, more: dict[str, Any], field: str
) -> None:
    wish = {"name": "ci"} | more
    with pytest.raises(Invalid) as caught:
        logins.make_token(scene.accounts, scene.act(), "ann", **wish)
    assert caught.value.field == field
    assert scene.store.tokens(ann.user_id) == []


def test_a_token_with_a_scope_makes_no_greater_one(scene: "Scene", ann: User) -> None:
    del ann
    small = logins.make_token(scene.accounts, scene.act(), "ann", "small", scope="read")
    by = bearer(scene, small.secret)
    with pytest.raises(Forbidden):
        logins.make_token(scene.accounts, scene.act(), "ann", "big", by=by)
    whole = bearer(scene, logins.make_token(scene.accounts, scene.act(), "ann", "x").secret)
    assert logins.make_token(scene.accounts, scene.act(), "ann", "y", by=whole)


def test_a_token_for_a_password_ends_with_it(scene: "Scene", ann: User) -> None:
    login = logins.login_token(scene.accounts, scene.act(), "ann", PASSWORD)
    personal = logins.make_token(scene.accounts, scene.act(), "ann", "ci")
    assert login.token.kind is TokenKind.LOGIN
    assert login.token.expires_at == NOON + scene.accounts.rules.token
    assert bearer(scene, login.secret)
    set_password(scene.accounts, scene.act(), "ann", "battery staple")
    assert bearer(scene, login.secret) is None
    assert bearer(scene, personal.secret)
    with pytest.raises(LoginRefused):
        logins.login_token(scene.accounts, scene.act(), "ann", PASSWORD)
    delete_user(scene.accounts, scene.act(), ann.username)
    assert bearer(scene, personal.secret) is None


def test_no_secret_is_in_the_database(scene: "Scene", ann: User) -> None:
    del ann
    done = logins.login(scene.accounts, scene.act(), "ann", PASSWORD)
    token = logins.make_token(scene.accounts, scene.act(), "ann", "ci")
    given = logins.login_token(scene.accounts, scene.act(), "ann", PASSWORD)
    connection = scene.store._database.engine.raw_connection()
    dump = "\n".join(connection.iterdump())
    connection.close()
    assert token.token.token_id in dump
    for secret in (PASSWORD, done.key, token.secret, given.secret):
        assert secret not in dump


# -- basic auth ---------------------------------------------------------------------------------


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each password whose hash was made."""
    seen: list[str] = []

    def counted(password: str, hashed: str | None) -> bool:
        seen.append(password)
        return is_password(password, hashed)

    monkeypatch.setattr("narae.accounts.logins.is_password", counted)
    return seen


def test_basic_auth_makes_one_hash_a_minute(scene: "Scene", ann: User, hashes: list[str]) -> None:
    basic = BasicAuth(scene.accounts)
    for minute in (0, 0.5, 0.9):
        found = basic.authenticate(scene.act(later(minute)), "ann", PASSWORD)
        assert (found.user_id, found.kind) == (ann.user_id, PrincipalKind.USER)
    assert len(hashes) == 1
    basic.authenticate(scene.act(later(2)), "ann", PASSWORD)
    assert len(hashes) == 2


def test_basic_auth_forgets_a_changed_password_and_a_lost_account(
    scene: "Scene", ann: User
) -> None:
    basic = BasicAuth(scene.accounts)
    basic.authenticate(scene.act(), "ann", PASSWORD)
    with pytest.raises(LoginRefused):
        basic.authenticate(scene.act(), "ann", "wrong")
    set_password(scene.accounts, scene.act(), "ann", "battery staple")
    with pytest.raises(LoginRefused):
        basic.authenticate(scene.act(), "ann", PASSWORD)
    basic.authenticate(scene.act(), "ann", "battery staple")
    current = scene.store.user("ann")
    assert current is not None
    off = msgspec.structs.replace(current, is_active=False)
    scene.store.change_accounts([PutUser(user=off)])
    with pytest.raises(LoginRefused):
        basic.authenticate(scene.act(), ann.username, "battery staple")


# -- somebody who vouches -------------------------------------------------------------------------


def vouched(scene: "Scene", **more: Any) -> logins.Login:
    given = {"external": "https://id.example 42", "username": "cho"} | more
    return logins.login_external(scene.accounts, scene.act(), Profile(**given))


def test_who_comes_first_gets_an_account(scene: "Scene") -> None:
    done = vouched(scene, email="cho@example.com", first_name="Cho", roles=("Op",))
    assert came_in(scene, done.key)
    found = scene.store.user("cho")
    assert found is not None
    assert (found.email, found.first_name, found.roles, found.external) == (
        "cho@example.com",
        "Cho",
        ("Op",),
        "https://id.example 42",
    )
    assert scene.store.password_hash(found.user_id) is None


def test_who_comes_again_is_the_same_whatever_they_are_called(scene: "Scene") -> None:
    first = vouched(scene, roles=("Op",))
    again = vouched(scene, username="renamed", email="new@example.com", roles=("Viewer",))
    assert again.user.user_id == first.user.user_id
    found = scene.store.user("cho")
    assert found is not None
    assert (found.email, found.roles) == ("new@example.com", ("Viewer",))
    kept = vouched(scene, roles=None).user
    assert kept.roles == ("Viewer",)


def test_a_name_elsewhere_is_no_key_to_an_account_here(scene: "Scene", ann: User) -> None:
    with pytest.raises(LoginRefused, match="another user 'ann'"):
        vouched(scene, username="ann", roles=("Admin",))
    assert scene.store.user("ann") == ann
    with pytest.raises(LoginRefused):
        vouched(scene, roles=("No such role",))


def test_who_is_switched_off_stays_out(scene: "Scene") -> None:
    first = vouched(scene)
    update_user(scene.accounts, scene.act(), "cho", UserWish(is_active=False))
    with pytest.raises(LoginRefused, match="not active"):
        vouched(scene)
    assert came_in(scene, first.key) is None


def test_the_last_admin_stays_one_whatever_is_said(scene: "Scene") -> None:
    vouched(scene, roles=("Admin",))
    assert vouched(scene, roles=("Viewer",)).user.roles == ("Admin",)
