"""``/api/v2/connections``. Passwords and what extras hold under sensitive names stay hidden."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Limit, Names, Offset
from narae.api.listing import Pattern, Prefix, given, ordered
from narae.api.operation import V2, Body, Needs, Query
from narae.api.reading import chosen
from narae.api.routes import Routes
from narae.api.secret_views import shown_extra, shown_password, unmasked
from narae.api.v2.bulk_bodies import (
    BulkResponse,
    CreateMany,
    DeleteMany,
    UpdateMany,
    bulk_response,
)
from narae.core.masking import MASK
from narae.core.requests import ConnectionValue
from narae.engine.actions import connections
from narae.engine.actions.connections import ConnectionPatch
from narae.engine.errors import Invalid, NotBuilt, NotFound
from narae.storage.queries import ConnectionFilter, Slice

routes = Routes(V2, tag="Connections")

READ = Needs(Resource.CONNECTION, Action.READ)
EDIT = Needs(Resource.CONNECTION, Action.EDIT)
CREATE = Needs(Resource.CONNECTION, Action.CREATE)
_SECRET = ("password", "extra")
ORDERS = {
    **{name: name for name in ("conn_type", "description", "host", "port")},
    **dict.fromkeys(("connection_id", "conn_id", "id"), "conn_id"),
}

ConnId = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[\w.#!():/\\-]+$")]
Port = Annotated[int, Meta(ge=0, le=65535)]
Order = Literal[
    "id", "-id", "conn_id", "-conn_id", "connection_id", "-connection_id", "conn_type",
    "-conn_type", "description", "-description", "host", "-host", "port", "-port",
]  # fmt: skip


class ConnectionQuery(Query, frozen=True, kw_only=True):
    """Which connections."""

    limit: Limit = 50
    offset: Offset = 0
    order_by: tuple[Order, ...] = ("connection_id",)
    connection_id_pattern: Pattern | None = None
    connection_id_prefix_pattern: Prefix | None = None


class MaskQuery(Query, frozen=True, kw_only=True):
    """Which fields of the body count."""

    update_mask: Names = ()


class ConnectionBody(Body, frozen=True, kw_only=True):
    """``ConnectionBody``. ``***`` for the password or in the extra means: as it is."""

    connection_id: ConnId
    conn_type: Annotated[str, Meta(min_length=1, max_length=500)]
    description: str | UnsetType | None = UNSET
    host: str | UnsetType | None = UNSET
    login: str | UnsetType | None = UNSET
    password: str | UnsetType | None = UNSET
    schema: str | UnsetType | None = UNSET
    port: Port | UnsetType | None = UNSET
    extra: str | UnsetType | None = UNSET
    team_name: UnsetType | None = UNSET


class ConnectionTestBody(ConnectionBody, frozen=True, kw_only=True):
    """``ConnectionTestRequestBody``."""

    commit_on_success: bool = False
    executor: str | None = None
    queue: str | None = None


class ConnectionResponse(msgspec.Struct, frozen=True, kw_only=True):
    """One connection."""

    connection_id: str
    conn_type: str
    description: str | None
    host: str | None
    login: str | None
    schema: str | None
    port: int | None
    password: str | None
    """``***`` when there is one."""
    extra: str | None
    team_name: str | None = None


class ConnectionCollection(msgspec.Struct, frozen=True, kw_only=True):
    """Connections."""

    connections: tuple[ConnectionResponse, ...]
    total_entries: int


class TestResponse(msgspec.Struct, frozen=True, kw_only=True):
    """What a test said."""

    status: bool
    message: str


class BulkConnections(Body, frozen=True, kw_only=True):
    """``BulkBody``: actions in their order."""

    actions: tuple[
        CreateMany[ConnectionBody] | UpdateMany[ConnectionBody] | DeleteMany[ConnectionBody], ...
    ]


@routes.get("/connections", needs=READ, etag=True)
def get_connections(call: Call, query: ConnectionQuery) -> ConnectionCollection:
    """Connections, by id unless ordered otherwise."""
    wanted = ConnectionFilter(
        patterns=given(conn_id=query.connection_id_pattern),
        prefixes=given(conn_id=query.connection_id_prefix_pattern),
    )
    part = Slice(limit=query.limit, offset=query.offset, order=ordered(query.order_by, ORDERS))
    page = call.queries.connections(wanted, part)
    return ConnectionCollection(
        connections=tuple(_view(call, row) for row in page.rows), total_entries=page.total
    )


@routes.post("/connections", needs=CREATE, status=201, errors=(409,))
def post_connection(call: Call, body: ConnectionBody) -> ConnectionResponse:
    """A new connection."""
    return _view(call, connections.create(call.act(), _value(body)))


@routes.patch("/connections", needs=EDIT)
def bulk_connections(call: Call, body: BulkConnections) -> BulkResponse:
    """Many at once; what is refused is said of each."""
    results = []
    for each in body.actions:
        match each:
            case CreateMany():
                call.must(Action.CREATE, Resource.CONNECTION)
                values = [_value(entity) for entity in each.entities]
                done = connections.bulk_create(call.act(), values, each.on_existing)
                results.append(("create", done))
            case UpdateMany():
                mask = tuple(each.update_mask or ())
                patches = [(e.connection_id, _patch(call, e, mask)) for e in each.entities]
                done = connections.bulk_update(call.act(), patches, each.on_missing)
                results.append(("update", done))
            case DeleteMany():
                call.must(Action.DELETE, Resource.CONNECTION)
                ids = [e if isinstance(e, str) else e.connection_id for e in each.entities]
                done = connections.bulk_delete(call.act(), ids, each.on_missing)
                results.append(("delete", done))
    return bulk_response(results)


@routes.post("/connections/test", needs=CREATE, errors=(501,))
def test_connection(call: Call, body: ConnectionBody) -> TestResponse:
    """Would try a connection. The API server runs no hooks: 501."""
    connections.test(call.act(), _value(body))
    raise AssertionError("a connection can't be tested here")


@routes.post("/connections/enqueue-test", needs=CREATE, errors=(501,))
def enqueue_connection_test(call: Call, body: ConnectionTestBody) -> TestResponse:
    """Would try a connection on a worker."""
    connections.test(call.act(), ConnectionValue(conn_id=body.connection_id))
    raise AssertionError("a connection can't be tested here")


@routes.get("/connections/enqueue-test", needs=READ, errors=(404,))
def get_connection_test(call: Call) -> TestResponse:
    """The outcome of such a test: there is none yet."""
    del call
    raise NotFound("connection test", "(none)")


@routes.post("/connections/defaults", needs=CREATE, errors=(501,))
def create_default_connections(call: Call) -> None:
    """Would make the connections that Airflow comes with. Narae comes with none."""
    del call
    raise NotBuilt("default connections", "Narae comes with none")


@routes.get("/connections/{connection_id:path}", needs=READ)
def get_connection(call: Call, connection_id: str) -> ConnectionResponse:
    """One connection."""
    wanted = ConnectionFilter(conn_ids=(connection_id,))
    page = call.queries.connections(wanted, Slice(limit=1))
    if not page.rows:
        raise NotFound("connection", connection_id)
    return _view(call, page.rows[0])


@routes.patch("/connections/{connection_id:path}", needs=EDIT)
def patch_connection(
    call: Call, connection_id: str, query: MaskQuery, body: ConnectionBody
) -> ConnectionResponse:
    """Changes a connection's fields."""
    if body.connection_id != connection_id:
        words = f"{body.connection_id!r} is not {connection_id!r}: an id can't be changed"
        raise Invalid("connection_id", words)
    patch = _patch(call, body, query.update_mask)
    return _view(call, connections.update(call.act(), connection_id, patch))


