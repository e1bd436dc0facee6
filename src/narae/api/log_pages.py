"""A try's log as the APIs give it: in pages that go on where the last one ended, or whole."""

import base64
import binascii
from collections.abc import Iterator
from typing import Any

import msgspec

from narae.core.ids import digest
from narae.core.run import Instance
from narae.core.states import FINISHED, TaskState
from narae.logs.file_store import FileLogStore

PAGE_LINES = 1_000
WHOLE_LINES_MAX = 100_000
"""Of one JSON answer; a longer log goes on with a token, or comes whole as text."""

_STAMP_CHARS = 16
_ENDS_TRY = FINISHED | {TaskState.NONE, TaskState.UP_FOR_RETRY}
"""In these states nothing more is written to the log of the latest try."""


class BadToken(ValueError):  # noqa: N818 - says what is wrong
    """A continuation token that is none, or belongs to another log."""


class LogPart(msgspec.Struct, frozen=True, kw_only=True):
    """Some lines of a log."""

    lines: list[dict[str, Any]]
    next_offset: int
    at_end: bool
    """Nothing more is there now."""


def is_over(instance: Instance, try_number: int) -> bool:
    """Whether nothing more will be written to the log of this try."""
    if try_number > instance.try_number:
        return instance.state in FINISHED
    return try_number < instance.try_number or instance.state in _ENDS_TRY


def part(store: FileLogStore, path: str, *, offset: int, lines_max: int) -> LogPart:
    """At most so many lines from a byte on; none of a log that is not there."""
    found: list[dict[str, Any]] = []
    while True:
        limit = min(PAGE_LINES, lines_max - len(found))
        page = store.read(path, offset=offset, limit=limit)
        found += ({"event": "", **line} for line in page.lines)
        offset = page.next_offset
        if page.at_end or len(found) >= lines_max:
            return LogPart(lines=found, next_offset=offset, at_end=page.at_end)


def text_pages(store: FileLogStore, path: str) -> Iterator[str]:
    """All that is there now as text, a page in memory at a time."""
    offset, at_end = 0, False
    while not at_end:
        found = part(store, path, offset=offset, lines_max=PAGE_LINES)
        if found.lines:
            yield "".join(map(text_of, found.lines))
        offset, at_end = found.next_offset, found.at_end


def token(path: str, offset: int) -> str:
    """Where to go on reading; good for this log alone.

    >>> offset_of(token("a/attempt=1.log", 77), "a/attempt=1.log")
    77
    """
    data = msgspec.json.encode((offset, digest(path.encode())[:_STAMP_CHARS]))
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def offset_of(text: str, path: str) -> int:
    """The byte that a token stands for; :class:`BadToken` when it is none of this log."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        offset, stamp = msgspec.json.decode(data, type=tuple[int, str])
    except (binascii.Error, ValueError):
        raise BadToken("it is no continuation token of a log") from None
    if stamp != digest(path.encode())[:_STAMP_CHARS] or not 0 <= offset < 2**63:
        raise BadToken("it belongs to another log")
    return offset


def text_of(line: dict[str, Any]) -> str:
    r"""A line as text, with its line break.

    >>> text_of({"timestamp": "2026-01-02T03:04:05Z", "level": "info", "event": "fish"})
    '[2026-01-02T03:04:05Z] INFO - fish\n'
    """
    at, level = line.get("timestamp"), str(line.get("level") or "info").upper()
    head = f"[{at}] {level} - " if at else ""
    tail = f"\n{line['traceback'].rstrip()}" if isinstance(line.get("traceback"), str) else ""
    return f"{head}{line.get('event', '')}{tail}\n"
