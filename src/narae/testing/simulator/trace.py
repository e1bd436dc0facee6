"""What happened, line by line, and a digest of all of it."""

import hashlib
from collections import deque
from datetime import datetime

from narae.core.codec import pack

LINES_KEPT = 400


class Trace:
    """Two histories are the same when their digests are."""

    def __init__(self, *, keep: int = LINES_KEPT) -> None:
        self._mark = hashlib.sha256()
        self.lines: deque[str] = deque(maxlen=keep)

    def note(self, at: datetime, words: str, *values: object) -> None:
        """One line; ``values`` are msgspec values that count for the digest and are not shown."""
        line = f"{at:%H:%M:%S.%f} {words}"
        self.lines.append(line)
        self._mark.update(line.encode())
        for value in values:
            self._mark.update(pack(value))

    @property
    def digest(self) -> str:
        """SHA-256 over everything noted so far, in hex."""
        return self._mark.hexdigest()
