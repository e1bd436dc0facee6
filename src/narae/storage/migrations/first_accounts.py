"""The tables of accounts in the first schema, as they were then."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

MOMENT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def add_accounts(metadata: sa.MetaData) -> None:
    """Adds them to the others."""
    add_people(metadata)
    add_rights(metadata)
    add_ways_in(metadata)


def add_people(metadata: sa.MetaData) -> None:
    sa.Table(
        "account",
        metadata,
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("username", NAME, nullable=False),
        sa.Column("email", NAME, nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("external", NAME),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("last_login_at", MOMENT),
        sa.Column("login_count", sa.Integer(), nullable=False),
        sa.Column("failed_login_count", sa.Integer(), nullable=False),
        sa.UniqueConstraint("username"),
        sa.UniqueConstraint("external"),
        sqlite_autoincrement=True,
    )

    sa.Table(
        "account_role",
        metadata,
        sa.Column(
            "account", NUMBER, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("role", NAME, primary_key=True),
        sa.Index("ix_account_role_role", "role"),
        sqlite_with_rowid=False,
    )

    # Roles of this deployment's own, and changed ones of those that every deployment has.


def add_rights(metadata: sa.MetaData) -> None:
    sa.Table(
        "role",
        metadata,
        sa.Column("name", NAME, primary_key=True),
        sa.Column("permissions", sa.Text(), nullable=False),
    )

    sa.Table(
        "dag_permission",
        metadata,
        sa.Column(
            "dag_id", NAME, sa.ForeignKey("dag.dag_id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("role", NAME, primary_key=True),
        sa.Column("action", sa.Text(), primary_key=True),
        sa.Column("resource", sa.Text(), primary_key=True),
        sa.Index("ix_dag_permission_role", "role"),
        sqlite_with_rowid=False,
    )


def add_ways_in(metadata: sa.MetaData) -> None:
    sa.Table(
        "web_session",
        metadata,
        sa.Column("key_hash", NAME, primary_key=True),
        sa.Column(
            "account", NUMBER, sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("address", sa.Text()),
        sa.Index("ix_web_session_account", "account"),
    )

    sa.Table(
        "api_token",
        metadata,
        sa.Column("id", NAME, primary_key=True),
        sa.Column("token_hash", NAME, nullable=False),
        sa.Column(
            "account", NUMBER, sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT),
        sa.Column("last_used_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
        sa.UniqueConstraint("token_hash"),
        sa.Index("ix_api_token_account", "account"),
    )

    sa.Table(
        "login_failure",
        metadata,
        sa.Column("subject", NAME, primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Index("ix_login_failure_last_at", "last_at"),
    )
