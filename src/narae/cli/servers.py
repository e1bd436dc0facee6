"""The commands that keep running: ``standalone`` and each of its components."""

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from narae.bootstrap.standalone import Component, Parent
from narae.config import Settings, load
from narae.errors import NaraeError

COMPONENT_NAMES = ("engine", "supervisor", "loader", "api")


def _set(environ: dict[str, str], name: str, value: object) -> None:
    if value is not None:
        environ[name] = str(value)


@click.command()
@click.option("--home", type=click.Path(), default=None, help="Home folder.")
@click.option("--dags", type=click.Path(), default=None, help="Folder of DAG files.")
@click.option("--host", default=None, help="Address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=None, help="0: any free port.")
@click.option("--no-examples", is_flag=True, help="Leave the example DAGs out.")
def standalone(
    home: str | None, dags: str | None, host: str | None, port: int | None, no_examples: bool
) -> None:
    """Run everything on this machine: API, engine, loader and local executor."""
    environ = dict(os.environ)
    _set(environ, "NARAE_HOME", home and Path(home).absolute())
    _set(environ, "NARAE__CORE__DAGS_FOLDER", dags and Path(dags).absolute())
    _set(environ, "NARAE__API__HOST", host)
    _set(environ, "NARAE__API__PORT", _free_port() if port == 0 else port)
    _set(environ, "NARAE__CORE__LOAD_EXAMPLES", "False" if no_examples else None)
    settings = load(environ)
    _run(settings, environ, COMPONENT_NAMES, ready_line=_ready_line(settings))


def _ready_line(settings: Settings) -> str:
    host, port = settings.api.host, settings.api.port
    shown = f"[{host}]" if ":" in host else host
    return (
        f"Narae is ready: http://{shown}:{port} "
        f"(DAGs: {settings.core.dags_folder}, home: {settings.home}); Ctrl-C stops it"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(
    settings: Settings, environ: Mapping[str, str], names: tuple[str, ...], *, ready_line: str
) -> None:
    home = Path(settings.home)
    _prepare(home)
    for words in settings.warnings:
        click.echo(f"Warning: {words}", err=True)
    parent = Parent(
        home=home,
        environ=environ,
        components=tuple(Component(name=name, arguments=(name,)) for name in names),
        say=lambda line: print(line, flush=True),
    )
    sys.exit(parent.run(ready_line=ready_line))


def _prepare(home: Path) -> None:
    """The parent stays small: it makes the folders itself rather than import the server."""
    try:
        for name in ("run", "logs/components"):
            (home / name).mkdir(parents=True, exist_ok=True)
        (home / "run" / ".probe").write_bytes(b"")
    except OSError as error:
        raise NaraeError(
            f"the home folder {home} can't be written: {error.strerror}. "
            "Set NARAE_HOME or --home to a folder of yours"
        ) from error


@click.command()
def scheduler() -> None:
    """Run the engine and the local executor."""
    settings = load(os.environ)
    line = f"The scheduler is ready (home: {settings.home}); Ctrl-C stops it"
    _run(settings, os.environ, ("engine", "supervisor"), ready_line=line)


@click.command("dag-processor")
def dag_processor() -> None:
    """Run the loader, which watches the DAG folder."""
    _one("loader")


@click.command("api-server")
@click.option("-H", "--host", default=None, help="Address to listen at.")
@click.option("-p", "--port", type=click.IntRange(1, 65535), default=None)
def api_server(host: str | None, port: int | None) -> None:
    """Run the HTTP server."""
    environ: dict[str, str] = {}
    _set(environ, "NARAE__API__HOST", host)
    _set(environ, "NARAE__API__PORT", port)
    os.environ.update(environ)
    _one("api")


@click.command(hidden=True)
@click.argument("name", type=click.Choice(COMPONENT_NAMES))
def component(name: str) -> None:
    """Run one component in this process: what ``standalone`` starts."""
    _one(name)


def _one(name: str) -> None:
    from setproctitle import setproctitle  # noqa: PLC0415 - see below

    # The parent of all components imports this module and must stay small.
    from narae.bootstrap.components import run_component  # noqa: PLC0415 - see above

    setproctitle(f"narae {name}")
    run_component(name, os.environ)
