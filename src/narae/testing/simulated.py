"""What became of a simulated run."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from narae.core.ids import UNMAPPED
from narae.core.run import Cause
from narae.core.states import RunState, TaskState
from narae.engine.errors import NotFound
from narae.errors import NaraeError


def label_of(task_id: str, map_index: int) -> str:
    """``task`` or ``task[2]``."""
    return task_id if map_index == UNMAPPED else f"{task_id}[{map_index}]"


@dataclass(frozen=True, kw_only=True)
class SimulatedAttempt:
    """One attempt."""

    number: int
    """Of its try: attempts of one try have the same (a sensor that looked again)."""
    started_at: datetime | None
    ended_at: datetime | None
    cause: Cause | None
    """How it ended: ``cause.kind`` is ``succeeded``, ``user_error``, ..."""


@dataclass(frozen=True, kw_only=True)
class Spell:
    """A stretch of waiting, and what for."""

    code: str
    """A :class:`narae.core.holds.HoldCode`, such as ``pool_full``."""
    words: str
    begun: datetime
    ended: datetime

    @property
    def lasted(self) -> timedelta:
        """How long."""
        return self.ended - self.begun


@dataclass(frozen=True, kw_only=True)
class SimulatedTask:
    """One task instance at the end."""

    task_id: str
    map_index: int = UNMAPPED
    state: TaskState
    tries: int
    ready_at: datetime | None
    """When nothing upstream held it any more, first; None when that never came."""
    attempts: tuple[SimulatedAttempt, ...] = ()

    @property
    def label(self) -> str:
        """``task`` or ``task[2]``."""
        return label_of(self.task_id, self.map_index)

    @property
    def started_at(self) -> datetime | None:
        """When its first attempt began."""
        return self.attempts[0].started_at if self.attempts else None

    @property
    def ended_at(self) -> datetime | None:
        """When its last attempt ended."""
        return self.attempts[-1].ended_at if self.attempts else None

    @property
    def waited(self) -> timedelta:
        """How long it was ready and had no slot: pools, limits, parallelism."""
        if self.ready_at is None or self.started_at is None:
            return timedelta()
        return self.started_at - self.ready_at

    @property
    def error(self) -> str | None:
        """Why its last attempt failed, in words."""
        cause = self.attempts[-1].cause if self.attempts else None
        return cause.words if cause is not None and self.state is TaskState.FAILED else None


@dataclass(frozen=True, kw_only=True)
class SimulatedRun:
    """``run["task"]``, ``run["mapped", 2]``; ``for task in run``."""

    dag_id: str
    state: RunState
    reason: str | None
    """Why it ended so: ``task_failure``, ``timed_out``, ``all_tasks_deadlocked``."""
    started_at: datetime | None
    ended_at: datetime | None
    tasks: tuple[SimulatedTask, ...]
    """In the order of the DAG, then of the map indices."""
    callbacks: tuple[str, ...] = ()
    """Which were owed: ``dag_success``, ``task_failure``, ..."""
    again: Callable[[], Mapping[tuple[str, int], tuple[Spell, ...]]] = field(repr=False)
    """Runs it once more and watches who waits for what."""

    def __getitem__(self, place: str | tuple[str, int]) -> SimulatedTask:
        task_id, map_index = (place, UNMAPPED) if isinstance(place, str) else place
        found = {task.map_index: task for task in self.instances(task_id)}
        if map_index not in found:
            known = ", ".join(f"run[{task_id!r}, {index}]" for index in sorted(found))
            raise NaraeError(
                f"{task_id!r} has no instance {map_index}; there are: {known}"
                if UNMAPPED not in found
                else f"{task_id!r} is not mapped: run[{task_id!r}]"
            )
        return found[map_index]

    def __iter__(self) -> Iterator[SimulatedTask]:
        return iter(self.tasks)

    def instances(self, task_id: str) -> list[SimulatedTask]:
        """All instances of a task; an error with the nearest when there is no such task."""
        found = [task for task in self.tasks if task.task_id == task_id]
        if not found:
            known = {task.task_id for task in self.tasks}
            raise NotFound(f"task of {self.dag_id}", task_id, among=known)
        return found

    @property
    def states(self) -> dict[str, str]:
        """``task`` or ``task[2]`` -> state."""
        return {task.label: task.state.value for task in self.tasks}

    @property
    def order(self) -> list[str]:
        """Who started, in the order of the first starts."""
        begun = [(task.started_at, task.label) for task in self.tasks]
        places = {task.label: number for number, task in enumerate(self.tasks)}
        began = [(at, places[label], label) for at, label in begun if at is not None]
        return [label for _, _, label in sorted(began)]

    @property
    def duration(self) -> timedelta:
        """From its start to its end; zero while it has none."""
        if self.started_at is None or self.ended_at is None:
            return timedelta()
        return self.ended_at - self.started_at

    def why_waited(self, task_id: str, map_index: int | None = None) -> list[Spell]:
        """What a task waited for, from the run's beginning on, spell by spell."""
        wanted = [task for task in self.instances(task_id) if map_index in {None, task.map_index}]
        spells = self.again()
        places = [(task.task_id, task.map_index) for task in wanted]
        found = [spell for place in places for spell in spells.get(place, ())]
        if all(map_index != UNMAPPED for _, map_index in places):
            found = [*spells.get((task_id, UNMAPPED), ()), *found]
        return sorted(found, key=lambda spell: spell.begun)


__all__ = ["SimulatedAttempt", "SimulatedRun", "SimulatedTask", "Spell", "label_of"]
