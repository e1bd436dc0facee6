"""What is done to users and roles."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from narae.accounts import roles, users
from narae.accounts.deployment import Accounts
from narae.accounts.first_admin import first_admin
from narae.accounts.logins import login, make_token
from narae.accounts.passwords import is_password
from narae.accounts.permissions import ROLES, parse_permission
from narae.accounts.ports import Change, User
from narae.accounts.users import UserWish, create_user, delete_user, set_password, update_user
from narae.engine.errors import AlreadyExists, Conflict, Invalid, NotFound
from narae.testing.samples import NOON, later

if TYPE_CHECKING:
    from tests.accounts.conftest import Scene

PASSWORD = "correct horse"


def made(scene: "Scene", username: str = "ann", *given: str, **more: Any) -> User:
    wish = UserWish(username=username, roles=given or ("Viewer",), **more)
    return create_user(scene.accounts, scene.act(), wish, password=PASSWORD)


def test_a_user_is_created_with_a_hashed_password(scene: "Scene") -> None:
    ann = made(scene, "ann", "Op", "Viewer", email="ann@example.com", first_name="Ann")
    assert ann == User(
        user_id=ann.user_id,
        username="ann",
        email="ann@example.com",
        first_name="Ann",
        roles=("Op", "Viewer"),
        created_at=NOON,
        changed_at=NOON,
    )
    hashed = scene.store.password_hash(ann.user_id)
    assert hashed != PASSWORD
    assert is_password(PASSWORD, hashed)


@pytest.mark.parametrize("username", ["", "a:b", "a\nb", " a", "x" * 257, "anonymous"])
def test_a_bad_name_is_refused(scene: "Scene", username: str) -> None:
    with pytest.raises(Invalid, match=r"^username"):
        made(scene, username)
    assert scene.store.users() == []


def test_a_short_password_is_refused(scene: "Scene") -> None:
    with pytest.raises(Invalid, match="8 are needed"):
        create_user(scene.accounts, scene.act(), UserWish(username="ann"), password="short")
    assert scene.store.users() == []


def test_an_unknown_role_gets_the_nearest(scene: "Scene") -> None:
    with pytest.raises(NotFound, match="did you mean 'Viewer'"):
        made(scene, "ann", "Viewr")


def test_names_and_addresses_are_given_once(scene: "Scene") -> None:
    made(scene, "ann", email="ann@example.com")
    with pytest.raises(AlreadyExists, match="'ann'"):
        made(scene, "ann")
    with pytest.raises(AlreadyExists, match="'ann' has the address"):
        made(scene, "bob", email="ANN@example.com")
    made(scene, "bob")
    with pytest.raises(AlreadyExists):
        update_user(scene.accounts, scene.act(), "bob", UserWish(username="ann"))


def test_a_change_changes_what_it_names(scene: "Scene") -> None:
    ann = made(scene, "ann", "Op", email="a@b.c")
    after = update_user(scene.accounts, scene.act(later(1)), "ann", UserWish(first_name="Ann"))
    assert after == msgspec.structs.replace(ann, first_name="Ann", changed_at=later(1))
    assert scene.store.user("ann") == after


def test_a_change_that_is_none_writes_nothing(scene: "Scene") -> None:
    ann = made(scene)
    revision = scene.store.accounts_revision()
    update_user(scene.accounts, scene.act(later(1)), "ann", UserWish(roles=("Viewer",)))
    assert scene.store.user("ann") == ann
    assert scene.store.accounts_revision() == revision


def test_a_user_who_is_switched_off_is_logged_out(scene: "Scene") -> None:
    ann = made(scene)
    login(scene.accounts, scene.act(), "ann", PASSWORD)
    update_user(scene.accounts, scene.act(), "ann", UserWish(is_active=False))
    assert scene.store.sessions(ann.user_id) == []


def test_a_new_password_ends_all_sessions_but_the_users_own(scene: "Scene") -> None:
    ann = made(scene)
    own = login(scene.accounts, scene.act(), "ann", PASSWORD)
    login(scene.accounts, scene.act(), "ann", PASSWORD)
    set_password(scene.accounts, scene.act(), "ann", "battery staple", keep=own.session.key_hash)
    assert [each.key_hash for each in scene.store.sessions(ann.user_id)] == [own.session.key_hash]
    assert is_password("battery staple", scene.store.password_hash(ann.user_id))
    with pytest.raises(Invalid):
        set_password(scene.accounts, scene.act(), "ann", "short")


def test_roles_are_given_and_taken(scene: "Scene") -> None:
    made(scene)
    assert users.add_role(scene.accounts, scene.act(), "ann", "Op").roles == ("Op", "Viewer")
    with pytest.raises(Conflict, match="already"):
        users.add_role(scene.accounts, scene.act(), "ann", "Op")
    assert users.remove_role(scene.accounts, scene.act(), "ann", "Viewer").roles == ("Op",)
    with pytest.raises(NotFound, match="Viewer"):
        users.remove_role(scene.accounts, scene.act(), "ann", "Viewer")


# -- the last admin ---------------------------------------------------------------------------


def test_the_last_active_admin_stays_one(scene: "Scene") -> None:
    made(scene, "root", "Admin")
    made(scene, "off", "Admin")
    update_user(scene.accounts, scene.act(), "off", UserWish(is_active=False))
    for wish in (UserWish(roles=("Op",)), UserWish(is_active=False), UserWish(roles=())):
        with pytest.raises(Conflict, match="'root' is the last active user"):
            update_user(scene.accounts, scene.act(), "root", wish)
    with pytest.raises(Conflict):
        delete_user(scene.accounts, scene.act(), "root")
    root = scene.store.user("root")
    assert root is not None
    assert (root.roles, root.is_active) == (("Admin",), True)


def test_one_of_two_admins_may_go(scene: "Scene") -> None:
    made(scene, "root", "Admin")
    made(scene, "other", "Admin")
    delete_user(scene.accounts, scene.act(), "root")
    assert [user.username for user in scene.store.users()] == ["other"]


def test_two_admins_can_not_remove_each_other_at_once(scene: "Scene") -> None:
    """The second one decided before the first one's change was written."""
    made(scene, "root", "Admin")
    made(scene, "other", "Admin")
    tries = 0

    def decide() -> tuple[list[Change], None]:
        nonlocal tries
        tries += 1
        if tries == 1:
            delete_user(scene.accounts, scene.act(), "other")
        audit = scene.act().audit("delete_user")
        return [audit], None

    scene.accounts.change(decide)
    assert tries == 2
    with pytest.raises(Conflict):
        delete_user(scene.accounts, scene.act(), "root")


