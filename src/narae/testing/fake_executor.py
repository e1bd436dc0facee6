"""An executor that runs nothing: a script says how each attempt goes and how long it takes.

It behaves as a supervisor does: it keeps what it was given and what it has reported until that
is acknowledged, over any number of schedulers that come and go.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from narae.core.ids import AttemptId
from narae.core.reports import (
    CallbackDone,
    Deferred,
    Ended,
    Failed,
    Report,
    Rescheduled,
    Skipped,
    Started,
    Succeeded,
)
from narae.core.run import Cause, CauseKind, Resume
from narae.core.workload import AnyWorkload, CallbackWorkload, Workload
from narae.engine.events import ReportsCame, SupervisorJoined
from narae.engine.ports import Clock

End = Callable[[Workload, datetime], Ended]


@dataclass(frozen=True, kw_only=True)
class Play:
    """How one attempt goes: ``end`` makes its last report after ``lasts``; None: it hangs."""

    lasts: timedelta = timedelta()
    end: End | None


Script = Callable[[Workload], Play]


def succeeds(*, lasts: timedelta = timedelta(), **facts: Any) -> Play:
    """Ends well; ``facts`` are fields of :class:`Succeeded`."""
    return Play(lasts=lasts, end=lambda w, at: Succeeded(attempt=w.attempt, at=at, **facts))


def fails(
    words: str = "ValueError: no", *, lasts: timedelta = timedelta(), retryable: bool = True
) -> Play:
    """The user's code raises."""
    cause = Cause(kind=CauseKind.USER_ERROR, words=words)

    def end(workload: Workload, at: datetime) -> Ended:
        return Failed(attempt=workload.attempt, at=at, cause=cause, retryable=retryable)

    return Play(lasts=lasts, end=end)


def skips(*, lasts: timedelta = timedelta()) -> Play:
    """The user's code asks to be skipped."""
    cause = Cause(kind=CauseKind.SKIPPED)
    return Play(lasts=lasts, end=lambda w, at: Skipped(attempt=w.attempt, at=at, cause=cause))


def reschedules(wait: timedelta) -> Play:
    """A sensor gives its slot back for so long."""
    return Play(end=lambda w, at: Rescheduled(attempt=w.attempt, at=at, until=at + wait))


def defers(wait: timedelta, resume: Resume) -> Play:
    """The task goes on in ``resume`` after so long."""
    return Play(
        end=lambda w, at: Deferred(attempt=w.attempt, at=at, until=at + wait, resume=resume)
    )


def hangs() -> Play:
    """Runs until it is killed."""
    return Play(end=None)


def always_succeeds(workload: Workload) -> Play:
    """The simplest script."""
    del workload
    return succeeds()


@dataclass
class _Running:
    workload: Workload
    end: End | None
    ends_at: datetime | None
    started_at: datetime


@dataclass
class FakeExecutor:
    """Implements ``engine.ports.Executor``."""

    clock: Clock
    script: Script = always_succeeds
    name: str = "LocalExecutor"
    holder: str = "fake-1"
    host: str = "box"
    slots: int = 32
    queues: frozenset[str] | None = None
    running: dict[AttemptId, _Running] = field(default_factory=dict)
    submitted: list[Workload] = field(default_factory=list)
    """Every workload that it was given and did not know yet."""
    callbacks: list[CallbackWorkload] = field(default_factory=list)
    killed: list[tuple[AttemptId, Cause]] = field(default_factory=list)
    cut_off: list[AnyWorkload] | None = None
    """While this is a list, what is sent is lost on its way, and put here."""
    peak: int = 0
    """The most attempts that ran at one time."""

    def __post_init__(self) -> None:
        self._seq = 0
        self._fresh: list[Report | CallbackDone] = []
        self._unacknowledged: dict[int, tuple[Report | CallbackDone, ...]] = {}
        self._known: set[str] = set()

    def submit(self, workloads: Sequence[AnyWorkload]) -> None:
        """Starts at once what it does not know yet."""
        if self.cut_off is not None:
            self.cut_off += workloads
            return
        now = self.clock.now()
        for workload in workloads:
            if isinstance(workload, CallbackWorkload):
                self._run_callback(workload, now)
            elif workload.attempt not in self._known:
                self._start(workload, now)
        self.peak = max(self.peak, len(self.running))

    def _run_callback(self, workload: CallbackWorkload, now: datetime) -> None:
        if workload.id not in self._known:
            self._known.add(workload.id)
            self.callbacks.append(workload)
            self._fresh.append(CallbackDone(callback=workload.id, at=now))

    def _start(self, workload: Workload, now: datetime) -> None:
        play = self.script(workload)
        self._known.add(workload.attempt)
        self.submitted.append(workload)
        self.running[workload.attempt] = _Running(
            workload=workload,
            end=play.end,
            ends_at=None if play.end is None else now + play.lasts,
            started_at=now,
        )
        self._fresh.append(
            Started(attempt=workload.attempt, at=now, holder=self.holder, host=self.host, pid=4711)
        )

    def kill(self, attempt: AttemptId, cause: Cause) -> None:
        """Ends an attempt at once; one that it does not have is ignored."""
        if attempt in self.running:
            self.killed.append((attempt, cause))
            del self.running[attempt]
            self._fresh.append(Failed(attempt=attempt, at=self.clock.now(), cause=cause))

    # -- what it says -----------------------------------------------------------------------

    def next_end(self) -> datetime | None:
        """When the next attempt ends."""
        ends = [each.ends_at for each in self.running.values() if each.ends_at is not None]
        return min(ends, default=None)

    def take_reports(self) -> ReportsCame | None:
        """What has come about by now, as one message; None when nothing has."""
        now = self.clock.now()
        for attempt, each in list(self.running.items()):
            if each.end is not None and each.ends_at is not None and each.ends_at <= now:
                del self.running[attempt]
                self._fresh.append(each.end(each.workload, now))
        if not self._fresh:
            return None
        self._seq += 1
        self._unacknowledged[self._seq] = tuple(self._fresh)
        self._fresh.clear()
        return self._message(self._seq)

    def _message(self, seq: int) -> ReportsCame:
        return ReportsCame(holder=self.holder, seq=seq, reports=self._unacknowledged[seq])

    def acknowledge(self, seq: int) -> None:
        """Everything up to ``seq`` is committed."""
        for each in [each for each in self._unacknowledged if each <= seq]:
            del self._unacknowledged[each]

    @property
    def unacknowledged(self) -> int:
        """How many messages nobody has acknowledged."""
        return len(self._unacknowledged)

    def join(self) -> list[SupervisorJoined | ReportsCame]:
        """What it says when it meets a scheduler: its hello, then what is not acknowledged."""
        reports = [r for some in self._unacknowledged.values() for r in some] + self._fresh
        ended = {r.attempt for r in reports if not isinstance(r, CallbackDone)}
        hello = SupervisorJoined(
            executor=self,
            holder=self.holder,
            host=self.host,
            attempts=frozenset(set(self.running) | ended),
            callbacks=frozenset(r.callback for r in reports if isinstance(r, CallbackDone)),
        )
        return [hello, *(self._message(seq) for seq in sorted(self._unacknowledged))]

    def crash(self, holder: str) -> None:
        """Dies with everything that it ran and has not said; ``holder`` comes in its place."""
        self.running.clear()
        self._fresh.clear()
        self._unacknowledged.clear()
        self._known.clear()
        self.holder = holder
