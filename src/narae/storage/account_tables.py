"""The tables of accounts. As private to storage as :mod:`narae.storage.tables`.

Passwords, tokens and the keys of sessions are kept as hashes alone.
"""

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from narae.storage.tables import Moment, metadata

__all__ = [
    "account",
    "account_role",
    "api_token",
    "dag_permission",
    "login_failure",
    "metadata",
    "role",
    "web_session",
]


def _name() -> TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _number() -> TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


account = sa.Table(
    "account",
    metadata,
    sa.Column("id", _number(), primary_key=True, autoincrement=True),
    sa.Column("username", _name(), nullable=False),
    sa.Column("email", _name(), nullable=False),
    sa.Column("first_name", sa.Text(), nullable=False),
    sa.Column("last_name", sa.Text(), nullable=False),
    sa.Column("password_hash", sa.Text()),
    sa.Column("is_active", sa.Boolean(), nullable=False),
    sa.Column("external", _name()),
    sa.Column("created_at", Moment(), nullable=False),
    sa.Column("changed_at", Moment(), nullable=False),
    sa.Column("last_login_at", Moment()),
    sa.Column("login_count", sa.Integer(), nullable=False),
    sa.Column("failed_login_count", sa.Integer(), nullable=False),
    sa.UniqueConstraint("username"),
    sa.UniqueConstraint("external"),
    sqlite_autoincrement=True,
)

account_role = sa.Table(
    "account_role",
    metadata,
    sa.Column(
        "account", _number(), sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("role", _name(), primary_key=True),
    sa.Index("ix_account_role_role", "role"),
    sqlite_with_rowid=False,
)

# Roles of this deployment's own, and changed ones of those that every deployment has.
role = sa.Table(
    "role",
    metadata,
    sa.Column("name", _name(), primary_key=True),
    sa.Column("permissions", sa.Text(), nullable=False),
)

dag_permission = sa.Table(
    "dag_permission",
    metadata,
    sa.Column("dag_id", _name(), sa.ForeignKey("dag.dag_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("role", _name(), primary_key=True),
    sa.Column("action", sa.Text(), primary_key=True),
    sa.Column("resource", sa.Text(), primary_key=True),
    sa.Index("ix_dag_permission_role", "role"),
    sqlite_with_rowid=False,
)

web_session = sa.Table(
    "web_session",
    metadata,
    sa.Column("key_hash", _name(), primary_key=True),
    sa.Column(
        "account", _number(), sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("csrf", sa.Text(), nullable=False),
    sa.Column("created_at", Moment(), nullable=False),
    sa.Column("seen_at", Moment(), nullable=False),
    sa.Column("expires_at", Moment(), nullable=False),
    sa.Column("address", sa.Text()),
    sa.Index("ix_web_session_account", "account"),
)

api_token = sa.Table(
    "api_token",
    metadata,
    sa.Column("id", _name(), primary_key=True),
    sa.Column("token_hash", _name(), nullable=False),
    sa.Column(
        "account", _number(), sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("scope", sa.Text(), nullable=False),
    sa.Column("created_at", Moment(), nullable=False),
    sa.Column("expires_at", Moment()),
    sa.Column("last_used_at", Moment()),
    sa.Column("revoked_at", Moment()),
    sa.UniqueConstraint("token_hash"),
    sa.Index("ix_api_token_account", "account"),
)

login_failure = sa.Table(
    "login_failure",
    metadata,
    sa.Column("subject", _name(), primary_key=True),
    sa.Column("count", sa.Integer(), nullable=False),
    sa.Column("last_at", Moment(), nullable=False),
    sa.Index("ix_login_failure_last_at", "last_at"),
)
