"""What each change of accounts means for the tables."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from narae.accounts.ports import (
    AddSession,
    AddToken,
    DeleteRole,
    DeleteUser,
    EndSession,
    EndSessions,
    LoggedIn,
    Permission,
    PutRole,
    PutUser,
    RevokeToken,
    TokenKind,
    User,
    access_control_permissions,
    permission_text,
)
from narae.core.codec import encode_json
from narae.core.spec import DagSpec
from narae.storage import account_tables as t
from narae.storage.tables import counter
from narae.storage.upsert import upsert

RIGHTS: tuple[type[Any], ...] = (PutUser, DeleteUser, PutRole, DeleteRole)
"""Changes after which somebody may do something else than before."""


def bump(connection: sa.Connection) -> int:
    """The accounts' next revision. Its row stays locked until the transaction ends."""
    sql = _SQL[connection.dialect.name]
    first = sql.insert(counter).values(name="accounts", value=1)
    more = first.on_conflict_do_update(index_elements=["name"], set_={"value": counter.c.value + 1})
    return int(connection.execute(more.returning(counter.c.value)).scalar_one())


_SQL: MappingProxyType[str, Any] = MappingProxyType({"postgresql": postgresql, "sqlite": sqlite})


def _put_user(connection: sa.Connection, change: PutUser) -> None:
    user = change.user
    values = {
        **{name: getattr(user, name) for name in _USER_FIELDS},
        **({"password_hash": change.password_hash} if change.password_hash else {}),
    }
    if user.user_id == 0:
        insert = t.account.insert().values(**values).returning(t.account.c.id)
        user_id = int(connection.execute(insert).scalar_one())
    else:
        user_id = user.user_id
        update = t.account.update().where(t.account.c.id == user_id)
        connection.execute(update.values(**values))
    c = t.account_role.c
    connection.execute(t.account_role.delete().where(c.account == user_id))
    rows = [{"account": user_id, "role": name} for name in sorted(set(user.roles))]
    if rows:
        connection.execute(t.account_role.insert(), rows)


_USER_FIELDS = tuple(f for f in User.__struct_fields__ if f not in {"user_id", "roles"})


def _delete_user(connection: sa.Connection, change: DeleteUser) -> None:
    connection.execute(t.account.delete().where(t.account.c.id == change.user_id))


def _put_role(connection: sa.Connection, change: PutRole) -> None:
    texts = sorted(permission_text(each) for each in change.role.permissions)
    values = {"name": change.role.name, "permissions": encode_json(texts).decode()}
    connection.execute(upsert(connection, t.role, values))


def _delete_role(connection: sa.Connection, change: DeleteRole) -> None:
    connection.execute(t.role.delete().where(t.role.c.name == change.name))
    connection.execute(t.account_role.delete().where(t.account_role.c.role == change.name))


def _add_session(connection: sa.Connection, change: AddSession) -> None:
    values = msgspec.structs.asdict(change.session)
    values["account"] = values.pop("user_id")
    connection.execute(t.web_session.insert().values(**values))


def _end_session(connection: sa.Connection, change: EndSession) -> None:
    c = t.web_session.c
    connection.execute(t.web_session.delete().where(c.key_hash == change.key_hash))


def _end_sessions(connection: sa.Connection, change: EndSessions) -> None:
    sessions, tokens = t.web_session.c, t.api_token.c
    connection.execute(
        t.web_session.delete().where(
            sessions.account == change.user_id, sessions.key_hash != (change.keep or "")
        )
    )
    connection.execute(
        t.api_token.update()
        .where(
            tokens.account == change.user_id,
            tokens.kind == TokenKind.LOGIN.value,
            tokens.revoked_at.is_(None),
        )
        .values(revoked_at=change.at)
    )


def _add_token(connection: sa.Connection, change: AddToken) -> None:
    values = msgspec.structs.asdict(change.token) | {"token_hash": change.token_hash}
    values |= {"id": values.pop("token_id"), "account": values.pop("user_id")}
    values["kind"] = change.token.kind.value
    connection.execute(t.api_token.insert().values(**values))


def _revoke_token(connection: sa.Connection, change: RevokeToken) -> None:
    c = t.api_token.c
    connection.execute(
        t.api_token.update()
        .where(c.id == change.token_id, c.revoked_at.is_(None))
        .values(revoked_at=change.at)
    )


def _logged_in(connection: sa.Connection, change: LoggedIn) -> None:
    c = t.account.c
    values: dict[str, Any] = (
        {"failed_login_count": c.failed_login_count + 1}
        if change.failed
        else {
            "login_count": c.login_count + 1,
            "failed_login_count": 0,
            "last_login_at": change.at,
        }
    )
    connection.execute(t.account.update().where(c.id == change.user_id).values(**values))


HOW: MappingProxyType[type[Any], Callable[[sa.Connection, Any], None]] = MappingProxyType(
    {
        PutUser: _put_user,
        DeleteUser: _delete_user,
        PutRole: _put_role,
        DeleteRole: _delete_role,
        AddSession: _add_session,
        EndSession: _end_session,
        EndSessions: _end_sessions,
        AddToken: _add_token,
        RevokeToken: _revoke_token,
        LoggedIn: _logged_in,
    }
)
"""Kind of change -> how it is carried out."""


def replace_dag_permissions(connection: sa.Connection, spec: DagSpec, *, new: bool) -> None:
    """Keeps what a DAG's ``access_control`` gives; nothing is written when it is as it was."""
    table, c = t.dag_permission, t.dag_permission.c
    wanted = _wanted(spec)
    if new and not wanted:
        return
    before = sa.select(c.role, c.action, c.resource).where(c.dag_id == spec.dag_id)
    known = sorted(tuple(row) for row in connection.execute(before))
    if wanted == known:
        return
    connection.execute(table.delete().where(c.dag_id == spec.dag_id))
    rows = [
        {"dag_id": spec.dag_id, "role": role, "action": action, "resource": resource}
        for role, action, resource in wanted
    ]
    if rows:
        connection.execute(table.insert(), rows)
    bump(connection)


def forget_dag_permissions(connection: sa.Connection, dag_id: str) -> None:
    """Takes them away with the DAG."""
    c = t.dag_permission.c
    gone = connection.execute(t.dag_permission.delete().where(c.dag_id == dag_id))
    if gone.rowcount:
        bump(connection)


def _wanted(spec: DagSpec) -> list[tuple[str, str, str]]:
    given: dict[str, frozenset[Permission]] = access_control_permissions(
        spec.access_control, spec.dag_id
    )
    return sorted(
        (role, permission.action.value, permission.resource.value)
        for role, permissions in given.items()
        for permission in permissions
    )
