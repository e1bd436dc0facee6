"""Level and source of many lines at once: what filters and counts look at."""

from collections.abc import Callable

import msgspec

from narae.logs.lines import decode_line

ERRORS = frozenset({"error", "critical"})


class Head(msgspec.Struct, frozen=True, gc=False):
    """Of one line."""

    level: str = "info"
    source: str = "unknown"

    @property
    def is_error(self) -> bool:
        """Whether somebody who looks for what went wrong wants to see it."""
        return self.level.lower() in ERRORS


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines; an empty set says nothing. Levels are in lower case."""

    levels: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()

    @property
    def is_all(self) -> bool:
        """Every line is wanted."""
        return not self.levels and not self.sources

    def takes(self, head: Head) -> bool:
        """Whether a line of this head is wanted."""
        return (not self.levels or head.level.lower() in self.levels) and (
            not self.sources or head.source in self.sources
        )


_decoder = msgspec.json.Decoder(Head)
_decode_lines: Callable[[bytes], list[Head]] = _decoder.decode_lines


def heads_of(data: bytes) -> list[Head]:
    r"""The head of each whole line of ``data``; a damaged line counts as its text.

    >>> heads_of(b'{"level":"error","event":"x","source":"task"}\nnoise\n')
    [Head(level='error', source='task'), Head(level='info', source='unknown')]
    """
    try:
        found = _decode_lines(data)
    except msgspec.DecodeError:
        return [_head_of(line) for line in data[:-1].split(b"\n")]
    if len(found) != data.count(b"\n"):  # empty lines are no JSON, but they are lines
        return [_head_of(line) for line in data[:-1].split(b"\n")]
    return found


def _head_of(line: bytes) -> Head:
    found = decode_line(line)
    return Head(str(found.get("level", "info")), str(found.get("source", "unknown")))
