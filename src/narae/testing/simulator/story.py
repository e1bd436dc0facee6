"""One seed from beginning to end: the storm, then calm, then what must have become of it all."""

import logging
from datetime import timedelta
from typing import NamedTuple

from narae.core.holds import HoldCode
from narae.core.ids import RunUid, TaskRef
from narae.core.run import Run
from narae.core.states import FINISHED_RUN, WAITING, RunState
from narae.engine import actions
from narae.engine.rescue import slot_faults
from narae.testing.simulator.disk import StoreDown
from narae.testing.simulator.entries import GRACE, BrokenInvariant
from narae.testing.simulator.options import Options
from narae.testing.simulator.world import World

CALM_MAX = timedelta(hours=8)
"""Within this much virtual time everything has to end once faults have stopped."""
LOOK_EVERY = timedelta(seconds=25)
LOOKS_SOON = 6
"""After this many looks, one in four is enough."""
RUNS_LOOKED_AT = 8
"""Of the runs that are not over, the oldest; the others have their turn when those are."""
STORM_MAX = timedelta(minutes=20)
_EXCUSES = frozenset(
    {
        HoldCode.DEPENDS_ON_PAST,
        HoldCode.WAIT_FOR_DOWNSTREAM,
        HoldCode.DAG_STALE,
        HoldCode.DAG_PAUSED,
    }
)
"""A failure in the past, a file that is gone, or (users have unpaused everything) a DAG that too
many failures in a row have paused may hold a run back for ever."""


class History(NamedTuple):
    """What a simulation came to."""

    seed: int
    options: Options
    broken: BrokenInvariant | None
    steps: int
    digest: str
    lines: tuple[str, ...]
    runs: int
    commits: int


def simulate(seed: int, options: Options | None = None) -> History:
    """Plays one seed; the same seed and options always give the same history."""
    chosen = options or Options.of(seed)
    world = World(seed, chosen)
    watch = _Watch(world)
    logger = logging.getLogger("narae.engine")
    level, spread = logger.level, logger.propagate
    logger.addHandler(watch)
    logger.setLevel(logging.ERROR)
    logger.propagate = False
    try:
        _play(world)
    except BrokenInvariant as broken:
        world.broke(broken)
    finally:
        logger.removeHandler(watch)
        logger.setLevel(level)
        logger.propagate = spread
    return History(
        seed=seed,
        options=chosen,
        broken=world.broken,
        steps=world.steps,
        digest=world.trace.digest,
        lines=tuple(world.trace.lines),
        runs=len(world.ledger.rows.runs),
        commits=world.ledger.commits,
    )


class _Watch(logging.Handler):
    """An error in the engine's log is a defect, but when it knows less than the store."""

    def __init__(self, world: World) -> None:
        super().__init__(logging.ERROR)
        self._world = world

    def emit(self, record: logging.LogRecord) -> None:
        """Takes a log record."""
        words = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, StoreDown) or "a tick failed" in words:
            return
        if isinstance(error, KeyError) and self._world.ledger.deleted_lately():
            return
        if "slots do not match" in words and self._is_told_later(words):
            return
        shown = f"{words}: {type(error).__name__} {error}" if error else words
        self._world.broke(BrokenInvariant("the engine meets no defect", shown))

    def _is_told_later(self, words: str) -> bool:
        """Whether a rival or a user has just changed the run, and the wake-up is on its way."""
        ledger = self._world.ledger
        runs = [uid for uid in ledger.rows.runs if uid in words]
        return ledger.has_rivals() or all(ledger.is_touched(uid) for uid in runs)


def _play(world: World) -> None:
    world.begin()
    end = world.agenda.now + STORM_MAX
    while world.steps < world.options.steps and world.step(end):
        pass
    world.becalm()
    _settle(world)


def _settle(world: World) -> None:
    deadline = world.agenda.now + CALM_MAX
    rest = _Rest(world)
    quiet = looks = 0
    while quiet < 2:  # noqa: PLR2004 - what is seen twice in a row stays
        looks += 1
        until = world.agenda.now + LOOK_EVERY * (1 if looks <= LOOKS_SOON else 4)
        while world.step(until):
            pass
        rest.look()
        quiet = 0 if rest.unsettled() else quiet + 1
        if world.agenda.now >= deadline:
            words = rest.unsettled() or "it never came to rest"
            raise BrokenInvariant("everything ends once faults stop", words)
    rest.last_checks()


