"""``.../logs/{task_try_number}``: what a try has said."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta
from starlette.responses import Response, StreamingResponse

from narae.accounts.permissions import Action, Resource
from narae.api.accept import preferred
from narae.api.call import Call
from narae.api.fields import MapIndex, Natural
from narae.api.log_pages import (
    WHOLE_LINES_MAX,
    BadToken,
    offset_of,
    part,
    text_of,
    text_pages,
    token,
)
from narae.api.operation import V1, Needs, Query
from narae.api.problems import invalid
from narae.api.routes import Routes
from narae.api.v1.task_instances import find_instance
from narae.api.view import View
from narae.core.ids import UNMAPPED, TaskRef
from narae.core.log_paths import log_path
from narae.logs.file_store import FileLogStore
from narae.storage.queries import InstanceListRow

routes = Routes(V1, tag="TaskInstance")

JSON, TEXT = "application/json", "text/plain"
_INSTANCE = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}"


class LogQuery(Query, frozen=True, kw_only=True):
    """Which part of which instance's log."""

    full_content: bool = False
    map_index: MapIndex = UNMAPPED
    token: Annotated[
        str, Meta(max_length=1000, description="`continuation_token` of the part before.")
    ] = ""


class LogView(View, frozen=True, kw_only=True):
    """A part of a log."""

    continuation_token: str
    """Where to go on."""
    content: str
    """Python's text of a list of pairs, host and text: clients of Airflow 2 read it so."""


@routes.get(
    f"{_INSTANCE}/logs/{{task_try_number}}",
    needs=Needs(Resource.TASK_LOG, Action.READ),
    media=(JSON, TEXT),
    errors=(406,),
)
def get_log(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    task_try_number: Natural,
    query: LogQuery,
) -> LogView | Response:
    """The log of one try: as JSON, or whole as text."""
    media = preferred(call.request.headers.get("accept", ""), (JSON, TEXT))
    row = find_instance(call, dag_id, dag_run_id, TaskRef(task_id, query.map_index))
    path = log_path(dag_id, dag_run_id, task_id, query.map_index, task_try_number)
    offset = _offset(query, path)
    store = FileLogStore(call.settings.logging.base_log_folder)
    host = _host(call, row, task_try_number)
    if media == TEXT:
        return StreamingResponse(_text(store, path, host), media_type=TEXT)
    start = 0 if query.full_content else offset
    found = part(store, path, offset=start, lines_max=WHOLE_LINES_MAX)
    pairs = [(host, "".join(map(text_of, found.lines)))]
    return LogView(
        continuation_token=token(path, found.next_offset), content=str(pairs if found.lines else [])
    )


def _text(store: FileLogStore, path: str, host: str) -> Iterator[str]:
    yield f"{host}\n"
    yield from text_pages(store, path)
    yield "\n"


def _offset(query: LogQuery, path: str) -> int:
    if not query.token:
        return 0
    try:
        return offset_of(query.token, path)
    except BadToken as error:
        raise invalid(V1, "token", str(error)) from None


def _host(call: Call, row: InstanceListRow, number: int) -> str:
    one = row.instance
    if number == one.try_number:
        return row.host or ""
    tries = call.queries.tries(one.run, one.task_id, map_index=one.map_index)
    return next((each.last.host or "" for each in tries if each.try_number == number), "")
