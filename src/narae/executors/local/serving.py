"""The loop that base server and fork servers share: start children, reap them, say so."""

import contextlib
import os
import select
import signal
from collections.abc import Callable
from typing import NoReturn

from narae.executors.local import linux
from narae.executors.local.messages import (
    Exited,
    Forked,
    NotForked,
    Packets,
    StartChild,
    StartServer,
    close_all,
)

MEMORY_UNIT_BYTES = 1024
"""Of ``ru_maxrss`` on Linux."""

BecomeChild = Callable[[StartChild | StartServer, list[int]], NoReturn]
"""Runs in the new process and never comes back."""


class Serving:
    """Single-threaded; one child for each message on ``control``; ends when that closes."""

    def __init__(self, control: Packets, *, become: BecomeChild) -> None:
        self._control = control
        self._become = become
        self._children: dict[int, tuple[int, int]] = {}
        """By pidfd: pid, and its number with the supervisor."""
        self._own = linux.children()
        """Children that the imported file itself has started: they are its own business."""
        self._poller = select.poll()

    def run(self) -> NoReturn:
        """Serves until the supervisor closes the socket; then everything ends at once."""
        self._poller.register(self._control, select.POLLIN)
        while True:
            for descriptor, _ in self._poller.poll():
                if descriptor != self._control.fileno():
                    self._reap(descriptor)
                elif not self._take():
                    self._end()

    def _take(self) -> bool:
        received = self._control.receive()
        if received is None:
            return False
        message, descriptors = received
        try:
            pid = os.fork()
        except OSError as error:
            close_all(descriptors)
            self._say(NotForked(child=message.child, words=f"fork failed: {error}"))
            return True
        if pid == 0:
            self._forget_server()
            self._become(message, descriptors)
        close_all(descriptors)
        pidfd = os.pidfd_open(pid)
        self._children[pidfd] = (pid, message.child)
        self._poller.register(pidfd, select.POLLIN)
        self._say(Forked(child=message.child, pid=pid))
        return True

    def _forget_server(self) -> None:
        """In the child: nothing of the server's stays open."""
        self._control.close()
        close_all(list(self._children))

    def _reap(self, pidfd: int) -> None:
        pid, number = self._children.pop(pidfd)
        self._poller.unregister(pidfd)
        os.close(pidfd)
        _, status, usage = os.wait4(pid, 0)
        linux.kill_orphans(self._own.union(pid for pid, _ in self._children.values()))
        self._say(
            Exited(
                child=number,
                status=status,
                cpu_seconds=usage.ru_utime + usage.ru_stime,
                memory_peak_bytes=usage.ru_maxrss * MEMORY_UNIT_BYTES,
            )
        )

    def _say(self, message: object) -> None:
        try:
            self._control.send(message)
        except OSError:
            self._end()

    def _end(self) -> NoReturn:
        """The supervisor is gone or wants no more of us: nothing is left behind."""
        for pid, _ in self._children.values():
            linux.kill_group(pid, signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        linux.kill_orphans(())
        os._exit(0)
