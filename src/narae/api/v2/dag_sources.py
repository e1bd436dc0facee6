"""``/api/v2/dagSources``: the text of a DAG's file."""

from starlette.responses import PlainTextResponse

from narae.accounts.permissions import Action, Resource
from narae.api.accept import preferred
from narae.api.call import Call
from narae.api.fields import Natural
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.v2.code import latest_code, numbered_code, text_of
from narae.api.view import View

routes = Routes(V2, tag="DagSource")

MEDIA = ("application/json", "text/plain")


class SourceQuery(Query, frozen=True, kw_only=True):
    """Of which version; the latest parsed if none is named."""

    version_number: Natural | None = None


class SourceView(View, frozen=True, kw_only=True):
    """The text of a DAG's file (Airflow 3's ``DAGSourceResponse``)."""

    content: str
    dag_id: str
    version_number: int | None
    dag_display_name: str


@routes.get(
    "/dagSources/{dag_id}",
    needs=Needs(Resource.DAG_CODE, Action.READ),
    media=MEDIA,
    errors=(406,),
    etag=True,
)
def get_dag_source(call: Call, dag_id: str, query: SourceQuery) -> SourceView | PlainTextResponse:
    """The text of a DAG's file, as JSON or as plain text."""
    media = preferred(call.request.headers.get("accept", ""), MEDIA)
    number = query.version_number
    found = latest_code(call, dag_id) if number is None else numbered_code(call, dag_id, number)
    content = text_of(call, dag_id, found)
    if media != MEDIA[0]:
        return PlainTextResponse(content)
    return SourceView(
        content=content,
        dag_id=dag_id,
        version_number=found.number or None,
        dag_display_name=call.queries.dag_names([dag_id]).get(dag_id) or dag_id,
    )
