"""What accounts need of the world, and the values that they keep there.

No value holds a password, a token or their hashes but those that write them.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from narae.accounts.permissions import (
    ADMIN,
    ALL,
    ROLES,
    Action,
    Permission,
    Resource,
    access_control_permissions,
    parse_permission,
    permission_text,
)
from narae.core.commands import Audit
from narae.core.spec import Value

__all__ = [
    "ADMIN",
    "ALL",
    "ROLES",
    "AccountStore",
    "Action",
    "AddSession",
    "AddToken",
    "ApiToken",
    "Change",
    "DeleteRole",
    "DeleteUser",
    "EndSession",
    "EndSessions",
    "Failures",
    "LoggedIn",
    "Permission",
    "PutRole",
    "PutUser",
    "Resource",
    "RevokeToken",
    "Role",
    "Session",
    "TokenKind",
    "User",
    "access_control_permissions",
    "parse_permission",
    "permission_text",
]


class User(Value, frozen=True, kw_only=True):
    """Somebody with an account."""

    user_id: int = 0
    """0 until the store has given one."""
    username: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    roles: tuple[str, ...] = ()
    """Sorted."""
    is_active: bool = True
    external: str | None = None
    """Who vouches for them, and as whom: ``issuer subject``; None: their password does."""
    created_at: datetime
    changed_at: datetime
    last_login_at: datetime | None = None
    login_count: int = 0
    failed_login_count: int = 0


class Role(Value, frozen=True, kw_only=True):
    """A set of permissions with a name."""

    name: str
    permissions: frozenset[Permission] = frozenset()

    @property
    def is_built_in(self) -> bool:
        """Whether every deployment has it."""
        return self.name in ROLES


class Session(Value, frozen=True, kw_only=True):
    """A browser that has logged in."""

    key_hash: str
    user_id: int
    csrf: str
    created_at: datetime
    seen_at: datetime
    """To the minute or so."""
    expires_at: datetime
    address: str | None = None


class TokenKind(StrEnum):
    """Where a token comes from."""

    PERSONAL = "personal"
    """Made by hand, with a name."""
    LOGIN = "login"
    """Given for a password; ends with it."""


class ApiToken(Value, frozen=True, kw_only=True):
    """A bearer token, without what it is."""

    token_id: str
    """Not a secret: the beginning of the hash."""
    user_id: int
    name: str
    kind: TokenKind = TokenKind.PERSONAL
    scope: str = "all"
    """``all``, ``read``, or permissions such as ``can_create:DAG Runs``, comma-separated."""
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    """To the minute or so."""
    revoked_at: datetime | None = None


class Failures(Value, frozen=True, kw_only=True):
    """Logins in a row that went wrong."""

    subject: str
    """``user:`` and a hash of the name, or ``address:10.0.0.7``."""
    count: int
    last_at: datetime


# -- changes: carried out in one transaction ------------------------------------------------


class PutUser(Value, tag="put_user", frozen=True, kw_only=True):
    """A user, new (id 0) or changed. Keeps the password when no hash is given."""

    user: User
    password_hash: str | None = None

    def __repr__(self) -> str:
        return f"PutUser({self.user.username!r})"


class DeleteUser(Value, tag="delete_user", frozen=True, kw_only=True):
    """A user with their sessions and tokens."""

    user_id: int


class PutRole(Value, tag="put_role", frozen=True, kw_only=True):
    """A role, new or changed."""

    role: Role


class DeleteRole(Value, tag="delete_role", frozen=True, kw_only=True):
    """A role; nobody has it any more."""

    name: str


class AddSession(Value, tag="add_session", frozen=True, kw_only=True):
    """Somebody has logged in."""

    session: Session


class EndSession(Value, tag="end_session", frozen=True, kw_only=True):
    """Somebody has logged out."""

    key_hash: str


class EndSessions(Value, tag="end_sessions", frozen=True, kw_only=True):
    """All sessions and login tokens of a user, but the one of ``keep``."""

    user_id: int
    keep: str | None = None
    at: datetime


class AddToken(Value, tag="add_token", frozen=True, kw_only=True):
    """A new token."""

    token: ApiToken
    token_hash: str


class RevokeToken(Value, tag="revoke_token", frozen=True, kw_only=True):
    """The end of a token."""

    token_id: str
    at: datetime


class LoggedIn(Value, tag="logged_in", frozen=True, kw_only=True):
    """A login, for better or worse."""

    user_id: int
    at: datetime
    failed: bool = False


Change = (
    PutUser
    | DeleteUser
    | PutRole
    | DeleteRole
    | AddSession
    | EndSession
    | EndSessions
    | AddToken
    | RevokeToken
    | LoggedIn
    | Audit
)


class AccountStore(Protocol):
    """Where accounts are kept. Every method is one transaction."""

    def accounts_revision(self) -> int:
        """Grows whenever users, roles or DAGs' permissions change."""
        ...

    def change_accounts(self, changes: Sequence[Change], *, revision: int | None = None) -> bool:
        """Carries all of them out; none (False) when ``revision`` is no more the one there is."""
        ...

    def users(self) -> list[User]:
        """All of them, by name."""
        ...

    def user(self, username: str) -> User | None:
        """The user of that name."""
        ...

    def user_of(self, user_id: int) -> User | None:
        """The user with that id."""
        ...

    def password_hash(self, user_id: int) -> str | None:
        """None for a user without a password."""
        ...

    def roles(self) -> list[Role]:
        """All of them, by name; those that every deployment has among them."""
        ...

    def permissions_of(self, roles: Sequence[str]) -> frozenset[Permission]:
        """What these roles may do together, DAGs' ``access_control`` included."""
        ...

    def session(self, key_hash: str) -> Session | None:
        """A session, expired or not."""
        ...

    def sessions(self, user_id: int) -> list[Session]:
        """A user's sessions, oldest first."""
        ...

    def token(self, token_hash: str) -> ApiToken | None:
        """A token, good or not."""
        ...

    def tokens(self, user_id: int | None = None) -> list[ApiToken]:
        """All tokens, or a user's, oldest first."""
        ...

    def session_seen(self, key_hash: str, *, at: datetime) -> None:
        """Notes a sign of life."""
        ...

    def token_used(self, token_id: str, *, at: datetime) -> None:
        """Notes a sign of life."""
        ...

    def forget_sessions(self, *, before: datetime) -> int:
        """Deletes sessions and login tokens that expired before then; how many."""
        ...

    def try_login(
        self, subjects: Sequence[str], *, at: datetime, wait: Callable[[Failures], timedelta]
    ) -> timedelta:
        """How long these subjects have to wait; when not at all, counts a failure for each.

        Counted before the password is looked at, so many tries at once get no further.
        """
        ...

    def forget_failures(self, counted: Mapping[str, int | None]) -> None:
        """Takes so many failures off each subject; None: all."""
        ...

    def failures(self, subjects: Sequence[str]) -> list[Failures]:
        """What is counted against them, by subject."""
        ...
