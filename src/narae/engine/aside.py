"""Threads beside the engine's one: for answers that somebody else takes seconds to give."""

import contextlib
import socket
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from narae.engine.secret_lookup import Later

THREADS_MAX = 8

Answerer = Callable[[Any, Callable[[Any], None]], None]
"""Takes an answer, which may be :class:`Later`, and who is to have it."""


def answered_now(value: Any, reply: Callable[[Any], None]) -> None:
    """An :data:`Answerer` that waits."""
    reply(value.now() if isinstance(value, Later) else value)


class Aside:
    """Runs :class:`Later` in threads and gives the answers in the thread that calls :meth:`take`.

    Readable (``fileno``) when there is one to take. The threads start with the first.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS_MAX, thread_name_prefix="narae-aside")
        self._done: deque[Callable[[], None]] = deque()
        self._reading, self._writing = socket.socketpair()
        self._reading.setblocking(False)
        self._writing.setblocking(False)

    def fileno(self) -> int:
        """For the selector."""
        return self._reading.fileno()

    def answer(self, value: Any, reply: Callable[[Any], None]) -> None:
        """Replies at once, or once ``value`` is there when it is a :class:`Later`."""
        if isinstance(value, Later):
            self._threads.submit(self._run, value, reply)
        else:
            reply(value)

    def _run(self, later: Later, reply: Callable[[Any], None]) -> None:
        found = later.work()
        self._done.append(lambda: reply(later.then(found)))
        with contextlib.suppress(OSError):  # full: it is readable already; closed: nobody waits
            self._writing.send(b"x")

    def take(self) -> None:
        """Gives the answers that are there."""
        with contextlib.suppress(BlockingIOError):
            self._reading.recv(4096)
        while self._done:
            self._done.popleft()()

    def close(self) -> None:
        """Waits for nobody."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._reading.close()
        self._writing.close()
