"""``narae db``."""

import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import click

from narae.bootstrap.home import prepare_home
from narae.cli.groups import NearestGroup
from narae.cli.output import output_option, show
from narae.cli.values import Moment, in_zone
from narae.config import Settings, load
from narae.errors import NaraeError
from narae.storage import cleaning, schema


@click.group(cls=NearestGroup)
def db() -> None:
    """Create, check, migrate and clean the metadata database."""


def _settings() -> Settings:
    settings = load(os.environ)
    prepare_home(Path(settings.home))
    return settings


def _migrate() -> None:
    settings = _settings()
    schema.migrate(settings.database.url)
    click.echo(f"The database is at revision {schema.HEAD}")


@db.command()
def migrate() -> None:
    """Create the tables, or bring them up to date."""
    _migrate()


@db.command(hidden=True)
def init() -> None:
    """The same as migrate (Airflow's older name)."""
    _migrate()


@db.command(hidden=True)
def upgrade() -> None:
    """The same as migrate (Airflow's older name)."""
    _migrate()


@db.command()
@click.option("--retry", type=click.IntRange(min=0), default=0, help="How often to try again.")
@click.option("--retry-delay", type=click.IntRange(min=1), default=1, help="Seconds between.")
def check(retry: int, retry_delay: int) -> None:
    """Check that the database can be reached. Exits with 1 when it can't."""
    url = _settings().database.url
    for left in range(retry, -1, -1):
        try:
            schema.current(url)
        except Exception as error:
            if left == 0:
                raise NaraeError(f"the database can't be reached: {error}") from error
            time.sleep(retry_delay)
        else:
            click.echo("Connection successful.")
            return


@db.command("check-migrations")
@click.option("-t", "--migration-wait-timeout", "seconds", type=int, default=60, show_default=True)
def check_migrations(seconds: int) -> None:
    """Wait until the database is at this Narae's revision. Exits with 1 when it is not."""
    url = _settings().database.url
    deadline = time.monotonic() + seconds
    while True:
        try:
            schema.check(url)
        except schema.SchemaError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(1)
        else:
            click.echo(f"The database is at revision {schema.HEAD}")
            return


@db.command()
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
@click.option("-s", "--skip-init", is_flag=True, help="Leave the database empty.")
def reset(yes: bool, skip_init: bool) -> None:
    """Drop everything and, unless told not to, create the tables anew."""
    settings = _settings()
    if not yes:
        click.confirm(f"Drop all of Narae's tables in {settings.database.url}?", abort=True)
    schema.reset(settings.database.url)
    if not skip_init:
        schema.migrate(settings.database.url)
    click.echo("The database was reset")


@db.command()
@click.option("--clean-before-timestamp", "before", type=Moment(), required=True)
@click.option("-t", "--tables", default=None, help="Comma list; all that can be cleaned.")
@click.option("--dry-run", is_flag=True, help="Only count.")
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
@click.option("--skip-archive", is_flag=True, hidden=True)
@output_option
def clean(
    before: datetime, tables: str | None, dry_run: bool, yes: bool, skip_archive: bool, output: str
) -> None:
    """Delete ended runs and what belongs to them from before a moment."""
    del skip_archive
    settings = _settings()
    moment = in_zone(before, settings.core.default_timezone)
    names = [t.strip() for t in tables.split(",")] if tables else None
    counted = cleaning.clean(settings.database.url, before=moment, tables=names, dry_run=True)
    if not dry_run:
        if not yes:
            rows = sum(counted.values())
            click.confirm(f"Delete {rows} rows from before {moment.isoformat()}?", abort=True)
        counted = cleaning.clean(settings.database.url, before=moment, tables=names, dry_run=False)
    show([{"table": name, "rows": count} for name, count in counted.items()], output)


@db.command()
def shell() -> None:
    """Open the database's own shell (sqlite3 or psql)."""
    command = schema.shell_command(_settings().database.url)
    try:
        sys.exit(subprocess.call(command))  # noqa: S603 - the user asked for this shell
    except FileNotFoundError as error:
        raise NaraeError(f"{command[0]!r} is not installed") from error
