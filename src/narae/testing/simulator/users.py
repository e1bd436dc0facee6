"""What users do, at random, through the same actions as the API and the CLI."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random
from types import MappingProxyType
from typing import Any, Protocol

from narae.core.run import Backfill, BackfillState, Instance, Pool, Reprocess, Run
from narae.core.states import RunState, TaskState
from narae.core.wire import Wake
from narae.engine import actions
from narae.engine.actions import Act, RunWish, Selection, TaskMark
from narae.engine.actions.backfills import BackfillWish
from narae.engine.errors import ActionError
from narae.testing.memory_store import DEFAULT_POOL, MemoryStore
from narae.testing.simulator.disk import Disk, StoreDown
from narae.testing.simulator.loader import SimLoader
from narae.testing.strategies import changed_dag
from narae.testing.virtual_clock import NOON

POOLS: Mapping[str, Pool] = MappingProxyType(
    {
        "default_pool": DEFAULT_POOL,
        "small": Pool(name="small", slots=2),
        "odd": Pool(name="odd", slots=3, include_deferred=True),
    }
)
"""The pools of the simulated deployment, as they are when nobody has changed them."""


_POOLS_CHANGED = Wake(pools=True)


class Surroundings(Protocol):
    """What users need of the world."""

    store: MemoryStore
    loader: SimLoader

    def act(self) -> Act:
        """For actions, now."""
        ...

    def note(self, words: str, *values: object) -> None:
        """Something happened."""
        ...


class Users:
    """One of them does one thing at a time."""

    def __init__(self, world: Surroundings, disk: Disk, chance: Random) -> None:
        self._world = world
        self.disk = disk
        self.chance = chance

    def do(self, kind: str) -> None:
        """Does one thing of this kind; what can't be done is not done."""
        try:
            done = _ACTIONS[kind](self, self._world.act())
        except ActionError as error:
            done = f"is told: {type(error).__name__}"
        except StoreDown:
            done = "finds the store away"
        self._world.note(f"user {kind} {done}")

    # -- choosing ---------------------------------------------------------------------------

    def dag(self) -> str:
        """Any DAG, also one that is deleted."""
        return self.chance.choice(list(self._world.loader.files))

    def run(self) -> Run | None:
        """Any run."""
        runs = list(self._world.store.tables.runs.values())
        return self.chance.choice(runs) if runs else None

    def instance(self, run: Run) -> Instance | None:
        """Any instance of a run."""
        found = self._world.store.instances(run.uid)
        return self.chance.choice(found) if found else None

    def flag(self, often: float = 0.5) -> bool:
        """Yes or no."""
        return self.chance.random() < often

    # -- runs -------------------------------------------------------------------------------

    def trigger(self, act: Act) -> str:
        """A manual run, now or for a date."""
        dag_id = self.dag()
        date = None
        if self.flag(0.3):
            date = NOON + timedelta(minutes=self.chance.randrange(-10, 3))
        later = act.now + timedelta(seconds=20) if self.flag(0.1) else None
        return actions.trigger(act, dag_id, RunWish(logical_date=date, run_after=later)).run_id

    def clear(self, act: Act) -> str:
        """A run, or some of it."""
        run = self.run()
        instance = self.instance(run) if run is not None else None
        if run is None or instance is None:
            return "nothing"
        index = instance.map_index if self.flag() else None
        whole = self.flag(0.3)
        selection = Selection(
            run_ids=(run.run_id,),
            tasks=None if whole else ((instance.task_id, index),),
            upstream=self.flag(0.2),
            downstream=self.flag(0.6),
            only_failed=self.flag(0.2),
            only_running=self.flag(0.1),
            restart_runs=self.flag(0.8),
        )
        changed = actions.clear(act, run.dag_id, selection)
        return f"{run.run_id} {instance.task_id} {len(changed)} {selection.tasks}"

    def mark_tasks(self, act: Act) -> str:
        """Some instances of a run."""
        run = self.run()
        instance = self.instance(run) if run is not None else None
        if run is None or instance is None:
            return "nothing"
        state = self.chance.choice([TaskState.SUCCESS, TaskState.FAILED, TaskState.SKIPPED])
        mark = TaskMark(
            task_id=instance.task_id,
            map_indexes=(instance.map_index,) if self.flag() else None,
            state=state,
            upstream=self.flag(0.2),
            downstream=self.flag(0.2),
        )
        actions.mark_tasks(act, run.dag_id, run.run_id, mark)
        return f"{run.run_id} {instance.task_id} {state}"

    def mark_run(self, act: Act) -> str:
        """A whole run."""
        run = self.run()
        if run is None:
            return "nothing"
        state = self.chance.choice([RunState.SUCCESS, RunState.FAILED, RunState.QUEUED])
        actions.mark_run(act, run.dag_id, run.run_id, state)
        return f"{run.run_id} {state}"

    def note(self, act: Act) -> str:
        """A note: a change that nobody decides by."""
        run = self.run()
        instance = self.instance(run) if run is not None else None
        if run is None or instance is None:
            return "nothing"
        if self.flag():
            actions.set_run_note(act, run.dag_id, run.run_id, "looked at")
        else:
            actions.set_task_note(act, run.dag_id, run.run_id, instance.ref, "looked at")
        return run.run_id

    # -- DAGs, backfills, pools -------------------------------------------------------------

    def pause(self, act: Act) -> str:
        """A DAG."""
        return actions.pause(act, self.dag()).dag_id

    def unpause(self, act: Act) -> str:
        """A DAG."""
        return actions.unpause(act, self.dag()).dag_id

    def delete_dag(self, act: Act) -> str:
        """A DAG with all of its runs; sometimes its file is parsed again."""
        dag_id = self.dag()
        actions.delete_dag(act, dag_id)
        if self.flag():
            self._world.loader.tell(dag_id)
        return dag_id

    def new_version(self, act: Act) -> str:
        """Somebody saves a file: another DAG by the same name."""
        del act
        dag_id = self.dag()
        old = self._world.loader.files[dag_id].dags[0]
        self._world.loader.save(changed_dag(old, self.chance))
        self._world.loader.tell(dag_id)
        return dag_id

    def backfill(self, act: Act) -> str:
        """Some of the past."""
        wish = BackfillWish(
            start=NOON - timedelta(minutes=self.chance.choice([5, 12])),
            end=NOON + timedelta(minutes=self.chance.choice([0, 5])),
            reprocess=self.chance.choice(list(Reprocess)),
            backwards=self.flag(0.3),
            max_active_runs=self.chance.choice([1, 2]),
        )
        return str(actions.backfills.create(act, self.dag(), wish).id)

    def move_backfill(self, act: Act) -> str:
        """Holds one, lets it go on, or ends it."""
        found: list[Backfill] = self._world.store.backfills()
        if not found:
            return "nothing"
        one = self.chance.choice(found)
        if self.flag(0.3):
            return str(actions.backfills.cancel(act, one.id).state)
        if one.state is BackfillState.PAUSED:
            return str(actions.backfills.unpause(act, one.id).state)
        return str(actions.backfills.pause(act, one.id).state)

    def pool(self, act: Act) -> str:
        """Another size, or gone."""
        name = self.chance.choice(["small", "odd"])
        store: Any = self.disk
        if self.flag(0.2):
            store.delete_pool(name)
        else:
            known = POOLS[name]
            slots = self.chance.choice([-1, 0, 1, 2, 4])
            store.put_pool(Pool(name=name, slots=slots, include_deferred=known.include_deferred))
        act.notifier.wake(_POOLS_CHANGED)
        return name

    # -- afterwards -------------------------------------------------------------------------

    def tidy_up(self) -> None:
        """Everything goes on: pools as they were, nothing paused."""
        store: Any = self.disk
        for pool in POOLS.values():
            store.put_pool(pool)
        act = self._world.act()
        act.notifier.wake(_POOLS_CHANGED)
        for row in self._world.store.dags():
            actions.unpause(act, row.dag_id)
        for backfill in self._world.store.backfills():
            if backfill.state is BackfillState.PAUSED:
                actions.backfills.unpause(act, backfill.id)


_ACTIONS: Mapping[str, Callable[[Users, Act], str]] = MappingProxyType(
    {
        "trigger": Users.trigger,
        "clear": Users.clear,
        "mark_tasks": Users.mark_tasks,
        "mark_run": Users.mark_run,
        "pause": Users.pause,
        "unpause": Users.unpause,
        "delete_dag": Users.delete_dag,
        "backfill": Users.backfill,
        "move_backfill": Users.move_backfill,
        "pool": Users.pool,
        "note": Users.note,
        "new_version": Users.new_version,
    }
)