def test_whoever_is_never_quick_enough_is_told(scene: "Scene") -> None:
    def decide() -> tuple[list[Change], None]:
        scene.store.change_accounts([], revision=scene.store.accounts_revision())
        return [scene.act().audit("x")], None

    with pytest.raises(Conflict, match="somebody else"):
        scene.accounts.change(decide)


# -- roles ------------------------------------------------------------------------------------


def test_a_role_is_made_filled_and_deleted(scene: "Scene") -> None:
    read, edit = parse_permission("can_read:DAGs"), parse_permission("can_edit:DAG:sales")
    roles.create_role(scene.accounts, scene.act(), "Sales", [read])
    ann = made(scene, "ann", "Sales", "Viewer")
    assert roles.add_permissions(scene.accounts, scene.act(), "Sales", [edit]).permissions == {
        read,
        edit,
    }
    assert scene.store.permissions_of(["Sales"]) == {read, edit}
    roles.remove_permissions(scene.accounts, scene.act(), "Sales", [read])
    assert roles.find_role(scene.accounts, "Sales").permissions == {edit}
    roles.set_permissions(scene.accounts, scene.act(), "Sales", [read])
    assert roles.find_role(scene.accounts, "Sales").permissions == {read}
    roles.delete_role(scene.accounts, scene.act(), "Sales")
    assert scene.store.user_of(ann.user_id) == msgspec.structs.replace(ann, roles=("Viewer",))


