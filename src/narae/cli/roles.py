"""``narae roles`` and ``narae sync-perm``."""

import json
from collections.abc import Sequence
from itertools import groupby, product
from pathlib import Path
from typing import Any

import click

from narae.accounts import roles as actions
from narae.accounts.permissions import (
    ALIASES,
    Action,
    Permission,
    Resource,
    action_named,
    resource_name,
    resource_named,
)
from narae.accounts.ports import Role
from narae.bootstrap.deployment import open_deployment
from narae.cli.files import read_list
from narae.cli.groups import NearestGroup
from narae.cli.output import output_option, show
from narae.engine.errors import NotFound
from narae.errors import NaraeError


class SpreadCommand(click.Command):
    """``-r A B`` means ``-r A -r B``, as it does to Airflow's command line."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As Click does it, with each word after such an option made an option of its own."""
        many = {
            name
            for parameter in self.params
            if isinstance(parameter, click.Option) and parameter.multiple
            for name in parameter.opts
        }
        return super().parse_args(ctx, _spread(args, many))


def _spread(args: Sequence[str], many: set[str]) -> list[str]:
    found: list[str] = []
    current, values = "", 0
    for word in args:
        if word.startswith("-"):
            current, values = (word if word in many else ""), 0
        elif current:
            values += 1
            if values > 1:
                found.append(current)
        found.append(word)
    return found


@click.group(cls=NearestGroup)
def roles() -> None:
    """Manage roles: sets of permissions that users have."""


@roles.command("list")
@click.option("-p", "--permission", is_flag=True, help="Show what each role may do.")
@output_option
def list_(permission: bool, output: str) -> None:
    """List all roles."""
    with open_deployment() as deployment:
        found = deployment.store.roles()
    show([row for role in found for row in (_rows(role) if permission else _name(role))], output)


def _name(role: Role) -> list[dict[str, Any]]:
    return [{"name": role.name}]


def _rows(role: Role) -> list[dict[str, Any]]:
    pairs = sorted((resource_name(p), p.action.value) for p in role.permissions)
    return [
        {
            "name": role.name,
            "resource": resource,
            "action": ",".join(action for _, action in of_resource),
        }
        for resource, of_resource in groupby(pairs, key=lambda pair: pair[0])
    ]


@roles.command()
@click.argument("names", metavar="ROLE", nargs=-1, required=True)
def create(names: tuple[str, ...]) -> None:
    """Create roles that may do nothing yet."""
    with open_deployment() as deployment:
        for name in names:
            actions.create_role(deployment.accounts, deployment.act(), name)
    click.echo(f"{len(names)} roles created")


@roles.command()
@click.argument("names", metavar="ROLE", nargs=-1, required=True)
def delete(names: tuple[str, ...]) -> None:
    """Delete roles. Nobody has them any more."""
    with open_deployment() as deployment:
        for name in names:
            actions.find_role(deployment.accounts, name)
        for name in names:
            actions.delete_role(deployment.accounts, deployment.act(), name)
    click.echo(f"{len(names)} roles deleted")


_RESOURCE_HELP = "Such as `DAGs`, `Pools` or `DAG:sales`; may be given several times."
_ACTION_HELP = "Such as `can_read`; may be given several times."


@roles.command("add-perms", cls=SpreadCommand)
@click.argument("names", metavar="ROLE", nargs=-1, required=True)
@click.option("-r", "--resource", multiple=True, required=True, help=_RESOURCE_HELP)
@click.option("-a", "--action", multiple=True, required=True, help=_ACTION_HELP)
def add_perms(names: tuple[str, ...], resource: tuple[str, ...], action: tuple[str, ...]) -> None:
    """Let roles do each action to each resource."""
    permissions = _permissions(resource, action)
    count = 0
    with open_deployment() as deployment:
        for name in names:
            before = actions.find_role(deployment.accounts, name)
            after = actions.add_permissions(
                deployment.accounts, deployment.act(), name, permissions
            )
            count += len(after.permissions - before.permissions)
    click.echo(f"{count} permissions added")