class _Rest:
    """What is still to come, and whether that is right."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._idle: set[tuple[RunUid, TaskRef | None, int]] = set()
        """Waits without a reason at the last look, with their revisions."""

    def unsettled(self) -> str:
        """Something that is not over yet, in words; "" when everything is."""
        world = self._world
        for run in world.store.tables.runs.values():
            if run.state not in FINISHED_RUN and not self._is_excused(run):
                return f"run {run.run_id} of {run.dag_id} is {run.state}: {self._why(run)}"
        if world.store.callbacks():
            return f"callback {world.store.callbacks()[0].id} is not done"
        busy = [s.host for s in world.supervisors if not s.is_idle]
        if busy:
            return f"the supervisor of {busy[0]} has something to run or to say"
        soon = [r for r in world.store.dags() if self._has_more(r.dag_id)]
        return f"{soon[0].dag_id} has a run to come" if soon else ""

    def _has_more(self, dag_id: str) -> bool:
        row = self._world.store.dags([dag_id])[0]
        held = any(r.dag_id == dag_id for r in self._active())
        return row.next_run_after is not None and not (held or row.is_paused or row.is_stale)

    def _active(self) -> list[Run]:
        return [r for r in self._world.store.tables.runs.values() if r.state not in FINISHED_RUN]

    def _is_excused(self, run: Run) -> bool:
        """It waits, itself or behind another run, for what only a user can change."""
        act = self._world.act()
        if run.state is RunState.QUEUED:
            row = self._world.store.dags([run.dag_id])[0]
            if row.is_paused or row.is_stale:
                return True
            ahead = [r for r in self._active() if r.dag_id == run.dag_id and r.uid != run.uid]
            return any(r.state is RunState.RUNNING and self._is_excused(r) for r in ahead)
        found = actions.why_all(act, run.dag_id, run.run_id)
        return any(hold.code in _EXCUSES for holds in found.values() for hold in holds)

    def _why(self, run: Run) -> str:
        found = actions.why_all(self._world.act(), run.dag_id, run.run_id)
        for ref, holds in found.items():
            return f"{ref.task_id}[{ref.map_index}] {holds[0].words}"
        states = sorted({str(i.state) for i in self._world.store.instances(run.uid)})
        return f"no instance waits; states are {', '.join(states)}"

    def look(self) -> None:
        """Everything that waits has a reason, and one that lasts longer than a tick."""
        idle: set[tuple[RunUid, TaskRef | None, int]] = set()
        for run in self._active()[:RUNS_LOOKED_AT]:
            found = actions.why_all(self._world.act(), run.dag_id, run.run_id)
            for instance in self._world.store.instances(run.uid):
                holds = found.get(instance.ref, [])
                if instance.state in WAITING and not holds:
                    words = f"{instance.task_id} of {run.run_id} is {instance.state}: no hold"
                    raise BrokenInvariant("everything that waits has a reason", words)
                if [hold.code for hold in holds] == [HoldCode.NEXT_TICK]:
                    idle.add((run.uid, instance.ref, instance.revision))
                elif [hold.words for hold in holds] == [_NEXT_TICK_OF_RUN]:
                    idle.add((run.uid, None, run.revision))
        self._look_for_unwanted()
        again = idle & self._idle
        if again:
            uid, ref, _ = min(again, key=str)
            words = f"{ref.task_id if ref else 'run'} of {uid} waits for a tick that does not come"
            raise BrokenInvariant("everything that waits has a reason", words)
        self._idle = idle

    def _look_for_unwanted(self) -> None:
        """What is to end is told so, and does."""
        now, unwanted = self._world.agenda.now, self._world.ledger.unwanted
        for supervisor in self._world.supervisors:
            for attempt in supervisor.held:
                since = max(unwanted.get(attempt, now), supervisor.steady_since)
                if now - since > GRACE:
                    words = f"{attempt} is not wanted and still runs at {supervisor.host}"
                    raise BrokenInvariant("what is to end is told so", words)

    def last_checks(self) -> None:
        """Slots, attempts and callbacks, once nothing is left to happen."""
        world = self._world
        world.ledger.compare()
        (engine,) = world.engines
        state = engine.scheduler.state
        faults = slot_faults(state.active, state.fleet.open, world.store.open_attempts())
        if faults:
            raise BrokenInvariant("slots match", "; ".join(faults.values()))
        if world.store.open_attempts():
            raise BrokenInvariant("slots match", "an attempt is open and nobody runs it")
        missing = [name for name in world.ledger.owed if name not in world.delivered]
        if missing:
            raise BrokenInvariant("callbacks are delivered", f"{missing[0]} never ran")


_NEXT_TICK_OF_RUN = "its run is queued and starts with the scheduler's next tick"
