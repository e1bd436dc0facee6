"""Which workloads a supervisor has, and which of them may begin. No processes here."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime

from narae.core.ids import AttemptId
from narae.core.wire import LiveAttempt
from narae.core.workload import AnyWorkload, CallbackWorkload, Workload
from narae.executors.local.running import Running, id_of

ENDED_KEPT = 4096


class Roster:
    """Never more attempts begun than ``slots``; callbacks have places of their own.

    Within each kind it is first come, first served.
    """

    def __init__(self, *, slots: int, callback_slots: int) -> None:
        self._free = {False: slots, True: callback_slots}
        self._queues: dict[bool, deque[str]] = {False: deque(), True: deque()}
        self._waiting: dict[str, AnyWorkload] = {}
        self._by_number: dict[int, Running] = {}
        self._by_id: dict[str, Running] = {}
        self._ended: dict[str, None] = {}
        """Ids of attempts that ended lately, oldest first."""

    def add(self, workload: AnyWorkload) -> bool:
        """Takes one on; False when it is known already."""
        name = id_of(workload)
        if name in self._waiting or name in self._by_id or name in self._ended:
            return False
        self._waiting[name] = workload
        self._queues[isinstance(workload, CallbackWorkload)].append(name)
        return True

    def take_next(self) -> AnyWorkload | None:
        """The next one that may begin now; None while there is none or no place is free."""
        for kind, queue in self._queues.items():
            while queue and self._free[kind] > 0:
                workload = self._waiting.pop(queue.popleft(), None)
                if workload is not None:  # else it was withdrawn
                    return workload
        return None

    def withdraw(self, name: str) -> AnyWorkload | None:
        """Takes out one that has not begun."""
        return self._waiting.pop(name, None)

    def withdraw_all(self) -> None:
        """Forgets everything that has not begun."""
        self._waiting.clear()

    def begin(self, running: Running) -> None:
        """It takes its place."""
        self._by_number[running.number] = self._by_id[running.id] = running
        self._free[running.is_callback] -= 1

    def end(self, running: Running) -> None:
        """It gives its place back."""
        del self._by_number[running.number], self._by_id[running.id]
        self._free[running.is_callback] += 1
        if not running.is_callback:  # a callback may run twice, an attempt never does
            self._ended[running.id] = None
            if len(self._ended) > ENDED_KEPT:
                del self._ended[next(iter(self._ended))]

    def running(self, number: int) -> Running | None:
        """By the number that servers know it by."""
        return self._by_number.get(number)

    def named(self, name: str) -> Running | None:
        """By the id of its attempt or callback."""
        return self._by_id.get(name)

    def __iter__(self) -> Iterator[Running]:
        """All that have begun."""
        return iter(list(self._by_number.values()))

    def __len__(self) -> int:
        """How many have begun."""
        return len(self._by_number)

    def live(self, now: datetime) -> tuple[LiveAttempt, ...]:
        """The attempts whose process exists."""
        return tuple(
            LiveAttempt(
                attempt=running.workload.attempt,
                pid=running.pid,
                started_at=running.started_at or now,
            )
            for running in self._by_number.values()
            if isinstance(running.workload, Workload) and running.pid is not None
        )

    def not_live(self) -> tuple[str, ...]:
        """Ids of all others, callbacks that run included."""
        starting = [
            running.id
            for running in self._by_number.values()
            if running.pid is None or running.is_callback
        ]
        return (*starting, *self._waiting)

    def held(self) -> tuple[AttemptId, ...]:
        """All attempts, begun or not: their leases are renewed."""
        begun = [running.workload for running in self._by_number.values()]
        both = (*begun, *self._waiting.values())
        return tuple(workload.attempt for workload in both if isinstance(workload, Workload))
