"""Migrations: fresh, from the first revision, from the future; on SQLite and PostgreSQL."""

import re
import shutil
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from narae.engine.ports import RunQuery
from narae.storage import schema
from narae.storage.database import Database
from narae.storage.open import UnreachableError, open_store
from narae.storage.tables import metadata
from narae.testing import samples as s

SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("dag_run", recreate="auto") as batch:
        batch.add_column(sa.Column("extra", sa.Text(), nullable=False, server_default="-"))
        batch.alter_column("triggered_by", type_=sa.String(99), existing_type=sa.Text())
"""


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/narae.db"
    return str(request.getfixturevalue("empty_postgres"))


def _plain(values: Iterable[Any]) -> list[str]:
    return sorted(re.sub(r" at 0x[0-9a-f]+", "", repr(value)) for value in values)


def contents(url: str) -> Any:
    """Everything that the database says of itself, without names that it makes up."""
    database = Database(url)
    with database.reading() as connection:
        inspector = sa.inspect(connection)
        found: dict[str, Any] = {}
        for name in inspector.get_table_names():
            columns = [
                (c["name"], str(c["type"]), c["nullable"], str(c["default"]))
                for c in inspector.get_columns(name)
            ]
            found[name] = (
                columns,
                inspector.get_pk_constraint(name),
                _plain(inspector.get_foreign_keys(name)),
                _plain(inspector.get_indexes(name)),
                _plain(inspector.get_unique_constraints(name)),
                connection.execute(sa.text(f'SELECT * FROM "{name}"')).all(),
            )
        if database.is_sqlite:
            texts = connection.execute(sa.text("SELECT name, sql FROM sqlite_master"))
            found["sql"] = {n: re.sub(r"\s+", " ", text or "") for n, text in texts}
    database.close()
    return found


def run_migrations(url: str) -> None:
    database = Database(url)
    schema._upgrade(database, schema.MIGRATIONS)
    database.close()


def drop_everything(url: str) -> None:
    database = Database(url)
    with database.writing() as connection:
        metadata.drop_all(connection)
        connection.execute(sa.text("DROP TABLE alembic_version"))
    database.close()


def test_migrations_come_to_the_same_schema_as_the_tables(empty: str) -> None:
    schema.migrate(empty)
    at_once = contents(empty)
    drop_everything(empty)
    run_migrations(empty)
    assert contents(empty) == at_once
    assert schema.current(empty) == schema.HEAD


def test_alembic_finds_no_difference(empty: str) -> None:
    schema.migrate(empty)
    database = Database(empty)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    database.close()


def test_the_newest_revision_is_the_one_that_is_stamped() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [schema.HEAD]
    assert {r.revision for r in scripts.walk_revisions()} == set(schema.KNOWN)


def test_migrating_twice_changes_nothing(empty: str) -> None:
    assert schema.current(empty) is None
    with pytest.raises(schema.SchemaError, match="narae db migrate"):
        schema.check(empty)
    schema.migrate(empty)
    before = contents(empty)
    schema.migrate(empty)
    assert contents(empty) == before
    schema.check(empty)


def test_looking_at_a_database_does_not_make_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/home/narae.db"
    assert schema.current(url) is None
    with pytest.raises(schema.SchemaError, match="no tables yet"):
        open_store(url)
    assert list(tmp_path.iterdir()) == []


def test_processes_that_migrate_at_once_do_not_collide(empty: str) -> None:
    errors: list[Exception] = []

    def migrate() -> None:
        try:
            schema.migrate(empty)
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=migrate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    schema.check(empty)


def test_a_database_from_the_future_is_left_alone(empty: str) -> None:
    schema.migrate(empty)
    database = Database(empty)
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    for step in (schema.migrate, schema.check, open_store):
        with pytest.raises(schema.SchemaError, match=r"9999.*newer Narae"):
            step(empty)


def test_a_migration_that_rebuilds_a_table_keeps_its_children(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(empty, create=True)
    create = s.create(s.Samples().run())
    store.apply([create], now=s.NOON)
    store.close()
    scripts = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, scripts)
    (scripts / "versions" / "0002_second.py").write_text(SECOND)
    monkeypatch.setattr(schema, "MIGRATIONS", scripts)
    monkeypatch.setattr(schema, "HEAD", "0002")
    monkeypatch.setattr(schema, "KNOWN", ("0001", "0002"))
    schema.migrate(empty)
    store = open_store(empty)
    (run,) = store.runs(RunQuery(dag_id="sales"))
    assert len(store.instances(run.uid)) == 2
    store.close()


def test_a_fresh_home_is_ready_at_once(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/warm.db", create=True).close()
    before = time.process_time()
    open_store(f"sqlite:///{tmp_path}/new/narae.db", create=True).close()
    assert time.process_time() - before < 0.15


def test_a_database_that_is_away_is_said_in_words() -> None:
    url = "postgresql://narae:hush-hush@127.0.0.1:9/narae"
    with pytest.raises(
        UnreachableError, match=r"127.0.0.1:9/narae can't be opened: .*refused"
    ) as caught:
        open_store(url)
    assert "hush" not in str(caught.value)


def test_a_file_that_is_no_database_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match="can't be opened: unable to open database file"):
        open_store(f"sqlite:///{tmp_path}")


def test_a_connection_that_the_server_has_ended_is_replaced(
    empty_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("narae.storage.dialects._TRIED_AFTER_SECONDS", 0.0)
    store = open_store(empty_postgres, create=True)
    before = store.pools()
    with psycopg.connect(empty_postgres) as other:
        ended = other.execute(
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    assert ended == [(True,)]
    assert store.pools() == before
    store.close()
