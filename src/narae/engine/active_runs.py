"""The runs that the scheduler holds in memory, with the slots and attempts that go with them.

A view, the book of slots and the fleet change together here, command by command, ahead of the
commit. What the store then refuses is read anew.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

import msgspec

from narae.core.commands import (
    AddInstances,
    ChangeRun,
    ChangeTask,
    Command,
    EndAttempt,
    Expand,
    KillAttempt,
    MarkStarted,
    StartAttempt,
)
from narae.core.decide.admit import Book
from narae.core.decide.advance import advance_run, next_timer
from narae.core.holds import HoldCode
from narae.core.ids import AttemptId, RunUid
from narae.core.run import Attempt, Cause, CauseKind, Instance, Limits, Run
from narae.core.run_view import RunView
from narae.core.states import FINISHED, FINISHED_RUN, HOLDS_SLOT, RunState, TaskState
from narae.engine.batch import Hasty
from narae.engine.errors import NONSENSE
from narae.engine.fleet import Fleet
from narae.engine.known_dags import KnownDags
from narae.engine.pasts import Pasts
from narae.engine.ports import EngineStore, RunQuery
from narae.engine.timers import Timers
from narae.engine.workloads import code_ref

log = logging.getLogger(__name__)

_BOOKED = HOLDS_SLOT | {TaskState.SCHEDULED, TaskState.DEFERRED}
"""States that the book of slots may know of."""


class ActiveRuns:
    """Views by run uid. ``write`` takes each command in the order in which it was decided."""

    def __init__(  # noqa: PLR0913 - the parts that change together
        self,
        *,
        store: EngineStore,
        dags: KnownDags,
        book: Book,
        fleet: Fleet,
        limits: Limits,
        write: Callable[[RunUid, Command], None],
        leave_out: Callable[[RunUid, Exception], None],
    ) -> None:
        self._store = store
        self._dags = dags
        self._book = book
        self._fleet = fleet
        self._limits = limits
        self._write = write
        self._leave_out = leave_out
        self._views: dict[RunUid, RunView] = {}
        self._dirty: dict[RunUid, None] = {}
        self._pasts = Pasts(store, self._views)
        self.timers: Timers[RunUid] = Timers()

    # -- reading ----------------------------------------------------------------------------

    def get(self, uid: RunUid) -> RunView | None:
        """The view of a run in memory."""
        return self._views.get(uid)

    def __iter__(self) -> Iterator[RunView]:
        return iter(self._views.values())

    def of_dag(self, dag_id: str) -> list[RunView]:
        """All views of a DAG's runs."""
        return [view for view in self._views.values() if view.run.dag_id == dag_id]

    def by_attempt(self, attempt: AttemptId) -> tuple[RunView, Instance] | None:
        """The instance whose current attempt it is, with its run."""
        known = self._fleet.open.get(attempt)
        view = self._views.get(known.run) if known is not None else None
        instance = view.by_attempt(attempt) if view is not None else None
        return (view, instance) if view is not None and instance is not None else None

    # -- loading and dropping ---------------------------------------------------------------

    def load(
        self,
        run: Run,
        *,
        instances: Iterable[Instance] | None = None,
        attempts: Iterable[Attempt] = (),
    ) -> RunView:
        """Takes a run into memory, or takes it anew; its open attempts with it."""
        self.drop(run.uid)
        version = self._dags.version(run.spec_id)
        dag = self._dags.row(run.dag_id)
        view = RunView.build(
            run=run,
            spec=version.spec,
            instances=self._store.instances(run.uid) if instances is None else instances,
            graph=version.graph,
            code=code_ref(run, version.spec, dag) if dag else None,
        )
        self._views[run.uid] = view
        for attempt in attempts:
            if attempt.id not in self._fleet.open:
                self._fleet.take(attempt)
            if attempt.kill_reason is not None:
                view.absorb(KillAttempt(attempt=attempt.id, cause=attempt.kill_reason))
        for instance in view.instances.values():
            if instance.state in _BOOKED:
                self._follow(view, instance)
        if version.looks_back:
            self._pasts.look_back(view)
        self.touch(run.uid)
        self._tell_followers(run.uid)
        return view

    def drop_if_over(self, uid: RunUid) -> None:
        """Forgets a run that has ended, once none of its attempts is open."""
        view = self._views.get(uid)
        over = view is not None and view.run.state in FINISHED_RUN
        if over and not any(known.run == uid for known in self._fleet.open.values()):
            self.drop(uid)

    def drop(self, uid: RunUid) -> None:
        """Forgets a run: its candidates leave the line, its slots are free."""
        view = self._views.pop(uid, None)
        if view is None:
            return
        for instance in view.instances.values():
            if instance.state in _BOOKED:
                self._book.withdraw(instance.key)
                self._book.release(instance.key)
        self._pasts.forget(uid)
        self._dirty.pop(uid, None)
        self.timers.set(uid, None)

    def reload(self, uids: Iterable[RunUid]) -> list[Run]:
        """Reads runs anew; gives the rows of those that there are.

        A run is held in memory while it runs and while any attempt of it is open. An attempt
        that was open here and is not in the store any more was ended by somebody else.
        """
        wanted = sorted(set(uids))
        runs = self._store.runs(RunQuery(uids=tuple(wanted)))
        stored: dict[RunUid, list[Attempt]] = {uid: [] for uid in wanted}
        for attempt in self._store.open_attempts():
            if attempt.key.run in stored:
                stored[attempt.key.run].append(attempt)
        for uid in wanted:
            self._fleet.settle(uid, stored[uid])
            self.drop(uid)
        for run in runs:
            if run.state is not RunState.RUNNING and not stored[run.uid]:
                self._tell_followers(run.uid)
                continue
            try:
                self.load(run, attempts=stored[run.uid])
            except NONSENSE:
                # Rows that make no sense must not keep the others from running.
                log.exception("run %s of %s can't be read", run.run_id, run.dag_id)
                self.drop(run.uid)
        return runs

    def look_back_again(self, dag_id: str) -> None:
        """A run has come into the DAG's past: others may follow another run now."""
        for view in self.of_dag(dag_id):
            if self._dags.version(view.run.spec_id).looks_back:
                self._pasts.look_back(view)
                self.touch(view.run.uid)

    # -- changing ---------------------------------------------------------------------------

    def take_back(self, hasty: Hasty, now: datetime) -> None:
        """Undoes a move that this scheduler has just written; it is decided about anew."""
        before = hasty.before
        view = self._views.get(before.run)
        current = view.instances.get(before.ref) if view is not None else None
        if view is None or current is None or current.revision != hasty.revision:
            return
        after = msgspec.structs.replace(before, revision=current.revision + 1, fence=current.fence)
        if current.attempt is None:
            self.do(view, ChangeTask(before=current, after=after))
            return
        words = "its run was changed while it was being started"
        self.do(
            view,
            EndAttempt(
                before=current,
                after=after,
                attempt=current.attempt,
                at=now,
                cause=Cause(kind=CauseKind.CLEARED, words=words),
            ),
        )

    def touch(self, uid: RunUid) -> None:
        """The run is to be looked at in this tick."""
        self._dirty[uid] = None

    def do(self, view: RunView, command: Command) -> None:
        """Writes a command and folds it into everything that follows from it."""
        uid = view.run.uid
        self._write(uid, command)
        self.touch(uid)
        match command:
            case EndAttempt():
                view.absorb(command)
                self._fleet.ended(command.attempt)
                self._follow(view, command.after)
            case ChangeTask() | StartAttempt():
                view.absorb(command)
                self._follow(view, command.after)
            case MarkStarted():
                view.absorb(command)
                self._fleet.started(command.attempt, command.holder)
                self._follow(view, command.after)
            case Expand() | AddInstances():
                view.absorb(command)
                for instance in command.after if isinstance(command, Expand) else ():
                    self._follow(view, instance)
            case ChangeRun():
                view.absorb(command)
                if command.before.state is not command.after.state:
                    self.line_up(view)
            case KillAttempt():
                view.absorb(command)
            case _:
                raise TypeError(f"no command of a run: {command!r}")
        if isinstance(command, ChangeTask | EndAttempt) and command.after.state in FINISHED:
            self._tell_followers(uid)

    def _tell_followers(self, uid: RunUid) -> None:
        for follower in sorted(self._pasts.moved(uid)):
            self.touch(follower)

    def _follow(self, view: RunView, instance: Instance) -> None:
        self._book.follow(view, instance)
        if instance.state is TaskState.SCHEDULED:
            obstacle = self._obstacle(view, instance)
            if obstacle is not None:
                self._book.withdraw(instance.key)
                self._book.queueing.set_aside(instance.key, obstacle)

    def _obstacle(self, view: RunView, instance: Instance) -> HoldCode | None:
        """Not in line: what a whole run or DAG waits for, and work that nobody there takes."""
        dag = self._dags.row(view.run.dag_id)
        if view.run.state is not RunState.RUNNING:
            return HoldCode.RUN_QUEUED
        if dag is None or dag.is_stale:
            return HoldCode.DAG_STALE
        if dag.is_paused:
            return HoldCode.DAG_PAUSED
        executor = view.graph.tasks[instance.task_id].executor
        return None if self._fleet.serves(executor, instance.queue) else HoldCode.NO_WORKER

    def line_up(self, view: RunView) -> None:
        """Puts the run's scheduled instances in line, or takes them out, as its DAG says."""
        for instance in view.instances.values():
            if instance.state is TaskState.SCHEDULED:
                self._follow(view, instance)

    def advance(self, now: datetime) -> None:
        """Decides about every touched run until there is nothing left to decide."""
        while self._dirty:
            uid = next(iter(self._dirty))
            del self._dirty[uid]
            view = self._views.get(uid)
            if view is None or view.run.state is not RunState.RUNNING:
                continue
            self._pasts.renew(view)  # reads the store: when that is away, all decisions are
            try:
                self._advance(view, now)
            except Exception as fault:
                # A defect that one run brings out must not stop the others.
                log.exception("no decision about run %s of %s", view.run.run_id, view.run.dag_id)
                self._leave_out(uid, fault)
            self._dirty.pop(uid, None)

    def _advance(self, view: RunView, now: datetime) -> None:
        uid = view.run.uid
        while commands := advance_run(view, now=now, limits=self._limits):
            for command in commands:
                self.do(view, command)
        over = view.run.state is not RunState.RUNNING
        self.timers.set(uid, None if over else next_timer(view))

    def rest(self, uid: RunUid, until: datetime) -> None:
        """Leaves a run alone for a while, unless something happens to it."""
        self._dirty.pop(uid, None)
        self.timers.set(uid, until)
