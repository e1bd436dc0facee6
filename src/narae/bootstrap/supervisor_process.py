"""The local executor's process: runs attempts, each in a process of its own."""

import os
import time
from pathlib import Path
from random import SystemRandom

from narae.bootstrap.clock import SystemClock
from narae.bootstrap.components import beside_folders, engine_socket, enter_user_side
from narae.bootstrap.standalone import Channel
from narae.config import Settings
from narae.core.ids import uuid7
from narae.executors.local.settings import SupervisorSettings
from narae.executors.local.supervisor import run_supervisor
from narae.executors.sequential import sequential

SEQUENTIAL = "SequentialExecutor"
STOP_GRACE_SECONDS = 5.0
"""How long running tasks may go on once the deployment is asked to stop."""


def run_supervisor_process(settings: Settings) -> None:
    """Runs until SIGTERM or SIGINT."""
    enter_user_side(settings)
    local = _settings(settings)
    run_supervisor(
        sequential(local) if settings.core.executor == SEQUENTIAL else local,
        holder=uuid7(unix_ms=time.time_ns() // 1_000_000, chance=SystemRandom()),
        now=SystemClock().now,
        monotonic=time.monotonic,
        chance=SystemRandom(),
        on_ready=Channel(os.environ).ready,
    )


def _settings(settings: Settings) -> SupervisorSettings:
    home = Path(settings.home)
    return SupervisorSettings(
        home=str(home),
        engine_socket=str(engine_socket(settings)),
        log_folder=settings.logging.base_log_folder,
        code_folder=str(home / "code"),
        beside=tuple(str(folder) for folder in beside_folders(settings)),
        slots=settings.core.parallelism,
        execution=settings.core.execution,
        kill_grace_seconds=settings.core.killed_task_cleanup_time,
        beat_seconds=settings.scheduler.heartbeat_seconds,
        stop_grace_seconds=STOP_GRACE_SECONDS,
        memory_max_bytes=settings.core.task_memory_max or None,
    )