@routes.delete("/connections/{connection_id:path}", needs=Needs(Resource.CONNECTION, Action.DELETE))
def delete_connection(call: Call, connection_id: str) -> None:
    """Deletes a connection."""
    connections.delete(call.act(), connection_id)


def _value(body: ConnectionBody) -> ConnectionValue:
    found = {name: value for name, value in _sent(body).items() if name != "connection_id"}
    return ConnectionValue(conn_id=body.connection_id, **found)


def _sent(body: ConnectionBody) -> dict[str, Any]:
    names = (name for name in body.__struct_fields__ if name != "team_name")
    return {name: getattr(body, name) for name in names if getattr(body, name) is not UNSET}


def _patch(call: Call, body: ConnectionBody, mask: tuple[str, ...]) -> ConnectionPatch:
    changes = chosen(body, mask, call.flavour)
    for name in ("connection_id", "team_name"):
        changes.pop(name, None)
    hidden = {name for name in _SECRET if MASK in (changes.get(name) or "")}
    stored = call.store.connection(body.connection_id) if hidden else None
    if stored is not None:
        changes |= {name: unmasked(changes[name], getattr(stored, name)) for name in hidden}
    return ConnectionPatch(**changes)


def _view(call: Call, row: ConnectionValue) -> ConnectionResponse:
    return ConnectionResponse(
        connection_id=row.conn_id,
        conn_type=row.conn_type,
        description=row.description,
        host=row.host,
        login=row.login,
        schema=row.schema,
        port=row.port,
        password=shown_password(row),
        extra=shown_extra(call.masker, row),
    )
