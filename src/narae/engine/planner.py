"""When runs come about and when they start: schedules, backfills, max_active_runs."""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from random import Random

import msgspec

from narae.core.commands import Audit, ChangeDag, ChangeRun, Command, CreateRun
from narae.core.decide.new_run import new_run, start_run
from narae.core.decide.plan_runs import logical_date, plan_runs
from narae.core.ids import RunUid
from narae.core.run import Backfill, DagRow, Instance, Limits, Run
from narae.core.run_ids import run_id_for
from narae.core.run_view import RunView
from narae.core.states import FINISHED_RUN, RunState, RunType
from narae.core.timetables.schedule import innermost
from narae.core.timetables.spec import Custom, DataInterval, RunSlot
from narae.core.wire import PlanMore
from narae.engine.active_runs import ActiveRuns
from narae.engine.backfills import Backfills
from narae.engine.batch import Outcome
from narae.engine.errors import NONSENSE
from narae.engine.known_dags import KnownDags, Version
from narae.engine.ports import Store
from narae.engine.run_lines import Line, RunLines
from narae.engine.timers import Timers
from narae.engine.uids import new_run_uid

RUNS_PER_STEP = 32
"""How many runs of one DAG one tick makes at most; the others have their turn in between."""

FAULT_REST = timedelta(seconds=30)
"""How long a DAG or a run that brought out a defect is left alone."""

log = logging.getLogger(__name__)

Write = Callable[[RunUid | None, Command], None]


