"""The schema's revision: made, raised and checked. Alembic is loaded only when it has to work."""

from pathlib import Path

import sqlalchemy as sa

from narae.errors import NaraeError
from narae.storage.account_tables import metadata
from narae.storage.database import Database
from narae.storage.dialects import parse_url
from narae.storage.tables import counter, pool

HEAD = "0001"
"""The newest revision in ``migrations/versions``."""
KNOWN = ("0001",)
"""All revisions, oldest first."""
MIGRATIONS = Path(__file__).parent / "migrations"

_LOCK = 0x6E617262
"""PostgreSQL's advisory lock: of several processes that migrate, one does."""


class SchemaError(NaraeError):
    """The database's schema is not the one that this Narae works with."""


def migrate(url: str) -> None:
    """Brings the database at ``url`` to :data:`HEAD`; an empty one gets all tables at once.

    May be called by several processes at once. :class:`SchemaError` when the database was
    made by a newer Narae.
    """
    database = Database(url)
    if database.is_sqlite:
        Path(database.url.database or "").parent.mkdir(parents=True, exist_ok=True)
    try:
        with database.writing() as connection:
            if not database.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            revision = _revision(connection)
            if revision == HEAD:
                return
            _refuse_newer(revision)
            if revision is None:
                _create(connection)
                return
        _upgrade(database, MIGRATIONS)
    finally:
        database.close()


def current(url: str) -> str | None:
    """The revision that the database is at; None when it has no tables, or is not there."""
    database = Database(url)
    if database.is_sqlite and not Path(database.url.database or "").exists():
        return None  # looking must not make it
    try:
        with database.reading() as connection:
            return _revision(connection)
    finally:
        database.close()


def check(url: str) -> None:
    """Raises :class:`SchemaError` unless the database is at :data:`HEAD`."""
    check_revision(current(url))


def check_revision(revision: str | None) -> None:
    """Raises :class:`SchemaError`, saying what to do, unless ``revision`` is :data:`HEAD`."""
    if revision == HEAD:
        return
    _refuse_newer(revision)
    state = "has no tables yet" if revision is None else f"is at revision {revision}"
    raise SchemaError(f"the database {state}, this Narae needs {HEAD}: run `narae db migrate`")


def _refuse_newer(revision: str | None) -> None:
    if revision is not None and revision not in KNOWN:
        raise SchemaError(
            f"the database is at revision {revision}, which this Narae does not know: "
            f"a newer Narae has migrated it (newest known here: {HEAD})"
        )


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version"))
    return found.scalar_one_or_none()


def _create(connection: sa.Connection) -> None:
    """What the migrations would come to, in one go; a test holds the two together."""
    metadata.create_all(connection, checkfirst=False)
    connection.execute(
        pool.insert().values(
            name="default_pool", slots=128, description="Default pool", include_deferred=False
        )
    )
    connection.execute(counter.insert().values(name="backfill", value=0))
    version = sa.Table("alembic_version", sa.MetaData(), *_version_columns())
    version.create(connection)
    connection.execute(version.insert().values(version_num=HEAD))


def _version_columns() -> list[sa.schema.SchemaItem]:
    """As Alembic itself makes them."""
    return [
        sa.Column("version_num", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
    ]


def _upgrade(database: Database, scripts: Path) -> None:
    from alembic import command  # noqa: PLC0415 - heavy, and only an old database needs it
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    with database.writing(foreign_keys=False) as connection:
        if not database.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if database.is_sqlite:
            _refuse_orphans(connection)


def _refuse_orphans(connection: sa.Connection) -> None:
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        tables = ", ".join(sorted({row[0] for row in orphans}))
        raise SchemaError(f"the migration would leave rows without their parents in {tables}")


def reset(url: str) -> None:
    """Drops all of our tables, and with them all that is stored."""
    database = Database(url)
    try:
        with database.writing(foreign_keys=False) as connection:
            metadata.drop_all(connection)
            connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))
    finally:
        database.close()


def shell_command(url: str) -> list[str]:
    """The command that opens the database's own shell."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return ["sqlite3", str(parsed.database)]
    plain = parsed.set(drivername="postgresql")
    return ["psql", plain.render_as_string(hide_password=False)]
