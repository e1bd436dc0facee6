"""Looks for text in a log, step by step: no step takes long, however long the log is."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from narae.logs.budget import Budget
from narae.logs.heads import Head, Wanted, heads_of
from narae.logs.lines import decode_line
from narae.logs.log_file import Chunk, LogFile
from narae.logs.reader import Start

AROUND = 120
"""Characters that are shown on either side of a match."""
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_ESCAPE = b"\\u001b"


class Match(NamedTuple):
    """A line that was looked for, and the text around what was looked for in it."""

    number: int
    head: Head
    before: str
    match: str
    after: str


class Found(NamedTuple):
    """What a step has found."""

    matches: list[Match]
    next: Start | None
    """Where the next step begins; None: everything that is there was searched."""
    end: int
    """How far it has come, in bytes."""


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for: text in upper or lower case, and lines of which kind."""

    text: str = ""
    wanted: Wanted = Wanted()

    @property
    def pattern(self) -> re.Pattern[str]:
        """Finds the text in that of a line."""
        return re.compile(re.escape(self.text), re.IGNORECASE)


def find(file: LogFile, sought: Sought, start: Start, limit: int, budget: Budget) -> Found:
    """At most ``limit`` lines from ``start`` on, as far as the budget lasts."""
    matches: list[Match] = []
    pattern = sought.pattern
    offset, number = start
    while (chunk := file.chunk(offset)).data:
        for match in _in_chunk(chunk, number, sought, pattern):
            if len(matches) == limit:
                here = _start_of(chunk, offset, number, match.number)
                return Found(matches, here, here.offset)
            matches.append(match)
        offset, number = chunk.end, number + chunk.data.count(b"\n")
        if budget.is_spent and file.chunk(offset).data:
            return Found(matches, Start(offset, number), offset)
    return Found(matches, None, offset)


def _start_of(chunk: Chunk, offset: int, number: int, line: int) -> Start:
    rest = chunk.data.split(b"\n", line - number)[-1]
    return Start(offset + len(chunk.data) - len(rest), line)


def _in_chunk(
    chunk: Chunk, number: int, sought: Sought, pattern: re.Pattern[str]
) -> Iterator[Match]:
    for place, data in _candidates(chunk.data, sought):
        line = decode_line(data)
        head = Head(str(line.get("level", "info")), str(line.get("source", "unknown")))
        if sought.wanted.takes(head):
            for text in texts_of(line):
                if (found := pattern.search(text)) is not None:
                    yield _match(number + place, head, text, found)
                    break


def texts_of(line: dict[str, Any]) -> Iterator[str]:
    """What people read of a line: its text and its traceback, without colours."""
    for name in ("event", "traceback"):
        text = line.get(name)
        if text is not None or name == "event":
            yield _ANSI.sub("", "" if text is None else str(text))


def _match(number: int, head: Head, text: str, found: re.Match[str]) -> Match:
    begin, end = found.span()
    return Match(
        number,
        head,
        text[max(0, begin - AROUND) : begin],
        text[begin : min(end, begin + 2 * AROUND)],
        text[end : end + AROUND],
    )


def _candidates(data: bytes, sought: Sought) -> Iterator[tuple[int, bytes]]:
    """Lines that may match, with their places: more than do, but never fewer."""
    if not sought.text:
        places = _of_kind(data, sought.wanted)
    elif sought.text.isascii() or sought.text.lower() == sought.text.upper():
        places = _of_text(data, sought.text)
    else:
        places = _of_letters(data, sought.text)
    lines: list[bytes] = []
    for place in places:
        lines = lines or data[:-1].split(b"\n")
        yield place, lines[place]


def _of_kind(data: bytes, wanted: Wanted) -> Iterator[int]:
    heads = heads_of(data)
    taken = {head for head in set(heads) if wanted.takes(head)}
    if taken:
        yield from (place for place, head in enumerate(heads) if head in taken)


def _of_text(data: bytes, text: str) -> Iterator[int]:
    kept = _as_kept(text)
    needle, plain = kept.encode().lower(), text.encode().lower()
    lower = data.lower()
    if kept != text or _ESCAPE in data:  # a damaged line has it plain; colours may stand within
        yield from (
            place
            for place, line in enumerate(lower[:-1].split(b"\n"))
            if needle in line or plain in line or _ESCAPE in line
        )
        return
    place, begin = 0, 0
    found = lower.find(needle)
    while found >= 0:
        place += lower.count(b"\n", begin, found)
        yield place
        begin = lower.find(b"\n", found) + 1
        place += 1
        found = lower.find(needle, begin)


def _of_letters(data: bytes, text: str) -> Iterator[int]:
    """Letters beyond ASCII that have two cases: slower, but right."""
    forms = dict.fromkeys((_as_kept(text), text))
    pattern = re.compile("|".join(map(re.escape, forms)), re.IGNORECASE)
    for place, line in enumerate(data[:-1].decode(errors="replace").split("\n")):
        if "\\u001b" in line or pattern.search(line):
            yield place


def _as_kept(text: str) -> str:
    """As it stands within a JSON text."""
    return msgspec.json.encode(text)[1:-1].decode()
