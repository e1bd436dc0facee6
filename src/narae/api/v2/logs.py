"""``.../logs/{try_number}`` and ``.../externalLogUrl/{try_number}``: what a try has said."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
from anyio.to_thread import run_sync
from msgspec import Meta
from starlette.responses import Response, StreamingResponse

from narae.accounts.permissions import Action, Resource
from narae.api.accept import preferred
from narae.api.call import Call
from narae.api.fields import MapIndex, Natural
from narae.api.log_pages import (
    PAGE_LINES,
    WHOLE_LINES_MAX,
    BadToken,
    is_over,
    offset_of,
    part,
    text_pages,
    token,
)
from narae.api.operation import V2, Needs, Query
from narae.api.pauses import pause
from narae.api.problems import Problem, invalid
from narae.api.routes import Routes
from narae.api.v2.task_instances import find_instance
from narae.api.view import View
from narae.core.ids import UNMAPPED, TaskRef
from narae.core.log_paths import log_path
from narae.core.run import Instance
from narae.logs.file_store import FileLogStore

routes = Routes(V2, tag="TaskInstance")

READ = Needs(Resource.TASK_LOG, Action.READ)
JSON, TEXT, LINES = "application/json", "text/plain", "application/x-ndjson"
LOOK_SECONDS = 0.5
"""How often a log that is followed is looked at."""

_TASK = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}"


class LogOf(NamedTuple):
    """Which try's log."""

    dag_id: str
    run_id: str
    ref: TaskRef
    try_number: int

    @property
    def path(self) -> str:
        """Within the log folder."""
        return log_path(self.dag_id, self.run_id, *self.ref, self.try_number)

    def file(self, call: Call) -> Path:
        """Where it stands, or will."""
        return FileLogStore(call.settings.logging.base_log_folder).file(self.path)

    def is_over(self, call: Call) -> bool:
        """Whether nothing more will be written to it; a Problem when there is no such try."""
        _, row = find_instance(call, self.dag_id, self.run_id, self.ref)
        check_try(row.instance, self.try_number)
        return is_over(row.instance, self.try_number)


class LogQuery(Query, frozen=True, kw_only=True):
    """Which part of which instance's log."""

    full_content: bool = False
    map_index: MapIndex = UNMAPPED
    token: Annotated[
        str, Meta(max_length=1000, description="`continuation_token` of the part before.")
    ] = ""


class LogView(View, frozen=True, kw_only=True):
    """``TaskInstancesLogResponse``."""

    content: list[dict[str, Any]]
    """Lines: ``event``, ``timestamp``, ``level``, ``logger``, ``source`` and what they bring."""
    continuation_token: str | None
    """Where to go on: more is there, or may come. None: that was all."""


class MapQuery(Query, frozen=True, kw_only=True):
    """Which instance of a mapped task."""

    map_index: MapIndex = UNMAPPED


class UrlView(View, frozen=True, kw_only=True):
    """``ExternalLogUrlResponse``."""

    url: str


@routes.get(f"{_TASK}/logs/{{try_number}}", needs=READ, media=(JSON, TEXT, LINES), errors=(406,))
def get_log(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, try_number: Natural, query: LogQuery
) -> LogView | Response:
    """The log of one try: in parts as JSON, whole as text, followed to its end as x-ndjson."""
    media = preferred(call.request.headers.get("accept", ""), (JSON, TEXT, LINES))
    ref = TaskRef(task_id, query.map_index)
    _, row = find_instance(call, dag_id, dag_run_id, ref)
    check_try(row.instance, try_number)
    path = log_path(dag_id, dag_run_id, task_id, query.map_index, try_number)
    store = FileLogStore(call.settings.logging.base_log_folder)
    offset = _offset(query, path)
    if media == TEXT:
        return StreamingResponse(text_pages(store, path), media_type=TEXT)
    if media == LINES:
        followed = _follow(call, store, path, (dag_id, dag_run_id, ref, try_number))
        return StreamingResponse(followed, media_type=LINES)
    over = is_over(row.instance, try_number)  # known before the read: nothing is missed
    lines_max = WHOLE_LINES_MAX if query.full_content else PAGE_LINES
    found = part(store, path, offset=offset, lines_max=lines_max)
    ended = found.at_end and over
    return LogView(
        content=found.lines,
        continuation_token=None if ended else token(path, found.next_offset),
    )


def check_try(instance: Instance, number: int) -> None:
    """Problem 404 for a try that never was."""
    if not 1 <= number <= max(instance.try_number, 1):
        had = f"it has had {instance.try_number}" if instance.try_number else "it has not run yet"
        raise Problem(404, f"task {instance.task_id!r} has no try {number}: {had}")


def _offset(query: LogQuery, path: str) -> int:
    if not query.token:
        return 0
    try:
        return offset_of(query.token, path)
    except BadToken as error:
        raise invalid(V2, "token", str(error)) from None


async def _follow(
    call: Call, store: FileLogStore, path: str, of: tuple[str, str, TaskRef, int]
) -> AsyncIterator[bytes]:
    """Lines as they come, until the try is over or whoever reads goes away."""
    dag_id, run_id, ref, number = of

    def look(offset: int) -> tuple[bool, list[dict[str, Any]], int]:
        _, row = find_instance(call, dag_id, run_id, ref)
        over = is_over(row.instance, number)
        found = part(store, path, offset=offset, lines_max=PAGE_LINES)
        return over and found.at_end, found.lines, found.next_offset

    offset, ended = 0, False
    while not ended:
        ended, lines, offset = await run_sync(look, offset)
        for line in lines:
            yield msgspec.json.encode(line) + b"\n"
        if not ended and len(lines) < PAGE_LINES and not await pause(call, LOOK_SECONDS):
            return


@routes.get(f"{_TASK}/externalLogUrl/{{try_number}}", needs=READ)
def get_external_log_url(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, try_number: Natural, query: MapQuery
) -> UrlView:
    """Where else the log is. Narae keeps logs itself, so there is nothing to point at: 400."""
    _, row = find_instance(call, dag_id, dag_run_id, TaskRef(task_id, query.map_index))
    check_try(row.instance, try_number)
    raise Problem(400, "Narae keeps the logs itself: there is no other place that shows them")
