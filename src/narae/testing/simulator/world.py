"""The simulated deployment: engines, supervisors, a loader, users, and what goes wrong."""

from datetime import timedelta
from random import Random
from typing import Any

from narae.core.ids import AttemptId
from narae.core.run import Limits
from narae.core.wire import Wake
from narae.core.workload import AnyWorkload, Workload
from narae.engine.actions import Act
from narae.testing.memory_store import MemoryStore
from narae.testing.simulator.agenda import Agenda, Skewed
from narae.testing.simulator.disk import Disk
from narae.testing.simulator.engine import LEASE, SimEngine
from narae.testing.simulator.entries import GRACE, BrokenInvariant
from narae.testing.simulator.faults import Faults
from narae.testing.simulator.ledger import Ledger
from narae.testing.simulator.loader import SimLoader
from narae.testing.simulator.network import Connection, Weather
from narae.testing.simulator.options import ACTIONS, FAULTS, Options
from narae.testing.simulator.supervisor import SimSupervisor
from narae.testing.simulator.trace import Trace
from narae.testing.simulator.users import POOLS, Users
from narae.testing.strategies import Story, random_dag, random_story
from narae.testing.virtual_clock import NOON

COMPARE_EVERY = 40
"""Events between two comparisons of all rows."""
_RESTART_SECONDS = (0.1, 1.0, 5.0)
_SLOTS = (1, 2, 4)


class Deployment:
    """Everything there is. :meth:`step` lets the next event happen and checks what must hold."""

    def __init__(self, seed: int, options: Options) -> None:
        self.seed = seed
        self.options = options
        self.agenda = Agenda(NOON)
        self.trace = Trace()
        self.store = MemoryStore()
        self.calm = False
        self.broken: BrokenInvariant | None = None
        self.steps = 0
        chance = self.chance("sizes")
        self.limits = Limits(parallelism=chance.choice([2, 4, 8]), max_map_length=3)
        self.ledger = Ledger(self.store, lambda: self.agenda.now, self.limits.parallelism)
        self.ledger.is_well = self._is_well
        self.weather = Weather(self.chance("network"))
        self._hosts = ["box", *(f"box{number}" for number in range(2, chance.choice([2, 2, 4])))]
        self.clocks = {host: Skewed(self.agenda) for host in self._hosts}
        self.engines: list[SimEngine] = []
        self.supervisors: list[SimSupervisor] = []
        self.loader = SimLoader(self)
        self._ids = self.chance("ids")
        self._numbers = 0
        self._ran: set[str] = set()
        self.delivered: set[str] = set()
        self._wakes_lost_until = NOON
        self._nested = 0
        disk = Disk(self.store, self.ledger, by_user=True, note=self.note, report=self.broke)
        self.users = Users(self, disk, self.chance("users"))
        self.faults = Faults(self, self.chance("faults"))
        for number in range(options.dags):
            name = f"dag{number}"
            self.loader.save(random_dag(name, self.chance(name)))
        for pool in POOLS.values():
            self.store.put_pool(pool)
        self.ledger.pools_changed()

    def chance(self, what: str) -> Random:
        """Randomness of its own for each thing, so that leaving one out changes no other."""
        return Random(f"{self.seed}/{what}")  # noqa: S311 - no secret

    # -- the story --------------------------------------------------------------------------

    def step(self, until: Any) -> bool:
        """The next event, unless ``until`` comes first; whether there was one."""
        event = self.agenda.take(until)
        if event is None:
            return False
        self.steps += 1
        if len(self.engines) > 1:
            self.ledger.rivals_until = self.agenda.now + GRACE
        event.deed()
        if self.steps % COMPARE_EVERY == 0:
            self._compare()
        if self.broken is not None:
            raise self.broken
        return True

    def _compare(self) -> None:
        try:
            self.ledger.compare()
        except BrokenInvariant as broken:
            self.broke(broken)

    def meanwhile(self, seconds: float) -> None:
        """Lets others go on for so long, in the middle of what happens now."""
        until = self.agenda.now + timedelta(seconds=seconds)
        self.ledger.stalled += timedelta(seconds=seconds)
        self._nested += 1
        while self.broken is None and self.step(until):
            pass
        self._nested -= 1

    # -- engines ----------------------------------------------------------------------------

    @property
    def listener(self) -> SimEngine | None:
        """The engine that new connections and wake-ups reach: the latest one."""
        living = [engine for engine in self.engines if not engine.is_dead]
        return living[-1] if living else None

    def start_engine(self) -> SimEngine:
        """A new engine on the same store."""
        self._numbers += 1
        name = f"engine{self._numbers}"
        self.note(f"{name} starts")
        engine = SimEngine(
            self,
            name=name,
            clock=self.clocks["box"],
            chance=self.chance(name),
            notifier=self,
        )
        self.engines.append(engine)
        return engine

    def engine_died(self, engine: SimEngine) -> None:
        """Its parent starts a new one, unless another lives."""
        self.engines.remove(engine)
        self.unsettle()

        def restart() -> None:
            if self.listener is None:
                self.start_engine()

        wait = self.faults.chance.choice(_RESTART_SECONDS)
        self.agenda.after(wait, "engine restart", restart)

    def wake(self, message: Wake) -> None:
        """Implements ``engine.ports.Notifier``: a datagram, which may get lost."""
        listener = self.listener
        if listener is not None and self.agenda.now >= self._wakes_lost_until:
            listener.wake(message)

    def lose_wakes(self, seconds: float) -> None:
        """No wake-up comes for so long."""
        self._wakes_lost_until = self.agenda.now + timedelta(seconds=seconds)

    def connect(self, who: Any) -> Connection | None:
        """A connection to whichever engine listens; None when none does."""
        engine = self.listener
        if engine is None:
            return None
        name = getattr(who, "host", "loader")
        title = f"{name}-{engine.name}"
        connection = Connection(self.agenda, self.weather, title, here=who, there=engine)
        engine.connections.append(connection)
        return connection

    # -- supervisors ------------------------------------------------------------------------

    def _start_supervisor(self, host: str) -> None:
        self._numbers += 1
        chance = self.chance(f"supervisor{self._numbers}")
        queues = ("default", "big") if host == "box" else ("default",)
        supervisor = SimSupervisor(
            self,
            host=host,
            clock=self.clocks[host],
            slots=chance.choice(_SLOTS),
            queues=queues,
            chance=chance,
        )
        self.supervisors.append(supervisor)
        supervisor.start()

    def supervisor_dies(self, supervisor: SimSupervisor) -> None:
        """Another one comes in its place."""
        supervisor.die()
        if supervisor in self.supervisors:
            self.supervisors.remove(supervisor)
            wait = self.faults.chance.choice(_RESTART_SECONDS)
            host = supervisor.host
            self.agenda.after(wait, f"{host} restart", lambda: self._start_supervisor(host))

    def story(self, workload: Workload) -> Story:
        """The same for the same attempt of the same task, whatever else happens."""
        run = self.ledger.rows.runs.get(workload.run.uid)
        below: tuple[str, ...] = ()
        if run is not None:
            below = self.ledger.rows.graph(run).downstream.get(workload.task_id, ())
        key = f"{workload.run.run_id}/{workload.task_id}/{workload.map_index}/{workload.fence}"
        return random_story(workload, below, self.chance(key))

    def began(self, workload: AnyWorkload, holder: str) -> None:
        """User code runs."""
        if not isinstance(workload, Workload):
            self.delivered.add(workload.id)
            return
        if workload.attempt in self._ran:
            words = f"{workload.attempt} of {workload.task_id} runs again at {holder}"
            self.broke(BrokenInvariant("an attempt runs once", words))
        self._ran.add(workload.attempt)

    def _is_well(self, attempt: AttemptId) -> bool:
        patience = LEASE + timedelta(seconds=10)
        return any(
            attempt in each.held and self.agenda.now - each.steady_since > patience
            for each in self.supervisors
        )

    def unsettle(self) -> None:
        """Something is or was wrong: nobody can be told to have been steady until now."""
        for supervisor in self.supervisors:
            supervisor.steady_since = self.agenda.now

    # -- for everybody ----------------------------------------------------------------------

    def act(self) -> Act:
        """For actions of users."""
        store: Any = self.users.disk
        now = self.clocks["box"].now()
        return Act(store=store, notifier=self, now=now, chance=self._ids, who="ann")

    def note(self, words: str, *values: object) -> None:
        """Something happened."""
        self.trace.note(self.agenda.now, words, *values)

    def broke(self, broken: BrokenInvariant) -> None:
        """An invariant does not hold; the first one counts."""
        if self.broken is None:
            self.broken = broken
            self.note(f"BROKEN {broken}")


