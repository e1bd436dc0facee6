"""``narae version`` and ``narae info``."""

import os
import platform
import sys
from pathlib import Path

import click

from narae.bootstrap.info import VERSION
from narae.cli.output import output_option, show
from narae.config import load


@click.command()
def version() -> None:
    """Show the version."""
    click.echo(VERSION)


@click.command()
@output_option
def info(output: str) -> None:
    """Show the deployment and its environment, without secrets."""
    settings = load(os.environ)
    home = Path(settings.home)
    facts = {
        "version": VERSION,
        "executor": settings.core.executor,
        "home": settings.home,
        "dags_folder": settings.core.dags_folder,
        "database": settings.database.url.split("@")[-1],
        "base_log_folder": settings.logging.base_log_folder,
        "default_timezone": settings.core.default_timezone,
        "parallelism": settings.core.parallelism,
        "engine_runs": (home / "run" / "engine.sock").exists(),
        "python": platform.python_version(),
        "python_location": sys.executable,
        "os": platform.platform(),
        "processors": os.cpu_count(),
        "locale": os.environ.get("LANG", ""),
    }
    if output in {"json", "yaml"}:
        show([facts], output)
    else:
        show([{"name": k, "value": v} for k, v in facts.items()], output)
