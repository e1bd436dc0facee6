"""Who may come in at the API server: what it checks and says as it starts."""

from typing import Protocol

from narae.accounts.deployment import Accounts
from narae.accounts.first_admin import NAME, first_admin
from narae.config import Settings
from narae.engine.actions.act import Act
from narae.errors import NaraeError


class Listener(Protocol):
    """Whoever started the server: :class:`narae.bootstrap.standalone.Channel`."""

    @property
    def is_heard(self) -> bool:
        """Whether somebody is there."""
        ...

    def say(self, line: str) -> None:
        """One line for people."""
        ...


def check_exposure(settings: Settings) -> None:
    """NaraeError when everybody on the network could do everything."""
    host = settings.api.host
    is_loopback = host in {"localhost", "::1"} or host.startswith("127.")
    if settings.auth.mode == "none" and not is_loopback:
        raise NaraeError(
            f'api.host is {host}, but auth.mode is "none": without accounts the API listens on '
            "loopback only (127.0.0.1, ::1 or localhost)"
        )


def greet(settings: Settings, accounts: Accounts, act: Act, listener: Listener) -> None:
    """Says whether people have to log in; makes the first admin where there is no user yet.

    Only for somebody who listens: a password that is told to nobody is of no use.
    """
    if settings.auth.mode == "none":
        listener.say(
            'auth.mode is "none": nobody has to log in, and whoever uses this machine may do '
            "everything"
        )
    elif listener.is_heard and (password := first_admin(accounts, act)) is not None:
        listener.say(
            f"Log in as {NAME} with the password {password} (shown this once and kept as a hash; "
            f"`narae users reset-password -u {NAME}` sets another)"
        )
