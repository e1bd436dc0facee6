"""``narae users``."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from narae.accounts import users as actions
from narae.accounts.passwords import random_password
from narae.accounts.ports import User
from narae.accounts.users import UserWish
from narae.bootstrap.deployment import Deployment, open_deployment
from narae.cli.files import read_list
from narae.cli.groups import NearestGroup
from narae.cli.output import output_option, show
from narae.engine.errors import NotFound
from narae.errors import NaraeError

F = TypeVar("F", bound=Callable[..., Any])


@click.group(cls=NearestGroup)
def users() -> None:
    """Manage users: who may log in, with which roles."""


def _row(user: User) -> dict[str, Any]:
    names = ("username", "email", "first_name", "last_name")
    return {
        "id": user.user_id,
        **{name: getattr(user, name) for name in names},
        "roles": list(user.roles),
        "is_active": user.is_active,
        "last_login": user.last_login_at,
    }


def password_options(command: F) -> F:
    """Adds ``--password`` and ``--use-random-password``."""
    given = click.option("-p", "--password", default=None, help="Asked for when it is not given.")
    made = click.option("--use-random-password", is_flag=True, help="Make one and print it.")
    return given(made(command))


def who_options(command: F) -> F:
    """Adds ``--username`` and ``--email``, one of which is needed."""
    name = click.option("-u", "--username", default=None, help="The user's name")
    email = click.option("-e", "--email", default=None, help="or the user's address.")
    return name(email(command))


@users.command("list")
@output_option
def list_(output: str) -> None:
    """List all users."""
    with open_deployment() as deployment:
        show([_row(user) for user in deployment.store.users()], output)


@users.command()
@click.option("-r", "--role", required=True, multiple=True, help="May be given several times.")
@click.option("-u", "--username", required=True)
@click.option("-e", "--email", default="")
@click.option("-f", "--firstname", default="")
@click.option("-l", "--lastname", default="")
@password_options
def create(
    role: tuple[str, ...],
    username: str,
    email: str,
    firstname: str,
    lastname: str,
    password: str | None,
    use_random_password: bool,
) -> None:
    """Create a user."""
    wish = UserWish(
        username=username, email=email, first_name=firstname, last_name=lastname, roles=role
    )
    with open_deployment() as deployment:
        if deployment.store.user(username) is not None:
            click.echo(f"There is a user {username!r} already; nothing was changed")
            return
        chosen = _password(deployment, password, use_random_password)
        actions.create_user(deployment.accounts, deployment.act(), wish, password=chosen)
    click.echo(f"User {username!r} created with the role {', '.join(role)}")


@users.command("reset-password")
@who_options
@password_options
def reset_password(
    username: str | None, email: str | None, password: str | None, use_random_password: bool
) -> None:
    """Set a user's password. They are logged out everywhere."""
    with open_deployment() as deployment:
        user = _find(deployment, username, email)
        chosen = _password(deployment, password, use_random_password)
        actions.set_password(deployment.accounts, deployment.act(), user.username, chosen)
    click.echo(f"User {user.username!r} has a new password")


@users.command()
@who_options
def delete(username: str | None, email: str | None) -> None:
    """Delete a user, with their sessions and tokens."""
    with open_deployment() as deployment:
        user = _find(deployment, username, email)
        actions.delete_user(deployment.accounts, deployment.act(), user.username)
    click.echo(f"User {user.username!r} deleted")


@users.command("add-role")
@who_options
@click.option("-r", "--role", required=True)
def add_role(username: str | None, email: str | None, role: str) -> None:
    """Give a user one more role."""
    with open_deployment() as deployment:
        user = _find(deployment, username, email)
        actions.add_role(deployment.accounts, deployment.act(), user.username, role)
    click.echo(f"User {user.username!r} has the role {role!r} now")


@users.command("remove-role")
@who_options
@click.option("-r", "--role", required=True)
def remove_role(username: str | None, email: str | None, role: str) -> None:
    """Take a role from a user."""
    with open_deployment() as deployment:
        user = _find(deployment, username, email)
        actions.remove_role(deployment.accounts, deployment.act(), user.username, role)
    click.echo(f"User {user.username!r} has the role {role!r} no more")


@users.command()
@click.argument("file", metavar="EXPORT", type=click.Path(path_type=Path))
def export(file: Path) -> None:
    """Export all users, without passwords, to a JSON file."""
    with open_deployment() as deployment:
        found = deployment.store.users()
    body = [
        {
            "id": user.user_id,
            "username": user.username,
            "email": user.email,
            "firstname": user.first_name,
            "lastname": user.last_name,
            "roles": list(user.roles),
        }
        for user in found
    ]
    file.write_text(json.dumps(body, ensure_ascii=False, indent=4) + "\n", encoding="utf-8")
    click.echo(f"{len(found)} users exported to {file}")


@users.command("import")
@click.argument("file", metavar="IMPORT", type=click.Path(path_type=Path))
def import_(file: Path) -> None:
    """Import users from a JSON file as `export` writes it. New ones have no password yet."""
    wishes = [_wish(file, value) for value in read_list(file)]
    created, updated = 0, 0
    with open_deployment() as deployment:
        for wish in wishes:
            name = wish.username or ""
            if deployment.store.user(name) is None:
                actions.create_user(deployment.accounts, deployment.act(), wish, password=None)
                created += 1
            else:
                actions.update_user(deployment.accounts, deployment.act(), name, wish)
                updated += 1
    click.echo(f"{created} users created, {updated} updated from {file}")


_TEXTS = {
    "username": "username",
    "email": "email",
    "firstname": "first_name",
    "lastname": "last_name",
}


def _wish(file: Path, value: Any) -> UserWish:
    found = value if isinstance(value, dict) else {}
    texts = {ours: found.get(theirs, "") for theirs, ours in _TEXTS.items()}
    roles = found.get("roles")
    is_list = isinstance(roles, list) and all(isinstance(role, str) for role in roles)
    if not texts["username"] or not all(isinstance(t, str) for t in texts.values()) or not is_list:
        raise NaraeError(
            f"{file}: user {texts['username']!r} must look like "
            '{"username": "ann", "email": "", "firstname": "", "lastname": "", "roles": ["Op"]}'
        )
    return UserWish(**texts, roles=tuple(roles or ()))


def _find(deployment: Deployment, username: str | None, email: str | None) -> User:
    if (username is None) == (email is None):
        raise click.UsageError("give either --username or --email")
    if username is not None:
        return actions.find_user(deployment.accounts, username)
    found = {user.email: user for user in deployment.store.users() if user.email}
    if email not in found:
        raise NotFound("user with the address", str(email), among=found)
    return found[email]


def _password(deployment: Deployment, given: str | None, at_random: bool) -> str:
    if at_random:
        made = random_password(deployment.chance)
        click.echo(f"The password is {made}")
        return made
    if given is not None:
        return given
    if not sys.stdin.isatty():  # a script's pipe
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
