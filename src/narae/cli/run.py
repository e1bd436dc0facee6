"""``narae run``, ``narae dags test`` and ``narae tasks test``: a DAG here and now."""

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from narae.bootstrap.local_run import LocalOutcome, LocalRun, run_locally
from narae.cli.values import JsonObject, Moment, in_zone
from narae.config import Settings, load
from narae.core.ids import UNMAPPED
from narae.core.run import Instance
from narae.core.states import RunState, TaskState
from narae.engine.errors import NotFound
from narae.errors import NaraeError
from narae.storage.schema import current

COLOURS = {
    TaskState.SUCCESS: "green",
    TaskState.FAILED: "red",
    TaskState.UPSTREAM_FAILED: "yellow",
    TaskState.SKIPPED: "magenta",
}
LEVEL_COLOURS = {"error": "red", "critical": "red", "warning": "yellow", "debug": "bright_black"}


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("date", type=Moment(), required=False)
@click.option("--dag-id", default=None, help="Which DAG, when the file has several.")
@click.option("-c", "--conf", type=JsonObject(), default=None, help="JSON object for the run.")
@click.option("--no-fork", is_flag=True, help="Run tasks in this process, for a debugger.")
@click.option("-q", "--quiet", is_flag=True, help="Only the states at the end.")
def run(
    file: Path,
    date: datetime | None,
    dag_id: str | None,
    conf: dict[str, Any] | None,
    no_fork: bool,
    quiet: bool,
) -> None:
    """Run a DAG file here and now, without any server. Exits with 1 when the run failed."""
    if not file.exists():
        raise NaraeError(f"there is no file {file}")
    full = file.absolute()
    _run(full.parent, full.name, dag_id, date, conf, fork=not no_fork, quiet=quiet)


@click.command()
@click.argument("dag_id")
@click.argument("date", metavar="EXECUTION_DATE", type=Moment(), required=False)
@click.option("-c", "--conf", type=JsonObject(), default=None, help="JSON object for the run.")
@click.option(
    "-S", "--subdir", type=click.Path(path_type=Path), default=None, help="File or folder."
)
@click.option("--no-fork", is_flag=True, help="Run tasks in this process, for a debugger.")
@click.option("-q", "--quiet", is_flag=True, help="Only the states at the end.")
def test_command(
    dag_id: str,
    date: datetime | None,
    conf: dict[str, Any] | None,
    subdir: Path | None,
    no_fork: bool,
    quiet: bool,
) -> None:
    """Run a DAG of the deployment here and now, without any server."""
    folder, file = _find(dag_id, subdir)
    _run(folder, file, dag_id, date, conf, fork=not no_fork, quiet=quiet)


@click.command()
@click.argument("dag_id")
@click.argument("task_id")
@click.argument("date", metavar="EXECUTION_DATE_OR_RUN_ID", type=Moment(), required=False)
@click.option("-t", "--task-params", "params", type=JsonObject(), default=None)
@click.option(
    "-S", "--subdir", type=click.Path(path_type=Path), default=None, help="File or folder."
)
@click.option("--env-vars", type=JsonObject(), default=None)
@click.option("-m", "--post-mortem", is_flag=True, help="Run in this process, for a debugger.")
def task_test_command(
    dag_id: str,
    task_id: str,
    date: datetime | None,
    params: dict[str, Any] | None,
    subdir: Path | None,
    env_vars: dict[str, Any] | None,
    post_mortem: bool,
) -> None:
    """Run one task here and now, whatever it depends on. Nothing is recorded."""
    os.environ.update({name: str(value) for name, value in (env_vars or {}).items()})
    folder, file = _find(dag_id, subdir)
    _run(folder, file, dag_id, date, params, fork=not post_mortem, quiet=False, task_id=task_id)


def _find(dag_id: str, subdir: Path | None) -> tuple[Path, str]:
    """Folder and file of a DAG: where the deployment knows it, or by looking."""
    settings = load(os.environ)
    if subdir is not None and subdir.is_file():
        full = subdir.absolute()
        return full.parent, full.name
    if subdir is None and (known := _known(settings, dag_id)):
        return known
    return _looked_for(subdir or Path(settings.core.dags_folder), dag_id)


def _known(settings: Settings, dag_id: str) -> tuple[Path, str] | None:
    from narae.bootstrap.deployment import store_of  # noqa: PLC0415 - not every test has a database

    url = settings.database.url
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        return None
    if current(url) is None:
        return None
    store = store_of(settings)
    try:
        rows = [row for row in store.dags([dag_id]) if not row.is_stale]
    finally:
        store.close()
    return (Path(rows[0].folder), rows[0].file) if rows else None


def _looked_for(folder: Path, dag_id: str) -> tuple[Path, str]:
    from narae.loader.local import parse_folder  # noqa: PLC0415 - only an unknown DAG is looked for

    known: list[str] = []
    for parsed in parse_folder(folder):
        known += [dag.dag_id for dag in parsed.dags]
        if dag_id in known:
            return folder, parsed.file
    raise NotFound(f"DAG in {folder}", dag_id, among=known)


def _run(
    folder: Path,
    file: str,
    dag_id: str | None,
    date: datetime | None,
    conf: dict[str, Any] | None,
    *,
    fork: bool,
    quiet: bool,
    task_id: str | None = None,
) -> None:
    settings = load(os.environ)
    outcome = run_locally(
        settings,
        LocalRun(
            folder=folder,
            file=file,
            dag_id=dag_id,
            task_id=task_id,
            conf=conf or {},
            logical_date=in_zone(date, settings.core.default_timezone) if date else None,
            fork=fork,
            log=_keep_quiet if quiet else _print_line,
        ),
    )
    _summary(outcome)
    sys.exit(0 if outcome.run.state is RunState.SUCCESS else 1)


def _keep_quiet(line: bytes) -> None:
    del line


def _print_line(line: bytes) -> None:
    try:
        entry = json.loads(line)
    except ValueError:
        click.echo(line, nl=False)
        return
    level = str(entry.get("level", "info"))
    moment = str(entry.get("timestamp", ""))[11:23]
    event = click.style(str(entry.get("event", "")), fg=LEVEL_COLOURS.get(level))
    click.echo(f"{click.style(moment, dim=True)} {level:<7} {event}")
    if entry.get("error_detail") or entry.get("traceback"):
        click.echo(entry.get("traceback") or entry["error_detail"])


def _summary(outcome: LocalOutcome) -> None:
    run = outcome.run
    click.echo()
    for row in sorted(outcome.instances, key=lambda i: (i.ended_at is None, i.ended_at, i.task_id)):
        state = click.style(f"{row.state.value:<16}", fg=COLOURS.get(row.state))
        click.echo(f"{state}{_name(row)}{_tries(row)}")
    colour = "green" if run.state is RunState.SUCCESS else "red"
    words = f" ({run.reason})" if run.reason and run.state is RunState.FAILED else ""
    click.echo(click.style(f"{run.dag_id} {run.run_id}: {run.state.value}{words}", fg=colour))


def _name(row: Instance) -> str:
    if row.map_index == UNMAPPED:
        return row.task_id
    return f"{row.task_id}[{row.label or '.'.join(map(str, row.path)) or row.map_index}]"


def _tries(row: Instance) -> str:
    return f" (try {row.try_number})" if row.try_number > 1 else ""
