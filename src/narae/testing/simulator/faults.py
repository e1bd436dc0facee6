"""What goes wrong, at random."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random
from types import MappingProxyType
from typing import Protocol

from narae.testing.simulator.agenda import Agenda, Skewed
from narae.testing.simulator.disk import Crash, Disk, Fuse, StoreDown
from narae.testing.simulator.engine import SimEngine
from narae.testing.simulator.network import Weather
from narae.testing.simulator.supervisor import SimSupervisor
from narae.testing.simulator.users import Users

_CALLS_MAX = 12
"""A fuse burns down within this many calls of the store or of a supervisor's link."""
_SPELLS = (0.5, 6.0, 15.0, 30.0)
"""Seconds that something is paused, slow or lossy; some are longer than a lease."""
_ERRORS = (-3600.0, -30.0, -2.0, 0.0, 0.0, 2.0, 30.0, 3600.0)
"""Seconds that a clock is wrong by once it was set."""


class Surroundings(Protocol):
    """What can go wrong."""

    agenda: Agenda
    weather: Weather
    clocks: dict[str, Skewed]
    engines: list[SimEngine]
    supervisors: list[SimSupervisor]
    users: Users

    def start_engine(self) -> SimEngine:
        """A new one, which is the one that listens from now on."""
        ...

    def supervisor_dies(self, supervisor: SimSupervisor) -> None:
        """It is started again after a while."""
        ...

    def unsettle(self) -> None:
        """Nobody can be told to have been steady until now."""
        ...

    def lose_wakes(self, seconds: float) -> None:
        """No wake-up comes for so long."""
        ...

    def meanwhile(self, seconds: float) -> None:
        """Lets others go on for so long, within what happens now."""
        ...

    def note(self, words: str, *values: object) -> None:
        """Something happened."""
        ...


class _Reach:
    """Who and what a fault can strike."""

    def __init__(self, world: Surroundings, chance: Random) -> None:
        self._world = world
        self.chance = chance

    def _afterwards(self, name: str, deed: Callable[[], None]) -> None:
        """Ends what lasts, after a while."""

        def end() -> None:
            self._world.unsettle()
            deed()

        self._world.agenda.after(self._spell(), name, end)

    def _spell(self) -> float:
        return self.chance.choice(_SPELLS)

    def _engine(self) -> SimEngine | None:
        living = [engine for engine in self._world.engines if not engine.is_dead]
        return self.chance.choice(living) if living else None

    def _supervisor(self) -> SimSupervisor | None:
        living = self._world.supervisors
        return self.chance.choice(living) if living else None

    def _light(self, disk: Disk, blow: Callable[[], None]) -> None:
        disk.fuse = Fuse(calls=self.chance.randrange(1, _CALLS_MAX), blow=blow)


class Faults(_Reach):
    """One fault at a time; those that last may overlap."""

    def strike(self, kind: str) -> None:
        """Makes one fault of this kind."""
        self._world.note(f"fault {kind}")
        self._world.unsettle()
        _FAULTS[kind](self)

    # -- engines ----------------------------------------------------------------------------

    def engine_crash(self) -> None:
        """At a call to come: before a commit, after it, between two messages."""
        engine = self._engine()
        if engine is not None:

            def blow() -> None:
                raise Crash

            self._light(engine.disk, blow)

    def engine_pause(self) -> None:
        """Between two turns."""
        engine = self._engine()
        if engine is not None:
            engine.stop()
            self._afterwards(f"{engine.name} goes on", engine.go_on)

    def engine_pause_in_tick(self) -> None:
        """At a call to come; everybody else goes on."""
        self._let_others_go_first(self._spell())

    def interruption(self) -> None:
        """Somebody is quicker: a user or a message comes in the middle of a tick."""
        self._let_others_go_first(self.chance.choice([0.0, 0.05, 0.4]), act=True)

    def _let_others_go_first(self, seconds: float, *, act: bool = False) -> None:
        engine = self._engine()
        if engine is None:
            return
        kind = self.chance.choice(["clear", "mark_tasks", "trigger", "mark_run", "unpause", "note"])

        def meanwhile() -> None:
            self._world.unsettle()
            if act:
                self._world.users.do(kind)
            self._world.meanwhile(seconds)
            self._world.unsettle()

        self._light(engine.disk, lambda: engine.busy(meanwhile))

    def second_engine(self) -> None:
        """Another one starts while the first lives; after a while one of them is killed."""
        old = self._engine()
        new = self._world.start_engine()
        victim = self.chance.choice([old, new])
        if victim is not None:
            self._afterwards(f"{victim.name} is killed", victim.die)

    def store_failure(self) -> None:
        """Before or after a commit, at a read; of an engine or a user."""

        def blow() -> None:
            raise StoreDown("the store is away")

        engine = self._engine()
        disk = self._world.users.disk
        if engine is not None and self.chance.random() < 0.8:  # noqa: PLR2004 - a rate
            disk = engine.disk
        self._light(disk, blow)

    # -- supervisors and the network --------------------------------------------------------

    def supervisor_death(self) -> None:
        """With all that it runs."""
        one = self._supervisor()
        if one is not None:
            self._world.supervisor_dies(one)

    def supervisor_pause(self) -> None:
        """Its children go on."""
        one = self._supervisor()
        if one is None:
            return
        one.stop()
        self._afterwards(f"{one.host} goes on", one.go_on)

    def connection_break(self) -> None:
        """With what is on its way."""
        one = self._supervisor()
        if one is not None and one.connection is not None:
            one.connection.end(by="nobody")

    def slow_network(self) -> None:
        """For a while."""
        self._world.weather.slow = True
        self._afterwards("network is quick", self._calm_network)

    def lossy_network(self) -> None:
        """For a while."""
        self._world.weather.lossy = True
        self._afterwards("network is safe", self._calm_network)

    def _calm_network(self) -> None:
        self._world.weather.slow = self._world.weather.lossy = False

    def clock_jump(self) -> None:
        """One machine's clock is set, forwards or backwards."""
        host = self.chance.choice(list(self._world.clocks))
        self._world.clocks[host].error = timedelta(seconds=self.chance.choice(_ERRORS))

    def lost_wake(self) -> None:
        """For a while, nobody hears of what others commit."""
        self._world.lose_wakes(self._spell())


_FAULTS: Mapping[str, Callable[[Faults], None]] = MappingProxyType(
    {
        "engine_crash": Faults.engine_crash,
        "engine_pause": Faults.engine_pause,
        "engine_pause_in_tick": Faults.engine_pause_in_tick,
        "second_engine": Faults.second_engine,
        "store_failure": Faults.store_failure,
        "interruption": Faults.interruption,
        "supervisor_death": Faults.supervisor_death,
        "supervisor_pause": Faults.supervisor_pause,
        "connection_break": Faults.connection_break,
        "slow_network": Faults.slow_network,
        "lossy_network": Faults.lossy_network,
        "clock_jump": Faults.clock_jump,
        "lost_wake": Faults.lost_wake,
    }
)
