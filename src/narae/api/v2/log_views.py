"""The shapes in which a log is shown a part at a time: lines, matches, figures."""

from collections.abc import Callable, Mapping
from typing import Any

from narae.api.view import View
from narae.logs.heads import Head
from narae.logs.lines import decode_line
from narae.logs.reader import Line

SHOWN_CHARS = 32_000
"""Of a line's text, and of its traceback's end."""
DETAIL_BYTES = 64 * 1024
"""What a longer line brings besides is left out."""
_KNOWN = frozenset({"timestamp", "level", "source", "logger", "event", "traceback", "at"})


class LogLineView(View, frozen=True, kw_only=True):
    """One line of a log."""

    number: int
    """From 1 on. An estimate where the answer as a whole is not exact."""
    timestamp: str | None
    level: str
    """In lower case: debug, info, warning, error, critical, or one of the author's own."""
    source: str
    """``task``, ``stdout``, ``stderr`` or ``supervisor``; ``unknown`` for a damaged line."""
    logger: str
    event: str
    """The text, with ANSI sequences as they were written."""
    traceback: str | None
    place: str | None
    """``file.py:12``, where it was logged."""
    detail: dict[str, Any]
    """What else the line brings."""
    is_cut: bool
    """It is longer than what is shown of it; the download has all of it."""


class LogWindowView(View, frozen=True, kw_only=True):
    """Some neighbouring lines of those that are shown."""

    lines: list[LogLineView]
    position: int
    """Of the first of ``lines`` among all that are shown, from 0 on."""
    total: int
    """How many lines are shown in all: those that pass the filter, as far as is known."""
    lines_total: int
    """How many lines the log has."""
    is_exact: bool
    """False while the log is still being counted: positions, numbers and totals are estimates
    without a filter; with one they are right as far as the counting has come. Ask again."""
    size_bytes: int
    has_ended: bool
    """Nothing more will be written to this log."""
    first_at: str | None
    last_at: str | None
    """Timestamps of the first and the last line of the log."""


class LogMatchView(View, frozen=True, kw_only=True):
    """A line that was looked for."""

    number: int
    level: str
    source: str
    before: str
    match: str
    after: str
    """The text around the match, and the match as it is written; without ANSI sequences."""


class LogFindView(View, frozen=True, kw_only=True):
    """What one step of a search has found."""

    matches: list[LogMatchView]
    next_line: int | None
    """Where the next step begins; null: everything that is there has been searched."""
    searched_bytes: int
    """How far into the log the search has come."""
    size_bytes: int
    has_ended: bool


class LogGroupView(View, frozen=True, kw_only=True):
    """Lines between ``::group::`` and ``::endgroup::``, to be folded."""

    name: str
    first_line: int
    last_line: int | None
    """Null: it goes on to the end."""


class LogSummaryView(View, frozen=True, kw_only=True):
    """Figures of one log, as far as it has been counted."""

    size_bytes: int
    counted_bytes: int
    is_complete: bool
    """All of it is counted. Ask again until it is: each answer has counted on."""
    lines: int
    levels: dict[str, int]
    sources: dict[str, int]
    first_error_line: int | None
    """The first line of level error or critical."""
    last_error_line: int | None
    groups: list[LogGroupView]
    groups_are_all: bool
    """False: the log has more groups than are told."""
    has_ended: bool
    first_at: str | None
    last_at: str | None


def line_view(line: Line) -> LogLineView:
    """A line as it is shown; one that is damaged, or far too long, as the text that it is."""
    found = decode_line(line.data)
    event, traceback = str(found.get("event", "")), _text(found, "traceback")
    is_long = len(line.data) > DETAIL_BYTES
    return LogLineView(
        number=line.number,
        timestamp=_text(found, "timestamp"),
        level=str(found.get("level", "info")).lower(),
        source=str(found.get("source", "unknown")),
        logger=str(found.get("logger", "")),
        event=event[:SHOWN_CHARS],
        traceback=traceback and traceback[-SHOWN_CHARS:],
        place=_text(found, "at"),
        detail={} if is_long else {k: v for k, v in found.items() if k not in _KNOWN},
        is_cut=line.is_cut or is_long or len(event) > SHOWN_CHARS,
    )


def moment_of(line: bytes) -> str | None:
    """When a line was logged."""
    return _text(decode_line(line), "timestamp") if line else None


def counts_by(totals: Mapping[Head, int], name: Callable[[Head], str]) -> dict[str, int]:
    """Lines by what ``name`` says of their heads."""
    found: dict[str, int] = {}
    for head, count in list(totals.items()):
        found[name(head)] = found.get(name(head), 0) + count
    return dict(sorted(found.items()))


def _text(found: Mapping[str, Any], name: str) -> str | None:
    value = found.get(name)
    return None if value is None else str(value)
