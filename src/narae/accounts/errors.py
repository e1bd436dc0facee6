"""What can be wrong with how somebody comes in."""
# ruff: noqa: N818 - the names say what is wrong; nobody asks whether it is an error

from datetime import timedelta

from narae.engine.errors import ActionError


class LoginRefused(ActionError):
    """The name, the password or the account won't do; which of them is not said."""


class Throttled(ActionError):
    """Too many failures: the password was not even looked at."""

    def __init__(self, wait: timedelta) -> None:
        self.seconds = max(1, -(-wait // timedelta(seconds=1)))
        super().__init__(f"too many failed logins; try again in {self.seconds} s")


class Forbidden(ActionError):
    """Whoever asks may not."""
