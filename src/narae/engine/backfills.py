"""Backfills in the engine: their runs come about as their own limit allows."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from random import Random

import msgspec

from narae.core.clear import plan_clear
from narae.core.commands import ChangeRun, Command, CreateRun, PutBackfill
from narae.core.decide.backfill import ended, next_backfill_runs, with_started
from narae.core.decide.new_run import new_run
from narae.core.decide.newer_code import Moved, move_run
from narae.core.ids import RunUid
from narae.core.run import Backfill, BackfillRun, BackfillState, DagRow, Instance, Limits
from narae.core.run_ids import run_id_for
from narae.core.run_view import RunView
from narae.core.states import FINISHED_RUN, RunType
from narae.engine.known_dags import KnownDags
from narae.engine.ports import EngineStore, RunQuery
from narae.engine.run_lines import Line, RunLines
from narae.engine.uids import new_run_uid

Write = Callable[[RunUid | None, Command], None]
Queue = Callable[[RunView | CreateRun], None]
"""Takes a run that is queued now: a new one, or an old one that was cleared."""


class Backfills:
    """The backfills that are not over."""

    def __init__(  # noqa: PLR0913 - the parts that it works on
        self,
        *,
        store: EngineStore,
        dags: KnownDags,
        lines: RunLines,
        limits: Limits,
        chance: Random,
        write: Write,
        queue: Queue,
    ) -> None:
        self._store = store
        self._dags = dags
        self._lines = lines
        self._limits = limits
        self._chance = chance
        self._write = write
        self._queue = queue
        self._open: dict[int, Backfill] = {}

    def take(self, backfills: Iterable[Backfill]) -> set[str]:
        """Backfills as the store has them; the DAGs whose backfills changed."""
        rows = {each.id: each for each in backfills}
        changed = [b for b in rows.values() if self._open.get(b.id) != b]
        changed += [b for id_, b in self._open.items() if id_ not in rows]
        self._open = rows
        return {each.dag_id for each in changed}

    def lines(self, dag_id: str, *, otherwise: int) -> Mapping[Line, int]:
        """The lines whose runs may start, each with its limit.

        ``otherwise`` is that of backfills that are over: a user has cleared a run of theirs.
        """
        found: dict[Line, int] = {}
        for line in self._lines.waiting(dag_id):
            backfill = self._open.get(line[1]) if line[1] is not None else None
            if backfill is None:
                found[line] = otherwise
            elif backfill.state is BackfillState.RUNNING:
                found[line] = backfill.max_active_runs
        return found

    def step(self, dag_id: str, now: datetime) -> None:
        """Makes the runs that there is room for, and ends what is done."""
        row = self._dags.row(dag_id)
        for id_ in [b.id for b in self._open.values() if b.dag_id == dag_id]:
            active = self._lines.active((dag_id, id_))
            runs = next_backfill_runs(self._open[id_], active)
            if runs and row is not None:
                self._begin(id_, row, active, now)
            over = ended(self._open[id_], active=self._lines.active((dag_id, id_)), now=now)
            if over is not None:
                self._write(None, PutBackfill(backfill=over))
                del self._open[id_]

    def _begin(self, id_: int, row: DagRow, active: int, now: datetime) -> None:
        """A backfill has no revision, so it is read once more right before it is written."""
        self.take(self._store.backfills())
        backfill = self._open.get(id_)
        if backfill is None:
            return
        runs = next_backfill_runs(backfill, active)
        for run in runs:
            if run.existing is None:
                self._queue(self._new(backfill, run, row, now))
            else:
                self._again(backfill, run.existing, row, now)
        if runs:
            self._open[id_] = with_started(backfill, runs)
            self._write(None, PutBackfill(backfill=self._open[id_]))

    def _new(self, backfill: Backfill, run: BackfillRun, row: DagRow, now: datetime) -> CreateRun:
        spec = self._dags.latest(row).spec
        command = new_run(
            spec=spec,
            spec_id=row.spec_id,
            code_version=row.code_version,
            uid=new_run_uid(now, self._chance),
            run_id=run_id_for(
                RunType.BACKFILL,
                generation=spec.generation,
                logical_date=run.logical_date,
                run_after=run.run_after,
                chance=self._chance,
            ),
            run_type=RunType.BACKFILL,
            logical_date=run.logical_date,
            interval=run.interval,
            run_after=run.run_after,
            conf=backfill.conf,
            now=now,
            backfill_id=backfill.id,
            triggered_by="backfill",
            limits=self._limits,
        )
        self._write(command.run.uid, command)
        return command

    def _again(self, backfill: Backfill, uid: RunUid, row: DagRow, now: datetime) -> None:
        """An existing run is cleared whole, and counts as the backfill's from now on."""
        runs = self._store.runs(RunQuery(uids=(uid,)))
        if not runs or runs[0].state not in FINISHED_RUN:
            return
        version = self._dags.version(runs[0].spec_id)
        instances: list[Instance] = self._store.instances(uid)
        view = RunView.build(
            run=runs[0], spec=version.spec, instances=instances, graph=version.graph
        )
        commands: list[Command] = []
        if backfill.latest_code:
            moved = self._moved(view, row)
            commands, view = list(moved.commands), moved.view
        for command in plan_clear([view], {}, now=now):
            view.absorb(command)
            commands.append(command)
        owner = msgspec.structs.replace(
            view.run, backfill_id=backfill.id, revision=view.run.revision + 1
        )
        commands.append(ChangeRun(before=view.run, after=owner))
        view.absorb(commands[-1])
        for command in commands:
            self._write(uid, command)
        self._queue(view)

    def _moved(self, view: RunView, row: DagRow) -> Moved:
        """The run on the DAG's latest code. It has ended, so nothing of it is in the way."""
        spec = self._dags.latest(row).spec
        return move_run(
            view,
            spec,
            spec_id=row.spec_id,
            code_version=row.code_version,
            limits=self._limits,
        )
