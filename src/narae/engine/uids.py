"""New identities, from the moment and chance that are given."""

from datetime import datetime
from random import Random

from narae.core.ids import AttemptId, RunUid, uuid7


def _uid(now: datetime, chance: Random) -> str:
    return uuid7(unix_ms=int(now.timestamp() * 1000), chance=chance)


def new_run_uid(now: datetime, chance: Random) -> RunUid:
    """For a run that is made at ``now``."""
    return RunUid(_uid(now, chance))


def new_attempt_id(now: datetime, chance: Random) -> AttemptId:
    """For an attempt that is made at ``now``."""
    return AttemptId(_uid(now, chance))
