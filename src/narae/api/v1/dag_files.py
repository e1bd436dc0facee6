"""``/api/v1/dagSources`` and ``/api/v1/parseDagFile``: DAG files by their token."""

from starlette.responses import PlainTextResponse, Response

from narae.accounts.permissions import Action, Resource
from narae.api.accept import preferred
from narae.api.call import Call
from narae.api.file_tokens import file_of_token
from narae.api.operation import V1, Needs
from narae.api.routes import Routes
from narae.api.view import View
from narae.code_store import CodeStore
from narae.core.run import DagRow
from narae.engine.actions import dag_files
from narae.engine.errors import NotFound
from narae.engine.versions import source_of

routes = Routes(V1, tag="DAG")

TEXT, JSON = "text/plain", "application/json"


class SourceView(View, frozen=True, kw_only=True):
    """The text of a DAG file."""

    content: str


@routes.get(
    "/dagSources/{file_token}",
    needs=Needs(Resource.DAG_CODE, Action.READ),
    media=(JSON, TEXT),
    errors=(406,),
)
def get_dag_source(call: Call, file_token: str) -> SourceView | Response:
    """The text of a DAG file as it was last parsed."""
    media = preferred(call.request.headers.get("accept", ""), (TEXT, JSON))
    rows = _rows(call, file_token, Action.READ, Resource.DAG_CODE)
    row = max(rows, key=lambda each: each.parsed_at)
    text = source_of(CodeStore(call.around.home), row.code_version, row.file)
    if text is None:
        raise NotFound("kept code of the DAG file", row.file)
    return SourceView(content=text) if media == JSON else PlainTextResponse(text)


@routes.put("/parseDagFile/{file_token}", needs=Needs(Resource.DAG, Action.EDIT), status=201)
def reparse_dag_file(call: Call, file_token: str) -> None:
    """Have a DAG file read again now."""
    row = _rows(call, file_token, Action.EDIT, Resource.DAG)[0]
    dag_files.reparse(call.act(), row.file, folder=row.folder)


def _rows(call: Call, token: str, action: Action, resource: Resource) -> list[DagRow]:
    """The DAGs of the file; Problem unless the caller may do that to all of them."""
    place = file_of_token(call, token)
    rows = [row for row in call.store.dags() if (row.folder, row.file) == place]
    if not rows:
        raise NotFound("DAG file", place.file)
    for row in rows:
        call.must(action, resource, row.dag_id)
    return rows
