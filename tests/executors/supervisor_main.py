"""Starts a supervisor with the settings (JSON) in its first argument."""

import sys
import time
import uuid
from datetime import UTC, datetime
from random import Random

from narae.core.codec import decode_json
from narae.executors.local.settings import SupervisorSettings
from narae.executors.local.supervisor import run_supervisor

if __name__ == "__main__":
    run_supervisor(
        decode_json(sys.argv[1], SupervisorSettings),
        holder=str(uuid.uuid4()),
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        chance=Random(),
    )
