"""Ends user code that runs for too long, from within its own process."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType

from narae.errors import AirflowTaskTimeout


@contextmanager
def time_limit(limit: timedelta | None, what: str) -> Iterator[None]:
    """Raises :class:`AirflowTaskTimeout` in the block once ``limit`` is over.

    By SIGALRM, so only in the main thread; elsewhere the supervisor's own limit has to do. A time
    limit around this one goes on afterwards.
    """
    if limit is None or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise AirflowTaskTimeout(f"{what} took longer than {limit}")

    before = signal.signal(signal.SIGALRM, ring)
    seconds = max(limit.total_seconds(), 1e-6)
    left, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left)
        signal.signal(signal.SIGALRM, before)
