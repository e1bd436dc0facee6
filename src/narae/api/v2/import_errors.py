"""``/api/v2/importErrors``: why files give no DAGs, or not all of them."""

from datetime import datetime
from typing import Literal

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Id, Limit, Offset, Text
from narae.api.file_tokens import FilePlace, file_token
from narae.api.filters import given, ordered
from narae.api.operation import V2, Needs, Query
from narae.api.patterns import Pattern, Prefix
from narae.api.routes import Routes
from narae.api.v2.dag_views import BUNDLE
from narae.api.view import View
from narae.engine.errors import NotFound
from narae.storage.queries import ImportErrorFilter, ImportErrorRow, Slice

routes = Routes(V2, tag="Import Error")

READ = Needs(Resource.IMPORT_ERROR, Action.READ)
REDACTED = "REDACTED: the file has DAGs that you may not read"

_ORDERS = {
    "id": "id",
    "import_error_id": "id",
    "timestamp": "since",
    "filename": "file",
    "bundle_name": "folder",
    "stacktrace": "file",  # it begins with the file's name
}
Order = Literal[
    "id", "-id", "import_error_id", "-import_error_id", "timestamp", "-timestamp", "filename",
    "-filename", "bundle_name", "-bundle_name", "stacktrace", "-stacktrace",
]  # fmt: skip


class ErrorQuery(Query, frozen=True, kw_only=True):
    """Which import errors."""

    limit: Limit = 50
    offset: Offset = 0
    order_by: tuple[Order, ...] = ("id",)
    filename_pattern: Pattern | None = None
    filename_prefix_pattern: Prefix | None = None
    filename: Text | None = None
    bundle_name: Text | None = None


class ErrorView(View, frozen=True, kw_only=True):
    """Why a file gives no DAGs, or not all of them (Airflow 3's ``ImportErrorResponse``)."""

    import_error_id: int
    timestamp: datetime
    """When the file began to fail so."""
    filename: str
    bundle_name: str = BUNDLE
    stack_trace: str
    message: str
    """What is wrong in one line."""
    line: int | None
    """Where in the file."""
    file_token: str
    """For asking that the file be parsed again."""


class ErrorPage(View, frozen=True, kw_only=True):
    """Import errors."""

    import_errors: list[ErrorView]
    total_entries: int


@routes.get("/importErrors", needs=READ, etag=True)
def get_import_errors(call: Call, query: ErrorQuery) -> ErrorPage:
    """Import errors, the oldest first unless ordered otherwise."""
    if query.bundle_name not in {None, BUNDLE}:
        return ErrorPage(import_errors=[], total_entries=0)
    wanted = ImportErrorFilter(
        files=None if query.filename is None else (query.filename,),
        patterns=given(file=query.filename_pattern),
        prefixes=given(file=query.filename_prefix_pattern),
    )
    part = Slice(limit=query.limit, offset=query.offset, order=ordered(query.order_by, _ORDERS))
    page = call.queries.import_errors(wanted, part, visible=call.readable_dags())
    hidden = _partly_hidden(call)
    views = [_view(call, row, hidden) for row in page.rows]
    return ErrorPage(import_errors=views, total_entries=page.total)


@routes.get("/importErrors/{import_error_id}", needs=READ)
def get_import_error(call: Call, import_error_id: Id) -> ErrorView:
    """One import error."""
    row = call.queries.import_error(import_error_id, visible=call.readable_dags())
    if row is None:
        raise NotFound("import error", str(import_error_id))
    return _view(call, row, _partly_hidden(call))


def _partly_hidden(call: Call) -> frozenset[FilePlace]:
    """Files with a DAG that the caller may not read."""
    visible = call.readable_dags()
    if visible is None:
        return frozenset()
    rows = call.store.dags()
    return frozenset(FilePlace(r.folder, r.file) for r in rows if r.dag_id not in visible)


def _view(call: Call, row: ImportErrorRow, hidden: frozenset[FilePlace]) -> ErrorView:
    failure = row.failure
    redacted = FilePlace(row.folder, failure.file) in hidden
    return ErrorView(
        import_error_id=row.id,
        timestamp=row.since,
        filename=failure.file,
        stack_trace=REDACTED if redacted else failure.traceback or failure.message,
        message=REDACTED if redacted else failure.message,
        line=None if redacted else failure.line,
        file_token=file_token(call, row.folder, failure.file),
    )
