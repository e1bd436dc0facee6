"""The scheduler: events in, one transaction for each tick, work out. No threads, no sleeping.

``handle`` takes what happened, ``tick`` decides what follows, writes it, and only then sends
anything out. Everything in memory can be made again from the store, so a scheduler may die
between any two steps.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random

from narae.core.commands import ChangeRun
from narae.core.ids import AttemptId, RunUid
from narae.core.run import Instance, Limits
from narae.core.run_view import RunView
from narae.core.spec import Value
from narae.core.states import FINISHED_RUN, RunState
from narae.core.wire import PlanMore
from narae.engine.batch import Batch, Outcome
from narae.engine.chores import Chores
from narae.engine.dispatch import Dispatch
from narae.engine.events import DagsChanged, Event, ReportsCame, SupervisorJoined, Woken
from narae.engine.intake import Intake
from narae.engine.ports import Clock, Executor, RunQuery, Store
from narae.engine.rescue import stray_attempts
from narae.engine.state import SchedulerSettings, State
from narae.engine.tokens import Tokens
from narae.engine.witness import Tick, Witness, Witnesses

log = logging.getLogger(__name__)

RUNS_LOGGER = "narae.runs"
"""Gets one line for each run that has ended."""

runs_log = logging.getLogger(RUNS_LOGGER)


class Acknowledgement(Value, frozen=True, kw_only=True):
    """What ``holder`` reported up to ``seq`` is committed."""

    holder: str
    seq: int


class Scheduler:
    """Owns the active runs of one store."""

    def __init__(  # noqa: PLR0913 - its surroundings, one by one
        self,
        *,
        store: Store,
        clock: Clock,
        chance: Random,
        executors: Sequence[Executor] = (),
        limits: Limits = Limits(),  # noqa: B008 - frozen
        settings: SchedulerSettings = SchedulerSettings(),  # noqa: B008 - frozen
        tokens: Tokens | None = None,
        witness: Witness = Witnesses(),  # noqa: B008 - nobody
        stopwatch: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._store = store
        self._clock = clock
        self._chance = chance
        self._limits = limits
        self._settings = settings
        self._tokens = tokens
        self._executors = tuple(executors)
        self._witness = witness
        self._stopwatch = stopwatch
        """Monotonic seconds."""
        self._inbox: list[Event] = []
        self._acknowledgements: list[Acknowledgement] = []
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.state = State(
            store=self._store,
            chance=self._chance,
            limits=self._limits,
            settings=self._settings,
            tokens=self._tokens,
        )
        self._intake = Intake(self.state)
        self._dispatch = Dispatch(self.state)
        self._chores = Chores(
            self.state, self._intake, now=self._clock.now(), witness=self._witness
        )
        self._awake = False
        self._begun = self._commit_seconds = 0.0
        self._inbox = [
            SupervisorJoined(executor=executor, holder=executor.name, host="", permanent=True)
            for executor in self._executors
        ]

    # -- for the loop and the desk ----------------------------------------------------------

    def handle(self, event: Event) -> None:
        """Takes what happened; the next tick acts on it."""
        self._inbox.append(event)

    def current(self, attempt: AttemptId) -> tuple[RunView, Instance] | None:
        """The run and the instance in whose name an attempt may speak; None for a stale one."""
        return self.state.active.by_attempt(attempt)

    def take_acknowledgements(self) -> list[Acknowledgement]:
        """What has been committed since this was last asked."""
        done, self._acknowledgements = self._acknowledgements, []
        return done

    def take_plan_more(self) -> list[PlanMore]:
        """Custom timetables whose planned runs run out: for the loader."""
        return self.state.planner.take_plan_more()

    # -- the tick ---------------------------------------------------------------------------

    def tick(self) -> datetime | None:
        """Decides, writes once, then sends; gives the moment of the next tick, maybe now.

        An error of the store leaves nothing half done: all of memory is forgotten, the events
        with it, and the next tick begins from what is stored. Nobody is connected then:
        supervisors have to join anew, and say again what was not acknowledged.
        """
        now = self._clock.now()
        self._begun = self._stopwatch()
        events, self._inbox = self._inbox, []
        try:
            if not self._awake:
                self._wake_up(now)
            reported = self._take(events, now)
            self._decide(now)
            outcome = self._commit(now)
            again = self._after(outcome, now)
        except Exception:
            self._begin_anew()
            raise
        self._acknowledge(reported, set(outcome.refused_runs()))
        return now if again else self._next()

    def _take(
        self, events: Sequence[Event], now: datetime
    ) -> list[tuple[ReportsCame, set[RunUid]]]:
        """Takes events; those with reports, and the runs that each is about."""
        self._chores.read(now)
        reported: list[tuple[ReportsCame, set[RunUid]]] = []
        self._intake.meet_strangers(events)
        # What reads the store goes first: it must not meet memory that is ahead of it.
        for event in sorted(events, key=lambda each: not isinstance(each, Woken | DagsChanged)):
            runs = self._intake.take(event, now)
            if isinstance(event, ReportsCame):
                reported.append((event, runs))
        hasty, self.state.hasty = self.state.hasty, []
        for each in hasty:
            self.state.active.take_back(each, now)
        self._chores.decide(now)
        return reported

    def _acknowledge(
        self, reported: Sequence[tuple[ReportsCame, set[RunUid]]], refused: set[RunUid]
    ) -> None:
        """What is committed. Reports about runs that are read anew are taken again.

        An acknowledgement covers everything before it, so what its holder said afterwards
        waits too; taking a report twice changes nothing.
        """
        again: list[Event] = []
        waiting: set[str] = set()
        for event, runs in reported:
            if event.holder in waiting or runs & refused:
                waiting.add(event.holder)
                again.append(event)
            else:
                done = Acknowledgement(holder=event.holder, seq=event.seq)
                self._acknowledgements.append(done)
        self._inbox = [*again, *self._inbox]

    def _wake_up(self, now: datetime) -> None:
        """Reads what is active. The engine may have been away for long."""
        state = self.state
        state.dags.reload()
        state.book.set_pools(self._store.pools())
        state.outbox.reload()
        attempts = self._store.open_attempts()
        runs = self._store.runs(RunQuery(states=(RunState.QUEUED, RunState.RUNNING)))
        state.planner.begin(runs, self._store.backfills())
        running = {run.uid for run in runs if run.state is RunState.RUNNING}
        self._intake.reload(sorted(running | {attempt.key.run for attempt in attempts}))
        state.leases.begin_anew(now)
        views = {view.run.uid: view for view in state.active}
        for command in stray_attempts(attempts, views, now=now):
            state.active.do(views[command.before.run], command)
        self._awake = True

    def _decide(self, now: datetime) -> None:
        state = self.state
        for uid in state.active.timers.due(now):
            state.active.touch(uid)
        state.planner.step(now)
        state.active.advance(now)
        self._dispatch.admit(now)

    def _commit(self, now: datetime) -> Outcome:
        batch, self.state.batch = self.state.batch, Batch()
        begun = self._stopwatch()
        outcome = batch.write(self._store, now=now)
        self._commit_seconds = self._stopwatch() - begun
        return outcome

    def _after(self, outcome: Outcome, now: datetime) -> bool:
        """Sends, reads anew what was refused; whether there is more to decide at once."""
        active = self.state.active
        wrong = outcome.refused_runs()
        hasty = outcome.hasty()
        self._dispatch.send(outcome, held_back={each.before.key for each in hasty}, now=now)
        _tell_of_ends(outcome)
        self._witness.saw(
            Tick(
                at=now,
                taken=outcome.taken,
                refused=len(outcome.refused),
                view=active.get,
                seconds=self._stopwatch() - self._begun,
                commit_seconds=self._commit_seconds,
            )
        )
        for run in dict.fromkeys(run for run, _ in outcome.taken if run is not None):
            active.drop_if_over(run)
        more = self.state.planner.committed(outcome)
        faulty = [run for run in outcome.faults if run is not None]
        if wrong or faulty:
            log.info("%d runs changed meanwhile and are read anew", len(wrong))
            self._intake.reload([*wrong, *faulty])
        self.state.hasty += hasty
        for run in faulty:
            log.error("run %s is left alone for a while: %s", run, outcome.faults[run])
            active.rest(run, now + self._settings.fault_rest)
        return more or bool(wrong)

    def _next(self) -> datetime | None:
        moments = (
            self.state.active.timers.next(),
            self.state.planner.next(),
            self._chores.next(),
        )
        return min((moment for moment in moments if moment is not None), default=None)


def _tell_of_ends(outcome: Outcome) -> None:
    for _, command in outcome.taken:
        if not isinstance(command, ChangeRun):
            continue
        run = command.after
        if run.state in FINISHED_RUN and run.started_at and run.ended_at:
            seconds = (run.ended_at - run.started_at).total_seconds()
            why = f" ({run.reason})" if run.reason and run.state is RunState.FAILED else ""
            runs_log.info("%s %s: %s%s in %.2f s", run.dag_id, run.run_id, run.state, why, seconds)
