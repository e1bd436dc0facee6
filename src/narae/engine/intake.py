"""What each event changes, up to the commit."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, assert_never

from narae.core.decide.report import take_report
from narae.core.ids import AttemptId, RunUid
from narae.core.reports import CallbackDone, Failed, Report, Started
from narae.core.run import Cause, CauseKind
from narae.core.states import RunState
from narae.core.wire import Wake
from narae.engine.events import (
    BeatCame,
    DagsChanged,
    Event,
    LoaderBeatCame,
    ReportsCame,
    SupervisorJoined,
    SupervisorLeft,
    Woken,
)
from narae.engine.fleet import Lost
from narae.engine.ports import Heartbeat, RunQuery
from narae.engine.state import State

log = logging.getLogger(__name__)

_STALE = Cause(kind=CauseKind.LEASE_LOST, words="it is not the current attempt any more")


class Intake:
    """Takes events into the state; what they ask of the store is written with the batch."""

    def __init__(self, state: State) -> None:
        self._state = state

    def take(self, event: Event, now: datetime) -> set[RunUid]:
        """Takes one event; the runs that its reports are about."""
        runs: set[RunUid] = set()
        match event:
            case ReportsCame():
                for report in event.reports:
                    runs |= self._report(report, event.holder, now)
            case BeatCame():
                if self._state.leases.beat(event.holder, event.live, now):
                    self._line_up()
                self._heard("supervisor", event.holder, now, event.facts)
            case SupervisorJoined():
                self.join(event, now)
                self._heard("supervisor", event.holder, now)
            case SupervisorLeft():
                self._state.fleet.leave(event.holder, event.executor)
            case Woken():
                self._woken(event.wake)
            case DagsChanged():
                self._dags_changed(event.dag_ids)
            case LoaderBeatCame():
                self._heard("loader", event.name, event.at, event.facts)
            case _:
                assert_never(event)
        return runs

    def _heard(
        self,
        component: str,
        name: str,
        at: datetime,
        facts: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self._state.beats[component, name] = Heartbeat(
            component=component, name=name, at=at, detail=dict(facts)
        )

    def meet_strangers(self, events: Sequence[Event]) -> None:
        """Takes in attempts that others have made: what is said of them is not stale."""
        open_ = self._state.fleet.open
        strangers = {name for event in events for name in _named(event) if name not in open_}
        if strangers:
            stored = self._state.store.open_attempts()
            self.reload(sorted({each.key.run for each in stored if each.id in strangers}))

    # -- attempts ---------------------------------------------------------------------------

    def _report(self, report: Report | CallbackDone, holder: str, now: datetime) -> set[RunUid]:
        state = self._state
        if isinstance(report, CallbackDone):
            state.outbox.done(report, now)
            state.fleet.callback_done(report.callback)
            return set()
        current = state.active.by_attempt(report.attempt)
        if current is None:
            if isinstance(report, Started):
                state.kills.append((report.attempt, holder, _STALE))
            return set()
        view, _ = current
        try:
            for command in take_report(
                view, report, now=now, chance=state.chance, limits=state.limits
            ):
                state.active.do(view, command)
        except Exception as fault:
            # A defect that one run brings out must not stop the others.
            log.exception("no decision about %s of run %s", type(report).__name__, view.run.uid)
            state.leave_out(view.run.uid, fault)
        return {view.run.uid}

    def lost(self, lost: Sequence[Lost], now: datetime) -> None:
        """Ends attempts that nobody runs; who may still have them is told to stop."""
        for attempt, cause in lost:
            known = self._state.fleet.open.get(attempt)
            if known is not None and known.holder is not None:
                self._state.kills.append((attempt, known.holder, cause))
            self._report(Failed(attempt=attempt, at=now, cause=cause), "", now)

    def join(self, event: SupervisorJoined, now: datetime) -> None:
        """Somebody who runs attempts is there."""
        state = self._state
        coming = state.fleet.join(event, now)
        self.lost(coming.lost, now)
        state.again += coming.again
        state.kills += [(attempt, event.holder, _STALE) for attempt in coming.unknown]
        state.outbox.holder_joined(event.callbacks)
        self._line_up()

    def _line_up(self) -> None:
        """Somebody takes work that did not until now."""
        for view in self._state.active:
            self._state.active.line_up(view)

    # -- what others committed --------------------------------------------------------------

    def _woken(self, wake: Wake) -> None:
        state = self._state
        if wake.everything:
            self.resync()
        if wake.pools:
            state.book.set_pools(state.store.pools())
        if wake.dags:
            self._dags_changed(wake.dags)
        if wake.backfills:
            state.planner.take_backfills(state.store.backfills())
        if wake.runs:
            self.reload([RunUid(uid) for uid in wake.runs])
            state.outbox.reload()

    def _dags_changed(self, dag_ids: Sequence[str] | None) -> None:
        for dag_id in self._state.dags.reload(dag_ids):
            self._state.planner.touch(dag_id)
            for view in self._state.active.of_dag(dag_id):
                self._state.active.line_up(view)

    def reload(self, uids: Sequence[RunUid]) -> None:
        """Reads runs anew."""
        runs = {run.uid: run for run in self._state.active.reload(uids)}
        for uid in uids:
            self._state.planner.run_changed(uid, runs.get(uid))

    def resync(self) -> None:
        """Finds what a lost wake-up would have told."""
        state = self._state
        state.book.set_pools(state.store.pools())
        self._dags_changed(None)
        state.planner.take_backfills(state.store.backfills())
        stored = state.store.runs(RunQuery(states=(RunState.QUEUED, RunState.RUNNING)))
        self.reload(state.planner.differing(stored))


def _named(event: Event) -> Iterator[AttemptId]:
    """The attempts that somebody says something about."""
    match event:
        case SupervisorJoined():
            yield from event.attempts
        case ReportsCame():
            for report in event.reports:
                if not isinstance(report, CallbackDone):
                    yield report.attempt
        case _:
            return
