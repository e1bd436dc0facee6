"""Who runs attempts: executors by name, the holders behind them, and who has which attempt.

Nothing here decides about tasks. The fleet says where there is room, keeps leases, and says
which attempts are lost or have to be sent again when holders come and go.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from narae.core.ids import AttemptId, RunUid
from narae.core.run import Attempt, Cause, CauseKind
from narae.core.workload import AnyWorkload, Workload
from narae.engine.events import SupervisorJoined
from narae.engine.ports import Executor


class Lost(NamedTuple):
    """An attempt that nobody runs any more."""

    attempt: AttemptId
    cause: Cause


class Homecoming(NamedTuple):
    """What a holder's hello settles."""

    again: list[AttemptId]
    """Committed, never started, and the holder does not have them: to be sent again."""
    lost: list[Lost]
    unknown: list[AttemptId]
    """The holder has them, and they are no longer open: to be killed."""


@dataclass(slots=True)
class OpenAttempt:
    """One attempt that has not ended."""

    id: AttemptId
    run: RunUid
    executor: str
    holder: str | None
    host: str | None
    started: bool
    lease_until: datetime
    kill: Cause | None = None


@dataclass(slots=True)
class Member:
    """One holder of attempts behind an executor's name."""

    executor: Executor
    holder: str
    host: str
    connected: bool = True
    permanent: bool = False
    """It lives in the engine's own process, so it needs no lease."""
    silent: bool = False
    """Connected, and not heard of for as long as a lease lasts: stopped, or worse."""
    attempts: set[AttemptId] = field(default_factory=set)

    @property
    def room(self) -> int:
        """How many more attempts it takes."""
        return max(0, self.executor.slots - len(self.attempts)) if self.takes_work else 0

    @property
    def takes_work(self) -> bool:
        """Whether anything that it is given now would be begun."""
        return self.connected and not self.silent


