"""The first user of a deployment."""

from narae.accounts.deployment import Accounts
from narae.accounts.passwords import hash_password, random_password
from narae.accounts.permissions import ADMIN
from narae.accounts.ports import Change, PutUser, User
from narae.accounts.users import seen
from narae.engine.actions.act import Act

NAME = "admin"


def first_admin(accounts: Accounts, act: Act) -> str | None:
    """Makes the user ``admin`` when there is no user at all; gives their password.

    Only its hash is kept. None when somebody has an account already.
    """
    if accounts.store.users():
        return None
    password = random_password(act.chance)
    hashed = hash_password(password)

    def decide() -> tuple[list[Change], str | None]:
        if accounts.store.users():
            return [], None
        user = User(username=NAME, roles=(ADMIN,), created_at=act.now, changed_at=act.now)
        audit = act.audit("create_user", username=NAME, after=seen(user))
        return [PutUser(user=user, password_hash=hashed), audit], password

    return accounts.change(decide)
