"""How long an attempt may go without anybody speaking of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from narae.core.ids import AttemptId
from narae.core.run import Cause, CauseKind
from narae.engine.fleet import Fleet, Lost, OpenAttempt


class Leases:
    """Renewed in memory by each beat, written every few seconds, ended when they are over."""

    def __init__(self, fleet: Fleet, *, lasts: timedelta) -> None:
        self._fleet = fleet
        self._lasts = lasts
        self._unwritten: set[AttemptId] = set()
        self._heard: dict[str, datetime] = {}

    def beat(self, holder: str, live: Iterable[AttemptId], now: datetime) -> bool:
        """Renews the leases of ``live``, all that ``holder`` says that it runs or keeps waiting.

        What it does not mention never reached it: its lease runs out, and it is sent anew.
        Whether the holder was silent until now.
        """
        member = self._fleet.members.get(holder)
        if member is None:
            return False
        self._heard[holder] = now
        was_silent, member.silent = member.silent, False
        for attempt in live:
            known = self._fleet.open.get(attempt)
            if known is not None and known.holder == holder:
                self._renew(known, now)
        return was_silent

    def _renew(self, known: OpenAttempt, now: datetime) -> None:
        known.lease_until = max(known.lease_until, now + self._lasts)
        self._unwritten.add(known.id)

    def begin_anew(self, now: datetime) -> None:
        """After the engine itself was away, or its clock was set: nobody could renew meanwhile."""
        for known in self._fleet.open.values():
            known.lease_until = now + self._lasts
            self._unwritten.add(known.id)
        self._heard.clear()

    def take_unwritten(self) -> list[AttemptId]:
        """Open attempts whose leases were renewed since this was last asked."""
        renewed = sorted(self._unwritten & self._fleet.open.keys())
        self._unwritten.clear()
        return renewed

    def lapsed(self, now: datetime) -> list[Lost]:
        """Attempts whose lease is over. Who was silent for so long gets no new ones."""
        self._heard = {h: self._heard.get(h, now) for h in self._fleet.members}
        for member in self._fleet.members.values():
            if member.permanent:
                self.beat(member.holder, member.attempts, now)
            elif self._heard[member.holder] + self._lasts <= now:
                member.silent = True
        return [
            Lost(known.id, self._cause(known))
            for known in self._fleet.open.values()
            if known.lease_until <= now
        ]

    def _cause(self, known: OpenAttempt) -> Cause:
        seconds = self._lasts.total_seconds()
        if not known.started:
            words = f"it was sent out, and nobody started it within {seconds:g} s"
            return Cause(kind=CauseKind.NEVER_STARTED, words=words)
        member = self._fleet.members.get(known.holder) if known.holder else None
        if member is None or not member.connected:
            words = f"its supervisor went away and did not come back within {seconds:g} s"
            return Cause(kind=CauseKind.SUPERVISOR_LOST, words=words)
        words = f"its supervisor has not spoken of it for {seconds:g} s"
        return Cause(kind=CauseKind.LEASE_LOST, words=words)