class Fleet:
    """All executors and all open attempts."""

    def __init__(self, *, default: str, lease: timedelta) -> None:
        self.default = default
        """Name of the executor for tasks that name none."""
        self._lease = lease
        self.members: dict[str, Member] = {}
        """By holder."""
        self.open: dict[AttemptId, OpenAttempt] = {}
        """All attempts that have not ended."""
        self._carriers: dict[str, str] = {}
        """Callback -> the holder that it was last sent to."""

    # -- room -------------------------------------------------------------------------------

    def free(self) -> dict[str | None, int]:
        """Executor name -> how many more attempts it takes; None: the default executor."""
        room: dict[str | None, int] = {}
        for member in self.members.values():
            name = member.executor.name
            room[name] = room.get(name, 0) + member.room
        room[None] = room.get(self.default, 0)
        return room

    def facts(self) -> dict[str, dict[str, Any]]:
        """Executor name -> slots, free slots (in all and by queue) and queues, as JSON-able facts.

        ``queues`` None, and the queue "": any.
        """
        found: dict[str, dict[str, Any]] = {}
        for member in self.members.values():
            if not member.takes_work:
                continue
            one = found.setdefault(
                member.executor.name,
                {"slots": 0, "free": 0, "free_by_queue": dict[str, int](), "queues": list[str]()},
            )
            one["slots"] += member.executor.slots
            one["free"] += member.room
            queues = member.executor.queues
            by_queue = one["free_by_queue"]
            for queue in sorted(queues or ("",)):  # "": any
                by_queue[queue] = by_queue.get(queue, 0) + member.room
            if queues is None or one["queues"] is None:
                one["queues"] = None
            else:
                one["queues"] = sorted({*one["queues"], *queues})
        return found

    def place(self, executor: str | None, queue: str) -> Member | None:
        """The connected holder with most room that takes this work; None when none has room."""
        fitting = [m for m in self._serving(executor, queue) if m.room > 0]
        return max(fitting, key=lambda m: m.room, default=None)

    def has_room(self, executor: str | None, queue: str) -> bool:
        """Whether somebody connected takes this work now."""
        return self.place(executor, queue) is not None

    def serves(self, executor: str | None, queue: str) -> bool:
        """Whether anybody connected takes this work, with room or without."""
        return any(True for _ in self._serving(executor, queue))

    def _serving(self, executor: str | None, queue: str) -> Iterable[Member]:
        name = executor or self.default
        for member in self.members.values():
            if member.takes_work and member.executor.name == name:
                queues = member.executor.queues
                if queues is None or queue in queues:
                    yield member

    # -- attempts ---------------------------------------------------------------------------

    def take(self, attempt: Attempt) -> None:
        """An attempt is open: just made, or read from the store."""
        holder = attempt.holder
        self.open[attempt.id] = OpenAttempt(
            id=attempt.id,
            run=attempt.key.run,
            executor=attempt.executor,
            holder=holder,
            host=attempt.host,
            started=attempt.started_at is not None,
            lease_until=attempt.lease_until or attempt.queued_at + self._lease,
            kill=attempt.kill_reason,
        )
        if holder in self.members:
            self.members[holder].attempts.add(attempt.id)

    def started(self, attempt: AttemptId, holder: str) -> None:
        """The attempt's process runs at ``holder``."""
        known = self.open.get(attempt)
        if known is not None:
            known.started = True
            self._assign(known, holder)

    def _assign(self, known: OpenAttempt, holder: str) -> None:
        if known.holder != holder:
            if known.holder in self.members:
                self.members[known.holder].attempts.discard(known.id)
            known.holder = holder
        if holder in self.members:
            self.members[holder].attempts.add(known.id)
            known.host = self.members[holder].host

    def ended(self, attempt: AttemptId) -> None:
        """The attempt is over; its slot is free."""
        known = self.open.pop(attempt, None)
        if known is not None and known.holder in self.members:
            self.members[known.holder].attempts.discard(attempt)

    def settle(self, run: RunUid, stored: Iterable[Attempt]) -> None:
        """Takes the run's open attempts as the store has them: others may have ended some."""
        open_now = {attempt.id: attempt for attempt in stored}
        cause = Cause(kind=CauseKind.MARKED, words="it is no longer the current attempt")
        for known in [each for each in self.open.values() if each.run == run]:
            if known.id not in open_now:
                self.kill(known.id, cause)
                self.ended(known.id)
        for attempt in open_now.values():
            if attempt.kill_reason is not None:
                self.kill(attempt.id, attempt.kill_reason)

    # -- sending ----------------------------------------------------------------------------

    def submit(self, workloads: Sequence[AnyWorkload]) -> None:
        """Sends committed workloads: attempts to who has them, callbacks to who is there."""
        batches: dict[str, list[AnyWorkload]] = {}
        for workload in workloads:
            holder = self._holder_for(workload)
            if holder is not None:
                batches.setdefault(holder, []).append(workload)
                if not isinstance(workload, Workload):
                    self._carriers[workload.id] = holder
        for holder, batch in batches.items():
            self.members[holder].executor.submit(batch)

    def _holder_for(self, workload: AnyWorkload) -> str | None:
        if isinstance(workload, Workload):
            known = self.open.get(workload.attempt)
            holder = known.holder if known else None
            member = self.members.get(holder) if holder else None
            return holder if member is not None and member.connected else None
        connected = [m for m in self.members.values() if m.connected]
        carrier = [m for m in connected if m.holder == self._carriers.get(workload.id)]
        named = [m for m in connected if m.executor.name == self.default]
        return next((m.holder for m in [*carrier, *named, *connected]), None)

    def callback_done(self, callback: str) -> None:
        """Nobody carries it any more."""
        self._carriers.pop(callback, None)

    def kill(self, attempt: AttemptId, cause: Cause) -> None:
        """Asks for an attempt's end, now and whenever its holder comes back."""
        known = self.open.get(attempt)
        if known is None:
            return
        known.kill = cause
        member = self.members.get(known.holder) if known.holder else None
        if member is not None and member.connected:
            member.executor.kill(attempt, cause)

    def kill_stale(self, attempt: AttemptId, holder: str, cause: Cause) -> None:
        """Asks ``holder`` to end an attempt that is not open."""
        member = self.members.get(holder)
        if member is not None and member.connected:
            member.executor.kill(attempt, cause)

    # -- coming and going -------------------------------------------------------------------

    def join(self, event: SupervisorJoined, now: datetime) -> Homecoming:
        """A holder is there. Others from its host and of its name are dead, so says its hello."""
        executor: Executor = event.executor
        for other in list(self.members.values()):
            same_place = (other.host, other.executor.name) == (event.host, executor.name)
            if same_place and other.holder != event.holder:
                del self.members[other.holder]
        member = Member(
            executor=executor, holder=event.holder, host=event.host, permanent=event.permanent
        )
        self.members[event.holder] = member
        coming = Homecoming(again=[], lost=[], unknown=[])
        for known in list(self.open.values()):
            if known.executor == executor.name:
                self._settle(known, event, coming, now)
        coming.unknown.extend(sorted(event.attempts - set(self.open)))
        return coming

    def _settle(
        self, known: OpenAttempt, event: SupervisorJoined, coming: Homecoming, now: datetime
    ) -> None:
        if known.id in event.attempts:
            self._assign(known, event.holder)
            known.lease_until = now + self._lease
            if known.kill is not None:
                event.executor.kill(known.id, known.kill)
            return
        if known.holder != event.holder and known.holder in self.members:
            return  # another living holder has it
        if known.host not in {None, event.host}:
            return  # whom it was given to may still come back; else its lease ends it
        if known.started or known.holder not in {None, event.holder}:
            words = "the supervisor that had it is gone, and its process with it"
            cause = Cause(kind=CauseKind.SUPERVISOR_LOST, words=words)
            coming.lost.append(Lost(known.id, cause))
            return
        self._assign(known, event.holder)
        if known.kill is not None:
            cause = Cause(kind=CauseKind.NEVER_STARTED, words="it was ended before it started")
            coming.lost.append(Lost(known.id, cause))
        else:
            known.lease_until = now + self._lease
            coming.again.append(known.id)

    def leave(self, holder: str, executor: Executor | None = None) -> None:
        """The connection to ``holder`` is gone, unless it has a newer one; leases run on."""
        member = self.members.get(holder)
        if member is not None and (executor is None or executor is member.executor):
            member.connected = False
