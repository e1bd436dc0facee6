"""The real scheduler on a store, with a fake executor and a virtual clock.

>>> from narae.testing.samples import spec
>>> from narae.testing.memory_store import MemoryStore
>>> stage = Stage(store=MemoryStore())
>>> _ = stage.add_dag(spec("sales"))
>>> run = stage.trigger("sales")
>>> stage.play()
>>> stage.states(run)
{'extract': 'success', 'load': 'success', 'run': 'success'}
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from narae.core.ids import UNMAPPED, TaskRef
from narae.core.run import DagRow, Instance, Limits, Run
from narae.core.spec import DagSpec, ParsedFile
from narae.core.states import TaskState
from narae.core.wire import Wake
from narae.engine import actions
from narae.engine.actions import Act, RunWish
from narae.engine.catalog import Catalog
from narae.engine.events import BeatCame, DagsChanged, Woken
from narae.engine.ports import RunQuery, Store
from narae.engine.scheduler import Scheduler
from narae.engine.state import SchedulerSettings
from narae.engine.witness import Witness, Witnesses
from narae.testing.fake_executor import FakeExecutor, Script, always_succeeds
from narae.testing.virtual_clock import VirtualClock

TURNS_MAX = 100_000


class Stage:
    """One deployment without processes. ``play`` runs it until nothing is left to happen."""

    def __init__(  # noqa: PLR0913 - what a test may want otherwise
        self,
        *,
        store: Store,
        script: Script = always_succeeds,
        slots: int = 32,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        settings: SchedulerSettings = SchedulerSettings(),  # noqa: B008 - frozen
        clock: VirtualClock | None = None,
        seed: int = 0,
        witness: Witness = Witnesses(),  # noqa: B008 - nobody
    ) -> None:
        self.store = store
        self.witness = witness
        self.clock = clock or VirtualClock()
        self.chance = Random(seed)  # noqa: S311 - no secret
        self.limits = limits
        self.settings = settings
        self.executor = FakeExecutor(clock=self.clock, script=script, slots=slots)
        self.scheduler: Scheduler
        self.restart()
        self.catalog = Catalog(
            store=store,
            clock=self.clock,
            paused_at_creation=False,
            changed=lambda ids: self.scheduler.handle(DagsChanged(dag_ids=ids)),
        )

    def restart(self) -> None:
        """The scheduler dies; a new one begins on the same store."""
        self.scheduler = Scheduler(
            store=self.store,
            clock=self.clock,
            chance=self.chance,
            limits=self.limits,
            settings=self.settings,
            witness=self.witness,
        )
        self.reconnect()

    def reconnect(self) -> None:
        """The executor meets the scheduler (again)."""
        for event in self.executor.join():
            self.scheduler.handle(event)

    def wake(self, message: Wake) -> None:
        """Implements ``engine.ports.Notifier``."""
        self.scheduler.handle(Woken(wake=message))

    # -- users ------------------------------------------------------------------------------

    def act(self, who: str = "tester") -> Act:
        """For actions."""
        return Act(
            store=self.store, notifier=self, now=self.clock.now(), chance=self.chance, who=who
        )

    def add_dag(self, *specs: DagSpec, file: str = "dags.py", code_version: str = "v1") -> DagRow:
        """Parses a file that gives these DAGs; the row of the first."""
        parsed = ParsedFile(
            file=file, code_version=code_version, file_hash=code_version, dags=specs
        )
        result = self.catalog.record([parsed], folder="/dags")
        self.scheduler.handle(DagsChanged(dag_ids=(*result.new, *result.changed, *result.seen)))
        return self.store.dags([specs[0].dag_id])[0]

    def trigger(self, dag_id: str, **wish: Any) -> Run:
        """A manual run."""
        return actions.trigger(self.act(), dag_id, RunWish(**wish))

    # -- time -------------------------------------------------------------------------------

    def turn(self) -> datetime | None:
        """One tick, and what the executor says to it; the moment of the next."""
        try:
            moment = self.scheduler.tick()
        except Exception:
            self.reconnect()
            raise
        for done in self.scheduler.take_acknowledgements():
            self.executor.acknowledge(done.seq)
        message = self.executor.take_reports()
        if message is not None:
            self.scheduler.handle(message)
            return self.clock.now()
        return moment

    def play(self, lasts: timedelta = timedelta(minutes=1)) -> None:
        """Runs for so long of virtual time, without waiting."""
        until = self.clock.now() + lasts
        for _ in range(TURNS_MAX):
            moment = self.turn()
            if moment is not None and moment <= self.clock.now():
                continue
            soon = [m for m in (moment, self.executor.next_end()) if m is not None]
            if not soon or min(soon) > until:
                self.clock.advance_to(until)
                return
            self.clock.advance_to(min(soon))
            self.scheduler.handle(
                BeatCame(holder=self.executor.holder, live=tuple(self.executor.running))
            )
        raise RuntimeError(f"it does not come to rest within {TURNS_MAX} turns")

    # -- looking ----------------------------------------------------------------------------

    def run(self, run: Run) -> Run:
        """The run as it is stored now."""
        return self.store.runs(RunQuery(uids=(run.uid,)))[0]

    def runs(self, dag_id: str) -> Sequence[Run]:
        """All runs of a DAG."""
        return self.store.runs(RunQuery(dag_id=dag_id))

    def instance(self, run: Run, task_id: str, map_index: int = UNMAPPED) -> Instance:
        """One instance as it is stored now."""
        ref = TaskRef(task_id, map_index)
        return next(each for each in self.store.instances(run.uid) if each.ref == ref)

    def states(self, run: Run) -> dict[str, str]:
        """``task`` or ``task[index]`` -> state, and the run's own under ``run``."""
        found = {
            each.task_id
            if each.map_index == UNMAPPED
            else f"{each.task_id}[{each.map_index}]": str(each.state)
            for each in self.store.instances(run.uid)
        }
        return found | {"run": str(self.run(run).state)}

    def waiting(self, run: Run) -> list[Instance]:
        """Instances that neither run nor are finished."""
        waiting = {TaskState.NONE, TaskState.SCHEDULED, TaskState.UP_FOR_RETRY}
        return [each for each in self.store.instances(run.uid) if each.state in waiting]