class Planner:
    """Plans and starts runs of DAGs that were touched or whose time has come."""

    def __init__(
        self,
        *,
        store: Store,
        dags: KnownDags,
        active: ActiveRuns,
        limits: Limits,
        chance: Random,
        write: Write,
    ) -> None:
        self._store = store
        self._dags = dags
        self._active = active
        self._limits = limits
        self._chance = chance
        self._write = write
        self.lines = RunLines()
        self._timers: Timers[str] = Timers()
        self._touched: dict[str, None] = {}
        self._fresh: dict[RunUid, tuple[Instance, ...]] = {}
        self._owed: dict[str, list[RunState]] = {}
        """Ends of runs that their DAG's row does not count yet."""
        self._counting: dict[str, list[RunState]] = {}
        """Those that this tick's batch counts."""
        self._plan_more: list[PlanMore] = []
        self._asked_after: dict[str, DataInterval | None] = {}
        """Where each custom timetable stood when it was last asked for more."""
        self._backfills = Backfills(
            store=store,
            dags=dags,
            lines=self.lines,
            limits=limits,
            chance=chance,
            write=write,
            queue=self._queue,
        )

    # -- what is known ----------------------------------------------------------------------

    def begin(self, runs: Iterable[Run], backfills: Iterable[Backfill]) -> None:
        """Takes what the store has, and looks at every DAG."""
        for run in runs:
            self.lines.put(run)
        for row in self._dags:
            self.touch(row.dag_id)
        self.take_backfills(backfills)

    def touch(self, dag_id: str) -> None:
        """The DAG is to be looked at in this tick."""
        self._touched[dag_id] = None

    def take_backfills(self, backfills: Iterable[Backfill]) -> None:
        """Backfills as the store has them; they are looked at in this tick."""
        for dag_id in sorted(self._backfills.take(backfills)):
            self.touch(dag_id)

    def run_changed(self, uid: RunUid, run: Run | None) -> None:
        """A run was read anew; None: it is not there."""
        known = self.lines.get(uid)
        if run is None:
            self.lines.remove(uid)
        else:
            self.lines.put(run)
            if known is None:
                self._active.look_back_again(run.dag_id)
        for each in (known, run):
            if each is not None:
                self.touch(each.dag_id)

    def differing(self, stored: Iterable[Run]) -> list[RunUid]:
        """Runs that are not known as they are ``stored``."""
        rows = {run.uid: run for run in stored}
        known = {run.uid: run.revision for run in self.lines.all()}
        new = [uid for uid, run in rows.items() if known.get(uid) != run.revision]
        return [*new, *(uid for uid in known if uid not in rows)]

    def next(self) -> datetime | None:
        """When something is due."""
        return self._timers.next()

    def take_plan_more(self) -> list[PlanMore]:
        """Custom timetables whose planned runs run out."""
        asked, self._plan_more = self._plan_more, []
        return asked

    # -- a tick -----------------------------------------------------------------------------

    def step(self, now: datetime) -> None:
        """Settles what ended, plans what is due, starts what may run."""
        for dag_id in self._timers.due(now):
            self.touch(dag_id)
        touched, self._touched = self._touched, {}
        for dag_id in touched:
            try:
                self._look_at(dag_id, now)
            except NONSENSE:
                # A defect that one DAG brings out must not stop the others.
                log.exception("DAG %s can't be planned; it is looked at again later", dag_id)
                self._timers.set(dag_id, now + FAULT_REST)
        self._fresh.clear()

    def _look_at(self, dag_id: str, now: datetime) -> None:
        row = self._dags.row(dag_id)
        if row is None:
            self._timers.set(dag_id, None)
            return
        self._count_outcomes(row, now)
        self._plan(dag_id, now)
        self._backfills.step(dag_id, now)
        self._start(dag_id, now)

    def _plan(self, dag_id: str, now: datetime) -> None:
        row = self._dags.row(dag_id)
        if row is None:
            return
        version = self._dags.latest(row)
        custom = isinstance(innermost(version.spec.timetable), Custom)
        plan = plan_runs(
            dag=row,
            spec=version.spec,
            active=self.lines.active((dag_id, None)),
            planned=self._store.planned(dag_id) if custom else (),
            now=now,
            limit=RUNS_PER_STEP,
        )
        for slot in plan.due:
            command = scheduled_run(
                row, version, slot, now=now, chance=self._chance, limits=self._limits
            )
            self._write(command.run.uid, command)
            self._queue(command)
        if plan.dag is not row:
            self._change_dag(row, plan.dag)
        if custom and plan.dag.next_run_after is None and not row.is_stale:
            self._ask_for_more(plan.dag)
        self._timers.set(dag_id, plan.again_at)

    def _queue(self, made: RunView | CreateRun) -> None:
        """Takes a run that is queued as of this tick, before the store has it."""
        instances = made.instances if isinstance(made, CreateRun) else made.instances.values()
        self.lines.put(made.run)
        self._fresh[made.run.uid] = tuple(instances)

    def _change_dag(self, before: DagRow, after: DagRow) -> None:
        self._dags.replace(after)
        self._write(None, ChangeDag(before=before, after=after))

    def _ask_for_more(self, row: DagRow) -> None:
        if row.dag_id not in self._asked_after or self._asked_after[row.dag_id] != row.cursor:
            self._asked_after[row.dag_id] = row.cursor
            self._plan_more.append(PlanMore(dag_id=row.dag_id, file=row.file, after=row.cursor))

    # -- starting ---------------------------------------------------------------------------

    def _start(self, dag_id: str, now: datetime) -> None:
        row = self._dags.row(dag_id)
        if row is None or row.is_paused or row.is_stale:
            return
        spec = self._dags.latest(row).spec
        lines = self._backfills.lines(dag_id, otherwise=spec.max_active_runs)
        for line, limit in lines.items():
            for run in list(self._startable(line, limit, now)):
                fresh = self._fresh.get(run.uid)
                if fresh is not None and self._dags.version(run.spec_id).looks_back:
                    self.touch(dag_id)  # the store must know all of its past first
                    break
                self._start_run(run, fresh, now)

    def _start_run(self, run: Run, fresh: Iterable[Instance] | None, now: datetime) -> None:
        try:
            view = self._active.get(run.uid) or self._active.load(run, instances=fresh)
            for command in start_run(view, now=now):
                self._active.do(view, command)
            self.lines.put(view.run)
        except NONSENSE:
            log.exception("run %s of %s can't be started", run.run_id, run.dag_id)
            self._active.drop(run.uid)
            self._timers.sooner(run.dag_id, now + FAULT_REST)

    def _startable(self, line: Line, limit: int, now: datetime) -> Iterator[Run]:
        room = limit - self.lines.running(line)
        for run in self.lines.queued(line):
            if room <= 0:
                return
            if run.run_after > now:
                self._timers.sooner(run.dag_id, run.run_after)
                continue
            room -= 1
            yield run

    # -- ends -------------------------------------------------------------------------------

    def committed(self, outcome: Outcome) -> bool:
        """Takes in what was committed; whether there is more to decide at once."""
        refused = [c.before.dag_id for _, c in outcome.refused if isinstance(c, ChangeDag)]
        for dag_id in refused:
            self._owed.setdefault(dag_id, []).extend(self._counting.pop(dag_id, ()))
        self._counting.clear()
        if refused:
            self._dags.reload(refused)
        new = {c.run.dag_id for _, c in outcome.taken if isinstance(c, CreateRun)}
        for dag_id in sorted(new):
            self._active.look_back_again(dag_id)
        for _, command in outcome.taken:
            if isinstance(command, ChangeRun) and command.after.state in FINISHED_RUN:
                self._over(command.after)
        for dag_id in (*refused, *self._owed):
            self.touch(dag_id)
        return bool(self._touched)

    def _over(self, run: Run) -> None:
        self.lines.remove(run.uid)
        self.touch(run.dag_id)
        if run.backfill_id is None:
            self._owed.setdefault(run.dag_id, []).append(run.state)

    def _count_outcomes(self, row: DagRow, now: datetime) -> None:
        """Failures in a row; enough of them pause the DAG (max_consecutive_failed_runs)."""
        states = self._owed.pop(row.dag_id, None)
        if states is None:
            return
        failed = row.failed_in_a_row
        for state in states:
            failed = failed + 1 if state is RunState.FAILED else 0
        if failed == row.failed_in_a_row:
            return
        self._counting[row.dag_id] = states
        most = self._dags.latest(row).spec.max_consecutive_failed_runs
        pause = 0 < most <= failed and not row.is_paused
        after = msgspec.structs.replace(
            row,
            failed_in_a_row=failed,
            is_paused=row.is_paused or pause,
            revision=row.revision + 1,
        )
        self._change_dag(row, after)
        if pause:
            words = {"reason": f"{failed} runs failed in a row"}
            self._write(
                None,
                Audit(at=now, who="scheduler", what="pause", dag_id=row.dag_id, detail=words),
            )
            for view in self._active.of_dag(row.dag_id):
                self._active.line_up(view)


def scheduled_run(
    row: DagRow, version: Version, slot: RunSlot, *, now: datetime, chance: Random, limits: Limits
) -> CreateRun:
    """The run that a timetable asks for, with all of its instances."""
    date = logical_date(slot)
    return new_run(
        spec=version.spec,
        spec_id=row.spec_id,
        code_version=row.code_version,
        uid=new_run_uid(now, chance),
        run_id=run_id_for(
            RunType.SCHEDULED,
            generation=version.spec.generation,
            logical_date=date,
            run_after=slot.run_after,
            chance=chance,
        ),
        run_type=RunType.SCHEDULED,
        logical_date=date,
        interval=slot.interval,
        run_after=slot.run_after,
        conf={},
        now=now,
        triggered_by="timetable",
        limits=limits,
    )