@roles.command("del-perms", cls=SpreadCommand)
@click.argument("names", metavar="ROLE", nargs=-1, required=True)
@click.option("-r", "--resource", multiple=True, required=True, help=_RESOURCE_HELP)
@click.option("-a", "--action", multiple=True, help=f"{_ACTION_HELP} All when none is.")
def del_perms(names: tuple[str, ...], resource: tuple[str, ...], action: tuple[str, ...]) -> None:
    """Let roles do each action to each resource no more."""
    permissions = _permissions(resource, action or tuple(Action))
    count = 0
    with open_deployment() as deployment:
        for name in names:
            before = actions.find_role(deployment.accounts, name)
            after = actions.remove_permissions(
                deployment.accounts, deployment.act(), name, permissions
            )
            count += len(before.permissions - after.permissions)
    click.echo(f"{count} permissions taken away")


def _permissions(resources: Sequence[str], names: Sequence[str]) -> list[Permission]:
    known = [_resource(name) for name in resources]
    return [
        Permission(_action(name), resource, dag_id)
        for (resource, dag_id), name in product(known, names)
    ]


def _resource(name: str) -> tuple[Resource, str | None]:
    try:
        return resource_named(name)
    except ValueError:
        raise NotFound("resource", name, among=[*map(str, Resource), *ALIASES]) from None


def _action(name: str) -> Action:
    try:
        return action_named(name)
    except ValueError:
        raise NotFound("action", name, among=list(map(str, Action))) from None


@roles.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-p", "--pretty", is_flag=True, help="Write it over several lines.")
def export(file: Path, pretty: bool) -> None:
    """Export all roles with what they may do to a JSON file."""
    with open_deployment() as deployment:
        rows = [row for role in deployment.store.roles() for row in _rows(role) or _empty(role)]
    text = json.dumps(rows, ensure_ascii=False, indent=4 if pretty else None)
    file.write_text(text + "\n", encoding="utf-8")
    click.echo(f"{len({row['name'] for row in rows})} roles exported to {file}")


def _empty(role: Role) -> list[dict[str, Any]]:
    return [{"name": role.name, "resource": "", "action": ""}]


@roles.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def import_(file: Path) -> None:
    """Import roles from a JSON file as `export` writes it. What a role has it keeps."""
    wanted: dict[str, list[Permission]] = {}
    for value in read_list(file):
        name, resource, action = _imported(file, value)
        actions_named = [a for a in action.split(",") if a]
        wanted.setdefault(name, []).extend(
            _permissions([resource], actions_named) if resource else []
        )
    with open_deployment() as deployment:
        known = {role.name for role in deployment.store.roles()}
        for name, permissions in wanted.items():
            if name not in known:
                actions.create_role(deployment.accounts, deployment.act(), name)
            actions.add_permissions(deployment.accounts, deployment.act(), name, permissions)
    click.echo(f"{len(wanted)} roles imported from {file}")


def _imported(file: Path, value: Any) -> tuple[str, str, str]:
    found = value if isinstance(value, dict) else {"name": value}
    texts = [found.get(name, "") for name in ("name", "resource", "action")]
    if not all(isinstance(text, str) for text in texts) or not texts[0]:
        raise NaraeError(
            f"{file}: {value!r} must look like "
            '{"name": "Sales", "resource": "DAGs", "action": "can_read,can_edit"}'
        )
    return texts[0], texts[1], texts[2]


@click.command("sync-perm", hidden=True)
@click.option("--include-dags", is_flag=True, hidden=True)
def sync_perm(include_dags: bool) -> None:
    """Airflow's; there is nothing to do: DAGs' permissions follow their files at once."""
    del include_dags
    click.echo("Nothing to do: permissions are always in step")
