"""Users, roles, sessions, tokens and failed logins."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec
import sqlalchemy as sa

from narae.accounts.ports import (
    ADMIN,
    ALL,
    ROLES,
    Action,
    ApiToken,
    Change,
    Failures,
    Permission,
    Resource,
    Role,
    Session,
    TokenKind,
    User,
    parse_permission,
)
from narae.core.codec import decode_json
from narae.core.commands import Audit
from narae.storage import account_tables as t
from narae.storage.account_changes import HOW, RIGHTS, bump
from narae.storage.batch import Batch
from narae.storage.database import Database
from narae.storage.dialects import Raw
from narae.storage.part import Part
from narae.storage.secrets import Vault
from narae.storage.whole_rows import WholeRows, marks

_FORGOTTEN_AFTER = timedelta(days=1)
_KEPT_MAX = 1024
_REVISION = "SELECT value FROM counter WHERE name = 'accounts'"


def _user_of(row: Sequence[Any]) -> User:
    return User(
        user_id=row[0],
        username=row[1],
        email=row[2],
        first_name=row[3],
        last_name=row[4],
        is_active=bool(row[5]),
        external=row[6],
        created_at=row[7],
        changed_at=row[8],
        last_login_at=row[9],
        login_count=row[10],
        failed_login_count=row[11],
    )


def _session_of(row: Sequence[Any]) -> Session:
    return Session(
        key_hash=row[0],
        user_id=row[1],
        csrf=row[2],
        created_at=row[3],
        seen_at=row[4],
        expires_at=row[5],
        address=row[6],
    )


def _token_of(row: Sequence[Any]) -> ApiToken:
    return ApiToken(
        token_id=row[0],
        user_id=row[1],
        name=row[2],
        kind=TokenKind(row[3]),
        scope=row[4],
        created_at=row[5],
        expires_at=row[6],
        last_used_at=row[7],
        revoked_at=row[8],
    )


def _failures_of(row: Sequence[Any]) -> Failures:
    return Failures(subject=row[0], count=row[1], last_at=row[2])


_USERS = WholeRows([c for c in t.account.c if c.name != "password_hash"], _user_of)
_SESSIONS = WholeRows(list(t.web_session.c), _session_of)
_TOKENS = WholeRows([c for c in t.api_token.c if c.name != "token_hash"], _token_of)
_FAILURES = WholeRows(list(t.login_failure.c), _failures_of)


class _StaleError(Exception):
    """The accounts' revision is another by now: nothing is written."""


