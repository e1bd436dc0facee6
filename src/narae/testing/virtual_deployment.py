"""The real scheduler on memory and virtual time, with nothing that would wake it in vain."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from narae.core.commands import Command, CreateRun
from narae.core.decide.new_run import new_run
from narae.core.graph import Graph
from narae.core.holds import Hold
from narae.core.ids import CodeVersion, RunUid
from narae.core.readiness import ExecutorFacts, World, holds
from narae.core.run import DagRow, Instance, Limits, Pool, Run
from narae.core.run_ids import run_id_for
from narae.core.run_view import RunView
from narae.core.spec import DagSpec, ParsedFile
from narae.core.states import FINISHED, RunState, RunType
from narae.core.timetables.spec import DataInterval
from narae.core.wire import Wake
from narae.engine.apply import apply
from narae.engine.events import DagsChanged, Woken
from narae.engine.ports import RunQuery
from narae.engine.run_lines import order_of
from narae.engine.scheduler import Scheduler
from narae.engine.state import SchedulerSettings
from narae.engine.uids import new_run_uid
from narae.testing.fake_executor import Script
from narae.testing.memory_store import MemoryStore
from narae.testing.scripted import NAME, ScriptedExecutor
from narae.testing.virtual_clock import VirtualClock

FOLDER = "/dags"
_NEVER = timedelta(days=365 * 50)
QUIET = SchedulerSettings(
    default_executor=NAME,
    lease=_NEVER,
    lease_check=_NEVER,
    beat=_NEVER,
    resync=_NEVER,
    reconcile=_NEVER,
)
"""Nothing gets lost here, so nothing has to be looked after."""
TURNS_MAX = 1_000_000


Ended = Callable[[Run, tuple[Instance, ...]], tuple[Run, tuple[Instance, ...]]]
"""Makes a run that is over of a new one."""
Observer = Callable[[Sequence[Command], datetime], None]


class ObservedStore(MemoryStore):
    """Shows each batch to ``observer``."""

    def __init__(self) -> None:
        super().__init__()
        self.observer: Observer | None = None

    def apply(self, commands: Sequence[Command], *, now: datetime) -> list[bool]:
        """See :class:`narae.engine.ports.EngineStore`."""
        took = super().apply(commands, now=now)
        if self.observer is not None:
            self.observer(commands, now)
        return took


class VirtualDeployment:
    """Give it DAGs and runs, then :meth:`play`."""

    def __init__(
        self,
        *,
        now: datetime,
        script: Script,
        limits: Limits,
        pools: Iterable[Pool] = (),
        slots: int = 1_000_000,
    ) -> None:
        self.clock = VirtualClock(now)
        self.store = ObservedStore()
        for pool in pools:
            self.store.put_pool(pool)
        self.chance = Random(0)  # noqa: S311 - no secret, and the same every time
        self.limits = limits
        self.executor = ScriptedExecutor(clock=self.clock, script=script, slots=slots)
        self.scheduler = Scheduler(
            store=self.store,
            clock=self.clock,
            chance=self.chance,
            executors=(self.executor,),
            limits=limits,
            settings=QUIET,
        )
        self._graphs: dict[str, Graph] = {}

    # -- what there is ----------------------------------------------------------------------

    def add(self, *specs: DagSpec) -> list[DagRow]:
        """DAGs whose files say so; their rows, in the same order."""
        files = [
            ParsedFile(
                file=f"{number}/{spec.dag_id}.py", code_version="", file_hash="", dags=(spec,)
            )
            for number, spec in enumerate(specs)
        ]
        self.store.record_parsed(files, folder=FOLDER, now=self.clock.now(), paused=False)
        names = [spec.dag_id for spec in specs]
        self.scheduler.handle(DagsChanged(dag_ids=tuple(names)))
        rows = {row.dag_id: row for row in self.store.dags(names)}
        return [rows[name] for name in names]

    def run(
        self,
        row: DagRow,
        *,
        logical_date: datetime | None,
        interval: DataInterval | None,
        run_after: datetime,
        conf: dict[str, Any] | None = None,
        ended: Ended | None = None,
    ) -> Run:
        """A scheduled run, queued; or as ``ended`` makes it."""
        command = self._new_run(
            row, logical_date=logical_date, interval=interval, run_after=run_after, conf=conf or {}
        )
        if ended is not None:
            run, instances = ended(command.run, command.instances)
            command = CreateRun(run=run, instances=instances)
        apply(self.store, [command], now=self.clock.now())
        self.scheduler.handle(Woken(wake=Wake(runs=(command.run.uid,))))
        return command.run

    def _new_run(
        self,
        row: DagRow,
        *,
        logical_date: datetime | None,
        interval: DataInterval | None,
        run_after: datetime,
        conf: dict[str, Any],
    ) -> CreateRun:
        spec = self.store.spec(row.spec_id)
        graph = self._graphs.get(row.dag_id)
        if graph is None:
            graph = self._graphs[row.dag_id] = Graph(spec)
        now = self.clock.now()
        return new_run(
            spec=spec,
            spec_id=row.spec_id,
            code_version=CodeVersion(row.code_version),
            uid=new_run_uid(now, self.chance),
            run_id=run_id_for(
                RunType.SCHEDULED,
                generation=spec.generation,
                logical_date=logical_date,
                run_after=run_after,
                chance=self.chance,
            ),
            run_type=RunType.SCHEDULED,
            logical_date=logical_date,
            interval=interval,
            run_after=run_after,
            conf=conf,
            now=now,
            limits=self.limits,
            graph=graph,
        )

    # -- time -------------------------------------------------------------------------------

    def play(
        self,
        *,
        until: datetime,
        over: Callable[[], bool],
        waits: Callable[[datetime], None] | None = None,
    ) -> None:
        """Runs until ``over``, and not beyond ``until``.

        ``waits`` is called whenever nothing more happens at this moment, with the next one.
        """
        for _ in range(TURNS_MAX):
            now = self.clock.now()
            moment = self.scheduler.tick()
            self.scheduler.take_acknowledgements()
            reports = self.executor.take_reports()
            if reports is not None:
                self.scheduler.handle(reports)
                continue
            if moment is not None and moment <= now:
                continue
            soon = [m for m in (moment, self.executor.next_end()) if m is not None]
            if over():
                return
            then = min([until, *soon])
            if waits is not None:
                waits(then)
            self.clock.advance_to(then)
            if then == until:
                return
        raise RuntimeError(f"it does not come to rest within {TURNS_MAX} turns")

    # -- looking ----------------------------------------------------------------------------

    def run_of(self, uid: RunUid) -> Run:
        """The run as it is now."""
        return self.store.tables.runs[uid]

    def holds_of(self, uid: RunUid) -> dict[tuple[str, int], list[Hold]]:
        """What holds each instance of a run that waits, now."""
        view = self.view_of(uid)
        row = self.store.dags([view.run.dag_id])[0]
        free = max(0, self.executor.slots - self.executor.running)
        world = World(
            now=self.clock.now(),
            dag=row,
            book=self.scheduler.state.book,
            limits=self.limits,
            runs_before=tuple(self._runs_before(view.run)),
            executors={NAME: ExecutorFacts(slots=self.executor.slots, free=free)},
            default_executor=NAME,
        )
        found = {
            (ref.task_id, ref.map_index): holds(view, ref, world=world)
            for ref, instance in view.instances.items()
            if instance.state not in FINISHED
        }
        return {ref: some for ref, some in found.items() if some}

    def view_of(self, uid: RunUid) -> RunView:
        """The run as decisions see it."""
        view = self.scheduler.state.active.get(uid)
        if view is not None:
            return view
        run = self.run_of(uid)
        return RunView.build(
            run=run, spec=self.store.spec(run.spec_id), instances=self.store.instances(uid)
        )

    def _runs_before(self, run: Run) -> list[Run]:
        if run.state is not RunState.QUEUED:
            return []
        states = (RunState.QUEUED, RunState.RUNNING)
        return [
            other
            for other in self.store.runs(RunQuery(dag_id=run.dag_id, states=states))
            if other.state is RunState.RUNNING or order_of(other) < order_of(run)
        ]
