"""Where the lines of a log are, without keeping them: built by reading it once, a bit at a time.

The log is seen as blocks of whole lines. Of each, where it begins and how many lines are before
it is kept, so that a line is found by reading one block. Counted are about 2 GB in a second by
:class:`LineIndex`, 600 MB by :class:`HeadIndex`, which knows levels and sources, too.
"""

import threading
from array import array
from bisect import bisect_right
from collections import Counter, OrderedDict
from itertools import accumulate
from typing import NamedTuple

from narae.logs.budget import Budget
from narae.logs.heads import Head, Wanted, heads_of
from narae.logs.lines import decode_line
from narae.logs.log_file import BLOCK_BYTES, Chunk, LogFile

KEPT_LOGS = 256
GROUPS_MAX = 2_000
GROUP, GROUP_END = b"::group::", b"::endgroup::"
_ANY_GROUP = b"group::"


class Block(NamedTuple):
    """Some lines one after the other."""

    start: int
    """Their first byte."""
    before: int
    """How many lines are before them."""


class LineIndex:
    """The blocks of one log. Grows with it; several threads may extend and ask."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.end = 0
        """How far it has come, in bytes."""
        self.lines = 0
        self._starts = array("Q")
        self._before = array("Q")

    def extend(self, file: LogFile, budget: Budget, *, to_line: int | None = None) -> bool:
        """Reads on; whether the whole log, or ``to_line``, has been reached."""
        while to_line is None or self.lines < to_line:
            with self.lock:
                chunk = file.chunk(self.end)
                if not chunk.data:
                    return True
                self._add(chunk)
            if budget.is_spent:
                return self.end >= file.size
        return True

    @property
    def blocks(self) -> int:
        """How many there are."""
        return len(self._starts)

    def place_of(self, line: int) -> int:
        """Which block has the line, or comes before it; the first while there is none."""
        return max(0, bisect_right(self._before, line - 1) - 1)

    def block_of(self, line: int) -> Block:
        """The block that has the line, or comes before it."""
        return self.block(self.place_of(line)) if self._starts else Block(0, 0)

    def block(self, place: int) -> Block:
        """The block at a place in their order."""
        return Block(self._starts[place], self._before[place])

    def _add(self, chunk: Chunk) -> None:
        if not self._starts or self.end - self._starts[-1] >= BLOCK_BYTES // 2:
            self._starts.append(self.end)
            self._before.append(self.lines)
            self._begin()
        self._measure(chunk)
        self.lines += chunk.data.count(b"\n")
        self.end = chunk.end

    def _begin(self) -> None:
        """A new block begins."""

    def _measure(self, chunk: Chunk) -> None:
        """Lines come to the last block."""


class Group(NamedTuple):
    """Lines that belong together; ``last`` is 0 while the group is open."""

    name: str
    first: int
    last: int


class HeadIndex(LineIndex):
    """Knows how many lines of which level and source each block has, and the groups."""

    def __init__(self) -> None:
        super().__init__()
        self.totals: Counter[Head] = Counter()
        self.first_error: int | None = None
        self.last_error: int | None = None
        self.groups: list[Group] = []
        self.groups_are_all = True
        self._open: list[int] = []
        self._counts: dict[Head, array[int]] = {}

    def matching(self, wanted: Wanted) -> list[int]:
        """How many wanted lines are before each block, and in all at the end."""
        with self.lock:
            blocks = len(self._starts)
            counts = [array_ for head, array_ in self._counts.items() if wanted.takes(head)]
            sums = [sum(each) for each in zip(*counts, strict=True)] if counts else [0] * blocks
        return [0, *accumulate(sums)]

    def _begin(self) -> None:
        for counts in self._counts.values():
            counts.append(0)

    def _measure(self, chunk: Chunk) -> None:
        heads = heads_of(chunk.data)
        counted = Counter(heads)
        self.totals.update(counted)
        for head, count in counted.items():
            if head not in self._counts:
                self._counts[head] = array("Q", [0] * len(self._starts))
            self._counts[head][-1] += count
        if any(head.is_error for head in counted):
            places = [place for place, head in enumerate(heads, 1) if head.is_error]
            self.first_error = self.first_error or self.lines + places[0]
            self.last_error = self.lines + places[-1]
        if _ANY_GROUP in chunk.data:
            self._find_groups(chunk.data)

    def _find_groups(self, data: bytes) -> None:
        number, begin = self.lines + 1, 0
        found = data.find(_ANY_GROUP)
        while found >= 0:
            number += data.count(b"\n", begin, found)
            begin = data.rfind(b"\n", 0, found) + 1
            end = data.index(b"\n", found)
            self._take_marker(str(decode_line(data[begin:end]).get("event", "")), number)
            number, begin = number + 1, end + 1
            found = data.find(_ANY_GROUP, begin)

    def _take_marker(self, event: str, number: int) -> None:
        text = event.strip()
        if text.startswith(GROUP_END.decode()):
            if self._open:
                place = self._open.pop()
                if place >= 0:
                    self.groups[place] = self.groups[place]._replace(last=number)
        elif text.startswith(GROUP.decode()):
            if len(self.groups) >= GROUPS_MAX:
                self.groups_are_all = False
                self._open.append(-1)
                return
            self._open.append(len(self.groups))
            self.groups.append(Group(text.removeprefix(GROUP.decode()).strip(), number, 0))


class LogIndex:
    """Both indexes of one log, and what tells it from another one of the same name."""

    def __init__(self, file: LogFile) -> None:
        self.lines = LineIndex()
        self.heads = HeadIndex()
        self._inode = file.inode
        self._print = file.print()

    def is_of(self, file: LogFile) -> bool:
        """Whether it has read this log, which may have grown."""
        read = max(self.lines.end, self.heads.end)
        begin = file.print()[: len(self._print)]
        return file.inode == self._inode and read <= file.size and begin == self._print


class LogIndexes:
    """The indexes of the logs that were looked at last."""

    def __init__(self, kept: int = KEPT_LOGS) -> None:
        self._lock = threading.Lock()
        self._kept = kept
        self._found: OrderedDict[str, LogIndex] = OrderedDict()

    def of(self, file: LogFile) -> LogIndex:
        """The log's own, a new one if need be."""
        with self._lock:
            found = self._found.pop(file.key, None)
            if found is None or not found.is_of(file):
                found = LogIndex(file)
            self._found[file.key] = found
            while len(self._found) > self._kept:
                self._found.popitem(last=False)
            return found
