"""What is done to roles. Each writes an audit row."""

from collections.abc import Callable, Iterable

import msgspec

from narae.accounts.deployment import Accounts
from narae.accounts.permissions import ADMIN, Permission, permission_text
from narae.accounts.ports import Change, DeleteRole, PutRole, Role
from narae.engine.actions.act import Act
from narae.engine.errors import AlreadyExists, Conflict, Invalid, NotFound

NAME_MAX = 64


def find_role(accounts: Accounts, name: str) -> Role:
    """The role; NotFound names the nearest."""
    known = {role.name: role for role in accounts.store.roles()}
    if name not in known:
        raise NotFound("role", name, among=known)
    return known[name]


def create_role(
    accounts: Accounts, act: Act, name: str, permissions: Iterable[Permission] = ()
) -> Role:
    """A new role."""
    if not 0 < len(name) <= NAME_MAX or not name.isprintable() or name != name.strip():
        raise Invalid("name", f"it needs 1 to {NAME_MAX} characters that can be seen")
    role = Role(name=name, permissions=frozenset(permissions))

    def decide() -> tuple[list[Change], Role]:
        if any(each.name == name for each in accounts.store.roles()):
            raise AlreadyExists("role", name, f"there is a role {name!r} already")
        audit = act.audit("create_role", role=name, after=_seen(role))
        return [PutRole(role=role), audit], role

    return accounts.change(decide)


def set_permissions(
    accounts: Accounts, act: Act, name: str, permissions: Iterable[Permission]
) -> Role:
    """Gives the role these permissions and no others."""
    wanted = frozenset(permissions)
    return _change(accounts, act, name, lambda _: wanted)


def add_permissions(
    accounts: Accounts, act: Act, name: str, permissions: Iterable[Permission]
) -> Role:
    """Gives the role these permissions too."""
    more = frozenset(permissions)
    return _change(accounts, act, name, lambda has: has | more)


def remove_permissions(
    accounts: Accounts, act: Act, name: str, permissions: Iterable[Permission]
) -> Role:
    """Takes these permissions away; those that the role does not have are none to take."""
    less = frozenset(permissions)
    return _change(accounts, act, name, lambda has: has - less)


def delete_role(accounts: Accounts, act: Act, name: str) -> None:
    """The role goes, and nobody has it any more. Conflict for those that are always there."""

    def decide() -> tuple[list[Change], None]:
        role = find_role(accounts, name)
        if role.is_built_in:
            raise Conflict(f"the role {name!r} can't be deleted: every deployment has it")
        audit = act.audit("delete_role", role=name, before=_seen(role))
        return [DeleteRole(name=name), audit], None

    accounts.change(decide)


def _change(
    accounts: Accounts,
    act: Act,
    name: str,
    changed: Callable[[frozenset[Permission]], frozenset[Permission]],
) -> Role:
    def decide() -> tuple[list[Change], Role]:
        before = find_role(accounts, name)
        after = msgspec.structs.replace(before, permissions=changed(before.permissions))
        if after == before:
            return [], before
        if name == ADMIN:
            raise Conflict(f"the role {ADMIN} may do everything, and that can't be changed")
        audit = act.audit("edit_role", role=name, before=_seen(before), after=_seen(after))
        return [PutRole(role=after), audit], after

    return accounts.change(decide)


def _seen(role: Role) -> dict[str, object]:
    texts = sorted(permission_text(each) for each in role.permissions)
    return {"name": role.name, "permissions": texts}
