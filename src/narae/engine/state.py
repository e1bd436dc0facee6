"""All that the scheduler keeps in memory. Any of it can be made again from the store."""

from datetime import timedelta
from random import Random

from narae.core.commands import Command
from narae.core.decide.admit import Book
from narae.core.ids import AttemptId, RunUid
from narae.core.run import Cause, Limits
from narae.core.spec import Value
from narae.engine.active_runs import ActiveRuns
from narae.engine.batch import Batch, Hasty
from narae.engine.fleet import Fleet
from narae.engine.known_dags import KnownDags
from narae.engine.leases import Leases
from narae.engine.outbox import Outbox
from narae.engine.planner import Planner
from narae.engine.ports import Heartbeat, Store
from narae.engine.tokens import Tokens


class SchedulerSettings(Value, frozen=True, kw_only=True):
    """The scheduler's own numbers."""

    name: str = "scheduler"
    """Which one it is: host and pid."""
    default_executor: str = "LocalExecutor"
    lease: timedelta = timedelta(seconds=60)
    """An attempt that nobody has spoken of for so long is lost."""
    lease_check: timedelta = timedelta(seconds=5)
    beat: timedelta = timedelta(seconds=5)
    resync: timedelta = timedelta(seconds=30)
    """How long a lost wake-up goes unnoticed at most."""
    reconcile: timedelta = timedelta(seconds=60)
    fault_rest: timedelta = timedelta(seconds=30)
    """How long a run that brought out a defect is left alone."""


class State:
    """Views, slots, attempts, DAGs and plans, and the commands of this tick."""

    def __init__(
        self,
        *,
        store: Store,
        chance: Random,
        limits: Limits,
        settings: SchedulerSettings,
        tokens: Tokens | None = None,
    ) -> None:
        self.store = store
        self.tokens = tokens
        """Makes the tokens of attempts; without it they have none, and nobody asks for any."""
        self.chance = chance
        self.limits = limits
        self.settings = settings
        self.batch = Batch()
        self.fleet = Fleet(default=settings.default_executor, lease=settings.lease)
        self.leases = Leases(self.fleet, lasts=settings.lease)
        self.book = Book(limits=limits)
        self.dags = KnownDags(store)
        self.outbox = Outbox(store)
        self.again: list[AttemptId] = []
        """Attempts that are to be sent again."""
        self.kills: list[tuple[AttemptId, str, Cause]] = []
        """(attempt, holder, why): not open any more, and somebody may still run them."""
        self.hasty: list[Hasty] = []
        """Moves that are to be taken back."""
        self.beats: dict[tuple[str, str], Heartbeat] = {}
        """Signs of life that are not written yet."""
        self.active = ActiveRuns(
            store=store,
            dags=self.dags,
            book=self.book,
            fleet=self.fleet,
            limits=limits,
            write=self.write,
            leave_out=self.leave_out,
        )
        self.planner = Planner(
            store=store,
            dags=self.dags,
            active=self.active,
            limits=limits,
            chance=chance,
            write=self.write,
        )

    def write(self, run: RunUid | None, command: Command) -> None:
        """Adds a command to this tick's batch."""
        self.batch.add(run, command)

    def leave_out(self, run: RunUid, fault: Exception) -> None:
        """Drops what this tick decided about a run."""
        self.batch.leave_out(run, fault)
