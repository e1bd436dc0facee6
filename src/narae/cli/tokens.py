"""``narae tokens``."""

from datetime import timedelta
from typing import Any

import click

from narae.accounts.logins import make_token, revoke_token
from narae.accounts.ports import ApiToken
from narae.accounts.users import find_user
from narae.bootstrap.deployment import open_deployment
from narae.cli.groups import NearestGroup
from narae.cli.output import output_option, show


@click.group(cls=NearestGroup)
def tokens() -> None:
    """Manage bearer tokens: what programs call the API with."""


@tokens.command()
@click.option("-u", "--username", required=True, help="Whose token it is.")
@click.option("-n", "--name", required=True, help="What it is for.")
@click.option(
    "-s",
    "--scope",
    default="all",
    show_default=True,
    help="`all`, `read`, or permissions such as `can_create:DAG Runs`, comma-separated.",
)
@click.option("-d", "--days", type=click.IntRange(min=1), default=None, help="Until it ends.")
@output_option
def create(username: str, name: str, scope: str, days: int | None, output: str) -> None:
    """Make a token and print it, this once."""
    with open_deployment() as deployment:
        act = deployment.act()
        until = None if days is None else act.now + timedelta(days=days)
        made = make_token(deployment.accounts, act, username, name, scope=scope, expires_at=until)
    row = {"id": made.token.token_id, "token": made.secret, "scope": made.token.scope}
    show([row | {"expires_at": made.token.expires_at}], output)


@tokens.command("list")
@click.option("-u", "--username", default=None, help="Only this user's.")
@output_option
def list_(username: str | None, output: str) -> None:
    """List tokens. What they are can't be shown again."""
    with open_deployment() as deployment:
        store = deployment.store
        user_id = None if username is None else find_user(deployment.accounts, username).user_id
        names = {user.user_id: user.username for user in store.users()}
        rows = [_row(token, names.get(token.user_id, "")) for token in store.tokens(user_id)]
    show(rows, output)


def _row(token: ApiToken, username: str) -> dict[str, Any]:
    return {
        "id": token.token_id,
        "username": username,
        "name": token.name,
        "scope": token.scope,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "revoked_at": token.revoked_at,
    }


@tokens.command()
@click.argument("token", metavar="ID")
def revoke(token: str) -> None:
    """End a token, named by its id."""
    with open_deployment() as deployment:
        ended = revoke_token(deployment.accounts, deployment.act(), token)
    click.echo(f"Token {token} ({ended.name}) is revoked")
