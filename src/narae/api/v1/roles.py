"""``/api/v1/roles`` and ``/api/v1/permissions``."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from narae.accounts import roles
from narae.accounts.permissions import (
    Action,
    Permission,
    Resource,
    action_named,
    resource_name,
    resource_named,
)
from narae.accounts.ports import Role
from narae.api.call import Call
from narae.api.operation import V1, Body, Needs, Query
from narae.api.problems import invalid
from narae.api.reading import chosen
from narae.api.routes import Routes
from narae.api.v1.names import Named, NameView
from narae.api.v1.paging import Paged, arranged, cut
from narae.api.view import View

routes = Routes(V1, tag="Role")
permission_routes = Routes(V1, tag="Permission")


class Pair(Body, frozen=True, kw_only=True):
    """``ActionResource``."""

    action: Named
    resource: Named


_ROLE_KEYS: Mapping[str, Callable[[Role], Any]] = MappingProxyType(
    {"name": lambda role: role.name, "role_id": lambda role: role.name}
)


class RolesQuery(Paged, frozen=True, kw_only=True):
    """Which part, in which order."""

    order_by: Literal["name", "-name", "role_id", "-role_id"] = "name"


class RoleMaskQuery(Query, frozen=True, kw_only=True):
    """Which fields of the body count."""

    update_mask: Annotated[tuple[Literal["name", "actions"], ...], Meta(extra={"csv": True})] = ()


class RoleBody(Body, frozen=True, kw_only=True):
    """``Role``."""

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    actions: tuple[Pair, ...] = ()


class RolePatchBody(Body, frozen=True, kw_only=True):
    """``Role``, as far as it changes."""

    name: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType = UNSET
    """The same as in the path: a role keeps its name."""
    actions: tuple[Pair, ...] | UnsetType = UNSET
    """Beside those that it has, as Airflow takes it."""


class PairView(View, frozen=True, kw_only=True):
    """``ActionResource``."""

    action: NameView
    resource: NameView


class RoleView(View, frozen=True, kw_only=True):
    """``Role``."""

    name: str
    actions: list[PairView]


class RolePage(View, frozen=True, kw_only=True):
    """``RoleCollection``."""

    roles: list[RoleView]
    total_entries: int


class ActionPage(View, frozen=True, kw_only=True):
    """``ActionCollection``."""

    actions: list[NameView]
    total_entries: int


@routes.get("/roles", needs=Needs(Resource.ROLE, Action.READ))
def get_roles(call: Call, query: RolesQuery) -> RolePage:
    """Roles and what they may do."""
    found = arranged(call.around.accounts.store.roles(), query.order_by, _ROLE_KEYS)
    views = [_role_view(role) for role in cut(call, found, query)]
    return RolePage(roles=views, total_entries=len(found))


@routes.post("/roles", needs=Needs(Resource.ROLE, Action.CREATE), errors=(409,))
def post_role(call: Call, body: RoleBody) -> RoleView:
    """A new role."""
    wanted = list(_permissions(body.actions))
    return _role_view(roles.create_role(call.around.accounts, call.act(), body.name, wanted))


@routes.get("/roles/{role_name}", needs=Needs(Resource.ROLE, Action.READ))
def get_role(call: Call, role_name: str) -> RoleView:
    """One role."""
    return _role_view(roles.find_role(call.around.accounts, role_name))


@routes.patch("/roles/{role_name}", needs=Needs(Resource.ROLE, Action.EDIT), errors=(409,))
def patch_role(call: Call, role_name: str, query: RoleMaskQuery, body: RolePatchBody) -> RoleView:
    """Give a role more permissions."""
    changes = chosen(body, query.update_mask, V1)
    if changes.get("name", role_name) != role_name:
        raise invalid(V1, "name", f"the role is {role_name!r} and keeps its name")
    wanted = list(_permissions(changes.get("actions", ())))
    return _role_view(roles.add_permissions(call.around.accounts, call.act(), role_name, wanted))


@routes.delete("/roles/{role_name}", needs=Needs(Resource.ROLE, Action.DELETE), errors=(409,))
def delete_role(call: Call, role_name: str) -> None:
    """Delete a role of your own."""
    roles.delete_role(call.around.accounts, call.act(), role_name)


@permission_routes.get("/permissions", needs=Needs(Resource.PERMISSION, Action.READ))
def get_permissions(call: Call, query: Paged) -> ActionPage:
    """What can be done to resources."""
    views = [NameView(name=action.value) for action in Action]
    return ActionPage(actions=cut(call, views, query), total_entries=len(views))


def _permissions(pairs: Sequence[Pair]) -> Iterable[Permission]:
    for pair in pairs:
        try:
            action = action_named(pair.action.name)
        except ValueError:
            raise invalid(V1, "actions", f"there is no action {pair.action.name!r}") from None
        try:
            resource, dag_id = resource_named(pair.resource.name)
        except ValueError:
            raise invalid(V1, "actions", f"there is no resource {pair.resource.name!r}") from None
        yield Permission(action, resource, dag_id)


def _role_view(role: Role) -> RoleView:
    pairs = sorted((each.action.value, str(resource_name(each))) for each in role.permissions)
    views = [
        PairView(action=NameView(name=action), resource=NameView(name=resource))
        for action, resource in pairs
    ]
    return RoleView(name=role.name, actions=views)
