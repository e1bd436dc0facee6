"""What the scheduler does every few seconds, whether anything happens or not."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from narae.engine.intake import Intake
from narae.engine.ports import Heartbeat
from narae.engine.rescue import slot_faults
from narae.engine.state import State
from narae.engine.timers import Timers
from narae.engine.witness import Witness, Witnesses

log = logging.getLogger(__name__)


class Chores:
    """Signs of life, leases, lost wake-ups, the proof that slots match."""

    def __init__(
        self,
        state: State,
        intake: Intake,
        *,
        now: datetime,
        witness: Witness = Witnesses(),  # noqa: B008 - nobody
    ) -> None:
        self._state = state
        self._witness = witness
        self._intake = intake
        settings = state.settings
        self._reading: dict[str, tuple[timedelta, Callable[[datetime], None]]] = {
            "resync": (settings.resync, self._resync),
            "reconcile": (settings.reconcile, self._reconcile),
            "beat": (settings.beat, self._beat),
        }
        self._deciding: dict[str, tuple[timedelta, Callable[[datetime], None]]] = {
            "leases": (settings.lease_check, self._leases),
        }
        self._timers: Timers[str] = Timers()
        self._begin(now)
        self._timers.set("beat", now)
        self._due: list[str] = []
        self._last = now

    def _begin(self, now: datetime) -> None:
        for name, (period, _) in {**self._reading, **self._deciding}.items():
            self._timers.set(name, now + period)

    def read(self, now: datetime) -> None:
        """Does what compares memory with the store: before anything is decided in a tick."""
        self._mind_the_clock(now)
        self._due += self._timers.due(now)
        self._do(self._reading, now)

    def _mind_the_clock(self, now: datetime) -> None:
        """Leases that nobody could renew, for the clock was set or we stood still, begin anew."""
        last, self._last = self._last, now
        if now < last:
            self._begin(now)
        if now < last or now - last > self._state.settings.lease / 2:
            self._state.leases.begin_anew(now)

    def decide(self, now: datetime) -> None:
        """Does what adds commands to the tick's batch."""
        self._do(self._deciding, now)

    def _do(
        self, chores: dict[str, tuple[timedelta, Callable[[datetime], None]]], now: datetime
    ) -> None:
        for name in [name for name in self._due if name in chores]:
            self._due.remove(name)
            period, chore = chores[name]
            chore(now)
            self._timers.set(name, now + period)

    def next(self) -> datetime | None:
        """When something is due."""
        return self._timers.next()

    def _beat(self, now: datetime) -> None:
        state = self._state
        own = Heartbeat(
            component="scheduler",
            name=state.settings.name,
            at=now,
            detail={
                "executors": state.fleet.facts(),
                "default_executor": state.settings.default_executor,
                "parallelism": state.limits.parallelism,
                **self._witness.facts(state, now),
            },
        )
        state.store.beat([own, *state.beats.values()])
        state.beats.clear()

    def _leases(self, now: datetime) -> None:
        state = self._state
        self._intake.lost(state.leases.lapsed(now), now)
        renewed = state.leases.take_unwritten()
        if renewed:
            state.store.renew_leases(renewed, until=now + state.settings.lease)

    def _resync(self, now: datetime) -> None:
        self._intake.resync()
        self._state.outbox.send_again(before=now - self._state.settings.lease)

    def _reconcile(self, now: datetime) -> None:
        del now
        state = self._state
        state.dags.forget_versions(view.run.spec_id for view in state.active)
        faults = slot_faults(state.active, state.fleet.open, state.store.open_attempts())
        if faults:
            log.error("slots do not match, so runs are read anew: %s", "; ".join(faults.values()))
            self._intake.reload(sorted(faults))
