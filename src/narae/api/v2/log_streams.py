"""``.../logs/{try_number}/stream`` and ``/download``: a log as it grows, and as a file."""

import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from time import monotonic
from typing import Annotated, Literal, NamedTuple
from urllib.parse import quote

import msgspec
from anyio.to_thread import run_sync
from msgspec import Meta
from starlette.responses import Response, StreamingResponse

from narae.api.call import Call
from narae.api.fields import INT32_MAX, Natural
from narae.api.log_pages import text_pages
from narae.api.operation import V2
from narae.api.pauses import pause
from narae.api.problems import Problem
from narae.api.routes import Routes
from narae.api.v2.log_views import line_view
from narae.api.v2.log_windows import LOG, READ, STEP_SECONDS, LogPlaceQuery, opened
from narae.api.v2.logs import LogOf
from narae.core.ids import UNMAPPED, TaskRef
from narae.errors import NaraeError
from narae.logs.budget import Budget
from narae.logs.file_store import FileLogStore
from narae.logs.log_file import BLOCK_BYTES, LogFile
from narae.logs.reader import Start, lines_of

routes = Routes(V2, tag="TaskInstance")

EVENTS = "text/event-stream"
TEXT, LINES = "text/plain", "application/x-ndjson"
LOOK_SECONDS = 0.1
"""How often the size of a log is looked at while somebody listens."""
ASK_SECONDS = 0.5
"""How often the store is asked whether the try is over."""
HEARTBEAT_SECONDS = 15.0
STREAM_SECONDS_MAX = 600.0
"""Then the listener has to come back, and to show anew who it is."""
NO_STORE = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
NAME_CHARS = 180


class LogStreamQuery(LogPlaceQuery, frozen=True, kw_only=True):
    """From where on."""

    from_line: Annotated[
        int,
        Meta(
            ge=1,
            le=INT32_MAX,
            description="The first line that is sent. `Last-Event-ID` goes before it.",
        ),
    ] = 1


class LogDownloadQuery(LogPlaceQuery, frozen=True, kw_only=True):
    """In which form."""

    format: Annotated[
        Literal["text", "lines"], Meta(description="Text to read, or the JSON lines as kept.")
    ] = "text"


@routes.get(f"{LOG}/stream", needs=READ, media=(EVENTS,))
def stream_log(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    try_number: Natural,
    query: LogStreamQuery,
) -> str | Response:
    """A try's log as Server-Sent Events: lines as a JSON array each, and ``end`` at its end.

    The id of an event is the number of its last line: whoever comes back with it goes on there.
    ``reset`` says that the log is gone or another one.
    """
    of = LogOf(dag_id, dag_run_id, TaskRef(task_id, query.map_index), try_number)
    of.is_over(call)
    last = call.request.headers.get("last-event-id", "")
    line = int(last) + 1 if last.isdecimal() and len(last) <= len(str(INT32_MAX)) else 0
    body = _events(call, of, line or query.from_line)
    return StreamingResponse(body, media_type=EVENTS, headers=NO_STORE)


class _Step(NamedTuple):
    """What there is to send."""

    data: bytes = b""
    is_last: bool = False


RESET = _Step(b"event: reset\ndata: {}\n\n", is_last=True)