class World(Deployment):
    """A deployment and what becomes of it."""

    def begin(self) -> None:
        """Everybody starts."""
        self.start_engine()
        for host in self._hosts:
            self._start_supervisor(host)
        self.loader.start()
        self._plan("fault", self.options.faults, FAULTS, self.faults, self.options.fault_seconds)
        self._plan("user", self.options.actions, ACTIONS, self.users, self.options.action_seconds)

    def _plan(self, name: str, kinds: Any, weights: Any, who: Any, seconds: float) -> None:
        """One of these happens every so often until the storm is over."""
        if not kinds:
            return

        def happen() -> None:
            if self.calm:
                return
            kind = who.chance.choices(kinds, [weights[kind] for kind in kinds])[0]
            (who.strike if name == "fault" else who.do)(kind)
            again()

        def again() -> None:
            self.agenda.after(who.chance.expovariate(1 / seconds), name, happen)

        again()

    def becalm(self) -> None:
        """Faults stop, what is stopped goes on, one engine is left, users tidy up."""
        self.calm = True
        self.unsettle()
        self.note("the storm is over")
        self._wakes_lost_until = self.agenda.now
        self.weather.slow = self.weather.lossy = False
        for clock in self.clocks.values():
            clock.error = timedelta()  # what waits for a moment waits for it on this clock
        self.users.disk.fuse = None
        for engine in self.engines:
            engine.disk.fuse = None
            engine.go_on()
        for supervisor in self.supervisors:
            supervisor.go_on()
        living = [engine for engine in self.engines if not engine.is_dead]
        for engine in living[:-1]:
            engine.die()
        self.users.tidy_up()
        self.loader.tell(*self.loader.files)
