"""Identities. Each is a plain value that can be written down, compared and sent."""

import hashlib
from random import Random
from typing import NamedTuple, NewType

RunUid = NewType("RunUid", str)
"""UUIDv7 of one DAG run, 36 characters. The user's name for it is (dag_id, run_id)."""

AttemptId = NewType("AttemptId", str)
"""UUIDv7 of one attempt, 36 characters."""

CodeVersion = NewType("CodeVersion", str)
"""SHA-256, in hex, over the files of a DAG folder."""

Path = tuple[int, ...]
"""Where an instance stands in nested mappings: one index for each level, outermost first."""

UNMAPPED = -1


class TaskRef(NamedTuple):
    """One task instance within its run. ``map_index`` is -1 for a task that is not mapped."""

    task_id: str
    map_index: int = UNMAPPED


class TaskKey(NamedTuple):
    """One task instance anywhere."""

    run: RunUid
    task_id: str
    map_index: int = UNMAPPED

    @property
    def ref(self) -> TaskRef:
        """The same instance as seen from within its run."""
        return TaskRef(self.task_id, self.map_index)


def uuid7(*, unix_ms: int, chance: Random) -> str:
    """A UUIDv7 (RFC 9562, section 5.7): sorted by time, to the millisecond.

    >>> uuid7(unix_ms=1_700_000_000_000, chance=Random(1))[:15]
    '018bcfe5-6800-7'
    """
    tail = chance.getrandbits(74)
    value = (unix_ms & (2**48 - 1)) << 80 | 0x7 << 76 | (tail >> 62) << 64 | 0b10 << 62
    text = f"{value | (tail & (2**62 - 1)):032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def digest(data: bytes) -> str:
    """SHA-256 in hex: the name of a piece of content."""
    return hashlib.sha256(data).hexdigest()