class _Follower:
    """Reads on where it has stopped. Used by one thread at a time."""

    def __init__(self, call: Call, of: LogOf) -> None:
        self._call = call
        self._of = of
        self._path = of.file(call)
        self._start = Start(0, 1)
        self._inode: tuple[int, int] | None = None
        self._asked = 0.0
        self._over = False

    def begin(self, line: int) -> bool:
        """Finds the first line; False when that needs another call."""
        with opened(self._call, self._of) as log:
            start = log.reader.place_of(line, Budget(STEP_SECONDS))
            self._start = start or self._start
            return start is not None

    def step(self) -> _Step:
        """Lines that are new, or the end once everything was sent."""
        try:
            over = self._is_over()
        except (NaraeError, Problem):
            return RESET
        found = _stat(self._path)
        if found is None:
            return RESET if self._inode else self._end(over=over)
        if found.st_size == self._start.offset and not over:
            return _Step()
        with LogFile(self._path) as file:
            self._inode = self._inode or file.inode
            if file.inode != self._inode or file.size < self._start.offset:
                return RESET
            chunk = file.chunk(self._start.offset)
        if not chunk.data:
            return self._end(over=over)
        views = [line_view(line) for line in lines_of([chunk], self._start.number)]
        self._start = Start(chunk.end, self._start.number + len(views))
        data = msgspec.json.encode(views)
        return _Step(b"id: %d\ndata: %s\n\n" % (self._start.number - 1, data))

    def _end(self, *, over: bool) -> _Step:
        last = self._start.number - 1
        return _Step(b"event: end\nid: %d\ndata: {}\n\n" % last, is_last=True) if over else _Step()

    def _is_over(self) -> bool:
        now = monotonic()
        if not self._over and now >= self._asked + ASK_SECONDS:
            self._asked = now
            self._over = self._of.is_over(self._call)
        return self._over


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


async def _events(call: Call, of: LogOf, line: int) -> AsyncIterator[bytes]:
    """Until the try is over, the server stops, or whoever listens goes away."""
    begun = spoken = monotonic()
    follower = _Follower(call, of)
    yield b"retry: 1000\n\n"
    while not await run_sync(follower.begin, line):
        pass
    while monotonic() < begun + STREAM_SECONDS_MAX:
        step = await run_sync(follower.step)
        if step.data:
            yield step.data
            spoken = monotonic()
        if step.is_last:
            return
        if monotonic() >= spoken + HEARTBEAT_SECONDS:
            yield b":\n\n"
            spoken = monotonic()
        if not await pause(call, 0 if step.data else LOOK_SECONDS):
            return


@routes.get(f"{LOG}/download", needs=READ, media=(TEXT, LINES))
def download_log(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    try_number: Natural,
    query: LogDownloadQuery,
) -> str | Response:
    """A try's whole log as a file."""
    of = LogOf(dag_id, dag_run_id, TaskRef(task_id, query.map_index), try_number)
    of.is_over(call)
    headers = NO_STORE | {"Content-Disposition": attachment(of, query.format)}
    if query.format == "text":
        store = FileLogStore(call.settings.logging.base_log_folder)
        pages = (page.encode(errors="backslashreplace") for page in text_pages(store, of.path))
        return StreamingResponse(pages, media_type=TEXT, headers=headers)
    return StreamingResponse(_whole_lines(of.file(call)), media_type=LINES, headers=headers)


def _whole_lines(path: Path) -> Iterator[bytes]:
    with LogFile(path) as file:
        end = file.last_chunk(BLOCK_BYTES).end
        for offset in range(0, end, BLOCK_BYTES):
            yield file.read(offset, min(BLOCK_BYTES, end - offset))


def attachment(of: LogOf, form: str) -> str:
    """The header that names the file: in ASCII for the old, as it is for all others.

    >>> attachment(LogOf("a/b", "r 1", TaskRef("load", 3), 2), "text").split("; ")[1]
    'filename="a_b.r_1.load.3.2.log"'
    """
    index = () if of.ref.map_index == UNMAPPED else (str(of.ref.map_index),)
    parts = (of.dag_id, of.run_id, of.ref.task_id, *index)
    end = f"{of.try_number}.{'log' if form == 'text' else 'jsonl'}"
    name = re.sub(r"[^\w.+-]", "_", ".".join(parts))[:NAME_CHARS]
    plain = re.sub(r"[^ -~]", "_", name)
    full = quote(name, safe="", errors="replace")
    return f"attachment; filename=\"{plain}.{end}\"; filename*=UTF-8''{full}.{end}"
