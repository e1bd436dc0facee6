"""Traces of finished runs, exported from a thread of their own. A witness.

A turn of the scheduler only puts the run in line. When the line is full, because the collector
is away or slow, runs are dropped and counted.
"""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from narae.core.commands import ChangeRun
from narae.core.ids import RunUid
from narae.core.run import Attempt, Run
from narae.core.states import FINISHED_RUN
from narae.engine.spans import Span, spans_of
from narae.engine.state import State
from narae.engine.witness import Tick
from narae.telemetry.registry import Counter

log = logging.getLogger(__name__)

WAITING_MAX = 1_000
"""Runs in line."""
BATCH_MAX = 512
"""Spans in one request."""
CLOSE_SECONDS = 3.0

Export = Callable[[Sequence[Span]], bool]
"""Sends spans; whether they arrived. May take its time."""


class AttemptStore(Protocol):
    """Where attempts are read."""

    def run_attempts(self, run: RunUid) -> list[Attempt]:
        """All attempts of a run, oldest first."""
        ...


class RunTracer:
    """Follows runs to their ends. ``counter``: ``narae_trace_spans_total``."""

    def __init__(
        self,
        store: AttemptStore,
        export: Export,
        counter: Counter,
        *,
        waiting_max: int = WAITING_MAX,
    ) -> None:
        self._store = store
        self._export = export
        self._counter = counter
        self._line: queue.Queue[Run | None] = queue.Queue(waiting_max)
        self._done = {"exported": 0, "failed": 0, "dropped": 0}
        self._told = dict(self._done)
        self._thread = threading.Thread(target=self._run, name="traces", daemon=True)
        self._thread.start()

    # -- the scheduler's thread -------------------------------------------------------------

    def saw(self, tick: Tick) -> None:
        """Puts the runs that have ended in line."""
        for _, command in tick.taken:
            if not isinstance(command, ChangeRun):
                continue
            run = command.after
            if run.state in FINISHED_RUN and command.before.state is not run.state:
                try:
                    self._line.put_nowait(run)
                except queue.Full:
                    self._done["dropped"] += 1

    def facts(self, state: State, now: datetime) -> dict[str, Any]:
        """Brings the counter up to date: it belongs to this thread."""
        del state, now
        for outcome, total in self._done.items():
            if total > self._told[outcome]:
                self._counter.add((outcome,), total - self._told[outcome])
                self._told[outcome] = total
        return {}

    def close(self) -> None:
        """Sends what is in line, for as long as that may take."""
        try:
            self._line.put(None, timeout=CLOSE_SECONDS)
        except queue.Full:
            return
        self._thread.join(CLOSE_SECONDS)

    # -- the other thread -------------------------------------------------------------------

    def _run(self) -> None:
        while (run := self._line.get()) is not None:
            spans: list[Span] = []
            try:
                spans = spans_of(run, self._store.run_attempts(run.uid))
                for start in range(0, len(spans), BATCH_MAX):
                    part = spans[start : start + BATCH_MAX]
                    self._done["exported" if self._export(part) else "failed"] += len(part)
            except Exception:
                log.exception("no trace of %s %s", run.dag_id, run.run_id)
                self._done["failed"] += max(1, len(spans))
