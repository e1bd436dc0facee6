"""One workload that has been started: its process, its socket, its streams, its fate."""

import os
import socket
from collections.abc import Callable
from datetime import datetime

from narae.core.masking import Masker
from narae.core.reports import CallbackDone, Ended
from narae.core.run import Cause, Figures
from narae.core.wire import FromChild
from narae.core.workload import AnyWorkload, CallbackWorkload, Workload
from narae.executors.local.loop import Timer
from narae.executors.local.messages import Exited
from narae.executors.local.streams import LineSink, Secrets, Stream
from narae.framed import FramedConnection
from narae.logs.lines import encode_line

SOURCES = ("stdout", "stderr", "log")


def id_of(workload: AnyWorkload) -> str:
    """The attempt's id, or the callback's."""
    return workload.attempt if isinstance(workload, Workload) else workload.id


class Running:
    """From the moment that its descriptors are made until its last report."""

    def __init__(
        self, number: int, workload: AnyWorkload, *, writer: LineSink, begun: float
    ) -> None:
        self.number = number
        self.workload = workload
        self.id = id_of(workload)
        self.writer = writer
        self.masker = Masker()
        """What must not be read in its output."""
        self.masker.add_token(workload.token if isinstance(workload, Workload) else "")
        self.begun = begun
        """On the monotonic clock."""
        self.connection: FramedConnection[FromChild]
        self.is_open = False
        self.streams: list[Stream] = []
        self.pid: int | None = None
        self.started_at: datetime | None = None
        self.said: Ended | CallbackDone | None = None
        self.asked_to_end: Cause | None = None
        self.timers: list[Timer] = []

    @property
    def is_callback(self) -> bool:
        """Whether it takes one of the callbacks' places rather than a slot."""
        return isinstance(self.workload, CallbackWorkload)

    def open(self, now: Callable[[], datetime], hear: Callable[[], object]) -> list[int]:
        """Makes socket and pipes; gives the child's ends, for the caller to send and close.

        ``hear`` takes what the child has said, before its output is written down.
        Puts the workload on the socket. OSError when there are no descriptors left.
        """
        theirs: list[int] = []
        secrets = Secrets(masker=self.masker, hear=hear)
        try:
            ours, child = socket.socketpair()
            self.connection = FramedConnection(ours, FromChild)
            self.is_open = True
            theirs.append(child.detach())
            for source in SOURCES:
                read, write = os.pipe()
                theirs.append(write)
                os.set_blocking(read, False)
                self.streams.append(Stream(read, source, self.writer, now, secrets=secrets))
        except OSError:
            for descriptor in theirs:
                os.close(descriptor)
            self.close()
            raise
        self.connection.send(self.workload)
        return theirs

    def say_cause(self, cause: Cause, *, at: datetime) -> None:
        """A line of the supervisor's own in the attempt's log: why it ended."""
        more = {"traceback": cause.traceback} if cause.traceback else {}
        event = cause.words or cause.kind.value.replace("_", " ")
        line = encode_line(event, at=at, source="supervisor", level="error", **more)
        self.writer.write(line)

    def figures(self, ended: Exited, *, now: float) -> Figures:
        """What it used."""
        return Figures(
            wall_seconds=round(now - self.begun, 6),
            cpu_seconds=ended.cpu_seconds,
            memory_peak_bytes=ended.memory_peak_bytes,
        )

    def close(self) -> None:
        """Closes everything that is ours; what is watched must be forgotten before."""
        for timer in self.timers:
            timer.cancel()
        for stream in self.streams:
            stream.close()
        if self.is_open:
            self.connection.close()
        self.writer.close()
