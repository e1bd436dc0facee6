"""``narae pools``."""

import json
from pathlib import Path
from typing import Any

import click

from narae.bootstrap.deployment import Deployment, open_deployment
from narae.cli.files import read_mapping
from narae.cli.groups import NearestGroup
from narae.cli.output import output_option, show
from narae.core.run import Pool
from narae.engine.actions import pools as changes
from narae.engine.errors import NotFound
from narae.errors import NaraeError

UNLIMITED = -1


def _row(pool: Pool) -> dict[str, Any]:
    return {
        "pool": pool.name,
        "slots": pool.slots,
        "description": pool.description,
        "include_deferred": pool.include_deferred,
    }


@click.group(cls=NearestGroup)
def pools() -> None:
    """Manage pools: named numbers of slots that tasks share."""


@pools.command("list")
@output_option
def list_(output: str) -> None:
    """List all pools."""
    with open_deployment() as deployment:
        show([_row(p) for p in deployment.store.pools()], output)


@pools.command()
@click.argument("name", metavar="POOL")
@output_option
def get(name: str, output: str) -> None:
    """Show one pool."""
    with open_deployment() as deployment:
        show([_row(_find(deployment, name))], output)


def _find(deployment: Deployment, name: str) -> Pool:
    found = {pool.name: pool for pool in deployment.store.pools()}
    if name not in found:
        raise NotFound("pool", name, among=found)
    return found[name]


@pools.command("set")
@click.argument("name", metavar="POOL")
@click.argument("slots", type=click.IntRange(min=UNLIMITED))
@click.argument("description")
@click.option("--include-deferred", is_flag=True, help="Deferred tasks hold their slots too.")
@output_option
def set_(name: str, slots: int, description: str, include_deferred: bool, output: str) -> None:
    """Create a pool, or change it. -1 slots: without limit."""
    pool = Pool(name=name, slots=slots, description=description, include_deferred=include_deferred)
    with open_deployment() as deployment:
        changes.put(deployment.act(), pool)
    show([_row(pool)], output)


@pools.command()
@click.argument("name", metavar="POOL")
def delete(name: str) -> None:
    """Delete a pool."""
    with open_deployment() as deployment:
        changes.delete(deployment.act(), name)
    click.echo(f"Pool {name} deleted")


@pools.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def import_(file: Path) -> None:
    """Import pools from a JSON file: name -> {slots, description, include_deferred}."""
    found = [_imported(file, name, value) for name, value in read_mapping(file).items()]
    with open_deployment() as deployment:
        act = deployment.act()
        for pool in found:
            changes.put(act, pool)
    click.echo(f"{len(found)} pools imported from {file}")


def _imported(file: Path, name: str, value: Any) -> Pool:
    slots = value.get("slots") if isinstance(value, dict) else None
    if not isinstance(slots, int) or isinstance(slots, bool) or slots < UNLIMITED:
        raise NaraeError(f'{file}: pool {name!r} must look like {{"slots": 5, "description": ""}}')
    return Pool(
        name=name,
        slots=slots,
        description=str(value.get("description", "")),
        include_deferred=bool(value.get("include_deferred", False)),
    )


@pools.command()
@click.argument("file", type=click.Path(path_type=Path))
def export(file: Path) -> None:
    """Export all pools to a JSON file."""
    with open_deployment() as deployment:
        found = deployment.store.pools()
    body = {
        p.name: {
            "slots": p.slots,
            "description": p.description,
            "include_deferred": p.include_deferred,
        }
        for p in found
    }
    file.write_text(json.dumps(body, ensure_ascii=False, indent=4) + "\n", encoding="utf-8")
    click.echo(f"{len(found)} pools exported to {file}")
