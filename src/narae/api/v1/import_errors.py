"""``/api/v1/importErrors``."""

from datetime import datetime
from typing import Literal

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Id
from narae.api.operation import V1, Needs
from narae.api.routes import Routes
from narae.api.v1.paging import Paged, order_of, slice_of
from narae.api.view import View
from narae.engine.errors import NotFound
from narae.storage.queries import ImportErrorFilter, ImportErrorRow

routes = Routes(V1, tag="ImportError")

READ = Needs(Resource.IMPORT_ERROR, Action.READ)
REDACTED = "REDACTED - you do not have read permission on all DAGs in the file"

_ORDERS = {"import_error_id": "id", "timestamp": "since", "filename": "file"}


class ErrorsQuery(Paged, frozen=True, kw_only=True):
    """Which part, in which order."""

    order_by: Literal[
        "import_error_id", "-import_error_id", "timestamp", "-timestamp", "filename", "-filename"
    ] = "import_error_id"


class ErrorView(View, frozen=True, kw_only=True):
    """``ImportError``."""

    import_error_id: int
    timestamp: datetime
    filename: str
    stack_trace: str


class ErrorPage(View, frozen=True, kw_only=True):
    """``ImportErrorCollection``."""

    import_errors: list[ErrorView]
    total_entries: int


@routes.get("/importErrors", needs=READ)
def get_import_errors(call: Call, query: ErrorsQuery) -> ErrorPage:
    """Why files give no DAGs, or not all of them."""
    part = slice_of(call, query, order_of(query.order_by, _ORDERS))
    page = call.queries.import_errors(ImportErrorFilter(), part, visible=call.readable_dags())
    hidden = _partly_hidden(call)
    views = [_view(row, hidden) for row in page.rows]
    return ErrorPage(import_errors=views, total_entries=page.total)


@routes.get("/importErrors/{import_error_id}", needs=READ)
def get_import_error(call: Call, import_error_id: Id) -> ErrorView:
    """One import error."""
    row = call.queries.import_error(import_error_id, visible=call.readable_dags())
    if row is None:
        raise NotFound("import error", str(import_error_id))
    return _view(row, _partly_hidden(call))


def _partly_hidden(call: Call) -> frozenset[tuple[str, str]]:
    """Files with a DAG that the caller may not read."""
    visible = call.readable_dags()
    if visible is None:
        return frozenset()
    rows = call.store.dags()
    return frozenset((row.folder, row.file) for row in rows if row.dag_id not in visible)


def _view(row: ImportErrorRow, hidden: frozenset[tuple[str, str]]) -> ErrorView:
    failure = row.failure
    redacted = (row.folder, failure.file) in hidden
    return ErrorView(
        import_error_id=row.id,
        timestamp=row.since,
        filename=f"{row.folder}/{failure.file}",
        stack_trace=REDACTED if redacted else failure.traceback or failure.message,
    )
