"""What is done to users. Each writes an audit row; no password is ever in it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from narae.accounts.deployment import Accounts
from narae.accounts.passwords import check_password, hash_password
from narae.accounts.permissions import ADMIN
from narae.accounts.ports import Change, DeleteUser, EndSessions, PutUser, User
from narae.core.spec import Value
from narae.engine.actions.act import Act
from narae.engine.errors import AlreadyExists, Conflict, Invalid, NotFound

USERNAME_MAX = 256
RESERVED = frozenset({"anonymous", "anyone"})
"""Names that the audit log gives to those without one."""


class UserWish(Value, frozen=True, kw_only=True):
    """What a user shall be; None leaves it as it is, or empty for a new one."""

    username: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    roles: tuple[str, ...] | None = None
    is_active: bool | None = None


def find_user(accounts: Accounts, username: str) -> User:
    """The user; NotFound names the nearest."""
    found = accounts.store.user(username)
    if found is None:
        raise NotFound("user", username, among=[u.username for u in accounts.store.users()])
    return found


def create_user(
    accounts: Accounts,
    act: Act,
    wish: UserWish,
    *,
    password: str | None,
    external: str | None = None,
) -> User:
    """A new user. Without a password they can only come in by whoever vouches for them."""
    blank = User(username="", created_at=act.now, changed_at=act.now, external=external)
    if password is not None:
        _check_password(accounts, password, wish.username or "")
    hashed = None if password is None else hash_password(password)

    def decide() -> tuple[list[Change], None]:
        user = _wished(accounts, blank, wish)
        audit = act.audit("create_user", username=user.username, after=seen(user))
        return [PutUser(user=user, password_hash=hashed), audit], None

    accounts.change(decide)
    return find_user(accounts, wish.username or "")


def update_user(accounts: Accounts, act: Act, username: str, wish: UserWish) -> User:
    """Changes what ``wish`` names. A user who is no more active loses their sessions."""

    def decide() -> tuple[list[Change], User]:
        before = find_user(accounts, username)
        after = _wished(accounts, before, wish)
        if after == before:
            return [], before
        after = msgspec.structs.replace(after, changed_at=act.now)
        keep_an_admin(accounts, before, after)
        audit = act.audit("edit_user", username=username, before=seen(before), after=seen(after))
        changes: list[Change] = [PutUser(user=after), audit]
        if before.is_active and not after.is_active:
            changes.append(EndSessions(user_id=before.user_id, at=act.now))
        return changes, after

    return accounts.change(decide)


def delete_user(accounts: Accounts, act: Act, username: str) -> None:
    """The user goes, with sessions and tokens. Conflict for the last active Admin."""

    def decide() -> tuple[list[Change], None]:
        user = find_user(accounts, username)
        keep_an_admin(accounts, user, None)
        audit = act.audit("delete_user", username=username, before=seen(user))
        return [DeleteUser(user_id=user.user_id), audit], None

    accounts.change(decide)


def set_password(
    accounts: Accounts, act: Act, username: str, password: str, *, keep: str | None = None
) -> None:
    """Sets the password and ends all sessions, but the one whose key has the hash ``keep``."""
    _check_password(accounts, password, username)
    hashed = hash_password(password)

    def decide() -> tuple[list[Change], None]:
        user = msgspec.structs.replace(find_user(accounts, username), changed_at=act.now)
        return [
            PutUser(user=user, password_hash=hashed),
            EndSessions(user_id=user.user_id, keep=keep, at=act.now),
            act.audit("set_password", username=username),
        ], None

    accounts.change(decide)


def add_role(accounts: Accounts, act: Act, username: str, role: str) -> User:
    """Gives the user one more role; Conflict when they have it."""
    roles = find_user(accounts, username).roles
    if role in roles:
        raise Conflict(f"{username!r} has the role {role!r} already")
    return update_user(accounts, act, username, UserWish(roles=(*roles, role)))


def remove_role(accounts: Accounts, act: Act, username: str, role: str) -> User:
    """Takes one role away; NotFound when the user does not have it."""
    roles = find_user(accounts, username).roles
    if role not in roles:
        raise NotFound(f"role of {username}", role, among=roles)
    left = tuple(each for each in roles if each != role)
    return update_user(accounts, act, username, UserWish(roles=left))


def keep_an_admin(accounts: Accounts, before: User, after: User | None) -> None:
    """Conflict when this would leave the deployment without an active Admin."""
    if not _is_admin(before) or (after is not None and _is_admin(after)):
        return
    others = (user for user in accounts.store.users() if user.user_id != before.user_id)
    if not any(map(_is_admin, others)):
        raise Conflict(f"{before.username!r} is the last active user with the role {ADMIN}")


def seen(user: User) -> dict[str, Any]:
    """A user as the audit log shows them."""
    names = ("username", "email", "first_name", "last_name", "is_active")
    return {name: getattr(user, name) for name in names} | {"roles": list(user.roles)}


def _is_admin(user: User) -> bool:
    return user.is_active and ADMIN in user.roles


def _wished(accounts: Accounts, user: User, wish: UserWish) -> User:
    asked = {
        name: value for name, value in msgspec.structs.asdict(wish).items() if value is not None
    }
    if "roles" in asked:
        asked["roles"] = tuple(sorted(set(asked["roles"])))
        _check_roles(accounts, asked["roles"])
    after = msgspec.structs.replace(user, **asked)
    if user.user_id == 0 or after.username != user.username:
        _check_username(after.username)
    _check_unique(accounts.store.users(), after)
    return after


def _check_roles(accounts: Accounts, roles: Sequence[str]) -> None:
    known = {role.name for role in accounts.store.roles()}
    for role in roles:
        if role not in known:
            raise NotFound("role", role, among=known)


def _check_username(username: str) -> None:
    wrong = partial(Invalid, "username")
    if not 0 < len(username) <= USERNAME_MAX:
        raise wrong(f"it has {len(username)} characters, from 1 to {USERNAME_MAX} will do")
    if not username.isprintable() or username != username.strip() or ":" in username:
        raise wrong("no colon, no control character and no space at its ends, please")
    if username in RESERVED:
        raise wrong(f"{username!r} stands for somebody without a name")


def _check_unique(users: Sequence[User], user: User) -> None:
    email = user.email.lower()
    for other in users:
        if other.user_id == user.user_id:
            continue
        if other.username == user.username:
            raise AlreadyExists("user", user.username, f"there is a user {user.username!r} already")
        if email and other.email.lower() == email:
            raise AlreadyExists(
                "user", user.username, f"{other.username!r} has the address {user.email!r} already"
            )


def _check_password(accounts: Accounts, password: str, username: str) -> None:
    check_password(password, length_min=accounts.rules.password_length_min, username=username)