def test_a_role_that_is_there_is_not_made_again(scene: "Scene") -> None:
    with pytest.raises(AlreadyExists):
        roles.create_role(scene.accounts, scene.act(), "Viewer")
    with pytest.raises(Invalid):
        roles.create_role(scene.accounts, scene.act(), " ")
    with pytest.raises(NotFound, match="did you mean 'Viewer'"):
        roles.find_role(scene.accounts, "Vewer")


def test_admin_can_be_neither_deleted_nor_stripped(scene: "Scene") -> None:
    with pytest.raises(Conflict, match="can't be deleted"):
        roles.delete_role(scene.accounts, scene.act(), "Admin")
    with pytest.raises(Conflict, match="can't be changed"):
        roles.set_permissions(scene.accounts, scene.act(), "Admin", [])
    assert scene.store.permissions_of(["Admin"]) == ROLES["Admin"]


def test_other_roles_of_every_deployment_may_be_changed_but_stay(scene: "Scene") -> None:
    pools = parse_permission("can_read:Pools")
    roles.set_permissions(scene.accounts, scene.act(), "Public", [pools])
    assert scene.store.permissions_of(["Public"]) == {pools}
    with pytest.raises(Conflict):
        roles.delete_role(scene.accounts, scene.act(), "Public")


# -- the first one, and the audit log -----------------------------------------------------------


def test_the_first_admin_is_made_once(scene: "Scene") -> None:
    password = first_admin(scene.accounts, scene.act(who="standalone"))
    assert password is not None
    done = login(scene.accounts, scene.act(), "admin", password)
    assert done.user.roles == ("Admin",)
    assert first_admin(scene.accounts, scene.act()) is None
    dump = "\n".join(map(str, scene.store._database.engine.raw_connection().iterdump()))
    assert "admin" in dump
    assert password not in dump


def test_there_is_no_first_admin_where_there_are_users(scene: "Scene") -> None:
    made(scene)
    assert first_admin(scene.accounts, scene.act()) is None
    assert len(scene.store.users()) == 1


def test_every_change_is_on_record_with_before_and_after(scene: "Scene") -> None:
    made(scene, "root", "Admin")
    made(scene)
    minute = iter(range(1, 9))
    update_user(scene.accounts, scene.act(later(next(minute))), "ann", UserWish(roles=("Op",)))
    set_password(scene.accounts, scene.act(later(next(minute))), "ann", "battery staple")
    roles.create_role(scene.accounts, scene.act(later(next(minute))), "Sales")
    roles.add_permissions(
        scene.accounts,
        scene.act(later(next(minute))),
        "Sales",
        [parse_permission("can_read:DAGs")],
    )
    make_token(scene.accounts, scene.act(later(next(minute))), "ann", "ci", scope="read")
    delete_user(scene.accounts, scene.act(later(next(minute))), "ann")
    assert [what for _, what in scene.audits()][2:] == [
        "edit_user",
        "set_password",
        "create_role",
        "edit_role",
        "create_token",
        "delete_user",
    ]
    rows = scene.audit_rows()
    by_what = {row.what: row for row in rows}
    edit = by_what["edit_user"]
    assert (edit.who, edit.origin, edit.detail) == ("cli:root", "10.0.0.7", {"username": "ann"})
    assert edit.before is not None
    assert edit.after is not None
    assert (edit.before["roles"], edit.after["roles"]) == (["Viewer"], ["Op"])
    assert (by_what["edit_role"].before or {})["permissions"] == []
    assert (by_what["edit_role"].after or {})["permissions"] == ["can_read:DAGs"]
    texts = repr(rows)
    assert "argon2" not in texts
    assert "battery" not in texts
    assert timedelta(minutes=1) <= edit.at - NOON


def test_the_rules_are_the_deployments(scene: "Scene") -> None:
    rules = msgspec.structs.replace(scene.accounts.rules, password_length_min=20)
    strict = Accounts(store=scene.store, rules=rules)
    with pytest.raises(Invalid, match="20 are needed"):
        create_user(strict, scene.act(), UserWish(username="ann"), password=PASSWORD)
