"""The store as one process sees it: it may fail, and its user may die, at any call."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from narae.core.commands import Command
from narae.core.ids import AttemptId
from narae.core.reports import XComValue
from narae.testing.memory_store import MemoryStore
from narae.testing.simulator.entries import BrokenInvariant
from narae.testing.simulator.ledger import Ledger

_WRITES_POOLS = frozenset({"put_pool", "delete_pool"})
_WRITES_DAGS = frozenset({"record_parsed", "record_gone", "record_scanned"})


class Crash(BaseException):
    """``kill -9`` at this very point: nothing of the process goes on."""


class StoreDown(OSError):  # noqa: N818 - what happened
    """The database does not answer."""


@dataclass
class Fuse:
    """What happens at the so-many-th call from now. ``blow`` may raise, or let time go by."""

    calls: int
    blow: Callable[[], None]


class Disk:
    """Implements ``engine.ports.Store`` by passing everything on, with an account of it."""

    def __init__(
        self,
        store: MemoryStore,
        ledger: Ledger,
        *,
        by_user: bool,
        note: Callable[..., None],
        report: Callable[[BrokenInvariant], None],
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._by_user = by_user
        self._note = note
        self._report = report
        self.fuse: Fuse | None = None

    def burn(self) -> None:
        """One call further: between any two of them somebody may die."""
        if self.fuse is not None:
            self.fuse.calls -= 1
            if self.fuse.calls <= 0:
                fuse, self.fuse = self.fuse, None
                fuse.blow()

    def __getattr__(self, name: str) -> Any:
        inner = getattr(self._store, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self.burn()
            answer = inner(*args, **kwargs)
            if name in _WRITES_POOLS:
                self._ledger.pools_changed()
            elif name in _WRITES_DAGS:
                self._ledger.dags_changed()
            elif name == "delete_dag":
                self._judged(lambda: self._ledger.deleted(*args))
            return answer

        return call

    def apply(self, commands: Sequence[Command], *, now: datetime) -> list[bool]:
        """Commits, unless the fuse burns down before; it may also burn down right after."""
        self.burn()
        took = self._store.apply(commands, now=now)
        shown = " ".join(
            f"{type(c).__name__}{'' if ok else '!'}" for c, ok in _pairs(commands, took)
        )
        self._note(f"commit {shown}", *commands, took)
        self._judged(lambda: self._ledger.wrote(commands, took, by_user=self._by_user))
        self.burn()
        return took

    def put_xcom(self, attempt: AttemptId, xcom: XComValue, *, at: datetime) -> bool:
        """A write in the name of an attempt."""
        self.burn()
        current = attempt in self._ledger.current
        return self._fenced(attempt, current, taken=self._store.put_xcom(attempt, xcom, at=at))

    def put_rendered(
        self, attempt: AttemptId, fields: Mapping[str, Any], label: str | None
    ) -> bool:
        """The same for rendered fields."""
        self.burn()
        current = attempt in self._ledger.current
        taken = self._store.put_rendered(attempt, fields, label)
        return self._fenced(attempt, current, taken=taken)

    def _fenced(self, attempt: AttemptId, current: bool, *, taken: bool) -> bool:  # noqa: FBT001 - read once, above
        if taken and not current:
            words = f"{attempt} is not current, and what it wrote was taken"
            self._report(BrokenInvariant("a stale write is refused", words))
        if current and not taken:
            words = f"{attempt} is current, and what it wrote was refused"
            self._report(BrokenInvariant("nothing acknowledged is lost", words))
        return taken

    def _judged(self, judge: Callable[[], None]) -> None:
        try:
            judge()
        except BrokenInvariant as broken:
            self._report(broken)


def _pairs(commands: Sequence[Command], took: Sequence[bool]) -> list[tuple[Command, bool]]:
    return list(zip(commands, took, strict=True))
