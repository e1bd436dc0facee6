"""Any part of a log of any size: windows of lines, whole or filtered, and lines as they come."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from narae.logs.budget import Budget
from narae.logs.heads import Wanted, heads_of
from narae.logs.line_index import LogIndex
from narae.logs.log_file import LONG_LINE_BYTES, Chunk, LogFile

WINDOW_BYTES = 4 * 1024 * 1024
"""A window of long lines has fewer of them."""
_TAIL_BYTES = 64 * 1024
_GUESS_BYTES = 200
"""Of a line, before any has been seen."""


class Line(NamedTuple):
    """One line as it is kept, without its line break."""

    number: int
    data: bytes
    is_cut: bool = False


class Window(NamedTuple):
    """Neighbouring lines among those that are shown."""

    lines: list[Line]
    position: int
    """Of the first of them, from 0 on."""
    total: int
    lines_total: int
    is_exact: bool


class Ends(NamedTuple):
    """The first line and the last one, as they are kept; empty when there is none."""

    first: bytes
    last: bytes


class Place(NamedTuple):
    """Where a window begins: at a position, at the first wanted line from one on, or at the end."""

    position: int = 0
    line: int | None = None
    from_end: bool = False


class Start(NamedTuple):
    """Where a line begins."""

    offset: int
    number: int


class LogReader:
    """Reads one open log with the help of its index, as far as a budget lets it count."""

    def __init__(self, file: LogFile, index: LogIndex) -> None:
        self._file = file
        self._index = index

    def ends(self) -> Ends:
        """What tells when the log begins and ends."""
        first = self._file.chunk(0, _TAIL_BYTES).data
        last = self._file.last_chunk(_TAIL_BYTES).data
        return Ends(first.partition(b"\n")[0], last[:-1].rpartition(b"\n")[2])

    # -- every line -------------------------------------------------------------------------

    def at_line(self, line: int, limit: int, budget: Budget) -> Window:
        """At most ``limit`` lines from ``line`` on.

        Where the counting has not come yet, the place is guessed and said not to be exact.
        """
        index = self._index.lines
        done = index.extend(self._file, budget)
        if done or line + limit <= index.lines:
            first = line if line <= index.lines else max(1, index.lines - limit + 1)
            lines = list(_bounded(islice(self.from_line(first), limit)))
            return Window(lines, first - 1, self._total(), self._total(), is_exact=done)
        total = self._total()
        first = min(line, max(1, total - limit + 1))
        beyond = index.end + (first - 1 - index.lines) * self._line_bytes()
        start = self._file.line_after(min(int(beyond), max(0, self._file.size - 1)))
        lines = list(_bounded(islice(lines_of(self._file.chunks(start), first), limit)))
        return Window(lines, first - 1, total, total, is_exact=False)

    def at_end(self, limit: int, budget: Budget) -> Window:
        """The last ``limit`` lines; their numbers are guessed until the log is counted."""
        index = self._index.lines
        if index.extend(self._file, budget):
            return self.at_line(max(1, index.lines - limit + 1), limit, budget)
        size = int(limit * self._line_bytes() * 2)
        lines = list(lines_of([self._file.last_chunk(min(size, WINDOW_BYTES))], 1))[-limit:]
        total = self._total()
        first = total - len(lines)
        lines = [line._replace(number=first + place) for place, line in enumerate(lines, 1)]
        return Window(lines, first, total, total, is_exact=False)

    def from_line(self, line: int) -> Iterator[Line]:
        """Lines from one on that has been counted, or is the next to be, to the end."""
        block = self._index.lines.block_of(line)
        lines = lines_of(self._file.chunks(block.start), block.before + 1)
        return islice(lines, line - block.before - 1, None)

    def place_of(self, line: int, budget: Budget) -> Start | None:
        """Where a line begins, or the end if it is not there; None while that isn't counted."""
        index = self._index.lines
        if not index.extend(self._file, budget, to_line=line):
            return None
        block = index.block_of(line)
        start, number = block
        for chunk in self._file.chunks(start):
            left, count = line - 1 - number, chunk.data.count(b"\n")
            if left < count:
                rest = chunk.data.split(b"\n", left)[-1] if left else chunk.data
                return Start(start + len(chunk.data) - len(rest), line)
            start, number = chunk.end, number + count
        return Start(start, number + 1)

    def _line_bytes(self) -> float:
        index = self._index.lines
        return index.end / index.lines if index.lines else _GUESS_BYTES

    def _total(self) -> int:
        """How many lines there are: counted, and guessed from the bytes that are left."""
        index = self._index.lines
        if index.end >= self._file.size or not index.lines:
            return index.lines
        return index.lines + int((self._file.size - index.end) / self._line_bytes())

    # -- some of them -----------------------------------------------------------------------

    def filtered(self, wanted: Wanted, place: Place, limit: int, budget: Budget) -> Window:
        """Wanted lines, from those that have been counted so far: all, once it is exact."""
        index = self._index.heads
        done = index.extend(self._file, budget)
        before = index.matching(wanted)
        total = before[-1]
        position = self._position(wanted, place, limit, before)
        lines: list[Line] = []
        scanned = False
        for block in range(len(before) - 1):
            if before[block + 1] <= position or before[block + 1] == before[block]:
                continue
            if len(lines) >= limit or (scanned and budget.is_spent):
                break
            skip = max(0, position - before[block])
            found = islice(self._wanted_in(block, wanted), skip, skip + limit - len(lines))
            lines += list(found)
            scanned = True
        counted = index.lines if done else max(index.lines, self._total())
        return Window(list(_bounded(lines)), position, total, counted, is_exact=done)

    def _position(self, wanted: Wanted, place: Place, limit: int, before: list[int]) -> int:
        total, last = before[-1], max(0, before[-1] - limit)
        if place.from_end:
            return last
        if place.line is None:
            return min(place.position, last) if place.position >= total else place.position
        if len(before) == 1:
            return 0
        block = min(self._index.heads.place_of(place.line), len(before) - 2)
        here = sum(line.number < place.line for line in self._wanted_in(block, wanted))
        found = before[block] + here
        return found if found < total else last

    def _wanted_in(self, block: int, wanted: Wanted) -> Iterator[Line]:
        index = self._index.heads
        start, number = index.block(block)
        end = index.end if block + 1 >= index.blocks else index.block(block + 1).start
        while start < end:
            chunk = self._file.chunk(start, min(end - start, LONG_LINE_BYTES))
            if not chunk.data:
                return
            heads = heads_of(chunk.data)
            if any(wanted.takes(head) for head in set(heads)):
                lines = lines_of([chunk], number + 1)
                yield from (
                    line for line, head in zip(lines, heads, strict=True) if wanted.takes(head)
                )
            start, number = chunk.end, number + len(heads)


def lines_of(chunks: Iterable[Chunk], number: int) -> Iterator[Line]:
    """Numbered from ``number`` on."""
    for chunk in chunks:
        parts = chunk.data[:-1].split(b"\n") if chunk.data else []
        for part in parts:
            yield Line(number, part, chunk.is_cut)
            number += 1


def _bounded(lines: Iterable[Line]) -> Iterator[Line]:
    """As many as :data:`WINDOW_BYTES` hold, and one at least."""
    left = WINDOW_BYTES
    for line in lines:
        if left <= 0:
            return
        yield line
        left -= len(line.data)
