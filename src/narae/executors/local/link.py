"""The engine's end of the connection to one supervisor: an executor, as far as it cares."""

import socket
from collections.abc import Sequence

from narae.core.codec import pack
from narae.core.ids import AttemptId
from narae.core.requests import Refused
from narae.core.run import Cause
from narae.core.wire import (
    Acknowledge,
    Answer,
    Ask,
    FileAsk,
    FromSupervisor,
    Kill,
    StoredChanged,
    Submit,
    SupervisorHello,
)
from narae.core.workload import AnyWorkload
from narae.framed import FramedConnection

LOCAL_EXECUTOR = "LocalExecutor"


class SupervisorLink:
    """Implements ``engine.ports.Executor`` over an accepted connection. Nothing blocks.

    The engine's loop watches :meth:`fileno` for reading and, while :attr:`wants_write`, for
    writing (:meth:`flush`).
    """

    def __init__(
        self,
        connection: socket.socket | FramedConnection[FromSupervisor],
        *,
        hello: SupervisorHello,
        name: str = LOCAL_EXECUTOR,
    ) -> None:
        self.name = name
        self.hello = hello
        self._connection: FramedConnection[FromSupervisor] = (
            FramedConnection(connection, FromSupervisor)
            if isinstance(connection, socket.socket)
            else connection
        )
        self._is_open = True

    @property
    def holder(self) -> str:
        """Which supervisor it is."""
        return self.hello.holder

    @property
    def slots(self) -> int:
        """How many attempts it runs at once; 0 once it is gone."""
        return self.hello.slots if self._is_open else 0

    @property
    def queues(self) -> frozenset[str] | None:
        """The queues that it serves: none once it is gone."""
        return frozenset(self.hello.queues) if self._is_open else frozenset()

    def fileno(self) -> int:
        """For the selector."""
        return self._connection.fileno()

    def receive(self) -> list[FromSupervisor] | None:
        """What it says; None once it is gone. ``FrameError`` when it is no supervisor."""
        messages = self._connection.receive()
        if messages is None:
            self._is_open = False
        return messages

    def submit(self, workloads: Sequence[AnyWorkload]) -> None:
        """Sends workloads out; the supervisor passes over those that it has already."""
        if workloads:
            self._connection.send(Submit(workloads=tuple(workloads)))

    def kill(self, attempt: AttemptId, cause: Cause) -> None:
        """Asks for an attempt's end."""
        self._connection.send(Kill(attempt=attempt, cause=cause))

    def acknowledge(self, seq: int) -> None:
        """All its reports up to ``seq`` are committed."""
        self._connection.send(Acknowledge(seq=seq))

    def tell(self, changed: StoredChanged) -> None:
        """Variables or connections are no longer what its servers may have read."""
        self._connection.send(changed)

    def answer(
        self, ask: Ask | FileAsk, value: object = None, *, refused: Refused | None = None
    ) -> None:
        """Answers what an attempt has asked: with a value of the request's type, or a refusal."""
        packed = b"" if refused else pack(value)
        self._connection.send(Answer(id=ask.id, value=packed, refused=refused))

    @property
    def wants_write(self) -> bool:
        """Whether :meth:`flush` has something to do."""
        return self._connection.wants_write

    def flush(self) -> bool:
        """Writes what the socket takes; whether everything is out."""
        return self._connection.flush()

    def close(self) -> None:
        """Closes the connection."""
        self._is_open = False
        self._connection.close()
