"""``narae dags versions``, ``code`` and ``diff``: what a DAG's code was, is and has become."""

import sys
from itertools import pairwise
from pathlib import Path

import click

from narae.bootstrap.deployment import Deployment, open_deployment
from narae.cli.output import output_option, show
from narae.cli.values import run_named
from narae.code_store import CodeStore
from narae.engine.actions import find_dag
from narae.engine.versions import (
    DagVersion,
    difference,
    files_of,
    find_version,
    is_known,
    shown,
    source_of,
    versions_of,
)
from narae.errors import NaraeError

SPEC_CHANGED = "spec changed"
ONLY_CODE = "only code"
OTHER_FILES = "other files of the folder"
UNPINNED = "not pinned"
GONE = "code is gone"


@click.command("versions")
@click.argument("dag_id")
@output_option
def versions_command(dag_id: str, output: str) -> None:
    """List the versions of a DAG: since when, what changed, how many runs each has."""
    with open_deployment() as deployment:
        code = CodeStore(deployment.home)
        versions = versions_of(deployment.store, dag_id)
        pairs = [(None, versions[0]), *pairwise(versions)] if versions else []
        rows = [shown(new, what=_what(code, old, new)) for old, new in pairs]
    show(rows, output)


def _what(code: CodeStore, before: DagVersion | None, after: DagVersion) -> str:
    if not after.code_version:
        return UNPINNED
    if after.spec_changed:
        return SPEC_CHANGED
    if not is_known(code, after):
        return GONE
    if before is None or not is_known(code, before):
        return ONLY_CODE
    old, new = (files_of(code, v.code_version, v.file) for v in (before, after))
    return ONLY_CODE if old != new else OTHER_FILES


@click.command("code")
@click.argument("dag_id")
@click.option("--version", "version", default=None, help="Its number, or how its hash begins.")
@click.option("--run", "run", default=None, help="A run id or logical date: the run's version.")
def code_command(dag_id: str, version: str | None, run: str | None) -> None:
    """Print a DAG's file: as it is now, in a version, or as a run sees it."""
    if version is not None and run is not None:
        raise click.UsageError("give --version or --run, not both")
    with open_deployment() as deployment:
        chosen = _chosen(deployment, dag_id, version, run)
        click.echo(_source(deployment, dag_id, chosen), nl=False)


def _chosen(
    deployment: Deployment, dag_id: str, version: str | None, run: str | None
) -> DagVersion:
    versions = versions_of(deployment.store, dag_id)
    if version is not None:
        return find_version(versions, dag_id, version)
    if run is not None:
        found = run_named(deployment, dag_id, run)
        key = (found.spec_id, found.code_version)
    else:
        row = find_dag(deployment.store, dag_id)
        key = (row.spec_id, row.code_version)
    return next(v for v in versions if (v.spec_id, v.code_version) == key)


def _source(deployment: Deployment, dag_id: str, version: DagVersion) -> str:
    if not version.code_version:
        place = Path(find_dag(deployment.store, dag_id).folder, version.file)
        try:
            return place.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise NaraeError(f"{place} can't be read: {error.strerror}") from error
    text = source_of(CodeStore(deployment.home), version.code_version, version.file)
    if text is None:
        raise _gone(version)
    return text


def _gone(version: DagVersion) -> NaraeError:
    return NaraeError(
        f"the code of version {version.number} ({version.code_version[:12] or UNPINNED}) is not "
        "kept on this machine"
    )


@click.command("diff")
@click.argument("dag_id")
@click.argument("before", metavar="V1")
@click.argument("after", metavar="V2")
def diff_command(dag_id: str, before: str, after: str) -> None:
    """Show what changed between two versions, in the DAG's file and in what it imports.

    Exits with 1 when there is a difference, as diff does.
    """
    with open_deployment() as deployment:
        versions = versions_of(deployment.store, dag_id)
        old, new = (find_version(versions, dag_id, text) for text in (before, after))
        code = CodeStore(deployment.home)
        for version in (old, new):
            if not is_known(code, version):
                raise _gone(version)
        lines = difference(code, old, new)
    for line in lines:
        click.echo(line)
    sys.exit(1 if lines else 0)
