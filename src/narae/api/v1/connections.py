"""``/api/v1/connections``."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.operation import V1, Body, Needs, Query
from narae.api.problems import invalid
from narae.api.reading import chosen
from narae.api.routes import Routes
from narae.api.secret_views import shown_extra, unmasked
from narae.api.v1.paging import Paged, order_of, slice_of
from narae.api.view import View
from narae.core.masking import MASK
from narae.core.requests import ConnectionValue
from narae.engine.actions import connections
from narae.engine.actions.connections import ConnectionPatch
from narae.engine.errors import NotFound
from narae.storage.queries import ConnectionFilter, Slice

routes = Routes(V1, tag="Connection")

READ = Needs(Resource.CONNECTION, Action.READ)
CREATE = Needs(Resource.CONNECTION, Action.CREATE)
EDIT = Needs(Resource.CONNECTION, Action.EDIT)
DELETE = Needs(Resource.CONNECTION, Action.DELETE)

_ONE = "/connections/{connection_id}"
_ORDERS = {
    "connection_id": "conn_id",
    "id": "conn_id",
    "conn_type": "conn_type",
    "description": "description",
    "host": "host",
    "port": "port",
}
Order = Literal[
    "connection_id", "-connection_id", "id", "-id", "conn_type", "-conn_type", "description",
    "-description", "host", "-host", "port", "-port",
]  # fmt: skip
ConnId = Annotated[str, Meta(min_length=1, max_length=250, pattern=r"^[\w.\-]+$")]
Port = Annotated[int, Meta(ge=0, le=65535)]


class ConnectionsQuery(Paged, frozen=True, kw_only=True):
    """Which part, in which order."""

    order_by: Order = "id"


class MaskQuery(Query, frozen=True, kw_only=True):
    """Which fields of the body count."""

    update_mask: Annotated[
        tuple[
            Literal[
                "connection_id", "conn_type", "description", "host", "login", "password",
                "schema", "port", "extra",
            ],
            ...,
        ],
        Meta(extra={"csv": True}),
    ] = ()  # fmt: skip


class ConnectionBody(Body, frozen=True, kw_only=True):
    """``Connection``."""

    connection_id: ConnId
    conn_type: Annotated[str, Meta(min_length=1, max_length=500)]
    description: str | None = None
    host: str | None = None
    login: str | None = None
    password: str | None = None
    schema: str | None = None
    port: Port | None = None
    extra: str | None = None


class ConnectionPatchBody(Body, frozen=True, kw_only=True):
    """``Connection``, as far as it changes."""

    connection_id: str | UnsetType = UNSET
    """The same as in the path: an id can't be changed."""
    conn_type: Annotated[str, Meta(min_length=1, max_length=500)] | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    host: str | UnsetType | None = UNSET
    login: str | UnsetType | None = UNSET
    password: str | UnsetType | None = UNSET
    schema: str | UnsetType | None = UNSET
    port: Port | UnsetType | None = UNSET
    extra: str | UnsetType | None = UNSET


class ConnectionItemView(View, frozen=True, kw_only=True):
    """``ConnectionCollectionItem``."""

    connection_id: str
    conn_type: str
    description: str | None
    host: str | None
    login: str | None
    schema: str | None
    port: int | None


class ConnectionView(ConnectionItemView, frozen=True, kw_only=True):
    """``Connection``. The password is never shown, and of the extra what its names allow."""

    extra: str | None


class ConnectionPage(View, frozen=True, kw_only=True):
    """``ConnectionCollection``."""

    connections: list[ConnectionItemView]
    total_entries: int


class TestView(View, frozen=True, kw_only=True):
    """``ConnectionTest``."""

    status: bool
    message: str


@routes.get("/connections", needs=READ)
def get_connections(call: Call, query: ConnectionsQuery) -> ConnectionPage:
    """Connections, without passwords and extras."""
    part = slice_of(call, query, order_of(query.order_by, _ORDERS))
    page = call.queries.connections(ConnectionFilter(), part)
    views = [ConnectionItemView(**_fields(row)) for row in page.rows]
    return ConnectionPage(connections=views, total_entries=page.total)


@routes.post("/connections", needs=CREATE, errors=(409,))
def post_connection(call: Call, body: ConnectionBody) -> ConnectionView:
    """A new connection."""
    return _view(call, connections.create(call.act(), _value(body)))


@routes.get(_ONE, needs=READ)
def get_connection(call: Call, connection_id: str) -> ConnectionView:
    """One connection."""
    page = call.queries.connections(ConnectionFilter(conn_ids=(connection_id,)), Slice(limit=1))
    if not page.rows:
        raise NotFound("connection", connection_id)
    return _view(call, page.rows[0])


@routes.patch(_ONE, needs=EDIT)
def patch_connection(
    call: Call, connection_id: str, query: MaskQuery, body: ConnectionPatchBody
) -> ConnectionView:
    """Change a connection. ``***`` for the password or in the extra means: as it is."""
    if body.connection_id not in {UNSET, connection_id}:
        raise invalid(V1, "connection_id", f"it is {connection_id!r} and can't be changed")
    changes = chosen(body, query.update_mask, V1)
    changes.pop("connection_id", None)
    stored = call.store.connection(connection_id)
    for name in ("password", "extra"):
        if stored is not None and MASK in (changes.get(name) or ""):
            changes[name] = unmasked(changes[name], getattr(stored, name))
    return _view(call, connections.update(call.act(), connection_id, ConnectionPatch(**changes)))


@routes.delete(_ONE, needs=DELETE)
def delete_connection(call: Call, connection_id: str) -> None:
    """Delete a connection."""
    connections.delete(call.act(), connection_id)


@routes.post("/connections/test", needs=CREATE, errors=(501,))
def test_connection(call: Call, body: ConnectionBody) -> TestView:
    """Try a connection out. That takes user code, which the API does not run: 501."""
    connections.test(call.act(), _value(body))


def _value(body: ConnectionBody) -> ConnectionValue:
    return ConnectionValue(
        conn_id=body.connection_id,
        conn_type=body.conn_type,
        description=body.description,
        host=body.host,
        login=body.login,
        password=body.password,
        schema=body.schema,
        port=body.port,
        extra=body.extra,
    )


def _fields(value: ConnectionValue) -> dict[str, Any]:
    return {
        "connection_id": value.conn_id,
        "conn_type": value.conn_type,
        "description": value.description,
        "host": value.host,
        "login": value.login,
        "schema": value.schema,
        "port": value.port,
    }


def _view(call: Call, value: ConnectionValue) -> ConnectionView:
    return ConnectionView(**_fields(value), extra=shown_extra(call.masker, value))
