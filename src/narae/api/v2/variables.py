"""``/api/v2/variables``."""

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
from narae.api.secret_views import shown_variable, unmasked
from narae.api.v2.bulk_bodies import (
    BulkResponse,
    CreateMany,
    DeleteMany,
    UpdateMany,
    bulk_response,
)
from narae.core.masking import MASK
from narae.engine.actions import variables
from narae.engine.actions.variables import VariablePatch
from narae.engine.errors import Invalid, NotFound
from narae.engine.ports import VariableRow
from narae.storage.queries import Slice, VariableFilter

routes = Routes(V2, tag="Variables")

READ = Needs(Resource.VARIABLE, Action.READ)
EDIT = Needs(Resource.VARIABLE, Action.EDIT)
ORDERS = {"key": "key", "id": "key", "description": "description", "is_encrypted": "key"}

Key = Annotated[str, Meta(min_length=1, max_length=250)]
Description = Annotated[str, Meta(max_length=5000)]
Order = Literal[
    "id", "-id", "key", "-key", "description", "-description", "is_encrypted", "-is_encrypted",
]  # fmt: skip


class VariableQuery(Query, frozen=True, kw_only=True):
    """Which variables."""

    limit: Limit = 50
    offset: Offset = 0
    order_by: tuple[Order, ...] = ("key",)
    variable_key_pattern: Pattern | None = None
    variable_key_prefix_pattern: Prefix | None = None


class MaskQuery(Query, frozen=True, kw_only=True):
    """Which fields of the body count."""

    update_mask: Names = ()


class VariableBody(Body, frozen=True, kw_only=True):
    """``VariableBody``. A value that is no text is kept as JSON; ``***`` means: as it is."""

    key: Key
    value: Any
    description: Description | UnsetType | None = UNSET
    team_name: None = None


class VariableResponse(msgspec.Struct, frozen=True, kw_only=True):
    """One variable. The value of a sensitive name is hidden."""

    key: str
    value: str
    description: str | None
    is_encrypted: bool = True
    team_name: str | None = None


class VariableCollection(msgspec.Struct, frozen=True, kw_only=True):
    """Variables."""

    variables: tuple[VariableResponse, ...]
    total_entries: int


Many = CreateMany[VariableBody] | UpdateMany[VariableBody] | DeleteMany[VariableBody]


class BulkVariables(Body, frozen=True, kw_only=True):
    """``BulkBody``: actions in their order."""

    actions: tuple[Many, ...]


@routes.get("/variables", needs=READ, etag=True)
def get_variables(call: Call, query: VariableQuery) -> VariableCollection:
    """Variables, by key unless ordered otherwise."""
    wanted = VariableFilter(
        patterns=given(key=query.variable_key_pattern),
        prefixes=given(key=query.variable_key_prefix_pattern),
    )
    part = Slice(limit=query.limit, offset=query.offset, order=ordered(query.order_by, ORDERS))
    page = call.queries.variables(wanted, part)
    return VariableCollection(
        variables=tuple(_view(call, row) for row in page.rows), total_entries=page.total
    )


@routes.post("/variables", needs=Needs(Resource.VARIABLE, Action.CREATE), status=201, errors=(409,))
def post_variable(call: Call, body: VariableBody) -> VariableResponse:
    """A new variable."""
    return _view(call, variables.create(call.act(), _row(body, call)))


@routes.patch("/variables", needs=EDIT)
def bulk_variables(call: Call, body: BulkVariables) -> BulkResponse:
    """Many at once; what is refused is said of each."""
    results = []
    for each in body.actions:
        match each:
            case CreateMany():
                call.must(Action.CREATE, Resource.VARIABLE)
                rows = [_row(entity, call) for entity in each.entities]
                done = variables.bulk_create(call.act(), rows, each.on_existing)
                results.append(("create", done))
            case UpdateMany():
                patches = [
                    (entity.key, _patch(call, entity, tuple(each.update_mask or ())))
                    for entity in each.entities
                ]
                done = variables.bulk_update(call.act(), patches, each.on_missing)
                results.append(("update", done))
            case DeleteMany():
                call.must(Action.DELETE, Resource.VARIABLE)
                keys = [e if isinstance(e, str) else e.key for e in each.entities]
                done = variables.bulk_delete(call.act(), keys, each.on_missing)
                results.append(("delete", done))
    return bulk_response(results)


@routes.get("/variables/{variable_key:path}", needs=READ)
def get_variable(call: Call, variable_key: str) -> VariableResponse:
    """One variable."""
    page = call.queries.variables(VariableFilter(keys=(variable_key,)), Slice(limit=1))
    if not page.rows:
        raise NotFound("variable", variable_key, among=call.store.variable_keys())
    return _view(call, page.rows[0])


@routes.patch("/variables/{variable_key:path}", needs=EDIT)
def patch_variable(
    call: Call, variable_key: str, query: MaskQuery, body: VariableBody
) -> VariableResponse:
    """Changes a variable's value, its description, or both."""
    if body.key != variable_key:
        raise Invalid("key", f"{body.key!r} is not {variable_key!r}: a key can't be changed")
    patch = _patch(call, body, query.update_mask)
    return _view(call, variables.update(call.act(), variable_key, patch))


@routes.delete("/variables/{variable_key:path}", needs=Needs(Resource.VARIABLE, Action.DELETE))
def delete_variable(call: Call, variable_key: str) -> None:
    """Deletes a variable."""
    variables.delete(call.act(), variable_key)


def _row(body: VariableBody, call: Call) -> VariableRow:
    description = None if body.description is UNSET else body.description
    value = _unmasked(call, body.key, _text(body.value))
    return VariableRow(key=body.key, value=value, description=description)


def _patch(call: Call, body: VariableBody, mask: tuple[str, ...]) -> VariablePatch:
    changes = chosen(body, mask, call.flavour)
    value: str | UnsetType = UNSET
    if "value" in changes:
        value = _unmasked(call, body.key, _text(changes["value"]))
    return VariablePatch(
        value=value,
        description=changes.get("description", UNSET),
    )


def _unmasked(call: Call, key: str, text: str) -> str:
    """What is hidden stays as it is, also when a whole variable is written over."""
    before = call.store.variable(key) if MASK in text else None
    return unmasked(text, before) or ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _view(call: Call, row: VariableRow) -> VariableResponse:
    value = shown_variable(call.masker, row.key, row.value)
    return VariableResponse(key=row.key, value=value, description=row.description)
