"""``/api/v1/users``."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from narae.accounts import users
from narae.accounts.permissions import PUBLIC, Action, Resource
from narae.accounts.ports import User
from narae.accounts.users import UserWish
from narae.api.call import Call
from narae.api.operation import V1, Body, Needs, Query
from narae.api.problems import invalid
from narae.api.reading import chosen
from narae.api.routes import Routes
from narae.api.v1.names import Named, NameView
from narae.api.v1.paging import Paged, arranged, cut
from narae.api.view import View

routes = Routes(V1, tag="User")

_USER_KEYS: Mapping[str, Callable[[User], Any]] = MappingProxyType(
    {
        "id": lambda user: user.user_id,
        "user_id": lambda user: user.user_id,
        "username": lambda user: user.username,
        "user_name": lambda user: user.username,
        "first_name": lambda user: user.first_name,
        "last_name": lambda user: user.last_name,
        "email": lambda user: user.email,
        "is_active": lambda user: user.is_active,
        "role": lambda user: user.roles,
    }
)
Username = Annotated[str, Meta(min_length=1, max_length=256)]
Email = Annotated[str, Meta(min_length=1, max_length=320)]
PersonName = Annotated[str, Meta(max_length=256)]


class UsersQuery(Paged, frozen=True, kw_only=True):
    """Which part, in which order."""

    order_by: Literal[
        "id", "-id", "user_id", "-user_id", "username", "-username", "user_name", "-user_name",
        "first_name", "-first_name", "last_name", "-last_name", "email", "-email", "is_active",
        "-is_active", "role", "-role",
    ] = "id"  # fmt: skip


class UserMaskQuery(Query, frozen=True, kw_only=True):
    """Which fields of the body count."""

    update_mask: Annotated[
        tuple[Literal["username", "email", "first_name", "last_name", "password", "roles"], ...],
        Meta(extra={"csv": True}),
    ] = ()


class UserBody(Body, frozen=True, kw_only=True):
    """``User``."""

    username: Username
    email: Email
    first_name: PersonName
    last_name: PersonName
    password: str | None = None
    """Without one the user can only come in by whoever vouches for them."""
    roles: tuple[Named, ...] = ()


class UserPatchBody(Body, frozen=True, kw_only=True):
    """``User``, as far as it changes."""

    username: Username | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    first_name: PersonName | UnsetType = UNSET
    last_name: PersonName | UnsetType = UNSET
    password: str | UnsetType = UNSET
    roles: tuple[Named, ...] | UnsetType = UNSET


class UserView(View, frozen=True, kw_only=True):
    """``UserCollectionItem``."""

    username: str
    email: str
    first_name: str
    last_name: str
    active: bool
    roles: list[NameView]
    last_login: datetime | None
    login_count: int
    failed_login_count: int
    """As Airflow's document calls it."""
    fail_login_count: int
    """As its server did."""
    created_on: datetime
    changed_on: datetime


class UserPage(View, frozen=True, kw_only=True):
    """``UserCollection``."""

    users: list[UserView]
    total_entries: int


@routes.get("/users", needs=Needs(Resource.USER, Action.READ))
def get_users(call: Call, query: UsersQuery) -> UserPage:
    """Users."""
    found = arranged(call.around.accounts.store.users(), query.order_by, _USER_KEYS)
    views = [_user_view(user) for user in cut(call, found, query)]
    return UserPage(users=views, total_entries=len(found))


@routes.post("/users", needs=Needs(Resource.USER, Action.CREATE), errors=(409,))
def post_user(call: Call, body: UserBody) -> UserView:
    """A new user."""
    wish = UserWish(
        username=body.username,
        email=body.email,
        first_name=body.first_name,
        last_name=body.last_name,
        roles=_known_roles(call, body.roles) or (PUBLIC,),
    )
    return _user_view(
        users.create_user(call.around.accounts, call.act(), wish, password=body.password)
    )


@routes.get("/users/{username}", needs=Needs(Resource.USER, Action.READ))
def get_user(call: Call, username: str) -> UserView:
    """One user."""
    return _user_view(users.find_user(call.around.accounts, username))


@routes.patch("/users/{username}", needs=Needs(Resource.USER, Action.EDIT), errors=(409,))
def patch_user(call: Call, username: str, query: UserMaskQuery, body: UserPatchBody) -> UserView:
    """Change a user."""
    changes = chosen(body, query.update_mask, V1)
    password = changes.pop("password", None)
    if "roles" in changes:
        changes["roles"] = _known_roles(call, changes["roles"])
    accounts = call.around.accounts
    user = users.update_user(accounts, call.act(), username, UserWish(**changes))
    if password is not None:
        users.set_password(accounts, call.act(), user.username, password)
    return _user_view(users.find_user(accounts, user.username))


@routes.delete("/users/{username}", needs=Needs(Resource.USER, Action.DELETE), errors=(409,))
def delete_user(call: Call, username: str) -> None:
    """Delete a user."""
    users.delete_user(call.around.accounts, call.act(), username)


def _known_roles(call: Call, wanted: Sequence[Named]) -> tuple[str, ...]:
    known = {role.name for role in call.around.accounts.store.roles()}
    for role in wanted:
        if role.name not in known:
            raise invalid(V1, "roles", f"there is no role {role.name!r}")
    return tuple(role.name for role in wanted)


def _user_view(user: User) -> UserView:
    return UserView(
        username=user.username,
        email=user.email,
        first_name=user.first_name,
        last_name=user.last_name,
        active=user.is_active,
        roles=[NameView(name=role) for role in user.roles],
        last_login=user.last_login_at,
        login_count=user.login_count,
        failed_login_count=user.failed_login_count,
        fail_login_count=user.failed_login_count,
        created_on=user.created_at,
        changed_on=user.changed_at,
    )
