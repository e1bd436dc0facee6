"""How an attempt is brought to its end: time-outs, SIGTERM, grace, SIGKILL."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from narae.core.run import Cause, CauseKind
from narae.core.workload import Workload
from narae.executors.local import linux
from narae.executors.local.loop import Loop
from narae.executors.local.running import Running
from narae.executors.local.settings import SupervisorSettings
from narae.logs.lines import encode_line

STUBBORN_SECONDS = 2.0
"""A group that SIGKILL has not emptied by then gets it again."""


class Ending:
    """Signals processes; what comes of it is found out by their fork server."""

    def __init__(
        self, loop: Loop, settings: SupervisorSettings, now: Callable[[], datetime]
    ) -> None:
        self._loop = loop
        self._settings = settings
        self._now = now

    def ask(self, running: Running, cause: Cause) -> bool:
        """Asks for its end, once: the first cause counts. False when it has no process to end.

        One whose process is just being made is ended as soon as it is there.
        """
        if running.asked_to_end is None:
            running.asked_to_end = cause
            if running.pid is not None:
                self._terminate(running, running.pid)
        return running.is_open

    def began(self, running: Running) -> None:
        """Its process is there."""
        if running.asked_to_end is not None and running.pid is not None:
            self._terminate(running, running.pid)

    def started(self, running: Running) -> None:
        """User code begins. Its own process ends a time-out; this is for one that can't."""
        workload = running.workload
        if not isinstance(workload, Workload) or workload.execution_timeout is None:
            return
        seconds = workload.execution_timeout.total_seconds()
        words = f"the task took longer than its execution_timeout of {seconds:g} seconds"
        cause = Cause(kind=CauseKind.EXECUTION_TIMEOUT, words=words, by="supervisor")
        wait = seconds + self._settings.timeout_grace_seconds
        running.timers.append(self._loop.after(wait, lambda: self._too_long(running, cause)))

    def said(self, running: Running) -> None:
        """It has said how it went; now its process has to go too."""
        timer = self._loop.after(self._settings.end_grace_seconds, lambda: self._kill(running))
        running.timers.append(timer)

    def _too_long(self, running: Running, cause: Cause) -> None:
        self.ask(running, cause)

    def _terminate(self, running: Running, pid: int) -> None:
        line = encode_line(
            "sending SIGTERM to the task", at=self._now(), source="supervisor", level="warning"
        )
        running.writer.write(line)
        _signal(pid, signal.SIGTERM)
        grace = self._settings.kill_grace_seconds
        running.timers.append(self._loop.after(grace, lambda: self._kill(running)))

    def _kill(self, running: Running) -> None:
        if running.pid is not None:
            _signal(running.pid, signal.SIGKILL)
            running.timers.append(self._loop.after(STUBBORN_SECONDS, lambda: self._kill(running)))


def _signal(pid: int, number: signal.Signals) -> None:
    """To the process group; to the process alone while it has none of its own yet."""
    if not linux.kill_group(pid, number):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
