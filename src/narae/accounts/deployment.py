"""A deployment's accounts: where they are kept, and its rules for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from narae.accounts.permissions import PUBLIC
from narae.accounts.ports import AccountStore, Change
from narae.core.spec import Value
from narae.engine.errors import Conflict

T = TypeVar("T")

TRIES_MAX = 8
"""How often an action decides anew because another was quicker."""


class Rules(Value, frozen=True, kw_only=True):
    """What the deployment's settings say."""

    session: timedelta = timedelta(hours=12)
    """How long a session lasts."""
    token: timedelta = timedelta(hours=24)
    """How long a token lasts that was given for a password."""
    password_length_min: int = 8
    public_role: str = PUBLIC
    """The role of whoever has not logged in."""


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """What the actions on accounts work on."""

    store: AccountStore
    rules: Rules

    def change(self, decide: Callable[[], tuple[Sequence[Change], T]]) -> T:
        """Decides and writes until nobody was quicker; no changes write nothing.

        ``decide`` reads the store anew each time and gives its changes and its answer.
        """
        for _ in range(TRIES_MAX):
            revision = self.store.accounts_revision()
            changes, answer = decide()
            if not changes or self.store.change_accounts(changes, revision=revision):
                return answer
        raise Conflict("somebody else keeps changing accounts; try again")
