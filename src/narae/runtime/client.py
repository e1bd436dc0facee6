"""How a task's process asks its supervisor for things."""

import fcntl
import os
import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

from narae.core.codec import frame, unpack
from narae.core.requests import (
    ConnectionValue,
    CountInstances,
    DagFacts,
    DeleteVariable,
    GetConnection,
    GetDag,
    GetFirstStart,
    GetRuns,
    GetTaskStates,
    GetVariable,
    GetXCom,
    PushXCom,
    PutRendered,
    PutVariable,
    Refused,
    Request,
    RunRow,
    Triggered,
    TriggerRun,
    XComRow,
)
from narae.core.wire import ChildAnswer, ChildAsk, ChildSecrets, FromChild
from narae.errors import AirflowException

ANSWERS: Mapping[type[Request], Any] = MappingProxyType(
    {
        GetVariable: str | None,
        PutVariable: None,
        DeleteVariable: bool,
        GetConnection: ConnectionValue | None,
        GetXCom: list[XComRow],
        PushXCom: None,
        PutRendered: None,
        GetTaskStates: dict[str, dict[str, str]],
        GetRuns: list[RunRow],
        GetDag: DagFacts | None,
        TriggerRun: Triggered,
        CountInstances: int,
        GetFirstStart: datetime | None,
    }
)
"""Request class -> the type of its answer, as the request's docstring says."""

_HEAD_BYTES = 4
_COUNT_BITS = 32
_INTERRUPTING = {signal.SIGTERM, signal.SIGALRM, signal.SIGINT}


class RequestRefused(AirflowException):
    """The engine did not grant a request; the task itself may go on."""


class AttemptStopped(BaseException):
    """The attempt is no longer the current one, so its process has to end.

    No Exception, so that user code with a broad ``except`` does not go on.
    """


class SupervisorGone(AirflowException):
    """The socket to the supervisor is closed: nothing can be asked any more."""


class Client(Protocol):
    """What a running attempt asks through."""

    def ask(self, request: Request) -> Any:
        """The answer, of the type that the request documents.

        Raises :class:`RequestRefused`, or :class:`AttemptStopped` when the attempt is stale.
        """
        ...

    def tell(self, request: Request) -> None:
        """Sends a request whose answer nobody waits for."""
        ...


def checked(refused: Refused | None) -> None:
    """Raises what a refusal stands for."""
    if refused is None:
        return
    if refused.stop:
        raise AttemptStopped(refused.words)
    raise RequestRefused(refused.words)


class SocketClient:
    """Frames over the stream socket that the task's process was started with.

    Blocking. Threads of user code, and processes that it forks, may ask at the same time: they
    take turns, and nobody reads beyond the answers of its turn.
    """

    def __init__(self, sock: socket.socket, *, token: str = "") -> None:
        """``token`` is the workload's."""
        self._sock = sock
        self._token = token
        self._rest = bytearray()
        """Of a message whose reading was cut off by a signal."""
        self._lock = threading.RLock()
        self._turn = os.memfd_create("narae-client") if hasattr(os, "memfd_create") else None
        self._asked = 0

    def close(self) -> None:
        """Gives back what it has besides the socket, which is its maker's."""
        if self._turn is not None:
            os.close(self._turn)
            self._turn = None

    def ask(self, request: Request) -> Any:
        """See :meth:`Client.ask`."""
        with self._alone():
            answer = self._answer_to(self._put(request))
        checked(answer.refused)
        return unpack(answer.value, ANSWERS[type(request)])

    def tell(self, request: Request) -> None:
        """See :meth:`Client.tell`; a refusal is not noticed."""
        with self._alone():
            self._put(request)

    def tell_secrets(self, values: tuple[str, ...]) -> None:
        """Says what must not be read in this process's output; nobody may be there any more."""
        with suppress(SupervisorGone), self._alone():
            self.send(ChildSecrets(values=values))

    def send(self, message: FromChild) -> None:
        """Sends one message, whole: a signal that comes meanwhile waits."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTING)
        try:
            with self._lock:
                self._sock.sendall(frame(message))
        except OSError as error:
            raise SupervisorGone(f"the supervisor can't be reached: {error}") from error
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The block's turn, among the threads and the processes that share the socket."""
        with self._lock:
            if self._turn is None:
                yield
                return
            fcntl.lockf(self._turn, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._turn, fcntl.LOCK_UN)

    def _put(self, request: Request) -> int:
        self._asked += 1
        number = os.getpid() << _COUNT_BITS | self._asked
        self.send(ChildAsk(id=number, request=request, token=self._token))
        return number

    def _answer_to(self, number: int) -> ChildAnswer:
        """The answer to ``number``; earlier ones are of ``tell`` or of an ask that was cut off."""
        while True:
            answer: ChildAnswer = unpack(self._message(), ChildAnswer)
            if answer.id == number:
                return answer

    def _message(self) -> bytes:
        self._read_up_to(_HEAD_BYTES)
        length = int.from_bytes(self._rest[:_HEAD_BYTES], "big")
        self._read_up_to(_HEAD_BYTES + length)
        message = bytes(self._rest[_HEAD_BYTES:])
        self._rest.clear()
        return message

    def _read_up_to(self, count: int) -> None:
        while len(self._rest) < count:
            try:
                data = self._sock.recv(count - len(self._rest))
            except OSError as error:
                raise SupervisorGone(f"the supervisor can't be reached: {error}") from error
            if not data:
                raise SupervisorGone("the supervisor closed the connection")
            self._rest += data
