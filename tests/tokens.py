"""A way in for tests that talk to a real server."""

from collections.abc import Mapping

from narae.accounts.first_admin import NAME
from narae.accounts.logins import make_token
from narae.bootstrap.deployment import open_deployment


def admin_token(environ: Mapping[str, str]) -> str:
    """A new bearer token of the deployment's first admin; it has been started once."""
    with open_deployment(environ, create=False) as opened:
        return make_token(opened.accounts, opened.act(), NAME, "tests").secret
