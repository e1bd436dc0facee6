"""The command line: Airflow's nouns and verbs, and a few of our own. One file a noun."""

import importlib
import os
import sys
from collections.abc import Sequence

import click

from narae.cli.groups import NearestGroup
from narae.config.places import ConfigError
from narae.errors import NaraeError

COMMANDS: dict[str, tuple[str, str]] = {
    "standalone": ("narae.cli.servers:standalone", "Run everything on this machine"),
    "scheduler": ("narae.cli.servers:scheduler", "Run the engine and the local executor"),
    "dag-processor": ("narae.cli.servers:dag_processor", "Run the loader of DAG files"),
    "api-server": ("narae.cli.servers:api_server", "Run the HTTP server"),
    "component": ("narae.cli.servers:component", ""),
    "run": ("narae.cli.run:run", "Run a DAG file here and now, without any server"),
    "simulate": ("narae.cli.simulate:simulate", "Show what would run when, over a year"),
    "dags": ("narae.cli.dags:dags", "List, trigger, pause, test and inspect DAGs"),
    "tasks": ("narae.cli.tasks:tasks", "Inspect, clear and test task instances"),
    "backfill": ("narae.cli.backfills:backfill", "Run a DAG over a stretch of its past"),
    "db": ("narae.cli.db:db", "Create, check, migrate and clean the metadata database"),
    "variables": ("narae.cli.variables:variables", "Manage variables"),
    "connections": ("narae.cli.connections:connections", "Manage connections"),
    "pools": ("narae.cli.pools:pools", "Manage pools"),
    "users": ("narae.cli.users:users", "Manage users"),
    "roles": ("narae.cli.roles:roles", "Manage roles and what they may do"),
    "tokens": ("narae.cli.tokens:tokens", "Manage bearer tokens of programs"),
    "sync-perm": ("narae.cli.roles:sync_perm", ""),
    "rotate-fernet-key": (
        "narae.cli.rotate_fernet_key:rotate_fernet_key",
        "Encrypt all secrets with a new key",
    ),
    "config": ("narae.cli.config:config", "Show settings and where they come from"),
    "version": ("narae.cli.info:version", "Show the version"),
    "info": ("narae.cli.info:info", "Show the deployment and its environment"),
}
"""Command -> (where it is, its line in the help). Loaded when called: start-up stays short."""

HIDDEN = frozenset({"component", "sync-perm"})


class LazyGroup(NearestGroup):
    """A group that imports a command's module only to run it or to show its help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        del ctx
        return [name for name in COMMANDS if name not in HIDDEN]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the module of ``cmd_name``."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101 - the table is ours
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands from the table, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", type=click.Path(), help="Home folder (default: $NARAE_HOME or ~/narae).")
def root(home: str | None) -> None:
    """Narae runs DAGs: Airflow's files, in milliseconds, and says why a task waits."""
    if home is not None:
        os.environ["NARAE_HOME"] = os.path.abspath(home)  # noqa: PTH100 - keeps links as given


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and exits: 0 done, 1 failed, 2 wrong usage."""
    try:
        root.main(args=None if arguments is None else list(arguments), prog_name="narae")
    except (NaraeError, ConfigError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
