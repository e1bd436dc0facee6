"""``narae variables``."""

import json
from pathlib import Path
from typing import Any

import click

from narae.bootstrap.deployment import open_deployment
from narae.cli.files import read_mapping
from narae.cli.groups import NearestGroup
from narae.cli.output import output_option, show
from narae.engine.actions import delete_variable, put_variables
from narae.engine.ports import VariableRow
from narae.errors import NaraeError


@click.group(cls=NearestGroup)
def variables() -> None:
    """Manage variables."""


@variables.command("list")
@output_option
def list_(output: str) -> None:
    """List the keys of all variables."""
    with open_deployment() as deployment:
        show([{"key": row.key} for row in deployment.store.variables()], output)


@variables.command()
@click.argument("key")
@click.option("-j", "--json", "as_json", is_flag=True, help="The value is JSON: print it so.")
@click.option("-d", "--default", default=None, help="Print this when there is none.")
def get(key: str, as_json: bool, default: str | None) -> None:
    """Print a variable's value."""
    with open_deployment() as deployment:
        value = deployment.store.variable(key)
        value = default if value is None else value
        if value is None:
            raise NaraeError(f"there is no variable {key!r}{deployment.nearest_variable(key)}")
        click.echo(_as_json(key, value) if as_json else value)


def _as_json(key: str, value: str) -> str:
    try:
        return json.dumps(json.loads(value), ensure_ascii=False)
    except ValueError as error:
        raise NaraeError(f"the value of variable {key!r} is not JSON: {error}") from error


@variables.command("set")
@click.argument("key")
@click.argument("value")
@click.option("--description", default=None)
@click.option("-j", "--json", "as_json", is_flag=True, help="Check that the value is JSON.")
def set_(key: str, value: str, description: str | None, as_json: bool) -> None:
    """Create or replace a variable."""
    if as_json:
        _as_json(key, value)
    with open_deployment() as deployment:
        row = VariableRow(key=key, value=value, description=description)
        put_variables(deployment.act(), [row])
    click.echo(f"Variable {key} created")


@variables.command()
@click.argument("key")
def delete(key: str) -> None:
    """Delete a variable."""
    with open_deployment() as deployment:
        if not delete_variable(deployment.act(), key):
            raise NaraeError(f"there is no variable {key!r}{deployment.nearest_variable(key)}")
    click.echo(f"Variable {key} deleted")


@variables.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-a",
    "--action-on-existing-key",
    "action",
    type=click.Choice(["overwrite", "fail", "skip"]),
    default="overwrite",
    show_default=True,
)
def import_(file: Path, action: str) -> None:
    """Import variables from a JSON or YAML file of key: value pairs."""
    entries = {key: _entry(key, value) for key, value in read_mapping(file).items()}
    with open_deployment() as deployment:
        existing = {row.key for row in deployment.store.variables()}
        clashes = sorted(existing & set(entries))
        if action == "fail" and clashes:
            raise NaraeError(f"these variables exist already: {', '.join(clashes)}")
        chosen = [r for k, r in entries.items() if action != "skip" or k not in existing]
        put_variables(deployment.act(), chosen)
    click.echo(f"{len(chosen)} of {len(entries)} variables imported from {file}")


def _entry(key: str, value: Any) -> VariableRow:
    description = None
    if isinstance(value, dict) and "value" in value and set(value) <= {"value", "description"}:
        value, description = value["value"], value.get("description")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return VariableRow(key=key, value=text, description=description)


@variables.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
def export(file: Path) -> None:
    """Export all variables to a JSON file (- for standard output)."""
    with open_deployment() as deployment:
        rows = deployment.store.variables()
    body = json.dumps({r.key: _exported(r) for r in rows}, ensure_ascii=False, indent=4)
    if str(file) == "-":
        click.echo(body)
        return
    file.write_text(body + "\n", encoding="utf-8")
    click.echo(f"{len(rows)} variables exported to {file}")


def _exported(row: VariableRow) -> Any:
    try:
        value = json.loads(row.value)
    except ValueError:
        value = row.value
    if isinstance(value, str) or row.description is not None:
        value = row.value
    return value if row.description is None else {"value": value, "description": row.description}
