"""The loader's end of its parse server: jobs go in, answers come out, whatever a file does."""

import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Mapping

from narae.core.spec import ImportFailure, ParsedFile
from narae.errors import NaraeError
from narae.framed import FramedConnection
from narae.loader.values import READY, FromParseServer, ParseAnswer, ParseAsk, ParseDone, ParseJob

AHEAD = 2
"""Jobs that the server has beyond those that it works on."""
STARTS_MAX = 3
"""A server that ends so often before it is ready will not start at all."""


class ParsePool:
    """Parses files, at most ``slots`` at once, in children of a warm process.

    When a file takes the parse server down with it, the server is started again, and the files
    that were being parsed are parsed one at a time: the one that does it again is to blame.
    """

    def __init__(self, *, slots: int = 0, environ: Mapping[str, str] | None = None) -> None:
        self.slots = slots or os.cpu_count() or 1
        self._environ = dict(os.environ if environ is None else environ)
        self._waiting: deque[ParseJob] = deque()
        self._suspects: deque[ParseJob] = deque()
        self._given: dict[int, ParseJob] = {}
        self._answers: list[ParseDone] = []
        self._asks: list[ParseAsk] = []
        self._ready = False
        self._vain_starts = 0
        self._start()

    def fileno(self) -> int:
        """For a selector; changes when :meth:`receive` had to start the server again."""
        return self._connection.fileno()

    @property
    def pid(self) -> int:
        """Of the parse server."""
        return self._server.pid

    @property
    def busy(self) -> int:
        """How many jobs have no answer yet."""
        return len(self._waiting) + len(self._suspects) + len(self._given)

    @property
    def wants_write(self) -> bool:
        """Whether the selector should watch for room to write."""
        return self._connection.wants_write

    def submit(self, job: ParseJob, *, urgent: bool = False) -> None:
        """Takes a job; an urgent one goes before all that wait."""
        if urgent:
            self._waiting.appendleft(job)
        else:
            self._waiting.append(job)
        self._give()

    def drop(self, ids: set[int]) -> None:
        """Forgets jobs that nobody wants any more, unless they have been given away."""
        self._waiting = deque(j for j in self._waiting if j.id not in ids)

    def receive(self) -> list[ParseDone]:
        """The answers that are there; NaraeError when there can be no parse server."""
        self._connection.flush()
        came = self._connection.receive()
        if came is None:
            self._start_again()
            came = []
        for message in came:
            if isinstance(message, ParseAsk):
                self._asks.append(message)
                continue
            self._given.pop(message.id, None)
            self._ready = True
            self._vain_starts = 0
            if message.id != READY:
                self._answers.append(message)
        self._give()
        answers, self._answers = self._answers, []
        return answers

    def take_asks(self) -> list[ParseAsk]:
        """What files have asked for, as far as :meth:`receive` has met it."""
        asks, self._asks = self._asks, []
        return asks

    def reply(self, answer: ParseAnswer) -> None:
        """Lets the file go on that asked."""
        self._connection.send(answer)

    def close(self) -> None:
        """Ends the server and its children."""
        self._connection.close()
        try:
            self._server.wait(5)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._server = subprocess.Popen(  # noqa: S603 - our own program
                [
                    *(sys.executable, "-m", "narae.loader.parse_server"),
                    *(str(theirs.fileno()), str(self.slots)),
                ],
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env=self._environ,
            )
        self._connection = FramedConnection[FromParseServer](ours, FromParseServer)

    def _start_again(self) -> None:
        self.close()
        self._asks.clear()
        given, self._given = list(self._given.values()), {}
        if not self._ready:
            self._vain_starts += 1
            self._waiting.extendleft(reversed(given))
        elif len(given) == 1:
            self._answers.append(_blamed(given[0]))
        else:
            self._suspects.extend(given)
        if self._vain_starts >= STARTS_MAX:
            raise NaraeError(
                f"the parse server does not start (exit code {self._server.returncode}); "
                "its own words are in the loader's log"
            )
        self._ready = False
        self._start()

    def _give(self) -> None:
        if self._suspects:
            if not self._given:
                self._send(self._suspects.popleft())
            return
        while self._waiting and len(self._given) < self.slots + AHEAD:
            self._send(self._waiting.popleft())

    def _send(self, job: ParseJob) -> None:
        self._given[job.id] = job
        self._connection.send(job)


def _blamed(job: ParseJob) -> ParseDone:
    failure = ImportFailure(
        file=job.file, message="the file ended the process that reads DAG files when imported"
    )
    return ParseDone(
        id=job.id,
        parsed=ParsedFile(
            file=job.file,
            code_version=job.code_version,
            file_hash=job.file_hash,
            failures=(failure,),
        ),
    )
