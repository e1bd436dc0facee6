"""``/api/v1/variables``."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.operation import V1, Body, Needs, Query
from narae.api.problems import invalid
from narae.api.reading import chosen
from narae.api.routes import Routes
from narae.api.secret_views import shown_variable, unmasked
from narae.api.v1.paging import Paged, order_of, slice_of
from narae.api.view import View
from narae.core.masking import MASK
from narae.core.requests import VariableRow
from narae.engine.actions import variables
from narae.engine.actions.variables import VariablePatch
from narae.engine.errors import NotFound
from narae.storage.queries import Slice, VariableFilter

routes = Routes(V1, tag="Variable")

READ = Needs(Resource.VARIABLE, Action.READ)
CREATE = Needs(Resource.VARIABLE, Action.CREATE)
EDIT = Needs(Resource.VARIABLE, Action.EDIT)
DELETE = Needs(Resource.VARIABLE, Action.DELETE)

_ONE = "/variables/{variable_key:path}"
_ORDERS = {"key": "key", "id": "key", "value": "key"}
"""Values are encrypted: there is no order of theirs."""
Key = Annotated[str, Meta(min_length=1, max_length=250)]
Description = Annotated[str, Meta(max_length=5000)]


class VariablesQuery(Paged, frozen=True, kw_only=True):
    """Which part, in which order."""

    order_by: Literal["key", "-key", "id", "-id", "value", "-value"] = "id"


class MaskQuery(Query, frozen=True, kw_only=True):
    """Which fields of the body count."""

    update_mask: Annotated[
        tuple[Literal["key", "value", "description"], ...], Meta(extra={"csv": True})
    ] = ()


class VariableBody(Body, frozen=True, kw_only=True):
    """``Variable``."""

    key: Key
    value: str
    description: Description | None = None


class VariablePatchBody(Body, frozen=True, kw_only=True):
    """``Variable``, as far as it changes."""

    key: Key | UnsetType = UNSET
    """The same as in the path: a key can't be changed."""
    value: str | UnsetType = UNSET
    description: Description | UnsetType | None = UNSET


class VariableView(View, frozen=True, kw_only=True):
    """``Variable``. Values of sensitive names are hidden."""

    key: str
    value: str
    description: str | None


class VariablePage(View, frozen=True, kw_only=True):
    """``VariableCollection``."""

    variables: list[VariableView]
    total_entries: int


@routes.get("/variables", needs=READ)
def get_variables(call: Call, query: VariablesQuery) -> VariablePage:
    """Variables."""
    part = slice_of(call, query, order_of(query.order_by, _ORDERS))
    page = call.queries.variables(VariableFilter(), part)
    views = [_view(call, row) for row in page.rows]
    return VariablePage(variables=views, total_entries=page.total)


@routes.post("/variables", needs=CREATE)
def post_variables(call: Call, body: VariableBody) -> VariableView:
    """A variable, new or in the place of the one that has its key."""
    row = VariableRow(key=body.key, value=body.value, description=body.description)
    return _view(call, variables.put(call.act(), row))


@routes.get(_ONE, needs=READ)
def get_variable(call: Call, variable_key: str) -> VariableView:
    """One variable."""
    page = call.queries.variables(VariableFilter(keys=(variable_key,)), Slice(limit=1))
    if not page.rows:
        raise NotFound("variable", variable_key)
    return _view(call, page.rows[0])


@routes.patch(_ONE, needs=EDIT)
def patch_variable(
    call: Call, variable_key: str, query: MaskQuery, body: VariablePatchBody
) -> VariableView:
    """Change a variable's value, its description, or both. ``***`` means: as it is."""
    if body.key not in {UNSET, variable_key}:
        raise invalid(V1, "key", f"{body.key!r} is not {variable_key!r}: a key can't be changed")
    changes = chosen(body, query.update_mask, V1)
    changes.pop("key", None)
    if MASK in changes.get("value", ""):
        changes["value"] = unmasked(changes["value"], call.store.variable(variable_key))
    return _view(call, variables.update(call.act(), variable_key, VariablePatch(**changes)))


@routes.delete(_ONE, needs=DELETE)
def delete_variable(call: Call, variable_key: str) -> None:
    """Delete a variable."""
    variables.delete(call.act(), variable_key)


def _view(call: Call, row: VariableRow) -> VariableView:
    value = shown_variable(call.masker, row.key, row.value)
    return VariableView(key=row.key, value=value, description=row.description)