class Accounts(Part):
    """Implements :class:`narae.accounts.ports.AccountStore`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        super().__init__(database, vault)
        self._kept: dict[tuple[str, ...], tuple[int, frozenset[Permission]]] = {}

    def accounts_revision(self) -> int:
        """See the port."""
        with self._database.reading_raw() as raw:
            return _revision(raw)

    def change_accounts(self, changes: Sequence[Change], *, revision: int | None = None) -> bool:
        """See the port."""

        def change(connection: sa.Connection) -> None:
            raw = self._database.raw(connection)
            if revision is not None or any(isinstance(each, RIGHTS) for each in changes):
                now_at = bump(connection)
                if revision is not None and now_at != revision + 1:
                    raise _StaleError
            for each in changes:
                if isinstance(each, Audit):
                    Batch(raw, [each], self._vault, now=each.at).carry_out()
                else:
                    HOW[type(each)](connection, each)

        try:
            self._database.retried(change)
        except _StaleError:
            return False
        return True

    # -- users and roles --------------------------------------------------------------------

    def users(self) -> list[User]:
        """See the port."""
        return self._users("ORDER BY username")

    def user(self, username: str) -> User | None:
        """See the port."""
        return next(iter(self._users("WHERE username = ?", username)), None)

    def user_of(self, user_id: int) -> User | None:
        """See the port."""
        return next(iter(self._users("WHERE id = ?", user_id)), None)

    def _users(self, rest: str, *values: Any) -> list[User]:
        with self._database.reading_raw() as raw:
            users = _USERS.read(raw, rest, values)
            one = [user.user_id for user in users] if values else []
            where = f"WHERE account IN {marks(len(one))} " if values else ""
            rows = raw.rows(_ROLES_OF + where + "ORDER BY account, role", one)
        roles = {user_id: [role for _, role in has] for user_id, has in groupby(rows, _FIRST)}
        return [_with_roles(user, roles.get(user.user_id, ())) for user in users]

    def password_hash(self, user_id: int) -> str | None:
        """See the port."""
        found = sa.select(t.account.c.password_hash).where(t.account.c.id == user_id)
        with self._database.reading() as connection:
            return connection.execute(found).scalar_one_or_none()

    def roles(self) -> list[Role]:
        """See the port."""
        with self._database.reading_raw() as raw:
            found = _permissions(raw, None)
        return [Role(name=name, permissions=found[name]) for name in sorted(found)]

    def permissions_of(self, roles: Sequence[str]) -> frozenset[Permission]:
        """See the port. Kept until the accounts' revision is another."""
        names = tuple(sorted(set(roles)))
        if ADMIN in names:
            return ALL
        with self._database.reading_raw() as raw:
            revision = _revision(raw)
            kept = self._kept.get(names)
            if kept is not None and kept[0] == revision:
                return kept[1]
            found = _permissions(raw, names)
            dags = raw.rows(
                f"SELECT action, resource, dag_id FROM dag_permission WHERE role IN {marks(len(names))}",  # noqa: S608, E501 - only marks
                names,
            )
        answer = frozenset().union(*found.values()) | {
            Permission(Action(action), Resource(resource), dag_id)
            for action, resource, dag_id in dags
        }
        if len(self._kept) >= _KEPT_MAX:
            self._kept.clear()
        self._kept[names] = (revision, answer)
        return answer

    # -- sessions and tokens ----------------------------------------------------------------

    def session(self, key_hash: str) -> Session | None:
        """See the port."""
        with self._database.reading_raw() as raw:
            return next(iter(_SESSIONS.read(raw, "WHERE key_hash = ?", (key_hash,))), None)

    def sessions(self, user_id: int) -> list[Session]:
        """See the port."""
        with self._database.reading_raw() as raw:
            return _SESSIONS.read(raw, "WHERE account = ? ORDER BY created_at", (user_id,))

    def token(self, token_hash: str) -> ApiToken | None:
        """See the port."""
        with self._database.reading_raw() as raw:
            return next(iter(_TOKENS.read(raw, "WHERE token_hash = ?", (token_hash,))), None)

    def tokens(self, user_id: int | None = None) -> list[ApiToken]:
        """See the port."""
        where, values = ("", ()) if user_id is None else ("WHERE account = ? ", (user_id,))
        with self._database.reading_raw() as raw:
            return _TOKENS.read(raw, where + "ORDER BY created_at, id", values)

    def session_seen(self, key_hash: str, *, at: datetime) -> None:
        """See the port."""
        statement = "UPDATE web_session SET seen_at = ? WHERE key_hash = ?"
        self._database.retried_raw(lambda raw: raw.one(statement, (raw.moment(at), key_hash)))

    def token_used(self, token_id: str, *, at: datetime) -> None:
        """See the port."""
        statement = "UPDATE api_token SET last_used_at = ? WHERE id = ?"
        self._database.retried_raw(lambda raw: raw.one(statement, (raw.moment(at), token_id)))

    def forget_sessions(self, *, before: datetime) -> int:
        """See the port."""
        tokens = "DELETE FROM api_token WHERE kind = ? AND expires_at < ?"
        sessions = "DELETE FROM web_session WHERE expires_at < ?"
        return self._database.retried_raw(
            lambda raw: (
                raw.one(sessions, (raw.moment(before),))
                + raw.one(tokens, (TokenKind.LOGIN.value, raw.moment(before)))
            )
        )

    # -- failed logins ----------------------------------------------------------------------

    def try_login(
        self, subjects: Sequence[str], *, at: datetime, wait: Callable[[Failures], timedelta]
    ) -> timedelta:
        """See the port."""
        names = sorted(set(subjects))  # one order, so that two tries do not lock each other out

        def count(raw: Raw) -> timedelta:
            raw.one(_FORGET_OLD, (raw.moment(at - _FORGOTTEN_AFTER),))
            for name in names:
                raw.one(_FIRST_FAILURE, (name, raw.moment(at)))
            known = _FAILURES.read(raw, f"WHERE subject IN {marks(len(names))}", names)
            longest = max((wait(each) for each in known if each.count), default=timedelta())
            if longest <= timedelta():
                raw.many(_ONE_MORE, [(raw.moment(at), name) for name in names])
            return longest

        return self._database.retried_raw(count)

    def forget_failures(self, counted: Mapping[str, int | None]) -> None:
        """See the port."""

        def forget(raw: Raw) -> None:
            for subject, number in sorted(counted.items()):
                if number is None:
                    raw.one("DELETE FROM login_failure WHERE subject = ?", (subject,))
                else:
                    raw.one(_FEWER, (number, subject, number))

        self._database.retried_raw(forget)

    def failures(self, subjects: Sequence[str]) -> list[Failures]:
        """See the port."""
        where = f"WHERE count > 0 AND subject IN {marks(len(subjects))} ORDER BY subject"
        with self._database.reading_raw() as raw:
            return _FAILURES.read(raw, where, list(subjects))


_FIRST = itemgetter(0)
_ROLES_OF = "SELECT account, role FROM account_role "
_FORGET_OLD = "DELETE FROM login_failure WHERE last_at < ?"
_FIRST_FAILURE = (
    "INSERT INTO login_failure (subject, count, last_at) VALUES (?, 0, ?) "
    "ON CONFLICT (subject) DO UPDATE SET count = login_failure.count"  # locks the row
)
_ONE_MORE = "UPDATE login_failure SET count = count + 1, last_at = ? WHERE subject = ?"
_FEWER = "UPDATE login_failure SET count = count - ? WHERE subject = ? AND count >= ?"


def _with_roles(user: User, roles: Sequence[str]) -> User:
    return msgspec.structs.replace(user, roles=tuple(roles))


def _revision(raw: Raw) -> int:
    return int(next(iter(raw.rows(_REVISION, ())), (0,))[0])


def _permissions(raw: Raw, names: Sequence[str] | None) -> dict[str, frozenset[Permission]]:
    """Those of all roles, or of these: what is stored, else what every deployment has."""
    where = "" if names is None else f" WHERE name IN {marks(len(names))}"
    stored = raw.rows(f"SELECT name, permissions FROM role{where}", names or ())  # noqa: S608 - only marks
    found = dict(ROLES) if names is None else {n: ROLES[n] for n in names if n in ROLES}
    return found | {name: _decoded(text) for name, text in stored if name != ADMIN}


def _decoded(text: str) -> frozenset[Permission]:
    return frozenset(parse_permission(each) for each in decode_json(text, list[str]))
