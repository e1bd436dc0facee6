"""``.../logs/{try_number}/stream`` and ``/download``: a log as it grows, and as a file."""

from typing import Annotated, Literal

from msgspec import Meta
from starlette.responses import Response

from narae.api.call import Call
from narae.api.fields import INT32_MAX, Natural
from narae.api.operation import V2
from narae.api.problems import Problem
from narae.api.routes import Routes
from narae.api.v2.log_windows import LOG, READ, LogPlaceQuery

routes = Routes(V2, tag="TaskInstance")

EVENTS = "text/event-stream"
TEXT, LINES = "text/plain", "application/x-ndjson"


class LogStreamQuery(LogPlaceQuery, frozen=True, kw_only=True):
    """From where on."""

    from_line: Annotated[int, Meta(ge=1, le=INT32_MAX, description="The first that is sent.")] = 1


class LogDownloadQuery(LogPlaceQuery, frozen=True, kw_only=True):
    """In which form."""

    format: Annotated[
        Literal["text", "lines"], Meta(description="Text to read, or the JSON lines as kept.")
    ] = "text"


@routes.get(f"{LOG}/stream", needs=READ, media=(EVENTS,))
def stream_log(  # noqa: PLR0913, PLR0917 - what the request gives
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    try_number: Natural,
    query: LogStreamQuery,
) -> str | Response:
    """A try's log as Server-Sent Events: each has lines as a JSON array, the last one is `end`."""
    raise Problem(501, "it is being built")


@routes.get(f"{LOG}/download", needs=READ, media=(TEXT, LINES))
def download_log(  # noqa: PLR0913, PLR0917 - what the request gives
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    try_number: Natural,
    query: LogDownloadQuery,
) -> str | Response:
    """A try's whole log as a file."""
    raise Problem(501, "it is being built")
