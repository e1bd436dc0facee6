"""``narae connections``."""

import json
from pathlib import Path
from typing import Any

import click

from narae.authoring.connection import Connection
from narae.bootstrap.deployment import Deployment, open_deployment
from narae.cli.files import read_mapping
from narae.cli.groups import NearestGroup
from narae.cli.output import output_option, show
from narae.core.requests import ConnectionValue
from narae.engine.actions import delete_connection, put_connections
from narae.engine.errors import NotFound
from narae.errors import NaraeError

FIELDS = ("conn_type", "description", "host", "login", "password", "schema", "port", "extra")
MASK = "***"


@click.group(cls=NearestGroup)
def connections() -> None:
    """Manage connections."""


def _row(value: ConnectionValue, *, secret: bool = False) -> dict[str, Any]:
    connection = Connection.from_value(value)
    password = value.password if secret else (MASK if value.password else None)
    return {
        "conn_id": value.conn_id,
        "conn_type": value.conn_type,
        "description": value.description,
        "host": value.host,
        "schema": value.schema,
        "login": value.login,
        "password": password,
        "port": value.port,
        "extra_dejson": connection.extra_dejson if secret else (MASK if value.extra else {}),
    }


@connections.command("list")
@click.option("--conn-id", default=None, help="Only this one.")
@output_option
def list_(conn_id: str | None, output: str) -> None:
    """List connections; passwords and extras are masked."""
    with open_deployment() as deployment:
        rows = deployment.store.connections()
    show([_row(r) for r in rows if conn_id in {None, r.conn_id}], output)


def _find(deployment: Deployment, conn_id: str) -> ConnectionValue:
    found = deployment.store.connection(conn_id)
    if found is None:
        known = [each.conn_id for each in deployment.store.connections()]
        raise NotFound("connection", conn_id, among=known)
    return found


@connections.command()
@click.argument("conn_id")
@click.option("--show-secrets", is_flag=True, help="Print the password and the extra, too.")
@output_option
def get(conn_id: str, show_secrets: bool, output: str) -> None:
    """Show one connection."""
    with open_deployment() as deployment:
        show([_row(_find(deployment, conn_id), secret=show_secrets)], output)


@connections.command()
@click.argument("conn_id")
@click.option("--conn-uri", default=None)
@click.option("--conn-json", default=None)
@click.option("--conn-type", default=None)
@click.option("--conn-description", default=None)
@click.option("--conn-host", default=None)
@click.option("--conn-login", default=None)
@click.option("--conn-password", default=None)
@click.option("--conn-schema", default=None)
@click.option("--conn-port", type=int, default=None)
@click.option("--conn-extra", default=None, help="JSON object.")
def add(conn_id: str, conn_uri: str | None, conn_json: str | None, **fields: Any) -> None:
    """Add a connection: by URI, by JSON, or by its fields (--conn-type at least)."""
    given = {name.removeprefix("conn_"): v for name, v in fields.items() if v is not None}
    text = conn_uri or conn_json
    if text is None and "type" not in given:
        raise click.UsageError("give --conn-uri, --conn-json or --conn-type")
    if text is not None and given:
        names = ", ".join(f"--conn-{name}" for name in given)
        raise click.UsageError(f"{names} can't be given together with --conn-uri or --conn-json")
    made = _of_text(conn_id, text) if text is not None else _of_fields(conn_id, given)
    with open_deployment() as deployment:
        if deployment.store.connection(conn_id) is not None:
            raise NaraeError(f"connection {conn_id!r} exists already; delete it first")
        put_connections(deployment.act(), [made])
    click.echo(f"Connection {conn_id} added")


def _of_text(conn_id: str, text: str) -> ConnectionValue:
    try:
        made = Connection.from_text(text, conn_id)
    except ValueError as error:
        raise NaraeError(f"connection {conn_id!r}: {error}") from error
    return _of_connection(conn_id, made)


def _of_connection(conn_id: str, made: Connection) -> ConnectionValue:
    return ConnectionValue(
        conn_id=conn_id,
        conn_type=made.conn_type or "",
        **{name: getattr(made, name) for name in FIELDS if name not in {"conn_type", "password"}},
        password=made.get_password(),
    )


def _of_fields(conn_id: str, given: dict[str, Any]) -> ConnectionValue:
    extra = given.get("extra")
    if extra is not None:
        try:
            json.loads(extra)
        except ValueError as error:
            raise NaraeError(f"--conn-extra is not JSON: {error}") from error
    conn_type = given.pop("type")
    return ConnectionValue(conn_id=conn_id, conn_type=conn_type, **given)


@connections.command()
@click.argument("conn_id")
def delete(conn_id: str) -> None:
    """Delete a connection."""
    with open_deployment() as deployment:
        _find(deployment, conn_id)
        delete_connection(deployment.act(), conn_id)
    click.echo(f"Connection {conn_id} deleted")


@connections.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace connections that exist already.")
def import_(file: Path, overwrite: bool) -> None:
    """Import connections from a .json, .yaml or .env file of id: URI or fields."""
    entries = {key: _imported(key, value) for key, value in read_mapping(file).items()}
    with open_deployment() as deployment:
        existing = {row.conn_id for row in deployment.store.connections()}
        skipped = sorted(existing & set(entries)) if not overwrite else []
        chosen = [value for key, value in entries.items() if key not in skipped]
        put_connections(deployment.act(), chosen)
    for key in skipped:
        click.echo(
            f"{key} exists already and was left as it is (--overwrite replaces it)", err=True
        )
    click.echo(f"{len(entries) - len(skipped)} of {len(entries)} connections imported from {file}")


def _imported(conn_id: str, value: Any) -> ConnectionValue:
    return _of_text(conn_id, value if isinstance(value, str) else json.dumps(value))


@connections.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--file-format", "--format", type=click.Choice(["json", "yaml", "env"]), default=None)
@click.option("--serialization-format", type=click.Choice(["json", "uri"]), default=None)
def export(file: Path, file_format: str | None, serialization_format: str | None) -> None:
    """Export all connections, with their secrets, to a file (- for standard output)."""
    kind = file_format or {".yaml": "yaml", ".yml": "yaml", ".env": "env"}.get(file.suffix, "json")
    with open_deployment() as deployment:
        rows = deployment.store.connections()
    as_uri = (serialization_format or ("uri" if kind == "env" else "json")) == "uri"
    text = _exported(rows, kind, as_uri=as_uri)
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
    click.echo(f"{len(rows)} connections exported to {file}")


def _exported(rows: list[ConnectionValue], kind: str, *, as_uri: bool) -> str:
    made = {row.conn_id: Connection.from_value(row) for row in rows}
    if kind == "env":
        return "".join(
            f"{key}={c.get_uri() if as_uri else c.as_json()}\n" for key, c in made.items()
        )
    body = {key: c.get_uri() if as_uri else json.loads(c.as_json()) for key, c in made.items()}
    if kind == "yaml":
        import yaml  # noqa: PLC0415 - only YAML files need it

        return yaml.safe_dump(body, allow_unicode=True, sort_keys=False)
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"
